//! Scenarios: what is run, in TOML.
//!
//! Every field may be left out. Errors name the line, the field and what is allowed.

use std::{collections::BTreeMap, ops::RangeInclusive, path::Path};

use serde::{Deserialize, Serialize};
use toml::{Spanned, de::DeTable};
use tributary_economy::rule_sets::RuleSet;

use crate::{
    Error,
    chain::{Arithmetic, BLOCKS_PER_DAY},
    class::Thresholds,
    pact::Offer,
    parameters::{self, OF_PACTS, TABLE},
    prior::Prior,
    start::{KNOWN, Source},
};

/// What is run. One of these, a seed and a number make a future.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// Length of a future in days.
    pub days: u64,
    /// Blocks of a step.
    pub step_blocks: u64,
    /// Days between two samples of the series.
    pub sample_days: u64,
    /// How the rules are computed.
    pub arithmetic: Arithmetic,
    /// Where futures start.
    pub start: Source,
    /// Rule sets and the days from which they hold, rising from day 0.
    pub rules: Vec<(u64, RuleSet)>,
    /// What happens on a day, rising.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The pact that owners are offered, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pact: Option<Offer>,
    /// What is believed of each parameter, parallel to [`TABLE`].
    pub beliefs: Vec<Prior>,
    /// Thresholds of the outcome classes.
    pub thresholds: Thresholds,
}

/// Subnets whose teams leave on a day, and what else these sell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Day, from 0.
    pub day: u64,
    /// Netuids of the subnets that are left.
    pub leave: Vec<u16>,
    /// TAO that the leavers sell for dollars, besides their alpha.
    #[serde(default)]
    pub sells_tao: f64,
    /// Days over which they do.
    #[serde(default = "two_days")]
    pub over_days: f64,
}

fn two_days() -> f64 {
    2.0
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            days: 1_461,
            step_blocks: BLOCKS_PER_DAY,
            sample_days: 30,
            arithmetic: Arithmetic::Float,
            start: Source::Mainnet,
            rules: vec![(0, RuleSet::Gate32)],
            events: Vec::new(),
            pact: None,
            beliefs: parameters::defaults(),
            thresholds: Thresholds::default(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    run: Run,
    rules: Vec<Spanned<Rules>>,
    events: Vec<Spanned<Event>>,
    pact: Option<Offer>,
    parameters: BTreeMap<Spanned<String>, Spanned<Prior>>,
    outcomes: Outcomes,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Run {
    days: Option<Spanned<u64>>,
    step_blocks: Option<Spanned<u64>>,
    sample_days: Option<Spanned<u64>>,
    arithmetic: Option<Arithmetic>,
    start: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    day: u64,
    set: RuleSet,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Outcomes {
    depreciation: Option<Spanned<f64>>,
    coverage: Option<Spanned<f64>>,
    flywheel_value: Option<Spanned<f64>>,
    category_value: Option<Spanned<f64>>,
    frontier_subnets: Option<Spanned<f64>>,
}

/// Where the sections and their fields stand, in the order of the text: the first byte of each, and its name.
fn fields(table: &DeTable<'_>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (section, content) in table {
        let name = section.get_ref();
        found.push((section.span().start, name.to_string()));
        let content = std::slice::from_ref(content);
        let repeated = content[0].get_ref().as_array().map(|array| &array[..]);
        for content in repeated.unwrap_or(content) {
            let Some(inner) = content.get_ref().as_table() else {
                continue;
            };
            found.push((content.span().start, name.to_string()));
            let inner = inner
                .keys()
                .map(|key| (key.span().start, format!("{name}.{}", key.get_ref())));
            found.extend(inner);
        }
    }
    found.sort();
    found
}

/// A text and its name, for errors.
struct Text<'a> {
    file: &'a str,
    text: &'a str,
}

impl Text<'_> {
    /// The error of a problem at a byte of the text.
    fn error(&self, offset: usize, problem: String) -> Error {
        Error::Scenario {
            file: self.file.to_owned(),
            line: self.before(offset).matches('\n').count() + 1,
            field: self.field_at(offset),
            problem,
        }
    }

    fn before(&self, offset: usize) -> &str {
        self.text.get(..offset).unwrap_or(self.text)
    }

    /// The field at a byte of the text: the one that is written there, or whose section begins on that line, or else the
    /// last before it.
    fn field_at(&self, offset: usize) -> String {
        let line = self.before(offset).rfind('\n').map_or(0, |end| end + 1);
        let rest = self.text.get(offset..).unwrap_or_default();
        let end = offset + rest.find('\n').unwrap_or(rest.len());
        let (table, _) = DeTable::parse_recoverable(self.text);
        let fields = fields(table.get_ref());
        let before = |field: &&(usize, String)| field.0 <= offset;
        let mut on_line = fields.iter().filter(|(start, _)| (line..=end).contains(start));
        let found = on_line
            .clone()
            .rfind(before)
            .or_else(|| on_line.next())
            .or_else(|| fields.iter().rfind(before));
        found.map_or_else(String::new, |(_, field)| field.clone())
    }

    /// Where a field of the section `[pact]` stands; the beginning of the section if it is not written.
    fn in_pact(&self, field: &str) -> usize {
        let (table, _) = DeTable::parse_recoverable(self.text);
        let fields = fields(table.get_ref());
        let place = |name: &str| fields.iter().find(|(_, field)| field == name).map(|(start, _)| *start);
        place(&format!("pact.{field}")).or_else(|| place("pact")).unwrap_or(0)
    }

    fn integer(
        &self,
        target: &mut u64,
        value: Option<Spanned<u64>>,
        allowed: RangeInclusive<u64>,
    ) -> Result<(), Error> {
        if let Some(value) = value {
            if !allowed.contains(value.get_ref()) {
                let (low, high) = allowed.into_inner();
                let problem = format!("{} is out of range (allowed: {low} to {high})", value.get_ref());
                return Err(self.error(value.span().start, problem));
            }
            *target = value.into_inner();
        }
        Ok(())
    }

    fn number(&self, target: &mut f64, value: Option<Spanned<f64>>, allowed: RangeInclusive<f64>) -> Result<(), Error> {
        if let Some(value) = value {
            if !allowed.contains(value.get_ref()) {
                let (low, high) = allowed.into_inner();
                let problem = format!("{} is out of range (allowed: {low} to {high})", value.get_ref());
                return Err(self.error(value.span().start, problem));
            }
            *target = value.into_inner();
        }
        Ok(())
    }
}

impl Scenario {
    /// Reads a scenario. `file` is its name, for errors.
    ///
    /// # Errors
    /// [`Error::Scenario`].
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        Self::default().amended(file, text)
    }

    /// This scenario with what `text` says. `file` is its name, for errors.
    ///
    /// # Errors
    /// [`Error::Scenario`].
    pub fn amended(&self, file: &str, text: &str) -> Result<Self, Error> {
        let text = Text { file, text };
        let document: Document = toml::from_str(text.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            text.error(offset, error.message().to_owned())
        })?;
        let mut scenario = self.clone();
        let run = document.run;
        text.integer(&mut scenario.days, run.days, 1..=36_525)?;
        text.integer(&mut scenario.step_blocks, run.step_blocks, 360..=50_400)?;
        text.integer(&mut scenario.sample_days, run.sample_days, 1..=3_650)?;
        scenario.arithmetic = run.arithmetic.unwrap_or(scenario.arithmetic);
        if let Some(name) = run.start {
            let folder = Path::new(text.file).parent().unwrap_or(Path::new(""));
            scenario.start = Source::named(name.get_ref(), folder)
                .map_err(|error| text.error(name.span().start, error.to_string()))?;
            if let Source::Chain(taken) = &scenario.start {
                scenario.rules = vec![(0, taken.rules)];
            }
        }
        let outcomes = document.outcomes;
        let thresholds = &mut scenario.thresholds;
        text.number(&mut thresholds.depreciation, outcomes.depreciation, 0.0..=1.0)?;
        text.number(&mut thresholds.coverage, outcomes.coverage, 0.0..=100.0)?;
        text.number(&mut thresholds.flywheel_value, outcomes.flywheel_value, 0.0..=1_000.0)?;
        text.number(
            &mut thresholds.category_value,
            outcomes.category_value,
            0.0..=1_000_000.0,
        )?;
        text.number(&mut thresholds.frontier_subnets, outcomes.frontier_subnets, 0.0..=256.0)?;
        if !document.rules.is_empty() {
            scenario.rules.clear();
        }
        for rules in document.rules {
            let at = rules.span().start;
            let Rules { day, set } = rules.into_inner();
            let follows = match scenario.rules.last() {
                None => day == 0,
                Some((last, _)) => day > *last,
            };
            if !follows {
                let problem = format!(
                    "day {day} does not follow: the first rule set holds from day 0, each next from a later day"
                );
                return Err(text.error(at, problem));
            }
            scenario.rules.push((day, set));
        }
        if !document.events.is_empty() {
            scenario.events.clear();
        }
        for event in document.events {
            let at = event.span().start;
            let event = event.into_inner();
            let last = scenario.events.last().map_or(0, |last: &Event| last.day);
            let problem = if event.day < last {
                Some(format!("day {} does not follow day {last}", event.day))
            } else if event.leave.iter().any(|netuid| *netuid == 0 || *netuid > 256) {
                Some("a subnet that leaves has a netuid from 1 to 256".to_owned())
            } else if !(0.0..=21e6).contains(&event.sells_tao) {
                Some(format!("`sells_tao` is {} (allowed: 0 to 21000000)", event.sells_tao))
            } else if !(0.05..=3_650.0).contains(&event.over_days) {
                Some(format!("`over_days` is {} (allowed: 0.05 to 3650)", event.over_days))
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(text.error(at, problem));
            }
            scenario.events.push(event);
        }
        if let Some(offer) = document.pact {
            if let Some((field, problem)) = offer.problem() {
                return Err(text.error(text.in_pact(field), problem));
            }
            scenario.pact = Some(offer);
        }
        for (name, belief) in document.parameters {
            let Some(index) = parameters::index(name.get_ref()) else {
                let problem = match nearest(name.get_ref()) {
                    Some(near) => format!("no such parameter; did you mean `{near}`?"),
                    None => "no such parameter".to_owned(),
                };
                return Err(text.error(name.span().start, problem));
            };
            if matches!(scenario.start, Source::Chain(_)) && KNOWN.contains(&TABLE[index].name) {
                let problem = "the start file says what it is: leave this out".to_owned();
                return Err(text.error(name.span().start, problem));
            }
            let (low, high) = TABLE[index].limits;
            if let Some(problem) = belief.get_ref().problem(low, high) {
                return Err(text.error(belief.span().start, problem));
            }
            scenario.beliefs[index] = belief.into_inner();
        }
        Ok(scenario)
    }

    /// The rules that hold on a day.
    pub fn rules_at(&self, day: f64) -> RuleSet {
        let holds = self.rules.iter().rev().find(|(from, _)| *from as f64 <= day + 1e-9);
        holds.map_or(RuleSet::default(), |(_, rules)| *rules)
    }

    /// Steps of a future.
    pub fn steps(&self) -> u64 {
        (self.days * BLOCKS_PER_DAY).div_ceil(self.step_blocks)
    }

    /// Places in [`TABLE`] of the parameters that are uncertain, without those on which nothing in this scenario can
    /// hang: what matters under a pact alone, where the pact does not ask for it.
    pub fn uncertain(&self) -> impl Iterator<Item = usize> + '_ {
        let beliefs = self.beliefs.iter().zip(TABLE).enumerate();
        beliefs
            .filter(|(_, (belief, info))| matches!(belief, Prior::Drawn(_)) && self.matters(info.name))
            .map(|(k, _)| k)
    }

    fn matters(&self, name: &str) -> bool {
        let Some(offer) = &self.pact else {
            return !OF_PACTS.contains(&name);
        };
        let shares = offer.revenue_share > 0.0;
        match name {
            "open_leak" | "open_exposure" | "fork_rate" => offer.open_after_days > 0.0,
            "notice_fall" => offer.notice_days > 0.0,
            "rail_evasion" => shares,
            "rail_deterrence" => shares && offer.bond > 0.0,
            "tribute_priced" => (shares || offer.pledge > 0.0) && offer.root < 1.0,
            _ => true,
        }
    }
}

/// The parameter whose name shares the longest beginning with `name`, if that is four letters or more.
fn nearest(name: &str) -> Option<&'static str> {
    let common = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    TABLE
        .iter()
        .map(|info| info.name)
        .max_by_key(|other| common(other))
        .filter(|other| common(other) >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Scenario::parse("s.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn a_scenario_is_read() {
        let scenario = Scenario::parse(
            "s.toml",
            "[run]\ndays = 730\nstart = \"synthetic\"\n[[rules]]\nday = 0\nset = \"2026-07-gate\"\n\
             [[rules]]\nday = 100\nset = \"2026-08-gate32\"\n[parameters]\nloyalty = 1\n\
             frontier_speed = { lognormal = [0.4, 0.2] }\n[outcomes]\ncoverage = 0.5\n",
        )
        .unwrap();
        assert_eq!((scenario.days, &scenario.start), (730, &Source::Synthetic));
        assert_eq!(scenario.rules_at(99.0), RuleSet::Gate);
        assert_eq!(scenario.rules_at(100.0), RuleSet::Gate32);
        assert_eq!(
            scenario.beliefs[parameters::index("loyalty").unwrap()],
            Prior::Fixed(1.0)
        );
        assert_eq!(scenario.thresholds.coverage, 0.5);
    }

    #[test]
    fn errors_name_line_field_and_range() {
        let text = problem("[run]\ndays = 10\nstep_blocks = 5\n");
        assert!(
            text.contains("line 3") && text.contains("`run.step_blocks`") && text.contains("360 to 50400"),
            "{text}"
        );
        let text = problem("[parameters]\n\ncut_sold = 1.5\n");
        assert!(
            text.contains("line 3") && text.contains("`parameters.cut_sold`") && text.contains("0 to 1"),
            "{text}"
        );
        let text = problem("[parameters]\nfrontier_sped = 1\n");
        assert!(text.contains("line 2") && text.contains("frontier_speed"), "{text}");
        let text = problem("[run]\ndays = \"long\"\n");
        assert!(text.contains("line 2") && text.contains("`run.days`"), "{text}");
        let text = problem("[[rules]]\nday = 5\nset = \"2026-07-gate\"\n");
        assert!(text.contains("day 0"), "{text}");
        let text = problem("[[events]]\nday = 1\nleave = [0]\n");
        assert!(text.contains("netuid"), "{text}");
        let text = problem("[[events]]\nday = 1\nleave = [3]\nover_days = 0\n");
        assert!(text.contains("over_days") && text.contains("0.05"), "{text}");
        let text = problem("[run]\ndays = 5\n[pact]\nbond = 10.0\npledge = 1.5\n");
        assert!(
            text.contains("line 5") && text.contains("`pact.pledge`") && text.contains("0 to 1"),
            "{text}"
        );
        let text = problem("[pact]\nburn = 0.5\n");
        assert!(text.contains("line 2") && text.contains("add up"), "{text}");
        let text = problem("[run]\ndas = 5\n");
        assert!(text.contains("line 2") && text.contains("das"), "{text}");
    }
}
