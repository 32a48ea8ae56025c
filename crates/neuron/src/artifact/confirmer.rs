//! Checking, as a validator, that a sealed file holds what it should.

use bytes::Bytes;
use tributary_timelock::{Beacon, Sealed, Secret};

use super::secret_route;
use crate::{Chain, Dendrite, Hotkey, Identity, NeuronError, envelope::sha256};

/// Confirms a subnet's artifacts by sealing again what it has seen.
pub struct Confirmer {
    beacon: Beacon,
    /// The last artifact that needs no further look: number and committer, since a new registration counts from 0 again.
    done: Option<(u32, Hotkey)>,
}

impl Confirmer {
    /// For artifacts that are sealed for this beacon.
    pub fn new(beacon: Beacon) -> Self {
        Self { beacon, done: None }
    }

    /// Looks at the subnet's last artifact. If it is new and `content` gives what has its plaintext's SHA-256, asks the
    /// committer's axon for the secret, seals again, and confirms on the chain if the sealed file has the committed hash.
    /// Returns whether it confirmed.
    ///
    /// # Errors
    /// If chain or committer do not answer, or the chain refuses.
    pub async fn step(
        &mut self,
        chain: &dyn Chain,
        dendrite: &Dendrite,
        identity: &Identity,
        netuid: u16,
        content: impl Fn(&[u8; 32]) -> Option<Bytes>,
    ) -> Result<bool, NeuronError> {
        let Some(artifact) = chain.artifact(netuid).await? else {
            return Ok(false);
        };
        let this = Some((artifact.number, artifact.committer));
        let hotkey = identity.hotkey();
        if self.done == this || artifact.confirmed_by.contains(&hotkey) {
            self.done = this;
            return Ok(false);
        }
        let Some(content) = content(&artifact.commitment.plaintext) else {
            return Ok(false);
        };
        let metagraph = chain.metagraph(netuid).await?;
        let may = metagraph.neuron(&hotkey).is_some_and(|neuron| neuron.validator_permit);
        let axon = metagraph.neuron(&artifact.committer).and_then(|neuron| neuron.axon);
        let (Some(axon), true) = (axon, may) else {
            return Ok(false);
        };
        let route = secret_route(&artifact.commitment.ciphertext);
        let secret = dendrite
            .call(artifact.committer, axon, &route, Bytes::new(), 32)
            .await?;
        let sealed = <[u8; 32]>::try_from(secret.as_ref())
            .ok()
            .and_then(|secret| Sealed::seal(&self.beacon, artifact.commitment.round, &content, &Secret(secret)).ok());
        if sealed.is_none_or(|sealed| sha256(&sealed.to_bytes()) != artifact.commitment.ciphertext) {
            tracing::warn!(
                netuid, number = artifact.number, committer = %artifact.committer,
                "the artifact is not what its committer says: it is not confirmed"
            );
            self.done = this;
            return Ok(false);
        }
        chain.confirm_artifact(identity, netuid, artifact.number).await?;
        self.done = this;
        Ok(true)
    }
}
