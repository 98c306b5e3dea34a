//! Which addresses the server may connect to on somebody's behalf: one table, of which the narrowest network counts.
//!
//! After the special-purpose registries of IANA (RFC 6890 and its successors) and the metadata services of the clouds.
//! An address that carries another one in it is judged by that or refused. Names and URLs are not known here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The policy of one client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    /// Lets the networks through that somebody may run services of their own in.
    pub(crate) allow_private: bool,
}

/// Whether an operator may open a network.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Never: nothing there is a service of somebody's own.
    Shut,
    /// With `allow_private`.
    Private,
}

use Door::{Private, Shut};

const TABLE: &[(IpNet, Door, &str)] = &[
    // Most of them lie within networks that may be opened. Who reads one gets the machine's credentials.
    (v4([169, 254, 169, 254], 32), Shut, "the metadata service of a cloud"),
    (v4([169, 254, 170, 2], 32), Shut, "the metadata service of a cloud (AWS, containers)"),
    (v4([169, 254, 170, 23], 32), Shut, "the metadata service of a cloud (AWS, pods)"),
    (v4([100, 100, 100, 200], 32), Shut, "the metadata service of a cloud (Alibaba)"),
    (v4([168, 63, 129, 16], 32), Shut, "the host service of a cloud (Azure)"),
    (v4([192, 0, 0, 192], 32), Shut, "the metadata service of a cloud (Oracle)"),
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128), Shut, "the metadata service of a cloud (AWS)"),
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128), Shut, "the metadata service of a cloud (Google)"),
    // What an operator may open.
    (v4([127, 0, 0, 0], 8), Private, "this machine itself"),
    (v4([10, 0, 0, 0], 8), Private, "a private network"),
    (v4([172, 16, 0, 0], 12), Private, "a private network"),
    (v4([192, 168, 0, 0], 16), Private, "a private network"),
    (v4([100, 64, 0, 0], 10), Private, "a carrier's shared network"),
    (v4([198, 18, 0, 0], 15), Private, "a network for benchmarks"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Private, "this machine itself"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Private, "a private network"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Private, "a private network of old (site-local)"),
    // What leads to no service of anybody's.
    (v4([0, 0, 0, 0], 8), Shut, "no destination"),
    (v4([169, 254, 0, 0], 16), Shut, "link-local"),
    (v4([192, 0, 0, 0], 24), Shut, "reserved for protocols"),
    (v4([192, 0, 2, 0], 24), Shut, "for documentation only"),
    (v4([192, 88, 99, 0], 24), Shut, "a relay of the old 6to4"),
    (v4([198, 51, 100, 0], 24), Shut, "for documentation only"),
    (v4([203, 0, 113, 0], 24), Shut, "for documentation only"),
    (v4([224, 0, 0, 0], 4), Shut, "multicast"),
    (v4([255, 255, 255, 255], 32), Shut, "broadcast"),
    (v4([240, 0, 0, 0], 4), Shut, "reserved"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Shut, "no destination"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Shut, "an IPv4 address in an old disguise (IPv4-compatible)"),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), Shut, "an IPv4 address in disguise (IPv4-translated)"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Shut, "an IPv4 address in a local disguise (NAT64)"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), Shut, "thrown away by routers"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Shut, "a tunnel (Teredo)"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Shut, "reserved for protocols"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Shut, "for documentation only"),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Shut, "a tunnel (6to4)"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Shut, "for documentation only"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Shut, "link-local"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Shut, "multicast"),
];

/// All that has been given out of IPv6 for the public internet. What lies outside and in no row above is unknown, and
/// refused.
const PUBLIC: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// `::ffff:a.b.c.d`: the socket speaks IPv4.
const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
/// `64:ff9b::a.b.c.d` (RFC 6052): what the resolver of a network without IPv4 makes of an IPv4 address.
const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length))
}

impl Guard {
    /// Why the server may not connect to the address: "ADDRESS, which is …". None if it may.
    pub(crate) fn refusal(self, address: IpAddr) -> Option<String> {
        if let Some(inner) = carried(address) {
            return self.refusal(inner.into()).map(|why| format!("{address}, which stands for {why}"));
        }
        // The narrowest network knows best, as in routing.
        let rows = TABLE.iter().filter(|(net, ..)| net.contains(&address));
        match (rows.max_by_key(|(net, ..)| net.prefix_len()), address) {
            (Some((_, Private, _)), _) if self.allow_private => None,
            (Some((net, _, what)), _) => Some(format!("{address}, which is {what} ({net})")),
            (None, IpAddr::V6(v6)) if !PUBLIC.contains(&v6) => {
                Some(format!("{address}, which is not of the public internet ({PUBLIC})"))
            }
            (None, _) => None,
        }
    }
}

/// The IPv4 address that an IPv6 address is just another spelling of.
fn carried(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let [.., a, b, c, d] = v6.octets();
    (MAPPED.contains(&v6) || NAT64.contains(&v6)).then(|| Ipv4Addr::new(a, b, c, d))
}
