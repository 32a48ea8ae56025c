//! The market from outside, over real HTTP on this machine, against a chain in memory.

mod gateway;
mod market;
mod world;
