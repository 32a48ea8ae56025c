//! The story of one future, in words and numbers.

use core::fmt::Write;

use crate::{
    Error,
    class::Class,
    outcome::Finished,
    parameters::TABLE,
    people::Choice,
    prior::Prior,
    run::Plan,
    simulate::Series,
    story::{Entry, Reason, Story, What},
};

/// A future that was replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Its result.
    pub finished: Finished,
    /// What happened.
    pub story: Story,
    /// Its samples.
    pub series: Series,
    /// Names of the subnets at the start.
    pub names: Vec<String>,
    /// Its class.
    pub class: Class,
    /// Parameters in the outer tenths of what is believed of them: name, value, unit, part of the belief below it.
    pub unusual: Vec<(&'static str, f64, &'static str, f64)>,
}

impl Plan {
    /// Replays a future of this plan.
    ///
    /// # Errors
    /// [`Error::NoSuchFuture`]; those of [`crate::simulate::Setting::replay`].
    pub fn explain(&self, future: u64) -> Result<Explained, Error> {
        if future >= self.runs {
            return Err(Error::NoSuchFuture {
                future,
                last: self.runs.saturating_sub(1),
            });
        }
        let (finished, story, series) = self.setting.replay(future)?;
        let names = self.setting.start.rows.iter().map(|row| row.name.clone()).collect();
        let scenario = &self.setting.scenario;
        let drawn = TABLE.iter().zip(&scenario.beliefs).zip(&finished.parameters);
        let start = &self.setting.start;
        let drawn = drawn.filter(|((info, belief), _)| matches!(belief, Prior::Drawn(_)) && !start.knows(info.name));
        let unusual = drawn
            .map(|((info, belief), value)| {
                let (low, high) = info.limits;
                (info.name, *value, info.unit, belief.share_below(*value, low, high))
            })
            .filter(|(.., share)| !(0.1..=0.9).contains(share))
            .collect();
        Ok(Explained {
            class: finished.outcome.class(&scenario.thresholds),
            unusual,
            finished,
            story,
            series,
            names,
        })
    }
}

/// Dollars for a reader.
fn usd(amount: f64) -> String {
    let size = amount.abs();
    match size {
        s if s >= 1e9 => format!("${:.2} billion", amount / 1e9),
        s if s >= 1e6 => format!("${:.2} million", amount / 1e6),
        s if s >= 1e3 => format!("${:.1} thousand", amount / 1e3),
        _ => format!("${amount:.0}"),
    }
}

impl Explained {
    fn name(&self, entry: &Entry) -> String {
        let name = self
            .names
            .get(entry.slot)
            .filter(|name| entry.generation == 0 && !name.is_empty());
        match name {
            Some(name) => format!("subnet {} ({name})", entry.slot + 1),
            None if entry.generation == 0 => format!("subnet {}", entry.slot + 1),
            None => format!("subnet {} (occupant {})", entry.slot + 1, entry.generation + 1),
        }
    }

    fn line(&self, entry: &Entry) -> String {
        let name = self.name(entry);
        match &entry.what {
            What::Decided {
                choice,
                kind,
                quality,
                weighed,
            } => {
                let kind: &str = (*kind).into();
                let (verb, chance) = match choice {
                    Choice::Leave => ("decided to leave", weighed.chance_leave),
                    Choice::Extract => ("began to extract", weighed.chance_extract),
                    Choice::Stay => ("stayed", 1.0 - weighed.chance_leave),
                };
                format!(
                    "{name}, {kind}, quality {quality:+.2}: {verb} (chance this month {:.1} %). Staying: {} = cut {} + \
                     revenue {} + subsidised work {} + its alpha {} + bond {}. Leaving: {} = business {} + venture {} + alpha \
                     sold {}. Extracting: {}. It takes {:.1} times the value of staying to make it leave as likely as not.",
                    100.0 * chance,
                    usd(weighed.stay()),
                    usd(weighed.cut),
                    usd(weighed.revenue),
                    usd(weighed.subsidy),
                    usd(weighed.stake),
                    usd(weighed.bond),
                    usd(weighed.leave()),
                    usd(weighed.business),
                    usd(weighed.venture),
                    usd(weighed.dump),
                    usd(weighed.extraction),
                    libm::exp(weighed.loyalty),
                )
            }
            What::Left {
                reason,
                quality,
                revenue,
                share_of_alpha,
                owner_alpha,
                confidence_lost,
            } => {
                let why = match reason {
                    Reason::Chosen => "left",
                    Reason::Announced => "left after its notice",
                    Reason::Team => "left together with its team's other subnets",
                    Reason::Event => "left, as the scenario says",
                };
                format!(
                    "{name} {why}: quality {quality:+.2}, {} a day of revenue gone, {:.1} % of all alpha by value, \
                     {:.0} alpha of the owner to be sold; TAO loses {:.1} % of confidence.",
                    usd(*revenue),
                    100.0 * share_of_alpha,
                    owner_alpha.0 as f64 / 1e9,
                    100.0 * (1.0 - libm::exp(-confidence_lost)),
                )
            }
            What::Signed { kind, quality } => {
                let kind: &str = (*kind).into();
                format!("{name}, {kind}, quality {quality:+.2}: signed the pact.")
            }
            What::GaveUp { days } => format!("{name} ends its pact in {days:.0} days, and stays."),
            What::Reported => format!("{name}: reported for leaving without notice; holders vote."),
            What::Announced { days } => format!("{name} announced to leave in {days:.0} days."),
            What::PactEnded { unvested, bond } => format!(
                "{name}: its pact ended; {:.0} alpha of cut that had not vested are forfeited, the bond of {:.0} TAO goes \
                 back.",
                unvested.0 as f64 / 1e9,
                bond.0 as f64 / 1e9
            ),
            What::PactBroken { unvested, bond } => format!(
                "{name}: its pact is broken and binds on; {:.0} alpha of cut that had not vested are forfeited, its bond of \
                 {:.0} TAO too.",
                unvested.0 as f64 / 1e9,
                bond.0 as f64 / 1e9
            ),
            What::TakenOver { quality } => format!("{name}: a new team took the slot over, quality {quality:+.2}."),
            What::Deregistered { quality, pool } => format!(
                "{name} was deregistered: lowest moving price, quality {quality:+.2}, {:.0} TAO paid out to holders.",
                pool.0 as f64 / 1e9
            ),
            What::Registered { cost, quality } => format!(
                "{name} registered for {:.1} TAO, quality {quality:+.2}.",
                cost.0 as f64 / 1e9
            ),
            What::Stolen { alpha, brought } => format!(
                "{name}: keys stolen, {:.0} alpha sold for {:.0} TAO.",
                alpha.0 as f64 / 1e9,
                brought.0 as f64 / 1e9
            ),
            What::Crashed { size } => {
                format!(
                    "the market crashed: TAO lost {:.0} %.",
                    100.0 * (1.0 - libm::exp(-size))
                )
            }
        }
    }

    /// The story as text: what was unusual about it, one line an event, and how it ended.
    pub fn text(&self) -> String {
        let mut text = format!("future {}, {}\n", self.finished.future, self.class.name());
        for (name, value, unit, share) in &self.unusual {
            let _ = writeln!(
                text,
                "unusual    {name} = {value:.4} {unit}: {:.0} % of the belief lies below.",
                100.0 * share
            );
        }
        for entry in &self.story.entries {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "day {:>5.0}  {}", entry.day, self.line(entry));
        }
        let end = &self.finished.outcome;
        let _ = writeln!(
            text,
            "end        TAO at {:.2} times its price, market value {:.2} times, coverage {:.3}, {:.0} exits, {:.0} \
             deregistered, {:.0} subnets working, {:.0} at the frontier, dilution tax {:.2} % a year.",
            end.tao_price_ratio,
            end.market_value_ratio,
            end.coverage,
            end.exits,
            end.deregistered,
            end.subnets_working,
            end.subnets_at_frontier,
            100.0 * end.dilution_tax_year,
        );
        text
    }
}
