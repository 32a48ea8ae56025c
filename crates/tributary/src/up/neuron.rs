//! Starting a neuron of the market: its folder, its board, what its owner publishes, and who starts it again.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_economy::NetUid;
use tributary_neuron::{Chain, Description, Identity};

use super::{
    plan::{Member, Plan},
    supervisor::{Shown, Supervisor, work},
};
use crate::{
    folder::{self, Lock},
    market::{self, Notices},
};

/// Where the market works.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its folder.
    pub folder: PathBuf,
    /// Port of the gateway, if a certain one is wanted.
    pub gateway_port: Option<u16>,
}

/// What it takes to start a neuron.
pub struct Starter<'a> {
    /// The chain's client.
    pub client: &'a Client,
    /// The chain, as neurons see it.
    pub chain: Arc<dyn Chain>,
    /// Who takes part.
    pub plan: &'a Plan,
    /// The subnets, in the order of the plan.
    pub netuids: &'a [NetUid],
    /// Where they work.
    pub place: &'a Place,
    /// Ends everybody.
    pub cancel: CancellationToken,
    /// Keeps everybody at work.
    pub supervisor: Supervisor,
    /// The folders that are taken.
    pub locks: Vec<Lock>,
}

impl Starter<'_> {
    /// The folder of a neuron, which is its own from now on.
    ///
    /// # Errors
    /// If another process works there, or it cannot be made.
    pub fn folder(&mut self, name: &str) -> Result<PathBuf> {
        let folder = self.place.folder.join("neurons").join(name);
        self.locks.push(folder::take(&folder, "up")?);
        Ok(folder)
    }

    /// Publishes what a subnet competes in, as its owner, unless that is what is published.
    ///
    /// # Errors
    /// If the chain refuses.
    pub async fn publish(&self, index: usize, netuid: NetUid, description: &Description) -> Result<()> {
        let text = description.to_text()?;
        if self.chain.market(netuid.0).await?.as_deref() == Some(&text) {
            return Ok(());
        }
        let owner = Identity::from(Member::owner(index)?.hotkey.pair().clone());
        let published = self.chain.publish_market(&owner, netuid.0, &text).await;
        published.with_context(|| format!("what subnet {netuid} competes in cannot be published"))
    }

    /// Keeps a validator at work; what it shows. `spawn` starts it once: its status and its task.
    ///
    /// # Errors
    /// If the first start fails.
    pub async fn validate<T, E, S>(&mut self, name: String, spawn: S) -> Result<Shown<T>>
    where
        T: Clone + Default + Send + Sync + 'static,
        E: std::error::Error + Send + Sync + 'static,
        S: Fn() -> Result<(watch::Receiver<T>, JoinHandle<Result<(), E>>)> + Send + 'static,
    {
        let shown = Shown::default();
        let kept = shown.clone();
        let start = move || {
            let (started, shown) = (spawn(), kept.clone());
            Box::pin(async move {
                let (status, task) = started?;
                shown.set(status);
                Ok(work(task))
            }) as _
        };
        self.supervisor.start(name, start).await?;
        Ok(shown)
    }

    /// Hangs out the board of a validator.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn hang_out<T>(&mut self, index: usize, number: usize, notices: Notices, shown: &Shown<T>) -> Result<()>
    where
        T: Clone + Default + Serialize + Send + Sync + 'static,
    {
        let identity = Identity::from(Member::validator(index, number)?.hotkey.pair().clone());
        let (chain, cancel, shown) = (self.chain.clone(), self.cancel.clone(), shown.clone());
        let name = format!("board of validator {} of subnet {}", number + 1, notices.netuid);
        let start = move || {
            let shown = shown.clone();
            let hung = market::hang_out(
                notices.clone(),
                move || shown.now(),
                chain.clone(),
                identity.clone(),
                cancel.clone(),
            );
            Box::pin(async move { Ok(work(hung.await?.1)) }) as _
        };
        self.supervisor.start(name, start).await
    }
}

/// The name of a member's folder.
pub fn folder_of(role: &str, index: usize, number: usize) -> String {
    format!("{role}-{}-{}", index + 1, number + 1)
}

/// Where neurons of this machine listen: on any port that is free.
pub fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}
