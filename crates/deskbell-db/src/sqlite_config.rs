//! The project's one piece of unsafe code: a process-wide switch of SQLite that has no pragma and
//! no safe wrapper.

use std::sync::Once;

/// Turns SQLite's memory statistics off; call before the first connection is opened.
///
/// They are kept under one global mutex on which reader threads otherwise meet at every allocation.
/// If something in the process has used SQLite before, the switch is refused and nothing is lost but
/// speed.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "sqlite3_config has no safe wrapper")]
        // SAFETY: SQLITE_CONFIG_MEMSTATUS takes exactly one int. sqlite3_config is not thread-safe
        // against other SQLite calls, which is why it runs under a Once before the first open of
        // this crate, the only one that uses SQLite; after an initialisation SQLite itself answers
        // SQLITE_MISUSE and changes nothing.
        let _ = unsafe { rusqlite::ffi::sqlite3_config(rusqlite::ffi::SQLITE_CONFIG_MEMSTATUS, 0) };
    });
}
