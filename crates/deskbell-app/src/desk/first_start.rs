//! What a new desk begins with: a brand, a group, the built-in channels and some views. Done once, whoever starts first.

use crate::error::Result;
use crate::work::Work;
use crate::{brand, channel, group, view};

/// Makes the first rows, unless a start before has made them.
pub(super) fn run(work: &mut Work<'_, '_>) -> Result<()> {
    let first = work.tx.exec(brand::STARTED, &[])?;
    if first == 0 {
        return Ok(());
    }
    let now = work.now;
    brand::insert_first(work.tx, now)?;
    group::insert_first(work.tx, now)?;
    channel::insert_built_in(work.tx, now)?;
    view::insert_first(work)
}
