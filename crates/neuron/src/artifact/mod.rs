//! Artifacts that open after a while (`docs/rules/pacts.md#artefacts`): what the emission paid for is sealed until a
//! round of a beacon, its hashes are committed on the chain, and after the round anybody opens it.
//!
//! Three roles, each usable without the others: a [`Sealer`] keeps a subnet's promise, a [`Confirmer`] checks as a
//! validator what was sealed, and an [`Archive`], which anybody can run, keeps the sealed files and opens them.

mod archive;
mod confirmer;
mod fetch;
mod sealer;

pub use archive::{Archive, Archived};
pub use confirmer::Confirmer;
pub use fetch::fetch;
pub use sealer::{Copies, Sealer};

/// Path of a sealed file below an axon's public files, by its SHA-256.
fn public_path(ciphertext: &[u8; 32]) -> String {
    format!("sealed/{}", hex::encode(ciphertext))
}

/// Route of the secret that a file was sealed with.
fn secret_route(ciphertext: &[u8; 32]) -> String {
    format!("sealed-with/{}", hex::encode(ciphertext))
}
