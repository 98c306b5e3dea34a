//! Reads the database URL: our own parameters and the stricter meanings of `sslmode` are taken out,
//! the rest goes to the driver.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::{Error, Kind};
use crate::options::Options;

/// How the server's certificate is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// `disable`: no TLS. `prefer`: TLS if the server offers it, whoever it is.
    Anybody,
    /// `require`, `verify-full`: the system's authorities, or those in a file.
    Verified(Option<PathBuf>),
}

/// A database URL, understood.
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) trust: Trust,
    /// Prepared statements may be kept: false behind a pooler in transaction mode.
    pub(crate) prepared: bool,
}

/// Reads `url`. Messages never repeat it: it may hold a password.
pub(crate) fn parse(url: &str, options: &Options) -> Result<Target, Error> {
    let wrong = |what: String| Error::new(Kind::Engine, format!("the PostgreSQL URL is wrong: {what}"));
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(wrong("it must begin with postgres://".into()));
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut rest, mut mode, mut root, mut prepared) = (Vec::new(), "prefer".to_owned(), None, true);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value).ok_or_else(|| wrong(format!("{name} is not percent-encoded UTF-8")))?;
        match (name, value.as_str()) {
            ("sslmode", _) => mode = value,
            ("sslrootcert", "system") => root = None,
            ("sslrootcert", _) => root = Some(PathBuf::from(value)),
            ("prepared", "on") => prepared = true,
            ("prepared", "off") => prepared = false,
            ("prepared", _) => return Err(wrong("prepared must be on or off".into())),
            _ => rest.push(pair),
        }
    }
    let (ssl, trust) = match mode.as_str() {
        "disable" => (SslMode::Disable, Trust::Anybody),
        // As libpq: a certificate file makes even `prefer` check what it is given.
        "prefer" if root.is_none() => (SslMode::Prefer, Trust::Anybody),
        "prefer" => (SslMode::Prefer, Trust::Verified(root)),
        "require" | "verify-full" => (SslMode::Require, Trust::Verified(root)),
        _ => return Err(wrong("sslmode must be disable, prefer, require or verify-full".into())),
    };
    let mut config = Config::from_str(&format!("{base}?{}", rest.join("&"))).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        wrong(cause)
    })?;
    config.ssl_mode(ssl);
    if config.get_application_name().is_none() {
        config.application_name("deskbell");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(options.connect_timeout);
    }
    // A peer that vanished without a word is noticed within about a minute, also by writers.
    config.keepalives(true).keepalives_idle(Duration::from_secs(30));
    config.keepalives_interval(Duration::from_secs(10)).keepalives_retries(3);
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(60));
    }
    Ok(Target { config, trust, prepared })
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Target, Error> {
        parse(url, &Options::postgres(url))
    }

    #[test]
    fn our_parameters_are_taken_out_and_the_rest_reaches_the_driver() {
        let target = read(
            "postgres://me:secret@db:6432/desk?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&prepared=off\
             &application_name=two",
        )
        .expect("a good URL");
        assert_eq!(target.trust, Trust::Verified(Some("/etc/ca.pem".into())));
        assert!(!target.prepared);
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(target.config.get_application_name(), Some("two"));
        assert_eq!(target.config.get_dbname(), Some("desk"));
    }

    #[test]
    fn without_sslmode_tls_is_used_if_offered_and_nobody_is_checked() {
        let target = read("postgres://me@db/desk").expect("a good URL");
        assert_eq!(target.config.get_ssl_mode(), SslMode::Prefer);
        assert_eq!(target.trust, Trust::Anybody);
        assert!(target.prepared);
    }

    #[test]
    fn a_wrong_url_is_explained_without_repeating_it() {
        for url in [
            "mysql://me:secret@db/desk",
            "postgres://me:secret@db/desk?sslmode=perhaps",
            "postgres://me:secret@db/desk?prepared=maybe",
            "postgres://me:secret@db:port/desk",
            "postgres://me:secret@db/desk?colour=red",
            "postgres://me:secret@db/desk?sslrootcert=%f",
        ] {
            let error = read(url).err().expect("refused");
            assert!(!error.to_string().contains("secret"), "{error}");
            assert!(error.to_string().contains("URL is wrong"), "{error}");
        }
    }
}
