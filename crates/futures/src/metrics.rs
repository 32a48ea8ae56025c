//! What is measured in a future (`docs/futures.md`, section on measures).

use tributary_economy::Tao;

use crate::people::{Choice, Phase, World};

/// Rao in a TAO.
const RAO: f64 = 1e9;

/// Counts and sums of one future.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Revenue on the network over the value of emission, in the last step.
    pub coverage: f64,
    /// Owners who left.
    pub exits: u32,
    /// Abandoned slots that got a new team.
    pub takeovers: u32,
    /// Slots that the rules took away.
    pub deregistered: u32,
    /// Registrations.
    pub newcomers: u32,
    /// Thefts.
    pub thefts: u32,
    /// Crashes.
    pub crashes: u32,
    /// Revenue that went with leavers, in dollars a day.
    pub revenue_taken: f64,
    /// Owners' months of decision by quartile of quality in that month, the lowest first.
    pub exposed: [u32; 4],
    /// Decisions to leave by quartile.
    pub left: [u32; 4],
    /// Emission that bought no quality and no revenue, as parts of all TAO, summed over steps.
    pub wasted: f64,
    /// Emission in dollars.
    pub emitted_usd: f64,
    /// Revenue on the network in dollars.
    pub returned_usd: f64,
    /// Revenue on and off the network in the last step, in dollars a day.
    pub revenue: f64,
    bounds: [f64; 3],
    sorted: Vec<f64>,
    best: Vec<bool>,
}

impl Tally {
    pub(crate) fn begin(&mut self, slots: usize) {
        let (mut sorted, mut best) = (core::mem::take(&mut self.sorted), core::mem::take(&mut self.best));
        sorted.clear();
        sorted.reserve(slots);
        best.clear();
        best.resize(slots, false);
        let coverage = self.coverage;
        *self = Self {
            coverage,
            sorted,
            best,
            ..Self::default()
        };
    }
}

impl World {
    /// The quartiles of quality among those who are there.
    pub(crate) fn tally_quality(&mut self) {
        let slots = self.chain.slots();
        let mut sorted = core::mem::take(&mut self.tally.sorted);
        sorted.clear();
        for slot in 0..slots {
            if self.chain.emits(slot) && self.people.phase[slot] != Phase::Gone {
                sorted.push(self.people.quality[slot]);
            }
        }
        sorted.sort_unstable_by(f64::total_cmp);
        for (k, bound) in self.tally.bounds.iter_mut().enumerate() {
            *bound = sorted.get(sorted.len() * (k + 1) / 4).copied().unwrap_or(f64::INFINITY);
        }
        self.tally.sorted = sorted;
    }

    /// Marks the best tenth at the start.
    pub(crate) fn mark_best(&mut self) {
        self.tally_quality();
        let sorted = &self.tally.sorted;
        let bound = sorted.get(sorted.len() * 9 / 10).copied().unwrap_or(f64::INFINITY);
        for slot in 0..self.chain.slots() {
            self.tally.best[slot] = self.chain.emits(slot) && self.people.quality[slot] >= bound;
        }
    }

    /// The part of the best tenth at the start that is still there.
    pub(crate) fn best_still_there(&self) -> f64 {
        let best = &self.tally.best;
        let there =
            |slot: &usize| best[*slot] && self.people.generation[*slot] == 0 && self.people.phase[*slot] != Phase::Gone;
        let all = best.iter().filter(|best| **best).count();
        (0..best.len()).filter(there).count() as f64 / all.max(1) as f64
    }

    /// Counts an owner's decision.
    pub(crate) fn tally_decision(&mut self, slot: usize, choice: Choice) {
        let quality = self.people.quality[slot];
        let quartile = self.tally.bounds.iter().filter(|bound| quality >= **bound).count();
        self.tally.exposed[quartile] += 1;
        self.tally.left[quartile] += u32::from(choice == Choice::Leave);
    }

    /// Measures a step that minted `minted`.
    pub(crate) fn measure(&mut self, days: f64, minted: Tao) {
        let people = &self.people;
        let (mut wasted, mut on_rail, mut revenue) = (0.0, 0.0, 0.0);
        for slot in 0..self.chain.slots() {
            revenue += people.revenue[slot];
            on_rail += people.revenue[slot] * people.on_rail[slot];
            if people.idle[slot] || people.phase[slot] != Phase::Building {
                let paid = self.chain.paid.owner[slot].0 + self.chain.paid.miners[slot].0;
                wasted += paid as f64 * self.chain.paid.price[slot];
            }
        }
        let issued = self.chain.issued.0 as f64;
        let tally = &mut self.tally;
        tally.wasted += wasted / issued.max(1.0);
        tally.revenue = revenue;
        let emitted = minted.0 as f64 / RAO * self.tao.usd;
        tally.emitted_usd += emitted;
        tally.returned_usd += on_rail * days;
        tally.coverage = if emitted > 0.0 { on_rail * days / emitted } else { 0.0 };
    }
}

/// The Gini index of what is not negative; zero of nothing. Sorts `values`.
pub fn gini(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let ranked: f64 = values.iter().enumerate().map(|(i, x)| (i + 1) as f64 * x).sum();
    2.0 * ranked / (n * sum) - (n + 1.0) / n
}
