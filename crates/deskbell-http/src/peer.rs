//! The address of the caller: the peer, or what a trusted proxy says about it.

use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether the address is in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                top(u128::from(base.to_bits()), self.prefix, 32)
                    == top(u128::from(address.to_bits()), self.prefix, 32)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                top(base.to_bits(), self.prefix, 128) == top(address.to_bits(), self.prefix, 128)
            }
            _ => false,
        }
    }
}

/// The first `prefix` of `width` bits.
fn top(bits: u128, prefix: u32, width: u32) -> u128 {
    bits.checked_shr(width - prefix).unwrap_or(0)
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no network; write an address or ADDRESS/PREFIX, such as 10.0.0.0/8");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => width,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| wrong())?
            }
            Some(_) => return Err(wrong()),
        };
        if prefix > width {
            return Err(wrong());
        }
        Ok(Self { base, prefix })
    }
}

/// The caller's address: the peer itself, unless it is a trusted proxy; then the rightmost address of
/// `X-Forwarded-For` that is no trusted proxy. What cannot be read ends the walk.
pub(crate) fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut current = peer.to_canonical();
    if trusted.is_empty() || !is_trusted(current) {
        return current;
    }
    let lines = headers.get_all("x-forwarded-for");
    for line in lines.iter().collect::<Vec<_>>().into_iter().rev() {
        let Ok(line) = line.to_str() else { return current };
        for entry in line.rsplit(',') {
            let Some(address) = address_of(entry.trim()) else { return current };
            current = address.to_canonical();
            if !is_trusted(current) {
                return current;
            }
        }
    }
    current
}

/// An address, perhaps with a port, perhaps in brackets.
fn address_of(entry: &str) -> Option<IpAddr> {
    if let Ok(address) = entry.parse() {
        return Some(address);
    }
    if let Ok(socket) = entry.parse::<std::net::SocketAddr>() {
        return Some(socket.ip());
    }
    entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("header"));
        }
        let trusted: Vec<Network> = trusted.iter().map(|t| t.parse().expect("network")).collect();
        caller(peer.parse().expect("address"), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_entry() {
        assert_eq!(seen("203.0.113.9", &["1.1.1.1"], &[]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &["1.1.1.1"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9, 1.1.1.1"], &["10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9, 1.1.1.1, 10.2.3.4"], &["10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9", "1.1.1.1:443"], &["10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(seen("::ffff:10.0.0.1", &["[2001:db8::1]:80"], &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9, unknown"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn networks_are_read_and_wrong_ones_refused() {
        let all: Network = "0.0.0.0/0".parse().expect("network");
        assert!(all.contains("203.0.113.9".parse().expect("address")));
        assert!(!all.contains("2001:db8::1".parse().expect("address")));
        for text in ["", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/", "10.0.0.0/+8", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text:?}");
        }
    }
}
