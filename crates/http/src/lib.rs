//! How every HTTP server of this project meets strangers.
//!
//! [`spawn`] serves a tower service on some listeners. Whoever connects takes a place ([`Places`]): there are so many
//! in the process, so many of each server and so many for each address. A connection that keeps the server waiting
//! (for the head of a request, for its body, for the next request, for an answer to be read) has a time limit each,
//! and when places run out it makes room before its time for somebody who does not wait. A stop has a deadline, after
//! which connections are cut, whatever they are doing.
//!
//! [`Guard`] refuses what pages of other origins send through a browser, and names that do not belong to this machine.

mod authority;
mod body;
mod client;
mod connection;
mod connection_places;
mod guard;
mod hosts;
mod limits;
mod origins;
mod presence;
mod process_places;
mod server;
mod socket;

pub use authority::BadPattern;
pub use body::{RequestBody, ResponseBody};
pub use client::Client;
pub use connection_places::{Bounds, Full, Places, Taken};
pub use guard::Guard;
pub use hosts::Hosts;
pub use limits::{Limits, Wording};
pub use origins::{Origins, Trust};
pub use presence::{Presence, Working};
pub use server::{Peer, spawn};
