//! Work that goes on until the program is told to stop: what it shows, and how it ends.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_neuron::{MinerHandle, ValidatorHandle};

use super::join::Joined;
use crate::{
    market::{self, Notices, Standing},
    options::AxonAddress,
    output::{self, say},
    stop::Stop,
};

/// Least time between two lines about the pay.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// How a neuron is shown, and ended.
pub struct Attending<'a> {
    pub joined: &'a Joined,
    pub json: bool,
    pub cancel: CancellationToken,
    pub stop: &'a mut Stop,
}

impl Attending<'_> {
    /// Prints what a miner does and how it stands, until it ends or is told to stop.
    ///
    /// # Errors
    /// If its work ends with an error.
    pub async fn mine<T: Clone + Serialize, N: PartialEq>(
        self,
        miner: MinerHandle<T>,
        tell: impl Fn(&T) -> (N, String),
    ) -> Result<()> {
        let joined = self.joined;
        say!("serving on {}", miner.address);
        let (chain, identity) = (joined.chain.clone(), joined.identity());
        let standing = market::follow(chain, identity, joined.netuid, joined.reach, self.cancel.clone());
        let shown = show_miner(miner.status, standing, self.json, tell);
        let changes = market::watch_changes(joined.chain.as_ref(), joined.netuid, joined.published.as_ref());
        attend(beside(shown, changes), self.stop, &self.cancel, miner.task).await
    }

    /// Hangs a validator's board out, with the text that miners train on, and prints what it does until it ends or is
    /// told to stop.
    ///
    /// # Errors
    /// If its work or its board ends with an error.
    pub async fn validate<T, N>(
        self,
        validator: ValidatorHandle<T>,
        axon: &AxonAddress,
        text: Option<Bytes>,
        tell: impl Fn(&T) -> (N, String),
    ) -> Result<()>
    where
        T: Clone + Serialize + Send + Sync + 'static,
        N: PartialEq,
    {
        let joined = self.joined;
        let notices = Notices {
            netuid: joined.netuid,
            listen: axon.listen,
            announce: axon.announce,
            description: joined.published.clone(),
            text,
        };
        let status = validator.status.clone();
        let status = move || status.borrow().clone();
        let (chain, identity) = (joined.chain.clone(), joined.identity());
        let (address, board) = market::hang_out(notices, status, chain, identity, self.cancel.clone()).await?;
        say!("verdicts on http://{address}/public/verdicts.json");
        let shown = show(validator.status, self.json, tell);
        let changes = market::watch_changes(joined.chain.as_ref(), joined.netuid, joined.published.as_ref());
        attend(beside(shown, changes), self.stop, &self.cancel, validator.task).await?;
        Ok(board.await??)
    }
}

/// Prints changes until the work ends: as JSON every one, as text those that are news. `tell` says what is news, and the
/// text.
///
/// # Errors
/// As [`output::line`].
pub async fn show<T: Clone + Serialize, N: PartialEq>(
    mut status: watch::Receiver<T>,
    json: bool,
    tell: impl Fn(&T) -> (N, String),
) -> Result<()> {
    let mut last = None;
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        if json {
            output::json(&now)?;
            continue;
        }
        let (news, text) = tell(&now);
        if last.as_ref() != Some(&news) {
            output::line(&text)?;
            last = Some(news);
        }
    }
    Ok(())
}

/// Waits until the work ends by itself, the program is told to stop, or its output is closed; then ends the work in
/// order.
///
/// # Errors
/// Those of the work, and of what is shown.
pub async fn attend<E: Into<anyhow::Error>>(
    shown: impl Future<Output = Result<()>>,
    stop: &mut Stop,
    cancel: &CancellationToken,
    work: JoinHandle<Result<(), E>>,
) -> Result<()> {
    let shown = tokio::select! {
        () = stop.wait() => Ok(()),
        shown = shown => shown,
    };
    cancel.cancel();
    work.await?.map_err(Into::into)?;
    shown
}

/// What is shown, and beside it something that never ends by itself.
async fn beside(shown: impl Future<Output = Result<()>>, other: impl Future<Output = ()>) -> Result<()> {
    tokio::select! {
        shown = shown => shown,
        () = other => Ok(()),
    }
}

/// As [`show`], with how the miner stands.
async fn show_miner<T: Clone + Serialize, N: PartialEq>(
    mut status: watch::Receiver<T>,
    mut standing: watch::Receiver<Standing>,
    json: bool,
    tell: impl Fn(&T) -> (N, String),
) -> Result<()> {
    #[derive(Serialize)]
    struct Both<'a, T> {
        #[serde(flatten)]
        status: &'a T,
        #[serde(flatten)]
        standing: &'a Standing,
    }
    let (mut last, mut told) = (tell(&status.borrow()).0, Standing::default());
    loop {
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return Ok(()) },
            changed = standing.changed() => if changed.is_err() { return Ok(()) },
        }
        let (now, stands) = (status.borrow_and_update().clone(), standing.borrow_and_update().clone());
        if json {
            output::json(&Both {
                status: &now,
                standing: &stands,
            })?;
            continue;
        }
        let (news, text) = tell(&now);
        if last != news {
            output::line(&text)?;
            last = news;
        }
        let lines = stands.news(&told);
        if lines.is_empty() {
            continue;
        }
        for line in &lines {
            output::line(line)?;
        }
        told = stands;
        // A fast chain has several epochs a second.
        tokio::time::sleep(LINE_EVERY).await;
    }
}
