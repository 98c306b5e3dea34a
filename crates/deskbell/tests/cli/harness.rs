//! Commands and servers on data of their own, and just enough HTTP to ask one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use deskbell_app::migrations::MIGRATIONS;
use deskbell_db::{Lane, Options, Store, Tx};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Longer than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The binary.
pub(crate) fn deskbell() -> Command {
    without_settings(env!("CARGO_BIN_EXE_deskbell"))
}

/// A program, without any setting of the environment that the tests run in.
pub(crate) fn without_settings(program: &str) -> Command {
    let mut command = Command::new(program);
    #[expect(
        clippy::disallowed_methods,
        reason = "the settings of whoever runs the tests must not reach them"
    )]
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| name.to_string_lossy().starts_with("DESKBELL_")) {
        command.env_remove(name);
    }
    command
}

/// What a command that has ended said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// The answer of a command that must have succeeded.
    pub(crate) fn expect_done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out.trim_end().to_owned()
    }

    /// The words of a command that must have failed so.
    pub(crate) fn expect_code(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out, "", "what failed answers nothing");
        self.err
    }
}

/// Runs a command to its end.
pub(crate) fn said(command: &mut Command) -> Said {
    command.stdin(Stdio::null()).output().expect("the binary runs").into()
}

/// A place for data, removed with this value.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), database: None }
    }

    pub(crate) fn postgres() -> Self {
        Self { database: Some(Database::new()), ..Self::sqlite() }
    }

    /// A folder beside the data.
    pub(crate) fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command over this data.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = deskbell();
        command.args(words).arg("--data").arg(self.data());
        if let Some(database) = &self.database {
            command.env("DESKBELL_DATABASE", &database.url);
        }
        command
    }

    /// Runs a command over this data to its end.
    pub(crate) fn say(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }

    /// Texts that are stored, read past the program.
    pub(crate) fn texts(&self, select: &'static str) -> Vec<String> {
        let options = match &self.database {
            Some(database) => Options::postgres(database.url.clone()),
            None => Options::sqlite(self.data().join("deskbell.db")),
        };
        let store = Store::open(options, MIGRATIONS).expect("a store");
        let read = |tx: &mut Tx<'_>| tx.all(select, &[], |row| Ok(row.str(0)?.to_owned()));
        let found = store.read_blocking(Lane::Slow, read).expect("texts");
        store.close();
        found
    }

    /// A key that may do everything.
    pub(crate) fn key(&self) -> String {
        self.say(&["key", "create", "--name", "test", "--all"]).expect_done()
    }

    /// A running server.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// A running server with these environment variables.
    pub(crate) fn serve_with(&self, environment: &[(&str, &str)]) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        Server::start(command.envs(environment.iter().copied()))
    }
}

/// A PostgreSQL database of its own, dropped with this value.
struct Database {
    admin: String,
    name: String,
    url: String,
}

impl Database {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        #[expect(clippy::disallowed_methods, reason = "where the test's PostgreSQL is, is told by the environment")]
        let admin = std::env::var("DESKBELL_TEST_POSTGRES").expect(
            "DESKBELL_TEST_POSTGRES is not set: `cargo xtask test` starts a PostgreSQL for the tests and sets it",
        );
        let name = format!("cli_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let (server, query) = admin.split_once('?').unwrap_or((&admin, ""));
        let server = server.rsplit_once('/').expect("a URL with a database").0;
        let url = format!("{server}/{name}{}{query}", if query.is_empty() { "" } else { "?" });
        let database = Self { admin, name, url };
        database.run(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn run(&self, statement: &str) {
        let mut client = postgres::Client::connect(&self.admin, postgres::NoTls).expect("a connection");
        client.batch_execute(statement).expect("a statement");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// A running server, killed with this value if it still runs.
pub(crate) struct Server {
    child: Child,
    /// `HOST:PORT`.
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it and waits for the line that says that it answers.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().expect("stderr"), Arc::clone(&log));
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().expect("a log").push_str(&format!("{line}\n"));
            }
        });
        let stdout = child.stdout.take().expect("stdout");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = sender.send(line);
            }
        });
        let line = receiver.recv_timeout(PATIENCE);
        let mut server = Self { child, address: String::new(), log, reader: Some(reader) };
        let line = line.unwrap_or_else(|_| panic!("no line on stdout; the log: {}", server.log_so_far()));
        server.address = line
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("not the line: {line}"))
            .to_owned();
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log_so_far(&self) -> String {
        self.log.lock().expect("a log").clone()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("signalled");
    }

    /// Waits until it has ended; its status and the whole log.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("waited") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end; the log: {}", self.log_so_far());
            std::thread::sleep(Duration::from_millis(5));
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log is read");
        }
        (status, self.log_so_far())
    }

    /// Asks it to stop and waits: the log.
    pub(crate) fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let (status, log) = self.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }

    /// A connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        stream
    }

    /// Asks with a method, a target, header lines and a form as body.
    pub(crate) fn ask(&self, method: &str, target: &str, headers: &[&str], form: &str) -> Seen {
        let mut stream = self.connect();
        stream.write_all(request(method, target, headers, form).as_bytes()).expect("sent");
        Seen::read(stream)
    }

    pub(crate) fn get(&self, target: &str, key: &str) -> Seen {
        self.ask("GET", target, &[&format!("apiKey: {key}")], "")
    }

    /// Makes a ticket.
    pub(crate) fn create(&self, title: &str, key: &str) -> Seen {
        self.ask("POST", "/api/v2/ticket", &[&format!("apiKey: {key}")], &format!("title={title}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request as it goes over the wire; the connection ends with its answer.
pub(crate) fn request(method: &str, target: &str, headers: &[&str], form: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n");
    headers.iter().for_each(|line| text.push_str(&format!("{line}\r\n")));
    if !form.is_empty() {
        let length = form.len();
        text.push_str(&format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
        ));
    }
    format!("{text}\r\n{form}")
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    /// Status line and headers, in small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    /// Reads to the end of the connection. A reset after the answer is the same as its end.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

/// Waits until something is so, at most this long; answers how long it took.
pub(crate) fn within(limit: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < limit, "not within {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    began.elapsed()
}
