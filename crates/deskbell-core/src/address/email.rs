//! E-mail addresses: one @, a local part without case, a domain in ASCII (IDNA, UTS 46) without its last dot.
//!
//! Quoted local parts, address literals and anything with a name beside the address are not read: what is rare and
//! ambiguous names nobody.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Octets of a domain name (RFC 1035).
const DOMAIN: usize = 253;

/// The canonical form of a trimmed text.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let domain = domain_of(domain)?;
    if local.is_empty() || !local.chars().all(is_local) {
        return None;
    }
    let mut form = String::with_capacity(local.len() + 1 + domain.len());
    if local.is_ascii() {
        form.extend(local.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        form.extend(local.nfc().flat_map(char::to_lowercase).nfc());
    }
    form.push('@');
    form.push_str(&domain);
    Some(form)
}

/// What an unquoted local part may hold: letters and digits of any script, and the signs of RFC 5322.
fn is_local(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c),
        false => !c.is_whitespace() && !c.is_control(),
    }
}

fn domain_of(domain: &str) -> Option<String> {
    let ascii: Cow<'_, str> = match domain.is_ascii() {
        true => domain.to_ascii_lowercase().into(),
        false => idna::domain_to_ascii(domain).ok()?.into(),
    };
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    let good = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    (name.len() <= DOMAIN && name.split('.').all(good)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn case_last_dot_and_script_of_the_domain_do_not_matter() {
        let form = Some("max.müller@xn--mller-kva.example".to_owned());
        for text in [
            "Max.Müller@müller.example",
            "max.mu\u{308}ller@MÜLLER.EXAMPLE",
            "MAX.MÜLLER@mu\u{308}ller。example",
            "max.müller@XN--MLLER-KVA.example.",
        ] {
            assert_eq!(canonical(text), form, "{text}");
        }
        assert_eq!(canonical("Anna+news@Shop.Example."), Some("anna+news@shop.example".into()));
        assert_eq!(canonical("root@localhost"), Some("root@localhost".into()));
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        for text in [
            "@shop.example",
            "anna@",
            "anna@@shop.example",
            "anna@shop@example",
            "anna@shop..example",
            "anna@.",
            "an na@shop.example",
            "Anna <anna@shop.example>",
            "anna@shop.example, bob@shop.example",
            "\"a b\"@shop.example",
            "anna@[127.0.0.1]",
            "anna@sh op.example",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
        assert_eq!(canonical(&format!("a@{}", "long.".repeat(60))), None);
    }
}
