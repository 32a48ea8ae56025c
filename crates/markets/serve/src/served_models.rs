//! Which models are served: the best of a train subnet, as the chain says who made it and what it is.
//!
//! The best model is the committed one of the miner whom the train subnet's validators pay most. Its weights come from
//! that miner's axon and are used only if their SHA-256 is the committed one. Everybody looks at the same chain, so
//! all come to serve the same models, a little earlier or later; the last few stay available.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use parking_lot::RwLock;
use tributary_market_train::{Artefact, device};
use tributary_neuron::{Chain, Commitment, Dendrite, Hotkey, Metagraph, NeuronError, durable_file, envelope::now_ns};

use crate::{
    api::{ModelCard, ModelList, NEWEST},
    engine::Engine,
    rules::Rules,
};

/// How long others may take to take up a new model before they are asked for it.
pub const SETTLING: Duration = Duration::from_secs(6);

/// A model that can be asked for.
pub struct Released {
    /// Its id: `tributary-` and the first half of the digest.
    pub id: String,
    /// SHA-256 of its weights, as committed.
    pub digest: [u8; 32],
    /// Who trained it.
    pub author: Hotkey,
    /// It.
    pub engine: Arc<Engine>,
    /// When it was taken up here.
    pub since: Instant,
    created: u64,
}

impl Released {
    /// What is said of it.
    pub fn card(&self) -> ModelCard {
        ModelCard {
            id: self.id.clone(),
            object: "model".to_owned(),
            created: self.created,
            owned_by: self.author.to_string(),
            sha256: hex::encode(self.digest),
        }
    }
}

/// The id of a model with this digest.
pub fn model_id(digest: &[u8; 32]) -> String {
    format!("{NEWEST}-{}", hex::encode(&digest[..16]))
}

/// The models of a server, newest first.
#[derive(Default)]
pub struct Library(RwLock<VecDeque<Arc<Released>>>);

impl Library {
    /// The newest model.
    pub fn newest(&self) -> Option<Arc<Released>> {
        self.0.read().front().cloned()
    }

    /// A model by id, or the newest for [`NEWEST`].
    pub fn get(&self, id: &str) -> Option<Arc<Released>> {
        match id {
            NEWEST => self.newest(),
            _ => self.0.read().iter().find(|released| released.id == id).cloned(),
        }
    }

    /// The newest model that was taken up at least `age` ago, so that others have had time to take it up too; if there
    /// is none, the oldest.
    pub fn settled(&self, age: Duration) -> Option<Arc<Released>> {
        let shelf = self.0.read();
        let settled = shelf.iter().find(|released| released.since.elapsed() >= age);
        settled.or(shelf.back()).cloned()
    }

    /// What there is and was taken up at least `age` ago; if there is nothing so old, the oldest.
    pub fn list(&self, age: Duration) -> ModelList {
        let shelf = self.0.read();
        let first = shelf.iter().position(|released| released.since.elapsed() >= age);
        let first = first.unwrap_or(shelf.len().saturating_sub(1));
        ModelList {
            object: "list".to_owned(),
            data: shelf.iter().skip(first).map(|released| released.card()).collect(),
        }
    }

    fn put(&self, released: Arc<Released>, shelf_max: usize) {
        let mut shelf = self.0.write();
        shelf.retain(|other| other.digest != released.digest);
        shelf.push_front(released);
        shelf.truncate(shelf_max);
    }
}

/// Keeps a library up to date.
pub struct Librarian {
    chain: Arc<dyn Chain>,
    dendrite: Dendrite,
    rules: Rules,
    folder: Option<PathBuf>,
    library: Arc<Library>,
    period: Option<u64>,
}

impl Librarian {
    /// `folder` keeps what was fetched, so that a restart need not fetch it again.
    pub fn new(chain: Arc<dyn Chain>, dendrite: Dendrite, rules: Rules, folder: Option<PathBuf>) -> Self {
        Self {
            chain,
            dendrite,
            rules,
            folder,
            library: Arc::default(),
            period: None,
        }
    }

    /// The library that it keeps.
    pub fn library(&self) -> Arc<Library> {
        self.library.clone()
    }

    /// Looks for a better model if it is time to; until there is one, every time.
    ///
    /// # Errors
    /// If the chain or the miner fails it, or the weights are not the committed ones. What is there stays.
    pub async fn refresh(&mut self) -> Result<(), NeuronError> {
        let head = self.chain.head().await?;
        let period = head.number / self.rules.release_blocks;
        if self.period == Some(period) {
            return Ok(());
        }
        let netuid = self.rules.train_netuid;
        let metagraph = self.chain.metagraph(netuid).await?;
        let commitments = self.chain.commitments(netuid).await?;
        let Some((best, hotkey)) = best(&metagraph, &commitments) else {
            return Ok(());
        };
        let released = match self.library.get(&model_id(&best.digest)) {
            Some(known) => known,
            None => Arc::new(self.take(best, hotkey, &metagraph).await?),
        };
        tracing::debug!(id = %released.id, author = %released.author, "the model served");
        self.library.put(released, self.rules.shelf);
        self.period = Some(period);
        self.prune().await;
        Ok(())
    }

    /// Removes the oldest files of models that are not served any more, beyond as many as are served.
    async fn prune(&self) {
        let Some(folder) = self.folder.clone() else { return };
        let served: Vec<PathBuf> = {
            let shelf = self.library.0.read();
            shelf
                .iter()
                .filter_map(|released| self.file(&released.digest))
                .collect()
        };
        let (count, bytes) = (
            self.rules.shelf,
            self.rules.shelf * self.rules.train.artefact_bytes_max(),
        );
        let pruned = tokio::task::spawn_blocking(move || prune(&folder, &served, count, bytes as u64)).await;
        match pruned {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "old models could not be removed"),
            Err(error) => tracing::warn!(%error, "old models could not be removed"),
        }
    }

    async fn take(&self, best: Commitment, author: Hotkey, metagraph: &Metagraph) -> Result<Released, NeuronError> {
        let artefact = match self.kept(&best.digest).await {
            Some(artefact) => artefact,
            None => self.fetch(best, metagraph).await?,
        };
        let opened = artefact.open(&self.rules.train, &device());
        let engine = opened
            .map_err(|error| error.to_string())
            .and_then(|model| Engine::new(&model).map_err(|error| error.to_string()))
            .map_err(NeuronError::Market)?;
        Ok(Released {
            id: model_id(&best.digest),
            digest: best.digest,
            author,
            engine: Arc::new(engine),
            since: Instant::now(),
            created: now_ns() / 1_000_000_000,
        })
    }

    fn file(&self, digest: &[u8; 32]) -> Option<PathBuf> {
        let name = format!("model-{}.safetensors", hex::encode(digest));
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    /// From an earlier run. A file that is not what its name says is as good as none.
    async fn kept(&self, digest: &[u8; 32]) -> Option<Artefact> {
        let file = self.file(digest)?;
        let bytes = tokio::fs::read(&file).await.ok()?;
        let artefact = Artefact::new(bytes.into());
        if artefact.digest() != *digest {
            return None;
        }
        // Used again: among the last to be removed.
        let touched = std::fs::File::options().append(true).open(&file);
        if let Err(error) = touched.and_then(|file| file.set_modified(SystemTime::now())) {
            tracing::debug!(%error, "a model's file keeps its old time");
        }
        Some(artefact)
    }

    async fn fetch(&self, best: Commitment, metagraph: &Metagraph) -> Result<Artefact, NeuronError> {
        let Commitment { hotkey, digest, .. } = best;
        let axon = metagraph.neuron(&hotkey).and_then(|neuron| neuron.axon);
        let address =
            axon.ok_or_else(|| NeuronError::Market(format!("{hotkey} has the best model but announces no axon")))?;
        let route = format!("weights/{}", hex::encode(digest));
        let bytes_max = self.rules.train.artefact_bytes_max();
        let bytes = self
            .dendrite
            .call(hotkey, address, &route, Bytes::new(), bytes_max)
            .await?;
        let artefact = Artefact::new(bytes);
        if artefact.digest() != digest {
            return Err(NeuronError::Market(format!(
                "{hotkey} sent other weights than it committed"
            )));
        }
        if let Some(file) = self.file(&digest)
            && let Err(error) = durable_file::write(file.clone(), artefact.bytes().clone()).await
        {
            tracing::warn!(%error, file = %file.display(), "the model is not kept");
        }
        Ok(artefact)
    }
}

/// Removes models' files that are not `served`, the oldest first, until no more than `count_max` of them and `bytes_max`
/// bytes are left; and what a broken write left behind.
fn prune(folder: &Path, served: &[PathBuf], count_max: usize, bytes_max: u64) -> io::Result<()> {
    let mut unused = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(rest) = name.strip_prefix("model-").filter(|_| !served.contains(&path)) else {
            continue;
        };
        if rest.ends_with(".part") {
            std::fs::remove_file(&path)?;
        } else if rest.ends_with(".safetensors") {
            let metadata = std::fs::metadata(&path)?;
            unused.push((metadata.modified()?, metadata.len(), path));
        }
    }
    unused.sort();
    let mut bytes: u64 = unused.iter().map(|(_, length, _)| length).sum();
    let mut count = unused.len();
    for (_, length, path) in unused {
        if count <= count_max && bytes <= bytes_max {
            break;
        }
        std::fs::remove_file(&path)?;
        tracing::debug!(file = %path.display(), "an old model is removed");
        (count, bytes) = (count - 1, bytes - length);
    }
    Ok(())
}

/// The commitment of whom the validators pay most; of equals, the lower uid's.
fn best(metagraph: &Metagraph, commitments: &[Commitment]) -> Option<(Commitment, Hotkey)> {
    let mut earning: Vec<_> = metagraph.neurons.iter().filter(|neuron| neuron.incentive > 0).collect();
    earning.sort_by_key(|neuron| (std::cmp::Reverse(neuron.incentive), neuron.uid));
    earning.into_iter().find_map(|neuron| {
        let made = commitments
            .iter()
            .find(|commitment| commitment.hotkey == neuron.hotkey)?;
        Some((*made, neuron.hotkey))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_models_go_and_those_that_are_served_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let model = |n: u64| file(&format!("model-{n:064}.safetensors"));
        for n in 0..10 {
            std::fs::write(model(n), [0; 100]).unwrap();
            let written = std::fs::File::options().append(true).open(model(n)).unwrap();
            let age = Duration::from_secs(1_000 - 10 * n);
            written.set_modified(SystemTime::now() - age).unwrap();
        }
        std::fs::write(file("model-broken.safetensors.part"), "").unwrap();
        std::fs::write(file("vouchers.json"), "").unwrap();
        let served = [model(0), model(9)];
        let left = || {
            let models: Vec<u64> = (0..10).filter(|n| model(*n).exists()).collect();
            models
        };
        prune(folder.path(), &served, 4, 1_000).unwrap();
        assert_eq!(left(), [0, 5, 6, 7, 8, 9], "by number");
        assert!(!file("model-broken.safetensors.part").exists() && file("vouchers.json").exists());
        prune(folder.path(), &served, 4, 250).unwrap();
        assert_eq!(left(), [0, 7, 8, 9], "by size");
        prune(folder.path(), &served, 0, 0).unwrap();
        assert_eq!(left(), [0, 9]);
    }
}
