//! The pallet of pacts in a runtime with balances and the market: its calls, and all of them in random order.

mod calls;
mod fuzz;
mod mock;
