//! `tributary completions` and `tributary man`: the command line for shells and for `man`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Command};
use clap_complete::Shell;

use crate::output;

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManPages {
    /// Folder for a page per command [default: print the program's own page]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Prints what a shell needs to complete the commands of `program`.
///
/// # Errors
/// If stdout cannot be written to.
pub fn completions(args: &Completions, mut program: Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "tributary", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end())
}

/// Writes the man pages of `program`.
///
/// # Errors
/// If the folder or stdout cannot be written to.
pub fn man(args: &ManPages, program: Command) -> Result<()> {
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(program).render(&mut page)?;
        return output::line(String::from_utf8_lossy(&page).trim_end());
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    clap_mangen::generate_to(program, folder)
        .with_context(|| format!("cannot write man pages into {}", folder.display()))?;
    output::line(&format!("wrote the man pages into {}", folder.display()))
}
