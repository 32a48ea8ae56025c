//! The market from outside, over real HTTP on this machine, against a chain in memory.

mod form;
mod gateway;
mod market;
mod money;
mod shop;
mod world;
