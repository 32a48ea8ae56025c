//! The market as a whole, on a ledger in memory: what holds after any sequence of operations, and what each promises.

mod blocks;
mod books;
mod coldkey_swap;
mod memory;
mod moves;
mod neurons;
mod operations;
mod pacts;
mod pay;
mod promises;
mod roots;
mod sales;
mod stakes;
mod subnets;
mod world;
