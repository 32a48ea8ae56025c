//! Quality, funding, customers, and what speculators make of them: once a week.

use tributary_economy::{Alpha, Tao};

use super::{
    Phase,
    measure::coverage,
    world::{GONE_DISCOUNT, People, SEGMENTS, World},
};
use crate::{
    chain::Chain,
    noise::normals,
    parameters::Parameters,
    units::{MONTH, RAO, WEEK, YEAR},
    vector::{self, CHUNK, Lanes, Loop, exp, ln, load, store},
};

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
    }

    /// Coverage of the start: what its customers pay on the network over what the first step, of `days`, issues. How
    /// much the rules issue is known only when they have run.
    pub(super) fn begin_coverage(&mut self, days: f64, minted: Tao) {
        let on_rail = vector::dot(&self.people.revenue, &self.people.on_rail);
        let emitted = minted.0 as f64 / RAO * self.tao.usd;
        self.tally.coverage = coverage(on_rail * days, emitted);
        self.tao.coverage_start = self.tally.coverage;
    }

    /// Puts into `weights` what each subnet would earn in the long run; returns the sum.
    fn aim_customers(&mut self) -> f64 {
        let p = &self.parameters;
        let mut sums = [p.frontier_weight; SEGMENTS];
        let people = &self.people;
        for slot in 0..self.chain.slots() {
            let working = self.chain.emits(slot) && people.phase[slot] != Phase::Gone;
            let appeal = people.appeal[slot] - people.leak[slot];
            let pull = (p.demand_steepness * people.quality[slot] + appeal).min(50.0);
            self.weights[slot] = if working { pull } else { f64::NEG_INFINITY };
        }
        vector::run(Powers(&mut self.weights));
        for (weight, segment) in self.weights.iter().zip(&people.segment) {
            sums[usize::from(*segment) % SEGMENTS] += weight;
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
        normals(&self.bits[..slots], &mut self.novelty);
        self.demand *= libm::exp(self.parameters.demand_growth * years);
        self.aim_customers();
        self.see_tribute();
        let p = &self.parameters;
        vector::run(Week {
            parameters: p,
            chain: &self.chain,
            people: &mut self.people,
            aims: &self.weights,
            tribute: &self.tribute,
            luck: &self.novelty,
            years,
            dollars: self.tao.usd / days / RAO,
            follow: 1.0 - libm::exp(-elapsed / FUNDING_LAG),
            adopt: 1.0 - libm::exp(-elapsed / (p.adoption_lag * MONTH)),
            compute: libm::exp(-p.compute_fall * self.day / YEAR),
        });
        self.value(days);
    }

    /// What speculators think of each subnet: the price at which they first saw it, moved by what has become of its
    /// emission and revenue an alpha, and by whether its owner is still there.
    fn value(&mut self, days: f64) {
        let p = &self.parameters;
        let pacts = self.chain.pacts.any();
        for slot in 0..self.chain.slots() {
            let outside = (self.chain.alpha_outside(slot).0 as f64 / RAO).max(1.0);
            let emission = self.chain.paid.tao[slot] as f64 / RAO / days;
            let revenue = self.people.revenue[slot] * p.margin / self.tao.usd.max(1e-9);
            let tribute = if pacts { self.priced_tribute(slot) } else { 0.0 };
            let fundamental = (emission + revenue + tribute) / outside;
            // A floor in the units of the fundamentals: a part of what 0.5 TAO a block give the median subnet.
            self.weights[slot] = fundamental + FLOOR * 1e-6;
        }
        vector::run(Logarithms(&mut self.weights));
        let people = &mut self.people;
        for slot in 0..self.chain.slots() {
            if !self.chain.emits(slot) {
                continue;
            }
            let staying = match people.phase[slot] {
                // Who has announced to leave is as good as gone: holders go first.
                Phase::Building | Phase::Extracting if people.departs[slot].is_finite() => -GONE_DISCOUNT,
                Phase::Building => people.trust[slot],
                Phase::Extracting => -EXTRACTING_DISCOUNT,
                Phase::Gone => -GONE_DISCOUNT,
            };
            let logged = p.value_elasticity * self.weights[slot];
            let anchor = *people.anchor[slot].get_or_insert(people.log_price[slot] - logged);
            people.log_value[slot] = anchor + logged + staying;
        }
    }
}

/// e to the power of every number; zero of minus infinity.
struct Powers<'a>(&'a mut [f64]);

impl Loop for Powers<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for x in self.0.iter_mut() {
            *x = if *x > f64::NEG_INFINITY { exp(*x) } else { 0.0 };
        }
    }
}

/// The logarithm of every number, all of them positive.
struct Logarithms<'a>(&'a mut [f64]);

impl Loop for Logarithms<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for x in self.0.iter_mut() {
            *x = ln(*x);
        }
    }
}

/// Funding, quality and revenue of a week.
struct Week<'a> {
    parameters: &'a Parameters,
    chain: &'a Chain,
    people: &'a mut People,
    /// Revenue in the long run, in dollars a day.
    aims: &'a [f64],
    /// Part of revenue that is tribute, in dollars a day.
    tribute: &'a [f64],
    luck: &'a [f64],
    years: f64,
    /// Dollars a day for one rao in a step.
    dollars: f64,
    follow: f64,
    adopt: f64,
    /// Price of compute.
    compute: f64,
}

impl Loop for Week<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (p, chain, people) = (self.parameters, self.chain, self.people);
        let root_years = self.years.sqrt();
        // Miners work until the marginal cost of effort, at today's price of compute, is its pay.
        let supply = p.miner_supply / (1.0 + p.miner_supply);
        let costs = self.compute * p.funding_scale;
        for from in (0..chain.slots()).step_by(CHUNK) {
            let price = chain.prices(from);
            let (miners, owner) = (load(&chain.paid.miners, from), load(&chain.paid.owner, from));
            let (cut_sold, talent) = (load(&people.cut_sold, from), load(&people.talent, from));
            let (aim, tribute, luck) = (load(self.aims, from), load(self.tribute, from), load(self.luck, from));
            let (mut quality, mut revenue) = (load(&people.quality, from), load(&people.revenue, from));
            let mut funding = load(&people.funding, from);
            let [mut taken, mut works, mut builds, mut idle] = [Lanes::of(false); 4];
            for (k, (occupied, phase)) in chain.occupied[from..]
                .iter()
                .zip(&people.phase[from..])
                .take(CHUNK)
                .enumerate()
            {
                taken[k] = *occupied;
                works[k] = *phase != Phase::Gone;
                builds[k] = *phase == Phase::Building;
            }
            for k in 0..CHUNK {
                let dollars = |alpha: Alpha| alpha.0 as f64 * (price[k] * self.dollars);
                let effort = p.funding_scale * exp(supply * ln((dollars(miners[k]) / costs).max(1e-300)));
                let kept = (p.margin * revenue[k] - tribute[k]).max(0.0);
                let reinvested = p.reinvested * kept + p.cut_reinvested * dollars(owner[k]) * cut_sold[k];
                let target = effort + if builds[k] { reinvested } else { 0.0 };
                let target = if works[k] { target } else { 0.0 };
                // The first week of an occupant sets what it works with.
                let follow = if funding[k] == 0.0 { 1.0 } else { self.follow };
                let funded = funding[k] + follow * (target - funding[k]);
                let progress = talent[k] * ln(1.0 + funded / p.funding_scale);
                let progress = if works[k] { progress } else { 0.0 };
                let reached =
                    quality[k] + ((progress - p.frontier_speed) * self.years + p.quality_noise * root_years * luck[k]);
                let earned = revenue[k] + self.adopt * (aim[k] - revenue[k]);
                let earned = if works[k] { earned } else { 0.0 };
                idle[k] = (reached < quality[k]) & (earned <= revenue[k]);
                quality[k] = if taken[k] { reached } else { quality[k] };
                revenue[k] = if taken[k] { earned } else { revenue[k] };
                funding[k] = if taken[k] { funded } else { funding[k] };
            }
            store(&mut people.quality, from, &quality);
            store(&mut people.revenue, from, &revenue);
            store(&mut people.funding, from, &funding);
            store(&mut people.idle, from, &idle);
        }
    }
}

const _: () = assert!(WEEK < MONTH);
