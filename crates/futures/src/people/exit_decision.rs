//! The owner's decision to exit: what it compares, in dollars. It stays, extracts or leaves, with and without a pact.

use tributary_economy::pact::Terms;

use super::Kind;
use crate::{
    chain::BLOCKS_PER_DAY,
    parameters::Parameters,
    units::{MONTH, RAO},
    vector::{exp, ln},
};

/// Months that an owner looks ahead, by kind.
const HORIZON_MONTHS: [i32; 3] = [36, 18, 6];

/// Months of a full cut that extraction is reckoned to bring before the slot is worthless.
const EXTRACTION_MONTHS: i32 = 6;

/// What the network's name is worth to a kind: added to `loyalty`.
const LOYALTY: [f64; 3] = [1.5, 0.0, -1.0];

/// Extraction asks for this much more advantage than leaving: it is seen by everybody.
const SHAME: f64 = 1.0;

/// Venture money stops growing at this log quality.
const VENTURE_QUALITY_MAX: f64 = 2.0;

/// No choice is worth less than this, in dollars.
const LEAST: f64 = 1_000.0;

/// Days of notice, and days until an artifact opens, that count half.
const NOTICE_HALF_DAYS: f64 = 30.0;
const OPEN_HALF_DAYS: f64 = 90.0;

/// TAO of bond that deters half of what a bond can deter from going round the rail.
const BOND_HALF: f64 = 500.0;

/// What an owner weighed, in dollars unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// Its cut over the horizon, at the price after its own sales, less what a pact pledges and what vests late.
    pub cut: f64,
    /// Revenue kept over the horizon, less tribute.
    pub revenue: f64,
    /// Work that emission pays, which it would have to pay itself, over the horizon.
    pub subsidy: f64,
    /// Its alpha, less the haircut, vested or not.
    pub stake: f64,
    /// Its bond, less what it would have earned elsewhere over the horizon.
    pub bond: f64,
    /// What the outside pays for the business that it can take along.
    pub business: f64,
    /// Venture money for the quality.
    pub venture: f64,
    /// What its alpha brings when it is sold at once, or after the notice with its bond back, whatever is more.
    pub dump: f64,
    /// Whether it would give notice.
    pub notice: bool,
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
        (self.cut + self.revenue + self.subsidy + self.stake + self.bond).max(LEAST)
    }

    /// Value of leaving.
    pub fn leave(&self) -> f64 {
        (self.business + self.venture + self.dump).max(LEAST)
    }

    /// Logarithm of what all three choices together are worth, each by how likely it will be taken, with `more` dollars
    /// in hand whatever is chosen.
    pub(super) fn prospects(&self, more: f64, noise: f64) -> f64 {
        let stay = ln(self.stay() + more);
        let others = [
            ln(self.leave() + more) - self.loyalty,
            ln(self.extraction.max(LEAST) + more) - self.loyalty - SHAME,
        ];
        let sum: f64 = others.iter().map(|other| exp((other - stay) / noise)).sum();
        stay + noise * libm::log1p(sum)
    }
}

/// What an owner's choice hangs on, at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation {
    pub kind: Kind,
    /// Log quality against the frontier.
    pub quality: f64,
    /// Dollars a day, on and off the network.
    pub revenue: f64,
    /// Part of it on the network if nothing is taken of it.
    pub on_rail: f64,
    /// Dollars a day that reach the work.
    pub funding: f64,
    /// Part of its cut that the owner sells.
    pub cut_sold: f64,
    /// Dollars for one alpha.
    pub price: f64,
    /// Dollars for one TAO.
    pub tao_usd: f64,
    /// Alpha in the pool.
    pub pool_alpha: f64,
    /// Alpha that the rules emit in a month, and the owner's part of it.
    pub emitted: f64,
    pub cut_part: f64,
    /// Alpha of the owner, and how much of it it cannot sell, and what has not vested.
    pub owned: f64,
    pub locked: f64,
    pub unvested: f64,
}

/// Value today of one dollar a month for `months` at a monthly rate.
fn annuity(months: i32, rate: f64) -> f64 {
    if rate <= 0.0 {
        return f64::from(months);
    }
    (1.0 - exp(-f64::from(months) * ln(1.0 + rate))) / rate
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Days of a number of blocks.
pub(super) fn days(blocks: u64) -> f64 {
    blocks as f64 / BLOCKS_PER_DAY as f64
}

/// Value today of one dollar that vests with a half-life in months, at a monthly rate.
fn vesting_value(half_life: f64, rate: f64) -> f64 {
    let speed = core::f64::consts::LN_2 / half_life.max(1e-9);
    speed / (speed + rate)
}

/// The part that has vested, at the end of `months`, of what was earned evenly in them.
fn vested_part(half_life: f64, months: f64) -> f64 {
    let lives = months / half_life.max(1e-9) * core::f64::consts::LN_2;
    if lives > 1e-9 {
        1.0 - (1.0 - exp(-lives)) / lives
    } else {
        0.0
    }
}

/// The part of the payments on the network that stays there when `terms` take a share of them.
pub(super) fn stays_on_rail(p: &Parameters, terms: &Terms) -> f64 {
    let bond = terms.bond.0 as f64 / RAO;
    let deterred = p.rail_deterrence * bond / (bond + BOND_HALF);
    exp(-p.rail_evasion * part(terms.revenue_share) * (1.0 - deterred))
}

/// What opening its artifacts costs a product in appeal, in log points.
pub(super) fn leak(p: &Parameters, terms: &Terms) -> f64 {
    p.open_leak * openness(terms)
}

/// How open terms make what a subnet has made: one at once, zero never.
pub(super) fn openness(terms: &Terms) -> f64 {
    if terms.open_after == 0 {
        return 0.0;
    }
    libm::exp2(-days(terms.open_after) / OPEN_HALF_DAYS)
}

pub(super) fn part(share: tributary_economy::PerMillion) -> f64 {
    f64::from(share.0) / 1e6
}

impl Situation {
    /// Alpha of the owner's cut in a month.
    pub fn cut_alpha(&self) -> f64 {
        self.emitted * self.cut_part
    }

    /// Compares the choices under terms, or without a pact. `premium` is by how much the terms are expected to lift the
    /// price of the alpha, in log points.
    pub fn weigh(&self, p: &Parameters, terms: Option<&Terms>, premium: f64) -> Weighed {
        let none = Terms::default();
        let terms = terms.unwrap_or(&none);
        let kind = self.kind as usize;
        let rate = p.discount_rate / 12.0;
        let horizon = annuity(HORIZON_MONTHS[kind], rate);
        let price = self.price * exp(premium);
        let after_sale = |sold: f64| self.pool_alpha / (self.pool_alpha + sold);

        let half_life = days(terms.vesting_half_life) / MONTH;
        let vests = terms.vesting_half_life > 0;
        let late = if vests { vesting_value(half_life, rate) } else { 1.0 };
        let kept_cut = self.cut_alpha() * (1.0 - part(terms.pledge));
        let sold = self.cut_sold;
        let kept = (1.0 - sold) * (1.0 - p.haircut);
        let cut = kept_cut * late * price * (sold * after_sale(sold * kept_cut) + kept);

        let revenue = self.revenue * exp(-leak(p, terms)) * MONTH;
        let tribute = revenue * self.on_rail * stays_on_rail(p, terms) * part(terms.revenue_share);
        let profit = (revenue * p.margin - tribute).max(0.0);
        let subsidy = self.funding * MONTH * p.subsidy_need;
        let stake = (self.owned + self.unvested * late) * price * (1.0 - p.haircut);
        let bond = terms.bond.0 as f64 / RAO * self.tao_usd;
        let held_bond = bond / exp(f64::from(HORIZON_MONTHS[kind]) * ln(1.0 + rate));

        // What leaves: a product that will be open is sold for less.
        let exclusive = 1.0 - p.open_exposure * openness(terms);
        let lost = p.switching_loss * logistic(-self.quality);
        let business = p.outside_multiple * profit * (1.0 - lost) * exclusive;
        let venture =
            p.venture_at_frontier * exp(p.venture_steepness * self.quality.min(VENTURE_QUALITY_MAX)) * exclusive;
        let free = (self.owned - self.locked).max(0.0);
        let at_once = free * price * after_sale(free);
        let notice = days(terms.notice);
        let wait = exp(-notice / MONTH * ln(1.0 + rate));
        let fall = 1.0 - p.notice_fall * notice / (notice + NOTICE_HALF_DAYS);
        let after_notice = (at_once * fall + bond) * wait;
        let gives_notice = after_notice >= at_once;

        let extracted = if vests {
            vested_part(half_life, f64::from(EXTRACTION_MONTHS))
        } else {
            1.0
        };
        let full_cut = kept_cut * extracted * price * after_sale(kept_cut);
        let extraction = full_cut * annuity(EXTRACTION_MONTHS, rate) + at_once + held_bond;

        let mut weighed = Weighed {
            cut: cut * horizon,
            revenue: profit * horizon,
            subsidy: subsidy * horizon,
            stake,
            bond: held_bond,
            business,
            venture,
            dump: after_notice.max(at_once),
            notice: gives_notice,
            extraction,
            loyalty: p.loyalty + LOYALTY[kind],
            chance_leave: 0.0,
            chance_extract: 0.0,
        };
        let loyalty = weighed.loyalty;
        let (stay, leave) = (ln(weighed.stay()), ln(weighed.leave()));
        weighed.chance_leave = logistic((leave - stay - loyalty) / p.choice_noise);
        let extraction = ln(weighed.extraction.max(LEAST));
        weighed.chance_extract = logistic((extraction - stay - loyalty - SHAME) / p.choice_noise);
        weighed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::defaults;
    use proptest::prelude::*;
    use tributary_economy::{PerMillion, Tao};

    fn situation(quality: f64, owned: f64, unvested: f64) -> Situation {
        Situation {
            kind: Kind::Commercial,
            quality,
            revenue: 5_000.0,
            on_rail: 0.3,
            funding: 4_000.0,
            cut_sold: 0.3,
            price: 3.0,
            tao_usd: 300.0,
            pool_alpha: 2e6,
            emitted: 216_000.0,
            cut_part: 0.18,
            owned,
            locked: 0.0,
            unvested,
        }
    }

    proptest! {
        /// Without a price that rewards it, no promise makes staying, leaving or extracting better.
        #[test]
        fn a_promise_alone_never_pays(
            future in 0u64..50, quality in -2.0f64..1.0, owned in 0.0f64..1e6, unvested in 0.0f64..1e5,
            pledge in 0u32..1_000_001, half_life in 0u64..5_000_000, notice in 0u64..2_000_000,
            share in 0u32..500_001, open in 0u64..5_000_000,
        ) {
            let p = Parameters::draw(&defaults(), 3, future);
            let terms = Terms {
                pledge: PerMillion(pledge), vesting_half_life: half_life, notice, revenue_share: PerMillion(share),
                open_after: open, artifact_period: open, bond: Tao::ZERO, ..Terms::default()
            };
            let here = situation(quality, owned, unvested);
            let (free, bound) = (here.weigh(&p, None, 0.0), here.weigh(&p, Some(&terms), 0.0));
            let slack = 1.0 + 1e-12;
            prop_assert!(bound.stay() <= free.stay() * slack);
            prop_assert!(bound.leave() <= free.leave() * slack);
            prop_assert!(bound.extraction <= free.extraction * slack);
            prop_assert!(bound.prospects(0.0, p.choice_noise) <= free.prospects(0.0, p.choice_noise) + 1e-9);
        }

        /// A bond makes leaving without notice worse against staying, and never worth more than it is.
        #[test]
        fn a_bond_binds(future in 0u64..50, bond in 1u64..5_000, notice in 0u64..2_000_000) {
            let p = Parameters::draw(&defaults(), 3, future);
            let here = situation(-0.5, 1e5, 0.0);
            let terms = Terms { bond: Tao(bond * 1_000_000_000), notice, ..Terms::default() };
            let weighed = here.weigh(&p, Some(&terms), 0.0);
            let dollars = bond as f64 * 300.0;
            prop_assert!(weighed.bond < dollars);
            let free = here.weigh(&p, None, 0.0);
            prop_assert!(weighed.dump <= free.dump + dollars);
        }
    }

    #[test]
    fn what_vests_late_is_worth_less() {
        assert!(vesting_value(12.0, 0.03) < vesting_value(3.0, 0.03));
        assert!(vested_part(6.0, 6.0) < vested_part(1.0, 6.0));
        assert!((vested_part(1e-6, 6.0) - 1.0).abs() < 1e-3);
    }
}
