//! Who signs a pact, who gives it up or takes it on, and what it does to customers and prices (`docs/futures.md#people`,
//! on pacts).

use tributary_economy::{
    Error, approximate,
    pact::{Input, Terms, strength::strength},
};

use super::{
    Kind, Phase,
    exit_decision::{Situation, days, leak, part, stays_on_rail},
    teams::Team,
    world::{CUSTOMER, GONE_DISCOUNT, World},
};
use crate::{
    noise::uniform,
    pact::Signing,
    story::What,
    units::{MONTH, RAO, YEAR, tao},
};

/// Months between two looks at the offer.
const LOOK_MONTHS: u64 = 12;

/// Talent above this many standard deviations makes a good team: the best quarter.
const GOOD: f64 = 0.674_489_750_196_081_7;

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

impl World {
    /// By how much holders are expected to lift the price of a slot's alpha for its terms, in log points: tribute and a
    /// larger share of emission count as fundamentals, a smaller chance that the owner leaves takes a part of the
    /// discount for that away.
    fn premium(&self, here: &Situation, terms: &Terms) -> f64 {
        let p = &self.parameters;
        // Per month and alpha outside the pool, all in dollars: only the ratio counts.
        let emission = here.emitted * here.price;
        let revenue = here.revenue * MONTH * p.margin;
        let tribute = self.tribute_usd_month(here, terms) * (1.0 - part(terms.route.root)) * p.tribute_priced;
        let favoured = self.favour(terms);
        let base = (emission + revenue).max(1e-9);
        let lifted = emission * (1.0 + favoured) + revenue + tribute;
        p.value_elasticity * libm::log(lifted / base) + self.trust(here, terms)
    }

    /// Tribute in dollars a month.
    fn tribute_usd_month(&self, here: &Situation, terms: &Terms) -> f64 {
        let on_rail = here.revenue * here.on_rail * stays_on_rail(&self.parameters, terms) * MONTH;
        here.cut_alpha() * part(terms.pledge) * here.price + on_rail * part(terms.revenue_share)
    }

    /// What emission adds to a share for the strength of terms.
    fn favour(&self, terms: &Terms) -> f64 {
        approximate::favour(self.chain.pacts.parameters.pact_weight, strength(terms)) - 1.0
    }

    /// What holders see and price of the change in the owner's chance of leaving within a year, in log points.
    fn trust(&self, here: &Situation, terms: &Terms) -> f64 {
        let p = &self.parameters;
        let yearly = |terms: Option<&Terms>| {
            let monthly = here.weigh(p, terms, 0.0).chance_leave;
            1.0 - libm::pow(1.0 - monthly, 12.0)
        };
        p.pact_insight * GONE_DISCOUNT * (yearly(None) - yearly(Some(terms)))
    }

    /// The chance that the owner in this situation wants the offered pact, by what all its choices are worth with it
    /// and without it.
    fn chance_to_sign(&self, here: &Situation, terms: &Terms) -> f64 {
        let p = &self.parameters;
        let with = here
            .weigh(p, Some(terms), self.premium(here, terms))
            .prospects(0.0, p.choice_noise);
        // The bond is the owner's own money either way.
        let own = terms.bond.0 as f64 / RAO * here.tao_usd;
        let without = here.weigh(p, None, 0.0).prospects(own, p.choice_noise);
        logistic((with - without - p.signing_reluctance) / p.signing_noise)
    }

    /// Whether this is a team of the best quarter.
    fn is_good(&self, talent: f64) -> bool {
        let p = &self.parameters;
        talent > p.talent_median * libm::exp(p.talent_spread * GOOD)
    }

    /// The owner of a slot looks at the offer: with its first decision, then once a year.
    pub(super) fn look_at_offer(&mut self, slot: usize) -> Result<(), Error> {
        let Some(offer) = self.offer else { return Ok(()) };
        let people = &mut self.people;
        let looks = people.looks[slot];
        people.looks[slot] += 1;
        if !looks.is_multiple_of(LOOK_MONTHS)
            || people.phase[slot] != Phase::Building
            || people.departs[slot].is_finite()
        {
            return Ok(());
        }
        let terms = offer.terms();
        let here = self.situation(slot);
        let u = uniform(self.streams.pacts.at(self.step, slot as u64));
        if self.chain.pacts.notice_until(slot).is_some() {
            return Ok(());
        }
        if self.chain.pacts.terms(slot).is_some() {
            if u < self.chance_to_give_up(&here, &terms) {
                self.give_up(slot)?;
            }
            return Ok(());
        }
        let wants = u < self.chance_to_sign(&here, &terms);
        if looks == 0 {
            self.tally_look(&here, slot, wants);
        }
        if wants {
            self.sign(slot, terms)?;
        }
        Ok(())
    }

    /// Counts an owner's first look at the pact.
    fn tally_look(&mut self, here: &Situation, slot: usize, wants: bool) {
        let (kind, good) = (here.kind as usize, self.is_good(self.people.talent[slot]));
        self.tally.offered[kind] += 1;
        self.tally.offered_good += u32::from(good);
        self.tally.signed[kind] += u32::from(wants);
        self.tally.signed_good += u32::from(wants && good);
    }

    /// An owner gives notice that its pact shall end, and stays. Until the notice is over the terms bind.
    fn give_up(&mut self, slot: usize) -> Result<(), Error> {
        let who = self.chain.pacts.owner(slot);
        if self.chain.try_play(slot, Input::AnnounceExit { who })?.is_some() {
            self.people.trust[slot] = 0.0;
            let days = self.notice_left(slot);
            self.tell(slot, What::GaveUp { days });
        }
        Ok(())
    }

    /// Days until an announced notice is over; zero without one.
    pub(super) fn notice_left(&self, slot: usize) -> f64 {
        let until = self.chain.pacts.notice_until(slot).unwrap_or_default();
        days(until.saturating_sub(self.chain.block))
    }

    /// A team that takes over a slot finds the pact of the one before, and has to post its bond in time or lose it: it
    /// looks at the terms at once.
    pub(super) fn take_pact_on(&mut self, slot: usize) -> Result<(), Error> {
        let Some(terms) = self.chain.pacts.terms(slot).copied() else {
            return Ok(());
        };
        self.bind(slot, &terms);
        if self.chain.pacts.notice_until(slot).is_some() {
            return Ok(());
        }
        self.people.looks[slot] = 1;
        let here = self.situation(slot);
        let u = uniform(self.streams.pacts.at(self.step, slot as u64));
        let wants = u < self.chance_to_sign(&here, &terms);
        self.tally_look(&here, slot, wants);
        let who = self.chain.pacts.owner(slot);
        if wants && self.chain.try_play(slot, Input::PostBond { who })?.is_some() {
            self.signed(slot, &terms);
        }
        Ok(())
    }

    /// The chance that an owner gives its pact up, and stays: what has not vested is lost, the price falls back.
    fn chance_to_give_up(&self, here: &Situation, terms: &Terms) -> f64 {
        let p = &self.parameters;
        let within = here.weigh(p, Some(terms), 0.0).prospects(0.0, p.choice_noise);
        let after = Situation { unvested: 0.0, ..*here };
        let own = terms.bond.0 as f64 / RAO * here.tao_usd;
        let without = after
            .weigh(p, None, -self.premium(here, terms))
            .prospects(own, p.choice_noise);
        logistic((without - within - p.signing_reluctance) / p.signing_noise)
    }

    fn sign(&mut self, slot: usize, terms: Terms) -> Result<bool, Error> {
        if !self.chain.sign(slot, terms)? {
            return Ok(false);
        }
        self.bind(slot, &terms);
        self.signed(slot, &terms);
        Ok(true)
    }

    /// Holders see that an owner is bound by its own choice.
    fn signed(&mut self, slot: usize, terms: &Terms) {
        let here = self.situation(slot);
        self.people.trust[slot] = self.trust(&here, terms);
        let (kind, quality) = (here.kind, here.quality);
        self.tell(slot, What::Signed { kind, quality });
    }

    /// What terms in force do to customers.
    fn bind(&mut self, slot: usize, terms: &Terms) {
        let on_rail = self.on_rail(self.people.kind[slot]);
        self.people.on_rail[slot] = on_rail * stays_on_rail(&self.parameters, terms);
        self.people.leak[slot] = leak(&self.parameters, terms);
    }

    /// Takes away what a pact has done to customers and prices.
    pub(super) fn unbind(&mut self, slot: usize) {
        let on_rail = self.on_rail(self.people.kind[slot]);
        let people = &mut self.people;
        people.trust[slot] = 0.0;
        people.on_rail[slot] = on_rail;
        people.leak[slot] = 0.0;
    }

    /// A newcomer may have to sign, and may stay away for it. Returns whether it comes.
    pub(super) fn comes(&mut self, team: &Team) -> bool {
        let Some(offer) = self.offer.filter(|offer| offer.signing == Signing::Newcomers) else {
            return true;
        };
        let terms = offer.terms();
        let (kind, good) = (team.kind, self.is_good(team.talent));
        let here = self.outsider(kind, team.quality);
        let u = uniform(self.streams.newcomers.at(self.step, 2));
        let comes = u < self.chance_to_sign(&here, &terms);
        self.tally.offered[kind as usize] += 1;
        self.tally.offered_good += u32::from(good);
        self.tally.signed[kind as usize] += u32::from(comes);
        self.tally.signed_good += u32::from(comes && good);
        self.tally.stayed_away += u32::from(!comes);
        self.tally.stayed_away_good += u32::from(!comes && good);
        comes
    }

    /// What a newcomer can expect of a slot: the emission of a median subnet, and no customers yet.
    fn outsider(&mut self, kind: Kind, quality: f64) -> Situation {
        let tao_usd = self.tao.usd;
        let price = self.median_price();
        let pool_alpha = self.chain.lock_cost().0 as f64 / RAO / price.max(1e-9);
        Situation {
            kind,
            quality,
            revenue: 0.0,
            on_rail: self.on_rail(kind),
            funding: 0.0,
            cut_sold: 1.0,
            price: price * tao_usd,
            tao_usd,
            pool_alpha,
            emitted: self.chain.emission_of(0, MONTH),
            cut_part: self.chain.constants.parts().owner,
            owned: 0.0,
            locked: 0.0,
            unvested: 0.0,
        }
    }

    /// A newcomer that has come signs at once where it has to; elsewhere it looks at the offer with its first decision.
    pub(super) fn sign_newcomer(&mut self, slot: usize) -> Result<(), Error> {
        if let Some(offer) = self.offer.filter(|offer| offer.signing == Signing::Newcomers) {
            self.people.looks[slot] = 1;
            self.sign(slot, offer.terms())?;
        }
        Ok(())
    }

    /// Customers pay on the network where a pact takes a share of it. Returns the shares, in dollars.
    pub(super) fn pay_tribute(&mut self, days: f64) -> Result<f64, Error> {
        let mut all = 0.0;
        if self.offer.is_none() {
            return Ok(all);
        }
        for slot in 0..self.chain.slots() {
            let tribute = self.tribute_of_revenue(slot) * days;
            if tribute > 0.0 {
                all += tribute;
                let paid = self.people.revenue[slot] * self.people.on_rail[slot] * days;
                self.chain.pay_on_rail(slot, CUSTOMER, tao(paid / self.tao.usd))?;
            }
        }
        Ok(all)
    }

    /// Dollars a day of a slot's revenue that are tribute.
    pub(crate) fn tribute_of_revenue(&self, slot: usize) -> f64 {
        match self.chain.pacts.terms(slot) {
            Some(terms) => self.people.revenue[slot] * self.people.on_rail[slot] * part(terms.revenue_share),
            None => 0.0,
        }
    }

    /// Writes down what part of revenue is tribute. There is nothing to do before the first pact.
    pub(crate) fn see_tribute(&mut self) {
        if self.chain.pacts.any() {
            for slot in 0..self.chain.slots() {
                self.tribute[slot] = self.tribute_of_revenue(slot);
            }
        }
    }

    /// TAO a day that holders of a slot's alpha expect of its pact, as far as they price it.
    pub(super) fn priced_tribute(&self, slot: usize) -> f64 {
        let Some(terms) = self.chain.pacts.terms(slot) else {
            return 0.0;
        };
        let supply = self.chain.alpha_issued[slot];
        let cut = self.chain.owner_cut_of(supply, 1.0) * part(terms.pledge) * self.chain.price(slot);
        let rail = self.tribute_of_revenue(slot) / self.tao.usd.max(1e-9);
        (cut + rail) * (1.0 - part(terms.route.root)) * self.parameters.tribute_priced
    }

    /// By how much, in log quality, what a leaver's pact has opened lags behind what it had; none if nothing opens.
    pub(super) fn opened_lag(&self, slot: usize) -> Option<f64> {
        let terms = self.chain.pacts.terms(slot)?;
        let window = days(terms.open_after) / YEAR;
        (terms.open_after > 0).then_some(self.parameters.frontier_speed * window)
    }
}
