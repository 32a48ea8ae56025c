//! Asking the chain for channels that are not known here. Strangers can name as many as they like, so each of them has a
//! share of its own: whoever pays does not wait for them, even if the chain does not answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tributary_http::Client;
use tributary_neuron::ChainError;

use crate::rail::Channel;

/// Longest time for a question, the wait for a turn included.
const TIME_MAX: Duration = Duration::from_secs(5);
/// Questions of one client at one time.
const EACH_MAX: usize = 4;
/// Channels that are known not to be there.
const ABSENT_MAX: usize = 4096;
/// How long that is believed if no block comes.
const ABSENT_TIME_MAX: Duration = Duration::from_secs(1);

/// Questions under way, and what they found not to be there.
pub struct Lookups {
    time_max: Duration,
    absent_time_max: Duration,
    turns: Mutex<BTreeMap<Client, Arc<Semaphore>>>,
    absent: Mutex<Absent>,
}

impl Default for Lookups {
    fn default() -> Self {
        Self {
            time_max: TIME_MAX,
            absent_time_max: ABSENT_TIME_MAX,
            turns: Mutex::default(),
            absent: Mutex::default(),
        }
    }
}

/// Channels that were not there at a height. The next block may open them.
#[derive(Default)]
struct Absent {
    height: u64,
    since: Option<Instant>,
    ids: BTreeSet<u64>,
}

/// A turn, which its client has back when this is dropped.
struct Turn<'a> {
    lookups: &'a Lookups,
    client: Client,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.lookups.turns.lock();
        drop(self.permit.take());
        // Whoever waits for a turn holds the semaphore.
        if turns
            .get(&self.client)
            .is_some_and(|turns| Arc::strong_count(turns) == 1 && turns.available_permits() == EACH_MAX)
        {
            turns.remove(&self.client);
        }
    }
}

impl Lookups {
    /// The channel as `known` has it by the time that the client's turn comes, else as `ask` finds it on the chain.
    ///
    /// # Errors
    /// If the chain does not answer in time.
    pub async fn find<A>(
        &self,
        client: Client,
        id: u64,
        height: u64,
        known: impl Fn() -> Option<Channel>,
        ask: impl FnOnce() -> A,
    ) -> Result<Option<Channel>, ChainError>
    where
        A: Future<Output = Result<Option<Channel>, ChainError>>,
    {
        if self.is_absent(id, height) {
            return Ok(None);
        }
        let asking = async {
            let _turn = self.turn(client).await;
            // Another request of the same client may have found it meanwhile.
            if let Some(channel) = known() {
                return Ok(Some(channel));
            }
            if self.is_absent(id, height) {
                return Ok(None);
            }
            ask().await
        };
        let late = |_| ChainError::Unreachable(format!("it said nothing of channel {id} for {:?}", self.time_max));
        let found = tokio::time::timeout(self.time_max, asking).await.map_err(late)??;
        if found.is_none() {
            self.note_absent(id, height);
        }
        Ok(found)
    }

    async fn turn(&self, client: Client) -> Turn<'_> {
        let turns = {
            let mut turns = self.turns.lock();
            let turns = turns
                .entry(client)
                .or_insert_with(|| Arc::new(Semaphore::new(EACH_MAX)));
            turns.clone()
        };
        // Dropped with the wait, if that ends before its turn.
        let mut turn = Turn {
            lookups: self,
            client,
            permit: None,
        };
        turn.permit = turns.acquire_owned().await.ok();
        turn
    }

    fn is_absent(&self, id: u64, height: u64) -> bool {
        let absent = self.absent.lock();
        let fresh = absent.since.is_some_and(|since| since.elapsed() < self.absent_time_max);
        fresh && absent.height == height && absent.ids.contains(&id)
    }

    fn note_absent(&self, id: u64, height: u64) {
        let mut absent = self.absent.lock();
        let old = absent.since.is_none_or(|since| since.elapsed() >= self.absent_time_max);
        if old || absent.height != height {
            *absent = Absent {
                height,
                since: Some(Instant::now()),
                ids: BTreeSet::new(),
            };
        }
        if absent.ids.len() < ABSENT_MAX {
            absent.ids.insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use tributary_neuron::Identity;

    fn channel() -> Channel {
        Channel {
            netuid: 4,
            payer: Identity::from_seed(&[1; 32]).hotkey(),
            payee: Identity::from_seed(&[2; 32]).hotkey(),
            deposit: 1,
            settled: 0,
            expiry: 1,
            closing: None,
        }
    }

    const STRANGER: Client = Client::V6([7; 8]);
    const CUSTOMER: Client = Client::Local;

    #[tokio::test]
    async fn a_chain_that_hangs_for_strangers_delays_no_one_else() {
        let lookups = Arc::new(Lookups {
            time_max: Duration::MAX,
            ..Lookups::default()
        });
        let asked = Arc::new(AtomicUsize::new(0));
        let strangers: Vec<_> = (0..100)
            .map(|id| {
                let (lookups, asked) = (lookups.clone(), asked.clone());
                tokio::spawn(async move {
                    let ask = || {
                        asked.fetch_add(1, Ordering::Relaxed);
                        pending()
                    };
                    lookups.find(STRANGER, id, 1, || None, ask).await
                })
            })
            .collect();
        while asked.load(Ordering::Relaxed) < EACH_MAX {
            tokio::task::yield_now().await;
        }
        let found = lookups
            .find(CUSTOMER, 1_000, 1, || None, || async { Ok(Some(channel())) })
            .await;
        assert_eq!(found.unwrap(), Some(channel()));
        assert!(strangers.iter().all(|stranger| !stranger.is_finished()));
        assert_eq!(
            asked.load(Ordering::Relaxed),
            EACH_MAX,
            "nobody asks for more than a share"
        );
        for stranger in strangers {
            stranger.abort();
            assert!(stranger.await.unwrap_err().is_cancelled());
        }
        assert!(lookups.turns.lock().is_empty(), "nothing is left of them");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let lookups = Lookups {
            time_max: Duration::from_millis(20),
            ..Lookups::default()
        };
        let found = lookups.find(STRANGER, 1, 1, || None, pending).await;
        assert!(matches!(found, Err(ChainError::Unreachable(_))), "{found:?}");
        // What the chain did not say is not known.
        let found = lookups
            .find(STRANGER, 1, 1, || None, || async { Ok(Some(channel())) })
            .await;
        assert_eq!(found.unwrap(), Some(channel()));
        assert!(lookups.turns.lock().is_empty());
    }

    #[tokio::test]
    async fn what_is_not_there_is_asked_for_once_a_block() {
        let lookups = Lookups {
            absent_time_max: Duration::MAX,
            ..Lookups::default()
        };
        let asked = AtomicUsize::new(0);
        let ask = async |id: u64, height: u64| {
            let ask = || {
                asked.fetch_add(1, Ordering::Relaxed);
                async { Ok(None) }
            };
            let found = lookups.find(STRANGER, id, height, || None, ask).await;
            assert_eq!(found.unwrap(), None);
            asked.load(Ordering::Relaxed)
        };
        assert_eq!(ask(1, 1).await, 1);
        assert_eq!(ask(2, 1).await, 2);
        assert_eq!(ask(1, 1).await, 2);
        assert_eq!(ask(1, 2).await, 3, "a block later it may be there");
        for id in 0..2 * ABSENT_MAX as u64 {
            ask(id, 3).await;
        }
        assert!(lookups.absent.lock().ids.len() <= ABSENT_MAX);
        // What became known meanwhile is not asked for.
        let asked = || async { Err(ChainError::Unreachable("it was asked".to_owned())) };
        let known = lookups.find(STRANGER, 9, 4, || Some(channel()), asked).await;
        assert_eq!(known.unwrap(), Some(channel()));
    }
}
