//! The program from outside.

mod arguments;
mod commands;
mod market;
mod payments;
mod support;
