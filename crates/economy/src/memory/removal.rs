//! What goes when a subnet is dissolved.

use alloc::vec::Vec;

use super::{KeyPart, MemoryAccount, MemoryLedger};
use crate::{Ledger, NetUid, for_each_ledger_item};

/// Items that keep their values when the netuid is given to another subnet
/// (`docs/rules/subnets.md#what-outlives-a-subnet`).
pub const OUTLIVE_A_SUBNET: [&str; 10] = [
    "AutoStakeDestination",
    "MinAllowedUids",
    "MinChildkeyTakePerSubnet",
    "MinNonImmuneUids",
    "OwnerCutEnabled",
    "RecycleOrBurn",
    "RegisteredSubnetCounter",
    "RootAlphaDividendsPerSubnet",
    "RootClaimableThreshold",
    "RootProp",
];

macro_rules! clear_keys {
    ($self:ident, $netuid:ident, $get:ident, ($($key:ident : $ty:ty),*)) => {
        $self.retain(
            |ledger| &mut ledger.$get,
            #[allow(unused_variables)]
            |($($key,)*)| !(false $(|| $key.is_of($netuid))*),
        );
    };
}

macro_rules! implement_removal {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        impl<Acc: MemoryAccount> MemoryLedger<Acc> {
            /// Removes the items of the table that a dissolved subnet does not leave to its successor.
            fn clear_items(&mut self, netuid: NetUid) {
                $(
                    if !OUTLIVE_A_SUBNET.contains(&stringify!($storage)) {
                        clear_keys!(self, netuid, $get, $keys);
                    }
                )*
            }
        }
    };
}

for_each_ledger_item!(implement_removal);

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    /// [`Ledger::clear_root_claims`].
    pub(super) fn remove_root_claims(&mut self, netuid: NetUid) {
        self.retain(|ledger| &mut ledger.root_claims, |key| key.0 != netuid);
        let hotkeys: Vec<Acc> = self
            .root_claimable
            .iter()
            .filter(|(_, rates)| rates.contains_key(&netuid))
            .map(|(key, _)| key.0.clone())
            .collect();
        for hotkey in hotkeys {
            let mut rates = self.root_claimable(&hotkey);
            rates.remove(&netuid);
            self.set_root_claimable(&hotkey, rates);
        }
    }

    /// [`Ledger::clear_network`].
    pub(super) fn remove_network(&mut self, netuid: NetUid) {
        self.clear_items(netuid);
        self.retain(|ledger| &mut ledger.subnet_owners, |key| *key != netuid);
        self.retain(|ledger| &mut ledger.subnet_owner_hotkeys, |key| *key != netuid);
        self.retain(|ledger| &mut ledger.hotkeys, |key| key.0 != netuid);
        self.retain(|ledger| &mut ledger.commits, |key| key.0.split().0 != netuid);
        self.retain(|ledger| &mut ledger.fee_rates, |key| *key != netuid);
        self.retain(|ledger| &mut ledger.quote_weights, |key| *key != netuid);
        self.retain(|ledger| &mut ledger.swaps, |key| *key != netuid);
    }
}
