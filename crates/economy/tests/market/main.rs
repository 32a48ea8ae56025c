//! The market as a whole, on a ledger in memory: what holds after any sequence of operations, and what each promises.

mod coldkey_swap;
mod operations;
mod pacts;
mod promises;
mod world;
