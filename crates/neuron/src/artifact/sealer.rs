//! Keeping the promise: sealing, serving what is sealed, committing it.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use bytes::Bytes;
use parking_lot::RwLock;
use tributary_timelock::{Beacon, Sealed, Secret};

use super::{public_path, secret_route};
use crate::{
    Answer, Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Identity, NeuronError, durable_file,
    envelope::sha256,
};

/// Sealed files that stay available after newer ones.
const KEPT: usize = 16;
const FILE_ENDING: &str = "sealed";
const SECRET_ENDING: &str = "secret";

/// A sealed file and what proves its content.
#[derive(Clone)]
struct Copy {
    digest: [u8; 32],
    bytes: Bytes,
    secret: Secret,
}

/// The sealed files of a neuron, for its axon to give out.
#[derive(Clone, Default)]
pub struct Copies {
    newest_last: Arc<RwLock<VecDeque<Copy>>>,
}

impl Copies {
    /// A public file: a sealed file by its SHA-256.
    pub fn public(&self, path: &str) -> Option<Bytes> {
        self.find(|copy| public_path(&copy.digest) == path)
            .map(|copy| copy.bytes)
    }

    /// The answer to a signed call, if it is about a sealed file: the secret that it was sealed with. It proves the content
    /// to whoever has it, and gives it away to nobody.
    pub fn answer(&self, route: &str) -> Option<Answer> {
        let copy = self.find(|copy| secret_route(&copy.digest) == route)?;
        Some(Bytes::copy_from_slice(&copy.secret.0).into())
    }

    fn find(&self, wanted: impl Fn(&Copy) -> bool) -> Option<Copy> {
        self.newest_last.read().iter().rev().find(|copy| wanted(copy)).cloned()
    }

    /// Adds a copy and returns those that it displaced.
    fn add(&self, copy: Copy) -> Vec<Copy> {
        let mut copies = self.newest_last.write();
        copies.retain(|other| other.digest != copy.digest);
        copies.push_back(copy);
        let surplus = copies.len().saturating_sub(KEPT);
        copies.drain(..surplus).collect()
    }
}

/// Commits an artifact each period, while its hotkey is the subnet's best miner.
pub struct Sealer {
    beacon: Beacon,
    folder: Option<PathBuf>,
    copies: Copies,
    /// The block that was last looked at.
    looked: Option<u64>,
}

impl Sealer {
    /// Seals for this beacon, and keeps what it sealed in a folder, so that it is served after a restart too.
    ///
    /// # Errors
    /// [`NeuronError::Fatal`] if the folder cannot be made or read.
    pub fn new(beacon: Beacon, folder: Option<PathBuf>) -> Result<Self, NeuronError> {
        let copies = Copies::default();
        if let Some(folder) = &folder {
            let kept = read(folder);
            let fail = |error| NeuronError::Fatal(format!("cannot keep sealed files in {}: {error}", folder.display()));
            kept.map_err(fail)?.into_iter().for_each(|copy| drop(copies.add(copy)));
        }
        Ok(Self {
            beacon,
            folder,
            copies,
            looked: None,
        })
    }

    /// What is sealed, for the axon.
    pub fn copies(&self) -> Copies {
        self.copies.clone()
    }

    /// Looks whether an artifact is due of this hotkey, and if so seals the content and commits it. At most one look a
    /// block. Returns what was committed.
    ///
    /// # Errors
    /// If the chain does not answer or refuses for another reason than that another hotkey is the best miner by now.
    pub async fn step(
        &mut self,
        chain: &dyn Chain,
        identity: &Identity,
        netuid: u16,
        content: &Bytes,
    ) -> Result<Option<ArtifactCommitment>, NeuronError> {
        let Some(promise) = chain.artifact_promise(netuid).await? else {
            return Ok(None);
        };
        if self.looked.replace(promise.block) == Some(promise.block) {
            return Ok(None);
        }
        if !is_due(&promise, chain.artifact(netuid).await?.as_ref()) {
            return Ok(None);
        }
        let metagraph = chain.metagraph(netuid).await?;
        let hotkey = identity.hotkey();
        let axon = metagraph.neuron(&hotkey).and_then(|neuron| neuron.axon);
        let (Some(axon), true) = (axon, metagraph.best_miner().is_some_and(|best| best.hotkey == hotkey)) else {
            return Ok(None);
        };
        let (commitment, copy) = self.seal(&promise, content, &format!("http://{axon}/public"))?;
        self.keep(copy).await?;
        match chain.commit_artifact(identity, netuid, &commitment).await {
            Ok(()) => {}
            // Between the look and the block an epoch made another miner the best.
            Err(ChainError::Refused { reason, .. }) if reason.contains("NotCommitter") => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        tracing::info!(
            netuid,
            round = commitment.round,
            location = commitment.location,
            "artifact committed"
        );
        Ok(Some(commitment))
    }

    fn seal(
        &self,
        promise: &ArtifactPromise,
        content: &Bytes,
        place: &str,
    ) -> Result<(ArtifactCommitment, Copy), NeuronError> {
        let round = promise.round(&self.beacon);
        let fail = |error: tributary_timelock::Error| NeuronError::Market(error.to_string());
        let secret = Secret::random().map_err(fail)?;
        let sealed = Sealed::seal(&self.beacon, round, content, &secret).map_err(fail)?;
        let bytes: Bytes = sealed.to_bytes().into();
        let digest = sha256(&bytes);
        let commitment = ArtifactCommitment {
            plaintext: sha256(content),
            ciphertext: digest,
            round,
            location: format!("{place}/{}", public_path(&digest)),
        };
        Ok((commitment, Copy { digest, bytes, secret }))
    }

    /// Serves a copy, and writes it into the folder.
    async fn keep(&self, copy: Copy) -> Result<(), NeuronError> {
        if let Some(folder) = &self.folder {
            let file = folder.join(hex::encode(copy.digest));
            let written = async {
                // The secret first: a sealed file without it could not be proved.
                let secret = hex::encode(copy.secret.0);
                tributary_private::replace(&file.with_extension(SECRET_ENDING), secret.as_bytes())?;
                durable_file::write(file.with_extension(FILE_ENDING), copy.bytes.clone()).await
            };
            let fail = |error| NeuronError::Market(format!("cannot keep {}: {error}", file.display()));
            written.await.map_err(fail)?;
        }
        for displaced in self.copies.add(copy) {
            if let Some(folder) = &self.folder {
                let file = folder.join(hex::encode(displaced.digest));
                // What is not removed now is displaced again after the next start.
                let _ = tokio::fs::remove_file(file.with_extension(FILE_ENDING)).await;
                let _ = tokio::fs::remove_file(file.with_extension(SECRET_ENDING)).await;
            }
        }
        Ok(())
    }
}

/// Whether the next artifact should be committed now: in the second half of its period, so that there is time for another
/// try before the period is over.
fn is_due(promise: &ArtifactPromise, last: Option<&Artifact>) -> bool {
    last.is_none_or(|last| promise.block >= last.block.saturating_add(promise.period_blocks.div_ceil(2)))
}

/// What the folder holds, oldest first; what is damaged is passed over.
fn read(folder: &std::path::Path) -> std::io::Result<Vec<Copy>> {
    tributary_private::create_folder(folder)?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.path();
        if file.extension().is_none_or(|ending| ending != FILE_ENDING) {
            continue;
        }
        let bytes: Bytes = std::fs::read(&file)?.into();
        let mut secret = [0; 32];
        let text = tributary_private::read(&file.with_extension(SECRET_ENDING)).unwrap_or_default();
        let digest = sha256(&bytes);
        let named = file.file_stem().is_some_and(|name| *name == *hex::encode(digest));
        if !named || hex::decode_to_slice(text.trim_ascii(), &mut secret).is_err() {
            tracing::warn!(file = %file.display(), "a sealed file is damaged and not served");
            continue;
        }
        let copy = Copy {
            digest,
            bytes,
            secret: Secret(secret),
        };
        found.push((file.metadata()?.modified()?, copy));
    }
    found.sort_by_key(|(time, _)| *time);
    Ok(found.into_iter().map(|(_, copy)| copy).collect())
}
