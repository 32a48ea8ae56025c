//! What can go wrong, for the reader.

use std::path::PathBuf;

/// Why a run stops or does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A scenario is malformed or asks for what is not allowed.
    #[error("{file}, line {line}, `{field}`: {problem}")]
    Scenario {
        /// Where the scenario came from.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The field, with dots.
        field: String,
        /// What is wrong, with the allowed range.
        problem: String,
    },
    /// A sum of TAO or alpha does not close.
    #[error("future {future}, day {day}: {what} does not close: {expected} expected, {found} held")]
    BrokenSum {
        /// The future.
        future: u64,
        /// Day from its start.
        day: f64,
        /// Which sum.
        what: String,
        /// What the records say.
        expected: u128,
        /// What is held.
        found: u128,
    },
    /// A rule of the chain refused what must always work.
    #[error("future {future}, day {day}: {source}")]
    Rule {
        /// The future.
        future: u64,
        /// Day from its start.
        day: f64,
        /// The refusal.
        source: tributary_economy::Error,
    },
    /// The rows that a future starts from cannot be read.
    #[error("row {row} of the start, `{column}`: {problem}")]
    Start {
        /// Row, from 1, without the header.
        row: usize,
        /// Its column.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// A start that a scenario names cannot be used.
    #[error("{path}: {problem}")]
    StartFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Shard numbers that make no sense.
    #[error("shard {index} of {of} does not exist: the index must be from 0 to {of} - 1")]
    Shard {
        /// Index asked for.
        index: u64,
        /// Number of shards.
        of: u64,
    },
    /// A directory holds the results of another run.
    #[error("{dir} holds parts of another run ({found}, not {wanted}): choose another directory or remove it")]
    OtherRun {
        /// The directory.
        dir: PathBuf,
        /// Fingerprint found.
        found: String,
        /// Fingerprint of this run.
        wanted: String,
    },
    /// Parts of a run are missing.
    #[error("{missing} of {of} parts are missing, the first is part {first}: run its shard, then merge again")]
    Missing {
        /// How many.
        missing: usize,
        /// Of how many.
        of: usize,
        /// The first of them.
        first: u64,
    },
    /// A future that the run does not have.
    #[error("future {future} does not exist: this run has futures 0 to {last}")]
    NoSuchFuture {
        /// The future asked for.
        future: u64,
        /// The last one.
        last: u64,
    },
    /// The facts that ship with the crate are not what they should be.
    #[error("shipped facts, `{what}`: {problem}")]
    Facts {
        /// Which.
        what: String,
        /// Why.
        problem: String,
    },
    /// A picture that cannot be drawn.
    #[error("the picture cannot be drawn: {problem}")]
    Picture {
        /// Why.
        problem: String,
    },
    /// An output that futures do not have.
    #[error(
        "no output `{name}`: it is a column of futures.parquet, `log:` and a column, or `class:` and one of \
         depreciation, niche, flywheel, category-defining"
    )]
    Output {
        /// What was asked for.
        name: String,
    },
    /// A study of sensitivities that cannot be made.
    #[error("the sensitivities cannot be computed: {problem}")]
    Effort {
        /// Why.
        problem: String,
    },
    /// A table of scenarios that cannot be read.
    #[error("{file}, line {line}, column `{column}`: {problem}")]
    Sweep {
        /// The table.
        file: String,
        /// Line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What is wrong, with the allowed range.
        problem: String,
    },
    /// A chart that cannot be drawn.
    #[error("the chart `{chart}` cannot be drawn: {problem}")]
    Chart {
        /// Which.
        chart: String,
        /// Why.
        problem: String,
    },
    /// Reading or writing a file.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A columnar file that cannot be written or read.
    #[error("{path}: {problem}")]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
}

impl Error {
    /// An [`Error::Io`] at `path`.
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
