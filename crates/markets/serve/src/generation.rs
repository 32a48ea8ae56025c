//! A completion as it grows: lengths, stop sequences, text.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock},
};

use tokio::sync::Semaphore;
use tributary_neuron::NeuronError;

use crate::{
    api::{Finish, Job},
    engine::{Decoding, Engine},
};

/// Whole jobs that are done at one time: a thread for each processor.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    Arc::new(Semaphore::new(processors))
});

/// A job being done.
pub struct Generation {
    job: Job,
    decoding: Decoding,
    bytes: Vec<u8>,
    shown: usize,
    finish: Option<Finish>,
}

impl Generation {
    /// Starts a job.
    pub fn new(engine: &Engine, job: Job) -> Self {
        Self {
            decoding: engine.decode(&job.prompt, job.sampling),
            bytes: Vec::new(),
            shown: 0,
            finish: (job.max_tokens == 0).then_some(Finish::Length),
            job,
        }
    }

    /// Makes up to `count` more bytes and returns those that can be shown: what may be the start of a stop sequence
    /// is held back until it is known not to be.
    pub fn advance(&mut self, engine: &Engine, count: usize) -> &[u8] {
        for _ in 0..count {
            if self.finish.is_some() {
                break;
            }
            self.bytes.push(self.decoding.next(engine));
            let stopped = self.job.stop.iter().filter(|stop| self.bytes.ends_with(stop));
            if let Some(longest) = stopped.map(Vec::len).max() {
                self.bytes.truncate(self.bytes.len() - longest);
                self.finish = Some(Finish::Stop);
            } else if self.bytes.len() == self.job.max_tokens {
                self.finish = Some(Finish::Length);
            }
        }
        let held = if self.finish.is_some() { 0 } else { self.undecided() };
        let end = (self.bytes.len() - held).max(self.shown);
        let start = std::mem::replace(&mut self.shown, end);
        &self.bytes[start..end]
    }

    /// Length of the longest end of the text that a stop sequence starts with.
    fn undecided(&self) -> usize {
        let longest = |stop: &Vec<u8>| {
            (1..stop.len())
                .rev()
                .find(|length| self.bytes.ends_with(&stop[..*length]))
        };
        self.job.stop.iter().filter_map(longest).max().unwrap_or(0)
    }

    /// Why it ended, once it has.
    pub fn finish(&self) -> Option<Finish> {
        self.finish
    }
}

/// The whole of a job: the bytes, and why they end.
pub fn complete(engine: &Engine, job: &Job) -> (Vec<u8>, Finish) {
    let mut generation = Generation::new(engine, job.clone());
    generation.advance(engine, usize::MAX);
    let finish = generation.finish().unwrap_or(Finish::Length);
    (generation.bytes, finish)
}

/// [`complete`] on a thread of its own, so that other tasks go on meanwhile.
///
/// # Errors
/// If the job panics.
pub async fn complete_aside(engine: &Arc<Engine>, job: &Job) -> Result<(Vec<u8>, Finish), NeuronError> {
    let failed = |error: &dyn std::fmt::Display| NeuronError::Market(format!("cannot run the model: {error}"));
    let place = PLACES.clone().acquire_owned().await;
    let place = place.map_err(|error| failed(&error))?;
    let (engine, job) = (engine.clone(), job.clone());
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        complete(&engine, &job)
    });
    done.await.map_err(|error| failed(&error))
}

/// Bytes as text, piece by piece: a character that is cut by the end of a piece waits for the next one; what is no
/// UTF-8 becomes U+FFFD.
#[derive(Debug, Default)]
pub struct TextDecoder {
    pending: Vec<u8>,
}

impl TextDecoder {
    /// The text that a piece completes.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.pending[..valid]));
                    match error.error_len() {
                        Some(length) => {
                            text.push(char::REPLACEMENT_CHARACTER);
                            self.pending.drain(..valid + length);
                        }
                        None => {
                            self.pending.drain(..valid);
                            return text;
                        }
                    }
                }
            }
        }
    }

    /// What was still waiting.
    pub fn end(&mut self) -> String {
        match std::mem::take(&mut self.pending).is_empty() {
            true => String::new(),
            false => char::REPLACEMENT_CHARACTER.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Sampling;
    use candle_core::Device;
    use proptest::prelude::*;
    use tributary_market_train::{Model, Shape};

    fn engine() -> Engine {
        let shape = Shape {
            context: 8,
            embedding: 4,
            hidden: 8,
        };
        Engine::new(&Model::random(shape, 3, &Device::Cpu).unwrap()).unwrap()
    }

    fn job(max_tokens: usize, stop: &[&[u8]]) -> Job {
        Job {
            model: String::new(),
            prompt: b"a prompt".to_vec(),
            max_tokens,
            sampling: Sampling {
                temperature: 1.0,
                top_p: 1.0,
                seed: 5,
            },
            stop: stop.iter().map(|stop| stop.to_vec()).collect(),
        }
    }

    #[test]
    fn ends_at_length_or_before_a_stop_sequence() {
        let engine = engine();
        let (free, finish) = complete(&engine, &job(200, &[]));
        assert_eq!((free.len(), finish), (200, Finish::Length));
        let (cut, finish) = complete(&engine, &job(200, &[&free[90..94]]));
        assert_eq!(finish, Finish::Stop);
        assert!(cut.len() <= 90 && free.starts_with(&cut));
        assert_eq!(complete(&engine, &job(0, &[])), (Vec::new(), Finish::Length));
    }

    /// On one thread: whoever kept it busy would keep the other task from its turn.
    #[tokio::test]
    async fn other_tasks_go_on_while_a_whole_job_is_done() {
        let engine = Arc::new(engine());
        let other = tokio::spawn(async {});
        let done = complete_aside(&engine, &job(200, &[])).await.unwrap();
        assert!(other.is_finished());
        assert_eq!(done, complete(&engine, &job(200, &[])));
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole(steps in prop::collection::vec(1usize..20, 1..40), at in 0usize..100, long in 1usize..5) {
            let engine = engine();
            let (free, _) = complete(&engine, &job(120, &[]));
            let job = job(120, &[&free[at..at + long], b"never"]);
            let (whole, finish) = complete(&engine, &job);
            let mut generation = Generation::new(&engine, job.clone());
            let mut pieces = Vec::new();
            for step in steps.into_iter().chain([200]) {
                let piece = generation.advance(&engine, step).to_vec();
                pieces.extend(piece);
                // Nothing shown is ever taken back.
                prop_assert!(whole.starts_with(&pieces));
            }
            prop_assert_eq!(pieces, whole);
            prop_assert_eq!(generation.finish(), Some(finish));
        }

        #[test]
        fn text_does_not_depend_on_the_cuts(bytes: Vec<u8>, cuts in prop::collection::vec(1usize..5, 0..50)) {
            let mut decoder = TextDecoder::default();
            let (mut text, mut rest) = (String::new(), &bytes[..]);
            for cut in cuts {
                let (piece, others) = rest.split_at(cut.min(rest.len()));
                text += &decoder.push(piece);
                rest = others;
            }
            text += &decoder.push(rest);
            text += &decoder.end();
            prop_assert_eq!(text, String::from_utf8_lossy(&bytes));
        }
    }
}
