//! A folder and a bucket keep the same bytes in the same way.

use std::path::Path;

use deskbell_files::{CHUNK, Failure, Files, Spooled};
use futures_util::TryStreamExt;

use crate::bucket::Fake;

/// Bytes that do not repeat, so that a piece in the wrong place is seen.
fn bytes(length: usize) -> Vec<u8> {
    (0u32..).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).take(length).collect()
}

async fn spooled(files: &Files, content: &[u8]) -> Spooled {
    let mut spool = files.spool();
    // In pieces that fit nothing.
    for piece in content.chunks(10_007) {
        spool.write(piece).await.expect("written");
    }
    assert_eq!(spool.size(), content.len() as u64);
    spool.finish().await.expect("finished")
}

async fn read(files: &Files, place: &str) -> Result<Vec<u8>, Failure> {
    let pieces: Vec<_> = files.read(place).await?.try_collect().await?;
    Ok(pieces.concat())
}

fn entries(folder: &Path) -> usize {
    let count = |folder: &Path| folder.read_dir().expect("a folder").count();
    folder.read_dir().expect("a folder").map(|entry| count(&entry.expect("an entry").path())).sum()
}

/// Keeps, reads, sizes and removes files of many sizes.
async fn keeps(files: &Files) {
    for (n, length) in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7, 20 << 20].into_iter().enumerate() {
        let (content, place) = (bytes(length), format!("{n:02}-place"));
        let spooled = spooled(files, &content).await;
        assert_eq!(spooled.size(), length as u64);
        files.put(&place, spooled).await.expect("kept");
        assert_eq!(files.size(&place).await.expect("looked up"), Some(length as u64));
        assert!(read(files, &place).await.expect("read") == content, "{length} bytes came back otherwise");
        files.remove(&place).await.expect("removed");
        files.remove(&place).await.expect("removed what is not there");
        assert_eq!(files.size(&place).await.expect("looked up"), None);
        assert!(matches!(read(files, &place).await, Err(Failure::Missing(_))));
    }
}

#[tokio::test]
async fn a_folder_keeps_files_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("files");
    let files = Files::in_folder(&path).expect("a folder");
    keeps(&files).await;
    assert_eq!(entries(&path), 0, "something was left");
    // What breaks off leaves nothing, whether it was in memory or on the disk.
    for length in [10, 4 * CHUNK] {
        let mut spool = files.spool();
        spool.write(&bytes(length)).await.expect("written");
        drop(spool);
        drop(spooled(&files, &bytes(length)).await);
    }
    assert_eq!(entries(&path), 0, "something was left");
}

#[tokio::test]
async fn a_place_in_a_folder_is_used_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::in_folder(folder.path()).expect("a folder");
    files.put("ab", spooled(&files, b"first").await).await.expect("kept");
    assert!(files.put("ab", spooled(&files, b"second").await).await.is_err());
    assert_eq!(read(&files, "ab").await.expect("read"), b"first");
}

#[tokio::test]
async fn what_stood_unfinished_for_a_day_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::in_folder(folder.path()).expect("a folder");
    let (old, new) = (folder.path().join("incoming/old"), folder.path().join("incoming/new"));
    for path in [&old, &new] {
        std::fs::write(path, "x").expect("written");
    }
    let file = std::fs::File::options().write(true).open(&old).expect("a file");
    let now = file.metadata().expect("about").modified().expect("a time");
    file.set_modified(now - std::time::Duration::from_secs(25 * 3_600)).expect("set");
    files.tidy().await.expect("tidied");
    assert!(!old.exists());
    assert!(new.exists());
}

#[tokio::test]
async fn a_place_is_known_again_by_its_mark() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (_fake, bucket) = Fake::start().await;
    let again = Files::in_folder(folder.path()).expect("a folder");
    let (files, other) = (again.clone(), Files::in_folder(other.path()).expect("a folder"));
    for files in [&files, &bucket] {
        assert_eq!(files.mark("first").await.expect("marked"), "first");
        assert_eq!(files.mark("second").await.expect("marked"), "first");
    }
    assert_eq!(again.mark("third").await.expect("marked"), "first");
    assert_eq!(other.mark("other").await.expect("marked"), "other");
}

#[tokio::test]
async fn memory_is_let_go_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::in_folder(folder.path()).expect("a folder");
    let mut spool = files.spool();
    spool.write(b"first").await.expect("written");
    spool.to_disk().await.expect("written");
    assert_eq!(spool.in_memory(), 0);
    spool.write(b" second").await.expect("written");
    files.put("ab", spool.finish().await.expect("finished")).await.expect("kept");
    assert_eq!(read(&files, "ab").await.expect("read"), b"first second");
}

#[tokio::test]
async fn the_hash_is_that_of_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::in_folder(folder.path()).expect("a folder");
    for length in [0, 5, 3 * CHUNK] {
        let content = bytes(length);
        let expected: [u8; 32] =
            sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&content)).into();
        assert_eq!(spooled(&files, &content).await.hash(), expected);
    }
}

#[tokio::test]
async fn a_bucket_keeps_files_under_its_prefix_by_signed_requests() {
    let (fake, files) = Fake::start().await;
    keeps(&files).await;
    files.put("ab", spooled(&files, b"x").await).await.expect("kept");
    assert_eq!(fake.objects(), ["a/b/ab"]);
    assert_eq!((fake.unsigned(), fake.uploads()), (0, 0));
}

#[tokio::test]
async fn an_upload_to_a_bucket_that_fails_in_its_middle_leaves_nothing() {
    let (fake, files) = Fake::start().await;
    fake.refuse(2);
    let failed = files.put("ab", spooled(&files, &bytes(30 << 20)).await).await;
    assert!(matches!(failed, Err(Failure::Remote(_))), "{failed:?}");
    assert_eq!((fake.objects(), fake.uploads()), (Vec::<String>::new(), 0));
}
