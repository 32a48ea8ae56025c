//! Options that several commands share.

mod connection;
mod keys;
mod neuron;

pub use connection::{Connection, Query, SubnetQuery, http_url};
pub use keys::{Keys, SIGNER, ask_password};
pub use neuron::{AxonAddress, Member, Peers, one_of, socket};
