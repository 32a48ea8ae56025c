//! Why a neuron's step failed.

use crate::{ChainError, DendriteError, Hotkey};

/// Why a relay is of no help.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// It could not be reached, or what it said is no answer.
    #[error("the beacon's relay {url} does not answer: {reason}")]
    Unreachable {
        /// Which one.
        url: String,
        /// What happened.
        reason: String,
    },
    /// What it said is not the beacon's.
    #[error("the relay {url} gives false answers: {source}")]
    Untrue {
        /// Which one.
        url: String,
        /// What is wrong.
        source: tributary_timelock::Error,
    },
}

/// Why a neuron's step failed, or why the neuron stopped.
#[derive(Debug, thiserror::Error)]
pub enum NeuronError {
    /// The chain failed it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Another neuron failed it.
    #[error(transparent)]
    Dendrite(#[from] DendriteError),
    /// The beacon's relay failed it.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// It has no slot in the subnet.
    #[error("hotkey {hotkey} is not registered in subnet {netuid}: register it, then start again")]
    NotRegistered {
        /// Whose slot is missing.
        hotkey: Hotkey,
        /// Where.
        netuid: u16,
    },
    /// The axon cannot listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Something that the market itself reports.
    #[error("{0}")]
    Market(String),
    /// Something that makes going on pointless.
    #[error("{0}")]
    Fatal(String),
}

impl NeuronError {
    /// Whether the same thing may work a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Chain(_) | Self::Dendrite(_) | Self::Relay(_) | Self::Market(_)
        )
    }
}
