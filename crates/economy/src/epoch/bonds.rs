//! Bonds and the dividends that they earn (`docs/rules/yuma.md#weights-for-bonds` and on).

use alloc::{vec, vec::Vec};

use super::{
    math::{self, Bits, HALF, ONE},
    parameters::Parameters,
    sparse::{Sparse, divisors},
};

/// What [`update`] returns.
pub struct Updated {
    /// Bonds to store, before quantisation.
    pub bonds: Sparse,
    /// Dividends of each uid; they sum to one or are all 0.
    pub dividends: Vec<Bits>,
}

/// What [`update`] works on. Vectors have one entry a uid.
pub struct Market<'a> {
    /// Weights that bonds follow (`docs/rules/yuma.md#weights-for-bonds`).
    pub weights: Sparse,
    /// Surviving old bonds as bare integers 0 to 65535 (`docs/rules/yuma.md#surviving-bonds`).
    pub bonds: Sparse,
    /// Active stake.
    pub active_stake: &'a [Bits],
    /// Consensus.
    pub consensus: &'a [Bits],
    /// Incentive.
    pub incentive: &'a [Bits],
}

/// New bonds and dividends.
pub fn update(market: Market<'_>, parameters: &Parameters) -> Updated {
    if parameters.yuma3_on {
        competing(market, parameters)
    } else {
        shared(market, parameters)
    }
}

/// Bonds as shares of a miner (`docs/rules/yuma.md#shared-bonds`): each column sums to one.
fn shared(market: Market<'_>, parameters: &Parameters) -> Updated {
    let Market {
        weights,
        bonds,
        active_stake,
        incentive,
        ..
    } = market;
    let n = active_stake.len();
    let old = bonds.normalize_columns(n);
    let change = weights
        .map(|row, _, weight| math::mul(weight, active_stake[row]))
        .normalize_columns(n);
    let alpha = math::alpha_of_moving_average(parameters.bonds_moving_average);
    let bonds = Sparse::moving_average(&change, &old, alpha, n).normalize_columns(n);
    let mut dividends = bonds.weighted_row_sums(incentive);
    math::normalize(&mut dividends);
    Updated {
        bonds: bonds.upscale_columns(n),
        dividends,
    }
}

/// Bonds as each validator's own position, from 0 to 1 ("Yuma3", `docs/rules/yuma.md#own-bonds`).
fn competing(market: Market<'_>, parameters: &Parameters) -> Updated {
    let Market {
        weights,
        bonds,
        active_stake,
        consensus,
        incentive,
    } = market;
    let n = active_stake.len();
    let old = bonds.map(|_, _, bond| (bond << 32) / 65_535);
    let bonds = if parameters.liquid_alpha_on && consensus.iter().any(|&c| c != 0) {
        liquid(&weights, &old, consensus, &LiquidAlpha::new(parameters))
    } else {
        let alpha = math::alpha_of_moving_average(parameters.bonds_moving_average);
        Sparse::moving_average(&weights, &old, alpha, n)
    };
    let sums = divisors(&bonds.column_sums(n));
    let share = |(column, bond): (usize, Bits)| (incentive[column], sums[column].divide(bond));
    let mut dividends: Vec<Bits> = (0..n).map(|row| math::dot(bonds.iter(row).map(share))).collect();
    for (dividend, &stake) in dividends.iter_mut().zip(active_stake) {
        *dividend = math::mul(*dividend, stake);
    }
    math::normalize(&mut dividends);
    Updated { bonds, dividends }
}

/// How fast a bond follows its weight, per miner (`docs/rules/yuma.md#liquid-alpha`).
#[derive(Clone, Copy, Debug)]
pub struct LiquidAlpha {
    low: Bits,
    high: Bits,
    /// Steepness divided by -100.
    slope: Bits,
    /// The alpha of distance 0, by far the most common one.
    at_rest: Bits,
}

impl LiquidAlpha {
    /// From the bounds and the steepness of a subnet.
    pub fn new(parameters: &Parameters) -> Self {
        let (low, high) = parameters.alpha_values;
        let mut liquid = Self {
            low: math::proportion(low),
            high: math::proportion(high),
            slope: math::safe_div(
                math::from_int(parameters.alpha_sigmoid_steepness.into()),
                math::from_int(-100),
            ),
            at_rest: 0,
        };
        liquid.at_rest = liquid.sigmoid(0);
        liquid
    }

    /// Alpha for a miner's consensus, a validator's weight on it and its old bond.
    #[inline]
    pub fn alpha(&self, consensus: Bits, weight: Bits, bond: Bits) -> Bits {
        let distance = if weight >= bond {
            weight.saturating_sub(consensus)
        } else {
            bond.saturating_sub(weight)
        };
        match distance.clamp(0, ONE) {
            0 => self.at_rest,
            distance => self.sigmoid(distance),
        }
    }

    fn sigmoid(&self, distance: Bits) -> Bits {
        let exponent = math::mul(self.slope, distance.saturating_sub(HALF));
        let sigmoid = math::safe_div(ONE, ONE.saturating_add(math::exp(exponent)));
        let alpha = self
            .low
            .saturating_add(math::mul(sigmoid, self.high.saturating_sub(self.low)));
        // Not `clamp`: bounds in the wrong order must not panic.
        alpha.max(self.low).min(self.high)
    }
}

/// Moving average with an alpha per entry. Only miners in the weight row keep a bond.
fn liquid(weights: &Sparse, old: &Sparse, consensus: &[Bits], liquid: &LiquidAlpha) -> Sparse {
    let n = consensus.len();
    let mut result = Sparse::with_capacity(weights.rows(), weights.entries());
    let mut old_row: Vec<Bits> = vec![0; n];
    let (mut seen_weights, mut seen_bonds) = (vec![0; n], vec![0; n]);
    for row in 0..weights.rows() {
        old.iter(row).for_each(|(column, bond)| old_row[column] = bond);
        walk(weights, row, &mut seen_weights);
        walk(old, row, &mut seen_bonds);
        for (column, weight) in weights.iter(row) {
            let alpha = liquid.alpha(consensus[column], seen_weights[column], seen_bonds[column]);
            let value = moved(weight, old_row[column], alpha);
            if value > 0 {
                result.push(column as u16, value);
            }
        }
        old.iter(row).for_each(|(column, _)| {
            old_row[column] = 0;
            seen_bonds[column] = 0;
        });
        weights.iter(row).for_each(|(column, _)| seen_weights[column] = 0);
        result.end_row();
    }
    result
}

/// One step of a bond: the decayed old one plus what the weight adds, at most 1.
#[inline]
pub fn moved(weight: Bits, bond: Bits, alpha: Bits) -> Bits {
    let decayed = math::mul(ONE.saturating_sub(alpha), bond);
    decayed.saturating_add(math::mul(alpha, weight).max(0)).min(ONE)
}

/// Writes the entries of a row that the reference's cursor finds: it walks columns and entries upward
/// together, so an entry after a larger column is never met (`docs/rules/yuma.md#liquid-alpha`, a quirk).
fn walk(matrix: &Sparse, row: usize, seen: &mut [Bits]) {
    let mut next = 0;
    for (column, value) in matrix.iter(row) {
        if column >= next {
            seen[column] = value;
            next = column + 1;
        }
    }
}
