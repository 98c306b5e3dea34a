//! `cargo xtask bench`: how fast, as ratios to a bare server on the same machine in the same run (docs/performance.md).
//!
//! Never part of a test: machines differ and are busy.

mod data;
mod machine;
mod report;
mod rows;
mod sample;
mod scripts;
mod wrk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::desk::Desk;
use crate::http;
use crate::server::Server;
use crate::sh;
use report::{Report, Row, Run};
use rows::{Engine, OPERATIONS};
use sample::Sample;
use wrk::{Load, Wrk};

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many tickets: one or more sizes.
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000")]
    tickets: Vec<u64>,
    /// What to measure.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engines,
    /// How long each row is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Write the report as JSON here as well.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

/// Measures and prints the tables on stdout; progress goes to stderr.
pub(crate) fn command(args: &Args) -> Result<ExitCode> {
    let wrk = Wrk::find()?;
    let hello = sh::build("xtask", "hello", &["--release", "--features", "hello"])?;
    let desk = Desk::build(true)?;
    let engines: &[Engine] = match args.engine {
        Engines::Sqlite => &[Engine::Sqlite],
        Engines::Postgres => &[Engine::Postgres],
        Engines::Both => &[Engine::Sqlite, Engine::Postgres],
    };
    let mut runs = Vec::new();
    for engine in engines {
        for tickets in &args.tickets {
            runs.push(run(&wrk, &hello, &desk, *engine, *tickets, args.seconds)?);
        }
    }
    let binary = fs::metadata(desk.binary())?.len() as f64 / 1e6;
    let report = Report { machine: machine::describe(), binary, runs };
    print!("{}", report.markdown());
    if let Some(file) = &args.json {
        let text = format!("{:#}\n", report.json());
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn run(wrk: &Wrk, hello: &Path, desk: &Desk, engine: Engine, tickets: u64, seconds: u32) -> Result<Run> {
    let place = data::prepare(desk, engine, tickets)?;
    let key = place.desk.create_key("bench")?;
    let baseline = baseline(wrk, hello, seconds)?;

    let start = Instant::now();
    let server = place.desk.serve()?;
    http::get_json(&server.address, "/api/v2/ticket/1", &key)?;
    let start = start.elapsed().as_secs_f64() * 1000.0;
    thread::sleep(Duration::from_secs(2));
    let idle = machine::memory(server.pid())?;
    let peak = machine::Peak::watch(server.pid());

    let sample = Sample::take(&server.address, &key, tickets)?;
    let load = |connections| Load { address: &server.address, key: &key, connections, seconds };
    let mut rows = Vec::new();
    for operation in OPERATIONS {
        eprintln!("xtask: {}, {tickets} tickets: {}", engine.name(), operation.name);
        let mut measured = wrk.run(&(operation.script)(&sample), load(operation.connections))?;
        measured.rate *= operation.weight;
        let ratio = measured.rate / baseline(operation.connections);
        rows.push(Row {
            name: operation.name,
            measured,
            ratio,
            goal: operation.goal(engine),
            flat: operation.flat,
        });
    }
    let mixed = mixed(wrk, &sample, &load)?;
    Ok(Run { engine, tickets, hello: baseline(32), rows, mixed, start, memory: [idle, peak.end()] })
}

/// Requests a second of the bare server, by the number of connections.
fn baseline(wrk: &Wrk, hello: &Path, seconds: u32) -> Result<impl Fn(u32) -> f64 + use<>> {
    eprintln!("xtask: hello");
    let server = Server::start(Command::new(hello), false)?;
    let rate = |connections| -> Result<f64> {
        let load = Load { address: &server.address, key: "", connections, seconds };
        Ok(wrk.run(&scripts::hello(), load)?.rate)
    };
    let (few, many) = (rate(32)?, rate(128)?);
    Ok(move |connections| if connections > 64 { many } else { few })
}

/// The 99th percentile of a GET on a connection of its own, beside 31 others that do the same, and beside the mix.
fn mixed<'a>(wrk: &Wrk, sample: &Sample, load: &impl Fn(u32) -> Load<'a>) -> Result<[u64; 2]> {
    let item = scripts::item(sample);
    let beside = |other: &str| -> Result<u64> {
        let (probe, _) = wrk.run_beside(&item, load(1), other, load(31))?;
        Ok(probe.p99)
    };
    eprintln!("xtask: GET beside other load");
    Ok([beside(&item)?, beside(&scripts::mixed(sample))?])
}
