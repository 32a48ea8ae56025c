//! The commands that talk to a running chain, and the small ones.

pub mod chain;
pub mod futures;
pub mod neuron;
pub mod register;
pub mod send;
pub mod stake;
pub mod status;
pub mod transfer;
pub mod vectors;
