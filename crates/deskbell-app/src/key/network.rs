//! From which addresses a key may be used.

use std::net::IpAddr;

use ipnet::IpNet;

/// A list of networks in CIDR notation; an empty list allows every address.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads networks (`10.0.0.0/8`, `2001:db8::/32`) or single addresses.
    ///
    /// Errors: the text that is neither.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let read = |text: &str| {
            let net = text.parse::<IpNet>().ok();
            net.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).ok_or_else(|| text.to_owned())
        };
        texts.into_iter().map(|t| read(t.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is allowed. An IPv4 address that comes as IPv6 counts as IPv4.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|net| net.contains(&address))
    }

    /// The networks as they are written.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(IpNet::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_allowed_inside_a_network_only() {
        let nets = Networks::parse(["10.1.0.0/16", "192.0.2.7", "2001:db8::/32"]).expect("three networks");
        for (address, allowed) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("192.0.2.7", true),
            ("::ffff:10.1.2.3", true),
            ("2001:db8::1", true),
            ("::1", false),
        ] {
            assert_eq!(nets.allow(address.parse().expect("an address")), allowed, "{address}");
        }
        assert!(Networks::default().allow("127.0.0.1".parse().expect("an address")));
        assert_eq!(Networks::parse(["10.0.0.0/33"]), Err("10.0.0.0/33".into()));
    }
}
