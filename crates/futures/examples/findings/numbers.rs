//! What is measured of a scenario with a pact against one without, future by future on the same noise.

use tributary_futures::{
    outcome::{Class, Finished, Outcome, Thresholds},
    stats::{self, Estimate},
};

/// Both sides of a comparison, future by future.
pub(crate) struct Sides<'a> {
    /// No pact.
    pub(crate) without: &'a [Finished],
    /// The pact.
    pub(crate) with: &'a [Finished],
    /// Of the outcome classes.
    pub(crate) thresholds: &'a Thresholds,
}

type Pick = fn(&Outcome) -> f64;

fn column(futures: &[Finished], pick: impl Fn(&Outcome) -> f64) -> Vec<f64> {
    futures.iter().map(|future| pick(&future.outcome)).collect()
}

impl Sides<'_> {
    /// Mean of the paired differences.
    fn difference(&self, pick: impl Fn(&Outcome) -> f64) -> Estimate {
        let sides = self.without.iter().zip(self.with);
        let differences: Vec<f64> = sides.map(|(a, b)| pick(&b.outcome) - pick(&a.outcome)).collect();
        stats::mean(&differences)
    }

    /// Typical relative change: the geometric mean of the paired ratios, less one.
    fn change(&self, pick: Pick) -> Estimate {
        let e = self.difference(|outcome| pick(outcome).max(1.0).ln());
        let relative = |log: f64| log.exp_m1();
        Estimate {
            value: relative(e.value),
            low: relative(e.low),
            high: relative(e.high),
        }
    }

    /// The change of a class's probability.
    fn class(&self, class: Class) -> Estimate {
        self.difference(|outcome| f64::from(u8::from(outcome.class(self.thresholds) == class)))
    }

    /// Mean with the pact.
    fn mean(&self, pick: Pick) -> Estimate {
        stats::mean(&column(self.with, pick))
    }

    /// One sum over another, with the pact.
    fn ratio(&self, over: Pick, under: Pick) -> Estimate {
        stats::ratio(&column(self.with, over), &column(self.with, under))
    }
}

/// Months of decision of all owners, or decisions to leave.
pub(crate) fn sum_of(prefix: &str, outcome: &Outcome) -> f64 {
    let values = outcome.values();
    let names = Outcome::NAMES.iter().zip(values);
    names
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(_, value)| value)
        .sum()
}

/// How a number is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// In per cent, with two digits.
    Share,
    /// In percentage points, with a sign.
    Points,
    /// Relative change in per cent, with a sign.
    Change,
    /// A count.
    Count,
    /// A difference of counts, with a sign.
    Difference,
}

/// One number.
pub(crate) struct Number {
    /// In the file of numbers.
    pub(crate) name: &'static str,
    /// In the head of a table.
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    pub(crate) measure: fn(&Sides<'_>) -> Estimate,
}

const fn number(name: &'static str, title: &'static str, unit: Unit, measure: fn(&Sides<'_>) -> Estimate) -> Number {
    Number {
        name,
        title,
        unit,
        measure,
    }
}

/// All numbers, in the order of columns.
pub(crate) const NUMBERS: [Number; 26] = [
    number("depreciation", "depreciation", Unit::Points, |s| {
        s.class(Class::Depreciation)
    }),
    number("niche", "niche", Unit::Points, |s| s.class(Class::Niche)),
    number("flywheel", "flywheel", Unit::Points, |s| s.class(Class::Flywheel)),
    number("category_defining", "category-defining", Unit::Points, |s| {
        s.class(Class::CategoryDefining)
    }),
    number("exits", "exits", Unit::Difference, |s| s.difference(|o| o.exits)),
    number(
        "best_still_there",
        "of the best tenth, still there",
        Unit::Points,
        |s| s.difference(|o| o.best_still_there),
    ),
    number("subnets_working", "working subnets at the end", Unit::Difference, |s| {
        s.difference(|o| o.subnets_working)
    }),
    number(
        "quality_median",
        "log quality of the median subnet",
        Unit::Difference,
        |s| {
            s.difference(|o| {
                if o.quality_median.is_nan() {
                    0.0
                } else {
                    o.quality_median
                }
            })
        },
    ),
    number("returned_part", "value returned over value emitted", Unit::Share, |s| {
        s.mean(|o| o.returned_part)
    }),
    number("revenue_on_network", "revenue on the network", Unit::Change, |s| {
        s.change(|o| o.usd_on_rail)
    }),
    number("dilution_tax", "dilution tax a year", Unit::Points, |s| {
        s.difference(|o| o.dilution_tax_year)
    }),
    number("tao_price", "price of TAO", Unit::Change, |s| {
        s.change(|o| o.tao_price_ratio * 1e9)
    }),
    number("alpha_holders", "holders of alpha", Unit::Change, |s| {
        s.change(|o| o.usd_stakers + o.usd_stakers_end)
    }),
    number("root_holders", "stakers on root", Unit::Change, |s| {
        s.change(|o| o.usd_root)
    }),
    number("miners", "miners", Unit::Change, |s| s.change(|o| o.usd_miners)),
    number("owners", "owners", Unit::Change, |s| {
        s.change(|o| o.usd_owners + o.usd_owners_end + o.usd_profit - o.usd_slashed)
    }),
    number("sign_mission", "mission-driven", Unit::Share, |s| {
        s.ratio(|o| o.pact_signed_mission, |o| o.pact_offered_mission)
    }),
    number("sign_commercial", "commercial", Unit::Share, |s| {
        s.ratio(|o| o.pact_signed_commercial, |o| o.pact_offered_commercial)
    }),
    number("sign_mercenary", "mercenary", Unit::Share, |s| {
        s.ratio(|o| o.pact_signed_mercenary, |o| o.pact_offered_mercenary)
    }),
    number("sign_good", "teams of the best quarter", Unit::Share, |s| {
        s.ratio(|o| o.pact_signed_good, |o| o.pact_offered_good)
    }),
    number("months_under_pact", "months under the pact", Unit::Share, |s| {
        s.ratio(|o| o.pact_months, |o| sum_of("exposed_", o))
    }),
    number("leave_under_pact", "leave in a month under it", Unit::Share, |s| {
        s.ratio(|o| o.pact_left, |o| o.pact_months)
    }),
    number("notices", "announce to leave", Unit::Count, |s| {
        s.mean(|o| o.pact_notices)
    }),
    number("breaches", "leave without notice", Unit::Count, |s| {
        s.mean(|o| o.pact_breaches)
    }),
    number("stayed_away", "newcomers who stay away", Unit::Count, |s| {
        s.mean(|o| o.pact_stayed_away)
    }),
    number("stayed_away_good", "of these, of the best quarter", Unit::Count, |s| {
        s.mean(|o| o.pact_stayed_away_good)
    }),
];
