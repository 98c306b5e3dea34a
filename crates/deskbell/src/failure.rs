//! How a command that did not succeed ends: the words on stderr and the exit status.
//!
//! Whatever is printed is a sentence for people; a Debug representation never gets out.

use std::fmt;
use std::process::ExitCode;

use crate::terminal;

/// Exit status of a command that failed.
const FAILED: u8 = 1;
/// Exit status of wrong usage.
const USAGE: u8 = 2;

/// The command was used wrongly: exit status 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Says on stderr why a command did not succeed; answers its exit status.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    terminal::hint(&format!("deskbell: {}", explain(error)));
    ExitCode::from(if error.is::<Usage>() { USAGE } else { FAILED })
}

/// The error and its causes in one sentence. A cause that only repeats what was said is left out.
fn explain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let said = match cause.downcast_ref::<deskbell_app::Error>() {
            Some(deskbell_app::Error::Fault(fault)) => {
                fault.details().map(|detail| detail.message.trim_end()).collect::<Vec<_>>().join(" ")
            }
            _ => cause.to_string(),
        };
        if text.is_empty() {
            text = said;
        } else if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        // What is behind a failure of the store is in its sentence already, in better words.
        if cause.is::<deskbell_db::Error>() || cause.is::<deskbell_app::Error>() {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};
    use deskbell_core::{Code, Fault};

    use super::*;

    #[test]
    fn causes_follow_each_other_and_nothing_is_said_twice() {
        let error = anyhow!("the folder is not writable").context("cannot open the data");
        assert_eq!(explain(&error), "cannot open the data: the folder is not writable");
        let error = anyhow!("port taken").context("it did not start: port taken");
        assert_eq!(explain(&error), "it did not start: port taken");
    }

    #[test]
    fn a_refusal_is_told_by_its_messages() {
        let mut fault = Fault::of("name", Code::InvalidParameter, "A key needs a name.");
        fault.others.push(Fault::new(Code::InvalidParameter, "The expiry has passed.").first);
        let refused = Err::<(), _>(deskbell_app::Error::from(fault)).context("no key was made");
        assert_eq!(
            explain(&refused.expect_err("refused")),
            "no key was made: A key needs a name. The expiry has passed."
        );
    }
}
