//! The file of rejected records, as they were, to be repaired and imported. It is written beside its final name and
//! takes it at the end; an older one that differs is kept under another name, since somebody may have repaired it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The rejects of one import.
pub(super) struct Rejects {
    path: PathBuf,
    part: PathBuf,
    head: Vec<u8>,
    /// Whether each record must stay on its line, since the map uses the number of the line.
    in_place: bool,
    file: Option<BufWriter<File>>,
    next_line: u64,
}

/// `complaints.jsonl` -> `complaints.rejects.jsonl`.
pub(super) fn path_beside(file: &Path) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(".rejects");
    if let Some(ending) = file.extension() {
        name.push(".");
        name.push(ending);
    }
    file.with_file_name(name)
}

impl Rejects {
    /// Rejects that go to `path`; nothing is written before the first. `head` is what stands before the records.
    pub(super) fn new(path: PathBuf, head: Vec<u8>, in_place: bool) -> Self {
        let mut part = OsString::from(path.as_os_str());
        part.push(".part");
        Self { path, part: part.into(), head, in_place, file: None, next_line: 1 }
    }

    /// Adds the record of a line.
    pub(super) fn add(&mut self, line: u64, raw: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut file = BufWriter::new(File::create(&self.part)?);
                file.write_all(&self.head)?;
                self.next_line += lines(&self.head);
                none.insert(file)
            }
        };
        while self.in_place && self.next_line < line {
            file.write_all(b"\n")?;
            self.next_line += 1;
        }
        file.write_all(raw)?;
        if !raw.ends_with(b"\n") {
            file.write_all(b"\n")?;
        }
        self.next_line += lines(raw) + u64::from(!raw.ends_with(b"\n"));
        Ok(())
    }

    /// Puts the file in its place. Says where it is, if there is one.
    pub(super) fn finish(self) -> io::Result<Option<PathBuf>> {
        let Some(file) = self.file else { return Ok(None) };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        if self.path.exists() {
            if fs::read(&self.path)? == fs::read(&self.part)? {
                fs::remove_file(&self.part)?;
                return Ok(Some(self.path));
            }
            fs::rename(&self.path, free_name(&self.path))?;
        }
        fs::rename(&self.part, &self.path)?;
        Ok(Some(self.path))
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

/// `x.rejects.csv` -> `x.rejects.1.csv`, or the next number that is free.
fn free_name(path: &Path) -> PathBuf {
    let ending = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = |n: u32| path.with_file_name(format!("{stem}.{n}{ending}"));
    (1..).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, in_place: bool, records: &[(u64, &str)]) -> Option<String> {
        let mut rejects = Rejects::new(path.to_owned(), b"id,title\n".to_vec(), in_place);
        for (line, raw) in records {
            rejects.add(*line, raw.as_bytes()).unwrap();
        }
        rejects.finish().unwrap().map(|path| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn the_name_stands_beside_the_file() {
        assert_eq!(path_beside(Path::new("d/complaints.jsonl")), Path::new("d/complaints.rejects.jsonl"));
        assert_eq!(path_beside(Path::new("x")), Path::new("x.rejects"));
    }

    #[test]
    fn records_keep_their_lines_where_the_map_counts_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let records = [(3, "a\n"), (6, "\"b\nc\"\n"), (9, "d")];
        assert_eq!(write(&path, true, &records).unwrap(), "id,title\n\na\n\n\n\"b\nc\"\n\nd\n");
        assert_eq!(write(&path, false, &records).unwrap(), "id,title\na\n\"b\nc\"\nd\n");
    }

    #[test]
    fn an_older_file_that_differs_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.rejects.csv");
        write(&path, false, &[(2, "a\n")]);
        write(&path, false, &[(2, "a\n")]);
        write(&path, false, &[(2, "b\n")]);
        assert_eq!(write(&path, false, &[]), None);
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["x.rejects.1.csv", "x.rejects.csv"]);
        assert_eq!(fs::read_to_string(folder.path().join("x.rejects.1.csv")).unwrap(), "id,title\na\n");
    }
}
