//! What a transaction did, from all that happened in it: a call may trade more than once (a sale sweeps what is left of
//! a small nomination), and each part counts.

use serde::Serialize;
use sp_core::crypto::AccountId32;
use tributary_economy::{Alpha, NetUid, Tao};

use crate::{Included, Result};

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
///
/// # Errors
/// [`crate::Error::Shape`] if the chain tells of trades in a way that is unknown here.
pub fn bought(included: &Included, coldkey: &AccountId32, netuid: NetUid) -> Result<Traded> {
    traded(included, "StakeAdded", coldkey, netuid, |alpha, _| alpha)
}

/// All that a coldkey sold on a subnet in a transaction. The event's alpha is without the fee.
///
/// # Errors
/// As [`bought`].
pub fn sold(included: &Included, coldkey: &AccountId32, netuid: NetUid) -> Result<Traded> {
    traded(included, "StakeRemoved", coldkey, netuid, u64::saturating_add)
}

/// The sum of some events of trades: coldkey, hotkey, TAO, alpha, subnet, fee. `all` is the alpha with what belongs to it.
fn traded(
    included: &Included,
    name: &str,
    coldkey: &AccountId32,
    netuid: NetUid,
    all: impl Fn(u64, u64) -> u64,
) -> Result<Traded> {
    let mut traded = Traded::default();
    for event in included.events.iter().filter(|event| event.is("SubtensorModule", name)) {
        if event.at::<AccountId32>(0)? == *coldkey && event.at::<NetUid>(4)? == netuid {
            let (tao, alpha, fee) = (event.at::<Tao>(2)?, event.at::<Alpha>(3)?, event.at(5)?);
            traded.add(tao.0, all(alpha.0, fee), fee);
        }
    }
    Ok(traded)
}

/// The number of the subnet that a transaction registered, if it did.
///
/// # Errors
/// As [`bought`].
pub fn registered(included: &Included) -> Result<Option<NetUid>> {
    let mut events = included.events.iter();
    let made = events.find(|event| event.is("SubtensorModule", "NetworkAdded"));
    made.map(|event| event.at(0)).transpose()
}

/// TAO that left an account's balance in a transaction, apart from its fee: transfers and burns.
///
/// # Errors
/// As [`bought`].
pub fn spent_rao(included: &Included, account: &AccountId32) -> Result<u64> {
    let mut spent = 0u64;
    for event in &included.events {
        let who = match (event.pallet(), event.name()) {
            ("Balances", "Transfer") => "from",
            ("Balances", "Burned") => "who",
            _ => continue,
        };
        if event.field::<AccountId32>(who)? == *account {
            spent = spent.saturating_add(event.field("amount")?);
        }
    }
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, event::testing::made, metadata::Typed};

    const SUBNET: NetUid = NetUid(2);

    fn account(n: u8) -> AccountId32 {
        AccountId32::from([n; 32])
    }

    fn included(events: Vec<Event>) -> Included {
        Included {
            hash: Default::default(),
            block: Default::default(),
            block_number: 1,
            index: 1,
            fee: Tao(1),
            events,
        }
    }

    fn trade(name: &str, coldkey: u8, tao: u64, alpha: u64, netuid: NetUid, fee: u64) -> Event {
        let values = [
            Typed::new(&account(coldkey)),
            Typed::new(&account(9)),
            Typed::new(&Tao(tao)),
            Typed::new(&Alpha(alpha)),
            Typed::new(&netuid),
            Typed::new(&fee),
        ];
        made(&crate::testing::metadata(), "SubtensorModule", name, &values)
    }

    #[test]
    fn a_sale_counts_the_sweep_after_it_and_the_fees() {
        let removed = |coldkey, tao, alpha, netuid, fee| trade("StakeRemoved", coldkey, tao, alpha, netuid, fee);
        let included = included(vec![
            removed(1, 4_985_523_174, 5_000_000_000, SUBNET, 2_500_000),
            removed(1, 12_522_190, 12_559_000, SUBNET, 6_000),
            removed(2, 7, 7, SUBNET, 7),
            removed(1, 7, 7, NetUid(3), 7),
        ]);
        let traded = sold(&included, &account(1), SUBNET).unwrap();
        assert_eq!(traded.tao_rao, 4_985_523_174 + 12_522_190);
        assert_eq!(
            traded.alpha_rao,
            5_012_559_000 + 2_506_000,
            "the fee left the stake too"
        );
        assert_eq!(traded.pool_fee_rao, 2_506_000);
        assert!(bought(&included, &account(1), SUBNET).unwrap().is_nothing());
    }

    #[test]
    fn a_purchase_is_the_buyers_own() {
        let added = |coldkey, tao, alpha| trade("StakeAdded", coldkey, tao, alpha, SUBNET, 1);
        let included = included(vec![added(1, 10, 5), added(2, 10, 5)]);
        let traded = bought(&included, &account(1), SUBNET).unwrap();
        assert_eq!((traded.tao_rao, traded.alpha_rao, traded.pool_fee_rao), (10, 5, 1));
    }
}
