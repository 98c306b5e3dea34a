//! What is told from a URL alone, in every spelling that a reader of URLs knows.

use crate::{LONGEST, check_url};

fn because(url: &str, allow_private: bool) -> String {
    check_url(url, allow_private).err().unwrap_or_else(|| panic!("{url} was taken"))
}

#[test]
fn good_urls_are_taken_and_given_back() {
    for (text, whole, bare, place) in [
        ("https://example.com", "https://example.com/", "https://example.com/", "example.com:443"),
        (
            "HTTPS://Example.COM:8443/a%20b?x=1&y=%23",
            "https://example.com:8443/a%20b?x=1&y=%23",
            "https://example.com:8443/a%20b",
            "example.com:8443",
        ),
        (
            "https://müller.example/ä",
            "https://xn--mller-kva.example/%C3%A4",
            "https://xn--mller-kva.example/%C3%A4",
            "xn--mller-kva.example:443",
        ),
        ("https://1.1.1.1:443/", "https://1.1.1.1/", "https://1.1.1.1/", "1.1.1.1:443"),
        (
            "https://[2606:4700:4700::1111]/?",
            "https://[2606:4700:4700::1111]/?",
            "https://[2606:4700:4700::1111]/",
            "[2606:4700:4700::1111]:443",
        ),
        (
            "https://a.example/q?{\"x\":[1|2^3`]}",
            "https://a.example/q?{%22x%22:[1|2^3`]}",
            "https://a.example/q",
            "a.example:443",
        ),
        (
            "https://a.example/@me?to=b@c",
            "https://a.example/@me?to=b@c",
            "https://a.example/@me",
            "a.example:443",
        ),
    ] {
        let target = check_url(text, false).expect(text);
        assert_eq!(target.to_string(), whole);
        assert_eq!(target.without_query(), bare);
        assert_eq!(target.place(), place);
        assert!(target.is_secure());
    }
    let plain = check_url("http://example.com/", true).expect("plain HTTP, if private networks are allowed");
    assert!(!plain.is_secure());
}

#[test]
fn the_query_is_not_in_the_debug_form() {
    let target = check_url("https://example.com/hook?token=s3cret", false).expect("a URL");
    assert_eq!(format!("{target:?}"), "Target(\"https://example.com/hook\")");
}

#[test]
fn what_is_wrong_with_a_url_is_said_with_what_would_be_right() {
    for (url, part) in [
        ("", "must begin with https://"),
        ("example.com/hook", "must begin with https://"),
        ("ftp://example.com/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("gopher://example.com:70/_x", "must begin with https://"),
        ("https:example.com", "must begin with https://"),
        ("https:/example.com", "must begin with https://"),
        ("javascript:alert(1)//https://", "must begin with https://"),
        ("http://example.com/", "http:// sends in the clear"),
        ("https://", "has no host"),
        ("https:///example.com", "has no host"),
        ("https://?x", "has no host"),
        ("https://:443/", "cannot be read"),
        ("https://user:password@example.com/", "send them in a header"),
        ("https://user@example.com/", "send them in a header"),
        ("https://@example.com/", "send them in a header"),
        ("https://example.com@127.0.0.1/", "send them in a header"),
        ("https://example.com/#top", "from # on is never sent"),
        ("https://example.com#@127.0.0.1/", "from # on is never sent"),
        ("https://example.com\\@127.0.0.1/", "backslashes"),
        ("https:\\\\example.com\\", "backslashes"),
        (" https://example.com/", "blanks"),
        ("https://example.com/a b", "blanks"),
        ("https://exam\nple.com/", "line breaks"),
        ("https://example.com/\u{a0}", "blanks"),
        ("https://example.com/\0", "blanks"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://exa<mple.com/", "cannot be read"),
        ("https://256.256.256.256/", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
    ] {
        let message = because(url, false);
        assert!(message.contains(part), "{url}: {message}");
    }
}

#[test]
fn a_url_has_a_longest_length() {
    let of =
        |length: usize| format!("https://example.com/{}", "ä".repeat(length - "https://example.com/".len()));
    assert!(check_url(&of(LONGEST), false).is_ok());
    assert_eq!(because(&of(LONGEST + 1), false), "the URL has 2001 characters; at most 2000 are allowed");
}

#[test]
fn this_machine_is_refused_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0x7F.0.0.0x1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "0",
        "0.0.0.0",
        "[::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "api.localhost",
        "ｌｏｃａｌｈｏｓｔ",
    ] {
        let message = because(&format!("https://{host}:8443/x"), false);
        assert!(message.ends_with("; name a public host"), "{host}: {message}");
    }
}

#[test]
fn metadata_services_are_refused_in_every_spelling_and_with_private_networks_too() {
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "0xa9.0xfe.0xa9fe",
        "169.254.169.254.",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "169.254.170.2",
        "169.254.170.23",
        "[fd00:ec2::254]",
        "[fd00:0ec2:0:0:0:0:0:254]",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[fd20:ce::254]",
        "[fe80::a9fe:a9fe]",
    ] {
        let message = because(&format!("http://{host}/latest/meta-data/"), true);
        assert!(message.ends_with("; name a public host"), "{host}: {message}");
    }
}
