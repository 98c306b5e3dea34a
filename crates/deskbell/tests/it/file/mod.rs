//! Files: how they come, what is shown of them, who gets them, and that nothing is left of them.

mod download;
mod kept;
mod races;
mod upload;

use deskbell_files::Files;
use serde_json::{Value, json};

use crate::harness::{Client, Part, TestDesk};
use crate::laws::Probe;

/// Every byte there is, and what text modes change.
pub(super) fn all_bytes() -> Vec<u8> {
    let every = (0..=255u8).cycle().take(256 * 1_000);
    every.chain(*b"\r\n\x1a\0\n\r").collect()
}

/// Sends a message with files as parts; the answer's messageID.
pub(super) fn send(key: &Client, ticket: i64, files: &[(&str, &[u8])]) -> i64 {
    let id = ticket.to_string();
    let mut parts =
        vec![Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "See it.")];
    parts.extend(files.iter().map(|(name, bytes)| Part::File("attachments[]", name, bytes)));
    key.upload("/message", &parts).expect(200)["messageID"].as_i64().expect("an id")
}

/// The attachments of the newest message of a ticket.
pub(super) fn attached(key: &Client, ticket: i64) -> Vec<Value> {
    let item = key.get(&format!("/ticket/{ticket}")).expect(200);
    let entries = item["item"]["timeline"].as_array().cloned().expect("a timeline");
    entries.last().map_or(Vec::new(), |entry| entry["attachments"].as_array().cloned().expect("attachments"))
}

/// The ids of the same.
pub(super) fn ids(key: &Client, ticket: i64) -> Vec<i64> {
    attached(key, ticket).iter().map(|file| file["id"].as_i64().expect("an id")).collect()
}

/// The bytes of a file.
pub(super) fn bytes(key: &Client, id: i64) -> Vec<u8> {
    let seen = key.get(&format!("/file/{id}"));
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert_eq!(seen.header("content-length"), seen.bytes.len().to_string());
    seen.bytes
}

/// An upload for later; its id.
pub(super) fn uploaded(key: &Client, name: &str, bytes: &[u8]) -> i64 {
    key.upload("/file", &[Part::File("file", name, bytes)]).expect(200)["fileID"].as_i64().expect("an id")
}

/// Runs what the background does with bytes that nothing needs.
pub(crate) fn sweep(desk: &TestDesk) -> usize {
    desk.block_on(desk.desk.sweep_files()).expect("swept")
}

/// How many files, contents, places to be removed, and chunks of bytes there are.
pub(super) fn counts(desk: &TestDesk) -> [i64; 4] {
    let probe = Probe::new(&desk.place);
    ["file", "content", "content_gone", "content_chunk"]
        .map(|table| probe.number(&format!("SELECT COUNT(*) FROM {table}")))
}

/// Puts files into a folder from now on.
pub(crate) fn in_folder(desk: &TestDesk) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    desk.desk.keep_files_in(Files::in_folder(folder.path()).expect("a store"));
    folder
}

/// How many files are below a folder.
pub(super) fn files_in(folder: &std::path::Path) -> usize {
    let entries = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}

/// A ticket with a note that has one file; the ticket's id and the file's.
pub(super) fn with_file(desk: &TestDesk, fields: Value, bytes: &[u8]) -> (i64, i64) {
    let (admin, ticket) = (desk.admin(), desk.ticket(fields));
    send(&admin, ticket, &[("a.bin", bytes)]);
    (ticket, ids(&admin, ticket)[0])
}

/// The same without anything about the ticket.
pub(super) fn simple(desk: &TestDesk, bytes: &[u8]) -> (i64, i64) {
    with_file(desk, json!({}), bytes)
}
