use crate::{ChainError, DendriteError, Hotkey, RelayError};

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
