//! What a miner or validator needs whatever the subnet: identity, axon, dendrite, scoring loop.
//!
//! A market is written by implementing [`Worker`] for its miners and [`Market`] for its validators;
//! [`run_miner`] and [`run_validator`] do the rest against any [`Chain`].

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod artifact;
pub mod axon;
pub mod beacon;
pub mod board;
pub mod chain;
pub mod dendrite;
pub mod description;
pub mod durable_file;
pub mod envelope;
mod error;
mod handle;
mod handler;
pub mod http;
pub mod identity;
pub mod memory_chain;
mod miner;
mod reach;
mod request_shares;
mod sender_records;
pub mod telemetry;
mod validator;

pub use artifact::{Archive, Archived, Confirmer, Copies, Sealer};
pub use axon::{Axon, AxonLimits};
pub use beacon::{Relay, serve_beacon};
pub use board::{Board, run_board};
pub use chain::{
    Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Commitment, Head, Metagraph, Neuron,
    SealedWeights, SubnetParameters,
};
pub use dendrite::{Dendrite, DendriteError, DendriteLimits, Events};
pub use description::{BeaconPrint, CorpusPrint, Description, DescriptionError};
pub use error::{NeuronError, RelayError};
pub use handle::{MinerHandle, ValidatorHandle, kind_by_name};
pub use handler::{Answer, Call, Gate, Handler, Refusal};
pub use identity::{Hotkey, Identity, IdentityError};
pub use miner::{Admission, MinerOptions, Worker, run_miner};
pub use reach::Reach;
pub use validator::{Market, Opinion, Peer, Progress, Round, ValidatorOptions, run_validator, weights_from_averages};
