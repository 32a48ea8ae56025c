//! What people and blocks do to the market, over a [`crate::Ledger`]: the block step, swaps, staking, registration,
//! subnets, root and weights. Every rule that changes more than one item lives here, once.
//!
//! A rule checks first and writes after, in the order of the reference, but it may fail with some of its
//! changes written: the caller runs it in a transaction ([`crate::Ledger::transaction`]; the chain does so for every
//! call). No rule panics on any input or state: a state that no rule could have made gives
//! [`Error::Overflow`](crate::Error::Overflow), [`Error::Underflow`](crate::Error::Underflow) or
//! [`Error::BrokenSum`](crate::Error::BrokenSum).
//!
//! Money: TAO in accounts moves only through the ledger's `transfer`, `deposit` and `withdraw`; the books
//! (`SubnetTAO`, reserves, stakes) move beside it. [`audit`] states the sums that tie the two together.

pub mod audit;
pub mod block;
mod coinbase;
pub mod coldkey_swap;
pub mod delegation;
mod epochs;
pub mod genesis;
pub mod hotkeys;
pub mod injection;
mod money;
pub mod networks;
pub mod pact;
mod payouts;
pub mod recycling;
pub mod registration;
pub mod root;
pub mod stake_moves;
mod stake_pools;
pub mod staking;
pub mod swaps;
pub mod totals;
pub mod trimming;
mod uids;
pub mod weights;

use crate::Tao;

/// The smallest amount that may be staked, left staked or moved, in rao (`docs/rules/staking.md#minimum`).
pub const MIN_STAKE: Tao = Tao(2_000_000);

/// The take that a hotkey has when it becomes a delegate, over 65535 (`docs/rules/delegation.md#delegate-take`).
pub const DEFAULT_DELEGATE_TAKE: u16 = crate::presets::LOCAL.delegate_take;
