//! The price of TAO: capital that comes in, what is sold, the market, and confidence.

use super::{tao_market::TaoMarket, trade::miners_sell, world::World};
use crate::{
    units::{RAO, YEAR},
    vector,
};

/// Largest move of the log price in a step.
const MOVE_MAX: f64 = 0.7;

impl World {
    pub(super) fn begin_tao(&mut self) {
        let p = &self.parameters;
        let parts = self.chain.constants.parts();
        let mut sold = 0.0;
        for slot in 0..self.chain.slots() {
            if self.chain.emits(slot) {
                let miners = parts.miners * (1.0 - self.chain.withheld[slot]) * miners_sell(p);
                sold += (parts.owner * self.people.cut_sold[slot] + miners) * self.chain.price(slot);
            }
        }
        let usd = p.tao_usd_start;
        self.tao = TaoMarket {
            usd,
            usd_start: usd,
            inflow: p.inflow_start * sold * crate::chain::BLOCKS_PER_DAY as f64 * usd,
            ..TaoMarket::default()
        };
    }

    /// Market value of all TAO in dollars.
    pub fn market_value(&self) -> f64 {
        self.chain.issued.0 as f64 / RAO * self.tao.usd
    }

    /// What coverage on the network, against that of the start, makes of the narrative in the long run.
    fn narrative_mean(&self) -> f64 {
        let (now, start) = (self.tally.coverage.max(1e-3), self.tao.coverage_start.max(1e-3));
        self.parameters.narrative_of_coverage * libm::log((now / start).max(1e-3))
    }

    /// Moves the price of TAO.
    pub(super) fn move_tao(&mut self, days: f64) {
        let p = &self.parameters;
        let years = days / YEAR;
        let mean = self.narrative_mean();
        let value = self.market_value();
        let on_rail = vector::dot(&self.people.revenue, &self.people.on_rail);
        let tao = &mut self.tao;
        tao.narrative += p.narrative_return * (mean - tao.narrative) * years
            + p.narrative_noise * years.sqrt() * tao.narrative_noise;
        let follows = libm::exp(p.inflow_elasticity * libm::log(tao.usd / tao.usd_start) + tao.narrative);
        let inflow = (tao.inflow * follows + p.rail_kept * on_rail) * days
            // Tribute is not sold: it buys alpha.
            + (1.0 - p.rail_kept) * self.tally.tribute_now;
        let net = inflow - tao.sold * tao.usd;
        let back = tao.to_recover * (1.0 - libm::exp2(-days / p.recovery_days));
        tao.to_recover -= back;
        // Noise and crashes are a fair game: the expected price, not its logarithm, is without trend.
        let fair = p.crash_rate * (1.0 - libm::exp(-p.crash_size)) - 0.5 * p.market_noise * p.market_noise;
        let noise = p.market_noise * years.sqrt() * tao.shock + fair * years;
        let change = net / (p.tao_depth * value) + noise + back + core::mem::take(&mut tao.jump);
        tao.usd *= libm::exp(change.clamp(-MOVE_MAX, MOVE_MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parameters::Parameters, scenario::Scenario, start::Start};
    use proptest::prelude::*;
    use tributary_economy::rule_sets::RuleSet;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// Revenue off the network, and what rules leave unissued, are no change of coverage.
        #[test]
        fn where_nothing_changes_nothing_pushes_the_narrative(seed in any::<u64>(), set in 0..RuleSet::DATED.len()) {
            let scenario = Scenario { rules: vec![(0, RuleSet::DATED[set].1)], ..Scenario::default() };
            let start = Start::load(&scenario.start, seed).unwrap();
            let still = Parameters {
                narrative_of_coverage: 1.0,
                narrative_noise: 0.0,
                market_noise: 0.0,
                quality_noise: 0.0,
                demand_growth: 0.0,
                team_exit_rate: 0.0,
                crash_rate: 0.0,
                loyalty: 10.0,
                ..Parameters::draw(&scenario.beliefs, seed, 0)
            };
            let mut world = World::new(&scenario);
            world.begin(&scenario, &start, still, seed, 0).unwrap();
            world.step(scenario.step_blocks, scenario.rules_at(0.0)).unwrap();
            prop_assert_eq!(world.tao.narrative, 0.0);
            // What one day of people brings is small against the part of revenue that is off the network.
            let push = world.narrative_mean();
            prop_assert!(push.abs() < 0.05, "{push}");
        }
    }
}
