//! Owners: once a month each weighs staying, extracting and leaving, in dollars.

use tributary_economy::Error;

use super::{Kind, MONTH, Phase, RAO, World};
use crate::{
    noise::uniform,
    story::{Reason, What},
};

/// Months that an owner looks ahead, by kind.
const HORIZON_MONTHS: [i32; 3] = [36, 18, 6];

/// Months of a full cut that extraction is reckoned to bring before the slot is worthless.
const EXTRACTION_MONTHS: i32 = 6;

/// What the network's name is worth to a kind: added to `loyalty`.
const LOYALTY: [f64; 3] = [1.5, 0.0, -1.0];

/// Extraction asks for this much more advantage than leaving: it is seen by everybody.
const SHAME: f64 = 1.0;

/// Part of miner pay that an extracting owner withholds.
const WITHHELD: f64 = 0.9;

/// Venture money stops growing at this log quality.
const VENTURE_QUALITY_MAX: f64 = 2.0;

/// No choice is worth less than this, in dollars.
const LEAST: f64 = 1_000.0;

/// What an owner did with its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Goes on.
    Stay,
    /// Begins to take out, or goes on with it.
    Extract,
    /// Leaves.
    Leave,
}

/// What an owner weighed, in dollars unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// Its cut over the horizon, at the price after its own sales.
    pub cut: f64,
    /// Revenue kept over the horizon.
    pub revenue: f64,
    /// Work that emission pays, which it would have to pay itself, over the horizon.
    pub subsidy: f64,
    /// Its alpha, less the haircut.
    pub stake: f64,
    /// What the outside pays for the business that it can take along.
    pub business: f64,
    /// Venture money for the quality.
    pub venture: f64,
    /// What its alpha brings when it is sold at once.
    pub dump: f64,
    /// A full cut for some months and its alpha, sold.
    pub extraction: f64,
    /// Log advantage over staying that leaving needs: what the network's name is worth to it. Extraction needs one
    /// log point more.
    pub loyalty: f64,
    /// Probability of leaving this month.
    pub chance_leave: f64,
    /// Probability of beginning to extract, if it does not leave.
    pub chance_extract: f64,
}

impl Weighed {
    /// Value of staying.
    pub fn stay(&self) -> f64 {
        (self.cut + self.revenue + self.subsidy + self.stake).max(LEAST)
    }

    /// Value of leaving.
    pub fn leave(&self) -> f64 {
        (self.business + self.venture + self.dump).max(LEAST)
    }
}

/// Value today of one dollar a month for `months` at a monthly rate.
fn annuity(months: i32, rate: f64) -> f64 {
    if rate <= 0.0 {
        return f64::from(months);
    }
    (1.0 - libm::pow(1.0 + rate, -f64::from(months))) / rate
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

impl World {
    /// A round of decisions, and of takeovers of slots whose owner has left.
    pub(super) fn decide(&mut self) -> Result<(), Error> {
        let slots = self.chain.slots();
        self.tally_quality();
        self.streams.owners.fill(2 * self.rounds, &mut self.bits[..slots]);
        self.streams
            .owners
            .fill(2 * self.rounds + 1, &mut self.more_bits[..slots]);
        for slot in 0..slots {
            if !self.chain.emits(slot) {
                continue;
            }
            let (first, second) = (uniform(self.bits[slot]), uniform(self.more_bits[slot]));
            if self.people.phase[slot] == Phase::Gone {
                if self.taken_over(first) {
                    self.take_over(slot);
                }
                continue;
            }
            if self.people.phase[slot] == Phase::Extracting && self.contestable(slot) && self.taken_over(second) {
                self.take_over(slot);
                continue;
            }
            let weighed = self.weigh(slot);
            let choice = if first < weighed.chance_leave {
                Choice::Leave
            } else if second < weighed.chance_extract || self.people.phase[slot] == Phase::Extracting {
                Choice::Extract
            } else {
                Choice::Stay
            };
            if self.story.is_some() {
                self.tell_decision(slot, choice, weighed);
            }
            self.tally_decision(slot, choice);
            match choice {
                Choice::Leave => self.leave(slot, Reason::Chosen),
                Choice::Extract if self.people.phase[slot] == Phase::Building => {
                    self.people.phase[slot] = Phase::Extracting;
                    self.people.since[slot] = self.day;
                    self.chain.withheld[slot] = self.chain.withheld[slot].max(WITHHELD);
                }
                Choice::Extract | Choice::Stay => {}
            }
        }
        Ok(())
    }

    /// What an owner compares this month.
    fn weigh(&self, slot: usize) -> Weighed {
        let p = &self.parameters;
        let people = &self.people;
        let kind = people.kind[slot] as usize;
        let usd = self.tao.usd;
        let price = self.chain.price(slot);
        let pool_alpha = self.chain.pools[slot].alpha.0 as f64 / RAO;
        let rate = p.discount_rate / 12.0;
        let horizon = annuity(HORIZON_MONTHS[kind], rate);
        // The rules' cut of a month's alpha, by its present emission.
        let supply = self.chain.alpha_issued[slot];
        let month = tributary_economy::issuance::block_emission(supply) as f64 / RAO
            * crate::chain::BLOCKS_PER_DAY as f64
            * MONTH;
        let cut_alpha = month * f64::from(self.chain.constants.owner_cut) / 65_535.0;
        let after_sale = |sold: f64| pool_alpha / (pool_alpha + sold);
        let sold = people.cut_sold[slot];
        let kept = (1.0 - sold) * (1.0 - p.haircut);
        let cut = cut_alpha * price * usd * (sold * after_sale(sold * cut_alpha) + kept);
        let revenue = people.revenue[slot] * MONTH * p.margin;
        let subsidy = people.funding[slot] * MONTH * p.subsidy_need;
        let owned = self.chain.holdings.owner[slot].0 as f64 / RAO;
        let stake = owned * price * usd * (1.0 - p.haircut);
        let free = (owned - people.locked[slot].0 as f64 / RAO).max(0.0);
        let dump = free * price * usd * after_sale(free);
        let quality = people.quality[slot];
        let lost = p.switching_loss * logistic(-quality);
        let business = p.outside_multiple * revenue * (1.0 - lost);
        let venture = p.venture_at_frontier * libm::exp(p.venture_steepness * quality.min(VENTURE_QUALITY_MAX));
        let full_cut = cut_alpha * price * usd * after_sale(cut_alpha);
        let extraction = full_cut * annuity(EXTRACTION_MONTHS, rate) + dump;
        let mut weighed = Weighed {
            cut: cut * horizon,
            revenue: revenue * horizon,
            subsidy: subsidy * horizon,
            stake,
            business,
            venture,
            dump,
            extraction,
            loyalty: p.loyalty + LOYALTY[kind],
            chance_leave: 0.0,
            chance_extract: 0.0,
        };
        let loyalty = weighed.loyalty;
        let (stay, leave) = (libm::log(weighed.stay()), libm::log(weighed.leave()));
        weighed.chance_leave = logistic((leave - stay - loyalty) / p.choice_noise);
        let extraction = libm::log(extraction.max(LEAST));
        weighed.chance_extract = logistic((extraction - stay - loyalty - SHAME) / p.choice_noise);
        weighed
    }

    fn tell_decision(&mut self, slot: usize, choice: Choice, weighed: Weighed) {
        let phase = self.people.phase[slot];
        if choice == Choice::Leave || (choice == Choice::Extract && phase == Phase::Building) {
            let what = What::Decided {
                choice,
                kind: self.people.kind[slot],
                quality: self.people.quality[slot],
                weighed,
            };
            self.tell(slot, what);
        }
    }
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Mission => "mission-driven",
            Kind::Commercial => "commercial",
            Kind::Mercenary => "mercenary",
        }
    }
}
