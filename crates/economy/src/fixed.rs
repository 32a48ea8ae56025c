//! Fixed-point numbers of the reference chain and their exact operations (`economy.md` 0, `consensus.md` 0).

pub use substrate_fixed::types::{I32F32, I64F64, I96F32, U64F64, U96F32};
