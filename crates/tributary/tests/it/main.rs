//! The program from outside.

mod arguments;
mod artifacts;
mod commands;
mod futures;
mod market;
mod neurons;
mod payments;
mod selling;
mod support;
