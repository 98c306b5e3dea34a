//! Passwords of users, of which only a slow hash is kept. Hashing takes tens of milliseconds and 19 MiB: never inside a
//! transaction.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use deskbell_core::{Code, Context, Fault};

use crate::error::Result;

/// The fewest characters of a password.
pub const SHORTEST: usize = 10;
/// The most bytes: enough for any sentence, too few to keep the hash busy.
pub const LONGEST: usize = 1_024;

/// The hash of a password, with its salt and costs, as it is stored (Argon2id, PHC string format).
///
/// Errors: `invalid_parameter` for a password that is too short or too long.
pub fn hash(context: &dyn Context, password: &str) -> Result<String> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        let message =
            format!("password must have {SHORTEST} characters or more, and at most {LONGEST} bytes.");
        return Err(Fault::of("password", Code::InvalidParameter, message).into());
    }
    let mut salt = [0u8; 16];
    context.random(&mut salt);
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    // The costs are constants of the library, so this says more about the machine's memory than about the password.
    hash.map(|hash| hash.to_string()).map_err(|error| {
        deskbell_db::Error::new(deskbell_db::Kind::Engine, format!("a password could not be hashed: {error}"))
            .into()
    })
}

/// Whether this is the password of the hash. A hash that cannot be read is the hash of none.
pub fn is_of(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Context for Fixed {
        fn now(&self) -> deskbell_core::Timestamp {
            deskbell_core::Timestamp(0)
        }
        fn now_millis(&self) -> i64 {
            0
        }
        fn random(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hashed = hash(&Fixed, "correct horse").expect("a hash");
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert!(is_of("correct horse", &hashed));
        assert!(!is_of("correct horses", &hashed));
        assert!(!is_of("correct horse", ""));
    }

    #[test]
    fn a_password_has_a_shortest_and_a_longest_length() {
        for (password, good) in [("123456789", false), ("éééééééééé", true), (&*"x".repeat(1_025), false)]
        {
            assert_eq!(hash(&Fixed, password).is_ok(), good);
        }
    }
}
