//! SQL of made-up data.

/// A user by the login in lower case.
pub(super) const USER: &str = "SELECT id FROM desk_user WHERE login = $1";
/// How far the made-up data reaches, as `seed tickets`.
pub(super) const REACH: &str = "SELECT value FROM meta WHERE name = 'demo'";
/// Notes how far it reaches now.
pub(super) const SET_REACH: &str = "INSERT INTO meta (name, value) VALUES ('demo', $1) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";
