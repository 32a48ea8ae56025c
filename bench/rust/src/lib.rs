//! The reduced model of `bench/DECLARATION.md` on the engine's own functions.
//!
//! `bench/run.py` compares it with the same model in radCAD and cadCAD. It is less than what `tributary futures` runs:
//! its books are floating-point, and its people are speculators and miners only.
#![forbid(unsafe_code)]

pub mod model;
pub mod philox;

pub use model::{Model, Numbers};
