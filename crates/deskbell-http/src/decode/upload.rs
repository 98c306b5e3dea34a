//! A multipart body that brings files: its parts are read as they arrive, and what belongs to a file goes on to the store of
//! files, so that no file comes to lie in memory. What breaks off leaves nothing.

use std::time::Duration;

use axum::body::Body;
use deskbell_app::file::Upload;
use deskbell_core::{Code, Fault};
use deskbell_files::{Failure as Unkept, Spool};
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::form::Name;
use super::multipart::{Event, Parser, Part, Parts};
use super::{PAIRS, Table};
use crate::error::Failure;
use crate::field::{Field, Kind};

/// What a body with files may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of all parts that are no files.
    pub(crate) fields: usize,
    /// Bytes of one file.
    pub(crate) file: u64,
    /// Bytes of all files together.
    pub(crate) files: u64,
    /// How long each MiB may take to arrive.
    pub(crate) time: Duration,
}

/// Bytes of all files of a request that are in memory at the most.
const HELD: usize = 1 << 20;

/// A file on its way.
struct Arriving {
    name: String,
    field: &'static str,
    spool: Spool,
}

/// Reads a body with files. Errors: it is too large, too slow or breaks off; the store of files failed.
pub(crate) async fn receive(
    mut body: Body,
    boundary: &str,
    table: &Table,
    limits: Limits,
    spool: impl Fn() -> Spool,
) -> Result<Parts, Failure> {
    let (mut parser, mut receiver) = (Parser::new(boundary), Receiver::new(table, limits, spool));
    let (mut arrived, mut in_time) = (0, 0);
    let mut deadline = Instant::now() + limits.time;
    loop {
        let Ok(frame) = tokio::time::timeout_at(deadline, body.frame()).await else {
            let seconds = limits.time.as_secs();
            let message = format!("The body arrived too slowly: each MiB of it has {seconds} seconds.");
            return Err(Fault::new(Code::MalformedBody, message).into());
        };
        let Some(frame) = frame else { break };
        let frame =
            frame.map_err(|_| Fault::new(Code::MalformedBody, "The body broke off before its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        arrived += data.len() as u64;
        if arrived - in_time >= 1 << 20 {
            (in_time, deadline) = (arrived, Instant::now() + limits.time);
        }
        let events = match parser.feed(&data) {
            Ok(events) => events,
            Err(wrong) => return Ok(Err(wrong)),
        };
        for event in events {
            receiver.take(event).await?;
            if receiver.parts.len() > PAIRS {
                return Ok(Ok(None));
            }
        }
    }
    if arrived > 0
        && let Err(wrong) = parser.finish()
    {
        return Ok(Err(wrong));
    }
    receiver.end_of_part().await?;
    Ok(Ok(Some(receiver.parts)))
}

/// What has arrived.
struct Receiver<'t, S> {
    table: &'t Table,
    limits: Limits,
    spool: S,
    parts: Vec<Part>,
    arriving: Option<Arriving>,
    /// Bytes of what is no file, heads of parts among it; of all files; and of those that are in memory.
    fields: usize,
    files: u64,
    held: usize,
}

impl<'t, S: Fn() -> Spool> Receiver<'t, S> {
    fn new(table: &'t Table, limits: Limits, spool: S) -> Self {
        Self { table, limits, spool, parts: Vec::new(), arriving: None, fields: 0, files: 0, held: 0 }
    }

    async fn take(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Part(head) => {
                self.end_of_part().await?;
                self.count(head.size)?;
                let base = Name::split(head.name.clone());
                let taken = self.table.fields.iter().find(|f| f.name == base.base());
                let is_file = |field: &&Field| match field.kind {
                    // Beside files there are ids, which have no filename.
                    Kind::Files { ids, .. } => head.file.is_some() || !ids,
                    _ => false,
                };
                if let Some(field) = taken.filter(is_file) {
                    self.require_few(field)?;
                    let name = head.file.clone().unwrap_or_default();
                    self.arriving = Some(Arriving { name, field: field.name, spool: (self.spool)() });
                }
                self.parts.push(Part::new(head));
            }
            Event::Data(data) => match (&mut self.arriving, self.parts.last()) {
                (Some(arriving), _) => {
                    if arriving.spool.size() + data.len() as u64 > self.limits.file {
                        let message = largest("A file", self.limits.file, "file_limit");
                        return Err(Fault::of(arriving.field, Code::PayloadTooLarge, message).into());
                    }
                    self.files += data.len() as u64;
                    if self.files > self.limits.files {
                        let message = largest("The files of a request", self.limits.files, "upload_limit");
                        return Err(Fault::new(Code::PayloadTooLarge, message).into());
                    }
                    arriving.spool.write(&data).await.map_err(unkept)?;
                    if self.held + arriving.spool.in_memory() > HELD {
                        arriving.spool.to_disk().await.map_err(unkept)?;
                    }
                }
                (None, Some(_)) => {
                    self.count(data.len())?;
                    if let Some(part) = self.parts.last_mut().filter(|part| part.head.file.is_none()) {
                        part.content.extend(data);
                    }
                }
                (None, None) => {}
            },
        }
        Ok(())
    }

    /// Counts bytes of what is no file.
    fn count(&mut self, bytes: usize) -> Result<(), Failure> {
        self.fields += bytes;
        if self.fields <= self.limits.fields {
            return Ok(());
        }
        let mebibytes = self.limits.fields >> 20;
        let message =
            format!("All but the files is larger than {mebibytes} MiB, the most that this call takes.");
        Err(Fault::new(Code::PayloadTooLarge, message).into())
    }

    /// Refuses one file more than a field takes before it is read.
    fn require_few(&self, field: &Field) -> Result<(), Failure> {
        let Kind::Files { most, .. } = field.kind else { return Ok(()) };
        let of_field = |part: &&Part| Name::split(part.head.name.clone()).base() == field.name;
        if self.parts.iter().filter(|part| part.upload.is_some()).filter(of_field).count() < most {
            return Ok(());
        }
        let name = field.name;
        let message = format!("{name} takes at most {most} files.");
        Err(Fault::of(name, Code::PayloadTooLarge, message).into())
    }

    async fn end_of_part(&mut self) -> Result<(), Failure> {
        if let Some(Arriving { name, spool, .. }) = self.arriving.take()
            && let Some(part) = self.parts.last_mut()
            // A form in which no file was chosen has a file without name and bytes.
            && !(name.is_empty() && spool.size() == 0)
        {
            self.held += spool.in_memory();
            part.upload = Some(Upload::new(&name, spool.finish().await.map_err(unkept)?));
        }
        Ok(())
    }
}

/// What is said of too much.
pub(crate) fn largest(what: &str, limit: u64, setting: &str) -> String {
    format!("{what} may have at most {} MiB here (the server's setting {setting}).", limit >> 20)
}

fn unkept(failure: Unkept) -> Failure {
    deskbell_app::Error::from(failure).into()
}
