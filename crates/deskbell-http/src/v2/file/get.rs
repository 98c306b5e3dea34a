//! GET /api/v2/file/{fileID}: the bytes of a file. Rules live in `deskbell_app::file`.
//!
//! Whatever a file is, it is handed out as one to keep and never to run: as an attachment, of the type that its content has, in a
//! sandbox.

use axum::body::Body;
use deskbell_app::Desk;
use deskbell_app::file::Found;
use deskbell_core::{Code, FileId, Permission};
use futures_util::TryStreamExt;
use http::HeaderName;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};

use crate::{Call, Failure, Operation, Reply};

/// No page of another site may embed it.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("fileGet", "/file/{fileID}")
        .tag("File")
        .summary("Returns the bytes of a file.")
        .description(
            "A file of a message exists where its ticket does; an upload that no message has taken, for its caller alone. It \
             comes as an attachment, of the media type that its content has, whatever Accept says.",
        )
        .needs(Permission::TicketRead)
        .if_none_match()
        .file()
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (found, bytes) = call.state.file(&call.actor, FileId(call.id("fileID"))).await?;
    let body = Body::from_stream(bytes.inspect_err(|error| tracing::error!(%error, "a file broke off")));
    let mut reply = Reply::stream("application/octet-stream", body);
    reply.header(CONTENT_TYPE, &found.media_type);
    reply.header(CONTENT_LENGTH, &found.size.to_string());
    reply.header(CONTENT_DISPOSITION, &disposition(&found.name));
    reply.header(CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    reply.header(RESOURCE_POLICY, "same-origin");
    reply.header(ETAG, &etag(&found));
    Ok(reply)
}

/// A file never changes; its tag tells its content.
fn etag(found: &Found) -> String {
    let hash: String = found.hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"1-{hash}\"")
}

/// One name, in quotes where every program reads it, and once more in full (RFC 6266) where that is not all of it.
fn disposition(name: &str) -> String {
    let plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%');
    let quoted: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if quoted == name {
        return format!("attachment; filename=\"{quoted}\"");
    }
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{quoted}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_stays_within_its_quotes() {
        for (name, header) in [
            ("bill 7.pdf", "attachment; filename=\"bill 7.pdf\""),
            (
                "q3\".pdf\"; filename=evil.html",
                "attachment; filename=\"q3_.pdf_; filename=evil.html\"; filename*=UTF-8''q3%22.pdf%22%3B%20filename%3Devil.html",
            ),
            ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            ("naïve.txt", "attachment; filename=\"na_ve.txt\"; filename*=UTF-8''na%C3%AFve.txt"),
        ] {
            assert_eq!(disposition(name), header);
        }
    }
}
