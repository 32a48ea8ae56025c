//! `walls [ROOT]` prints what crates and files know of each other; `--write` also draws the crates into
//! `docs/img/crates.svg` and `ARCHITECTURE.md`.

use std::{env, path::PathBuf};

use tributary_walls::{picture, survey};

fn main() -> anyhow::Result<()> {
    let (flags, roots): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument.starts_with("--"));
    anyhow::ensure!(
        roots.len() <= 1 && flags.iter().all(|flag| flag == "--write"),
        "usage: walls [--write] [ROOT]"
    );
    let root = roots.first().map_or_else(|| PathBuf::from("."), PathBuf::from);
    let survey = survey(&root)?;
    if !flags.is_empty() {
        picture::write(&root, &survey.crates)?;
    }
    print!("{survey}");
    Ok(())
}
