//! Accounts of both sides.

use std::fmt;

use tributary_economy::{
    NetUid,
    memory::{KeyPart, MemoryAccount},
};
use tributary_futures::chain::Who;

pub const NET: NetUid = NetUid(1);
pub const SLOT: usize = 0;

/// An account of the ledger. It calls itself what the rows call it, so that states and events can be compared as they are
/// printed: owner n is n, with the hotkey 100 + n.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub u64);

pub const ROOT: Key = Key(90);
pub const REPORTER: Key = Key(50);
pub const VOTER: Key = Key(51);
pub const VALIDATOR: Key = Key(52);
pub const PAYER: Key = Key(53);
pub const PAYEE: Key = Key(54);
pub const ARBITERS: [Key; 2] = [Key(60), Key(61)];
pub const OWNERS: u64 = 7;

pub fn who(key: Key) -> Who {
    match key.0 {
        owner @ 0..OWNERS => Who::Owner(owner as u32),
        hotkey if (100..100 + OWNERS).contains(&hotkey) => Who::Owner((hotkey - 100) as u32),
        other => Who::Other(other as u32),
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", who(*self))
    }
}

impl KeyPart for Key {}

impl MemoryAccount for Key {
    fn of_subnet(netuid: NetUid) -> Self {
        Self((1 << 63) | u64::from(netuid.0))
    }

    fn burn() -> Self {
        Self(u64::MAX)
    }

    fn pacts() -> Self {
        Self(u64::MAX - 1)
    }

    const FIRST: Self = Self(0);
}
