//! Many futures: over all cores, in parts that survive an interruption, cut over as many processes as one likes.
//!
//! A directory of results holds `run.json` (what was run), `futures.parquet` (a row a future), `series.parquet`
//! (samples) and `summary.json`; while a run is under way, `parts/`. The bytes of the results depend on the scenario,
//! the seed and the number of futures alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Error,
    files::{hex, read_json, write_json},
    outcome::{self, Finished},
    people::World,
    scenario::Scenario,
    simulate::{Series, Setting},
    summary::{self, Summary},
    table::Table,
};

/// Futures of a part.
pub const PART: u64 = 16;

/// What is run: a setting and how many futures.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The setting.
    pub setting: Setting,
    /// Number of futures.
    pub runs: u64,
}

/// Which parts a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Index, from 0.
    pub index: u64,
    /// Number of shards.
    pub of: u64,
}

impl Shard {
    /// All parts.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// One of several.
    ///
    /// # Errors
    /// [`Error::Shard`].
    pub fn new(index: u64, of: u64) -> Result<Self, Error> {
        if index < of {
            Ok(Self { index, of })
        } else {
            Err(Error::Shard { index, of })
        }
    }
}

/// `run.json`.
#[derive(Serialize, Deserialize)]
struct Record {
    fingerprint: String,
    seed: u64,
    runs: u64,
    version: String,
    #[serde(default)]
    scenario: serde_json::Value,
}

impl Plan {
    /// A plan.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn new(scenario: Scenario, seed: u64, runs: u64) -> Result<Self, Error> {
        Ok(Self {
            setting: Setting::new(scenario, seed)?,
            runs,
        })
    }

    /// The plan whose results are in a directory, by its `run.json`.
    ///
    /// # Errors
    /// [`Error::Table`] if there is no such file, or if another version of the program made it; [`Error::Start`].
    pub fn of(directory: &Path) -> Result<Self, Error> {
        let path = directory.join("run.json");
        let problem = |problem: &str| Error::Table {
            path: path.clone(),
            problem: problem.to_owned(),
        };
        let record: Record = read_json(&path)?.ok_or_else(|| problem("there is no run here"))?;
        let scenario = serde_json::from_value(record.scenario)
            .map_err(|error| problem(&format!("another version made it: {error}")))?;
        let plan = Self::new(scenario, record.seed, record.runs)?;
        if plan.fingerprint() == record.fingerprint {
            Ok(plan)
        } else {
            Err(problem("another version of the program made it: run it again"))
        }
    }

    /// Number of parts.
    pub fn parts(&self) -> u64 {
        self.runs.div_ceil(PART)
    }

    fn record(&self) -> Record {
        let scenario = serde_json::to_value(&self.setting.scenario).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let mut hash = Sha256::new();
        for piece in [
            version.as_str(),
            &scenario.to_string(),
            &self.setting.seed.to_string(),
            &self.runs.to_string(),
        ] {
            hash.update(piece.as_bytes());
            hash.update([0]);
        }
        let fingerprint = hex(&hash.finalize());
        Record {
            fingerprint,
            seed: self.setting.seed,
            runs: self.runs,
            version,
            scenario,
        }
    }

    /// What tells this plan from every other: scenario, seed, number of futures, version.
    pub fn fingerprint(&self) -> String {
        self.record().fingerprint
    }

    /// What tells this plan's scenario and seed from every other, whatever the number of futures.
    pub fn scenario_fingerprint(&self) -> String {
        let plan = Self {
            setting: self.setting.clone(),
            runs: 0,
        };
        plan.fingerprint()
    }

    /// Runs all futures in memory. `done` hears of every future that has come to its end.
    ///
    /// # Errors
    /// Those of [`Setting::simulate`].
    pub fn futures(&self, done: &(dyn Fn() + Sync)) -> Result<Vec<Finished>, Error> {
        let parts: Vec<Vec<Finished>> = (0..self.parts())
            .into_par_iter()
            .map_init(
                || World::new(&self.setting.scenario),
                |world, part| Ok(self.part(world, part, done)?.0),
            )
            .collect::<Result<_, Error>>()?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn part(&self, world: &mut World, part: u64, done: &(dyn Fn() + Sync)) -> Result<(Vec<Finished>, Series), Error> {
        let mut series = Series::default();
        let mut futures = Vec::with_capacity(PART as usize);
        for future in part * PART..self.runs.min((part + 1) * PART) {
            futures.push(self.setting.simulate(world, future, &mut series)?);
            done();
        }
        Ok((futures, series))
    }

    /// Runs a shard into `directory`. Parts that are there already are not run again. `done` hears of every future,
    /// those of earlier runs included.
    ///
    /// # Errors
    /// [`Error::OtherRun`] if the directory belongs to another run; [`Error::Io`], [`Error::Table`]; those of
    /// [`Setting::simulate`].
    pub fn run_shard(&self, directory: &Path, shard: Shard, done: &(dyn Fn() + Sync)) -> Result<(), Error> {
        self.claim(directory)?;
        (0..self.parts())
            .into_par_iter()
            .filter(|part| part % shard.of == shard.index)
            .map_init(
                || World::new(&self.setting.scenario),
                |world, part| {
                    let [futures_path, series_path] = paths(directory, part);
                    if futures_path.exists() {
                        (part * PART..self.runs.min((part + 1) * PART)).for_each(|_| done());
                        return Ok(());
                    }
                    let (futures, series) = self.part(world, part, done)?;
                    // The futures come last: where they are, the part is whole.
                    series.into_table().write(&series_path)?;
                    outcome::table_of(&futures, &self.setting.scenario.thresholds).write(&futures_path)
                },
            )
            .collect()
    }

    /// Writes `run.json`, or checks that it is this plan's.
    fn claim(&self, directory: &Path) -> Result<(), Error> {
        let parts = directory.join("parts");
        fs::create_dir_all(&parts).map_err(Error::io(&parts))?;
        let path = directory.join("run.json");
        let wanted = self.record();
        if path.exists() {
            let text = tributary_private::read_file(&path).map_err(Error::io(&path))?;
            let found: Record = serde_json::from_slice(&text).map_err(|error| Error::Table {
                path: path.clone(),
                problem: error.to_string(),
            })?;
            if found.fingerprint != wanted.fingerprint {
                return Err(Error::OtherRun {
                    dir: directory.to_owned(),
                    found: found.fingerprint,
                    wanted: wanted.fingerprint,
                });
            }
            return Ok(());
        }
        write_json(&path, &wanted)
    }

    /// Puts the parts in `directory` together into the results, and removes them.
    ///
    /// # Errors
    /// [`Error::Missing`] if parts are missing; [`Error::Io`], [`Error::Table`].
    pub fn finish(&self, directory: &Path) -> Result<Summary, Error> {
        let missing: Vec<u64> = (0..self.parts())
            .filter(|part| !paths(directory, *part)[0].exists())
            .collect();
        if let Some(first) = missing.first() {
            return Err(Error::Missing {
                missing: missing.len(),
                of: self.parts() as usize,
                first: *first,
            });
        }
        let (mut futures, mut series) = (Table::default(), Table::default());
        for part in 0..self.parts() {
            for (table, path) in [&mut futures, &mut series].into_iter().zip(paths(directory, part)) {
                if !table.append(Table::read(&path)?) {
                    return Err(Error::Table {
                        path,
                        problem: "its columns are not those of the other parts".into(),
                    });
                }
            }
        }
        let path = directory.join("futures.parquet");
        let finished = outcome::from_table(&futures).ok_or_else(|| Error::Table {
            path: path.clone(),
            problem: "its columns are not those of a run".into(),
        })?;
        let summary = self.summarise(&finished);
        series.write(&directory.join("series.parquet"))?;
        futures.write(&path)?;
        write_json(&directory.join("summary.json"), &summary)?;
        let parts = directory.join("parts");
        fs::remove_dir_all(&parts).map_err(Error::io(&parts))?;
        Ok(summary)
    }

    /// Sums futures of this plan up.
    pub fn summarise(&self, futures: &[Finished]) -> Summary {
        summary::summarise(
            &self.fingerprint(),
            self.setting.seed,
            futures,
            &self.setting.scenario.thresholds,
        )
    }

    /// Runs all of it into `directory`, going on where an interrupted run has stopped; of a finished one it only sums
    /// up again.
    ///
    /// # Errors
    /// Those of [`Self::run_shard`] and [`Self::finish`].
    pub fn run(&self, directory: &Path, done: &(dyn Fn() + Sync)) -> Result<Summary, Error> {
        let finished = directory.join("futures.parquet");
        if finished.exists() {
            self.claim(directory)?;
            let parts = directory.join("parts");
            fs::remove_dir_all(&parts).map_err(Error::io(&parts))?;
            let futures = outcome::from_table(&Table::read(&finished)?).ok_or_else(|| Error::Table {
                path: finished.clone(),
                problem: "its columns are not those of a run".into(),
            })?;
            futures.iter().for_each(|_| done());
            return Ok(self.summarise(&futures));
        }
        self.run_shard(directory, Shard::WHOLE, done)?;
        self.finish(directory)
    }

    /// Puts the shards in `from` together in `directory`. The shards keep their parts.
    ///
    /// # Errors
    /// [`Error::OtherRun`] if one of them is of another run; those of [`Self::finish`].
    pub fn merge(&self, from: &[PathBuf], directory: &Path) -> Result<Summary, Error> {
        self.claim(directory)?;
        for shard in from {
            self.claim(shard)?;
            if same(shard, directory) {
                continue;
            }
            for part in 0..self.parts() {
                for (have, want) in paths(shard, part).into_iter().zip(paths(directory, part)).rev() {
                    if have.exists() && !want.exists() {
                        fs::copy(&have, &want).map_err(Error::io(&want))?;
                    }
                }
            }
        }
        self.finish(directory)
    }
}

fn same(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok() == b.canonicalize().ok()
}

/// Files of a part: futures, series.
fn paths(directory: &Path, part: u64) -> [PathBuf; 2] {
    let parts = directory.join("parts");
    [
        parts.join(format!("futures-{part:06}.parquet")),
        parts.join(format!("series-{part:06}.parquet")),
    ]
}
