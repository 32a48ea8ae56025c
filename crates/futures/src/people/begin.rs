//! The beginning of a future.

use tributary_economy::{Alpha, Error, approximate::PRICE_ONE};

use super::{
    Kind, Phase,
    world::{START_DAYS, Streams, World},
};
use crate::{
    parameters::Parameters,
    scenario::Scenario,
    start::Start,
    units::{alpha, tao},
};

impl World {
    /// Puts the world at the beginning of a future with these parameters and the noise of `seed` and `future`.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`] if the start has more TAO in pools and on root than exists.
    pub fn begin(
        &mut self,
        scenario: &Scenario,
        start: &Start,
        parameters: Parameters,
        seed: u64,
        future: u64,
    ) -> Result<(), Error> {
        self.parameters = parameters;
        start.inform(&mut self.parameters);
        self.streams = Streams::new(seed, future);
        (self.day, self.week, self.month) = (0.0, 0.0, 0.0);
        self.step = 0;
        self.offer = scenario.pact;
        self.events.clone_from(&scenario.events);
        self.treasury = (0.0, 0.0);
        self.begin_chain(scenario, start)?;
        start.settle(&mut self.chain)?;
        self.begin_people(start);
        self.begin_tao();
        self.begin_customers();
        self.tally.begin(start.rows.len());
        Ok(())
    }

    fn begin_chain(&mut self, scenario: &Scenario, start: &Start) -> Result<(), Error> {
        let p = &self.parameters;
        let chain = &mut self.chain;
        chain.arithmetic = scenario.arithmetic;
        chain.rules = scenario.rules_at(0.0);
        chain.reset(start.rows.len());
        if let Some(offer) = &scenario.pact {
            chain.pacts.parameters = offer.parameters();
        }
        chain.block = start.block;
        chain.issued = tao(p.issuance_start);
        chain.root = tao(p.root_stake_start);
        chain.lock_cost_last = tao(p.lock_cost_start);
        chain.lock_block = start.block;
        let mut placed = chain.root;
        for (slot, row) in start.rows.iter().enumerate() {
            let pools = &mut chain.pools;
            (pools.tao[slot], pools.alpha[slot]) = (tao(row.pool_tao), alpha(row.pool_alpha));
            placed = placed.plus(pools.tao[slot])?;
            let holdings = &mut chain.holdings;
            holdings.owner[slot] = alpha(row.owner);
            holdings.stakers[slot] = alpha(row.stakers);
            holdings.protocol[slot] = alpha(row.protocol);
            holdings.burned[slot] = alpha(row.burned);
            chain.alpha_issued[slot] = pools.alpha[slot].plus(holdings.total(slot)?)?.0;
            chain.moving[slot] = (row.price().clamp(0.0, 1.0) * PRICE_ONE).trunc();
            chain.first_block[slot] = row.first_block;
            chain.registered[slot] = row.registered;
            chain.enabled[slot] = row.enabled;
            chain.occupied[slot] = true;
            chain.withheld[slot] = row.withheld;
        }
        chain.free = chain.issued.minus(placed)?;
        chain.flows.open(&chain.pools.tao);
        Ok(())
    }

    fn begin_people(&mut self, start: &Start) {
        let slots = start.rows.len();
        let people = &mut self.people;
        fn fill<T: Clone>(row: &mut Vec<T>, slots: usize, value: T) {
            row.clear();
            row.resize(slots, value);
        }
        fill(&mut people.generation, slots, 0);
        fill(&mut people.kind, slots, Kind::Commercial);
        fill(&mut people.phase, slots, Phase::Building);
        fill(&mut people.idle, slots, false);
        fill(&mut people.segment, slots, 0);
        fill(&mut people.anchor, slots, None);
        fill(&mut people.looks, slots, 0);
        fill(&mut people.opened, slots, None);
        fill(&mut people.locked, slots, Alpha::ZERO);
        for row in [
            &mut people.since,
            &mut people.cut_sold,
            &mut people.quality,
            &mut people.talent,
            &mut people.appeal,
            &mut people.funding,
            &mut people.revenue,
            &mut people.on_rail,
            &mut people.attention,
            &mut people.log_price,
            &mut people.momentum,
            &mut people.log_value,
            &mut people.trust,
            &mut people.leak,
            &mut people.decides,
        ] {
            fill(row, slots, 0.0);
        }
        fill(&mut people.starts, slots, f64::INFINITY);
        fill(&mut people.enables, slots, f64::INFINITY);
        fill(&mut people.departs, slots, f64::INFINITY);
        fill(&mut self.weights, slots, 0.0);
        fill(&mut self.surprise, slots, 0.0);
        fill(&mut self.novelty, slots, 0.0);
        fill(&mut self.tribute, slots, 0.0);
        fill(&mut self.budgets, slots, 0);
        self.sales.reset(slots);

        let (mean, deviation) = start.spread();
        for (slot, row) in start.rows.iter().enumerate() {
            self.occupy(slot, (row.log_price() - mean) / deviation);
            self.people.locked[slot] = alpha(row.owner_locked);
            if row.first_block.is_none() {
                self.people.starts[slot] = row.starts.unwrap_or(START_DAYS);
            }
            if !row.enabled {
                self.people.enables[slot] = row.enables.unwrap_or(START_DAYS + self.parameters.enable_days);
            }
            if row.abandoned {
                self.people.phase[slot] = Phase::Gone;
            }
        }
    }
}
