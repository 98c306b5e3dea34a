//! POST /api/v2/file: uploads a file that a message takes later. Rules live in `deskbell_app::file`.

use deskbell_app::Desk;
use deskbell_app::file::Upload;
use deskbell_core::text::limit;
use deskbell_core::{Code, Fault, Permission};

use super::uploads;
use crate::decode::largest;
use crate::{Call, Failure, Field, Operation, Reply};

/// Characters of a file in base64: what the body of the call takes.
const BASE64: usize = 4_000_000;

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("fileCreate", "/file")
        .tag("File")
        .summary("Uploads a file that a message is to take.")
        .description(
            "The file is its caller's alone until POST /message names it among its attachments, and goes after a day if none \
             does. A form of parts brings it as it is; the other encodings bring up to 3 MB in base64.",
        )
        .needs(Permission::MessageCreate)
        .fields([
            Field::file("file").doc("The file: a part of multipart/form-data."),
            Field::base64("contentBase64", BASE64).doc("The file in base64, instead; blanks and line breaks are passed over."),
            Field::line("name", limit::NAME).doc("Its name; empty: the filename of the part, or file."),
        ])
        .one_of(&["file", "contentBase64"])
        .large_body()
        .result(&["fileID", "name", "size", "media_type"])
        .fails(&[Code::PayloadTooLarge])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let mut uploads = uploads(call.params.files("file"));
    let name = call.params.text("name").unwrap_or_default();
    if let Some(bytes) = call.params.bytes("contentBase64") {
        uploads = vec![upload(&call, name, bytes).await?];
    } else if !name.is_empty() {
        uploads.iter_mut().for_each(|upload| upload.rename(name));
    }
    let keeping = call.state.keeping(uploads);
    let write = call.write("fileCreate", {
        let keeping = keeping.clone();
        move |work| Desk::file_of(&keeping, work)
    });
    let answer = write.answer_after(keeping.keep(), |stored| {
        Reply::result("File stored.")
            .named("fileID", stored.id.0)
            .with("name", &stored.name)
            .with("size", &stored.size)
            .with("media_type", stored.media_type)
            .at(&format!("/api/v2/file/{}", stored.id))
    });
    let answer = answer.await;
    keeping.let_go().await;
    answer
}

async fn upload(call: &Call<Desk>, name: &str, bytes: &[u8]) -> Result<Upload, Failure> {
    if bytes.len() as u64 > call.file_limit {
        let message = largest("A file", call.file_limit, "file_limit");
        return Err(Fault::of("contentBase64", Code::PayloadTooLarge, message).into());
    }
    let mut spool = call.state.spool();
    spool.write(bytes).await.map_err(deskbell_app::Error::from)?;
    Ok(Upload::new(name, spool.finish().await.map_err(deskbell_app::Error::from)?))
}
