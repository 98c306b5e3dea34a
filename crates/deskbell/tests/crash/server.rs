//! The program as a process: its data, a server that can be killed, and its other commands.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use deskbell_db::{Store, Urgency};

use crate::engine::Place;

/// Where the data is, and how the program is told.
pub(crate) struct Data {
    place: Place,
    /// The data folder where the place is a PostgreSQL database.
    folder: tempfile::TempDir,
}

/// A running server; killed with this value.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Data {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, folder: tempfile::tempdir().expect("a folder") }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskbell"));
        let file = self.place.file();
        let folder = match &file {
            Some(file) => file.parent().map(PathBuf::from).expect("a folder"),
            None => self.folder.path().to_owned(),
        };
        command.args(words).arg("--data").arg(folder).env_remove("DESKBELL_TEST_POSTGRES");
        if let Some(url) = self.place.url() {
            command.env("DESKBELL_DATABASE", url);
        }
        command
    }

    /// Runs a command to its end; its answer.
    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> String {
        let done = self.command(words).output().expect("a command");
        let (answer, told) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{words:?}: {answer} {told}");
        answer.into_owned()
    }

    /// A key that may do everything.
    pub(crate) fn key(&self) -> String {
        self.run(&["key", "create", "--name", "crash", "--all"]).trim().to_owned()
    }

    /// That the data is as it must be.
    #[track_caller]
    pub(crate) fn verify(&self) {
        self.run(&["verify"]);
    }

    /// Starts a server, and waits until it answers.
    pub(crate) fn serve(&self) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("DESKBELL_WEBHOOK_ALLOW_PRIVATE", "true");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a server");
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout"));
        let mut line = String::new();
        while !line.contains("listening on http://") {
            line.clear();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "the server ended before it answered");
        }
        let address = line.trim().rsplit("//").next().expect("an address").to_owned();
        // Whatever it says later must find somebody who reads it.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Server { child, address }
    }

    /// Runs a statement past the program.
    pub(crate) fn sql(&self, text: &'static str) {
        let store: Store = self.place.open();
        let done = store.write_blocking(Urgency::Interactive, move |tx| tx.exec(text, &[]));
        done.expect("a statement");
        store.close();
    }

    /// Rows of two numbers, read past the program.
    pub(crate) fn numbers(&self, text: &'static str) -> Vec<[i64; 2]> {
        let store: Store = self.place.open();
        let read =
            move |tx: &mut deskbell_db::Tx<'_>| tx.all(text, &[], |row| Ok([row.int(0)?, row.int(1)?]));
        let found = store.read_blocking(deskbell_db::Lane::Slow, read).expect("rows");
        store.close();
        found
    }
}

impl Server {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("its end");
    }

    /// SIGTERM; whether it ended with 0.
    pub(crate) fn stop(mut self) -> bool {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("the command kill");
        assert!(told.success());
        self.child.wait().expect("its end").success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
