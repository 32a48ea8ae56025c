//! A market in training language models.
//!
//! Miners train small byte-level models within a budget, commit the SHA-256 of their weights on the chain and
//! serve the weights by their axon. Validators fetch them, check them against the commitment and the budget, and
//! measure bits per byte on text that miners never get, a fresh slice each epoch. [`score`] says who earns what.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use tributary_market_train::*;
//! # async fn start(chain: Arc<dyn tributary_neuron::Chain>, id: tributary_neuron::Identity, miner: MinerConfig,
//! #     validator: ValidatorConfig, cancel: tokio_util::sync::CancellationToken) {
//! let miner = spawn_miner(miner, chain.clone(), id.clone(), cancel.clone()).await.unwrap();
//! let validator = spawn_validator(validator, chain, id, cancel).unwrap();
//! println!("{:?}", miner.status.borrow().bits_per_byte);
//! # }
//! ```

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod archive_files;
mod config;
mod copies;
pub mod corpus;
mod miner;
mod model;
mod rules;
pub mod score;
mod trainer;
mod training_pool;
mod validator;
mod weights_file;

pub use config::{
    MinerConfig, MinerHandle, MinerKind, MinerStatus, MinerView, ValidatorConfig, ValidatorHandle, ValidatorStatus,
};
pub use corpus::{Bundled, Corpus, CorpusError, TrainingText};
pub use miner::spawn_miner;
pub use model::{Model, ModelError, Shape, TENSORS};
pub use rules::{BadRule, Rules};
pub use trainer::device;
pub use training_pool::TrainingPool;
pub use validator::spawn_validator;
pub use weights_file::{Artefact, ArtefactError};
