//! Quality, funding, customers, and what speculators make of them: once a week.

use super::{GONE_DISCOUNT, MONTH, Phase, RAO, SEGMENTS, WEEK, World, YEAR};
use crate::noise::normal;

/// Days over which funding follows pay: people are not hired and fired in a day.
const FUNDING_LAG: f64 = 30.0;

/// What speculators take off the log value of a subnet whose owner extracts.
const EXTRACTING_DISCOUNT: f64 = 0.6;

/// Part of the first fundamental value that stays whatever happens: a listing is worth something.
const FLOOR: f64 = 0.1;

impl World {
    /// Scales what customers spend so that revenue at the start covers the drawn part of emission, and lets every
    /// subnet start with what its quality earns.
    pub(super) fn begin_customers(&mut self) {
        self.demand = 1.0;
        let sum = self.aim_customers();
        let block = tributary_economy::issuance::block_emission(self.chain.issued.0) as f64 / RAO;
        let emission = block * crate::chain::BLOCKS_PER_DAY as f64 * self.tao.usd;
        self.demand = if sum > 0.0 {
            self.parameters.coverage_start * emission / sum
        } else {
            0.0
        };
        for (revenue, aim) in self.people.revenue.iter_mut().zip(&self.weights) {
            *revenue = aim * self.demand;
        }
        self.tally.coverage = self.parameters.coverage_start;
    }

    /// Puts into `weights` what each subnet would earn in the long run; returns the sum.
    fn aim_customers(&mut self) -> f64 {
        let p = &self.parameters;
        let mut sums = [p.frontier_weight; SEGMENTS];
        let people = &self.people;
        for slot in 0..self.chain.slots() {
            let working = self.chain.emits(slot) && people.phase[slot] != Phase::Gone;
            self.weights[slot] = if working {
                let appeal = people.appeal[slot] - people.leak[slot];
                libm::exp((p.demand_steepness * people.quality[slot] + appeal).min(50.0))
            } else {
                0.0
            };
            sums[usize::from(people.segment[slot]) % SEGMENTS] += self.weights[slot];
        }
        let each = self.demand / SEGMENTS as f64;
        let mut all = 0.0;
        for slot in 0..self.chain.slots() {
            let sum = sums[usize::from(people.segment[slot]) % SEGMENTS];
            self.weights[slot] *= each / sum;
            all += self.weights[slot];
        }
        all
    }

    /// A week of work. `days` is the length of the last step, whose pay stands for the week's.
    pub(super) fn work(&mut self, days: f64) {
        let elapsed = self.week.max(days);
        let years = elapsed / YEAR;
        let slots = self.chain.slots();
        self.streams.quality.fill(self.step, &mut self.bits[..slots]);
        self.demand *= libm::exp(self.parameters.demand_growth * years);
        self.aim_customers();
        let p = self.parameters.clone();
        let root_years = years.sqrt();
        let follow = 1.0 - libm::exp(-elapsed / FUNDING_LAG);
        // Miners work until the marginal cost of effort, at today's price of compute, is its pay.
        let compute = libm::exp(-p.compute_fall * self.day / YEAR);
        let supply = p.miner_supply / (1.0 + p.miner_supply);
        let adopt = 1.0 - libm::exp(-elapsed / (p.adoption_lag * MONTH));
        for slot in 0..slots {
            if !self.chain.occupied[slot] {
                continue;
            }
            let tribute = self.tribute_of_revenue(slot);
            let people = &mut self.people;
            let before = (people.quality[slot], people.revenue[slot]);
            let price = self.chain.price(slot);
            let dollars = price * self.tao.usd / days / RAO;
            let paid = self.chain.paid.miners[slot].0 as f64 * dollars;
            let effort = p.funding_scale * libm::pow(paid / (compute * p.funding_scale), supply);
            let reinvested = match people.phase[slot] {
                Phase::Building => {
                    let cut = self.chain.paid.owner[slot].0 as f64 * dollars * people.cut_sold[slot];
                    p.reinvested * (p.margin * people.revenue[slot] - tribute).max(0.0) + p.cut_reinvested * cut
                }
                Phase::Extracting | Phase::Gone => 0.0,
            };
            let works = people.phase[slot] != Phase::Gone;
            let target = if works { effort + reinvested } else { 0.0 };
            // The first week of an occupant sets what it works with.
            people.funding[slot] +=
                if people.funding[slot] == 0.0 { 1.0 } else { follow } * (target - people.funding[slot]);
            let progress = if works {
                people.talent[slot] * libm::log1p(people.funding[slot] / p.funding_scale)
            } else {
                0.0
            };
            people.quality[slot] +=
                (progress - p.frontier_speed) * years + p.quality_noise * root_years * normal(self.bits[slot]);
            if works {
                people.revenue[slot] += adopt * (self.weights[slot] - people.revenue[slot]);
            } else {
                people.revenue[slot] = 0.0;
            }
            people.idle[slot] = people.quality[slot] < before.0 && people.revenue[slot] <= before.1;
            self.value(slot, days);
        }
    }

    /// What speculators think of a subnet: the price at which they first saw it, moved by what has become of its
    /// emission and revenue an alpha, and by whether its owner is still there.
    fn value(&mut self, slot: usize, days: f64) {
        if !self.chain.emits(slot) {
            return;
        }
        let tribute = self.priced_tribute(slot);
        let p = &self.parameters;
        let people = &mut self.people;
        let outside = (self.chain.alpha_outside(slot).0 as f64 / RAO).max(1.0);
        let emission = self.chain.paid.tao[slot] as f64 / RAO / days;
        let revenue = people.revenue[slot] * p.margin / self.tao.usd.max(1e-9);
        let fundamental = (emission + revenue + tribute) / outside;
        let staying = match people.phase[slot] {
            // Who has announced to leave is as good as gone: holders go first.
            Phase::Building | Phase::Extracting if people.departs[slot].is_finite() => -GONE_DISCOUNT,
            Phase::Building => people.trust[slot],
            Phase::Extracting => -EXTRACTING_DISCOUNT,
            Phase::Gone => -GONE_DISCOUNT,
        };
        // A floor in the units of the fundamentals: a part of what 0.5 TAO a block give the median subnet.
        let floor = FLOOR * 1e-6;
        let logged = p.value_elasticity * libm::log(fundamental + floor);
        let anchor = *people.anchor[slot].get_or_insert(people.log_price[slot] - logged);
        people.log_value[slot] = anchor + logged + staying;
    }
}

const _: () = assert!(WEEK < MONTH);
