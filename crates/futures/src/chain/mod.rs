//! The chain's part of a future: pools, emission, prices, slots. Every rule is `tributary_economy`'s.
//!
//! Amounts are integers and every one that moves is booked from somewhere to somewhere. [`Chain::check`] compares
//! what was issued with what is held after each step.

mod constants;
mod emit;
pub mod flows;
mod holdings;
mod pact_books;
pub mod pacts;
mod pools;
mod rows;
mod slots;
mod state;
mod trade;
mod tribute;

pub use constants::{Arithmetic, BLOCKS_PER_DAY, CHALLENGER, CONTEST_AGE, Constants};
pub use flows::Flows;
pub use holdings::{Brought, Holder, Holdings, Paid, Sales};
pub use pact_books::unless_refused;
pub use pacts::{Pacts, Tribute, Who};
pub use pools::Pools;
pub use slots::Registered;
pub use state::Chain;
