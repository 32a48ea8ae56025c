//! The model: one row of 128 numbers a quantity, plain loops over rows, nothing allocated after the start.

use pulp::{Simd, WithSimd};
use serde::Deserialize;
use tributary_economy::{
    UNIT,
    approximate::{self, Claims},
    emission::Gate,
    issuance,
    rule_sets::RuleSet,
};
use tributary_futures::{
    start::{Source, Start},
    stats::gini,
};

use crate::philox;

/// Subnets.
pub const SUBNETS: usize = 128;

/// Words that a day has in a stream: a number a subnet, that of the crowd, that of the market, two that are not used.
pub const WORDS: usize = 132;

/// Numbers that are measured at the end of a future.
pub const MEASURED: usize = 9;

/// What is measured of a future, in the order of the declaration.
pub type Numbers = [f64; MEASURED];

/// A number a subnet.
type Row = [f64; SUBNETS];

/// A sum of four uniform 16-bit numbers: its mean.
const CENTRE: f64 = 131_070.0;

/// The parameters that all sides read.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    blocks_per_day: f64,
    max_supply: f64,
    start_block: f64,
    issuance_start: f64,
    root_stake: f64,
    tao_weight: f64,
    tao_usd_start: f64,
    server_share: f64,
    fee: f64,
    moving_alpha: f64,
    halving_blocks: f64,
    miners_sell: f64,
    momentum: f64,
    value_pull: f64,
    flow_drift: f64,
    flow_noise: f64,
    crowd_noise: f64,
    flow_max: f64,
    sold_max: f64,
    tao_depth: f64,
    market_noise: f64,
    move_max: f64,
}

/// State of a future.
#[derive(Clone, Debug)]
struct State {
    /// TAO in the pools.
    tao: Row,
    /// Alpha in them.
    alpha: Row,
    /// Alpha outside them.
    outside: Row,
    /// Moving prices.
    moving: Row,
    /// Alpha that a day emits.
    paid: Row,
    /// Supply from which it emits half of that.
    until: Row,
    /// TAO that exists.
    issued: f64,
    /// Dollars for one TAO.
    usd: f64,
}

/// The model with its start, and room for one future at a time.
#[derive(Clone, Debug)]
pub struct Model {
    parameters: Parameters,
    /// Part of the emitted alpha that miners sell.
    sold_part: Row,
    /// What a subnet's alpha is worth: its price at the start.
    value: Row,
    /// Blocks since registration at the start.
    age: Row,
    /// Dollars a day that flow in at the start.
    inflow: f64,
    /// What a sum of quarters is multiplied with.
    scale: f64,
    /// Lowered shares and switches of the rule sets that have them; this model has neither.
    withheld: Row,
    enabled: [bool; SUBNETS],
    sorted: Vec<f64>,
    start: State,
}

/// What a block emits of an asset of which `issued` exists, in whole units.
fn block_emission(issued: f64) -> f64 {
    issuance::block_emission((issued * UNIT as f64) as u64) as f64 / UNIT as f64
}

/// The sum of a row, in eight lanes: the order is fixed, and the machine adds several at once.
#[inline(always)]
fn sum(row: &Row) -> f64 {
    let mut lanes = [0.0; 8];
    for eight in row.as_chunks::<8>().0 {
        for (lane, x) in lanes.iter_mut().zip(eight) {
            *lane += x;
        }
    }
    lanes.iter().sum()
}

/// A future, for the instructions that the machine has. Their width changes no result: nothing is fused, and sums
/// have an order of their own.
struct Run<'a> {
    model: &'a mut Model,
    seed: u64,
    future: u64,
    days: u64,
}

impl WithSimd for Run<'_> {
    type Output = Numbers;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Numbers {
        self.model.run(self.seed, self.future, self.days)
    }
}

impl Model {
    /// The model at its start.
    ///
    /// # Errors
    /// If the parameters or the cross-section that it is built with cannot be read.
    pub fn new() -> anyhow::Result<Self> {
        let p: Parameters = serde_json::from_str(include_str!("../../parameters.json"))?;
        let rows = Start::load(&Source::Mainnet, 0)?.rows;
        anyhow::ensure!(rows.len() == SUBNETS, "the cross-section has {} rows", rows.len());
        let mut start = State {
            tao: [0.0; SUBNETS],
            alpha: [0.0; SUBNETS],
            outside: [0.0; SUBNETS],
            moving: [0.0; SUBNETS],
            paid: [0.0; SUBNETS],
            until: [0.0; SUBNETS],
            issued: p.issuance_start,
            usd: p.tao_usd_start,
        };
        let (mut sold_part, mut value, mut age) = ([0.0; SUBNETS], [0.0; SUBNETS], [0.0; SUBNETS]);
        let mut inflow = 0.0;
        for (i, row) in rows.iter().enumerate() {
            start.tao[i] = row.pool_tao;
            start.alpha[i] = row.pool_alpha;
            start.outside[i] = row.owner + row.protocol + row.burned + row.stakers;
            start.moving[i] = row.price().min(1.0);
            sold_part[i] = p.miners_sell * p.server_share * (1.0 - row.withheld);
            value[i] = row.price();
            age[i] = p.start_block - row.registered as f64;
            start.halve(i, &p);
            inflow += sold_part[i] * start.paid[i] * row.price();
        }
        Ok(Self {
            parameters: p,
            sold_part,
            value,
            age,
            inflow: p.tao_usd_start * (1.0 - p.fee) * inflow,
            scale: (3.0 / (65_536.0 * 65_536.0 - 1.0f64)).sqrt(),
            withheld: [0.0; SUBNETS],
            enabled: [true; SUBNETS],
            sorted: Vec::with_capacity(SUBNETS),
            start,
        })
    }

    /// One future of so many days.
    pub fn future(&mut self, seed: u64, future: u64, days: u64) -> Numbers {
        pulp::Arch::new().dispatch(Run {
            model: self,
            seed,
            future,
            days,
        })
    }

    #[inline(always)]
    fn run(&mut self, seed: u64, future: u64, days: u64) -> Numbers {
        let mut state = self.start.clone();
        let mut words = [0; WORDS];
        let mut noise = [0.0; WORDS];
        for day in 0..days {
            philox::fill([seed, future], day * WORDS as u64, &mut words);
            for (z, word) in noise.iter_mut().zip(&words) {
                *z = (quarters(*word) as f64 - CENTRE) * self.scale;
            }
            self.emit(&mut state);
            let earned = self.trade(&mut state, &noise, day);
            self.move_tao(&mut state, earned, noise[SUBNETS + 1]);
        }
        state.measure()
    }

    /// A day's emission: TAO by price into the pools, with alpha up to root's part; the rest buys alpha.
    #[inline(always)]
    fn emit(&mut self, state: &mut State) {
        let p = &self.parameters;
        let minted = p.blocks_per_day * block_emission(state.issued);
        let mut shares = state.moving;
        approximate::shares(
            RuleSet::Dtao,
            &mut shares,
            Claims {
                withheld: &self.withheld,
                enabled: &self.enabled,
            },
            &mut Gate::default(),
            &mut self.sorted,
        );
        let root = p.tao_weight * p.root_stake;
        let mut due = false;
        for i in 0..SUBNETS {
            due |= state.alpha[i] + state.outside[i] >= state.until[i];
        }
        if due {
            for i in 0..SUBNETS {
                state.halve(i, p);
            }
        }
        for (i, share) in shares.into_iter().enumerate() {
            let (tao, alpha, paid) = (state.tao[i], state.alpha[i], state.paid[i]);
            let share = minted * share;
            let supply = root + alpha + state.outside[i];
            // The alpha that joins, times `tao * supply`: divisions are what takes time here.
            let joined = least(share * alpha * supply, root * paid * tao);
            let each = joined / (tao * alpha * supply);
            let (joined, excess) = (each * alpha, share - each * tao);
            let bought = alpha * excess / (tao + excess);
            state.tao[i] = tao + share;
            state.alpha[i] = alpha + joined - bought;
            state.outside[i] += paid + bought;
        }
        state.issued += minted;
    }

    /// A day's trades, first what is sold, then what is bought, and the moving price. Returns the TAO that miners got.
    #[inline(always)]
    fn trade(&self, state: &mut State, noise: &[f64; WORDS], day: u64) -> f64 {
        let p = &self.parameters;
        let kept = 1.0 - p.fee;
        let common = p.crowd_noise * noise[SUBNETS] + p.flow_drift;
        let weight = p.blocks_per_day * p.moving_alpha;
        let passed = p.blocks_per_day * (day + 1) as f64;
        let mut earned = [0.0; SUBNETS];
        for i in 0..SUBNETS {
            let (tao, alpha, outside, moving) = (state.tao[i], state.alpha[i], state.outside[i], state.moving[i]);
            let (at_moving, at_value) = (moving * alpha, self.value[i] * alpha);
            let (moved, valued) = (tao + at_moving, at_value + tao);
            let drive = (p.momentum * (tao - at_moving) * valued + p.value_pull * (at_value - tao) * moved)
                / (moved * valued)
                + p.flow_noise * noise[i]
                + common;
            let drive = least(most(drive, -p.flow_max), p.flow_max);
            let miners = self.sold_part[i] * state.paid[i];
            let sold = kept * least(miners - least(drive, 0.0) * alpha, p.sold_max * outside);
            let spent = kept * most(drive, 0.0) * tao;
            // Sale and purchase with one division: the product of the reserves, and it with what is spent.
            let (product, grown) = (tao * alpha, alpha + sold);
            let after = product + spent * grown;
            let unit = 1.0 / (grown * after);
            let each = tao * after * unit;
            let bought = grown * grown * grown * spent * unit;
            earned[i] = miners * each;
            let (tao, alpha) = (tao - sold * each + spent, grown - bought);
            state.tao[i] = tao;
            state.alpha[i] = alpha;
            state.outside[i] = outside - sold + bought;
            let age = self.age[i] + passed;
            state.moving[i] = moving
                + weight * age * (least(tao, alpha) - moving * alpha)
                    / ((age + weight * age + p.halving_blocks) * alpha);
        }
        kept * sum(&earned)
    }

    /// The price of TAO after a day.
    #[inline(always)]
    fn move_tao(&self, state: &mut State, earned: f64, market: f64) {
        let p = &self.parameters;
        let inflow = self.inflow * (state.usd / p.tao_usd_start).sqrt();
        let net = (inflow - earned * state.usd) / (p.tao_depth * state.issued * state.usd);
        let change = net + p.market_noise * market - 0.5 * p.market_noise * p.market_noise;
        state.usd *= libm::exp(change.clamp(-p.move_max, p.move_max));
    }
}

/// The smaller of two numbers, neither of which is NaN: one instruction, where `f64::min` takes three.
#[inline(always)]
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The greater of two numbers.
#[inline(always)]
fn most(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The sum of a word's four quarters.
#[inline(always)]
fn quarters(word: u64) -> u32 {
    let halves = (word & 0x0000_FFFF_0000_FFFF) + ((word >> 16) & 0x0000_FFFF_0000_FFFF);
    (halves as u32) + (halves >> 32) as u32
}

impl State {
    /// What a subnet's alpha emits a day at its present supply, and until when.
    fn halve(&mut self, i: usize, p: &Parameters) {
        let emission = block_emission(self.alpha[i] + self.outside[i]);
        self.paid[i] = p.blocks_per_day * emission;
        self.until[i] = p.max_supply * (1.0 - 0.5 * emission);
    }

    fn measure(&self) -> Numbers {
        let price: Row = core::array::from_fn(|i| self.tao[i] / self.alpha[i]);
        let mut pools = self.tao;
        [
            self.issued,
            self.usd,
            sum(&self.tao),
            sum(&self.alpha),
            sum(&self.outside),
            sum(&price),
            price.iter().copied().fold(0.0, f64::max),
            sum(&self.moving),
            gini(&mut pools),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `numpy_alone.py each` answers to `1 7 1 400`.
    const NUMPY: Numbers = [
        12_740_000.0,
        239.128_495_235_484_85,
        2_494_248.685_034_078,
        267_209_545.345_287_26,
        696_600_286.756_443,
        1.222_307_800_499_357_5,
        0.080_647_299_104_152_68,
        1.141_711_715_844_589,
        0.590_830_701_527_127_7,
    ];

    #[test]
    fn numbers_are_those_of_numpy() {
        let numbers = Model::new().unwrap().future(1, 7, 400);
        for (number, numpy) in numbers.into_iter().zip(NUMPY) {
            assert!((number - numpy).abs() <= 1e-9 * numpy, "{number} {numpy}");
        }
    }

    #[test]
    fn instructions_change_no_bit() {
        let mut model = Model::new().unwrap();
        assert_eq!(model.run(3, 5, 200), model.future(3, 5, 200));
    }
}
