//! Training in slices of time: AdamW on random batches of the training text.

use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, loss::cross_entropy};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    corpus::TrainingText,
    model::{Model, ModelError, Shape},
};

/// Bytes predicted in a step.
const BATCH: usize = 128;
/// Learning rate at the start.
const RATE: f64 = 4e-3;
/// Steps after which the learning rate has fallen to 0.7 of the start.
const RATE_STEPS: f64 = 2_000.0;
/// Bytes of a window that the trainer keeps for itself to see whether it improves.
const WINDOW_BYTES: usize = 1024;
/// Such windows, at most.
const WINDOWS: usize = 8;

/// A model in training.
pub struct Trainer {
    model: Model,
    optimizer: AdamW,
    text: Vec<Vec<u8>>,
    /// Ends of the runs of `text` in a count of trainable positions.
    ends: Vec<usize>,
    checks: Vec<Vec<u8>>,
    rng: ChaCha8Rng,
    steps: u64,
}

impl Trainer {
    /// Trains on a text; the ends of its first runs are kept apart for [`Trainer::check`].
    pub fn new(text: &TrainingText, model: &Model, seed: u64, steps: u64) -> Result<Self, ModelError> {
        let mut runs = text.runs().to_vec();
        let long = runs
            .iter_mut()
            .filter(|run| run.len() >= 4 * WINDOW_BYTES)
            .take(WINDOWS);
        let checks: Vec<_> = long.map(|run| run.split_off(run.len() - WINDOW_BYTES)).collect();
        Self::on(runs, checks, model, seed, steps)
    }

    /// Trains on a few bytes and checks on the same ones: what [`crate::MinerKind::Overfit`] does.
    pub fn by_heart(text: &TrainingText, bytes: usize, model: &Model, seed: u64) -> Result<Self, ModelError> {
        let run = text
            .runs()
            .iter()
            .max_by_key(|run| run.len())
            .cloned()
            .unwrap_or_default();
        let start = usize::try_from(seed % 7).unwrap_or(0) * bytes;
        let piece: Vec<u8> = run.iter().skip(start).take(bytes).copied().collect();
        Self::on(vec![piece.clone()], vec![piece], model, seed, 0)
    }

    fn on(text: Vec<Vec<u8>>, checks: Vec<Vec<u8>>, model: &Model, seed: u64, steps: u64) -> Result<Self, ModelError> {
        let (vars, model) = model.trainable()?;
        let params = ParamsAdamW {
            lr: RATE,
            weight_decay: 1e-4,
            ..ParamsAdamW::default()
        };
        let optimizer = AdamW::new(vars, params)?;
        let context = model.shape().context;
        let mut end = 0;
        let ends = text.iter().map(|run| {
            end += run.len().saturating_sub(context);
            end
        });
        let ends = ends.collect();
        // A restart draws other batches than the first start did.
        let rng = ChaCha8Rng::seed_from_u64(seed ^ steps.rotate_left(32));
        Ok(Self {
            model,
            optimizer,
            text,
            ends,
            checks,
            rng,
            steps,
        })
    }

    /// Trains for about `time`, at least one step.
    pub fn train(&mut self, time: Duration) -> Result<(), ModelError> {
        let started = Instant::now();
        loop {
            self.step()?;
            if started.elapsed() >= time {
                return Ok(());
            }
        }
    }

    /// One step of the optimiser; returns the loss in bits per byte.
    pub fn step(&mut self) -> Result<f64, ModelError> {
        let Shape { context, .. } = self.model.shape();
        let positions = self.ends.last().copied().unwrap_or(0).max(1);
        let (mut contexts, mut targets) = (Vec::with_capacity(BATCH * context), Vec::with_capacity(BATCH));
        for _ in 0..BATCH {
            let position = self.rng.random_range(0..positions);
            let run = self.ends.partition_point(|end| *end <= position);
            let start = position - run.checked_sub(1).map_or(0, |before| self.ends[before]);
            let place = &self.text[run][start..=start + context];
            contexts.extend_from_slice(&place[..context]);
            targets.push(u32::from(place[context]));
        }
        self.optimizer
            .set_learning_rate(RATE / (1.0 + self.steps as f64 / RATE_STEPS).sqrt());
        let logits = self.model.logits(&contexts)?;
        let targets = Tensor::from_vec(targets, BATCH, logits.device())?;
        let loss = cross_entropy(&logits, &targets)?;
        self.optimizer.backward_step(&loss)?;
        self.steps += 1;
        Ok(f64::from(loss.to_scalar::<f32>()?) / std::f64::consts::LN_2)
    }

    /// Bits per byte on the windows kept apart.
    pub fn check(&self) -> Result<f64, ModelError> {
        self.model.bits_per_byte(&self.checks)
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The model as it is now.
    pub fn model(&self) -> &Model {
        &self.model
    }
}

/// The device that models live on: the first CUDA card in a `cuda` build that finds one, else the processor.
pub fn device() -> Device {
    if cfg!(feature = "cuda") {
        Device::cuda_if_available(0).unwrap_or(Device::Cpu)
    } else {
        Device::Cpu
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Bundled, Corpus};

    #[test]
    fn learns_and_repeats_itself() {
        let corpus = Corpus::bundled(Bundled::Testament);
        let shape = Shape {
            context: 8,
            embedding: 16,
            hidden: 32,
        };
        let train = |seed| {
            let model = Model::random(shape, seed, &Device::Cpu).unwrap();
            let mut trainer = Trainer::new(&corpus.training(), &model, seed, 0).unwrap();
            let losses: Vec<f64> = (0..300).map(|_| trainer.step().unwrap()).collect();
            (losses, trainer)
        };
        let (losses, trainer) = train(5);
        let early: f64 = losses[..10].iter().sum::<f64>() / 10.0;
        let late: f64 = losses[290..].iter().sum::<f64>() / 10.0;
        assert!(
            early > 5.0 && late < 4.2,
            "seed 5: {early} bits per byte at first, {late} after 300 steps"
        );
        let slice = corpus.slice([0; 32], 8192);
        let held_out = trainer.model().bits_per_byte(&slice.windows).unwrap();
        assert!(
            held_out < corpus.baseline_bits(&slice, 8),
            "{held_out} bits per byte on held-out text"
        );
        assert!((trainer.check().unwrap() - held_out).abs() < 0.4);
        assert_eq!(losses, train(5).0);
        assert_ne!(losses, train(6).0);
    }

    #[test]
    fn knowing_a_few_bytes_by_heart_is_not_learning() {
        let corpus = Corpus::bundled(Bundled::Testament);
        let model = Model::random(
            Shape {
                context: 8,
                embedding: 16,
                hidden: 32,
            },
            1,
            &Device::Cpu,
        )
        .unwrap();
        let mut trainer = Trainer::by_heart(&corpus.training(), 256, &model, 1).unwrap();
        for _ in 0..400 {
            trainer.step().unwrap();
        }
        assert!(trainer.check().unwrap() < 0.5);
        let slice = corpus.slice([0; 32], 8192);
        assert!(trainer.model().bits_per_byte(&slice.windows).unwrap() > corpus.baseline_bits(&slice, 8));
    }
}
