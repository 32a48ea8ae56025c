//! What a neuron needs of a chain, and nothing else. The client of a running chain implements it over
//! RPC; [`crate::memory_chain::MemoryChain`] implements it for tests.

use std::{net::SocketAddr, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use tributary_timelock::Beacon;

use crate::identity::{Hotkey, Identity};

/// Newest block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// One registered neuron of a subnet.
#[derive(Clone, Debug, PartialEq)]
pub struct Neuron {
    /// Its slot in the subnet.
    pub uid: u16,
    /// Who sits in the slot.
    pub hotkey: Hotkey,
    /// Where it serves, if it announced a usable address.
    pub axon: Option<SocketAddr>,
    /// Whether it may set weights on others.
    pub validator_permit: bool,
    /// Its stake weight in the subnet, in rao.
    pub stake_rao: u64,
    /// Its part of the pay of all miners in the last epoch, a part of 65,535.
    pub incentive: u16,
    /// What the last epoch paid it, in rao of the subnet's alpha.
    pub emission_rao: u64,
}

/// Everybody in a subnet, by ascending uid.
#[derive(Clone, Debug, PartialEq)]
pub struct Metagraph {
    /// The subnet.
    pub netuid: u16,
    /// The block that it was read at.
    pub block: u64,
    /// Its neurons.
    pub neurons: Vec<Neuron>,
}

impl Metagraph {
    /// The miner with the highest incentive; of equals the first.
    pub fn best_miner(&self) -> Option<&Neuron> {
        let earning = self.neurons.iter().filter(|neuron| neuron.incentive > 0);
        earning.max_by_key(|neuron| (neuron.incentive, std::cmp::Reverse(neuron.uid)))
    }

    /// The neuron of a hotkey.
    pub fn neuron(&self, hotkey: &Hotkey) -> Option<&Neuron> {
        self.neurons.iter().find(|neuron| neuron.hotkey == *hotkey)
    }
}

/// What a hotkey last committed in a subnet (`Commitments.CommitmentOf`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Who committed.
    pub hotkey: Hotkey,
    /// The block whose extrinsic made it.
    pub block: u64,
    /// The committed SHA-256 (`Data::Sha256`). Commitments of other kinds are not listed.
    pub digest: [u8; 32],
}

/// Hyperparameters of a subnet that its neurons act by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetParameters {
    /// Blocks between epochs, less one as on the chain.
    pub tempo_blocks: u16,
    /// Blocks that must pass between two weight settings of one validator.
    pub weights_rate_limit_blocks: u64,
    /// Version key that set weights must carry.
    pub weights_version: u64,
    /// Fewest weights in one setting.
    pub min_allowed_weights: u16,
    /// Whether weights must be committed first and revealed later.
    pub commit_reveal: bool,
    /// Epochs between a commit and its reveal, which must be in exactly that epoch.
    pub reveal_period_epochs: u64,
    /// The epoch to which a commit made now would belong.
    pub epoch: u64,
}

/// Weights that are committed to as a hash first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedWeights {
    /// Whom they are for.
    pub uids: Vec<u16>,
    /// As many weights, the largest 65,535.
    pub weights: Vec<u16>,
    /// What keeps others from guessing them.
    pub salt: Vec<u16>,
    /// The version key that they carry.
    pub version_key: u64,
}

/// What the pact of a subnet promises of artifacts (`docs/rules/pacts.md#artefacts`), and what it takes to keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactPromise {
    /// Blocks in which an artifact must be committed.
    pub period_blocks: u64,
    /// Blocks after which anybody must be able to open it.
    pub open_after_blocks: u64,
    /// Milliseconds between blocks, as the chain counts.
    pub block_ms: u64,
    /// The chain's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The block that this was read at.
    pub block: u64,
}

impl ArtifactPromise {
    /// The last round of a beacon that still opens within the window, if it is committed now.
    pub fn round(&self, beacon: &Beacon) -> u64 {
        let window_ms = self.open_after_blocks.saturating_mul(self.block_ms);
        beacon.round_at_ms(self.now_ms.saturating_add(window_ms)).max(1)
    }
}

/// What is committed of an artifact: SHA-256 of the content and of the sealed file, and how to get at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactCommitment {
    /// SHA-256 of the content.
    pub plaintext: [u8; 32],
    /// SHA-256 of the sealed file.
    pub ciphertext: [u8; 32],
    /// The beacon's round that opens it.
    pub round: u64,
    /// Where the sealed file is, at most 256 bytes.
    pub location: String,
}

/// The last artifact of a subnet, as the chain keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// How many were committed before.
    pub number: u32,
    /// Who committed it: the subnet's owner, its hotkey, or the miner with the highest incentive.
    pub committer: Hotkey,
    /// What was committed.
    #[serde(flatten)]
    pub commitment: ArtifactCommitment,
    /// The block whose extrinsic made it.
    pub block: u64,
    /// Validators that confirmed what it holds.
    pub confirmed_by: Vec<Hotkey>,
    /// Whether those have three quarters of validator weight.
    pub confirmed: bool,
}

/// Why the chain did not do or tell something.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
    /// It could not be reached or did not answer in time; worth another try.
    #[error("the chain does not answer: {0}")]
    Unreachable(String),
    /// It refused an extrinsic; the same one again would be refused again.
    #[error("the chain refused {call}: {reason}")]
    Refused {
        /// What was asked for, as `Pallet.call`.
        call: &'static str,
        /// The chain's reason: the name of the error where there is one.
        reason: String,
    },
    /// There is no such subnet.
    #[error("there is no subnet {0}")]
    NoSubnet(u16),
}

/// A chain, as neurons see it. Every method that submits waits until the extrinsic is in a block.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
    /// The newest block.
    async fn head(&self) -> Result<Head, ChainError>;

    /// Hash of a past block, if the chain has it.
    async fn block_hash(&self, number: u64) -> Result<Option<[u8; 32]>, ChainError>;

    /// Everybody in a subnet.
    async fn metagraph(&self, netuid: u16) -> Result<Metagraph, ChainError>;

    /// Hyperparameters of a subnet.
    async fn parameters(&self, netuid: u16) -> Result<SubnetParameters, ChainError>;

    /// The last commitment of every hotkey that made one in the subnet, in any order.
    async fn commitments(&self, netuid: u16) -> Result<Vec<Commitment>, ChainError>;

    /// Commits a SHA-256 for the identity's hotkey and returns the block it is in. A market that the hotkey has published
    /// stays published.
    async fn set_commitment(&self, identity: &Identity, netuid: u16, digest: [u8; 32]) -> Result<u64, ChainError>;

    /// Sets weights; `uids` and `weights` have the same length, the largest weight is 65,535.
    async fn set_weights(
        &self,
        identity: &Identity,
        netuid: u16,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError>;

    /// Commits to weights, which nobody learns until they are revealed.
    async fn commit_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError>;

    /// Reveals weights that were committed; from then on they are set.
    async fn reveal_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError>;

    /// Announces where the identity's axon is.
    async fn serve_axon(&self, identity: &Identity, netuid: u16, address: SocketAddr) -> Result<(), ChainError>;

    /// What the subnet's pact promises of artifacts, if one is in force that does.
    async fn artifact_promise(&self, netuid: u16) -> Result<Option<ArtifactPromise>, ChainError>;

    /// The subnet's last artifact.
    async fn artifact(&self, netuid: u16) -> Result<Option<Artifact>, ChainError>;

    /// Commits an artifact for the identity's hotkey.
    async fn commit_artifact(
        &self,
        identity: &Identity,
        netuid: u16,
        commitment: &ArtifactCommitment,
    ) -> Result<(), ChainError>;

    /// Confirms, as a validator, that the last artifact is this one and holds what it should.
    async fn confirm_artifact(&self, identity: &Identity, netuid: u16, number: u32) -> Result<(), ChainError>;

    /// What the subnet's owner has published of its market ([`crate::Description`]), as text.
    async fn market(&self, netuid: u16) -> Result<Option<String>, ChainError>;

    /// Publishes it, by the subnet's owner hotkey. What that hotkey has committed besides stays.
    async fn publish_market(&self, identity: &Identity, netuid: u16, text: &str) -> Result<(), ChainError>;

    /// The last commitment of one hotkey.
    async fn commitment(&self, netuid: u16, hotkey: &Hotkey) -> Result<Option<Commitment>, ChainError> {
        Ok(self
            .commitments(netuid)
            .await?
            .into_iter()
            .find(|commitment| commitment.hotkey == *hotkey))
    }

    /// Waits for a block higher than `number`. Polls five times a second unless the chain knows better.
    async fn next_head(&self, number: u64) -> Result<Head, ChainError> {
        loop {
            let head = self.head().await?;
            if head.number > number {
                return Ok(head);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
