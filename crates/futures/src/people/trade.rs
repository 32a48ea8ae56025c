//! Sales of what was earned, and speculators (`docs/futures.md#people`, on miners, stakers and speculators).

use tributary_economy::{
    Alpha, Error,
    approximate::{sum, whole},
};

use super::{
    Kind, Phase,
    world::{People, World},
};
use crate::{
    chain::{Chain, Sales},
    noise::{normals, students},
    parameters::Parameters,
    units::{MONTH, RAO, YEAR},
    vector::{self, CHUNK, Lanes, Loop, ln, load, store},
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
        self.tao.draw(&self.streams.crowd, self.step);
        let own = (1.0 - CROWD_IS_MARKET * CROWD_IS_MARKET).sqrt();
        let crowd = CROWD_IS_MARKET * self.tao.shock + own * self.tao.crowd;
        let common = self.parameters.crowd_noise * days.sqrt() * crowd + self.root_to_alpha(days)?;
        vector::run(Plans {
            parameters: &self.parameters,
            chain: &mut self.chain,
            people: &mut self.people,
            surprise: &self.surprise,
            novelty: &self.novelty,
            days,
            common,
            sales: &mut self.sales,
            budgets: &mut self.budgets,
        });
        let brought = self.chain.sell_all(&self.sales)?;
        self.tao.sold = self.sell_treasury(days) + brought.work.0 as f64 / RAO;
        self.chain.buy_all(&self.budgets)?;
        vector::run(Prices {
            chain: &mut self.chain,
            people: &mut self.people,
            kept: (1.0 - days / 30.0).max(0.0),
        });
        self.chain.stake_on_root(brought.root.0 as i64)
    }

    /// Root stakers who move to alpha, or back, for its yield: the part of every pool that they bring.
    fn root_to_alpha(&mut self, days: f64) -> Result<f64, Error> {
        let mobility = self.parameters.root_mobility;
        let root = self.chain.root.0 as f64;
        let [pooled, to_root, to_alpha, staked] = vector::run(Yields { chain: &self.chain });
        if mobility <= 0.0 || pooled <= 0.0 || root <= 0.0 || staked <= 0.0 {
            return Ok(0.0);
        }
        let yearly = YEAR / days;
        let advantage = (to_alpha / staked - to_root / root) * yearly;
        // Alpha's yield is paid in what inflates: a yield above the inflation that pays it is not asked to be seen.
        let moved = root * mobility * advantage.clamp(-1.0, 1.0) * days / YEAR;
        self.chain.stake_on_root(-(moved as i64))?;
        Ok(moved / pooled)
    }
}

/// TAO in all pools, and at their prices what root and stakers were paid and what stakers hold, all in rao.
struct Yields<'a> {
    chain: &'a Chain,
}

impl Loop for Yields<'_> {
    type Output = [f64; 4];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let chain = self.chain;
        let [mut pooled, mut to_root, mut to_alpha, mut staked] = [Lanes::of(0.0); 4];
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (price, tao) = (load(&chain.paid.price, from), load(&chain.pools.tao, from));
            let (root, stakers) = (load(&chain.paid.root, from), load(&chain.paid.stakers, from));
            let held = load(&chain.holdings.stakers, from);
            for k in 0..CHUNK {
                pooled[k] += tao[k].0 as f64;
                to_root[k] += root[k].0 as f64 * price[k];
                to_alpha[k] += stakers[k].0 as f64 * price[k];
                staked[k] += held[k].0 as f64 * price[k];
            }
        }
        [sum(&pooled), sum(&to_root), sum(&to_alpha), sum(&staked)]
    }
}

/// What everybody sells and buys in a step.
struct Plans<'a> {
    parameters: &'a Parameters,
    chain: &'a mut Chain,
    people: &'a mut People,
    surprise: &'a [f64],
    novelty: &'a [f64],
    days: f64,
    /// What moves all pools alike, as a part of each.
    common: f64,
    sales: &'a mut Sales,
    /// Purchases, in rao.
    budgets: &'a mut [u64],
}

impl Loop for Plans<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (p, chain, people, days) = (self.parameters, self.chain, self.people, self.days);
        let miners_sell = miners_sell(p);
        let root_day = days.sqrt();
        let most_flow = p.flow_max * days.min(1.0);
        let most_sold = STAKERS_SELL_MAX * days.max(0.05);
        let stock_sold = (p.stock_sold * days / MONTH).min(1.0);
        let extracted = (days / EXTRACTION_DAYS).min(1.0);
        let exits = (days / p.exit_days).min(1.0);
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (age, price) = (load(&chain.age, from), load(&chain.paid.price, from));
            let (tao, alpha) = (load(&chain.pools.tao, from), load(&chain.pools.alpha, from));
            let paid = &mut chain.paid;
            let (paid_owner, paid_miners) = (load(&paid.owner, from), load(&paid.miners, from));
            let (mut paid_stakers, paid_root) = (load(&paid.stakers, from), load(&paid.root, from));
            let held = &mut chain.holdings;
            let (mut owner_has, miners_have) = (load(&held.owner, from), load(&held.miners, from));
            let mut stakers_have = load(&held.stakers, from);
            let (value, log_price) = (load(&people.log_value, from), load(&people.log_price, from));
            let (momentum, mut attention) = (load(&people.momentum, from), load(&people.attention, from));
            let (surprise, novelty) = (load(self.surprise, from), load(self.novelty, from));
            let (locked, cut_sold) = (load(&people.locked, from), load(&people.cut_sold, from));
            // Of its stock and of its cut an owner sells these parts, and all of its cut at least while it extracts.
            let [mut of_stock, mut of_cut, mut least] = [Lanes::of(0.0); 3];
            for (k, (phase, kind)) in people.phase[from..]
                .iter()
                .zip(&people.kind[from..])
                .take(CHUNK)
                .enumerate()
            {
                let held_long = if *kind == Kind::Mercenary { stock_sold } else { 0.0 };
                let leaves = if *phase == Phase::Gone { exits } else { extracted };
                let builds = *phase == Phase::Building;
                of_stock[k] = if builds { held_long } else { leaves };
                of_cut[k] = if builds { cut_sold[k] } else { 0.0 };
                least[k] = if *phase == Phase::Extracting { 1.0 } else { 0.0 };
            }
            let [mut sold_owner, mut sold_miners, mut sold_stakers, mut sold_root] = [Lanes::of(Alpha::ZERO); 4];
            let mut budget = Lanes::of(0);
            for k in 0..CHUNK {
                let open = (age[k] > 0.0) & (price[k] > 0.0);
                // Speculators' net flow, in rao.
                let news = novelty[k] * root_day;
                let drive = (p.value_pull * (value[k] - log_price[k])
                    + p.momentum * momentum[k]
                    + p.panic * momentum[k].min(0.0)
                    + p.flow_drift)
                    * days
                    + p.attention_push * news
                    + p.flow_noise * root_day * surprise[k]
                    + self.common;
                let flow = tao[k].0 as f64 * drive.max(-most_flow).min(most_flow);
                let faded = attention[k] + (news - ATTENTION_RETURN * days * attention[k]);
                attention[k] = if open { faded } else { attention[k] };
                // The owner's part of what stakers were paid: its alpha is staked too.
                let own = owner_has[k].minus_or_zero(paid_owner[k]).0 as f64;
                let others = stakers_have[k].minus_or_zero(paid_stakers[k]).0 as f64 + miners_have[k].0 as f64;
                let all = (own + others).max(1.0);
                let most = paid_stakers[k].min(stakers_have[k]);
                let dividend = part(paid_stakers[k].0 as f64 * (own / all), most);
                let dividend = if open { dividend } else { Alpha::ZERO };
                stakers_have[k] = stakers_have[k].minus_or_zero(dividend);
                paid_stakers[k] = paid_stakers[k].minus_or_zero(dividend);
                owner_has[k] = Alpha(owner_has[k].0.wrapping_add(dividend.0));
                let stock = owner_has[k].minus_or_zero(locked[k]);
                let cut = paid_owner[k].0 as f64;
                let wanted = of_cut[k] * cut + of_stock[k] * stock.0 as f64;
                let by_owner = part(wanted.max(least[k] * cut), stock);
                // Nobody sells what is earned into a pool that cannot take it.
                let miners = paid_miners[k].0 as f64 * miners_sell;
                let root = paid_root[k].0 as f64 * p.root_sold;
                let stakers = paid_stakers[k].0 as f64 * p.staker_sold;
                let wanted = miners + root + stakers;
                let most = p.sell_pace * days * alpha[k].0 as f64;
                let pace = if wanted > most { most / wanted } else { 1.0 };
                let by_miners = part(miners * pace, paid_miners[k]);
                let by_root = part(root * pace, paid_root[k]);
                let leaves = (-flow / price[k]).max(0.0).min(most_sold * stakers_have[k].0 as f64);
                let for_both = stakers * pace + leaves + by_root.0 as f64;
                let by_stakers = part(for_both, stakers_have[k]);
                let if_open = |amount: Alpha| if open { amount } else { Alpha::ZERO };
                sold_owner[k] = if_open(by_owner);
                sold_miners[k] = if_open(by_miners);
                sold_stakers[k] = if_open(by_stakers);
                sold_root[k] = if_open(by_root.min(by_stakers));
                budget[k] = if open { whole(flow) } else { 0 };
            }
            store(&mut paid.stakers, from, &paid_stakers);
            store(&mut held.owner, from, &owner_has);
            store(&mut held.stakers, from, &stakers_have);
            store(&mut people.attention, from, &attention);
            store(&mut self.sales.owner, from, &sold_owner);
            store(&mut self.sales.miners, from, &sold_miners);
            store(&mut self.sales.stakers, from, &sold_stakers);
            store(&mut self.sales.root, from, &sold_root);
            store(self.budgets, from, &budget);
        }
    }
}

/// Prices after a round of trading, and the momentum they give.
struct Prices<'a> {
    chain: &'a mut Chain,
    people: &'a mut People,
    /// Part of momentum that a step keeps.
    kept: f64,
}

impl Loop for Prices<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (chain, people) = (self.chain, self.people);
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (mut price, age) = (load(&chain.paid.price, from), load(&chain.age, from));
            let (mut log_price, mut momentum) = (load(&people.log_price, from), load(&people.momentum, from));
            let now = chain.prices(from);
            for k in 0..CHUNK {
                let open = (age[k] > 0.0) & (price[k] > 0.0);
                let log = ln(now[k].max(1e-12));
                let moved = momentum[k] * self.kept + log - log_price[k];
                momentum[k] = if open { moved } else { momentum[k] };
                log_price[k] = if open { log } else { log_price[k] };
                price[k] = if open { now[k] } else { price[k] };
            }
            store(&mut chain.paid.price, from, &price);
            store(&mut people.log_price, from, &log_price);
            store(&mut people.momentum, from, &momentum);
        }
    }
}

/// Whole units of a plan, as much as there is.
#[inline(always)]
fn part(amount: f64, most: Alpha) -> Alpha {
    Alpha(whole(amount).min(most.0))
}
