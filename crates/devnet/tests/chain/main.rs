//! The embedded chain from outside: as a library, behind JSON-RPC, killed at work, on a full disk.

mod common;
mod damage;
mod depth;
mod disk;
mod doors;
mod kill;
mod library;
mod limits;
mod noise;
mod powers;
mod readers;
mod rpc;
