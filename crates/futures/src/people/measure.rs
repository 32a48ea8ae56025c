//! Measures a future, step by step (`docs/futures.md#what-is-measured`).

use tributary_economy::{Tao, approximate::sum};

use super::{
    Choice, Phase,
    world::{People, World},
};
use crate::{
    chain::Chain,
    stats::ranked,
    units::RAO,
    vector::{self, CHUNK, Lanes, Loop, load},
};

impl World {
    /// The quartiles of quality, and of the emission-paid part of the work, among those who are there.
    pub(crate) fn tally_quality(&mut self) {
        let slots = self.chain.slots();
        let mut qualities = core::mem::take(&mut self.tally.qualities);
        let mut dependence = core::mem::take(&mut self.tally.dependence);
        qualities.clear();
        dependence.clear();
        for slot in 0..slots {
            if self.chain.emits(slot) && self.people.phase[slot] != Phase::Gone {
                qualities.push(self.people.quality[slot]);
                dependence.push(self.dependence(slot));
            }
        }
        self.tally.bounds = [1, 2, 3].map(|k| ranked(&mut qualities, k, 4));
        self.tally.dependence_bounds = [1, 2, 3].map(|k| ranked(&mut dependence, k, 4));
        (self.tally.qualities, self.tally.dependence) = (qualities, dependence);
    }

    /// The part of what reaches a subnet's work and of what it earns that emission pays; zero of nothing.
    fn dependence(&self, slot: usize) -> f64 {
        let (p, people) = (&self.parameters, &self.people);
        let reinvested = match people.phase[slot] {
            Phase::Building => p.reinvested * self.kept_of_revenue(slot),
            Phase::Extracting | Phase::Gone => 0.0,
        };
        let emission = (people.funding[slot] - reinvested).max(0.0);
        let all = emission + people.revenue[slot];
        if all > 0.0 { emission / all } else { 0.0 }
    }

    /// What an owner keeps of its revenue after costs and tribute, in dollars a day.
    fn kept_of_revenue(&self, slot: usize) -> f64 {
        (self.parameters.margin * self.people.revenue[slot] - self.tribute_of_revenue(slot)).max(0.0)
    }

    /// Marks the best tenth at the start.
    pub(crate) fn mark_best(&mut self) {
        self.tally_quality();
        let bound = ranked(&mut self.tally.qualities, 9, 10);
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
        let dependence = self.dependence(slot);
        let bounds = &self.tally.dependence_bounds;
        let column = bounds.iter().filter(|bound| dependence >= **bound).count();
        self.tally.exposed[quartile][column] += 1;
        self.tally.left[quartile][column] += u32::from(choice == Choice::Leave);
        let signed = u32::from(self.chain.pacts.terms(slot).is_some());
        self.tally.pact_months += signed;
        self.tally.pact_left += signed * u32::from(choice == Choice::Leave);
    }

    /// Measures a step that minted `minted`.
    pub(crate) fn measure(&mut self, days: f64, minted: Tao) {
        self.see_tribute();
        let [wasted, on_rail, revenue, kept, building] = vector::run(Sums {
            chain: &self.chain,
            people: &self.people,
            tribute: &self.tribute,
            margin: self.parameters.margin,
        });
        let tally = &mut self.tally;
        tally.issued += minted.0 as f64;
        tally.wasted += wasted;
        tally.revenue = revenue;
        let emitted = minted.0 as f64 / RAO * self.tao.usd;
        tally.emitted_usd += emitted;
        tally.returned_usd += on_rail * days;
        let reinvested = self.parameters.reinvested * building;
        tally.earned_usd += revenue * days;
        tally.reinvested_usd += reinvested * days;
        tally.profit_usd += (kept - reinvested) * days;
        tally.tribute_usd += tally.tribute_now;
        let moved = self.chain.pacts.moved.values();
        for ((usd, now), before) in tally.moved_usd.iter_mut().zip(moved).zip(tally.moved) {
            *usd += (now - before) / RAO * self.tao.usd;
        }
        tally.moved = moved;
        let flows = self.chain.flows.values();
        for ((usd, now), before) in tally.flows_usd.iter_mut().zip(flows).zip(tally.flows) {
            *usd += now.saturating_sub(before) as f64 / RAO * self.tao.usd;
        }
        tally.flows = flows;
        tally.coverage = coverage(on_rail * days, emitted);
    }
}

/// Sums of a step: TAO issued, in rao, that bought nothing; in dollars a day revenue on the network, all revenue, what owners
/// keep of it, and of that what those keep who build.
struct Sums<'a> {
    chain: &'a Chain,
    people: &'a People,
    /// Part of revenue that is tribute, in dollars a day.
    tribute: &'a [f64],
    margin: f64,
}

impl Loop for Sums<'_> {
    type Output = [f64; 5];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (chain, people) = (self.chain, self.people);
        let [mut wasted, mut on_rail, mut all, mut kept, mut building] = [Lanes::of(0.0); 5];
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (revenue, rail) = (load(&people.revenue, from), load(&people.on_rail, from));
            let (owner, miners) = (load(&chain.paid.owner, from), load(&chain.paid.miners, from));
            let (tao, created) = (load(&chain.paid.tao, from), load(&chain.paid.created, from));
            let tribute = load(self.tribute, from);
            let [mut builds, mut wastes] = [Lanes::of(0.0); 2];
            for (k, (phase, idle)) in people.phase[from..]
                .iter()
                .zip(&people.idle[from..])
                .take(CHUNK)
                .enumerate()
            {
                let here = *phase == Phase::Building;
                builds[k] = if here { 1.0 } else { 0.0 };
                wastes[k] = if *idle | !here { 1.0 } else { 0.0 };
            }
            for k in 0..CHUNK {
                all[k] += revenue[k];
                on_rail[k] += revenue[k] * rail[k];
                let own = (self.margin * revenue[k] - tribute[k]).max(0.0);
                kept[k] += own;
                building[k] += builds[k] * own;
                // A subnet's TAO stands behind all the alpha that is created with it.
                let work = owner[k].0.wrapping_add(miners[k].0) as f64 / (created[k].0 as f64).max(1.0);
                wasted[k] += wastes[k] * work * tao[k] as f64;
            }
        }
        [wasted, on_rail, all, kept, building].map(|row| sum(&row))
    }
}

/// Revenue on the network over the value of emission, both in dollars; zero of none.
pub(super) fn coverage(on_rail: f64, emitted: f64) -> f64 {
    if emitted > 0.0 { on_rail / emitted } else { 0.0 }
}
