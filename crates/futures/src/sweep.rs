//! Many scenarios from a table: one row a scenario, one result a row.
//!
//! Columns are named as in a scenario: a parameter (`loyalty`, or `parameters.loyalty`), a field (`run.days`,
//! `outcomes.coverage`, or without the section), `rules` (one rule set, or `0:2026-07-gate 365:2026-08-gate32`), or
//! `name`, which is only carried along. So SALib, a spreadsheet or a script can make the table. All rows meet the same
//! noise.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{
    Error, batch,
    class::CLASSES,
    files::hex,
    outcome::{Finished, Outcome},
    parameters,
    run::Plan,
    scenario::Scenario,
    stats,
    table::{Column, Table},
};

/// A table of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Names of the columns, as given.
    pub columns: Vec<String>,
    /// The cells, row by row, as given.
    pub cells: Vec<Vec<String>>,
    scenarios: Vec<Scenario>,
}

impl Sweep {
    /// Reads a table as CSV; what a row does not say is as in `base`. `file` is its name, for errors.
    ///
    /// # Errors
    /// [`Error::Sweep`].
    pub fn read(file: &str, text: &str, base: &Scenario) -> Result<Self, Error> {
        let problem = |line: u64, column: &str, problem: String| Error::Sweep {
            file: file.to_owned(),
            line,
            column: column.to_owned(),
            problem,
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            problem(line, "", error.to_string())
        };
        let columns: Vec<String> = reader.headers().map_err(malformed)?.iter().map(str::to_owned).collect();
        let (mut cells, mut scenarios) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let mut scenario = base.clone();
            for (column, cell) in columns.iter().zip(&record) {
                if column == "name" || cell.is_empty() {
                    continue;
                }
                scenario = scenario
                    .amended(file, &setting(column, cell))
                    .map_err(|error| match error {
                        Error::Scenario { problem: p, .. } => problem(line, column, p),
                        error => error,
                    })?;
            }
            cells.push(record.iter().map(str::to_owned).collect());
            scenarios.push(scenario);
        }
        if scenarios.is_empty() {
            return Err(problem(2, "", "the table has no rows".to_owned()));
        }
        Ok(Self {
            columns,
            cells,
            scenarios,
        })
    }

    /// Number of scenarios.
    pub fn rows(&self) -> usize {
        self.scenarios.len()
    }

    /// Names of the results, in the order of columns.
    pub fn results() -> Vec<String> {
        let classes = CLASSES.iter().flat_map(|class| {
            let name = class.name().replace('-', "_");
            ["", "_low", "_high"].map(|end| format!("probability_{name}{end}"))
        });
        let numbers = reported().flat_map(|(_, name)| {
            ["_mean", "_mean_low", "_mean_high", "_p05", "_p50", "_p95"].map(|end| format!("{name}{end}"))
        });
        classes.chain(numbers).collect()
    }

    /// Runs `runs` futures of every row. With a directory it goes on where an interrupted sweep stopped. `done` hears of
    /// every row.
    ///
    /// # Errors
    /// Those of [`Plan::new`] and [`Plan::futures`]; [`Error::Io`], [`Error::Table`].
    pub fn run(
        &self,
        seed: u64,
        runs: u64,
        directory: Option<&Path>,
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<Vec<f64>>, Error> {
        let mut hash = Sha256::new();
        for scenario in &self.scenarios {
            let plan = Plan::new(scenario.clone(), seed, runs)?;
            hash.update(plan.fingerprint().as_bytes());
        }
        let fingerprint = format!("sweep-{}", hex(&hash.finalize()));
        let row = |index: usize| {
            let plan = Plan::new(self.scenarios[index].clone(), seed, runs)?;
            Ok(summarise(&plan, &plan.futures(&|| {})?))
        };
        let rows = batch::rows(directory, &fingerprint, self.rows(), Self::results().len(), &row, done)?;
        if let Some(directory) = directory {
            batch::forget(directory, &fingerprint)?;
        }
        Ok(rows)
    }

    /// Rows as CSV: the columns as given, then the results.
    ///
    /// # Errors
    /// [`Error::Table`].
    pub fn csv(&self, rows: &[Vec<f64>]) -> Result<String, Error> {
        let failed = |problem: String| Error::Table {
            path: "the results".into(),
            problem,
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = self.columns.iter().cloned().chain(Self::results());
        writer.write_record(header).map_err(|e| failed(e.to_string()))?;
        for (cells, row) in self.cells.iter().zip(rows) {
            let record = cells.iter().cloned().chain(row.iter().map(f64::to_string));
            writer.write_record(record).map_err(|e| failed(e.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
        String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
    }

    /// Rows as a table: `row`, from 0, the columns whose cells are all numbers, then the results.
    pub fn table(&self, rows: &[Vec<f64>]) -> Table {
        let mut table = Table::default();
        table.push("row", Column::Integers((0..rows.len() as i64).collect()));
        for (k, name) in self.columns.iter().enumerate() {
            let cells: Result<Vec<f64>, _> = self.cells.iter().map(|row| row[k].parse()).collect();
            if let Ok(numbers) = cells {
                table.push(name, Column::Numbers(numbers));
            }
        }
        for (k, name) in Self::results().iter().enumerate() {
            table.push(name, Column::Numbers(rows.iter().map(|row| row[k]).collect()));
        }
        table
    }
}

/// Numbers of an outcome that a row reports: not the cells of the table of hazards.
fn reported() -> impl Iterator<Item = (usize, &'static str)> {
    let counts = |name: &str| name.starts_with("exposed_") || name.starts_with("left_");
    Outcome::NAMES
        .iter()
        .copied()
        .enumerate()
        .filter(move |(_, name)| !counts(name))
}

fn summarise(plan: &Plan, futures: &[Finished]) -> Vec<f64> {
    let thresholds = &plan.setting.scenario.thresholds;
    let mut row = Vec::new();
    for class in CLASSES {
        let hits = futures.iter().filter(|f| f.outcome.class(thresholds) == class).count();
        let p = stats::proportion(hits as u64, futures.len() as u64);
        row.extend([p.value, p.low, p.high]);
    }
    let values: Vec<Vec<f64>> = futures.iter().map(|f| f.outcome.values()).collect();
    for (k, _) in reported() {
        let mut column: Vec<f64> = values.iter().map(|row| row[k]).collect();
        let mean = stats::mean(&column);
        column.sort_unstable_by(f64::total_cmp);
        let at = |p| stats::quantile(&column, p);
        row.extend([mean.value, mean.low, mean.high, at(0.05), at(0.5), at(0.95)]);
    }
    row
}

/// The lines of a scenario that a cell stands for.
fn setting(column: &str, cell: &str) -> String {
    // A number, a list or a distribution is itself; anything else is a text.
    let value = match toml::from_str::<toml::Table>(&format!("x = {cell}")) {
        Ok(_) => cell.to_owned(),
        Err(_) => format!("{:?}", cell),
    };
    if column == "rules" {
        let stretch = |piece: &str| {
            let (day, set) = piece.split_once(':').unwrap_or(("0", piece));
            format!("[[rules]]\nday = {day}\nset = {set:?}\n")
        };
        return cell.split_whitespace().map(stretch).collect();
    }
    if let Some((section, field)) = column.rsplit_once('.') {
        return format!("[{section}]\n{field} = {value}\n");
    }
    let bare = column.strip_prefix("p_").unwrap_or(column);
    if parameters::index(bare).is_some() {
        return format!("[parameters]\n{bare} = {value}\n");
    }
    let section = match column {
        "days" | "step_blocks" | "sample_days" | "arithmetic" | "start" => "run",
        "depreciation" | "coverage" | "flywheel_value" | "category_value" | "frontier_subnets" => "outcomes",
        // Whatever it is, the scenario says what is wrong with it.
        _ => "parameters",
    };
    format!("[{section}]\n{column} = {value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "name,loyalty,run.days,rules,coverage\nsoft,1.5,30,2026-07-gate,0.5\n\
                         hard,\"{ uniform = [3, 4] }\",60,0:2026-07-gate 20:2026-08-gate32,\n";

    fn problem(text: &str) -> String {
        Sweep::read("t.csv", text, &Scenario::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn rows_are_scenarios() {
        let sweep = Sweep::read("t.csv", TABLE, &Scenario::default()).unwrap();
        let [soft, hard] = &sweep.scenarios[..] else {
            panic!("{sweep:?}")
        };
        let text = "[run]\ndays = 30\n[[rules]]\nday = 0\nset = \"2026-07-gate\"\n[parameters]\nloyalty = 1.5\n\
                    [outcomes]\ncoverage = 0.5\n";
        assert_eq!(*soft, Scenario::parse("s", text).unwrap());
        assert_eq!((hard.days, hard.rules.len()), (60, 2));
        assert_eq!(hard.thresholds.coverage, 1.0);
    }

    #[test]
    fn errors_name_line_column_and_range() {
        let text = problem("loyalty\n1\n99\n");
        assert!(
            text.contains("line 3") && text.contains("`loyalty`") && text.contains("-5 to 10"),
            "{text}"
        );
        let text = problem("loyalti\n1\n");
        assert!(text.contains("loyalty"), "{text}");
        let text = problem("loyalty,days\n1\n");
        assert!(text.contains("line 2"), "{text}");
        assert!(problem("loyalty\n").contains("no rows"));
    }

    #[test]
    fn results_are_those_of_the_scenarios_run_alone() {
        let sweep = Sweep::read("t.csv", TABLE, &Scenario::default()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let rows = sweep.run(3, 6, Some(directory.path()), &|| {}).unwrap();
        for (row, scenario) in rows.iter().zip(&sweep.scenarios) {
            let plan = Plan::new(scenario.clone(), 3, 6).unwrap();
            let summary = plan.summarise(&plan.futures(&|| {}).unwrap());
            let names = Sweep::results();
            let at = |name: &str| row[names.iter().position(|own| own == name).unwrap()];
            assert_eq!(at("probability_niche"), summary.outcomes["niche"].value);
            assert_eq!(at("tao_price_ratio_p95"), summary.numbers["tao_price_ratio"].p95);
            assert_eq!(at("exits_mean"), summary.numbers["exits"].mean.value);
        }
        let csv = sweep.csv(&rows).unwrap();
        assert_eq!(csv.lines().count(), 3);
        assert!(csv.starts_with("name,loyalty,run.days,rules,coverage,probability_depreciation,"));
        let table = sweep.table(&rows);
        assert_eq!(table.numbers("run.days"), Some(&[30.0, 60.0][..]));
        assert_eq!(table.numbers("loyalty"), None);
    }
}
