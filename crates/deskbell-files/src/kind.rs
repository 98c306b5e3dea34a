//! What bytes are, by their beginning. The sender's word about it, and the name of the file, count for nothing.
//!
//! What a browser would run or render with scripts (HTML, SVG, XML, scripts) is plain text here, as is all other text;
//! what is not recognised is `application/octet-stream`.

use infer::MatcherType;

/// How many bytes are looked at.
pub(crate) const HEAD: usize = 8 * 1024;

/// Bytes, and nothing said about them.
const BYTES: &str = "application/octet-stream";
/// Text in UTF-8.
const TEXT: &str = "text/plain; charset=utf-8";

/// The media type of bytes that begin so and are so many in all.
pub fn kind_of(head: &[u8], size: u64) -> &'static str {
    if size == 0 {
        return BYTES;
    }
    // The marks of some formats are letters, with which a text may begin; of those that can be all text one is worth a name.
    if is_text(head, size) && !head.starts_with(b"%PDF-") {
        return TEXT;
    }
    match infer::get(head) {
        Some(found) if !matches!(found.matcher_type(), MatcherType::App | MatcherType::Text) => {
            found.mime_type()
        }
        _ => BYTES,
    }
}

/// Whether it is text in UTF-8, as far as is looked at: no control characters but those of lines and tabs.
fn is_text(head: &[u8], size: u64) -> bool {
    let whole = head.len() as u64 == size;
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    fn of(bytes: &[u8]) -> &'static str {
        kind_of(bytes, bytes.len() as u64)
    }

    #[test]
    fn the_content_tells_what_it_is() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png");
        assert_eq!(of(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), "image/jpeg");
        assert_eq!(of(b"GIF89a\x01\0\x01\0"), "image/gif");
        assert_eq!(of(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(of(b"PK\x03\x04\x14\0\0\0\0\0"), "application/zip");
        assert_eq!(of("Grüße\r\n".as_bytes()), "text/plain; charset=utf-8");
    }

    #[test]
    fn what_a_browser_would_run_is_text_or_bytes() {
        for hostile in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<html><body onload=alert(1)>",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>",
            "#!/bin/sh\nrm -rf /\n",
            "  \n<script>alert(1)</script>",
            "GIF87 <script>alert(1)</script>",
            "BMW: the lamp is broken",
        ] {
            assert_eq!(of(hostile.as_bytes()), "text/plain; charset=utf-8", "{hostile}");
        }
        assert_eq!(of(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"), "application/octet-stream");
        assert_eq!(of(b"\x7fELF\x02\x01\x01\0"), "application/octet-stream");
        assert_eq!(of(b"\0asm\x01\0\0\0"), "application/octet-stream");
    }

    #[test]
    fn what_is_no_utf8_is_bytes() {
        assert_eq!(of(b"Gr\xfc\xdfe"), "application/octet-stream");
        assert_eq!(of(b"a\0b"), "application/octet-stream");
        assert_eq!(of(b""), "application/octet-stream");
        assert_eq!(of(&(0..=255).collect::<Vec<u8>>()), "application/octet-stream");
    }

    #[test]
    fn a_character_that_is_cut_at_the_end_of_the_look_is_no_fault() {
        let mut text = "é".repeat(super::HEAD);
        text.insert(0, 'a');
        assert_eq!(kind_of(&text.as_bytes()[..super::HEAD], text.len() as u64), "text/plain; charset=utf-8");
        assert_eq!(kind_of(&text.as_bytes()[..4], 4), "application/octet-stream");
    }
}
