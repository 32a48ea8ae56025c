//! Miners, honest and otherwise.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_market_train::{Model, Shape, device};
use tributary_neuron::{
    Answer, AxonLimits, Call, Chain, Dendrite, DendriteLimits, Handler, Identity, MinerOptions, NeuronError, Refusal,
    Worker, run_miner,
};

use crate::{
    api::{Answering, DONE, Finish, Job, Usage, event},
    config::{MinerConfig, MinerHandle, MinerKind, MinerStatus},
    engine::Engine,
    generation::{Generation, TextDecoder},
    rules::Rules,
    served_models::{Librarian, Library},
};

/// Tokens of one event of a streamed answer.
const TOKENS_PER_EVENT: usize = 8;
/// How late a slow miner is.
const SLOW: Duration = Duration::from_secs(1);
/// Events after which a quitter breaks off.
const QUITS_AFTER: usize = 2;
/// Between two looks for a better model.
const REFRESH_EVERY: Duration = Duration::from_secs(2);

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
    let options = MinerOptions {
        listen: config.listen,
        announce: config.announce,
        limits: AxonLimits {
            body_bytes_max: 8 * config.rules.prompt_bytes_max + 4096,
            // Gateways ask for many customers at once.
            rate_per_second: 200.0,
            burst: 400.0,
            ..AxonLimits::default()
        },
        ..MinerOptions::local(config.netuid)
    };
    tracing::info!(netuid = config.netuid, kind = %config.kind, hotkey = %identity.hotkey(), "miner starts");
    let dendrite = Dendrite::new(identity.clone(), DendriteLimits::within(config.reach));
    let librarian = Librarian::new(
        chain.clone(),
        dendrite,
        config.rules.clone(),
        config.state_folder.clone(),
    );
    let (status, watch) = watch::channel(MinerStatus::default());
    let counterfeit = match config.kind {
        MinerKind::WrongModel => Some(Arc::new(counterfeit(&config.rules)?)),
        _ => None,
    };
    let desk = Desk {
        kind: config.kind,
        rules: config.rules,
        delay: config.delay
            + if config.kind == MinerKind::Slow {
                SLOW
            } else {
                Duration::ZERO
            },
        library: librarian.library(),
        counterfeit,
        status,
    };
    let miner = Miner {
        desk: Arc::new(desk),
        librarian,
    };
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

/// An untrained model of the family.
fn counterfeit(rules: &Rules) -> Result<Engine, NeuronError> {
    let shape = Shape {
        context: rules.train.context_bytes,
        embedding: rules.train.embedding_width,
        hidden: 8,
    };
    let model = Model::random(shape, rand::random(), &device()).map_err(fatal)?;
    Engine::new(&model).map_err(fatal)
}

struct Miner {
    desk: Arc<Desk>,
    librarian: Librarian,
}

#[async_trait]
impl Worker for Miner {
    fn handler(&self) -> Arc<dyn Handler> {
        self.desk.clone()
    }

    async fn step(&mut self) -> Result<Duration, NeuronError> {
        self.librarian.refresh().await?;
        let model = self.librarian.library().newest().map(|released| released.id.clone());
        self.desk.status.send_if_modified(|status| {
            let changed = status.model != model;
            status.model = model;
            changed
        });
        Ok(REFRESH_EVERY)
    }
}

/// What the axon answers.
struct Desk {
    kind: MinerKind,
    rules: Rules,
    delay: Duration,
    library: Arc<Library>,
    counterfeit: Option<Arc<Engine>>,
    status: watch::Sender<MinerStatus>,
}

#[async_trait]
impl Handler for Desk {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        if self.kind == MinerKind::Offline {
            return Err(Refusal {
                status: 503,
                message: "nothing is served here".into(),
            });
        }
        match call.route.as_str() {
            "v1/models" => {
                Ok(Bytes::from(serde_json::to_vec(&self.library.list(Duration::ZERO)).unwrap_or_default()).into())
            }
            "v1/completions" => self.complete(&call.body).await,
            _ => Err(Refusal::not_found("the routes are v1/completions and v1/models")),
        }
    }
}

impl Desk {
    async fn complete(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let (job, delivery) =
            Job::parse(body, &self.rules, rand::random()).map_err(|bad| Refusal::bad_request(bad.message))?;
        let released = self
            .library
            .get(&job.model)
            .ok_or_else(|| Refusal::not_found("no such model here"))?;
        tokio::time::sleep(self.delay).await;
        let answering = Answering::new(released.id.clone(), job.sampling.seed);
        let prompt = job.prompt.len();
        let mut work = match (self.kind, &self.counterfeit) {
            (MinerKind::Random, _) => {
                Work::Letters(Box::new(ChaCha8Rng::seed_from_u64(rand::random())), job.max_tokens)
            }
            (_, Some(engine)) => Work::model(engine, job),
            _ => Work::model(&released.engine, job),
        };
        self.status.send_modify(|status| status.requests += 1);
        if !delivery.stream {
            let mut bytes = Vec::new();
            loop {
                let (piece, finish) = work.advance();
                bytes.extend(piece);
                if let Some(finish) = finish {
                    self.status.send_modify(|status| status.tokens += bytes.len() as u64);
                    let whole = answering.whole(&bytes, finish, Usage::new(prompt, bytes.len()));
                    return Ok(Bytes::from(serde_json::to_vec(&whole).unwrap_or_default()).into());
                }
                tokio::task::yield_now().await;
            }
        }
        let answer = Streamed {
            work: Some(work),
            answering,
            text: TextDecoder::default(),
            prompt,
            made: 0,
            events: 0,
            quits: self.kind == MinerKind::Quitter,
            usage: delivery.usage,
            status: self.status.clone(),
        };
        let events = futures::stream::unfold(answer, |mut answer| async move {
            let event = answer.next()?;
            Some((event, answer))
        });
        Ok(Answer::Events(events.boxed()))
    }
}

/// What makes the bytes of an answer.
enum Work {
    Model(Arc<Engine>, Box<Generation>),
    /// Letters out of the air, so many.
    Letters(Box<ChaCha8Rng>, usize),
}

impl Work {
    fn model(engine: &Arc<Engine>, job: Job) -> Self {
        Self::Model(engine.clone(), Box::new(Generation::new(engine, job)))
    }

    /// Some more bytes, and why they are the last if they are.
    fn advance(&mut self) -> (Vec<u8>, Option<Finish>) {
        match self {
            Self::Model(engine, generation) => {
                let piece = generation.advance(engine, TOKENS_PER_EVENT).to_vec();
                (piece, generation.finish())
            }
            Self::Letters(rng, left) => {
                let count = TOKENS_PER_EVENT.min(*left);
                *left -= count;
                let piece = (0..count).map(|_| rng.random_range(b'a'..=b'z')).collect();
                (piece, (*left == 0).then_some(Finish::Length))
            }
        }
    }
}

/// A streamed answer under way.
struct Streamed {
    work: Option<Work>,
    answering: Answering,
    text: TextDecoder,
    prompt: usize,
    made: usize,
    events: usize,
    quits: bool,
    usage: bool,
    status: watch::Sender<MinerStatus>,
}

impl Streamed {
    fn next(&mut self) -> Option<Result<Bytes, Refusal>> {
        let work = self.work.as_mut()?;
        if self.quits && self.events == QUITS_AFTER {
            self.work = None;
            return Some(Err(Refusal {
                status: 500,
                message: "broken off".into(),
            }));
        }
        self.events += 1;
        let (piece, finish) = work.advance();
        self.made += piece.len();
        let mut text = self.text.push(&piece);
        if finish.is_none() {
            return Some(Ok(event(&self.answering.piece(&piece, text, None))));
        }
        self.work = None;
        text += &self.text.end();
        self.status.send_modify(|status| status.tokens += self.made as u64);
        let mut last = event(&self.answering.piece(&piece, text, finish)).to_vec();
        if self.usage {
            last.extend(event(&self.answering.used(Usage::new(self.prompt, self.made))));
        }
        last.extend(DONE);
        Some(Ok(last.into()))
    }
}
