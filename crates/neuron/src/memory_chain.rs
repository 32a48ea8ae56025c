//! A chain in memory, for tests of markets: registered neurons, commitments, weights and blocks that pass when told.

use std::{collections::BTreeMap, net::SocketAddr};

use async_trait::async_trait;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Commitment, Head, Hotkey, Identity, Metagraph,
    Neuron, SealedWeights, SubnetParameters,
};

/// One subnet's worth of a chain. Its clones of state are small: it is for tests.
pub struct MemoryChain {
    netuid: u16,
    parameters: SubnetParameters,
    state: Mutex<State>,
    height: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    neurons: Vec<Neuron>,
    commitments: BTreeMap<Hotkey, Commitment>,
    weights: BTreeMap<u16, Vec<(u16, u16)>>,
    sealed: BTreeMap<Hotkey, (SealedWeights, u64)>,
    promise: Option<ArtifactPromise>,
    artifact: Option<Artifact>,
    market: Option<String>,
}

impl MemoryChain {
    /// Parameters under which nothing has to be waited for but an epoch of ten blocks.
    pub const PARAMETERS: SubnetParameters = SubnetParameters {
        tempo_blocks: 9,
        weights_rate_limit_blocks: 0,
        weights_version: 0,
        min_allowed_weights: 1,
        commit_reveal: false,
        reveal_period_epochs: 1,
        epoch: 0,
    };

    /// A chain with one subnet and nobody in it.
    pub fn new(netuid: u16, parameters: SubnetParameters) -> Self {
        Self {
            netuid,
            parameters,
            state: Mutex::default(),
            height: watch::Sender::new(0),
        }
    }

    /// Gives the next uid to a hotkey.
    pub fn register(&self, hotkey: Hotkey, validator_permit: bool, stake_rao: u64) -> u16 {
        let mut state = self.state.lock();
        let uid = u16::try_from(state.neurons.len()).expect("a test registers few neurons");
        state.neurons.push(Neuron {
            uid,
            hotkey,
            axon: None,
            validator_permit,
            stake_rao,
            incentive: 0,
            emission_rao: 0,
        });
        uid
    }

    /// What the last epoch gave a miner, as on a real chain an epoch would.
    pub fn set_incentive(&self, uid: u16, incentive: u16) {
        if let Some(neuron) = self.state.lock().neurons.get_mut(usize::from(uid)) {
            neuron.incentive = incentive;
        }
    }

    /// Lets the subnet promise artifacts. The promise's block is where it begins; its time is that of block 0.
    pub fn promise_artifacts(&self, promise: ArtifactPromise) {
        self.state.lock().promise = Some(promise);
    }

    /// Lets a block pass.
    pub fn advance(&self) {
        self.height.send_modify(|height| *height += 1);
    }

    /// The weights last set by each validator, by uid, as (uid, weight) pairs.
    pub fn weights(&self) -> BTreeMap<u16, Vec<(u16, u16)>> {
        self.state.lock().weights.clone()
    }

    fn store_weights(
        &self,
        identity: &Identity,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        let call = "SubtensorModule.set_weights";
        let mut state = self.state.lock();
        let hotkey = identity.hotkey();
        let own = state.neurons.iter().find(|neuron| neuron.hotkey == hotkey);
        let own = own.ok_or_else(|| Self::refuse(call, "HotKeyNotRegisteredInSubNet"))?;
        if !own.validator_permit {
            return Err(Self::refuse(call, "NeuronNoValidatorPermit"));
        }
        if version_key < self.parameters.weights_version {
            return Err(Self::refuse(call, "IncorrectWeightVersionKey"));
        }
        if uids.len() != weights.len() || uids.iter().any(|uid| usize::from(*uid) >= state.neurons.len()) {
            return Err(Self::refuse(call, "UidVecContainInvalidOne"));
        }
        let uid = own.uid;
        state
            .weights
            .insert(uid, uids.iter().copied().zip(weights.iter().copied()).collect());
        Ok(())
    }

    fn own(&self, netuid: u16) -> Result<(), ChainError> {
        if netuid == self.netuid {
            Ok(())
        } else {
            Err(ChainError::NoSubnet(netuid))
        }
    }

    fn hash_of(&self, number: u64) -> [u8; 32] {
        Sha256::digest(number.to_le_bytes()).into()
    }

    fn refuse(call: &'static str, reason: &str) -> ChainError {
        ChainError::Refused {
            call,
            reason: reason.into(),
        }
    }

    fn epoch(&self) -> u64 {
        *self.height.borrow() / (u64::from(self.parameters.tempo_blocks) + 1)
    }

    fn next_block(&self) -> u64 {
        *self.height.borrow() + 1
    }
}

#[async_trait]
impl Chain for MemoryChain {
    async fn head(&self) -> Result<Head, ChainError> {
        let number = *self.height.borrow();
        Ok(Head {
            number,
            hash: self.hash_of(number),
        })
    }

    async fn block_hash(&self, number: u64) -> Result<Option<[u8; 32]>, ChainError> {
        Ok((number <= *self.height.borrow()).then(|| self.hash_of(number)))
    }

    async fn metagraph(&self, netuid: u16) -> Result<Metagraph, ChainError> {
        self.own(netuid)?;
        Ok(Metagraph {
            netuid,
            block: *self.height.borrow(),
            neurons: self.state.lock().neurons.clone(),
        })
    }

    async fn parameters(&self, netuid: u16) -> Result<SubnetParameters, ChainError> {
        self.own(netuid)?;
        Ok(SubnetParameters {
            epoch: self.epoch(),
            ..self.parameters
        })
    }

    async fn commitments(&self, netuid: u16) -> Result<Vec<Commitment>, ChainError> {
        self.own(netuid)?;
        let height = *self.height.borrow();
        Ok(self
            .state
            .lock()
            .commitments
            .values()
            .filter(|made| made.block <= height)
            .copied()
            .collect())
    }

    async fn set_commitment(&self, identity: &Identity, netuid: u16, digest: [u8; 32]) -> Result<u64, ChainError> {
        self.own(netuid)?;
        let hotkey = identity.hotkey();
        let block = self.next_block();
        {
            let mut state = self.state.lock();
            if !state.neurons.iter().any(|neuron| neuron.hotkey == hotkey) {
                return Err(Self::refuse("Commitments.set_commitment", "AccountNotAllowedCommit"));
            }
            state.commitments.insert(hotkey, Commitment { hotkey, block, digest });
        }
        // As on a real chain, the call is over when its block is there.
        let mut heights = self.height.subscribe();
        heights
            .wait_for(|height| *height >= block)
            .await
            .map_err(|_| ChainError::Unreachable("the chain in memory was dropped".into()))?;
        Ok(block)
    }

    async fn set_weights(
        &self,
        identity: &Identity,
        netuid: u16,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        self.own(netuid)?;
        if self.parameters.commit_reveal {
            return Err(Self::refuse("SubtensorModule.set_weights", "CommitRevealEnabled"));
        }
        self.store_weights(identity, uids, weights, version_key)
    }

    async fn commit_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.own(netuid)?;
        let entry = (sealed.clone(), self.epoch());
        self.state.lock().sealed.insert(identity.hotkey(), entry);
        Ok(())
    }

    async fn reveal_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.own(netuid)?;
        let call = "SubtensorModule.reveal_weights";
        let committed = self.state.lock().sealed.get(&identity.hotkey()).cloned();
        match committed {
            Some((committed, epoch)) if committed == *sealed => {
                if self.epoch() != epoch + self.parameters.reveal_period_epochs {
                    return Err(Self::refuse(call, "RevealTooEarly"));
                }
            }
            _ => return Err(Self::refuse(call, "NoWeightsCommitFound")),
        }
        self.state.lock().sealed.remove(&identity.hotkey());
        self.store_weights(identity, &sealed.uids, &sealed.weights, sealed.version_key)
    }

    async fn serve_axon(&self, identity: &Identity, netuid: u16, address: SocketAddr) -> Result<(), ChainError> {
        self.own(netuid)?;
        let hotkey = identity.hotkey();
        let mut state = self.state.lock();
        let neuron = state.neurons.iter_mut().find(|neuron| neuron.hotkey == hotkey);
        let neuron =
            neuron.ok_or_else(|| Self::refuse("SubtensorModule.serve_axon", "HotKeyNotRegisteredInNetwork"))?;
        neuron.axon = Some(address);
        Ok(())
    }

    async fn artifact_promise(&self, netuid: u16) -> Result<Option<ArtifactPromise>, ChainError> {
        self.own(netuid)?;
        let block = *self.height.borrow();
        Ok(self.state.lock().promise.map(|promise| ArtifactPromise {
            now_ms: promise.now_ms + block * promise.block_ms,
            block,
            ..promise
        }))
    }

    async fn artifact(&self, netuid: u16) -> Result<Option<Artifact>, ChainError> {
        self.own(netuid)?;
        Ok(self.state.lock().artifact.clone())
    }

    async fn commit_artifact(
        &self,
        identity: &Identity,
        netuid: u16,
        commitment: &ArtifactCommitment,
    ) -> Result<(), ChainError> {
        self.own(netuid)?;
        let hotkey = identity.hotkey();
        let metagraph = self.metagraph(netuid).await?;
        if metagraph.best_miner().is_none_or(|best| best.hotkey != hotkey) {
            return Err(Self::refuse("Pact.commit_artifact", "NotCommitter"));
        }
        let mut state = self.state.lock();
        let number = state.artifact.as_ref().map_or(0, |last| last.number + 1);
        state.artifact = Some(Artifact {
            number,
            committer: hotkey,
            commitment: commitment.clone(),
            block: self.next_block(),
            confirmed_by: Vec::new(),
            confirmed: false,
        });
        Ok(())
    }

    async fn confirm_artifact(&self, identity: &Identity, netuid: u16, number: u32) -> Result<(), ChainError> {
        self.own(netuid)?;
        let call = "Pact.confirm_artifact";
        let hotkey = identity.hotkey();
        let state = &mut *self.state.lock();
        let validators = || state.neurons.iter().filter(|neuron| neuron.validator_permit);
        if !validators().any(|neuron| neuron.hotkey == hotkey) {
            return Err(Self::refuse(call, "NoPermit"));
        }
        let artifact = state.artifact.as_mut().filter(|artifact| artifact.number == number);
        let artifact = artifact.ok_or_else(|| Self::refuse(call, "NoArtifact"))?;
        if artifact.confirmed_by.contains(&hotkey) {
            return Err(Self::refuse(call, "AlreadyVoted"));
        }
        artifact.confirmed_by.push(hotkey);
        let all: u64 = validators().map(|neuron| neuron.stake_rao).sum();
        let confirming = validators().filter(|neuron| artifact.confirmed_by.contains(&neuron.hotkey));
        let confirming: u64 = confirming.map(|neuron| neuron.stake_rao).sum();
        artifact.confirmed = 4 * confirming >= 3 * all;
        Ok(())
    }

    async fn market(&self, netuid: u16) -> Result<Option<String>, ChainError> {
        self.own(netuid)?;
        Ok(self.state.lock().market.clone())
    }

    async fn publish_market(&self, _identity: &Identity, netuid: u16, text: &str) -> Result<(), ChainError> {
        self.own(netuid)?;
        self.state.lock().market = Some(text.to_owned());
        Ok(())
    }
}
