//! The guard's table: what is refused, what may be opened, and that no disguise changes a verdict.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::guard::Guard;

/// Refused by default, allowed with `allow_private`.
const PRIVATE: &[&str] = &[
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "64:ff9b::10.1.2.3",
    "64:ff9b::127.0.0.1",
];

/// Refused whatever the options say.
const ALWAYS: &[&str] = &[
    // Metadata services, plain and in every disguise.
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "::ffff:168.63.129.16",
    "::ffff:192.0.0.192",
    "64:ff9b::169.254.169.254",
    "64:ff9b::100.100.100.200",
    "64:ff9b::168.63.129.16",
    "64:ff9b:1::169.254.169.254",
    "64:ff9b:1:a9fe:a9:fe00::",
    "::169.254.169.254",
    "::100.100.100.200",
    "::ffff:0:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "2002:6464:64c8::",
    "2001:0:a9fe:a9fe::1",
    // Everything else that leads nowhere.
    "0.0.0.0",
    "0.1.2.3",
    "169.254.0.1",
    "169.254.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.51.100.255",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::2",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0.0.0.0",
    "::ffff:0:8.8.8.8",
    "64:ff9b::0.0.0.0",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:808:808::1",
    "2002:7f00:1::",
    "3fff::1",
    "3fff:fff::1",
    "fe80::1",
    "febf::1",
    "ff02::1",
    "ff0e::1",
    "5f00::1",
    "4000::1",
    "200::1",
    "1::1",
    "e000::1",
    "64:ff9b:2::1",
];

/// Allowed by default: what lies beside the refused networks, and a few well-known hosts.
const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "203.0.114.0",
    "223.255.255.255",
    "168.63.129.15",
    "168.63.129.17",
    "2000::1",
    "2001:200::1",
    "2001:db7::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "3ffe::1",
    "3fff:1000::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
];

fn allowed(address: &str, allow_private: bool) -> bool {
    let address = address.parse().expect("an address");
    Guard { allow_private }.refusal(address).is_none()
}

#[test]
fn public_addresses_are_allowed_and_all_others_refused() {
    for address in PUBLIC {
        assert!(allowed(address, false), "{address}");
    }
    for address in PRIVATE.iter().chain(ALWAYS) {
        assert!(!allowed(address, false), "{address}");
    }
}

#[test]
fn private_networks_can_be_opened_and_nothing_else() {
    for address in PUBLIC.iter().chain(PRIVATE) {
        assert!(allowed(address, true), "{address}");
    }
    for address in ALWAYS {
        assert!(!allowed(address, true), "{address}");
    }
}

#[test]
fn a_refusal_names_the_address_and_the_reason() {
    let why = |address: &str| {
        Guard { allow_private: false }.refusal(address.parse().expect("an address")).expect("a refusal")
    };
    assert_eq!(why("10.1.2.3"), "10.1.2.3, which is a private network (10.0.0.0/8)");
    assert_eq!(
        why("::ffff:169.254.169.254"),
        "::ffff:169.254.169.254, which stands for 169.254.169.254, which is the metadata service of a cloud \
         (169.254.169.254/32)"
    );
    for (address, reason) in [
        ("169.254.169.254", "the metadata service of a cloud (169.254.169.254/32)"),
        ("169.254.170.2", "the metadata service of a cloud (AWS, containers) (169.254.170.2/32)"),
        ("169.254.170.23", "the metadata service of a cloud (AWS, pods) (169.254.170.23/32)"),
        ("169.254.1.1", "link-local (169.254.0.0/16)"),
        ("192.0.0.192", "the metadata service of a cloud (Oracle) (192.0.0.192/32)"),
        ("255.255.255.255", "broadcast (255.255.255.255/32)"),
        ("::", "no destination (::/128)"),
        ("::1", "this machine itself (::1/128)"),
        ("::8.8.8.8", "an IPv4 address in an old disguise (IPv4-compatible) (::/96)"),
        ("::ffff:0:8.8.8.8", "an IPv4 address in disguise (IPv4-translated) (::ffff:0:0:0/96)"),
        ("64:ff9b:1::8.8.8.8", "an IPv4 address in a local disguise (NAT64) (64:ff9b:1::/48)"),
        ("100::1", "thrown away by routers (100::/64)"),
        ("2001::1", "a tunnel (Teredo) (2001::/32)"),
        ("2001:2::1", "reserved for protocols (2001::/23)"),
        ("fe80::1", "link-local (fe80::/10)"),
        ("ff02::1", "multicast (ff00::/8)"),
        ("4000::1", "not of the public internet (2000::/3)"),
    ] {
        let why = why(address);
        assert!(why.ends_with(&format!(", which is {reason}")), "{address}: {why}");
    }
}

proptest! {
    #[test]
    fn an_address_is_judged_alike_in_every_spelling(bits: u32, allow_private: bool) {
        let guard = Guard { allow_private };
        let plain = Ipv4Addr::from_bits(bits);
        let verdict = guard.refusal(plain.into()).is_some();
        let mapped: IpAddr = plain.to_ipv6_mapped().into();
        let nat64 = IpAddr::V6(Ipv6Addr::from_bits((0x64_ff9b << 96) | u128::from(bits)));
        prop_assert_eq!(guard.refusal(mapped).is_some(), verdict);
        prop_assert_eq!(guard.refusal(nat64).is_some(), verdict);
    }

    #[test]
    fn what_is_refused_with_private_networks_is_refused_without(bits: u128) {
        let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
        let open = Guard { allow_private: true }.refusal(address);
        let shut = Guard { allow_private: false }.refusal(address);
        prop_assert!(open.is_none() || shut.is_some(), "{}", address);
        prop_assert!(shut.is_some() || bits >> 125 == 1 || bits >> 32 == 0xffff || bits >> 32 == 0x64_ff9b << 64);
    }
}
