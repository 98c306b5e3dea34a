//! The real clock and the system's randomness: the only place of the program that reads them.

use deskbell_core::{Context, Timestamp};

/// Time and randomness of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemContext;

impl SystemContext {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the context that everybody else takes the time from"
    )]
    fn since_epoch() -> std::time::Duration {
        // A clock before 1970 is a broken one; zero keeps the server up, and the times it writes show the fault.
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
    }
}

impl Context for SystemContext {
    fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(Self::since_epoch().as_secs()).unwrap_or(i64::MAX))
    }

    fn now_millis(&self) -> i64 {
        i64::try_from(Self::since_epoch().as_millis()).unwrap_or(i64::MAX)
    }

    /// # Panics
    /// If the system has no randomness to give: nothing secret may be made then.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the context that everybody else takes randomness from"
    )]
    fn random(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the system gives no random bytes: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_tell_the_same_time() {
        let context = SystemContext;
        let (before, millis, after) = (context.now().0, context.now_millis(), context.now().0);
        assert!((before..=after).contains(&(millis / 1000)), "{before} {millis} {after}");
        assert!(before > 1_700_000_000, "{before}");
    }

    #[test]
    fn two_secrets_differ() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemContext.random(&mut one);
        SystemContext.random(&mut other);
        assert_ne!(one, other);
    }
}
