//! The rules of a step in floating point, with whole rao booked.
//!
//! A step of a day is wrong against its blocks by what happens inside the day; there is no point in spending 256-bit
//! numbers on it. These are the formulas of `tributary_economy::{emission, pool}` in f64, held to them by tests: over
//! a year of days with trades, reserves and prices of both kinds of arithmetic differ by less than 1e-6 of
//! themselves. The sums close exactly in both: amounts are cut to whole rao before they are booked.
//!
//! Pools keep equal weights here: the chain injects at the price, which moves weights by rounding alone.

use tributary_economy::{
    Alpha, Error, Tao,
    pool::{EQUAL_WEIGHT, MAXIMUM_INPUT_RATIO, Pool, Side},
    rule_sets::RuleSet,
};

use super::emit::Portion;

/// Rank of the share that is the bar of the latest gate (`rule_sets.md`).
const BAR_RANK: usize = 32;

/// The shares of the TAO, in place of what each slot claims: its moving price, or its smoothed flow under the flow
/// rules; zero where a slot does not emit.
pub fn shares(rules: RuleSet, claims: &mut [f64], withheld: &[f64], enabled: &[bool], sorted: &mut Vec<f64>) {
    if rules == RuleSet::TaoFlow {
        for claim in claims.iter_mut() {
            *claim = claim.max(0.0);
        }
    }
    normalise(claims);
    if !matches!(rules, RuleSet::Dtao | RuleSet::TaoFlow) {
        let lowered: f64 = claims
            .iter()
            .zip(withheld)
            .map(|(share, burned)| share * (1.0 - burned))
            .sum();
        if lowered > 0.0 {
            for (share, burned) in claims.iter_mut().zip(withheld) {
                *share *= (1.0 - burned) / lowered;
            }
        }
    }
    if enabled.iter().any(|on| !on) {
        for (share, on) in claims.iter_mut().zip(enabled) {
            if !on {
                *share = 0.0;
            }
        }
        normalise(claims);
    }
    let bar = match rules {
        RuleSet::Gate => mass_bar(claims, sorted),
        RuleSet::Gate32 => rank_bar(claims, sorted),
        RuleSet::Dtao | RuleSet::TaoFlow | RuleSet::PriceBurn => return,
    };
    for share in claims.iter_mut().filter(|share| **share > 0.0) {
        let ratio = bar / *share;
        *share /= 1.0 + ratio * ratio * ratio;
    }
    normalise(claims);
}

fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 {
        let factor = 1.0 / sum;
        for value in values {
            *value *= factor;
        }
    }
}

fn mass_bar(shares: &[f64], sorted: &mut Vec<f64>) -> f64 {
    sorted.clear();
    sorted.extend_from_slice(shares);
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let goal = 0.75 * shares.iter().sum::<f64>();
    let mut mass = 0.0;
    for share in sorted {
        mass += *share;
        if mass >= goal {
            return *share;
        }
    }
    0.0
}

fn rank_bar(shares: &[f64], sorted: &mut Vec<f64>) -> f64 {
    if shares.len() < BAR_RANK {
        return 0.0;
    }
    sorted.clear();
    sorted.extend_from_slice(shares);
    *sorted.select_nth_unstable_by(BAR_RANK - 1, |a, b| b.total_cmp(a)).1
}

/// A slot's part of a step: what its pool and its participants get, alpha bought with the excess, TAO spent on it,
/// TAO that the pool refused.
pub(super) fn emit(
    pool: &mut Pool,
    supply: u64,
    tao: f64,
    alpha: u64,
    root_weight: f64,
    owner_cut: f64,
    buys: bool,
) -> Result<(Portion, u64, u64, u64), Error> {
    let (reserve_tao, reserve_alpha) = (pool.tao.0 as f64, pool.alpha.0 as f64);
    let price = if reserve_alpha > 0.0 {
        reserve_tao / reserve_alpha
    } else {
        0.0
    };
    let alpha_out = alpha as f64;
    let cap = root_weight / (root_weight + supply as f64) * alpha_out;
    let wanted = if price > 0.0 { tao / price } else { 0.0 };
    let (tao_in, alpha_in) = if wanted > cap {
        (cap * price, cap)
    } else {
        (tao, wanted)
    };
    let excess = if buys { (tao - tao_in).max(0.0) as u64 } else { 0 };
    let (tao_in, alpha_in) = (tao_in as u64, alpha_in as u64);
    let (mut spent, mut bought) = (0, 0);
    if excess > 0
        && let Some((paid, out)) = exchange(pool, Side::Buy, excess)?
    {
        (spent, bought) = (paid, out);
    }
    pool.tao = pool.tao.plus(Tao(tao_in))?;
    pool.alpha = pool.alpha.plus(Alpha(alpha_in))?;
    let after = supply as f64 + alpha_in as f64 + alpha_out;
    let owner = alpha_out * owner_cut;
    let rest = alpha_out - owner;
    let root = 0.5 * rest * root_weight / (root_weight + after);
    let portion = Portion {
        tao_in,
        alpha_in,
        created: alpha,
        owner: owner as u64,
        server: (0.5 * rest) as u64,
        root: root as u64,
    };
    Ok((portion, bought, spent, excess - spent))
}

/// A trade with fee: what enters and leaves the pool for `amount` offered; none if the pool refuses.
///
/// # Errors
/// [`Error::Overflow`], [`Error::Underflow`].
pub(super) fn swap(pool: &mut Pool, side: Side, amount: u64) -> Result<Option<(u64, u64)>, Error> {
    // amount * rate / 65535 by floor, without leaving u64.
    let rate = u64::from(pool.fee_rate);
    let fee = amount / 65_535 * rate + amount % 65_535 * rate / 65_535;
    let net = amount.checked_sub(fee).ok_or(Error::Underflow)?;
    exchange(pool, side, net)
}

/// A trade without fee: what enters and leaves the pool for `amount` offered; none if the pool refuses.
///
/// # Errors
/// [`Error::Overflow`], [`Error::Underflow`].
pub(super) fn exchange(pool: &mut Pool, side: Side, amount: u64) -> Result<Option<(u64, u64)>, Error> {
    let (input, output) = match side {
        Side::Buy => (pool.tao.0, pool.alpha.0),
        Side::Sell => (pool.alpha.0, pool.tao.0),
    };
    if output < pool.minimum_reserve || amount > input.saturating_mul(MAXIMUM_INPUT_RATIO) {
        return Ok(None);
    }
    let grown = input as f64 + amount as f64;
    let out = (output as f64 * (amount as f64 / grown)) as u64;
    if out == 0 || out >= output {
        return Ok(None);
    }
    match side {
        Side::Buy => {
            pool.tao = pool.tao.plus(Tao(amount))?;
            pool.alpha = pool.alpha.minus(Alpha(out))?;
        }
        Side::Sell => {
            pool.alpha = pool.alpha.plus(Alpha(amount))?;
            pool.tao = pool.tao.minus(Tao(out))?;
        }
    }
    pool.quote_weight = EQUAL_WEIGHT;
    pool.initialized = true;
    Ok(Some((amount, out)))
}
