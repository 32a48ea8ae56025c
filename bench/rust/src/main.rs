//! The Rust side of `bench/run.py`: it answers requests `SEED FIRST FUTURES DAYS`, one a line, with a line of JSON.

use std::{
    io::{BufRead, Write, stdin, stdout},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use tributary_bench::{Model, Numbers};

/// The answer: numbers of each future, and what they took.
#[derive(Serialize)]
struct Answer {
    numbers: Vec<Numbers>,
    cpu_seconds: f64,
    clock_seconds: f64,
}

/// Processor time of this process.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

fn main() -> Result<()> {
    let mut model = Model::new()?;
    for line in stdin().lock().lines() {
        let line = line?;
        let mut fields = line.split_whitespace().map(str::parse::<u64>);
        let mut field = |name: &str| {
            let field = fields.next().with_context(|| format!("the request has no {name}"))?;
            field.with_context(|| format!("{name} is not a number"))
        };
        let (seed, first) = (field("seed")?, field("first future")?);
        let (futures, days) = (field("number of futures")?, field("number of days")?);
        let (began, clock) = (cpu(), Instant::now());
        let numbers = (first..first + futures)
            .map(|future| model.future(seed, future, days))
            .collect();
        let answer = Answer {
            numbers,
            cpu_seconds: (cpu() - began).as_secs_f64(),
            clock_seconds: clock.elapsed().as_secs_f64(),
        };
        #[expect(clippy::disallowed_methods, reason = "the timer at the other end reads to the end")]
        let mut out = stdout().lock();
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}
