//! Who calls: every way of sending a key (api.md section 2), and the backend that knows keys.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use deskbell_core::{Actor, Code, Fault};
use deskbell_files::Spool;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::decode::{KEY_NAME, unescape};
use crate::error::Failure;

/// What stands behind the edge.
pub trait Backend: Clone + Send + Sync + 'static {
    /// The actor of a key that is used from an address. Errors: `unauthenticated` for whatever is wrong with the key.
    fn authenticate(
        &self,
        secret: &str,
        peer: IpAddr,
    ) -> impl Future<Output = Result<Arc<Actor>, Failure>> + Send;

    /// Begins to take the bytes of a file in.
    fn spool(&self) -> Spool;

    /// The names that an operation with open names accepts beside its table. None, unless the backend has some.
    fn open_names(&self, actor: &Actor) -> impl Future<Output = Result<Vec<String>, Failure>> + Send {
        let _ = actor;
        async { Ok(Vec::new()) }
    }
}

/// The answer to every way of having no good key: the same for all.
pub fn unauthenticated() -> Fault {
    Fault::new(
        Code::Unauthenticated,
        "This call needs a valid key: send it as the header apiKey, or as Authorization: apikey KEY.",
    )
}

/// The keys that a request carries, each once.
#[derive(Default)]
pub(crate) struct Keys {
    found: Vec<String>,
    /// A key stands where none may.
    forbidden_form: bool,
}

impl Keys {
    pub(crate) fn of(headers: &HeaderMap, query: &[u8], in_query: bool) -> Self {
        let mut keys = Self::default();
        for value in headers.get_all("apikey") {
            keys.add(&String::from_utf8_lossy(value.as_bytes()));
        }
        for value in headers.get_all(AUTHORIZATION) {
            let value = String::from_utf8_lossy(value.as_bytes());
            let Some((scheme, key)) = value.trim().split_once([' ', '\t']) else { continue };
            if scheme.eq_ignore_ascii_case("apikey") || scheme.eq_ignore_ascii_case("bearer") {
                keys.add(key);
            }
        }
        for pair in query.split(|b| *b == b'&') {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = (&pair[..at], pair.get(at + 1..).unwrap_or_default());
            if name == KEY_NAME || (name.contains(&b'%') && unescape(name) == KEY_NAME) {
                keys.forbidden_form |= !in_query && !value.is_empty();
                keys.add(&String::from_utf8_lossy(&unescape(value)));
            }
        }
        keys
    }

    fn add(&mut self, key: &str) {
        let key = key.trim();
        if !key.is_empty() && !self.found.iter().any(|k| k == key) {
            self.found.push(key.to_owned());
        }
    }

    /// The one key of the request. Errors: none, several different ones, or one where none may be.
    pub(crate) fn single(&self) -> Result<&str, Fault> {
        match &self.found[..] {
            [key] if !self.forbidden_form => Ok(key),
            _ => Err(unauthenticated()),
        }
    }

    /// An answer without the keys, should one of them stand in it: a name or a value may have been a key.
    pub(crate) fn scrub(&self, body: Vec<u8>) -> Vec<u8> {
        let mut body = body;
        for key in self.found.iter().filter(|k| k.len() >= 8) {
            let there = body.windows(key.len()).any(|part| part == key.as_bytes());
            if there {
                body = String::from_utf8_lossy(&body).replace(key.as_str(), "…").into_bytes();
            }
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(headers: &[(&str, &str)], query: &str, in_query: bool) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::try_from(*name).expect("name"), value.parse().expect("value"));
        }
        Keys::of(&map, query.as_bytes(), in_query).single().ok().map(str::to_owned)
    }

    #[test]
    fn every_documented_spelling_carries_the_key() {
        let k = Some("dbk_K".to_owned());
        assert_eq!(key(&[("apiKey", " dbk_K ")], "", true), k);
        assert_eq!(key(&[("APIKEY", "dbk_K")], "", true), k);
        assert_eq!(key(&[("Authorization", "apikey dbk_K")], "", true), k);
        assert_eq!(key(&[("authorization", "APIKEY   dbk_K ")], "", true), k);
        assert_eq!(key(&[("Authorization", "bearer dbk_K")], "", true), k);
        assert_eq!(key(&[], "a=1&apiKey=dbk_K", true), k);
        assert_eq!(key(&[], "%61piKey=dbk%5FK", true), k);
        assert_eq!(key(&[("apikey", "dbk_K"), ("authorization", "Bearer dbk_K")], "apiKey=dbk_K", true), k);
        assert_eq!(key(&[("apikey", "dbk_K"), ("authorization", "Basic eDp5")], "", true), k);
    }

    #[test]
    fn anything_else_is_no_key() {
        assert_eq!(key(&[], "", true), None);
        assert_eq!(key(&[], "APIKEY=dbk_K", true), None);
        assert_eq!(key(&[], "apiKey=", true), None);
        assert_eq!(key(&[], "apiKey=dbk_K", false), None);
        assert_eq!(key(&[("apikey", "dbk_K")], "apiKey=dbk_K", false), None);
        assert_eq!(key(&[("apikey", "dbk_K")], "apiKey=dbk_L", true), None);
        assert_eq!(key(&[("apikey", "dbk_K"), ("apikey", "dbk_L")], "", true), None);
        assert_eq!(key(&[("authorization", "dbk_K")], "", true), None);
        assert_eq!(key(&[("authorization", "Basic dbk_K")], "", true), None);
    }
}
