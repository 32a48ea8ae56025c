//! Makes `docs/futures-report.md` and its pictures again: the default scenario, its sensitivities, its report.
//!
//! `cargo run --release -p tributary-futures --example report -- DIR [DOCS] [RUNS] [ROWS]`

use std::{path::PathBuf, time::Instant};

use tributary_futures::{
    Plan, Scenario,
    report::{self, Charts},
    sensitivity::{Effort, Output, Study},
};

const COMMAND: &str = "cargo run --release -p tributary-futures --example report -- target/futures-report docs";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("the directory of the results is missing")?);
    let docs = arguments.next().map(PathBuf::from);
    let runs = arguments.next().map_or(Ok(1_000), |text| text.parse())?;
    let rows = arguments
        .next()
        .map_or(Ok(Effort::default().rows), |text| text.parse())?;
    let plan = Plan::new(Scenario::default(), 1, runs)?;
    let clock = Instant::now();
    plan.run(&directory, &|| {})?;
    eprintln!("{runs} futures: {:.1} s", clock.elapsed().as_secs_f64());
    if rows > 0 {
        let outputs = Output::DEFAULT
            .iter()
            .map(|name| Output::parse(name))
            .collect::<Result<_, _>>()?;
        let effort = Effort {
            rows,
            ..Effort::default()
        };
        let study = Study::new(&plan, outputs, effort)?;
        study.run(Some(&directory), &|| {})?;
        eprintln!(
            "{} futures of sensitivity: {:.1} s",
            study.futures(),
            clock.elapsed().as_secs_f64()
        );
    }
    let answers = report::write(&plan, "the default scenario", &directory)?;
    if let Some(docs) = docs {
        report::markdown::write(&plan, &answers, &Charts::draw(&answers)?, COMMAND, &docs)?;
    }
    eprintln!("report: {:.1} s", clock.elapsed().as_secs_f64());
    Ok(())
}
