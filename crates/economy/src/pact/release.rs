//! How fast tribute is released, and why nobody gains by standing in its way (`docs/rules/pacts.md#release`).
//!
//! Once a tempo, of a reservoir R, R * (1 - 2^(-blocks / H)) is due. Two caps keep timing from paying. Let f be the fee
//! rate of the pool (charged each way), Y its TAO, w the weight of its alpha side (one half unless injections moved
//! it), p its price:
//!
//! * at most f w Y buys alpha. That raises the price by a part of at most f, so whoever bought with T before and sells
//!   after gains at most fT by it;
//! * at most f/2 of the alpha that earns dividends is paid to its holders, divided by the alpha itself ([`divide`]) and not
//!   by dividends, which stake that others lend would lift. Whoever owns T worth of it for one release gets at most f T / 2.
//!
//! Together at most 1.5 fT, against fees of 2fT less f²T: a loss for every T, whatever waits in the reservoir. It takes
//! more than one release of holding to earn the fees back, and holding is what tribute rewards. Root has no fees: for
//! root's part the bound is the attacker's share of root's stake times what is due (see
//! `docs/mechanisms/pact.md#attacks`).

use alloc::vec::Vec;

use super::decay;
use crate::{
    Alpha, Tao,
    pool::{EQUAL_WEIGHT, Pool, WEIGHT_ONE},
};

/// What is due of an amount after some blocks, rounded up, so that a reservoir empties in the end.
pub fn due(amount: u64, blocks: u64, half_life: u64) -> u64 {
    due_by(amount, decay::factor(blocks, half_life))
}

/// [`due`] with the [`decay::factor`] at hand, which is the same for all reservoirs.
pub fn due_by(amount: u64, factor: u128) -> u64 {
    amount - decay::scaled(amount, factor)
}

/// The most TAO that one release may buy alpha with, rounded down. A fee of zero counts as the smallest step: else
/// nothing would ever be released.
pub fn largest_purchase(pool: &Pool) -> Tao {
    let weight = if pool.initialized {
        pool.base_weight()
    } else {
        EQUAL_WEIGHT
    };
    let fee = u128::from(pool.fee_rate.max(1)) * u128::from(weight);
    // 64 bits times 76, over 76.
    let most = primitive_types::U256::from(pool.tao.0) * primitive_types::U256::from(fee)
        / (primitive_types::U256::from(u16::MAX) * primitive_types::U256::from(WEIGHT_ONE));
    Tao(most.low_u64())
}

/// The most alpha that one release may pay to those who hold `earning` alpha that earns dividends, rounded down.
pub fn largest_dividend(earning: Alpha, fee_rate: u16) -> Alpha {
    // At most half of the amount.
    Alpha((u128::from(earning.0) * u128::from(fee_rate.max(1)) / (2 * u128::from(u16::MAX))) as u64)
}

/// Divides an amount in proportion to stakes, to the last unit: each part is rounded down, and what that leaves goes by
/// single units to the first whose part was cut. So a part is at most the exact one rounded up, and a stake of nothing
/// gets nothing. All parts are zero if nobody has a stake.
pub fn divide(amount: Alpha, stakes: &[u64]) -> Vec<Alpha> {
    let all: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
    let exact = |stake: u64| u128::from(amount.0) * u128::from(stake);
    // At most the amount. A part of a sum of nothing is none.
    let floor = |stake: u64| exact(stake).checked_div(all).unwrap_or_default() as u64;
    let mut left = amount.0 - stakes.iter().map(|stake| floor(*stake)).sum::<u64>();
    let part = |stake: &u64| {
        let cut = u64::from(left > 0 && exact(*stake).checked_rem(all).is_some_and(|rest| rest > 0));
        left -= cut;
        Alpha(floor(*stake) + cut)
    };
    stakes.iter().map(part).collect()
}

/// At most this part of root's stake is paid to it at once, as a number of alpha: beyond the stake itself the rate of
/// root dividends is too coarse (`docs/rules/root.md#accrual`).
pub const ROOT_PART: u64 = 8;

/// The most alpha that one release may pay to those who stake `root` on root, rounded down.
pub fn largest_root_dividend(root: Tao) -> Alpha {
    Alpha(root.0 / ROOT_PART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reservoir_empties(amount: u64, tempo in 1u64..10_000, half_life in 1u64..1_000) {
            let mut left = amount;
            // Sixty-four half-lives halve any amount to less than one, and every step takes at least one.
            for _ in 0..(64 * half_life / tempo + 65) {
                let due = due(left, tempo, half_life);
                prop_assert!(due <= left && (due > 0 || left == 0));
                left -= due;
            }
            prop_assert!(left <= 64, "{left}");
        }

        #[test]
        fn parts_are_by_stake_to_the_last_unit(amount: u64, stakes in prop::collection::vec(prop_oneof![Just(0u64), 0u64..u64::MAX], 0..40)) {
            let parts = divide(Alpha(amount), &stakes);
            let all: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
            let paid: u128 = parts.iter().map(|part| u128::from(part.0)).sum();
            prop_assert_eq!(paid, if all == 0 { 0 } else { amount.into() });
            for (part, stake) in parts.iter().zip(&stakes) {
                let exact = u128::from(amount) * u128::from(*stake);
                prop_assert!(all == 0 || (exact / all..=exact.div_ceil(all)).contains(&u128::from(part.0)));
            }
        }

        #[test]
        fn nobody_gets_more_than_the_cap_of_its_own_alpha(stakes in prop::collection::vec(0u64..1 << 57, 1..40), fee in 1u16..u16::MAX, waits: u64) {
            let all = Alpha(stakes.iter().sum());
            let paid = largest_dividend(all, fee).min(Alpha(waits));
            for (part, stake) in divide(paid, &stakes).iter().zip(&stakes) {
                let cap = (u128::from(*stake) * u128::from(fee)).div_ceil(2 * 65_535);
                prop_assert!(u128::from(part.0) <= cap, "{part:?} of {stake}");
            }
        }

        #[test]
        fn caps_follow_the_fee(tao in 0u64..u64::MAX, fee in 1u16..u16::MAX) {
            let pool = Pool { tao: Tao(tao), alpha: Alpha(1), quote_weight: EQUAL_WEIGHT, initialized: true, dynamic: true, fee_rate: fee, minimum_reserve: 0 };
            let half = (u128::from(tao) * u128::from(fee) / (2 * 65_535)) as u64;
            prop_assert_eq!(largest_purchase(&pool), Tao(half));
            prop_assert_eq!(largest_dividend(Alpha(tao), fee), Alpha(half));
        }
    }
}
