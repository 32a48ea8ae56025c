//! Keeps the market's cast at work: who fails is started again, and the market goes on meanwhile.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Result;
use futures::future::BoxFuture;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tributary_neuron::NeuronError;

/// First pause before somebody is started again; it doubles with every failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Who worked so long before the failure is paused for shortly again.
const CALM: Duration = Duration::from_secs(120);

/// Somebody's work, which ends when it is cancelled, or with a failure.
pub type Work = BoxFuture<'static, Result<()>>;

/// Everybody at work.
pub struct Supervisor {
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Supervisor {
    /// Nobody yet. All end when `cancel` is cancelled.
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            tasks: JoinSet::new(),
        }
    }

    /// Starts somebody, and again whenever the work fails.
    ///
    /// # Errors
    /// If the first start fails.
    pub async fn start<F>(&mut self, name: String, start: F) -> Result<()>
    where
        F: Fn() -> BoxFuture<'static, Result<Work>> + Send + 'static,
    {
        let first = start()
            .await
            .map_err(|e| e.context(format!("the {name} does not start")))?;
        self.keep(name, first, start);
        Ok(())
    }

    /// Starts somebody who is at work again whenever the work fails.
    pub fn keep<F>(&mut self, name: String, first: Work, start: F)
    where
        F: Fn() -> BoxFuture<'static, Result<Work>> + Send + 'static,
    {
        self.tasks.spawn(keep(name, first, start, self.cancel.clone()));
    }

    /// Waits until all have ended.
    pub async fn finish(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn keep<F>(name: String, first: Work, start: F, cancel: CancellationToken)
where
    F: Fn() -> BoxFuture<'static, Result<Work>> + Send,
{
    let mut next = Ok(first);
    let mut pause = PAUSE;
    loop {
        let began = Instant::now();
        let ended = match next {
            Ok(work) => work.await,
            Err(error) => Err(error),
        };
        if cancel.is_cancelled() {
            return;
        }
        if began.elapsed() >= CALM {
            pause = PAUSE;
        }
        match ended {
            Err(error) if is_out(&error) => {
                tracing::warn!(
                    "the {name} has lost its place in the subnet and stops; the next start registers it anew"
                );
                return;
            }
            Err(error) => {
                let error = crate::output::reasons(&error);
                tracing::warn!(error, "the {name} failed and is started again in {} s", pause.as_secs());
            }
            Ok(()) => tracing::warn!(
                "the {name} ended by itself and is started again in {} s",
                pause.as_secs()
            ),
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
        next = start().await;
    }
}

/// Whether somebody has no slot any more: a stranger took it.
fn is_out(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<NeuronError>();
    matches!(cause, Some(NeuronError::NotRegistered { .. }))
}

/// What somebody shows, whichever start it is.
#[derive(Debug)]
pub struct Shown<T>(Arc<Mutex<Option<watch::Receiver<T>>>>);

impl<T> Clone for Shown<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Default> Shown<T> {
    /// Shows this from now on.
    pub fn set(&self, status: watch::Receiver<T>) {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(status);
    }

    /// What is shown now.
    pub fn now(&self) -> T {
        let status = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        status
            .as_ref()
            .map(|status| status.borrow().clone())
            .unwrap_or_default()
    }
}

/// The work of a task.
pub fn work<E: std::error::Error + Send + Sync + 'static>(task: tokio::task::JoinHandle<Result<(), E>>) -> Work {
    Box::pin(async move { Ok(task.await??) })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use anyhow::bail;

    use super::*;

    #[tokio::test]
    async fn who_fails_is_started_again_until_all_end() {
        let cancel = CancellationToken::new();
        let mut supervisor = Supervisor::new(cancel.clone());
        let starts = Arc::new(AtomicU32::new(0));
        let (counted, ending) = (starts.clone(), cancel.clone());
        supervisor
            .start("clumsy one".to_owned(), move || {
                let (starts, ending) = (counted.clone(), ending.clone());
                Box::pin(async move {
                    let work: Work = Box::pin(async move {
                        match starts.fetch_add(1, Ordering::Relaxed) {
                            0 => bail!("the disk is full"),
                            1 => Ok(()),
                            2 => wait(ending).await,
                            _ => Ok(()),
                        }
                    });
                    Ok(work)
                })
            })
            .await
            .unwrap();
        while starts.load(Ordering::Relaxed) < 3 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        cancel.cancel();
        supervisor.finish().await;
        assert_eq!(starts.load(Ordering::Relaxed), 3);
    }

    async fn wait(cancel: CancellationToken) -> Result<()> {
        cancel.cancelled().await;
        Ok(())
    }

    #[tokio::test]
    async fn a_first_start_that_fails_is_an_error_and_a_lost_place_is_the_end() {
        let cancel = CancellationToken::new();
        let mut supervisor = Supervisor::new(cancel);
        let failed = supervisor.start("late one".to_owned(), || Box::pin(async { bail!("no") }));
        let failed = failed.await.unwrap_err();
        assert_eq!(format!("{failed:#}"), "the late one does not start: no");
        supervisor
            .start("pushed out".to_owned(), || {
                Box::pin(async {
                    let work: Work = Box::pin(async {
                        Err(NeuronError::NotRegistered {
                            hotkey: tributary_neuron::Hotkey([0; 32]),
                            netuid: 1,
                        }
                        .into())
                    });
                    Ok(work)
                })
            })
            .await
            .unwrap();
        // Ends without being cancelled.
        supervisor.finish().await;
    }
}
