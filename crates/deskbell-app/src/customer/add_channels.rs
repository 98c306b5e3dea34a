//! Adding addresses to a customer, one of each kind at a time, and linking the tickets that have them.

use deskbell_core::{CustomerId, Version};

use super::update::{Changes, update};
use super::{Sent, Whose};
use crate::error::Result;
use crate::work::Work;

/// Adds the addresses. Those that the customer has already change nothing, but link their tickets all the same.
///
/// Errors: those of `update`.
pub fn add(
    work: &mut Work<'_, '_>,
    whose: &Whose,
    addresses: &[Sent],
    no_sync: bool,
) -> Result<(CustomerId, Version)> {
    let changes = Changes { addresses: addresses.to_vec(), no_sync, ..Changes::default() };
    update(work, whose, &changes, |_| true)
}
