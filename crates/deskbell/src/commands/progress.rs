//! How long work tells on stderr how far it is: one line that changes on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::terminal;

/// The line of progress.
pub(crate) struct Progress {
    terminal: bool,
    last: Instant,
    shown: bool,
}

/// How often the line changes on a terminal.
const ON_TERMINAL: Duration = Duration::from_millis(200);
/// How often there is a line elsewhere.
const ELSEWHERE: Duration = Duration::from_secs(10);
/// Cells of the bar.
const CELLS: u64 = 24;

impl Progress {
    /// Nothing to see yet.
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Instant::now(), shown: false }
    }

    /// Shows how much of the whole is done, if it is time to; `words` say the rest.
    pub(crate) fn show(&mut self, done: u64, total: u64, words: impl FnOnce() -> String) {
        if self.last.elapsed() < if self.terminal { ON_TERMINAL } else { ELSEWHERE } {
            return;
        }
        self.last = Instant::now();
        let percent = done.min(total) * 100 / total.max(1);
        if !self.terminal {
            terminal::hint(&format!("{percent} %, {}", words()));
            return;
        }
        let full = done.min(total) * CELLS / total.max(1);
        let bar: String = (0..CELLS).map(|cell| if cell < full { '#' } else { '.' }).collect();
        // Nobody can be told if this fails.
        let _ = write!(std::io::stderr(), "\r\x1b[K[{bar}] {percent} %, {}", words());
        self.shown = true;
    }

    /// Takes the line away, for other lines.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
