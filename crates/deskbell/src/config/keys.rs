//! The table of settings: name, kind, default, limits and meaning. The shipped configuration file, the checks and the
//! names of the environment variables all come from here.

use super::value::Value;

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; empty means not set.
    Text,
    /// A path; a relative one in the file starts at the folder of the file.
    Path,
    /// Text with a password in it, which is never shown.
    Url,
    /// Text that is never shown.
    Secret,
    /// A whole number from the first to the second, in that unit.
    Number(i64, i64, &'static str),
    /// true or false.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts; in the environment separated by commas.
    List,
}

/// A setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name in the file; the environment variable is `DESKBELL_` and the name in capitals.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Its default, as the file would spell it.
    pub(crate) default: &'static str,
    /// What it means, for the shipped file.
    pub(crate) doc: &'static str,
    /// What else must be true of a value: the message says what would be right.
    pub(crate) check: fn(&Value) -> Result<(), String>,
}

impl Key {
    /// The environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_ascii_uppercase())
    }
}

/// How the environment variables begin.
pub(crate) const PREFIX: &str = "DESKBELL_";

/// The words of `log_level`.
pub(crate) const LEVELS: &[&str] = &["error", "warn", "info", "debug"];
/// The words of `file_store`.
pub(crate) const STORES: &[&str] = &["auto", "folder", "database", "s3"];
/// The words of `log_format`.
pub(crate) const FORMATS: &[&str] = &["text", "json"];

/// A heading of the shipped file and the settings under it.
pub(crate) type Section = (&'static str, &'static [Key]);

/// Every setting.
pub(crate) const SECTIONS: &[Section] = &[
    (
        "Data",
        &[
            key(
                "data",
                Kind::Path,
                "\"./deskbell-data\"",
                "The folder of the SQLite database and of everything else that is kept. It is made if it is not there,\n\
                 readable by its owner alone. Option --data.",
            ),
            Key {
                check: database,
                ..key(
                    "database",
                    Kind::Url,
                    "\"\"",
                    "A PostgreSQL database (14 or newer) instead of SQLite: \"postgres://USER:PASSWORD@HOST:5432/NAME\".\n\
                     Any number of servers may share it. Parameters: sslmode=disable|prefer|require|verify-full,\n\
                     sslrootcert=FILE, prepared=off behind pgbouncer in transaction mode. Empty: SQLite.\n\
                     Option --database, which other users of the machine can see: prefer this file or the environment.",
                )
            },
            key(
                "undo_minutes",
                Kind::Number(0, 525_600, "minutes"),
                "60",
                "How long a deleted ticket stays in the trash before it is erased. 0 erases at once.",
            ),
            key(
                "idempotency_hours",
                Kind::Number(1, 8_760, "hours"),
                "24",
                "How long the answer of a write is kept for its Idempotency-Key, under which it is not done again.",
            ),
            key(
                "changes_days",
                Kind::Number(0, 36_500, "days"),
                "0",
                "How far back the change feed goes; a reader that is further behind is told to start anew. 0: for ever.",
            ),
            key(
                "archive_days",
                Kind::Number(0, 36_500, "days"),
                "0",
                "How many days after it was closed a ticket goes to the archive, where only lists with searchArchived=yes find it. 0: never.",
            ),
            key(
                "notification_days",
                Kind::Number(0, 36_500, "days"),
                "90",
                "How long a user finds the notifications of tickets. 0: for ever.",
            ),
        ],
    ),
    (
        "Files",
        &[
            key(
                "file_store",
                Kind::Word(STORES),
                "\"auto\"",
                "Where the bytes of files are kept: \"folder\", \"database\" or \"s3\". \"auto\": a folder beside SQLite, the\n\
                 database itself on PostgreSQL, where several servers may share the data. It stays as it was when the first file came.",
            ),
            key(
                "file_folder",
                Kind::Path,
                "\"\"",
                "The folder of files, which all servers of one database share. Empty: \"files\" in the data folder.",
            ),
            key(
                "file_limit",
                Kind::Number(1, 4_096, "MiB"),
                "25",
                "How large one file may be; a larger one is refused (413).",
            ),
            key(
                "upload_limit",
                Kind::Number(1, 65_536, "MiB"),
                "100",
                "How large all files of one request may be together.",
            ),
            key("s3_bucket", Kind::Text, "\"\"", "file_store = \"s3\": the bucket."),
            key(
                "s3_prefix",
                Kind::Text,
                "\"\"",
                "What the names of all files in the bucket begin with, such as \"deskbell\".",
            ),
            key(
                "s3_endpoint",
                Kind::Text,
                "\"\"",
                "Where the store is, such as \"https://s3.example.org\". Empty: Amazon's, in the region.",
            ),
            key("s3_region", Kind::Text, "\"us-east-1\"", "The region of the bucket."),
            key(
                "s3_key_id",
                Kind::Text,
                "\"\"",
                "The id of the access key. Empty: the credentials of the machine (instance, container or token file).",
            ),
            key("s3_secret", Kind::Secret, "\"\"", "The secret of the access key."),
        ],
    ),
    (
        "Network",
        &[
            Key {
                check: address,
                ..key(
                    "listen",
                    Kind::Text,
                    "\"127.0.0.1:8025\"",
                    "Where requests are taken, HOST:PORT. Port 0 takes a free one, which the server prints. It speaks plain\n\
                     HTTP: put a reverse proxy that speaks TLS in front before others can reach it. Option --listen.",
                )
            },
            Key {
                check: public_url,
                ..key(
                    "public_url",
                    Kind::Text,
                    "\"\"",
                    "Where people reach this server, such as \"https://desk.example.org\": for links in answers. Empty:\n\
                     links are paths without a host.",
                )
            },
            key(
                "webhook_allow_private",
                Kind::Flag,
                "false",
                "Whether webhooks may go to private networks and over plain http. Addresses of cloud metadata stay closed.",
            ),
            Key {
                check: networks,
                ..key(
                    "trusted_proxies",
                    Kind::List,
                    "[]",
                    "Addresses or networks (CIDR) of your reverse proxies, such as [\"127.0.0.1\", \"10.0.0.0/8\"]. Only their\n\
                     X-Forwarded-For counts as the caller's address where a key is allowed from some networks alone.",
                )
            },
            key(
                "max_connections",
                Kind::Number(1, 1_000_000, "connections"),
                "4096",
                "How many connections are open at once; more wait until one ends.",
            ),
            key(
                "header_seconds",
                Kind::Number(1, 3_600, "seconds"),
                "10",
                "How long the head of a request may take to arrive; then the connection is closed.",
            ),
            key(
                "body_seconds",
                Kind::Number(1, 3_600, "seconds"),
                "30",
                "How long the body of a request may take to arrive; then it is refused.",
            ),
            key(
                "idle_seconds",
                Kind::Number(1, 3_600, "seconds"),
                "75",
                "How long a connection is kept open for the next request. Let your proxy give up earlier than this.",
            ),
            key(
                "shutdown_seconds",
                Kind::Number(0, 3_600, "seconds"),
                "10",
                "How long running requests may take to finish after SIGTERM or Ctrl-C. A second signal ends at once.",
            ),
        ],
    ),
    (
        "API",
        &[
            key(
                "key_in_query",
                Kind::Flag,
                "true",
                "Whether a key may stand in the query as ?apiKey=. Such addresses end in the logs of proxies and in the\n\
                 history of browsers; switch it off if no program of yours needs it.",
            ),
            key(
                "require_if_match",
                Kind::Flag,
                "false",
                "Whether PUT and DELETE of an item must say by If-Match which version they mean (428 without).",
            ),
        ],
    ),
    (
        "Logs and figures",
        &[
            key(
                "log_format",
                Kind::Word(FORMATS),
                "\"text\"",
                "How log lines on stderr look: \"text\" for people, \"json\" for programs.",
            ),
            key(
                "log_level",
                Kind::Word(LEVELS),
                "\"info\"",
                "What is logged: \"error\", \"warn\", \"info\" (also one line for each request) or \"debug\" (also health checks).",
            ),
            Key {
                check: address,
                ..key(
                    "metrics_listen",
                    Kind::Text,
                    "\"\"",
                    "Where /metrics is served, HOST:PORT, to everybody who can reach that address. Empty: at `listen`, to\n\
                     callers on this machine that do not come through a proxy.",
                )
            },
        ],
    ),
    (
        "Sizes",
        &[
            key(
                "readers",
                Kind::Number(0, 64, "threads"),
                "0",
                "SQLite: threads that read lists. 0: one for each core, 2 to 8.",
            ),
            key(
                "slow_readers",
                Kind::Number(0, 64, "threads"),
                "0",
                "SQLite: threads for searches, counts and exports. 0: one for each core, 1 to 4.",
            ),
            key(
                "cache_mib",
                Kind::Number(8, 65_536, "MiB"),
                "80",
                "SQLite: memory for the pages of the database, all connections together.",
            ),
            key(
                "pool",
                Kind::Number(0, 1_000, "connections"),
                "0",
                "PostgreSQL: connections of this server, at least 3. 0: four for each core, 6 to 16.",
            ),
            key(
                "queue_limit",
                Kind::Number(1, 1_000_000, "jobs"),
                "1024",
                "How many reads or writes may wait for the database; further requests are answered 503.",
            ),
            key(
                "statement_seconds",
                Kind::Number(1, 3_600, "seconds"),
                "30",
                "How long the database may work for one request before it is stopped.",
            ),
        ],
    ),
];

/// Settings that cli.md names and that this version does not have, so that their names are not called a mistake.
pub(crate) const LATER: &[&str] = &["allowed_origins", "rate_limit"];

const fn key(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Key {
    Key { name, kind, default, doc, check: |_| Ok(()) }
}

/// Every setting, in the order of the file.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|(_, keys)| keys.iter())
}

/// The setting of that name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(text) => text,
        _ => "",
    }
}

fn database(value: &Value) -> Result<(), String> {
    let url = text(value);
    if url.is_empty() || url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(());
    }
    Err("must be empty or begin with postgres://, such as postgres://USER:PASSWORD@HOST:5432/NAME".into())
}

fn address(value: &Value) -> Result<(), String> {
    let text = text(value);
    let good = match text.rsplit_once(':') {
        Some((host, port)) => {
            let bare = host.strip_prefix('[').map_or(Some(host), |h| h.strip_suffix(']'));
            bare.is_some_and(|h| !h.is_empty() && (host.starts_with('[') || !h.contains(':')))
                && port.parse::<u16>().is_ok()
        }
        None => text.is_empty(),
    };
    if good { Ok(()) } else { Err("must be HOST:PORT, such as 127.0.0.1:8025 or [::1]:8025".into()) }
}

fn public_url(value: &Value) -> Result<(), String> {
    let url = text(value);
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>' | '@');
    if url.is_empty() || rest.is_some_and(|r| !r.is_empty() && !r.ends_with('/') && r.chars().all(plain)) {
        return Ok(());
    }
    Err("must be an address without a slash at its end, such as https://desk.example.org".into())
}

fn networks(value: &Value) -> Result<(), String> {
    let Value::List(texts) = value else { return Ok(()) };
    texts.iter().try_for_each(|text| text.parse::<deskbell_http::Network>().map(|_| ()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(check: fn(&Value) -> Result<(), String>, text: &str) -> bool {
        check(&Value::Text(text.into())).is_ok()
    }

    #[test]
    fn names_are_unique_and_none_of_those_to_come() {
        let names: Vec<&str> = all().map(|key| key.name).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name) && !LATER.contains(name), "{name}");
            assert!(find(name).is_some_and(|key| key.variable().starts_with(PREFIX)), "{name}");
        }
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["127.0.0.1:0", "[::1]:8025", "localhost:80", ""] {
            assert!(says(address, good), "{good}");
        }
        for wrong in ["127.0.0.1", ":80", "::1:80", "a:70000", "a:", "8025", "[::1:80"] {
            assert!(!says(address, wrong), "{wrong}");
        }
    }

    #[test]
    fn a_public_url_has_no_end_that_links_would_double() {
        for good in ["", "https://desk.example.org", "http://10.0.0.1:8025/desk"] {
            assert!(says(public_url, good), "{good}");
        }
        for wrong in
            ["https://", "https://a/", "desk.example.org", "https://a?b", "https://u:p@a", "https://a b"]
        {
            assert!(!says(public_url, wrong), "{wrong}");
        }
    }
}
