//! The validator's loop: sample, query, score, smooth, set weights.
//!
//! Time is cut into rounds of one tempo. The seed of a round is made of the hash of its first block, so all
//! validators of a subnet pose the same task, and nobody knows it before the block.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::{
    Chain, ChainError, DendriteError, Head, Hotkey, Identity, Metagraph, NeuronError, SealedWeights, SubnetParameters,
};

/// A neuron that may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its slot.
    pub uid: u16,
    /// Its hotkey.
    pub hotkey: Hotkey,
    /// Where it serves, if anywhere.
    pub axon: Option<SocketAddr>,
}

/// A round, as the market sees it.
#[derive(Clone, Debug)]
pub struct Round {
    /// The subnet.
    pub netuid: u16,
    /// Its number: height divided by the length of an epoch.
    pub number: u64,
    /// From the hash of the first block of the round.
    pub seed: [u8; 32],
    /// The block at which it is run.
    pub head: Head,
    /// Every other neuron of the subnet, by ascending uid.
    pub peers: Vec<Peer>,
}

/// What a market thinks of one peer after a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Whom.
    pub uid: u16,
    /// And who sits there.
    pub hotkey: Hotkey,
    /// 0 to 1.
    pub score: f64,
    /// Whether earlier scores are void too: the peer was found cheating.
    pub void: bool,
}

/// Where the loop stands after a block or a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Rounds finished.
    pub rounds: u64,
    /// Block at which weights were set last, or committed where they are revealed later.
    pub weights_block: Option<u64>,
    /// Moving average of every known peer.
    pub averages: BTreeMap<u16, f64>,
}

/// What a market's validator does.
#[async_trait]
pub trait Market: Send + Sync + 'static {
    /// What peers are asked in a round.
    type Task: Send + Sync;
    /// What a peer answers.
    type Answer: Send;

    /// Called at every new block that the loop sees, before anything else.
    ///
    /// # Errors
    /// A passing error is logged; the block goes on.
    async fn observe(&mut self, _head: Head) -> Result<(), NeuronError> {
        Ok(())
    }

    /// The task of a round.
    ///
    /// # Errors
    /// A passing error ends the round, which is tried again at the next block.
    async fn sample(&mut self, round: &Round) -> Result<Self::Task, NeuronError>;

    /// Asks one peer. Several are asked at a time.
    ///
    /// # Errors
    /// Are handed to [`Market::score`].
    async fn query(&self, task: &Self::Task, peer: &Peer) -> Result<Self::Answer, NeuronError>;

    /// Judges what came back. Peers without an opinion keep their average.
    ///
    /// # Errors
    /// As with [`Market::sample`].
    async fn score(
        &mut self,
        round: &Round,
        task: Self::Task,
        answers: Vec<(Peer, Result<Self::Answer, NeuronError>)>,
    ) -> Result<Vec<Opinion>, NeuronError>;

    /// Called after a round and after weights were set.
    fn report(&mut self, progress: &Progress);
}

/// Words of 16 bits in the salt of a commit: nobody guesses 128 bits.
const SALT_WORDS: usize = 8;

/// How a validator is run.
#[derive(Clone, Debug)]
pub struct ValidatorOptions {
    /// The subnet.
    pub netuid: u16,
    /// Part of the new score in the moving average, 0 to 1.
    pub smoothing: f64,
    /// Peers asked at one time.
    pub concurrent_max: usize,
    /// Least time between two rounds, for chains with fast blocks.
    pub round_every: Duration,
}

/// Runs until cancelled.
///
/// # Errors
/// If the hotkey is not registered, or the market gives up.
pub async fn run_validator<M: Market>(
    market: M,
    options: ValidatorOptions,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<(), NeuronError> {
    let mut validator = Validator {
        market,
        options,
        chain,
        identity,
        averages: BTreeMap::new(),
        progress: Progress::default(),
        sealed: None,
        last_round: None,
        last_run: None,
    };
    let mut height = None;
    loop {
        let turn = async {
            let head = match height {
                None => validator.chain.head().await?,
                Some(number) => validator.chain.next_head(number).await?,
            };
            height = Some(head.number);
            validator.block(head).await
        };
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            ended = turn => match ended {
                Ok(()) => {}
                Err(error) if error.is_passing() => {
                    tracing::warn!(%error, "validator goes on at the next block");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => return Err(error),
            },
        }
    }
}

/// What came back from everybody.
type Answers<M> = Vec<(Peer, Result<<M as Market>::Answer, NeuronError>)>;

/// Blocks that peers have after the validator's start to be reached.
const BLOCKS_TO_COME: u32 = 3;

fn is_missing<A>((peer, answer): &(Peer, Result<A, NeuronError>)) -> bool {
    let unreached = matches!(answer, Err(NeuronError::Dendrite(DendriteError::Unreachable { .. })));
    unreached && peer.axon.is_some()
}

struct Validator<M> {
    market: M,
    options: ValidatorOptions,
    chain: Arc<dyn Chain>,
    identity: Identity,
    averages: BTreeMap<Hotkey, f64>,
    progress: Progress,
    /// Weights that are committed and not yet revealed, and the epoch of the commit. A restart forgets them and commits
    /// anew.
    sealed: Option<(SealedWeights, u64)>,
    last_round: Option<u64>,
    last_run: Option<Instant>,
}

impl<M: Market> Validator<M> {
    async fn block(&mut self, head: Head) -> Result<(), NeuronError> {
        self.market.observe(head).await?;
        let netuid = self.options.netuid;
        let parameters = self.chain.parameters(netuid).await?;
        self.reveal(parameters).await?;
        let epoch_blocks = u64::from(parameters.tempo_blocks) + 1;
        let number = head.number / epoch_blocks;
        let rested = self
            .last_run
            .is_none_or(|run| run.elapsed() >= self.options.round_every);
        if self.last_round == Some(number) || !rested {
            return Ok(());
        }
        self.last_run = Some(Instant::now());
        let metagraph = self.chain.metagraph(netuid).await?;
        let hotkey = self.identity.hotkey();
        let own = metagraph
            .neuron(&hotkey)
            .ok_or(NeuronError::NotRegistered { hotkey, netuid })?;
        let permit = own.validator_permit;
        if self.round(head, number, epoch_blocks, &metagraph).await? {
            self.last_round = Some(number);
        }
        if permit {
            self.set_weights(head, parameters).await?;
        } else {
            tracing::debug!("no validator permit yet: no weights set");
        }
        Ok(())
    }

    /// Runs a round; true if somebody earned, false if it is worth another try within the same round.
    async fn round(
        &mut self,
        head: Head,
        number: u64,
        epoch_blocks: u64,
        metagraph: &Metagraph,
    ) -> Result<bool, NeuronError> {
        let netuid = self.options.netuid;
        let first = number * epoch_blocks;
        let hash = self
            .chain
            .block_hash(first)
            .await?
            .ok_or_else(|| ChainError::Unreachable(format!("it has no hash of block {first}")))?;
        let own = self.identity.hotkey();
        let others = metagraph.neurons.iter().filter(|neuron| neuron.hotkey != own);
        let peers = others
            .map(|neuron| Peer {
                uid: neuron.uid,
                hotkey: neuron.hotkey,
                axon: neuron.axon,
            })
            .collect();
        let round = Round {
            netuid,
            number,
            seed: round_seed(netuid, &hash),
            head,
            peers,
        };
        let task = self.market.sample(&round).await?;
        let answers = self.ask(&task, round.peers.clone()).await;
        let answers = self.ask_again(&task, head, answers).await?;
        let opinions = self.market.score(&round, task, answers).await?;
        let earned = opinions.iter().any(|opinion| opinion.score > 0.0);
        self.smooth(&opinions, &round.peers);
        self.progress.rounds += 1;
        self.market.report(&self.progress);
        metrics::counter!("tributary_validator_rounds_total", "netuid" => netuid.to_string()).increment(1);
        tracing::debug!(
            netuid,
            round = number,
            opinions = opinions.len(),
            earned,
            "round finished"
        );
        Ok(earned)
    }

    async fn ask(&self, task: &M::Task, peers: Vec<Peer>) -> Answers<M> {
        let market = &self.market;
        futures::stream::iter(peers)
            .map(|peer| async move {
                let answer = market.query(task, &peer).await;
                (peer, answer)
            })
            .buffer_unordered(self.options.concurrent_max)
            .collect()
            .await
    }

    /// Asks those again who could not be reached: they may have moved since. After the start they get a few blocks,
    /// because miners of a machine that was restarted may still be on their way, and who is left out of the first round
    /// goes unpaid for an epoch.
    async fn ask_again(&self, task: &M::Task, head: Head, answers: Answers<M>) -> Result<Answers<M>, NeuronError> {
        let starting = self.progress.rounds == 0;
        let (mut missing, mut reached): (Answers<M>, Answers<M>) = answers.into_iter().partition(is_missing);
        let mut height = head.number;
        for _ in 0..if starting { BLOCKS_TO_COME } else { 1 } {
            if missing.is_empty() {
                break;
            }
            if starting {
                height = self.chain.next_head(height).await?.number;
            }
            let metagraph = self.chain.metagraph(self.options.netuid).await?;
            let (mut again, mut left) = (Vec::new(), Vec::new());
            for (peer, answer) in missing {
                let axon = metagraph.neuron(&peer.hotkey).map_or(peer.axon, |neuron| neuron.axon);
                if starting || axon != peer.axon {
                    again.push(Peer { axon, ..peer });
                } else {
                    left.push((peer, answer));
                }
            }
            let asked: (Answers<M>, Answers<M>) = self.ask(task, again).await.into_iter().partition(is_missing);
            missing = asked.0;
            missing.extend(left);
            reached.extend(asked.1);
        }
        reached.extend(missing);
        Ok(reached)
    }

    fn smooth(&mut self, opinions: &[Opinion], peers: &[Peer]) {
        self.averages
            .retain(|hotkey, _| peers.iter().any(|peer| peer.hotkey == *hotkey));
        let part = self.options.smoothing;
        for opinion in opinions {
            let average = self.averages.entry(opinion.hotkey).or_default();
            let score = if opinion.score.is_finite() {
                opinion.score.clamp(0.0, 1.0)
            } else {
                0.0
            };
            *average = if opinion.void {
                0.0
            } else {
                (1.0 - part) * *average + part * score
            };
        }
        let known = peers
            .iter()
            .filter_map(|peer| Some((peer.uid, *self.averages.get(&peer.hotkey)?)));
        self.progress.averages = known.collect();
    }

    async fn set_weights(&mut self, head: Head, parameters: SubnetParameters) -> Result<(), NeuronError> {
        let netuid = self.options.netuid;
        if self.sealed.is_some() {
            return Ok(());
        }
        let pause = u64::from(parameters.tempo_blocks).max(parameters.weights_rate_limit_blocks);
        if self
            .progress
            .weights_block
            .is_some_and(|block| head.number <= block.saturating_add(pause))
        {
            return Ok(());
        }
        let (uids, weights) = weights_from_averages(&self.progress.averages);
        if uids.is_empty() || uids.len() < usize::from(parameters.min_allowed_weights) {
            tracing::debug!(count = uids.len(), "too few peers have earned to set weights");
            return Ok(());
        }
        let version_key = parameters.weights_version;
        tracing::info!(netuid, block = head.number, ?uids, ?weights, "setting weights");
        if parameters.commit_reveal {
            let salt = rand::random::<[u16; SALT_WORDS]>().to_vec();
            let sealed = SealedWeights {
                uids,
                weights,
                salt,
                version_key,
            };
            self.chain.commit_weights(&self.identity, netuid, &sealed).await?;
            let epoch = self.chain.parameters(netuid).await?.epoch;
            self.sealed = Some((sealed, epoch));
        } else {
            self.chain
                .set_weights(&self.identity, netuid, &uids, &weights, version_key)
                .await?;
        }
        self.progress.weights_block = Some(head.number);
        self.market.report(&self.progress);
        Ok(())
    }

    /// Reveals what was committed when its epoch has come. A reveal that the chain refuses is tried at every block of
    /// the epoch; what missed its epoch is forgotten.
    async fn reveal(&mut self, parameters: SubnetParameters) -> Result<(), NeuronError> {
        let Some((sealed, committed)) = &self.sealed else {
            return Ok(());
        };
        let netuid = self.options.netuid;
        let due = committed.saturating_add(parameters.reveal_period_epochs);
        if parameters.epoch < due {
            return Ok(());
        }
        // The commit may have fallen into the epoch after the one that was seen.
        if parameters.epoch > due.saturating_add(1) {
            tracing::warn!(netuid, "committed weights missed the epoch of their reveal");
            self.sealed = None;
            return Ok(());
        }
        match self.chain.reveal_weights(&self.identity, netuid, sealed).await {
            Ok(()) => {
                tracing::info!(netuid, epoch = parameters.epoch, "weights revealed");
                self.sealed = None;
                Ok(())
            }
            Err(error @ ChainError::Refused { .. }) => {
                tracing::warn!(%error, "weights are not revealed yet");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Weights in proportion to averages, the largest 65,535; uids with a weight of 0 are left out.
pub fn weights_from_averages(averages: &BTreeMap<u16, f64>) -> (Vec<u16>, Vec<u16>) {
    let largest = averages
        .values()
        .copied()
        .filter(|average| average.is_finite())
        .fold(0.0, f64::max);
    if largest <= 0.0 {
        return (Vec::new(), Vec::new());
    }
    let scaled = averages
        .iter()
        .map(|(uid, average)| (*uid, (average / largest * 65_535.0).round() as u16));
    scaled.filter(|(_, weight)| *weight > 0).unzip()
}

fn round_seed(netuid: u16, block_hash: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"tributary/round/1");
    hash.update(netuid.to_le_bytes());
    hash.update(block_hash);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_proportional() {
        let averages = BTreeMap::from([(1, 0.5), (2, 1.0), (3, 0.0), (9, 1e-9), (10, f64::NAN)]);
        assert_eq!(weights_from_averages(&averages), (vec![1, 2], vec![32_768, 65_535]));
        assert_eq!(weights_from_averages(&BTreeMap::from([(1, 0.0)])), (vec![], vec![]));
    }
}
