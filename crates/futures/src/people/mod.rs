//! The people of a future: what each subnet's team, miners, customers and traders are and do.
//!
//! Everything is kept in rows of one entry a slot. Amounts that the chain counts are in [`crate::chain`]; here are
//! plans, in floating point.

mod arrive;
mod enforce;
mod leave;
mod owners;
mod pacts;
mod tao;
mod trade;
mod weigh;
mod work;

use crate::{
    chain::{BLOCKS_PER_DAY, Chain, Sales, Who},
    metrics::Tally,
    noise::{Class, STRIDE, Stream, normal, uniform},
    pact::Offer,
    parameters::Parameters,
    scenario::{Event, Scenario},
    start::Start,
    story::{Story, What},
};
use tributary_economy::{Alpha, Error, Tao, approximate::PRICE_ONE, rule_sets::RuleSet};

pub use owners::Choice;
pub use tao::TaoMarket;
pub use weigh::Weighed;

/// Rao in a TAO, as a float.
pub(crate) const RAO: f64 = 1e9;

/// Days of a year.
pub(crate) const YEAR: f64 = 365.25;

/// Days of a month of decisions.
pub(crate) const MONTH: f64 = 30.0;

/// Days between two rounds of slow changes: quality, customers, what speculators think a subnet is worth.
pub(crate) const WEEK: f64 = 7.0;

/// Groups of products that compete with each other.
const SEGMENTS: usize = 8;

/// What speculators take off the log value of a subnet whose owner has left.
const GONE_DISCOUNT: f64 = 1.6;

/// Days from registration to the start call.
const START_DAYS: f64 = 7.0;

/// Who pays for services.
const CUSTOMER: Who = Who::Other(0);

/// Who reports broken pacts, for a reward.
const REPORTER: Who = Who::Other(1);

/// Those who stake alpha, as voters.
const HOLDERS: Who = Who::Other(2);

/// Why an owner is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For the work.
    Mission,
    /// For a business.
    Commercial,
    /// For the emission.
    Mercenary,
}

/// What an owner is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Working on the product.
    Building,
    /// Taking out what the slot gives.
    Extracting,
    /// Has left with product, team and revenue; may still be selling.
    Gone,
}

/// The people of all slots.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// How many occupants a slot had before this one.
    pub generation: Vec<u32>,
    /// Owner's kind.
    pub kind: Vec<Kind>,
    /// Owner's phase.
    pub phase: Vec<Phase>,
    /// Day since which it has been in that phase.
    pub since: Vec<f64>,
    /// Part of its cut that the owner sells.
    pub cut_sold: Vec<f64>,
    /// Alpha that the owner cannot sell: it is locked for good.
    pub locked: Vec<Alpha>,
    /// Log quality against the frontier, which is always 0.
    pub quality: Vec<f64>,
    /// Progress a year at full funding.
    pub talent: Vec<f64>,
    /// Appeal of the product beyond its quality.
    pub appeal: Vec<f64>,
    /// Segment of customers.
    pub segment: Vec<u8>,
    /// Dollars a day that reach the work.
    pub funding: Vec<f64>,
    /// Revenue in dollars a day.
    pub revenue: Vec<f64>,
    /// Part of it that is paid on the network.
    pub on_rail: Vec<f64>,
    /// Whether the last week bought neither quality nor revenue.
    pub idle: Vec<bool>,
    /// Attention, around zero.
    pub attention: Vec<f64>,
    /// Log price after the last step.
    pub log_price: Vec<f64>,
    /// Sum of log returns, forgotten over 30 days.
    pub momentum: Vec<f64>,
    /// What speculators think: log price.
    pub log_value: Vec<f64>,
    /// Log of price over fundamentals to the elasticity when the occupant was first valued; none before.
    pub anchor: Vec<Option<f64>>,
    /// Day of the start call; infinite when done.
    pub starts: Vec<f64>,
    /// Day on which emission is switched on; infinite when done.
    pub enables: Vec<f64>,
    /// Day of the owner's next decision: a month passes between two, and every owner has a day of its own.
    pub decides: Vec<f64>,
    /// Day on which an owner who has given notice leaves; infinite without one.
    pub departs: Vec<f64>,
    /// How many decisions the owner has made: it looks at an offered pact with the first and then once a year.
    pub looks: Vec<u64>,
    /// What holders see and price of a smaller chance that the owner leaves, in log points.
    pub trust: Vec<f64>,
    /// What opened artefacts cost in appeal, in log points.
    pub leak: Vec<f64>,
    /// By how much what the last owner has left open lags behind, in log quality; none if it left nothing.
    pub opened: Vec<Option<f64>>,
}

/// A team, as it is drawn.
#[derive(Clone, Copy, Debug)]
struct Team {
    kind: Kind,
    quality: f64,
    talent: f64,
    appeal: f64,
    segment: u8,
    cut_sold: f64,
    /// Days until its first decision.
    decides_in: f64,
}

/// Streams of one future.
#[derive(Clone, Debug)]
struct Streams {
    start: Stream,
    quality: Stream,
    speculators: Stream,
    crowd: Stream,
    attention: Stream,
    owners: Stream,
    newcomers: Stream,
    shocks: Stream,
    pacts: Stream,
}

impl Streams {
    fn new(seed: u64, future: u64) -> Self {
        let open = |class| Stream::new(seed, future, class);
        Self {
            start: open(Class::Start),
            quality: open(Class::Quality),
            speculators: open(Class::Speculators),
            crowd: open(Class::Crowd),
            attention: open(Class::Attention),
            owners: open(Class::Owners),
            newcomers: open(Class::Newcomers),
            shocks: open(Class::Shocks),
            pacts: open(Class::Pacts),
        }
    }
}

/// One future as it is now.
#[derive(Clone, Debug)]
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// The people.
    pub people: People,
    /// The market of TAO in dollars.
    pub tao: TaoMarket,
    /// Parameters of this future.
    pub parameters: Parameters,
    /// What is measured.
    pub tally: Tally,
    /// What happened, if somebody wants to know.
    pub story: Option<Story>,
    /// Days since the start.
    pub day: f64,
    /// Steps since the start.
    step: u64,
    /// Days since the last slow round.
    week: f64,
    /// Days since working subnets were last put in order.
    month: f64,
    /// The pact that is offered.
    offer: Option<Offer>,
    /// What customers spend on all segments, in dollars a day.
    demand: f64,
    streams: Streams,
    events: Vec<Event>,
    /// TAO that leavers of events still sell, and how much of it a day.
    treasury: (f64, f64),
    bits: Vec<u64>,
    more_bits: Vec<u64>,
    weights: Vec<f64>,
    surprise: Vec<f64>,
    novelty: Vec<f64>,
    /// Dollars a day of each slot's revenue that are tribute.
    pub(crate) tribute: Vec<f64>,
    sales: Sales,
    budgets: Vec<u64>,
}

impl World {
    /// An empty world; [`World::begin`] fills it. It can be used for one future after another.
    pub fn new(scenario: &Scenario) -> Self {
        let beliefs = &scenario.beliefs;
        Self {
            chain: Chain::default(),
            people: People::default(),
            tao: TaoMarket::default(),
            parameters: Parameters::draw(beliefs, 0, 0),
            tally: Tally::default(),
            story: None,
            day: 0.0,
            step: 0,
            week: 0.0,
            month: 0.0,
            offer: None,
            demand: 0.0,
            streams: Streams::new(0, 0),
            events: scenario.events.clone(),
            treasury: (0.0, 0.0),
            bits: vec![0; STRIDE as usize],
            more_bits: vec![0; STRIDE as usize],
            weights: Vec::new(),
            surprise: Vec::new(),
            novelty: Vec::new(),
            tribute: Vec::new(),
            sales: Sales::default(),
            budgets: Vec::new(),
        }
    }

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

    /// Draws the team of a slot's occupant number `generation`. `rank` says where its price stands, in standard
    /// deviations.
    fn team(&mut self, slot: usize, generation: u32, rank: f64) -> Team {
        let p = &self.parameters;
        let base = u64::from(generation) * 16;
        let start = &self.streams.start;
        let bits = |k| start.at(base + k, slot as u64);
        let u = uniform(bits(0));
        let kind = if u < p.mission_share {
            Kind::Mission
        } else if u > 1.0 - p.mercenary_share {
            Kind::Mercenary
        } else {
            Kind::Commercial
        };
        let told = p.price_tells_quality;
        let luck = (1.0 - told * told).sqrt();
        let quality = p.quality_start + p.quality_spread * (told * rank + luck * normal(bits(1)));
        // Those who are ahead mostly are those who move fast.
        let skill = told * rank + luck * normal(bits(2));
        let eager = libm::exp(normal(bits(5)));
        Team {
            kind,
            quality,
            talent: p.talent_median * libm::exp(p.talent_spread * skill),
            appeal: p.appeal_spread * normal(bits(3)),
            segment: (uniform(bits(4)) * SEGMENTS as f64) as u8,
            cut_sold: match kind {
                Kind::Mission => (0.5 * p.cut_sold * eager).min(1.0),
                Kind::Commercial => (p.cut_sold * eager).min(1.0),
                Kind::Mercenary => 1.0,
            },
            decides_in: MONTH * uniform(bits(6)),
        }
    }

    /// Draws the people of a slot's present occupant. `rank` says where its price stands, in standard deviations.
    fn occupy(&mut self, slot: usize, rank: f64) {
        let team = self.team(slot, self.people.generation[slot], rank);
        let on_rail = self.on_rail(team.kind);
        let people = &mut self.people;
        people.kind[slot] = team.kind;
        people.quality[slot] = team.quality;
        people.talent[slot] = team.talent;
        people.appeal[slot] = team.appeal;
        people.segment[slot] = team.segment;
        people.cut_sold[slot] = team.cut_sold;
        people.on_rail[slot] = on_rail;
        people.decides[slot] = self.day + team.decides_in;
        people.departs[slot] = f64::INFINITY;
        people.looks[slot] = 0;
        (people.trust[slot], people.leak[slot], people.opened[slot]) = (0.0, 0.0, None);
        people.locked[slot] = Alpha::ZERO;
        people.phase[slot] = Phase::Building;
        people.since[slot] = self.day;
        people.funding[slot] = 0.0;
        people.revenue[slot] = 0.0;
        people.idle[slot] = false;
        people.attention[slot] = 0.0;
        people.momentum[slot] = 0.0;
        people.anchor[slot] = None;
        people.log_price[slot] = libm::log(self.chain.price(slot).max(1e-12));
        people.log_value[slot] = people.log_price[slot];
        (people.starts[slot], people.enables[slot]) = (f64::INFINITY, f64::INFINITY);
    }

    /// Advances by a step of `blocks` under `rules`.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn step(&mut self, blocks: u64, rules: RuleSet) -> Result<(), Error> {
        let days = blocks as f64 / BLOCKS_PER_DAY as f64;
        self.chain.rules = rules;
        self.open_slots();
        let issued_before = self.chain.issued;
        self.chain.emit(blocks)?;
        self.chain.step_pacts(blocks)?;
        let minted = self.chain.issued.minus_or_zero(issued_before);
        if self.step == 0 {
            self.begin_coverage(days, minted);
        }
        self.day += days;
        self.week += days;
        self.month += days;
        // A day is not a whole number in binary steps.
        if self.week >= WEEK - 1e-6 || self.step == 0 {
            self.work(days);
            self.week = 0.0;
        }
        self.trade(days)?;
        self.tally.tribute_now = self.pay_tribute(days)?;
        self.move_tao(days);
        if self.month >= MONTH - 1e-6 {
            self.tally_quality();
            self.month = 0.0;
        }
        self.decide()?;
        self.enforce_pacts()?;
        self.arrive(days)?;
        self.shock(days)?;
        self.happen(days)?;
        self.measure(days, minted);
        self.step += 1;
        Ok(())
    }

    /// The start calls and switches that are due.
    fn open_slots(&mut self) {
        for slot in 0..self.chain.slots() {
            if self.day >= self.people.starts[slot] {
                self.people.starts[slot] = f64::INFINITY;
                self.chain.start(slot);
            }
            if self.day >= self.people.enables[slot] {
                self.people.enables[slot] = f64::INFINITY;
                self.chain.enabled[slot] = true;
            }
        }
    }

    /// Alpha outside the pool that people hold, at the pool's price, in TAO.
    pub fn alpha_value(&self, slot: usize) -> f64 {
        let holdings = &self.chain.holdings;
        let held = holdings.owner[slot].0 + holdings.miners[slot].0 + holdings.stakers[slot].0;
        held as f64 / RAO * self.chain.price(slot)
    }

    fn tell(&mut self, slot: usize, what: What) {
        if let Some(story) = &mut self.story {
            story.tell(self.day, slot, self.people.generation[slot], what);
        }
    }
}

/// A plan in TAO as whole rao; nothing for what is not a positive number.
pub(crate) fn tao(amount: f64) -> Tao {
    Tao((amount * RAO) as u64)
}

/// A plan in alpha in its smallest units.
pub(crate) fn alpha(amount: f64) -> Alpha {
    Alpha((amount * RAO) as u64)
}
