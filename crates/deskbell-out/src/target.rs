//! Where a request goes: a URL that somebody gave, read once, with all checks that need no network.
//!
//! What is checked is what is connected to: both come from the one parsed form, so that a strange spelling cannot mean
//! two things. The address behind a name is the connector's matter.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use url::{Host, Url};

use crate::guard::Guard;

/// Characters that a URL may have.
pub const LONGEST: usize = 2000;

/// A checked URL. `Display` gives all of it, `Debug` hides the query.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    uri: Uri,
}

impl Target {
    /// The URL without its query, for logs. The path is there: some services keep a secret in it.
    #[must_use]
    pub fn without_query(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.into()
    }

    /// Host and port, as in `example.com:443`.
    #[must_use]
    pub fn place(&self) -> String {
        let port = self.url.port_or_known_default().unwrap_or_default();
        format!("{}:{port}", self.url.host_str().unwrap_or_default())
    }

    /// Whether requests go through TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.without_query()).finish()
    }
}

/// Reads a URL and checks what can be checked without the network: length, scheme, host, and the address if the host is
/// one. `allow_private` permits plain `http` and networks that are not public, as in [`crate::Options`].
///
/// # Errors
///
/// What is wrong and what would be right, in words for whoever gave the URL.
pub fn check_url(text: &str, allow_private: bool) -> Result<Target, String> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!("the URL has {length} characters; at most {LONGEST} are allowed"));
    }
    spelling(text)?;
    let url = Url::parse(text).map_err(|error| format!("the URL cannot be read ({error}); {RIGHT}"))?;
    if url.scheme() != "https" && !allow_private {
        return Err("the URL must begin with https://, since http:// sends in the clear".to_owned());
    }
    host(&url, allow_private)?;
    // The connection is made from this form, so it has to say the same.
    match url.as_str().parse::<Uri>() {
        Ok(uri) if uri.host() == url.host_str() && uri.port_u16() == url.port() => Ok(Target { url, uri }),
        _ => Err(format!("the URL has characters that must be percent-encoded; {RIGHT}")),
    }
}

const RIGHT: &str = "right would be https://example.com/path";

/// What the reader of URLs would mend in silence, so that people would see one thing and the server do another.
fn spelling(text: &str) -> Result<(), String> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err("a URL has no blanks, line breaks or backslashes; write %20 for a blank".to_owned());
    }
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(format!("the URL must begin with https://; {RIGHT}"));
    }
    if rest.contains('#') {
        return Err("the part of the URL from # on is never sent; leave it out, or write %23".to_owned());
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err(format!("the URL has no host; {RIGHT}"));
    }
    if authority.contains('@') {
        return Err(
            "a URL with a user name or password before an @ is not taken; send them in a header".to_owned()
        );
    }
    Ok(())
}

fn host(url: &Url, allow_private: bool) -> Result<(), String> {
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = name == "localhost" || name.ends_with(".localhost");
            return match local && !allow_private {
                true => Err(format!("the host {name} is this machine itself; name a public host")),
                false => Ok(()),
            };
        }
        None => return Err(format!("the URL has no host; {RIGHT}")),
    };
    match (Guard { allow_private }).refusal(address) {
        Some(why) => Err(format!("the URL leads to {why}; name a public host")),
        None => Ok(()),
    }
}
