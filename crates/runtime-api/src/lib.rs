//! What the chain answers about subnets, neurons and stakes: runtime APIs with the names, arguments and structures that
//! clients read (`docs/rules/clients.md#runtime-apis`). The answers are the runtime's; here are only their shapes.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod dry_run;
pub mod hyperparameters;
pub mod metagraph;
pub mod neurons;
pub mod stakes;
pub mod subnets;
pub mod swap;

pub use hyperparameters::{HyperparamEntry, HyperparamValue, SubnetHyperparams, SubnetHyperparamsV2};
pub use metagraph::{Metagraph, SelectiveMetagraph};
pub use neurons::{NeuronInfo, NeuronInfoLite};
pub use stakes::{DelegateInfo, Delegated, Nominator, StakeInfo};
pub use subnets::{DynamicInfo, SubnetInfov2, SubnetState};
pub use swap::{SimSwapResult, SubnetPrice};
