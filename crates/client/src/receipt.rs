//! What a transaction did, from all that happened in it: a call may trade more than once (a sale sweeps what is left of
//! a small nomination), and each part counts.

use pallet_subtensor::Event;
use serde::Serialize;
use sp_core::crypto::AccountId32;
use tributary_economy::NetUid;
use tributary_runtime::RuntimeEvent;

use crate::Included;

/// TAO and alpha that changed hands in one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traded {
    /// TAO: paid, with the fee of the pool, or received.
    pub tao_rao: u64,
    /// Alpha: received, or all that left the stake, with the fee of the pool.
    pub alpha_rao: u64,
    /// The fee of the pool in the asset that was paid in: TAO of a purchase, alpha of a sale.
    pub pool_fee_rao: u64,
}

impl Traded {
    /// Nothing was traded.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, tao: u64, alpha: u64, fee: u64) {
        // No sum of amounts that exist leaves u64.
        self.tao_rao = self.tao_rao.saturating_add(tao);
        self.alpha_rao = self.alpha_rao.saturating_add(alpha);
        self.pool_fee_rao = self.pool_fee_rao.saturating_add(fee);
    }
}

/// All that a coldkey bought on a subnet in a transaction.
pub fn bought(included: &Included, coldkey: &AccountId32, netuid: NetUid) -> Traded {
    let mut traded = Traded::default();
    for event in &included.events {
        if let RuntimeEvent::SubtensorModule(Event::StakeAdded(who, _, tao, alpha, on, fee)) = event
            && who == coldkey
            && *on == netuid
        {
            traded.add(tao.0, alpha.0, *fee);
        }
    }
    traded
}

/// All that a coldkey sold on a subnet in a transaction. The event's alpha is without the fee.
pub fn sold(included: &Included, coldkey: &AccountId32, netuid: NetUid) -> Traded {
    let mut traded = Traded::default();
    for event in &included.events {
        if let RuntimeEvent::SubtensorModule(Event::StakeRemoved(who, _, tao, alpha, on, fee)) = event
            && who == coldkey
            && *on == netuid
        {
            traded.add(tao.0, alpha.0.saturating_add(*fee), *fee);
        }
    }
    traded
}

/// TAO that left an account's balance in a transaction, apart from its fee: transfers and burns.
pub fn spent_rao(included: &Included, account: &AccountId32) -> u64 {
    included.events.iter().fold(0u64, |sum, event| match event {
        RuntimeEvent::Balances(
            pallet_balances::Event::Transfer { from: who, amount, .. } | pallet_balances::Event::Burned { who, amount },
        ) if who == account => sum.saturating_add(*amount),
        _ => sum,
    })
}

#[cfg(test)]
mod tests {
    use tributary_economy::{Alpha, Tao};

    use super::*;

    const SUBNET: NetUid = NetUid(2);

    fn account(n: u8) -> AccountId32 {
        AccountId32::from([n; 32])
    }

    fn included(events: Vec<Event<tributary_runtime::Runtime>>) -> Included {
        Included {
            hash: Default::default(),
            block: Default::default(),
            block_number: 1,
            index: 1,
            fee: Tao(1),
            events: events.into_iter().map(RuntimeEvent::SubtensorModule).collect(),
        }
    }

    #[test]
    fn a_sale_counts_the_sweep_after_it_and_the_fees() {
        let removed = |coldkey, tao, alpha, netuid, fee| {
            Event::StakeRemoved(account(coldkey), account(9), Tao(tao), Alpha(alpha), netuid, fee)
        };
        let included = included(vec![
            removed(1, 4_985_523_174, 5_000_000_000, SUBNET, 2_500_000),
            removed(1, 12_522_190, 12_559_000, SUBNET, 6_000),
            removed(2, 7, 7, SUBNET, 7),
            removed(1, 7, 7, NetUid(3), 7),
        ]);
        let traded = sold(&included, &account(1), SUBNET);
        assert_eq!(traded.tao_rao, 4_985_523_174 + 12_522_190);
        assert_eq!(
            traded.alpha_rao,
            5_012_559_000 + 2_506_000,
            "the fee left the stake too"
        );
        assert_eq!(traded.pool_fee_rao, 2_506_000);
        assert!(bought(&included, &account(1), SUBNET).is_nothing());
    }

    #[test]
    fn a_purchase_is_the_buyers_own() {
        let added =
            |coldkey, tao, alpha| Event::StakeAdded(account(coldkey), account(9), Tao(tao), Alpha(alpha), SUBNET, 1);
        let included = included(vec![added(1, 10, 5), added(2, 10, 5)]);
        let traded = bought(&included, &account(1), SUBNET);
        assert_eq!((traded.tao_rao, traded.alpha_rao, traded.pool_fee_rao), (10, 5, 1));
    }
}
