//! What was measured, as Markdown for docs/performance.md and as JSON for programs.

use serde_json::{Value, json};

use super::rows::{BINARY_LIMIT, Engine, GROWTH_LIMIT, MEMORY_LIMITS, MIXED_LIMIT, START_LIMIT};
use super::wrk::Measured;

/// Everything.
pub(crate) struct Report {
    /// The machine, in one line.
    pub(crate) machine: String,
    /// Size of the binary in MB.
    pub(crate) binary: f64,
    /// One for each engine and size.
    pub(crate) runs: Vec<Run>,
}

/// One engine with one amount of data.
pub(crate) struct Run {
    /// The engine.
    pub(crate) engine: Engine,
    /// How many tickets there were.
    pub(crate) tickets: u64,
    /// Requests a second of the bare server, 32 connections.
    pub(crate) hello: f64,
    /// The operations.
    pub(crate) rows: Vec<Row>,
    /// 99th percentile of a GET in microseconds: beside other GETs, and beside the mix.
    pub(crate) mixed: [u64; 2],
    /// From start to first answer, in milliseconds.
    pub(crate) start: f64,
    /// Memory in MiB: idle, and the most under load.
    pub(crate) memory: [f64; 2],
}

/// One operation.
pub(crate) struct Row {
    /// What it is.
    pub(crate) name: &'static str,
    /// What wrk saw; the rate counts what the operation counts.
    pub(crate) measured: Measured,
    /// The rate by that of hello at the same number of connections.
    pub(crate) ratio: f64,
    /// The least ratio that is aimed at.
    pub(crate) goal: Option<f64>,
    /// Whether its cost must not grow with the data.
    pub(crate) flat: bool,
}

impl Report {
    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("Machine: {}. Load by wrk on the same cores.\n", self.machine);
        for run in &self.runs {
            text.push_str(&run.markdown());
        }
        for (engine, name, growth) in self.growth() {
            let verdict = verdict(growth <= GROWTH_LIMIT);
            text.push_str(&format!(
                "\nGrowth of {name}, {}, smallest to largest data: {growth:.2} x (goal <= {GROWTH_LIMIT}: {verdict})",
                engine.name()
            ));
        }
        let verdict = verdict(self.binary <= BINARY_LIMIT);
        text.push_str(&format!("\nBinary: {:.1} MB (goal <= {BINARY_LIMIT}: {verdict})\n", self.binary));
        text
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let growth = self.growth();
        json!({
            "machine": self.machine,
            "binary_mb": self.binary,
            "runs": self.runs.iter().map(Run::json).collect::<Vec<_>>(),
            "growth": growth
                .iter()
                .map(|(engine, name, growth)| json!({"engine": engine.name(), "operation": name, "times": growth}))
                .collect::<Vec<_>>(),
        })
    }

    /// For each engine and flat operation: how much dearer it is with the most data than with the least.
    fn growth(&self) -> Vec<(Engine, &'static str, f64)> {
        let mut found = Vec::new();
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let of_engine = || self.runs.iter().filter(|run| run.engine == engine);
            let (Some(small), Some(large)) =
                (of_engine().min_by_key(|r| r.tickets), of_engine().max_by_key(|r| r.tickets))
            else {
                continue;
            };
            if small.tickets < large.tickets {
                let pairs = small.rows.iter().zip(&large.rows).filter(|(row, _)| row.flat);
                found.extend(pairs.map(|(few, many)| (engine, few.name, few.ratio / many.ratio)));
            }
        }
        found
    }
}

impl Run {
    fn markdown(&self) -> String {
        let mut text = format!(
            "\n### {}, {} tickets\n\nhello: {:.0}/s\n\n\
             | operation | per second | x hello | goal | p50 ms | p99 ms | errors |\n\
             | --- | --: | --: | --: | --: | --: | --: |\n",
            self.engine.name(),
            self.tickets,
            self.hello,
        );
        for row in &self.rows {
            let goal = row
                .goal
                .map_or_else(|| "–".to_owned(), |goal| format!("{goal:.2} {}", verdict(row.ratio >= goal)));
            let Measured { rate, p50, p99, errors } = row.measured;
            text.push_str(&format!(
                "| {} | {rate:.0} | {:.3} | {goal} | {:.2} | {:.2} | {errors} |\n",
                row.name,
                row.ratio,
                millis(p50),
                millis(p99),
            ));
        }
        let [alone, beside] = self.mixed;
        let [idle, loaded] = self.memory;
        let times = self.mixed_times();
        text.push_str(&format!(
            "\n| also | measured | goal |\n| --- | --: | --: |\n\
             | p99 of GET beside 70 get, 20 list, 5 search, 5 create (alone: {:.2} ms) | {:.2} ms, {times:.1} x | {MIXED_LIMIT} x {} |\n\
             | start to first answer | {:.0} ms | {START_LIMIT:.0} ms {} |\n\
             | memory idle | {idle:.0} MiB | {:.0} MiB {} |\n\
             | memory under load | {loaded:.0} MiB | {:.0} MiB {} |\n",
            millis(alone),
            millis(beside),
            verdict(times <= MIXED_LIMIT),
            self.start,
            verdict(self.start <= START_LIMIT),
            MEMORY_LIMITS[0],
            verdict(idle <= MEMORY_LIMITS[0]),
            MEMORY_LIMITS[1],
            verdict(loaded <= MEMORY_LIMITS[1]),
        ));
        text
    }

    fn json(&self) -> Value {
        json!({
            "engine": self.engine.name(),
            "tickets": self.tickets,
            "hello_per_second": self.hello,
            "rows": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
            "get_p99_us": {"alone": self.mixed[0], "mixed": self.mixed[1]},
            "start_ms": self.start,
            "memory_mib": {"idle": self.memory[0], "loaded": self.memory[1]},
        })
    }

    fn mixed_times(&self) -> f64 {
        self.mixed[1] as f64 / self.mixed[0].max(1) as f64
    }
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "operation": self.name,
            "per_second": self.measured.rate,
            "times_hello": self.ratio,
            "goal": self.goal,
            "p50_us": self.measured.p50,
            "p99_us": self.measured.p99,
            "errors": self.measured.errors,
        })
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}

fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tickets: u64, ratio: f64) -> Run {
        let measured = Measured { rate: 40_000.0, p50: 700, p99: 1500, errors: 0 };
        let row = Row { name: "GET one ticket", measured, ratio, goal: Some(0.4), flat: true };
        Run {
            engine: Engine::Sqlite,
            tickets,
            hello: 100_000.0,
            rows: vec![row],
            mixed: [1000, 6000],
            start: 50.0,
            memory: [20.0, 150.0],
        }
    }

    fn report() -> Report {
        Report { machine: "a machine".to_owned(), binary: 12.0, runs: vec![run(10, 0.5), run(1000, 0.25)] }
    }

    #[test]
    fn goals_are_told_reached_or_missed() {
        let text = report().markdown();
        assert!(
            text.contains("| GET one ticket | 40000 | 0.500 | 0.40 reached | 0.70 | 1.50 | 0 |"),
            "{text}"
        );
        assert!(text.contains("| 0.250 | 0.40 MISSED |"), "{text}");
        assert!(text.contains("6.00 ms, 6.0 x | 5 x MISSED"), "{text}");
    }

    #[test]
    fn growth_compares_the_smallest_with_the_largest_data() {
        let report = report();
        assert_eq!(report.growth(), [(Engine::Sqlite, "GET one ticket", 2.0)]);
        assert_eq!(report.json()["growth"][0]["times"], 2.0);
    }
}
