//! What a trade would do, before it is made: amounts by the chain's own reckoning, the price afterwards by the rules that
//! the chain runs.

use crate::{Result, View, items, view::Arguments};
use codec::Decode;
use scale_info::TypeInfo;
use serde::Serialize;
use tributary_economy::{
    Alpha, NetUid, Tao, UNIT,
    fixed::U64F64,
    pool::{self, FARTHEST_LIMIT, Pool, Swapped},
};

pub use tributary_economy::pool::Side;

/// What the chain says of a trade, as far as it is used.
#[derive(Decode, TypeInfo)]
struct Simulated {
    tao_amount: Tao,
    alpha_amount: Alpha,
    tao_fee: Tao,
    alpha_fee: Alpha,
}

/// A trade that is possible now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quote {
    /// All that is paid, the pool's fee included: TAO of a purchase, alpha of a sale.
    pub paid_rao: u64,
    /// What comes back: alpha of a purchase, TAO of a sale.
    pub received_rao: u64,
    /// The pool's fee, in what is paid.
    pub pool_fee_rao: u64,
    /// Price of one alpha now, in rao.
    pub price_rao: f64,
    /// Price that the trade pays or gets on average, the fee included, in rao an alpha.
    pub average_price_rao: f64,
    /// Price of one alpha afterwards, in rao.
    pub price_after_rao: f64,
    /// How far the trade moves the price, from 0; where alpha is TAO, always 0.
    pub price_impact: f64,
    /// Whether alpha has a price of its own.
    #[serde(skip)]
    pub dynamic: bool,
    #[serde(skip)]
    side: Option<Side>,
}

impl Quote {
    /// The price that the trade must not pass so that the price moves by at most `slippage` (from 0), in rao an alpha.
    /// What the quote itself moves is allowed as far as it is more than that. None if the chain cannot hold a trade to
    /// a price so far away.
    pub fn limit(&self, slippage: f64) -> Option<Tao> {
        let start = if self.price_impact > slippage {
            self.price_after_rao
        } else {
            self.price_rao
        };
        // A tolerance, not an amount: rounded away from the price. Casts of floats saturate.
        match self.side {
            Some(Side::Sell) => Some(Tao((start * (1.0 - slippage)).floor() as u64)),
            _ if start * (1.0 + slippage) > self.price_rao * FARTHEST_LIMIT as f64 => None,
            _ => Some(Tao((start * (1.0 + slippage)).ceil() as u64)),
        }
    }
}

/// The pool of a subnet, as its rules take it at the next swap.
///
/// # Errors
/// As [`View::get`].
pub async fn pool(view: &View<'_>, netuid: NetUid) -> Result<Pool> {
    let initialized: bool = view.get(&items::SWAP_INITIALIZED, (netuid,)).await?;
    let weight = view.get(&items::SWAP_BALANCER, (netuid,)).await?;
    let mechanism: u16 = view.get(&items::SUBNET_MECHANISM, (netuid,)).await?;
    Ok(Pool {
        tao: view.get(&items::SUBNET_TAO, (netuid,)).await?,
        alpha: view.get(&items::SUBNET_ALPHA_IN, (netuid,)).await?,
        quote_weight: weight,
        initialized,
        dynamic: pool::is_dynamic(mechanism),
        // Neither has a part in a price.
        fee_rate: 0,
        minimum_reserve: 0,
    }
    .at_swap())
}

/// What a trade of `amount` would do: TAO of a purchase, alpha of a sale. Nothing if the pool cannot make all of it.
///
/// # Errors
/// As [`View::get`].
pub async fn quote(view: &View<'_>, netuid: NetUid, side: Side, amount: u64) -> Result<Option<Quote>> {
    let (method, before) = (
        match side {
            Side::Buy => "sim_swap_tao_for_alpha",
            Side::Sell => "sim_swap_alpha_for_tao",
        },
        pool(view, netuid).await?,
    );
    // Newtypes of amounts are transparent.
    let asked = Arguments::default().with(netuid).with(amount);
    let told: Simulated = view.api("SwapRuntimeApi", method, asked).await?;
    let (paid, received, fee) = match side {
        Side::Buy => (told.tao_amount.0, told.alpha_amount.0, told.tao_fee.0),
        Side::Sell => (told.alpha_amount.0, told.tao_amount.0, told.alpha_fee.0),
    };
    let in_part = before.dynamic && paid.saturating_add(fee) < amount;
    if paid == 0 || received == 0 || in_part {
        return Ok(None);
    }
    let moved = Swapped {
        paid_in: paid,
        paid_out: received,
        fee,
    };
    let Ok(after) = before.after(side, moved) else {
        return Ok(None);
    };
    let rao = |price: U64F64| price.to_num::<f64>() * UNIT as f64;
    let (price, price_after) = (rao(pool::price(&before)), rao(pool::price(&after)));
    let whole = paid.saturating_add(fee);
    let (tao, alpha) = match side {
        Side::Buy => (whole, received),
        Side::Sell => (received, whole),
    };
    Ok(Some(Quote {
        paid_rao: whole,
        received_rao: received,
        pool_fee_rao: fee,
        price_rao: price,
        average_price_rao: tao as f64 / alpha as f64 * UNIT as f64,
        price_after_rao: price_after,
        price_impact: if before.dynamic && price > 0.0 {
            (price_after / price - 1.0).abs()
        } else {
            0.0
        },
        dynamic: before.dynamic,
        side: Some(side),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(side: Side, price_after_rao: f64) -> Quote {
        Quote {
            paid_rao: 1,
            received_rao: 1,
            pool_fee_rao: 0,
            price_rao: 1000.0,
            average_price_rao: 1000.0,
            price_after_rao,
            price_impact: (price_after_rao / 1000.0 - 1.0).abs(),
            dynamic: true,
            side: Some(side),
        }
    }

    #[test]
    fn a_limit_leaves_the_room_that_was_allowed() {
        assert_eq!(quote(Side::Buy, 1001.0).limit(0.005), Some(Tao(1005)));
        assert_eq!(quote(Side::Sell, 999.0).limit(0.005), Some(Tao(995)));
        // Who agreed to a larger impact agreed to the quoted one, and to the tolerance upon it.
        assert_eq!(quote(Side::Buy, 1200.0).limit(0.005), Some(Tao(1206)));
        assert_eq!(quote(Side::Sell, 800.0).limit(0.005), Some(Tao(796)));
        // The limit is beyond the price also where a rao is much.
        let mut low = quote(Side::Buy, 1.0);
        (low.price_rao, low.price_after_rao, low.price_impact) = (0.3, 0.3, 0.0);
        assert_eq!(low.limit(0.005), Some(Tao(1)));
        // The chain cannot hold a purchase to a price that is out of its sight.
        assert_eq!(quote(Side::Buy, 1001.0).limit(17.0), Some(Tao(18_000)));
        assert_eq!(quote(Side::Buy, 1001.0).limit(17.1), None);
        assert_eq!(quote(Side::Buy, 20_000.0).limit(0.005), None);
    }
}
