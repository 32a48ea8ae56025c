//! The parameters of the people, each with what is believed of it, where that comes from and its limits.
//!
//! A parameter is drawn once a future, from a number that depends on its name alone: another parameter shifts
//! nobody's draw.

use crate::{
    noise::{Class, Stream, uniform},
    prior::{
        Distribution::{LogNormal, LogUniform, Normal, Uniform},
        Prior::{self, Drawn, Fixed},
    },
};

/// What is known of a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Name, as in scenarios and columns.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Belief, unless a scenario says otherwise.
    pub prior: Prior,
    /// Least and largest value allowed.
    pub limits: (f64, f64),
    /// Where the belief comes from.
    pub source: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

macro_rules! parameters {
    ($($(#[doc = $meaning:literal])+ $name:ident, $unit:literal, $prior:expr, $low:literal..=$high:literal, $source:literal;)*) => {
        /// The parameters of one future.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Parameters {
            $($(#[doc = $meaning])+ pub $name: f64,)*
        }

        /// All parameters, in the order of columns.
        pub const TABLE: &[Info] = &[$(Info {
            name: stringify!($name),
            unit: $unit,
            prior: $prior,
            limits: ($low, $high),
            source: $source,
            meaning: concat!($($meaning),+),
        },)*];

        impl Parameters {
            /// Draws the parameters of a future. `beliefs` is parallel to [`TABLE`].
            pub fn draw(beliefs: &[Prior], seed: u64, future: u64) -> Self {
                let stream = Stream::new(seed, future, Class::Parameters);
                let mut beliefs = beliefs.iter().zip(TABLE);
                let mut next = || {
                    let (belief, info) = beliefs.next()?;
                    let u = uniform(stream.at(address(info.name), 0));
                    Some(belief.quantile(u, info.limits.0, info.limits.1))
                };
                Self { $($name: next().unwrap_or(f64::NAN),)* }
            }

            /// From values parallel to [`TABLE`]; none if there are more or fewer.
            pub fn from_values(values: &[f64]) -> Option<Self> {
                let mut values = values.iter().copied();
                let parameters = Self { $($name: values.next()?,)* };
                values.next().is_none().then_some(parameters)
            }

            /// The values, parallel to [`TABLE`].
            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$name,)*]
            }
        }
    };
}

/// Where a name's number lies in the stream (FNV-1a, 32 bits).
fn address(name: &str) -> u64 {
    let hash = name.bytes().fold(0x811c_9dc5u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash.into()
}

/// The parameters that matter under a pact alone.
pub const OF_PACTS: [&str; 10] = [
    "signing_reluctance",
    "signing_noise",
    "pact_insight",
    "tribute_priced",
    "rail_evasion",
    "rail_deterrence",
    "open_leak",
    "open_exposure",
    "fork_rate",
    "notice_fall",
];

/// The beliefs that ship.
pub fn defaults() -> Vec<Prior> {
    TABLE.iter().map(|info| info.prior).collect()
}

/// Index of a name in [`TABLE`].
pub fn index(name: &str) -> Option<usize> {
    TABLE.iter().position(|info| info.name == name)
}

parameters! {
    /// TAO that exists at the start.
    issuance_start, "TAO", Drawn(Normal(11_300_000.0, 100_000.0)), 9_000_000.0..=20_000_000.0,
        "10.76 million in spring 2026 plus 3,600 a day, less what was recycled";
    /// TAO staked on root at the start.
    root_stake_start, "TAO", Fixed(5_488_958.0), 100_000.0..=9_000_000.0,
        "R = 988,012.448 TAO of the cross-section over a TAO weight of 0.18";
    /// Price of TAO at the start.
    tao_usd_start, "USD", Fixed(300.79), 1.0..=100_000.0, "30 Sep 2026 (moments file)";
    /// Cost of the last slot before the start.
    lock_cost_start, "TAO", Drawn(LogUniform(150.0, 800.0)), 10.0..=10_000.0,
        "391 and 330 TAO in Dec 2025; not in the cross-section";

    /// Speed at which the frontier moves away from a team that does nothing.
    frontier_speed, "log quality a year", Drawn(LogNormal(0.5, 0.5)), 0.0..=3.0,
        "assumption; the heart of the bear case, so it is wide";
    /// Median talent: progress a year at funding of (e - 1) times `funding_scale`.
    talent_median, "log quality a year", Drawn(LogNormal(0.45, 0.4)), 0.0..=3.0, "assumption";
    /// Spread of talent between teams: few are very good.
    talent_spread, "log sd", Drawn(Uniform(0.4, 1.0)), 0.0..=2.0, "assumption";
    /// Funding at which the return on more of it starts to diminish.
    funding_scale, "USD a day", Drawn(LogNormal(8_000.0, 0.7)), 100.0..=1_000_000.0,
        "assumption; the median subnet pays its miners about 4,000";
    /// Noise of quality.
    quality_noise, "log quality per √year", Drawn(Uniform(0.1, 0.35)), 0.0..=2.0, "assumption";
    /// Mean quality at the start, against the frontier at 0.
    quality_start, "log quality", Drawn(Normal(-1.3, 0.3)), -5.0..=1.0, "assumption";
    /// Spread of quality at the start.
    quality_spread, "log sd", Drawn(Uniform(0.4, 0.9)), 0.0..=3.0, "assumption";
    /// Correlation of quality and log price at the start.
    price_tells_quality, "correlation", Drawn(Uniform(0.3, 0.8)), 0.0..=0.99,
        "attention and development explain 0.36 of log price out of sample";

    /// On- and off-network revenue over the value of emission at the start.
    coverage_start, "ratio", Drawn(LogUniform(0.03, 1.0)), 0.0..=5.0,
        "claims from 5 % to parity (moments file), none checked";
    /// Growth of what customers spend.
    demand_growth, "log points a year", Drawn(Normal(0.35, 0.2)), -1.0..=2.0, "assumption";
    /// How strongly customers follow quality.
    demand_steepness, "per log quality", Drawn(Uniform(1.0, 3.0)), 0.0..=10.0, "assumption";
    /// Weight of the frontier among the choices in a segment, in subnets at the frontier.
    frontier_weight, "subnets", Drawn(LogNormal(4.0, 0.5)), 0.1..=100.0, "assumption";
    /// Spread of appeal between products of one quality.
    appeal_spread, "log sd", Drawn(Uniform(0.5, 2.0)), 0.0..=5.0, "73 % of subnets have no observable revenue";
    /// Lag of adoption.
    adoption_lag, "months", Drawn(LogNormal(6.0, 0.4)), 0.5..=60.0, "assumption";
    /// Part of revenue that is left after costs other than miners.
    margin, "share", Drawn(Uniform(0.2, 0.6)), 0.0..=1.0, "assumption";
    /// Part of retained revenue that is reinvested in quality.
    reinvested, "share", Drawn(Uniform(0.2, 0.7)), 0.0..=1.0, "assumption";
    /// Revenue that a mission-driven owner takes on the network; commercial ones half, mercenaries a tenth of it.
    on_rail, "share", Drawn(Uniform(0.3, 0.9)), 0.0..=1.0, "assumption";

    /// Owners that are mission-driven.
    mission_share, "share", Drawn(Uniform(0.2, 0.45)), 0.0..=1.0, "36 % hold a perpetual lock";
    /// Owners that are mercenary.
    mercenary_share, "share", Drawn(Normal(0.241, 0.0544)), 0.0..=1.0,
        "calibrated (uniform 0.02 to 0.5 before); 15 % withheld all miner pay for a month, 11 % carry a placeholder \
         identity";
    /// Discount rate of owners.
    discount_rate, "a year", Drawn(Uniform(0.2, 0.6)), 0.0..=5.0, "assumption: venture rates";
    /// Median part of its cut that an owner sells; mercenaries sell all of it.
    cut_sold, "share", Drawn(LogNormal(0.063, 0.696)), 0.0..=1.0,
        "calibrated (lognormal, median 0.15, log sd 1 before); 16 % on average, most sold none";
    /// Part of its unlocked alpha that a mercenary sells in a month, beyond its cut.
    stock_sold, "share a month", Drawn(LogNormal(0.107, 0.613)), 0.0..=1.0,
        "calibrated (lognormal, median 0.1, log sd 1.2 before); a fifth of owners held less after 30 days";
    /// Part of what it sells of its cut that an owner who builds puts into the work.
    cut_reinvested, "share", Drawn(Uniform(0.1, 0.7)), 0.0..=1.0, "assumption";
    /// What an owner takes off the value of alpha that it does not sell.
    haircut, "share", Drawn(Uniform(0.3, 0.7)), 0.0..=1.0, "assumption";
    /// Months of retained revenue that the outside pays for a business.
    outside_multiple, "months", Drawn(LogNormal(30.0, 0.4)), 1.0..=200.0, "assumption: software multiples";
    /// Part of revenue lost by leaving, for a product far behind; falls with quality.
    switching_loss, "share", Drawn(Uniform(0.2, 0.7)), 0.0..=1.0, "assumption";
    /// Venture money for a product at the frontier.
    venture_at_frontier, "USD", Drawn(LogNormal(12e6, 0.8)), 0.0..=1e10, "assumption";
    /// How steeply that grows with quality.
    venture_steepness, "per log quality", Drawn(Uniform(1.0, 2.5)), 0.0..=10.0, "assumption";
    /// How much of the work that emission pays an owner would have to pay itself.
    subsidy_need, "share", Drawn(Uniform(0.2, 0.8)), 0.0..=1.0, "assumption; H3 hangs on it";
    /// Log advantage that leaving needs, for a commercial owner; mission +1.5, mercenary -1.
    loyalty, "log points", Drawn(Normal(4.43, 0.989)), -5.0..=10.0,
        "calibrated (normal, mean 3.2, sd 1.2 before); no moment counts exits: prices and pools alone inform it";
    /// Dispersion of the choice.
    choice_noise, "log points", Drawn(Uniform(0.35, 0.8)), 0.01..=10.0, "assumption";
    /// Days over which leavers sell.
    exit_days, "days", Drawn(LogNormal(5.0, 0.8)), 1.0..=180.0, "37,000 TAO in two days in April 2026";

    /// Elasticity of miners' effort to pay over the price of compute; costs are e / (1 + e) of pay.
    miner_supply, "elasticity", Drawn(LogNormal(4.0, 0.4)), 0.1..=50.0, "assumption: rented machines, so high";
    /// Part that miners sell of what pay leaves over costs, all of which they sell.
    rent_sold, "share", Drawn(Uniform(0.2, 0.8)), 0.0..=1.0, "assumption; not informed by calibration";
    /// Fall of the price of compute.
    compute_fall, "log points a year", Drawn(Normal(0.35, 0.15)), 0.0..=2.0,
        "assumption: rented accelerators got about a third cheaper a year";
    /// Part of root's alpha that is sold at once.
    root_sold, "share", Drawn(Uniform(0.6, 1.0)), 0.0..=1.0, "the default claim is Swap; not informed by calibration";
    /// Part of stakers' pay that is sold.
    staker_sold, "share", Drawn(Uniform(0.1, 0.5)), 0.0..=1.0, "assumption; not informed by calibration";
    /// Most that miners, stakers and root sell in a day of what they earned, over the pool's alpha; the rest is kept.
    sell_pace, "share a day", Drawn(LogNormal(0.0212, 0.484)), 0.001..=1.0,
        "calibrated (lognormal, median 0.03, log sd 0.7 before); alpha in the pools of young subnets grew by less \
         than is paid in them";
    /// Speed at which root stake moves to or from alpha, for a yield difference of one a year.
    root_mobility, "a year", Drawn(Normal(0.124, 0.0514)), 0.0..=1.0,
        "calibrated (uniform 0 to 0.4 before); root fell from 6.1 to 5.5 million TAO in 20 months";

    /// Pull of prices towards fundamentals.
    value_pull, "a day", Drawn(LogNormal(0.0123, 0.49)), 0.0..=0.2,
        "calibrated (lognormal, median 0.012, log sd 1 before)";
    /// How far value follows what a subnet gets and earns, as an elasticity.
    value_elasticity, "elasticity", Drawn(Normal(0.494, 0.184)), 0.0..=1.0,
        "calibrated (uniform 0.1 to 1 before); above one bubbles never end";
    /// Push of 30-day momentum.
    momentum, "a day", Drawn(Normal(-0.0067, 0.00776)), -0.1..=0.1, "calibrated (normal, mean 0, sd 0.01 before)";
    /// Further push of 30-day momentum when it is negative: holders who sell because the price falls.
    panic, "a day", Drawn(Uniform(0.0, 0.008)), 0.0..=0.015,
        "30-day log returns have a skewness of -2.6; not informed by calibration";
    /// Push of new attention.
    attention_push, "share of the pool", Drawn(Uniform(0.0, 0.02)), 0.0..=0.2,
        "rank correlation of posts and price 0.54";
    /// Noise of flows into one pool, which moves its log price twice as far.
    flow_noise, "share of the pool a root day", Drawn(LogNormal(0.027, 0.249)), 0.0..=0.3,
        "calibrated (lognormal, median 0.03, log sd 0.7 before); 30-day log returns have a standard deviation of 0.43";
    /// Noise of flows common to all pools.
    crowd_noise, "share of the pool a root day", Drawn(LogNormal(0.008, 0.4)), 0.0..=0.2,
        "assumption; not informed by calibration";
    /// Largest flow in a day.
    flow_max, "share of the pool", Fixed(0.25), 0.01..=0.9, "limit of the model";
    /// Drift of speculators' flow.
    flow_drift, "share of the pool a day", Drawn(Normal(-0.00122, 0.00144)), -0.05..=0.05,
        "calibrated (normal, mean 0, sd 0.004 before); 30-day log returns have a mean of -0.195, part of it sales of \
         emission";

    /// Dollars that move the price of TAO by their share of market value over this.
    tao_depth, "share of market value", Drawn(LogNormal(0.12, 0.4)), 0.01..=2.0,
        "37,000 TAO explain a few per cent of the fall of April 2026; not informed by calibration";
    /// Capital that comes in at the start, over what is sold.
    inflow_start, "ratio", Drawn(LogNormal(1.0, 0.25)), 0.0..=10.0, "a price without trend";
    /// How far that capital follows the price of TAO, as an elasticity.
    inflow_elasticity, "elasticity", Drawn(Uniform(0.3, 0.9)), 0.0..=1.0, "assumption";
    /// Noise of the narrative that moves inflow.
    narrative_noise, "log points per √year", Drawn(Uniform(0.4, 1.2)), 0.0..=5.0, "assumption";
    /// How fast the narrative returns to its mean.
    narrative_return, "a year", Drawn(Uniform(0.4, 1.5)), 0.01..=20.0, "assumption";
    /// How much revenue growth lifts the narrative, for each log point of coverage.
    narrative_of_coverage, "log points", Drawn(Uniform(0.0, 0.5)), 0.0..=3.0, "assumption";
    /// Part of payments on the network that stays in TAO.
    rail_kept, "share", Drawn(Uniform(0.05, 0.4)), 0.0..=1.0, "assumption";
    /// Volatility of TAO from the market.
    market_noise, "log points per √year", Drawn(LogNormal(0.7, 0.3)), 0.0..=3.0,
        "daily moves of TAO in 2025-26; not informed by calibration";
    /// Loss of confidence when leavers had a share of one of alpha's value.
    confidence_loss, "log points", Drawn(LogNormal(5.76, 0.283)), 0.0..=20.0,
        "calibrated (lognormal, median 4, log sd 0.8 before); TAO fell 18 to 25 % on exits of three subnets, April \
         2026";
    /// Part of a loss of confidence that comes back.
    confidence_return, "share", Drawn(Uniform(0.1, 0.9)), 0.0..=1.0,
        "partly recovered within weeks; not informed by calibration";

    /// Half-life of the part of a loss of confidence that comes back.
    recovery_days, "days", Drawn(LogNormal(5.0, 1.0)), 0.5..=365.0,
        "partly recovered within two days, April 2026; not informed by calibration";

    /// Newcomers who look at a slot when it is worth what it costs.
    newcomer_rate, "a year", Drawn(LogNormal(33.7, 0.65)), 0.0..=365.0,
        "calibrated (lognormal, median 20, log sd 1 before); 8 of 128 slots changed hands in 60 days";
    /// How strongly their number rises with value over cost.
    newcomer_elasticity, "elasticity", Drawn(Uniform(0.3, 1.2)), 0.0..=5.0, "assumption";
    /// Days from registration until TAO emission is switched on.
    enable_days, "days", Drawn(Uniform(7.0, 60.0)), 0.0..=720.0, "79 of 128 on, then 126, in Sep 2026";
    /// Rate at which an abandoned slot is taken over.
    takeover_rate, "a year", Drawn(LogNormal(1.2, 0.5)), 0.0..=50.0,
        "slots of April 2026 were reused, not deregistered; not informed by calibration";

    /// Log advantage of all prospects that an owner asks for before it signs an offered pact, or gives one up.
    signing_reluctance, "log points", Drawn(Uniform(0.0, 0.2)), -5.0..=5.0, "assumption: nothing like it exists";
    /// Dispersion of that choice.
    signing_noise, "log points", Drawn(Uniform(0.03, 0.2)), 0.001..=5.0, "assumption: nothing like it exists";
    /// What holders see and price of the smaller chance that an owner bound by a pact leaves.
    pact_insight, "share", Drawn(Uniform(0.0, 1.0)), 0.0..=1.0, "assumption: nothing like it exists";
    /// What holders count of expected tribute as a fundamental, beside emission.
    tribute_priced, "share", Drawn(Uniform(0.3, 1.0)), 0.0..=1.0, "assumption: nothing like it exists";
    /// How strongly payments go round the network when a share of them is tribute, as a log per share of one.
    rail_evasion, "log points", Drawn(LogNormal(3.0, 0.5)), 0.0..=50.0, "assumption: nothing like it exists";
    /// Part of that which a large bond deters; 500 TAO deter half of it.
    rail_deterrence, "share", Drawn(Uniform(0.2, 0.9)), 0.0..=1.0, "assumption: nothing like it exists";
    /// What opening its artifacts at once would cost a product in appeal; 90 days halve it.
    open_leak, "log points", Drawn(Uniform(0.0, 0.6)), 0.0..=5.0, "assumption: nothing like it exists";
    /// Part of the outside's price that a product loses if everybody can open it at once; 90 days halve it.
    open_exposure, "share", Drawn(Uniform(0.2, 0.8)), 0.0..=1.0, "assumption: nothing like it exists";
    /// Rate at which abandoned slots are taken over because what was there is open, besides `takeover_rate`.
    fork_rate, "a year", Drawn(Uniform(0.0, 3.0)), 0.0..=50.0, "assumption: nothing like it exists";
    /// How far an owner expects its alpha to fall in a long notice, while holders go first; 30 days count half.
    notice_fall, "share", Drawn(Uniform(0.2, 0.8)), 0.0..=1.0, "assumption; the discount for an owner who has left is 0.8";

    /// Exits of a team with several subnets at once.
    team_exit_rate, "a year", Drawn(Uniform(0.1, 0.6)), 0.0..=20.0, "one such event in 20 months";
    /// Thefts of stakers' keys.
    theft_rate, "a year", Drawn(Uniform(0.1, 0.5)), 0.0..=20.0, "assumption";
    /// Market crashes.
    crash_rate, "a year", Drawn(Uniform(0.2, 0.8)), 0.0..=20.0, "assumption";
    /// Their size.
    crash_size, "log points", Drawn(Uniform(0.2, 0.6)), 0.0..=3.0, "assumption";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_have_addresses_of_their_own_and_priors_keep_limits() {
        let addresses: BTreeSet<_> = TABLE.iter().map(|info| address(info.name)).collect();
        assert_eq!(addresses.len(), TABLE.len());
        for info in TABLE {
            assert_eq!(info.prior.problem(info.limits.0, info.limits.1), None, "{}", info.name);
            assert!(!info.unit.is_empty() && !info.source.is_empty(), "{}", info.name);
        }
        assert!(OF_PACTS.iter().all(|name| index(name).is_some()));
    }

    #[test]
    fn a_change_of_one_belief_leaves_the_other_draws() {
        let mut beliefs = defaults();
        let before = Parameters::draw(&beliefs, 1, 2).values();
        beliefs[index("loyalty").unwrap()] = Fixed(0.9);
        let after = Parameters::draw(&beliefs, 1, 2).values();
        let differ = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert_eq!(differ, 1);
        assert!(before.iter().all(|value| value.is_finite()));
    }
}
