//! Neurons at work, as those who started them see them.

use std::net::SocketAddr;

use tokio::{sync::watch, task::JoinHandle};

use crate::NeuronError;

/// A running miner. Dropping the handle does not stop it; its cancellation token does.
pub struct MinerHandle<Status> {
    /// What it shows, as it changes.
    pub status: watch::Receiver<Status>,
    /// Where its axon listens.
    pub address: SocketAddr,
    /// Ends when cancelled, or with the error that stopped it.
    pub task: JoinHandle<Result<(), NeuronError>>,
}

/// A running validator. Dropping the handle does not stop it; its cancellation token does.
pub struct ValidatorHandle<Status> {
    /// What it shows, as it changes.
    pub status: watch::Receiver<Status>,
    /// Ends when cancelled, or with the error that stopped it.
    pub task: JoinHandle<Result<(), NeuronError>>,
}

/// The kind of neuron that has this name.
///
/// # Errors
/// Which kinds there are.
pub fn kind_by_name<Kind: Copy>(
    kinds: &[Kind],
    name_of: impl Fn(Kind) -> &'static str,
    name: &str,
) -> Result<Kind, String> {
    let found = kinds.iter().copied().find(|kind| name_of(*kind) == name);
    found.ok_or_else(|| {
        let names: Vec<_> = kinds.iter().map(|kind| name_of(*kind)).collect();
        format!("there is no miner kind {name:?}; the kinds are {}", names.join(", "))
    })
}
