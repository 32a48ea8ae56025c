//! The embedded chain from outside: as a library, behind JSON-RPC, killed at work.

mod common;
mod kill;
mod library;
mod rpc;
