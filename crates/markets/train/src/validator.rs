//! Validators: fetch, check, measure, judge.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Chain, Commitment, Confirmer, Dendrite, DendriteLimits, Head, Hotkey, Identity, Market, NeuronError, Opinion, Peer,
    Progress, Round, ValidatorOptions, run_validator,
};

use crate::{
    archive_files,
    config::{MinerView, ValidatorConfig, ValidatorHandle, ValidatorStatus},
    copies::{Archive, Fingerprinter, Version},
    corpus::{Corpus, Slice},
    model::Model,
    rules::Rules,
    score::{Standing, scores},
    trainer::device,
    weights_file::Artefact,
};

/// Least time between two rounds.
const ROUND_EVERY: Duration = Duration::from_secs(4);
/// Commitments of one hotkey that wait to be fetched.
const PENDING_MAX: usize = 4;
/// Versions of one hotkey whose files are kept, to check what is sealed of them.
const CONTENTS_KEPT: usize = 2;
/// Rounds that a miner may miss before its last version stops counting.
const MISSES_MAX: u32 = 2;

/// Starts a validator.
///
/// # Errors
/// If the configuration makes no sense, or the state folder cannot be read. What goes wrong later ends the task.
pub fn spawn_validator(
    config: ValidatorConfig,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<ValidatorHandle, NeuronError> {
    config
        .rules
        .validate()
        .map_err(|error| NeuronError::Fatal(error.to_string()))?;
    let (status, watch) = watch::channel(ValidatorStatus::default());
    let options = ValidatorOptions {
        netuid: config.netuid,
        smoothing: config.rules.smoothing,
        concurrent_max: 8,
        round_every: ROUND_EVERY,
    };
    let fingerprinter = Fingerprinter::new(&config.corpus, config.rules.context_bytes);
    let folder = config
        .state_folder
        .as_ref()
        .map(|folder| folder.join(format!("validator-{}-{}", config.netuid, identity.hotkey())));
    let archive = match &folder {
        Some(folder) => archive_files::read(folder, &config.rules, &fingerprinter)?,
        None => Archive::default(),
    };
    tracing::info!(
        netuid = config.netuid, hotkey = %identity.hotkey(), remembered = archive.iter().count(), "validator starts"
    );
    let market = TrainMarket {
        netuid: config.netuid,
        chain: chain.clone(),
        dendrite: Dendrite::new(identity.clone(), DendriteLimits::within(config.reach)),
        identity: identity.clone(),
        confirmer: Confirmer::new(config.beacon.clone()),
        contents: BTreeMap::new(),
        newest: BTreeMap::new(),
        pending: BTreeMap::new(),
        bench: Arc::new(Mutex::new(Bench {
            corpus: config.corpus.clone(),
            rules: config.rules.clone(),
            fingerprinter,
            archive,
            held: BTreeMap::new(),
            refused: BTreeMap::new(),
            fresh: Vec::new(),
            folder,
        })),
        status,
        config,
    };
    let task = tokio::spawn(run_validator(market, options, chain, identity, cancel));
    Ok(ValidatorHandle { status: watch, task })
}

struct TrainMarket {
    config: ValidatorConfig,
    netuid: u16,
    chain: Arc<dyn Chain>,
    dendrite: Dendrite,
    identity: Identity,
    confirmer: Confirmer,
    /// The files of the last accepted version of every hotkey, and of the one before.
    contents: BTreeMap<Hotkey, Vec<Artefact>>,
    /// The last commitment of every hotkey.
    newest: BTreeMap<Hotkey, Commitment>,
    /// Commitments whose weights have not been fetched, oldest first.
    pending: BTreeMap<Hotkey, Vec<Commitment>>,
    /// In a mutex so that a round can borrow it on another thread.
    bench: Arc<Mutex<Bench>>,
    status: watch::Sender<ValidatorStatus>,
}

/// Versions that a peer handed over, oldest first, each with its commitment.
type Fetched = Vec<(Commitment, Artefact)>;

#[async_trait]
impl Market for TrainMarket {
    type Task = Slice;
    type Answer = Fetched;

    async fn observe(&mut self, _head: Head) -> Result<(), NeuronError> {
        for commitment in self.chain.commitments(self.netuid).await? {
            let known = self.newest.insert(commitment.hotkey, commitment);
            if known.is_none_or(|known| known.digest != commitment.digest || known.block != commitment.block) {
                let pending = self.pending.entry(commitment.hotkey).or_default();
                // The oldest is worth more than those between: it dates the miner's claim.
                if pending.len() >= PENDING_MAX {
                    pending.remove(1);
                }
                pending.push(commitment);
            }
        }
        let contents = &self.contents;
        let content = |digest: &[u8; 32]| {
            let mut all = contents.values().flatten();
            all.find(|artefact| artefact.digest() == *digest)
                .map(|artefact| artefact.bytes().clone())
        };
        let (chain, dendrite) = (self.chain.as_ref(), &self.dendrite);
        let looked = self
            .confirmer
            .step(chain, dendrite, &self.identity, self.netuid, content);
        match looked.await {
            Ok(true) => self.status.send_modify(|status| status.artifacts_confirmed += 1),
            Ok(false) => {}
            // Judging miners does not wait for it; the next block brings another try.
            Err(error) => tracing::debug!(%error, "the last artefact is not confirmed yet"),
        }
        Ok(())
    }

    async fn sample(&mut self, round: &Round) -> Result<Slice, NeuronError> {
        Ok(self.config.corpus.slice(round.seed, self.config.rules.slice_bytes))
    }

    async fn query(&self, _slice: &Slice, peer: &Peer) -> Result<Fetched, NeuronError> {
        let newest = self.newest.get(&peer.hotkey);
        let newest = newest.ok_or_else(|| NeuronError::Market("has committed nothing".into()))?;
        let address = peer
            .axon
            .ok_or_else(|| NeuronError::Market("announces no axon".into()))?;
        let mut fetched = Vec::new();
        let pending = self.pending.get(&peer.hotkey).map_or(&[][..], Vec::as_slice);
        let (older, current): (Vec<_>, Vec<_>) = pending
            .iter()
            .partition(|commitment| commitment.digest != newest.digest);
        for commitment in older {
            // An older version dates a claim; it is the miner's loss if it is not there any more.
            match self.fetch(peer, address, commitment).await {
                Ok(artefact) => fetched.push((*commitment, artefact)),
                Err(error) => tracing::debug!(%error, uid = peer.uid, "an older version is not to be had"),
            }
        }
        if let Some(commitment) = current.last() {
            fetched.push((**commitment, self.fetch(peer, address, commitment).await?));
        } else {
            // Nothing to fetch: but is it there?
            self.dendrite
                .call(peer.hotkey, address, "digest", Bytes::new(), 64)
                .await?;
        }
        Ok(fetched)
    }

    async fn score(
        &mut self,
        round: &Round,
        slice: Slice,
        answers: Vec<(Peer, Result<Fetched, NeuronError>)>,
    ) -> Result<Vec<Opinion>, NeuronError> {
        for (peer, answer) in &answers {
            if let (Ok(fetched), Some(pending)) = (answer, self.pending.get_mut(&peer.hotkey)) {
                // What could not be fetched beside a newer version is given up.
                let newest = fetched.last().map(|(commitment, _)| commitment.block);
                pending.retain(|commitment| newest.is_some_and(|block| commitment.block > block));
            }
        }
        let registered = |hotkey: &Hotkey| round.peers.iter().any(|peer| peer.hotkey == *hotkey);
        self.pending
            .retain(|hotkey, pending| !pending.is_empty() && registered(hotkey));
        self.contents.retain(|hotkey, _| registered(hotkey));
        for (peer, answer) in &answers {
            let genuine = answer
                .iter()
                .flatten()
                .filter(|(commitment, artefact)| artefact.digest() == commitment.digest);
            for (_, artefact) in genuine {
                let contents = self.contents.entry(peer.hotkey).or_default();
                contents.push(artefact.clone());
                let surplus = contents.len().saturating_sub(CONTENTS_KEPT);
                contents.drain(..surplus);
            }
        }
        let bench = self.bench.clone();
        let job = move || bench.lock().judge(&slice, answers);
        let (baseline, views) = self.config.pool.run(job).await?;
        let opinions = views.iter().map(|(uid, judged)| Opinion {
            uid: *uid,
            hotkey: judged.view.hotkey,
            score: judged.view.score,
            void: judged.void,
        });
        let opinions = opinions.collect();
        self.status.send_modify(|status| {
            status.baseline_bits_per_byte = Some(baseline);
            status.miners = views.into_iter().map(|(uid, judged)| (uid, judged.view)).collect();
        });
        Ok(opinions)
    }

    fn report(&mut self, progress: &Progress) {
        self.status.send_modify(|status| {
            status.rounds = progress.rounds;
            status.weights_block = progress.weights_block;
            for (uid, miner) in &mut status.miners {
                miner.average = progress.averages.get(uid).copied().unwrap_or(0.0);
            }
        });
    }
}

impl TrainMarket {
    async fn fetch(
        &self,
        peer: &Peer,
        address: std::net::SocketAddr,
        commitment: &Commitment,
    ) -> Result<Artefact, NeuronError> {
        let route = format!("weights/{}", hex::encode(commitment.digest));
        let bytes_max = self.config.rules.artefact_bytes_max();
        let bytes = self
            .dendrite
            .call(peer.hotkey, address, &route, Bytes::new(), bytes_max)
            .await?;
        Ok(Artefact::new(bytes))
    }
}

/// A version that counts for its miner.
struct Held {
    commitment: Commitment,
    model: Model,
    misses: u32,
}

struct Judged {
    view: MinerView,
    void: bool,
}

/// Where models are measured.
struct Bench {
    corpus: Arc<Corpus>,
    rules: Rules,
    fingerprinter: Fingerprinter,
    archive: Archive,
    held: BTreeMap<Hotkey, Held>,
    /// Why the last version of a hotkey was refused: it stays true in the rounds in which there is nothing newer.
    refused: BTreeMap<Hotkey, String>,
    /// Versions accepted in this round, of which nobody has asked yet whose they are.
    fresh: Vec<Commitment>,
    folder: Option<std::path::PathBuf>,
}

impl Bench {
    /// Measures everybody's current version and judges it; the baseline and the views by uid.
    fn judge(
        &mut self,
        slice: &Slice,
        answers: Vec<(Peer, Result<Fetched, NeuronError>)>,
    ) -> (f64, BTreeMap<u16, Judged>) {
        let baseline = self.corpus.baseline_bits(slice, self.rules.context_bytes);
        self.held
            .retain(|hotkey, _| answers.iter().any(|(peer, _)| peer.hotkey == *hotkey));
        self.refused
            .retain(|hotkey, _| answers.iter().any(|(peer, _)| peer.hotkey == *hotkey));
        let mut complaints: BTreeMap<Hotkey, String> = BTreeMap::new();
        let peers: Vec<Peer> = answers.iter().map(|(peer, _)| peer.clone()).collect();
        for (peer, answer) in answers {
            if let Err(complaint) = self.take(&peer, answer) {
                complaints.insert(peer.hotkey, complaint);
            }
        }
        self.fresh.sort_by_key(|commitment| commitment.block);
        for commitment in std::mem::take(&mut self.fresh) {
            self.archive
                .originals(&commitment.hotkey, &commitment.digest, &self.rules);
        }
        let mut bits: BTreeMap<Hotkey, f64> = BTreeMap::new();
        for (hotkey, held) in &self.held {
            match held.model.bits_per_byte(&slice.windows) {
                Ok(measured) if measured.is_finite() => {
                    bits.insert(*hotkey, measured);
                }
                Ok(_) => drop(complaints.insert(*hotkey, "its predictions are not numbers".into())),
                Err(error) => drop(complaints.insert(*hotkey, error.to_string())),
            }
        }
        let mut standings = Vec::new();
        let mut originals: BTreeMap<Hotkey, Vec<Hotkey>> = BTreeMap::new();
        for peer in &peers {
            let (Some(measured), Some(held)) = (bits.get(&peer.hotkey), self.held.get(&peer.hotkey)) else {
                continue;
            };
            let found = self
                .archive
                .originals(&peer.hotkey, &held.commitment.digest, &self.rules);
            let earlier = found
                .iter()
                .map(|original| bits.get(original).copied().unwrap_or(f64::NEG_INFINITY));
            let earlier = earlier.min_by(f64::total_cmp);
            standings.push((
                peer.clone(),
                Standing {
                    bits_per_byte: *measured,
                    earlier,
                },
            ));
            originals.insert(peer.hotkey, found);
        }
        let only: Vec<Standing> = standings.iter().map(|(_, standing)| *standing).collect();
        let Rules {
            margin_bits,
            temperature_bits,
            ..
        } = self.rules;
        let scores = scores(&only, baseline, margin_bits, temperature_bits);
        let earned: BTreeMap<Hotkey, f64> = standings
            .iter()
            .zip(scores)
            .map(|((peer, _), score)| (peer.hotkey, score))
            .collect();
        let views = peers.iter().map(|peer| {
            let measured = bits.get(&peer.hotkey).copied();
            let score = earned.get(&peer.hotkey).copied().unwrap_or(0.0);
            let from = originals.get(&peer.hotkey).map_or(&[][..], Vec::as_slice);
            let verdict = match (score > 0.0, measured, from.first()) {
                (true, ..) => None,
                (false, Some(_), Some(original)) => Some(format!("a copy of {original} without an improvement")),
                (false, Some(_), None) => Some("no better than byte frequencies".into()),
                (false, None, _) => Some(self.why_nothing(&peer.hotkey, &complaints)),
            };
            let void = score == 0.0 && measured.is_some();
            let view = MinerView {
                hotkey: peer.hotkey,
                bits_per_byte: measured,
                score,
                average: 0.0,
                verdict,
            };
            (peer.uid, Judged { view, void })
        });
        let views = views.collect();
        if let Some(folder) = &self.folder
            && let Err(error) = archive_files::prune(folder, &self.archive)
        {
            tracing::warn!(%error, "the validator's memory is not kept");
        }
        (baseline, views)
    }

    /// Why there is no version of a peer to measure.
    fn why_nothing(&self, hotkey: &Hotkey, complaints: &BTreeMap<Hotkey, String>) -> String {
        let why = complaints.get(hotkey).or_else(|| self.refused.get(hotkey));
        why.cloned()
            .unwrap_or_else(|| "its weights were not seen since this validator started".into())
    }

    /// Takes what a peer handed over; afterwards the version that counts is in `held`, or there is a complaint.
    fn take(&mut self, peer: &Peer, answer: Result<Fetched, NeuronError>) -> Result<(), String> {
        let fetched = match answer {
            Ok(fetched) => fetched,
            Err(error) => {
                let misses = self.held.get_mut(&peer.hotkey).map(|held| {
                    held.misses += 1;
                    held.misses
                });
                if misses.is_some_and(|misses| misses > MISSES_MAX) {
                    self.held.remove(&peer.hotkey);
                }
                return Err(error.to_string());
            }
        };
        if let Some(held) = self.held.get_mut(&peer.hotkey) {
            held.misses = 0;
        }
        for (commitment, artefact) in fetched {
            if let Err(complaint) = self.accept(commitment, &artefact) {
                self.held.remove(&peer.hotkey);
                self.refused.insert(peer.hotkey, complaint.clone());
                tracing::info!(uid = peer.uid, %complaint, "a version is refused");
                return Err(complaint);
            }
        }
        Ok(())
    }

    fn accept(&mut self, commitment: Commitment, artefact: &Artefact) -> Result<(), String> {
        if artefact.digest() != commitment.digest {
            return Err("the weights are not the committed ones".into());
        }
        let model = artefact
            .open(&self.rules, &device())
            .map_err(|error| error.to_string())?;
        let fingerprint = self.fingerprinter.take(&model).map_err(|error| error.to_string())?;
        let Commitment { hotkey, block, digest } = commitment;
        if let Some(folder) = &self.folder
            && let Err(error) = archive_files::write(folder, &commitment, artefact)
        {
            tracing::warn!(%error, "the validator's memory is not kept");
        }
        self.archive.insert(
            hotkey,
            Version {
                digest,
                block,
                fingerprint,
                derived_from: Vec::new(),
            },
            &self.rules,
        );
        self.refused.remove(&hotkey);
        self.held.insert(
            hotkey,
            Held {
                commitment,
                model,
                misses: 0,
            },
        );
        Ok(())
    }
}
