//! Sales of what was earned, and speculators (`docs/futures.md`, sections on miners, stakers and speculators).

use tributary_economy::{Alpha, Error};

use super::{Kind, MONTH, Phase, RAO, World, tao};
use crate::{
    chain::Holder,
    noise::{normals, students},
    parameters::Parameters,
};

/// Attention forgets itself at this rate a day.
const ATTENTION_RETURN: f64 = 1.0 / 60.0;

/// Part of the common noise of flows that is the market's own.
const CROWD_IS_MARKET: f64 = 0.5;

/// Days in which an extracting owner would sell what it has, at the pace of a day; at least it sells its whole cut.
const EXTRACTION_DAYS: f64 = 30.0;

/// Most of the stakers' alpha that is sold in a day.
const STAKERS_SELL_MAX: f64 = 0.2;

/// Part of their pay that miners sell. They work until the marginal cost of effort is its pay; with a supply of
/// elasticity e, costs are e / (1 + e) of pay.
pub(super) fn miners_sell(p: &Parameters) -> f64 {
    let costs = p.miner_supply / (1.0 + p.miner_supply);
    costs + (1.0 - costs) * p.rent_sold
}

impl World {
    /// One round of trading in every pool: first everything that is sold, then what is bought.
    pub(super) fn trade(&mut self, days: f64) -> Result<(), Error> {
        let slots = self.chain.slots();
        self.streams.speculators.fill(self.step, &mut self.bits[..slots]);
        self.streams.attention.fill(self.step, &mut self.more_bits[..slots]);
        students(&self.bits[..slots], &mut self.surprise);
        normals(&self.more_bits[..slots], &mut self.novelty);
        let root_day = days.sqrt();
        self.tao.draw(&mut self.streams.crowd, self.step);
        let own = (1.0 - CROWD_IS_MARKET * CROWD_IS_MARKET).sqrt();
        let crowd = CROWD_IS_MARKET * self.tao.shock + own * self.tao.crowd;
        let common = self.parameters.crowd_noise * root_day * crowd + self.root_to_alpha(days)?;
        self.tao.sold = self.sell_treasury(days);
        let mut to_root = 0.0;
        let miners_sell = miners_sell(&self.parameters);
        for slot in 0..slots {
            if !self.chain.emits(slot) {
                continue;
            }
            let price = self.chain.paid.price[slot];
            if price <= 0.0 {
                continue;
            }
            let flow = self.flow(slot, days, root_day, common);
            self.owner_dividend(slot)?;
            let paid = &self.chain.paid;
            let held = &self.chain.holdings;
            let people = &self.people;
            let stock = held.owner[slot].minus_or_zero(people.locked[slot]);
            let owner = match people.phase[slot] {
                Phase::Building => {
                    let more = match people.kind[slot] {
                        Kind::Mercenary => part(stock, (self.parameters.stock_sold * days / MONTH).min(1.0)),
                        Kind::Mission | Kind::Commercial => Alpha::ZERO,
                    };
                    part(paid.owner[slot], people.cut_sold[slot]).plus(more)?
                }
                Phase::Extracting => part(stock, (days / EXTRACTION_DAYS).min(1.0)).max(paid.owner[slot]),
                Phase::Gone => part(stock, (days / self.parameters.exit_days).min(1.0)),
            };
            let owner = owner.min(stock);
            let p = &self.parameters;
            let wanted = paid.miners[slot].0 as f64 * miners_sell
                + paid.root[slot].0 as f64 * p.root_sold
                + paid.stakers[slot].0 as f64 * p.staker_sold;
            // Nobody sells what is earned into a pool that cannot take it.
            let most = p.sell_pace * days * self.chain.pools[slot].alpha.0 as f64;
            let pace = if wanted > most { most / wanted } else { 1.0 };
            let miners = part(paid.miners[slot], miners_sell * pace);
            let root = part(paid.root[slot], p.root_sold * pace);
            let earned = part(paid.stakers[slot], p.staker_sold * pace).plus(root)?;
            let speculative = if flow < 0.0 {
                let most = STAKERS_SELL_MAX * days.max(0.05) * held.stakers[slot].0 as f64;
                Alpha((-flow / price).min(most) as u64)
            } else {
                Alpha::ZERO
            };
            let stakers = earned.plus(speculative)?.min(held.stakers[slot]);
            let all = owner.plus(miners)?.plus(stakers)?;
            let brought = self.chain.sell_of(slot, [owner, miners, stakers])?;
            if all.0 > 0 {
                let each = brought.0 as f64 / all.0 as f64;
                self.tao.sold += (owner.0 + miners.0) as f64 * each / RAO;
                let for_root = root.min(stakers).0 as f64 * each;
                to_root += for_root;
                self.chain.flows.of_root(for_root as u64)?;
            }
            if flow > 0.0 {
                let budget = tao(flow / RAO).min(self.chain.free);
                self.chain.buy(slot, budget, Holder::Stakers)?;
            }
            let now = self.chain.price(slot);
            self.chain.paid.price[slot] = now;
            let now = libm::log(now.max(1e-12));
            let people = &mut self.people;
            people.momentum[slot] = people.momentum[slot] * (1.0 - days / 30.0).max(0.0) + now - people.log_price[slot];
            people.log_price[slot] = now;
        }
        self.chain.stake_on_root(to_root as i64)
    }

    /// The owner's part of what stakers were paid: its alpha is staked too.
    fn owner_dividend(&mut self, slot: usize) -> Result<(), Error> {
        let held = &self.chain.holdings;
        let paid = self.chain.paid.stakers[slot];
        let owner = held.owner[slot].minus_or_zero(self.chain.paid.owner[slot]).0 as f64;
        let all = owner + held.stakers[slot].minus_or_zero(paid).0 as f64 + held.miners[slot].0 as f64;
        if all <= 0.0 {
            return Ok(());
        }
        let dividend = part(paid, owner / all);
        self.chain.hand_over(slot, Holder::Stakers, Holder::Owner, dividend)?;
        self.chain.paid.stakers[slot] = paid.minus(dividend)?;
        Ok(())
    }

    /// Speculators' net flow into a pool in a step, in rao.
    fn flow(&mut self, slot: usize, days: f64, root_day: f64, common: f64) -> f64 {
        let p = &self.parameters;
        let people = &mut self.people;
        let novelty = self.novelty[slot] * root_day;
        people.attention[slot] += novelty - ATTENTION_RETURN * days * people.attention[slot];
        let drive = (p.value_pull * (people.log_value[slot] - people.log_price[slot])
            + p.momentum * people.momentum[slot]
            + p.panic * people.momentum[slot].min(0.0)
            + p.flow_drift)
            * days
            + p.attention_push * novelty
            + p.flow_noise * root_day * self.surprise[slot]
            + common;
        let most = p.flow_max * days.min(1.0);
        self.chain.pools[slot].tao.0 as f64 * drive.clamp(-most, most)
    }

    /// Root stakers who move to alpha, or back, for its yield: the part of every pool that they bring.
    fn root_to_alpha(&mut self, days: f64) -> Result<f64, Error> {
        let mobility = self.parameters.root_mobility;
        let root = self.chain.root.0 as f64;
        let (mut pooled, mut to_root, mut to_alpha, mut staked) = (0.0, 0.0, 0.0, 0.0);
        for slot in 0..self.chain.slots() {
            let price = self.chain.paid.price[slot];
            pooled += self.chain.pools[slot].tao.0 as f64;
            to_root += self.chain.paid.root[slot].0 as f64 * price;
            to_alpha += self.chain.paid.stakers[slot].0 as f64 * price;
            staked += self.chain.holdings.stakers[slot].0 as f64 * price;
        }
        if mobility <= 0.0 || pooled <= 0.0 || root <= 0.0 || staked <= 0.0 {
            return Ok(0.0);
        }
        let yearly = super::YEAR / days;
        let advantage = (to_alpha / staked - to_root / root) * yearly;
        // Alpha's yield is paid in what inflates: a yield above the inflation that pays it is not asked to be seen.
        let moved = root * mobility * advantage.clamp(-1.0, 1.0) * days / super::YEAR;
        self.chain.stake_on_root(-(moved as i64))?;
        Ok(moved / pooled)
    }
}

fn part(amount: Alpha, share: f64) -> Alpha {
    Alpha((amount.0 as f64 * share) as u64).min(amount)
}
