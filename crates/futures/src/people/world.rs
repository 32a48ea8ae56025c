//! One future as it is now: its chain, its people, its market.

use tributary_economy::Alpha;

use super::{Kind, Phase, tao_market::TaoMarket};
use crate::{
    chain::{Chain, Sales, Who},
    noise::{Class, STRIDE, Stream},
    pact::Offer,
    parameters::Parameters,
    scenario::{Event, Scenario},
    story::{Story, What},
    tally::Tally,
    units::RAO,
};

/// Groups of products that compete with each other.
pub(super) const SEGMENTS: usize = 8;

/// What speculators take off the log value of a subnet whose owner has left.
pub(super) const GONE_DISCOUNT: f64 = 1.6;

/// Days from registration to the start call.
pub(super) const START_DAYS: f64 = 7.0;

/// Who pays for services.
pub(super) const CUSTOMER: Who = Who::Other(0);

/// Who reports broken pacts, for a reward.
pub(super) const REPORTER: Who = Who::Other(1);

/// Those who stake alpha, as voters.
pub(super) const HOLDERS: Who = Who::Other(2);

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
    /// What opened artifacts cost in appeal, in log points.
    pub leak: Vec<f64>,
    /// By how much what the last owner has left open lags behind, in log quality; none if it left nothing.
    pub opened: Vec<Option<f64>>,
}

/// Streams of one future.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    pub(super) start: Stream,
    pub(super) quality: Stream,
    pub(super) speculators: Stream,
    pub(super) crowd: Stream,
    pub(super) attention: Stream,
    pub(super) owners: Stream,
    pub(super) newcomers: Stream,
    pub(super) shocks: Stream,
    pub(super) pacts: Stream,
}

impl Streams {
    pub(super) fn new(seed: u64, future: u64) -> Self {
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
    pub(super) step: u64,
    /// Days since the last slow round.
    pub(super) week: f64,
    /// Days since working subnets were last put in order.
    pub(super) month: f64,
    /// The pact that is offered.
    pub(super) offer: Option<Offer>,
    /// What customers spend on all segments, in dollars a day.
    pub(super) demand: f64,
    pub(super) streams: Streams,
    pub(super) events: Vec<Event>,
    /// TAO that leavers of events still sell, and how much of it a day.
    pub(super) treasury: (f64, f64),
    pub(super) bits: Vec<u64>,
    pub(super) more_bits: Vec<u64>,
    pub(super) weights: Vec<f64>,
    pub(super) surprise: Vec<f64>,
    pub(super) novelty: Vec<f64>,
    /// Dollars a day of each slot's revenue that are tribute.
    pub(crate) tribute: Vec<f64>,
    pub(super) sales: Sales,
    pub(super) budgets: Vec<u64>,
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

    /// Alpha outside the pool that people hold, at the pool's price, in TAO.
    pub fn alpha_value(&self, slot: usize) -> f64 {
        let holdings = &self.chain.holdings;
        let held = holdings.owner[slot].0 + holdings.miners[slot].0 + holdings.stakers[slot].0;
        held as f64 / RAO * self.chain.price(slot)
    }

    pub(super) fn tell(&mut self, slot: usize, what: What) {
        if let Some(story) = &mut self.story {
            story.tell(self.day, slot, self.people.generation[slot], what);
        }
    }

    /// Median price of the alpha of subnets that emit, in TAO; zero without any.
    pub(super) fn median_price(&mut self) -> f64 {
        let mut count = 0;
        for slot in 0..self.chain.slots() {
            if self.chain.emits(slot) {
                self.weights[count] = self.chain.price(slot);
                count += 1;
            }
        }
        if count == 0 {
            return 0.0;
        }
        let (_, median, _) = self.weights[..count].select_nth_unstable_by(count / 2, f64::total_cmp);
        *median
    }
}
