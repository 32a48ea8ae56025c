//! Test vectors and recorded blocks, against what the chain runs.
//!
//! A file of vectors is a list of objects with `area`, `name`, `inputs`, `expected` and `tolerance`
//! (`docs/rules/README.md#vectors`). [`run_file`] computes each vector's outputs under the keys of `expected` and
//! compares every expected key: a key that the computation does not produce is a failure.
//!
//! Nothing is computed here. Where the chain calls a rule of `tributary-economy`, so does the vector; where a pallet
//! decides, the vector makes the call on a [`chain`] in memory and reads its storage. What the chain does not do is
//! unsupported, although a rule for it would be easy to write.
//!
//! [`replay`] does the same with whole blocks of the public network.

pub mod chain;
mod compare;
mod consensus;
mod economy;
mod inputs;
pub mod replay;
mod report;
mod vector;

pub use compare::{Outcome, Tolerance};
pub use inputs::Inputs;
pub use report::{Counts, Line, NoVectors, Report, run, run_file};
pub use vector::{Problem, Vector};
