//! Processor time for training and measuring, shared by all neurons of a process.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;
use tributary_neuron::NeuronError;

/// Lets a few jobs run at a time, in the order they came, on threads of their own, and rests between them so that
/// the chain and the screen of the same process stay lively.
pub struct TrainingPool {
    threads: Arc<rayon::ThreadPool>,
    places: Arc<Semaphore>,
    busy: f64,
}

impl TrainingPool {
    /// `threads` jobs at a time, each of whose places is busy at most the part `busy` of the time (0.05 to 1).
    ///
    /// # Errors
    /// [`NeuronError::Fatal`] if the system gives no threads.
    pub fn new(threads: usize, busy: f64) -> Result<Arc<Self>, NeuronError> {
        let threads = threads.clamp(1, 1024);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("train-{index}"))
            .build()
            .map_err(|error| NeuronError::Fatal(format!("cannot start threads for training: {error}")))?;
        let busy = if busy.is_finite() { busy.clamp(0.05, 1.0) } else { 1.0 };
        Ok(Arc::new(Self {
            threads: Arc::new(pool),
            places: Arc::new(Semaphore::new(threads)),
            busy,
        }))
    }

    /// Runs a job when there is a place.
    ///
    /// # Errors
    /// [`NeuronError::Fatal`] if the job panicked.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, NeuronError> {
        let place = self
            .places
            .clone()
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let threads = self.threads.clone();
        let started = Instant::now();
        // Inside the pool the tensor library's own parallelism stays within these threads.
        let done = tokio::task::spawn_blocking(move || threads.install(job)).await;
        let rest = started
            .elapsed()
            .mul_f64(1.0 / self.busy - 1.0)
            .min(Duration::from_secs(1));
        tokio::spawn(async move {
            tokio::time::sleep(rest).await;
            drop(place);
        });
        done.map_err(|error| NeuronError::Fatal(format!("a training job died: {error}")))
    }
}
