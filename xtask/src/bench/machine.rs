//! The machine that measures: its name for the report, and the memory of a process on it.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::sh;

/// Processor, cores, memory and system in one line.
pub(crate) fn describe() -> String {
    let first = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = first("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = first("/proc/meminfo", "MemTotal").and_then(|text| kilobytes(&text)).unwrap_or(0.0);
    let system = sh::output(Command::new("uname").arg("-sr")).unwrap_or_default();
    format!("{processor}, {cores} cores, {:.0} GiB, {}", memory / (1024.0 * 1024.0), system.trim())
}

/// The resident memory of a process in MiB.
pub(crate) fn memory(pid: u32) -> Result<f64> {
    // In kilobytes, on every system that has ps.
    let text = sh::output(Command::new("ps").args(["-o", "rss=", "-p", &pid.to_string()])).or_else(|_| {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.map(str::to_owned).context("no VmRSS")
    })?;
    Ok(kilobytes(&text).context("no number for the memory")? / 1024.0)
}

fn kilobytes(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

/// Watches the memory of a process in the background.
pub(crate) struct Peak {
    done: Arc<AtomicBool>,
    watcher: JoinHandle<f64>,
}

impl Peak {
    /// Begins to watch.
    pub(crate) fn watch(pid: u32) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        let watcher = thread::spawn(move || {
            let mut most = 0.0_f64;
            while !seen.load(Ordering::Relaxed) {
                most = most.max(memory(pid).unwrap_or(0.0));
                thread::sleep(Duration::from_millis(500));
            }
            most
        });
        Self { done, watcher }
    }

    /// The most that was seen, in MiB.
    pub(crate) fn end(self) -> f64 {
        self.done.store(true, Ordering::Relaxed);
        self.watcher.join().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_memory_is_some_mebibytes() {
        let memory = memory(std::process::id()).unwrap();
        assert!((1.0..4096.0).contains(&memory), "{memory}");
    }
}
