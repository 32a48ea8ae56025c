//! Validators: ask like a customer, run the same job, compare byte for byte, take the time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_market_train::Corpus;
use tributary_neuron::{
    Chain, Dendrite, DendriteLimits, Head, Identity, Market, NeuronError, Opinion, Peer, Progress, Round,
    ValidatorOptions, run_validator,
};

use crate::{
    api::{Finish, Job},
    ask_miner::{Timed, ask},
    config::{MinerView, ValidatorConfig, ValidatorHandle, ValidatorStatus},
    engine::Sampling,
    generation::complete_aside,
    rules::Rules,
    score::{Standing, scores},
    served_models::{Librarian, SETTLING},
};

/// Least time between two rounds.
const ROUND_EVERY: Duration = Duration::from_secs(4);
/// Miners asked at one time: few, so that they do not slow each other down on the way.
const CONCURRENT_MAX: usize = 2;
/// Longest prompt, in bytes.
const PROMPT_BYTES: usize = 64;

/// Starts a validator.
///
/// # Errors
/// If the configuration makes no sense. What goes wrong later ends the task.
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
        concurrent_max: CONCURRENT_MAX,
        round_every: ROUND_EVERY,
    };
    let dendrite = |time_max| {
        let limits = DendriteLimits {
            time_max,
            ..DendriteLimits::within(config.reach)
        };
        Dendrite::new(identity.clone(), limits)
    };
    let market = ServeMarket {
        librarian: Librarian::new(
            chain.clone(),
            dendrite(DendriteLimits::default().time_max),
            config.rules.clone(),
            config.state_folder.clone(),
        ),
        dendrite: dendrite(config.rules.deadline()),
        config,
        status,
    };
    let task = tokio::spawn(run_validator(market, options, chain, identity, cancel));
    Ok(ValidatorHandle { status: watch, task })
}

struct ServeMarket {
    config: ValidatorConfig,
    librarian: Librarian,
    dendrite: Dendrite,
    status: watch::Sender<ValidatorStatus>,
}

/// A job and its right answer.
struct Probe {
    job: Job,
    bytes: Vec<u8>,
    finish: Finish,
}

#[async_trait]
impl Market for ServeMarket {
    type Task = Vec<Probe>;
    type Answer = Vec<Timed>;

    async fn observe(&mut self, _head: Head) -> Result<(), NeuronError> {
        // Without the newest model there is still the one before.
        if let Err(error) = self.librarian.refresh().await {
            tracing::debug!(%error, "no newer model");
        }
        Ok(())
    }

    async fn sample(&mut self, _round: &Round) -> Result<Vec<Probe>, NeuronError> {
        let Some(released) = self.librarian.library().settled(SETTLING) else {
            tracing::debug!("there is no model to serve yet");
            return Ok(Vec::new());
        };
        // Drawn here and now, not from the round: no two validators ask the same, and nobody can answer beforehand.
        let seed: [u8; 32] = rand::random();
        let jobs = probes(&self.config.prompts, &self.config.rules, &released.id, seed);
        let mut drawn = Vec::new();
        for job in jobs {
            let (bytes, finish) = complete_aside(&released.engine, &job).await?;
            drawn.push(Probe { job, bytes, finish });
        }
        self.status
            .send_modify(|status| status.model = Some(released.id.clone()));
        Ok(drawn)
    }

    async fn query(&self, probes: &Vec<Probe>, peer: &Peer) -> Result<Vec<Timed>, NeuronError> {
        let address = peer
            .axon
            .ok_or_else(|| NeuronError::Market("announces no axon".into()))?;
        let mut answers = Vec::new();
        for probe in probes {
            let deadline = self.config.rules.deadline();
            answers.push(ask(&self.dendrite, peer.hotkey, address, &probe.job, deadline).await?);
        }
        Ok(answers)
    }

    async fn score(
        &mut self,
        _round: &Round,
        probes: Vec<Probe>,
        answers: Vec<(Peer, Result<Vec<Timed>, NeuronError>)>,
    ) -> Result<Vec<Opinion>, NeuronError> {
        if probes.is_empty() {
            return Ok(Vec::new());
        }
        let judged: Vec<(Peer, Standing, MinerView)> = answers
            .into_iter()
            .map(|(peer, answer)| {
                let (standing, view) = judge(&peer, &probes, answer);
                (peer, standing, view)
            })
            .collect();
        let standings: Vec<Standing> = judged.iter().map(|(_, standing, _)| *standing).collect();
        let scores = scores(&standings, self.config.rules.latency_floor_ms as f64 / 1e3);
        let mut opinions = Vec::new();
        let mut views = BTreeMap::new();
        for ((peer, standing, mut view), score) in judged.into_iter().zip(scores) {
            view.score = score;
            opinions.push(Opinion {
                uid: peer.uid,
                hotkey: peer.hotkey,
                score,
                void: standing == Standing::Wrong,
            });
            views.insert(peer.uid, view);
        }
        self.status.send_modify(|status| status.miners = views);
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

/// What a round asks: pieces of the text to continue, most with chance, some without.
fn probes(corpus: &Corpus, rules: &Rules, model: &str, seed: [u8; 32]) -> Vec<Job> {
    let mut rng = ChaCha8Rng::from_seed(seed);
    let windows = corpus.slice(rng.random(), 8 * 1024).windows;
    (0..rules.probes)
        .map(|_| {
            let window = &windows[rng.random_range(0..windows.len())];
            let length = rng
                .random_range(8..=PROMPT_BYTES)
                .min(rules.prompt_bytes_max)
                .min(window.len());
            let start = rng.random_range(0..=window.len() - length);
            Job {
                model: model.to_owned(),
                prompt: window[start..start + length].to_vec(),
                max_tokens: rng.random_range(rules.probe_tokens / 2..=rules.probe_tokens),
                sampling: Sampling {
                    temperature: f64::from(rng.random_range(0..=10u8)) / 10.0,
                    top_p: if rng.random_bool(0.5) { 1.0 } else { 0.9 },
                    seed: rng.random(),
                },
                stop: Vec::new(),
            }
        })
        .collect()
}

/// Holds a miner's answers against the right ones.
fn judge(peer: &Peer, probes: &[Probe], answer: Result<Vec<Timed>, NeuronError>) -> (Standing, MinerView) {
    let mut view = MinerView {
        hotkey: peer.hotkey,
        correct: None,
        first_ms: None,
        answer_ms: None,
        tokens_per_second: None,
        score: 0.0,
        average: 0.0,
        verdict: None,
    };
    let answers = match answer {
        Ok(answers) => answers,
        Err(error) => {
            view.verdict = Some(error.to_string());
            return (Standing::Missing, view);
        }
    };
    let right = |(probe, answer): (&Probe, &Timed)| probe.bytes == answer.bytes && answer.finish == Some(probe.finish);
    let correct = probes.len() == answers.len() && probes.iter().zip(&answers).all(right);
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let total: Duration = answers.iter().map(|answer| answer.total).sum();
    let slowest = answers.iter().map(|answer| answer.total).max().unwrap_or_default();
    let tokens: usize = answers.iter().map(|answer| answer.bytes.len()).sum();
    view.correct = Some(correct);
    view.first_ms =
        Some(answers.iter().map(|answer| milliseconds(answer.first)).sum::<f64>() / answers.len().max(1) as f64);
    view.answer_ms = Some(milliseconds(slowest));
    view.tokens_per_second = Some(tokens as f64 / total.as_secs_f64().max(1e-6));
    if correct {
        (Standing::Right(slowest.as_secs_f64()), view)
    } else {
        view.verdict = Some("answers are not those of the model that was asked for".into());
        (Standing::Wrong, view)
    }
}
