//! The newest version of a miner on disk, so that a restart goes on from it; and the one that it is about to commit. That
//! is kept before it is committed, because the commitment may come into a block after the miner was stopped.

use std::{
    io,
    path::{Path, PathBuf},
};

use tributary_neuron::{Hotkey, NeuronError, durable_file};
use tributary_private::durable;

use crate::weights_file::Artefact;

/// Endings of the files of a version: its weights, and how many steps of training it took.
const ENDINGS: [&str; 2] = ["safetensors", "steps"];

/// Where a miner keeps its versions. Without a folder it keeps none.
pub struct KeptVersions {
    folder: Option<PathBuf>,
    name: String,
}

impl KeptVersions {
    /// Of a miner of a subnet.
    pub fn new(folder: Option<&Path>, netuid: u16, hotkey: &Hotkey) -> Self {
        Self {
            folder: folder.map(Path::to_path_buf),
            name: format!("miner-{netuid}-{hotkey}"),
        }
    }

    fn published_files(&self, folder: &Path) -> [PathBuf; 2] {
        ENDINGS.map(|ending| folder.join(format!("{}.{ending}", self.name)))
    }

    fn committing_files(&self, folder: &Path) -> [PathBuf; 2] {
        ENDINGS.map(|ending| folder.join(format!("{}.committing.{ending}", self.name)))
    }

    /// The version that was published last, and its steps.
    pub async fn published(&self) -> Option<(Artefact, u64)> {
        let [weights, steps] = self.published_files(self.folder.as_deref()?);
        let artefact = Artefact::new(tokio::fs::read(&weights).await.ok()?.into());
        let steps = tokio::fs::read_to_string(&steps).await.ok();
        Some((artefact, steps.and_then(|text| text.trim().parse().ok()).unwrap_or(0)))
    }

    /// The version that was about to be committed when the miner was stopped.
    pub async fn committing(&self) -> Option<Artefact> {
        let [weights, _] = self.committing_files(self.folder.as_deref()?);
        Some(Artefact::new(tokio::fs::read(&weights).await.ok()?.into()))
    }

    /// Keeps a version that is about to be committed.
    ///
    /// # Errors
    /// A passing one, if it cannot be written.
    pub async fn prepare(&self, artefact: &Artefact, steps: u64) -> Result<(), NeuronError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let [weights, taken] = self.committing_files(folder);
        let kept = async {
            tokio::fs::create_dir_all(folder).await?;
            durable_file::write(taken, steps.to_string()).await?;
            durable_file::write(weights, artefact.bytes().clone()).await
        };
        kept.await.map_err(|error| cannot_keep(folder, &error))
    }

    /// The version that was about to be committed is the published one.
    ///
    /// # Errors
    /// A passing one, if it cannot be renamed.
    pub async fn promote(&self) -> Result<(), NeuronError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let pairs = self
            .committing_files(folder)
            .into_iter()
            .zip(self.published_files(folder));
        let pairs: Vec<_> = pairs.collect();
        let renamed =
            tokio::task::spawn_blocking(move || pairs.iter().try_for_each(|(from, to)| durable::rename(from, to)));
        let renamed = renamed.await.map_err(io::Error::other).and_then(|renamed| renamed);
        renamed.map_err(|error| cannot_keep(folder, &error))
    }
}

fn cannot_keep(folder: &Path, error: &io::Error) -> NeuronError {
    NeuronError::Market(format!("cannot keep the weights in {}: {error}", folder.display()))
}
