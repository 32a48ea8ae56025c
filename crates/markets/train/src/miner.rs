//! Miners, honest and otherwise.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Answer, Call, Chain, Copies, Dendrite, DendriteLimits, Handler, Hotkey, Identity, MinerOptions, NeuronError,
    Refusal, Sealer, Worker, run_miner,
};

use crate::{
    config::{MinerConfig, MinerHandle, MinerKind, MinerStatus},
    model::{Model, ModelError, Shape},
    trainer::{Trainer, device},
    weights_file::{Artefact, ArtefactError},
};

/// Time of one slice of training at full strength.
const SLICE: Duration = Duration::from_millis(200);
/// Least time between two looks whether an artefact is due: slices of training are shorter.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Versions that stay available after newer ones are published.
const SERVED_VERSIONS: usize = 8;
/// Noise that a copycat adds to every other copy, as a part of each tensor's root mean square.
const COPY_NOISE: f64 = 0.01;
/// Bytes that an overfitting miner learns by heart.
const BY_HEART_BYTES: usize = 512;

/// Starts a miner and returns when its axon listens.
///
/// # Errors
/// If the configuration makes no sense or the axon cannot listen. What goes wrong later ends the task.
pub async fn spawn_miner(
    config: MinerConfig,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<MinerHandle, NeuronError> {
    config.rules.validate().map_err(fatal)?;
    if !(config.strength > 0.0 && config.strength <= 1.0) {
        let strength = config.strength;
        return Err(NeuronError::Fatal(format!(
            "a miner's strength is above 0 and at most 1, not {strength}"
        )));
    }
    let (status, watch) = watch::channel(MinerStatus::default());
    let options = MinerOptions {
        listen: config.listen,
        guests: config.guests.clone(),
        announce: config.announce,
        ..MinerOptions::local(config.netuid)
    };
    tracing::info!(
        netuid = config.netuid, kind = %config.kind, hotkey = %identity.hotkey(), seed = config.seed,
        strength = config.strength, corpus = config.text.name(), "miner starts"
    );
    let sealed_folder = config.state_folder.as_ref().map(|folder| {
        let name = format!("miner-{}-{}-sealed", config.netuid, identity.hotkey());
        folder.join(name)
    });
    let sealer = Sealer::new(config.beacon.clone(), sealed_folder)?;
    let miner = Miner {
        served: Arc::new(Served {
            silent: config.kind == MinerKind::Offline,
            sealed: sealer.copies(),
            versions: RwLock::default(),
        }),
        chain: chain.clone(),
        dendrite: Dendrite::new(identity.clone(), DendriteLimits::within(config.reach)),
        identity: identity.clone(),
        trainer: None,
        published: None,
        source: None,
        sealer,
        looked: None,
        status,
        config,
    };
    // What is committed on the chain can be fetched from the first request on, not only after a newer version.
    if let Some((version, _)) = miner.kept_version().await {
        miner.served.versions.write().push_back(version);
    }
    let (address, work) = run_miner(miner, options, chain, identity, cancel).await?;
    Ok(MinerHandle {
        status: watch,
        address,
        task: tokio::spawn(work),
    })
}

fn fatal(error: impl std::fmt::Display) -> NeuronError {
    NeuronError::Fatal(error.to_string())
}

/// Weights that the axon gives out.
struct Served {
    silent: bool,
    sealed: Copies,
    versions: RwLock<VecDeque<Artefact>>,
}

#[async_trait]
impl Handler for Served {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        if self.silent {
            return Err(Refusal {
                status: 503,
                message: "nothing is served here".into(),
            });
        }
        if let Some(answer) = self.sealed.answer(&call.route) {
            return Ok(answer);
        }
        let versions = self.versions.read();
        if call.route == "digest" {
            let newest = versions
                .back()
                .ok_or_else(|| Refusal::not_found("nothing is published yet"))?;
            return Ok(Bytes::copy_from_slice(&newest.digest()).into());
        }
        let digest = call.route.strip_prefix("weights/").and_then(|digits| {
            let mut digest = [0; 32];
            hex::decode_to_slice(digits, &mut digest).ok().map(|()| digest)
        });
        let digest = digest.ok_or_else(|| Refusal::bad_request("the routes are digest and weights/SHA256"))?;
        let found = versions.iter().find(|version| version.digest() == digest);
        found
            .map(|version| version.bytes().clone().into())
            .ok_or_else(|| Refusal::not_found("no such version here"))
    }

    fn public(&self, path: &str) -> Option<Bytes> {
        if self.silent { None } else { self.sealed.public(path) }
    }
}

struct Published {
    at: Instant,
    bits: f64,
}

struct Miner {
    config: MinerConfig,
    chain: Arc<dyn Chain>,
    identity: Identity,
    dendrite: Dendrite,
    served: Arc<Served>,
    /// In a mutex so that a slice of training can borrow it on another thread.
    trainer: Option<Arc<Mutex<Trainer>>>,
    published: Option<Published>,
    /// What a copycat copied last.
    source: Option<[u8; 32]>,
    sealer: Sealer,
    /// When the chain was last asked whether an artefact is due.
    looked: Option<Instant>,
    status: watch::Sender<MinerStatus>,
}

#[async_trait]
impl Worker for Miner {
    fn handler(&self) -> Arc<dyn Handler> {
        self.served.clone()
    }

    async fn step(&mut self) -> Result<Duration, NeuronError> {
        let rest = self.work().await?;
        self.keep_promise().await?;
        Ok(rest)
    }
}

impl Miner {
    async fn work(&mut self) -> Result<Duration, NeuronError> {
        match self.config.kind {
            MinerKind::Honest | MinerKind::Overfit => self.train().await,
            MinerKind::Copycat => self.copy().await,
            MinerKind::Random | MinerKind::Offline => self.make_up().await,
        }
    }

    /// Seals the newest published version and commits it, if that is due of this miner under the subnet's pact.
    async fn keep_promise(&mut self) -> Result<(), NeuronError> {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let newest = self.served.versions.read().back().cloned();
        let Some(newest) = newest else { return Ok(()) };
        let (chain, netuid) = (self.chain.as_ref(), self.config.netuid);
        let committed = self.sealer.step(chain, &self.identity, netuid, newest.bytes()).await?;
        if committed.is_some() {
            self.status.send_modify(|status| status.artifacts += 1);
        }
        Ok(())
    }

    fn shape(&self) -> Shape {
        let rules = &self.config.rules;
        let hidden = (rules.hidden_width() as f64 * self.config.strength).round() as usize;
        Shape {
            context: rules.context_bytes,
            embedding: rules.embedding_width,
            hidden: hidden.max(8),
        }
    }

    /// One slice of training, and a new version if it is better than the last by the market's margin.
    async fn train(&mut self) -> Result<Duration, NeuronError> {
        let trainer = match &self.trainer {
            Some(trainer) => trainer.clone(),
            None => self.begin().await?,
        };
        let strength = self.config.strength;
        let job = trainer.clone();
        let (bits, steps) = self
            .config
            .pool
            .run(move || {
                let mut trainer = job.lock();
                trainer.train(SLICE.mul_f64(strength))?;
                Ok::<_, ModelError>((trainer.check()?, trainer.steps()))
            })
            .await?
            .map_err(fatal)?;
        self.status.send_modify(|status| {
            status.bits_per_byte = Some(bits);
            status.steps = steps;
        });
        let better = match &self.published {
            None => bits < self.worth_publishing(),
            Some(last) => {
                bits <= last.bits - self.config.rules.margin_bits && last.at.elapsed() >= self.config.publish_every
            }
        };
        if better {
            let artefact = Artefact::pack(trainer.lock().model()).map_err(fatal)?;
            self.publish(artefact, bits).await?;
            self.keep(steps).await?;
        }
        Ok(SLICE.mul_f64(1.0 - strength))
    }

    /// Bits per byte below which a first version has a chance to earn: some margins under the entropy of single bytes.
    fn worth_publishing(&self) -> f64 {
        let mut counts = [0u64; 256];
        self.config
            .text
            .runs()
            .iter()
            .flatten()
            .for_each(|byte| counts[usize::from(*byte)] += 1);
        let total: u64 = counts.iter().sum();
        let parts = counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| *count as f64 / total as f64);
        parts.map(|part| -part * part.log2()).sum::<f64>() - 5.0 * self.config.rules.margin_bits
    }

    /// From the state folder if there is something, else from fresh weights.
    async fn begin(&mut self) -> Result<Arc<Mutex<Trainer>>, NeuronError> {
        let (text, seed, shape) = (self.config.text.clone(), self.config.seed, self.shape());
        let kept = self.kept().await;
        let overfit = self.config.kind == MinerKind::Overfit;
        let trainer = self
            .config
            .pool
            .run(move || {
                let (model, steps) = match kept {
                    Some(kept) => kept,
                    None => (Model::random(shape, seed, &device())?, 0),
                };
                if overfit {
                    Trainer::by_heart(&text, BY_HEART_BYTES, &model, seed)
                } else {
                    Trainer::new(&text, &model, seed, steps)
                }
            })
            .await?
            .map_err(fatal)?;
        Ok(self.trainer.insert(Arc::new(Mutex::new(trainer))).clone())
    }

    fn state_file(&self) -> Option<PathBuf> {
        let folder = self.config.state_folder.as_ref()?;
        Some(folder.join(format!(
            "miner-{}-{}.safetensors",
            self.config.netuid,
            self.identity.hotkey()
        )))
    }

    /// The version that was kept, and its model. A file that cannot be used is as good as none.
    async fn kept_version(&self) -> Option<(Artefact, Model)> {
        let path = self.state_file()?;
        let artefact = Artefact::new(tokio::fs::read(&path).await.ok()?.into());
        let model = artefact
            .open(&self.config.rules, &device())
            .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "kept weights are not used"))
            .ok()?;
        Some((artefact, model))
    }

    /// The kept model and its steps.
    async fn kept(&self) -> Option<(Model, u64)> {
        let path = self.state_file()?;
        let (_, model) = self.kept_version().await?;
        let steps = tokio::fs::read_to_string(path.with_extension("steps")).await.ok();
        Some((model, steps.and_then(|text| text.trim().parse().ok()).unwrap_or(0)))
    }

    async fn keep(&self, steps: u64) -> Result<(), NeuronError> {
        let newest = self
            .served
            .versions
            .read()
            .back()
            .map(|artefact| artefact.bytes().clone());
        let (Some(path), Some(bytes)) = (self.state_file(), newest) else {
            return Ok(());
        };
        let kept = async {
            tokio::fs::create_dir_all(path.parent().unwrap_or(&path)).await?;
            let fresh = path.with_extension("new");
            tokio::fs::write(&fresh, bytes).await?;
            tokio::fs::rename(&fresh, &path).await?;
            tokio::fs::write(path.with_extension("steps"), steps.to_string()).await
        };
        let fail = |error| NeuronError::Market(format!("cannot keep the weights in {}: {error}", path.display()));
        kept.await.map_err(fail)
    }

    /// Commits first and serves when the commitment is in a block: nobody can commit these weights earlier.
    async fn publish(&mut self, artefact: Artefact, bits: f64) -> Result<(), NeuronError> {
        let digest = artefact.digest();
        let block = self
            .chain
            .set_commitment(&self.identity, self.config.netuid, digest)
            .await?;
        {
            let mut versions = self.served.versions.write();
            versions.push_back(artefact);
            while versions.len() > SERVED_VERSIONS {
                versions.pop_front();
            }
        }
        self.published = Some(Published {
            at: Instant::now(),
            bits,
        });
        self.status.send_modify(|status| {
            status.version += 1;
            status.digest = Some(hex::encode(digest));
        });
        tracing::info!(
            netuid = self.config.netuid, kind = %self.config.kind, block, bits_per_byte = bits,
            digest = %hex::encode(&digest[..4]), "version published"
        );
        Ok(())
    }

    /// Random weights, once.
    async fn make_up(&mut self) -> Result<Duration, NeuronError> {
        if self.published.is_none() {
            let model = Model::random(self.shape(), self.config.seed, &device()).map_err(fatal)?;
            self.publish(Artefact::pack(&model).map_err(fatal)?, 8.0).await?;
            self.status.send_modify(|status| status.bits_per_byte = Some(8.0));
        }
        Ok(Duration::from_secs(5))
    }

    /// Fetches what everybody serves and commits the best as its own: every other time as it is, else with noise.
    async fn copy(&mut self) -> Result<Duration, NeuronError> {
        if self
            .published
            .as_ref()
            .is_some_and(|last| last.at.elapsed() < self.config.publish_every)
        {
            return Ok(Duration::from_secs(1));
        }
        let found = self.fetch_all().await?;
        let (rules, text) = (self.config.rules.clone(), self.config.text.clone());
        let best = self
            .config
            .pool
            .run(move || {
                let run = text.runs().iter().max_by_key(|run| run.len())?;
                let windows: Vec<Vec<u8>> = run.chunks(1024).take(4).map(<[u8]>::to_vec).collect();
                let opened = found.into_iter().filter_map(|artefact| {
                    let model = artefact.open(&rules, &device()).ok()?;
                    let bits = model.bits_per_byte(&windows).ok()?;
                    Some((bits, artefact, model))
                });
                opened.min_by(|a, b| a.0.total_cmp(&b.0))
            })
            .await?;
        let Some((bits, artefact, model)) = best else {
            return Ok(Duration::from_secs(1));
        };
        if self.source == Some(artefact.digest()) {
            return Ok(Duration::from_secs(2));
        }
        let source = artefact.digest();
        let copy = if self.status.borrow().version.is_multiple_of(2) {
            artefact
        } else {
            let seed = self.config.seed ^ self.status.borrow().version;
            let disturbed = model.disturbed(COPY_NOISE, seed).map_err(fatal)?;
            Artefact::pack(&disturbed).map_err(|error: ArtefactError| fatal(error))?
        };
        self.status.send_modify(|status| status.bits_per_byte = Some(bits));
        self.publish(copy, bits).await?;
        self.source = Some(source);
        Ok(Duration::from_secs(1))
    }

    async fn fetch_all(&self) -> Result<Vec<Artefact>, NeuronError> {
        let metagraph = self.chain.metagraph(self.config.netuid).await?;
        let own: Hotkey = self.identity.hotkey();
        let bytes_max = self.config.rules.artefact_bytes_max();
        let mut found = Vec::new();
        for commitment in self.chain.commitments(self.config.netuid).await? {
            let axon = metagraph.neuron(&commitment.hotkey).and_then(|neuron| neuron.axon);
            let Some(address) = axon.filter(|_| commitment.hotkey != own) else {
                continue;
            };
            let route = format!("weights/{}", hex::encode(commitment.digest));
            match self
                .dendrite
                .call(commitment.hotkey, address, &route, Bytes::new(), bytes_max)
                .await
            {
                Ok(bytes) => found.push(Artefact::new(bytes)),
                Err(error) => tracing::debug!(%error, "nothing to copy there"),
            }
        }
        Ok(found)
    }
}
