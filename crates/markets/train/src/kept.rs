//! The versions that a miner keeps on disk: the last that it committed, and the one that it is about to commit.
//!
//! The second is written before it is committed, and takes the place of the first when it is. So a miner that is stopped at
//! any moment has what the chain says that it has.

use std::{
    io,
    path::{Path, PathBuf},
};

use tributary_neuron::{Hotkey, NeuronError, files};
use tributary_private::durable;

use crate::{artefact::Artefact, config::MinerConfig, model::Model, rules::Rules, trainer::device};

const WEIGHTS: &str = "safetensors";
/// Slices of training that went into them.
const STEPS: &str = "steps";

/// The folder, if there is one: without it everything is forgotten with the process.
pub struct Kept {
    /// Of the file of the committed version, without its ending.
    committed: Option<PathBuf>,
    /// Of the file of the version to come.
    next: Option<PathBuf>,
    rules: Rules,
}

impl Kept {
    pub fn new(config: &MinerConfig, hotkey: &Hotkey) -> Self {
        let place = |which: &str| {
            let folder = config.state_folder.as_ref()?;
            Some(folder.join(format!("miner-{}-{hotkey}{which}", config.netuid)))
        };
        Self {
            committed: place(""),
            next: place("-next"),
            rules: config.rules.clone(),
        }
    }

    /// The version that was committed last.
    pub async fn committed(&self) -> Option<Artefact> {
        Some(self.read(self.committed.as_ref()?).await?.0)
    }

    /// The version that was about to be committed.
    pub async fn next(&self) -> Option<Artefact> {
        Some(self.read(self.next.as_ref()?).await?.0)
    }

    /// The newest version and its steps, committed or not: training goes on from there.
    pub async fn newest(&self) -> Option<(Model, u64)> {
        for place in [&self.next, &self.committed].into_iter().flatten() {
            if let Some((_, model)) = self.read(place).await {
                let steps = tokio::fs::read_to_string(place.with_extension(STEPS)).await.ok();
                return Some((model, steps.and_then(|text| text.trim().parse().ok()).unwrap_or(0)));
            }
        }
        None
    }

    /// A file that cannot be used is as good as none.
    async fn read(&self, place: &Path) -> Option<(Artefact, Model)> {
        let path = place.with_extension(WEIGHTS);
        let artefact = Artefact::new(tokio::fs::read(&path).await.ok()?.into());
        let model = artefact
            .open(&self.rules, &device())
            .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "kept weights are not used"))
            .ok()?;
        Some((artefact, model))
    }

    /// Writes the version that is about to be committed.
    ///
    /// # Errors
    /// If it cannot be written: it must not be committed then.
    pub async fn write_next(&self, artefact: &Artefact, steps: u64) -> Result<(), NeuronError> {
        let Some(place) = &self.next else { return Ok(()) };
        let written = async {
            tokio::fs::create_dir_all(durable::folder_of(place)).await?;
            files::write(place.with_extension(STEPS), steps.to_string()).await?;
            files::write(place.with_extension(WEIGHTS), artefact.bytes().clone()).await
        };
        written.await.map_err(|error| fail(place, &error))
    }

    /// The version that was about to be committed is.
    ///
    /// # Errors
    /// If the files cannot be renamed.
    pub async fn promote(&self) -> Result<(), NeuronError> {
        let (Some(next), Some(committed)) = (self.next.clone(), self.committed.clone()) else {
            return Ok(());
        };
        let shown = committed.clone();
        let renamed = tokio::task::spawn_blocking(move || {
            let rename = |ending| durable::rename(&next.with_extension(ending), &committed.with_extension(ending));
            // The weights last: as long as they are there, this is done again.
            match rename(STEPS) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => rename(WEIGHTS),
            }
        });
        let renamed = renamed.await.map_err(io::Error::other).flatten();
        renamed.map_err(|error| fail(&shown, &error))
    }
}

fn fail(place: &Path, error: &io::Error) -> NeuronError {
    NeuronError::Market(format!("cannot keep the weights in {}: {error}", place.display()))
}
