//! Where the money came from and where it went: cash flows that add up, or the report is not written.

use serde::Serialize;

use crate::{
    Error,
    chain::Flows,
    outcome::{Finished, Outcome},
    run::Plan,
    stats,
};

/// Largest part of what passes a place that may be missing there: floating point adds.
const TOLERANCE: f64 = 1e-9;

/// A flow of money from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    /// Where it came from.
    pub from: String,
    /// Where it went.
    pub to: String,
    /// How much.
    pub amount: f64,
}

/// A picture of flows in three columns: sources, what they pass through, ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sankey {
    /// The flows, none negative.
    pub flows: Vec<Flow>,
}

impl Sankey {
    /// Flows from (from, to, amount); negative ones are turned round. Flows of nothing are left out.
    ///
    /// # Errors
    /// The first place in the middle where what comes in is not what goes out: its name, what came, what went.
    pub fn new(flows: &[(&str, &str, f64)]) -> Result<Self, (String, f64, f64)> {
        let flows: Vec<Flow> = flows
            .iter()
            .filter(|(_, _, amount)| *amount != 0.0)
            .map(|(from, to, amount)| {
                let (from, to) = if *amount < 0.0 { (to, from) } else { (from, to) };
                Flow {
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                    amount: amount.abs(),
                }
            })
            .collect();
        let sankey = Self { flows };
        for place in sankey.middle() {
            let (came, went) = sankey.through(&place);
            if (came - went).abs() > TOLERANCE * came.max(went) {
                return Err((place, came, went));
            }
        }
        Ok(sankey)
    }

    /// What comes to a place and what leaves it.
    pub fn through(&self, place: &str) -> (f64, f64) {
        let sum = |end: fn(&Flow) -> &String| -> f64 {
            self.flows
                .iter()
                .filter(|flow| end(flow) == place)
                .map(|flow| flow.amount)
                .sum()
        };
        (sum(|flow| &flow.to), sum(|flow| &flow.from))
    }

    fn places(&self, end: fn(&Flow) -> &String) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        for flow in &self.flows {
            if !places.contains(end(flow)) {
                places.push(end(flow).clone());
            }
        }
        places
    }

    /// Places that money only leaves.
    pub fn sources(&self) -> Vec<String> {
        let ends = self.places(|flow| &flow.to);
        self.places(|flow| &flow.from)
            .into_iter()
            .filter(|place| !ends.contains(place))
            .collect()
    }

    /// Places that money passes through.
    pub fn middle(&self) -> Vec<String> {
        let ends = self.places(|flow| &flow.to);
        self.places(|flow| &flow.from)
            .into_iter()
            .filter(|place| ends.contains(place))
            .collect()
    }

    /// Places where it stays.
    pub fn ends(&self) -> Vec<String> {
        let sources = self.places(|flow| &flow.from);
        self.places(|flow| &flow.to)
            .into_iter()
            .filter(|place| !sources.contains(place))
            .collect()
    }
}

/// What entered and left the pools in TAO, over all futures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Which flow.
    pub name: String,
    /// Mean over the futures; what leaves the pools is negative.
    pub mean_tao: f64,
    /// 5 % and 95 %.
    pub range_tao: [f64; 2],
}

/// The cash flows of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ledger {
    /// The future in the picture: the median by market value.
    pub future: u64,
    /// Its flows in dollars at the price of TAO on the day.
    pub median_usd: Sankey,
    /// What was bought in it, in dollars: the turnover behind the balance of the traders.
    pub median_bought_usd: f64,
    /// TAO into and out of the pools over all futures; with what the pools gained it adds up to nothing.
    pub lines: Vec<Line>,
    /// Sum of the means of the lines, in TAO: zero but for floating point.
    pub sum_tao: f64,
    /// Futures whose sums were compared with what the pools held.
    pub checked: u64,
}

/// Readers' names of [`Flows::NAMES`].
const READABLE: [&str; 10] = [
    "minted (emission)",
    "paid by buyers of alpha",
    "paid for slots",
    "tribute of pacts",
    "to owners",
    "to miners",
    "to validators and stakers",
    "to stakers on root",
    "to holders of dissolved subnets",
    "recycled",
];

fn tao(o: &Outcome) -> [f64; 10] {
    [
        o.tao_minted,
        o.tao_bought,
        o.tao_registered,
        o.tao_tribute,
        o.tao_owners,
        o.tao_miners,
        o.tao_stakers,
        o.tao_root,
        o.tao_dissolved,
        o.tao_recycled,
    ]
}

fn usd(o: &Outcome) -> [f64; 10] {
    [
        o.usd_minted,
        o.usd_bought,
        o.usd_registered,
        o.usd_tribute,
        o.usd_owners,
        o.usd_miners,
        o.usd_stakers,
        o.usd_root,
        o.usd_dissolved,
        o.usd_recycled,
    ]
}

/// What came in less what went out.
fn net(flows: [f64; 10]) -> f64 {
    let (came, went) = flows.split_at(Flows::IN);
    came.iter().sum::<f64>() - went.iter().sum::<f64>()
}

impl Ledger {
    /// Adds up the flows of all futures. In each, what entered the pools less what left them must be what they gained.
    ///
    /// # Errors
    /// [`Error::BrokenSum`] for the first future whose flows do not add up.
    pub fn of(plan: &Plan, futures: &[Finished]) -> Result<Self, Error> {
        let opening: f64 = plan.setting.start.rows.iter().map(|row| row.pool_tao).sum();
        let broken = |future: u64, what: String, expected: f64, found: f64| Error::BrokenSum {
            future,
            day: plan.setting.scenario.days as f64,
            what,
            expected: expected as u128,
            found: found as u128,
        };
        for f in futures {
            let expected = opening + net(tao(&f.outcome));
            let found = f.outcome.pooled_tao;
            // A pool starts with whole rao: up to one each is lost in reading.
            if (expected - found).abs() > 1e-6 + TOLERANCE * f.outcome.tao_bought.max(found) {
                return Err(broken(f.future, "TAO in the pools".to_owned(), expected, found));
            }
        }
        let mut lines: Vec<Line> = READABLE
            .iter()
            .enumerate()
            .map(|(k, name)| {
                let sign = if k < Flows::IN { 1.0 } else { -1.0 };
                line(name, futures.iter().map(|f| sign * tao(&f.outcome)[k]))
            })
            .collect();
        let gained = futures.iter().map(|f| opening - f.outcome.pooled_tao);
        lines.push(line("gained by the pools", gained));
        let Some(median) = median_future(futures) else {
            return Err(broken(0, "number of futures".to_owned(), 1.0, 0.0));
        };
        let median_usd = sankey(&median.outcome)
            .map_err(|(place, came, went)| broken(median.future, format!("dollars through {place}"), came, went))?;
        Ok(Self {
            future: median.future,
            median_usd,
            median_bought_usd: median.outcome.usd_bought,
            sum_tao: lines.iter().map(|line| line.mean_tao).sum(),
            lines,
            checked: futures.len() as u64,
        })
    }
}

fn line(name: &str, values: impl Iterator<Item = f64>) -> Line {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    Line {
        name: name.to_owned(),
        mean_tao: values.iter().sum::<f64>() / values.len() as f64,
        range_tao: [stats::quantile(&values, 0.05), stats::quantile(&values, 0.95)],
    }
}

/// The flows of one future in dollars. What stakers and traders buy and sell among themselves is turnover, many times
/// all else: only its balance is shown.
fn sankey(o: &Outcome) -> Result<Sankey, (String, f64, f64)> {
    const POOLS: &str = "Pools of the subnets";
    const SHOPS: &str = "Subnets' sales";
    let [
        minted,
        bought,
        registered,
        tribute,
        owners,
        miners,
        stakers,
        root,
        dissolved,
        recycled,
    ] = usd(o);
    let costs = o.usd_earned - o.usd_profit - o.usd_reinvested - o.usd_rail_tribute;
    Sankey::new(&[
        ("All holders, by dilution", POOLS, minted),
        ("Traders of alpha, net", POOLS, bought - stakers),
        ("Newcomers, for slots", POOLS, registered),
        ("Pacts' reservoirs", POOLS, tribute),
        ("Customers on the network", SHOPS, o.usd_on_rail),
        ("Customers elsewhere", SHOPS, o.usd_earned - o.usd_on_rail),
        (POOLS, "Miners", miners),
        (POOLS, "Stakers on root", root),
        (POOLS, "Stays in the pools", net(usd(o))),
        (POOLS, "Holders of dissolved subnets", dissolved),
        (POOLS, "Nobody (recycled)", recycled),
        (POOLS, "Owners", owners),
        (SHOPS, "Owners", o.usd_profit),
        (SHOPS, "Reinvested in the work", o.usd_reinvested),
        (SHOPS, "Tribute", o.usd_rail_tribute),
        (SHOPS, "Costs of serving", costs),
    ])
}

/// The median of futures by market value: the first at or above it.
fn median_future(futures: &[Finished]) -> Option<&Finished> {
    let mut order: Vec<&Finished> = futures.iter().collect();
    order.sort_by(|a, b| a.outcome.market_value_ratio.total_cmp(&b.outcome.market_value_ratio));
    order.get(order.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use proptest::prelude::*;

    #[test]
    fn flows_that_do_not_add_up_are_refused() {
        assert!(Sankey::new(&[("a", "m", 3.0), ("m", "x", 1.0), ("m", "y", 2.0)]).is_ok());
        let broken = Sankey::new(&[("a", "m", 3.0), ("m", "x", 1.0)]);
        assert_eq!(broken, Err(("m".to_owned(), 3.0, 1.0)));
        // What pools lose comes from them.
        let turned = Sankey::new(&[("a", "m", 3.0), ("m", "x", 4.0), ("m", "kept", -1.0)]).unwrap();
        assert_eq!(turned.sources(), ["a", "kept"]);
    }

    #[test]
    fn the_flows_of_real_futures_add_up_and_a_missing_one_is_found() {
        let scenario = Scenario::parse("t", "[run]\ndays = 400\n").unwrap();
        let plan = Plan::new(scenario, 5, 4).unwrap();
        let mut futures = plan.futures(&|| {}).unwrap();
        let ledger = Ledger::of(&plan, &futures).unwrap();
        assert!(ledger.sum_tao.abs() < 1e-3, "{}", ledger.sum_tao);
        assert!(ledger.lines.iter().all(|line| line.mean_tao.is_finite()));
        let sources: f64 = ledger
            .median_usd
            .sources()
            .iter()
            .map(|p| ledger.median_usd.through(p).1)
            .sum();
        let ends: f64 = ledger
            .median_usd
            .ends()
            .iter()
            .map(|p| ledger.median_usd.through(p).0)
            .sum();
        assert!(
            (sources - ends).abs() < 1e-9 * sources && sources > 0.0,
            "{sources} {ends}"
        );
        futures[2].outcome.tao_miners += 1.0;
        assert!(matches!(
            Ledger::of(&plan, &futures),
            Err(Error::BrokenSum { future: 2, .. })
        ));
    }

    proptest! {
        #[test]
        fn money_is_neither_made_nor_lost_on_its_way(parts in prop::collection::vec(-1e9f64..1e9, 1..8)) {
            let names: Vec<String> = (0..parts.len()).map(|k| format!("end {k}")).collect();
            let total: f64 = parts.iter().sum();
            let mut flows = vec![("source", "middle", total)];
            flows.extend(names.iter().zip(&parts).map(|(name, part)| ("middle", name.as_str(), *part)));
            if let Ok(sankey) = Sankey::new(&flows) {
                let out: f64 = sankey.sources().iter().map(|p| sankey.through(p).1).sum();
                let back: f64 = sankey.ends().iter().map(|p| sankey.through(p).0).sum();
                prop_assert!((out - back).abs() <= 1e-6 * out.max(1.0));
            } else {
                // Only cancellation beyond the tolerance of floating point may refuse flows that add up.
                let gross: f64 = parts.iter().map(|part| part.abs()).sum();
                prop_assert!(total.abs() < 1e-6 * gross);
            }
        }
    }
}
