//! `tributary replay`

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tributary_vectors::replay::{self, Column};

use crate::output;

#[derive(Debug, Args)]
pub struct Replay {
    /// Files of recorded blocks: the state before and after a block
    #[arg(required = true, value_name = "BLOCK.json")]
    pub files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Replays every file and prints how many subnets agree in each column.
///
/// # Errors
/// If a file cannot be read or is not a recorded block, or anything differs.
pub fn run(args: &Replay) -> Result<()> {
    let mut replays = Vec::new();
    for path in &args.files {
        let name = path.display();
        let text = tributary_private::read_text(path).with_context(|| format!("cannot read {name}"))?;
        let replay = replay::run(&text).with_context(|| format!("cannot replay {name}"))?;
        replays.push((path, replay));
    }
    if args.json {
        let replays: Vec<_> = replays
            .iter()
            .map(|(path, replay)| {
                serde_json::json!({
                    "file": path.display().to_string(),
                    "agrees": replay.agrees(),
                    "replay": replay,
                })
            })
            .collect();
        output::json(&replays)?;
    } else {
        for (path, replay) in &replays {
            output::line(&format!(
                "{}: block {} (spec {}), rules {}, {} subnets",
                path.display(),
                replay.block,
                replay.spec_version,
                serde_json::to_value(replay.rules)?.as_str().unwrap_or_default(),
                replay.subnets
            ))?;
            for traded in &replay.traded {
                output::line(&format!(
                    "subnet {}: people {} {} rao of alpha for {} rao of TAO in this block; its reserves are not compared",
                    traded.netuid,
                    if traded.bought { "bought" } else { "sold" },
                    traded.alpha,
                    traded.tao
                ))?;
            }
            let rows = replay.columns.iter().map(row).collect();
            output::table(&["column", "compared", "agree", "worst difference", "subnet"], rows)?;
        }
    }
    let differ = replays.iter().filter(|(_, replay)| !replay.agrees()).count();
    if differ > 0 {
        bail!("{differ} of {} blocks differ from what the network did", replays.len());
    }
    Ok(())
}

fn row(column: &Column) -> Vec<String> {
    vec![
        column.name.to_owned(),
        column.subnets.to_string(),
        column.agree.to_string(),
        column.worst.to_string(),
        column.worst_netuid.map_or("-".to_owned(), |netuid| netuid.to_string()),
    ]
}
