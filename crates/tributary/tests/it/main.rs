//! The program from outside.

mod arguments;
mod artifacts;
mod chain;
mod commands;
mod docs;
mod doors;
mod futures;
mod market;
mod money;
mod neurons;
mod payments;
mod pipes;
mod program;
mod seeds;
mod selling;
mod snapshots;
mod support;
mod visitors;
