//! The result of one future: what it came to, and which class that is.

use tributary_economy::Alpha;

pub use crate::class::{CLASSES, Class, Thresholds};
use crate::{
    people::{Phase, World},
    stats::gini,
    table::{Column, Table},
    tally::Tally,
    units::{RAO, YEAR},
};

macro_rules! outcome {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// The numbers of one future at its end.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Outcome {
            $($(#[doc = $doc])+ pub $name: f64,)*
        }

        impl Outcome {
            /// Names of the numbers, in the order of columns.
            pub const NAMES: &[&str] = &[$(stringify!($name),)*];

            /// The numbers, parallel to [`Self::NAMES`].
            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$name,)*]
            }

            /// From numbers parallel to [`Self::NAMES`].
            pub fn from_values(values: &[f64]) -> Option<Self> {
                let mut values = values.iter().copied();
                let outcome = Self { $($name: values.next()?,)* };
                values.next().is_none().then_some(outcome)
            }
        }
    };
}

outcome! {
    /// Price of TAO over that of the start.
    tao_price_ratio,
    /// TAO that exists.
    issuance_tao,
    /// Market value over that of the start.
    market_value_ratio,
    /// Part of a holding at the start that its holder still owns of all TAO.
    held_part,
    /// Revenue on the network over the value of emission, at the end.
    coverage,
    /// The same over the whole future.
    coverage_mean,
    /// Revenue on and off the network at the end, in dollars a day.
    revenue_usd_day,
    /// TAO in all pools.
    pooled_tao,
    /// Subnets with a working owner.
    subnets_working,
    /// Subnets at the frontier or beyond.
    subnets_at_frontier,
    /// Median quality of the working.
    quality_median,
    /// Owners who left.
    exits,
    /// Abandoned slots that got a new team.
    takeovers,
    /// Slots that the rules took away.
    deregistered,
    /// Registrations.
    newcomers,
    /// Thefts.
    thefts,
    /// Crashes.
    crashes,
    /// Revenue that went with leavers, in dollars a day, summed.
    revenue_taken_usd_day,
    /// Part of the best tenth at the start that is still there.
    best_still_there,
    /// TAO issued to the subnets, as a part of all TAO at the end, a year.
    emission_year,
    /// The part of that behind pay of owners and miners that bought no quality and no revenue.
    dilution_tax_year,
    /// Gini index of the last step's emission.
    emission_gini,
    /// Part of it of the ten largest.
    emission_top10,
    /// Gini index of revenue.
    revenue_gini,
    /// TAO of emission that entered the pools, over the whole future.
    tao_minted,
    /// TAO paid by buyers of alpha, over the whole future.
    tao_bought,
    /// TAO paid for slots, over the whole future.
    tao_registered,
    /// TAO of tribute that bought alpha, over the whole future.
    tao_tribute,
    /// TAO that owners got for alpha, over the whole future.
    tao_owners,
    /// TAO that miners got for alpha, over the whole future.
    tao_miners,
    /// TAO that validators and stakers of alpha got for it, over the whole future.
    tao_stakers,
    /// TAO that stakers on root got for alpha, over the whole future.
    tao_root,
    /// TAO that holders of dissolved subnets got, over the whole future.
    tao_dissolved,
    /// TAO of dissolved subnets that nobody could claim, over the whole future.
    tao_recycled,
    /// The same at the price of the day, in dollars.
    usd_minted,
    /// The same at the price of the day, in dollars.
    usd_bought,
    /// The same at the price of the day, in dollars.
    usd_registered,
    /// The same at the price of the day, in dollars.
    usd_tribute,
    /// The same at the price of the day, in dollars.
    usd_owners,
    /// The same at the price of the day, in dollars.
    usd_miners,
    /// The same at the price of the day, in dollars.
    usd_stakers,
    /// The same at the price of the day, in dollars.
    usd_root,
    /// The same at the price of the day, in dollars.
    usd_dissolved,
    /// The same at the price of the day, in dollars.
    usd_recycled,
    /// Revenue on and off the network, in dollars.
    usd_earned,
    /// Revenue on the network, in dollars.
    usd_on_rail,
    /// Emission at the price of the day, in dollars.
    usd_emitted,
    /// What owners kept of revenue after costs, in dollars.
    usd_profit,
    /// What they put into the work, in dollars.
    usd_reinvested,
    /// Value of the owners' alpha at the end, in dollars.
    usd_owners_end,
    /// Value of the stakers' alpha at the end, in dollars.
    usd_stakers_end,
    /// Subnets whose owner stands by a pact at the end.
    pacts,
    /// Mission-driven owners who looked at the pact for the first time.
    pact_offered_mission,
    /// Commercial ones.
    pact_offered_commercial,
    /// Mercenary ones.
    pact_offered_mercenary,
    /// Mission-driven owners who signed when they first looked.
    pact_signed_mission,
    /// Commercial ones.
    pact_signed_commercial,
    /// Mercenary ones.
    pact_signed_mercenary,
    /// Teams of the best quarter by talent who looked at the pact for the first time.
    pact_offered_good,
    /// Those of them who signed.
    pact_signed_good,
    /// Newcomers who stayed away because they had to sign.
    pact_stayed_away,
    /// Teams of the best quarter among these.
    pact_stayed_away_good,
    /// Owners who announced to leave.
    pact_notices,
    /// Owners with a pact who left without.
    pact_breaches,
    /// Months of decision under a pact.
    pact_months,
    /// Decisions to leave under a pact.
    pact_left,
    /// Pledged cut, in dollars.
    usd_pledged,
    /// Shares of payments on the network that were tribute, in dollars.
    usd_rail_tribute,
    /// Bonds lost to breaches, in dollars.
    usd_slashed,
    /// Cut forfeited before it vested, in dollars.
    usd_forfeited,
    /// Tribute that was burned, in dollars.
    usd_tribute_burned,
    /// Tribute to holders of alpha, in dollars.
    usd_tribute_holders,
    /// Tribute to stakers on root, in dollars.
    usd_tribute_root,
    /// Tribute burned and paid, over the value of emission.
    returned_part,
    /// Months of decision in the lowest quartile of quality and of the emission-paid part of the work.
    exposed_q1d1,
    /// In the lowest of quality, second of dependence.
    exposed_q1d2,
    /// In the lowest of quality, third of dependence.
    exposed_q1d3,
    /// In the lowest of quality, highest of dependence.
    exposed_q1d4,
    /// In the second of quality, lowest of dependence.
    exposed_q2d1,
    /// In the second of quality, second of dependence.
    exposed_q2d2,
    /// In the second of quality, third of dependence.
    exposed_q2d3,
    /// In the second of quality, highest of dependence.
    exposed_q2d4,
    /// In the third of quality, lowest of dependence.
    exposed_q3d1,
    /// In the third of quality, second of dependence.
    exposed_q3d2,
    /// In the third of quality, third of dependence.
    exposed_q3d3,
    /// In the third of quality, highest of dependence.
    exposed_q3d4,
    /// In the highest of quality, lowest of dependence.
    exposed_q4d1,
    /// In the highest of quality, second of dependence.
    exposed_q4d2,
    /// In the highest of quality, third of dependence.
    exposed_q4d3,
    /// In the highest of quality, highest of dependence.
    exposed_q4d4,
    /// Decisions to leave in the lowest quartile of quality and of the emission-paid part of the work.
    left_q1d1,
    /// In the lowest of quality, second of dependence.
    left_q1d2,
    /// In the lowest of quality, third of dependence.
    left_q1d3,
    /// In the lowest of quality, highest of dependence.
    left_q1d4,
    /// In the second of quality, lowest of dependence.
    left_q2d1,
    /// In the second of quality, second of dependence.
    left_q2d2,
    /// In the second of quality, third of dependence.
    left_q2d3,
    /// In the second of quality, highest of dependence.
    left_q2d4,
    /// In the third of quality, lowest of dependence.
    left_q3d1,
    /// In the third of quality, second of dependence.
    left_q3d2,
    /// In the third of quality, third of dependence.
    left_q3d3,
    /// In the third of quality, highest of dependence.
    left_q3d4,
    /// In the highest of quality, lowest of dependence.
    left_q4d1,
    /// In the highest of quality, second of dependence.
    left_q4d2,
    /// In the highest of quality, third of dependence.
    left_q4d3,
    /// In the highest of quality, highest of dependence.
    left_q4d4,
}

impl Outcome {
    /// Reads the numbers off a future that has come to its end.
    pub fn of(world: &World) -> Self {
        let (chain, people, tally) = (&world.chain, &world.people, &world.tally);
        let years = (world.day / YEAR).max(1e-9);
        let working: Vec<usize> = (0..chain.slots())
            .filter(|slot| chain.emits(*slot) && people.phase[*slot] != Phase::Gone)
            .collect();
        let mut qualities: Vec<f64> = working.iter().map(|slot| people.quality[*slot]).collect();
        qualities.sort_unstable_by(f64::total_cmp);
        let at_frontier = qualities.iter().filter(|quality| **quality >= 0.0).count();
        let mut shares = chain.paid.share.clone();
        let emission_gini = gini(&mut shares);
        let top10: f64 = shares.iter().rev().take(10).sum();
        let usd = world.tao.usd / world.tao.usd_start;
        let start = world.parameters.issuance_start;
        let issued = chain.issued.0 as f64 / RAO;
        Self {
            tao_price_ratio: usd,
            issuance_tao: issued,
            market_value_ratio: usd * issued / start,
            held_part: start / issued,
            coverage: tally.coverage,
            coverage_mean: tally.returned_usd / tally.emitted_usd.max(1e-9),
            revenue_usd_day: tally.revenue,
            pooled_tao: chain.pools.tao.iter().map(|tao| tao.0 as f64 / RAO).sum(),
            subnets_working: working.len() as f64,
            subnets_at_frontier: at_frontier as f64,
            quality_median: qualities.get(qualities.len() / 2).copied().unwrap_or(f64::NAN),
            exits: tally.exits.into(),
            takeovers: tally.takeovers.into(),
            deregistered: tally.deregistered.into(),
            newcomers: tally.newcomers.into(),
            thefts: tally.thefts.into(),
            crashes: tally.crashes.into(),
            revenue_taken_usd_day: tally.revenue_taken,
            best_still_there: world.best_still_there(),
            emission_year: tally.issued / chain.issued.0.max(1) as f64 / years,
            dilution_tax_year: tally.wasted / chain.issued.0.max(1) as f64 / years,
            emission_gini,
            emission_top10: top10,
            revenue_gini: gini(&mut people.revenue.clone()),
            ..Self::money(world)
        }
    }

    /// The numbers about money, and those of [`Self::of_pacts`].
    fn money(world: &World) -> Self {
        let (chain, tally) = (&world.chain, &world.tally);
        let flows = chain.flows.values().map(|rao| rao as f64 / RAO);
        let paid = &tally.flows_usd;
        let value = |held: &[Alpha]| {
            let tao = held
                .iter()
                .enumerate()
                .map(|(slot, alpha)| alpha.0 as f64 / RAO * chain.price(slot));
            tao.sum::<f64>() * world.tao.usd
        };
        Self {
            tao_minted: flows[0],
            tao_bought: flows[1],
            tao_registered: flows[2],
            tao_tribute: flows[3],
            tao_owners: flows[4],
            tao_miners: flows[5],
            tao_stakers: flows[6],
            tao_root: flows[7],
            tao_dissolved: flows[8],
            tao_recycled: flows[9],
            usd_minted: paid[0],
            usd_bought: paid[1],
            usd_registered: paid[2],
            usd_tribute: paid[3],
            usd_owners: paid[4],
            usd_miners: paid[5],
            usd_stakers: paid[6],
            usd_root: paid[7],
            usd_dissolved: paid[8],
            usd_recycled: paid[9],
            usd_earned: tally.earned_usd,
            usd_on_rail: tally.returned_usd,
            usd_emitted: tally.emitted_usd,
            usd_profit: tally.profit_usd,
            usd_reinvested: tally.reinvested_usd,
            usd_owners_end: value(&chain.holdings.owner),
            usd_stakers_end: value(&chain.holdings.stakers),
            ..Self::of_pacts(world)
        }
    }

    /// The numbers about pacts, and those of [`Self::decisions`].
    fn of_pacts(world: &World) -> Self {
        let (chain, tally) = (&world.chain, &world.tally);
        let moved = &tally.moved_usd;
        Self {
            pacts: (0..chain.slots()).filter(|slot| chain.pacts.stands(*slot)).count() as f64,
            pact_offered_mission: tally.offered[0].into(),
            pact_offered_commercial: tally.offered[1].into(),
            pact_offered_mercenary: tally.offered[2].into(),
            pact_signed_mission: tally.signed[0].into(),
            pact_signed_commercial: tally.signed[1].into(),
            pact_signed_mercenary: tally.signed[2].into(),
            pact_offered_good: tally.offered_good.into(),
            pact_signed_good: tally.signed_good.into(),
            pact_stayed_away: tally.stayed_away.into(),
            pact_stayed_away_good: tally.stayed_away_good.into(),
            pact_notices: tally.notices.into(),
            pact_breaches: tally.breaches.into(),
            pact_months: tally.pact_months.into(),
            pact_left: tally.pact_left.into(),
            usd_pledged: moved[0],
            usd_rail_tribute: tally.tribute_usd,
            usd_slashed: moved[2],
            usd_forfeited: moved[3],
            usd_tribute_burned: moved[4],
            usd_tribute_holders: moved[5],
            usd_tribute_root: moved[6],
            returned_part: (moved[4] + moved[5] + moved[6]) / tally.emitted_usd.max(1e-9),
            ..Self::decisions(tally)
        }
    }

    /// Months of decision and decisions to leave.
    fn decisions(tally: &Tally) -> Self {
        let (exposed, left) = (&tally.exposed, &tally.left);
        Self {
            exposed_q1d1: exposed[0][0].into(),
            exposed_q1d2: exposed[0][1].into(),
            exposed_q1d3: exposed[0][2].into(),
            exposed_q1d4: exposed[0][3].into(),
            exposed_q2d1: exposed[1][0].into(),
            exposed_q2d2: exposed[1][1].into(),
            exposed_q2d3: exposed[1][2].into(),
            exposed_q2d4: exposed[1][3].into(),
            exposed_q3d1: exposed[2][0].into(),
            exposed_q3d2: exposed[2][1].into(),
            exposed_q3d3: exposed[2][2].into(),
            exposed_q3d4: exposed[2][3].into(),
            exposed_q4d1: exposed[3][0].into(),
            exposed_q4d2: exposed[3][1].into(),
            exposed_q4d3: exposed[3][2].into(),
            exposed_q4d4: exposed[3][3].into(),
            left_q1d1: left[0][0].into(),
            left_q1d2: left[0][1].into(),
            left_q1d3: left[0][2].into(),
            left_q1d4: left[0][3].into(),
            left_q2d1: left[1][0].into(),
            left_q2d2: left[1][1].into(),
            left_q2d3: left[1][2].into(),
            left_q2d4: left[1][3].into(),
            left_q3d1: left[2][0].into(),
            left_q3d2: left[2][1].into(),
            left_q3d3: left[2][2].into(),
            left_q3d4: left[2][3].into(),
            left_q4d1: left[3][0].into(),
            left_q4d2: left[3][1].into(),
            left_q4d3: left[3][2].into(),
            left_q4d4: left[3][3].into(),
            ..Self::default()
        }
    }
}

impl Outcome {
    /// Which class it is under these thresholds.
    pub fn class(&self, thresholds: &Thresholds) -> Class {
        if self.tao_price_ratio < thresholds.depreciation {
            return Class::Depreciation;
        }
        let flywheel = self.coverage >= thresholds.coverage && self.market_value_ratio >= thresholds.flywheel_value;
        let category = self.market_value_ratio >= thresholds.category_value
            && self.subnets_at_frontier >= thresholds.frontier_subnets;
        match (flywheel, category) {
            (true, true) => Class::CategoryDefining,
            (true, false) => Class::Flywheel,
            (false, _) => Class::Niche,
        }
    }
}

/// A future that was run: its number, its parameters and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Number.
    pub future: u64,
    /// Parameters, parallel to [`crate::parameters::TABLE`].
    pub parameters: Vec<f64>,
    /// What it came to.
    pub outcome: Outcome,
}

/// A table of futures, one row each: `future`, the outcome, `class`, and the parameters as `p_<name>`.
pub fn table_of(futures: &[Finished], thresholds: &Thresholds) -> Table {
    let mut table = Table::default();
    table.push(
        "future",
        Column::Integers(futures.iter().map(|f| f.future as i64).collect()),
    );
    let classes = futures.iter().map(|f| f.outcome.class(thresholds) as i64).collect();
    table.push("class", Column::Integers(classes));
    let rows: Vec<Vec<f64>> = futures.iter().map(|f| f.outcome.values()).collect();
    for (k, name) in Outcome::NAMES.iter().enumerate() {
        table.push(name, Column::Numbers(rows.iter().map(|row| row[k]).collect()));
    }
    for (k, info) in crate::parameters::TABLE.iter().enumerate() {
        let values = futures.iter().map(|f| f.parameters[k]).collect();
        table.push(&format!("p_{}", info.name), Column::Numbers(values));
    }
    table
}

/// The futures of a table made by [`table_of`]; none if it is another table.
pub fn from_table(table: &Table) -> Option<Vec<Finished>> {
    let numbers: Vec<&[f64]> = Outcome::NAMES
        .iter()
        .map(|name| table.numbers(name))
        .collect::<Option<_>>()?;
    let parameters: Vec<&[f64]> = crate::parameters::TABLE
        .iter()
        .map(|info| table.numbers(&format!("p_{}", info.name)))
        .collect::<Option<_>>()?;
    table
        .integers("future")?
        .iter()
        .enumerate()
        .map(|(row, future)| {
            let values: Vec<f64> = numbers.iter().map(|column| column[row]).collect();
            Some(Finished {
                future: u64::try_from(*future).ok()?,
                parameters: parameters.iter().map(|column| column[row]).collect(),
                outcome: Outcome::from_values(&values)?,
            })
        })
        .collect()
}
