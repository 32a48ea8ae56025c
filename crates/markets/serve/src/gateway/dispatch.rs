//! One request: miners are asked until one answers to the end. Since the same job gives the same bytes everywhere,
//! another miner can take over in the middle, and nobody notices.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rand::RngExt as _;
use tokio::sync::mpsc;
use tributary_neuron::{Hotkey, NeuronError};

use super::{
    reserve::Room,
    routes::{Route, Routes},
    state::Gateway,
};
use crate::{
    api::{Finish, Job, Usage},
    ask_miner::Asking,
    generation::complete_aside,
    served_models::Released,
};

/// Miners asked for one request.
const ATTEMPTS: usize = 4;
/// How long a request waits for a miner that rests, if there is no other.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What comes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    /// More bytes.
    Bytes(Vec<u8>),
    /// All of it was delivered, and charged.
    End(Finish, Usage),
    /// It was not answered, or not to the end; nothing is charged.
    Failed(String),
}

/// Why an attempt ended early.
enum Trouble {
    /// The miner did not do it; another may.
    Miner(NeuronError),
    /// The miner's bytes are not the model's.
    Lie,
    /// What was delivered already is not the model's.
    Delivered,
    /// Two miners disagree, and the model that decides between them cannot be run.
    Undecided(NeuronError),
    /// The customer left.
    Left,
}

/// A request under way.
pub struct Work {
    /// What is to be done, for a model by its full id.
    pub job: Job,
    /// The model.
    pub released: Arc<Released>,
    /// Whether bytes are passed on as they come. Else the answer is checked first, if it is checked.
    pub stream: bool,
    /// Where to.
    pub out: mpsc::Sender<Out>,
}

/// A miner that has not been tried; if all others rest after a failure, the first that has rested.
async fn pick(routes: &Mutex<Routes>, tried: &BTreeSet<Hotkey>) -> Option<Route> {
    let started = Instant::now();
    loop {
        let now = Instant::now();
        let rested = {
            let routes = routes.lock();
            if let Some(route) = routes.pick(tried, now) {
                return Some(route);
            }
            routes.rested(tried, now)?
        };
        if rested > started + WAIT_MAX {
            return None;
        }
        tokio::time::sleep_until(rested.into()).await;
    }
}

impl Work {
    /// Does it, and charges for it.
    pub async fn run(self, gateway: Arc<Gateway>, room: Room) {
        let audited = rand::rng().random_bool(gateway.config.audit_share);
        let mut right: Option<(Vec<u8>, Finish)> = None;
        let mut tried = BTreeSet::new();
        let mut delivered = Vec::new();
        let mut last: Option<Hotkey> = None;
        let mut reason = "there is none, or all rest after failures".to_owned();
        for attempt in 0..ATTEMPTS {
            let Some(route) = pick(&gateway.routes, &tried).await else {
                break;
            };
            tried.insert(route.hotkey);
            if attempt > 0 {
                gateway.status.send_modify(|status| status.retries += 1);
            }
            // Nobody vouches for a miner without incentive, so the gateway looks for itself.
            if (audited || !route.paid) && right.is_none() {
                match complete_aside(&self.released.engine, &self.job).await {
                    Ok(answer) => right = Some(answer),
                    Err(error) => {
                        reason = error.to_string();
                        break;
                    }
                }
            }
            let now = Instant::now();
            match self.attempt(&gateway, route, right.as_ref(), &mut delivered).await {
                Ok(finish) => {
                    let usage = Usage::new(self.job.prompt.len(), delivered.len());
                    room.charge(usage);
                    // Whether the customer still listens is its own affair now.
                    let _ = self.out.send(Out::End(finish, usage)).await;
                    return;
                }
                Err(Trouble::Left) => return room.charge(Usage::new(self.job.prompt.len(), delivered.len())),
                Err(Trouble::Miner(error)) => {
                    tracing::debug!(%error, uid = route.uid, "another miner is asked");
                    gateway.routes.lock().failed(&route.hotkey, now);
                    reason = error.to_string();
                }
                Err(Trouble::Undecided(error)) => {
                    reason = error.to_string();
                    break;
                }
                Err(Trouble::Lie) => {
                    tracing::warn!(uid = route.uid, hotkey = %route.hotkey, "a miner's answer is not the model's");
                    gateway.routes.lock().lied(&route.hotkey, now);
                    reason = "an answer was not the model's".to_owned();
                }
                Err(Trouble::Delivered) => {
                    let liar = last.unwrap_or(route.hotkey);
                    tracing::warn!(hotkey = %liar, "bytes that were passed on are not the model's");
                    gateway.routes.lock().lied(&liar, now);
                    reason = "what was sent so far is not the model's; ask again".to_owned();
                    break;
                }
            }
            if !delivered.is_empty() && last.is_none() {
                last = Some(route.hotkey);
            }
        }
        gateway.status.send_modify(|status| status.failed += 1);
        drop(room);
        let _ = self.out.send(Out::Failed(reason)).await;
    }

    /// Asks one miner. Where the `right` answer is known, no byte that differs from it is passed on.
    async fn attempt(
        &self,
        gateway: &Gateway,
        route: Route,
        right: Option<&(Vec<u8>, Finish)>,
        delivered: &mut Vec<u8>,
    ) -> Result<Finish, Trouble> {
        let started = Instant::now();
        let deadline = gateway.config.rules.deadline();
        let late = |_| Trouble::Miner(NeuronError::Market(format!("{} is late", route.hotkey)));
        let begin = Asking::begin(&gateway.dendrite, route.hotkey, route.address, &self.job);
        let asking = tokio::time::timeout(deadline, begin).await.map_err(late)?;
        let mut asking = asking.map_err(Trouble::Miner)?;
        let (mut bytes, mut finish, mut latency) = (Vec::new(), None, None);
        while let Some(piece) = tokio::time::timeout(deadline, asking.next())
            .await
            .map_err(late)?
            .map_err(Trouble::Miner)?
        {
            latency.get_or_insert_with(|| started.elapsed());
            bytes.extend(piece.bytes);
            finish = piece.finish.or(finish);
            if right.is_some_and(|(right, _)| !right.starts_with(&bytes)) {
                return Err(Trouble::Lie);
            }
            let common = bytes.len().min(delivered.len());
            if bytes[..common] != delivered[..common] {
                return Err(self.who_lied(delivered).await);
            }
            if self.stream && bytes.len() > delivered.len() {
                let fresh = bytes[delivered.len()..].to_vec();
                delivered.extend_from_slice(&fresh);
                self.out.send(Out::Bytes(fresh)).await.map_err(|_| Trouble::Left)?;
            }
        }
        let finish = finish.ok_or(Trouble::Lie)?;
        if bytes.len() < delivered.len() {
            return Err(self.who_lied(delivered).await);
        }
        if right.is_some_and(|(right, end)| *right != bytes || *end != finish) {
            return Err(Trouble::Lie);
        }
        gateway
            .routes
            .lock()
            .answered(&route.hotkey, latency.unwrap_or_default());
        if !self.stream {
            delivered.extend_from_slice(&bytes);
            self.out.send(Out::Bytes(bytes)).await.map_err(|_| Trouble::Left)?;
        }
        Ok(finish)
    }

    /// Two miners disagree, or one and the model: the model decides who is wrong.
    async fn who_lied(&self, delivered: &[u8]) -> Trouble {
        match complete_aside(&self.released.engine, &self.job).await {
            Ok((right, _)) if right.starts_with(delivered) => Trouble::Lie,
            Ok(_) => Trouble::Delivered,
            Err(error) => Trouble::Undecided(error),
        }
    }
}
