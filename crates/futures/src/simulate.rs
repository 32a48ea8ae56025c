//! One future, from its start to its end.

use crate::{
    Error,
    outcome::{Finished, Outcome},
    parameters::Parameters,
    people::{Phase, World},
    scenario::Scenario,
    start::Start,
    story::Story,
    table::{Column, Table},
};

macro_rules! series {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// Samples of futures, one row a sample.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Series {
            /// Number of the future.
            pub future: Vec<i64>,
            $($(#[doc = $doc])+ pub $name: Vec<f64>,)*
        }

        impl Series {
            /// As a table.
            pub fn into_table(self) -> Table {
                let mut table = Table::default();
                table.push("future", Column::Integers(self.future));
                $(table.push(stringify!($name), Column::Numbers(self.$name));)*
                table
            }
        }
    };
}

series! {
    /// Day from the start.
    day,
    /// Dollars for one TAO.
    tao_usd,
    /// TAO that exists.
    issuance_tao,
    /// TAO in all pools.
    pooled_tao,
    /// Revenue on the network over the value of emission.
    coverage,
    /// Revenue on and off the network, in dollars a day.
    revenue_usd_day,
    /// Subnets with a working owner.
    subnets_working,
    /// Owners who have left so far.
    exits,
    /// Sum of all alpha prices, in TAO.
    price_sum,
    /// Highest quality of a working subnet.
    quality_best,
}

impl Series {
    fn sample(&mut self, future: u64, world: &World) {
        let chain = &world.chain;
        let working = |slot: &usize| chain.emits(*slot) && world.people.phase[*slot] != Phase::Gone;
        let slots = 0..chain.slots();
        self.future.push(future as i64);
        self.day.push(world.day);
        self.tao_usd.push(world.tao.usd);
        self.issuance_tao.push(chain.issued.0 as f64 / 1e9);
        self.pooled_tao
            .push(chain.pools.tao.iter().map(|tao| tao.0 as f64 / 1e9).sum());
        self.coverage.push(world.tally.coverage);
        self.revenue_usd_day.push(world.tally.revenue);
        self.subnets_working.push(slots.clone().filter(working).count() as f64);
        self.exits.push(world.tally.exits.into());
        self.price_sum.push(slots.clone().map(|slot| chain.price(slot)).sum());
        let best = slots.filter(working).map(|slot| world.people.quality[slot]);
        self.quality_best.push(best.fold(f64::NEG_INFINITY, f64::max));
    }
}

/// A run's constants.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What is run.
    pub scenario: Scenario,
    /// Where futures start.
    pub start: Start,
    /// Seed of all noise.
    pub seed: u64,
}

impl Setting {
    /// Loads the start of a scenario.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn new(scenario: Scenario, seed: u64) -> Result<Self, Error> {
        let start = Start::load(&scenario.start, seed)?;
        Ok(Self { scenario, start, seed })
    }

    /// Runs one future in `world` with the parameters drawn for it, and appends its samples to `series`.
    ///
    /// # Errors
    /// [`Error::BrokenSum`] if TAO or an alpha does not close after a step, [`Error::Rule`] if a rule of the chain
    /// finds its books broken.
    pub fn simulate(&self, world: &mut World, future: u64, series: &mut Series) -> Result<Finished, Error> {
        let parameters = Parameters::draw(&self.scenario.beliefs, self.seed, future);
        self.simulate_with(world, parameters, future, Some(series))
    }

    /// Runs the noise of one future with these parameters, whatever would be drawn for it.
    ///
    /// # Errors
    /// Those of [`Self::simulate`].
    pub fn simulate_with(
        &self,
        world: &mut World,
        parameters: Parameters,
        future: u64,
        mut series: Option<&mut Series>,
    ) -> Result<Finished, Error> {
        let rule = |day: f64| move |source| Error::Rule { future, day, source };
        let scenario = &self.scenario;
        world
            .begin(scenario, &self.start, parameters, self.seed, future)
            .map_err(rule(0.0))?;
        world.mark_best();
        let mut sampled = 0.0;
        for step in 0..scenario.steps() {
            let day = world.day;
            world
                .step(scenario.step_blocks, scenario.rules_at(day))
                .map_err(rule(day))?;
            world
                .chain
                .check()
                .and_then(|pooled| world.chain.flows.check(pooled))
                .map_err(|(what, expected, found)| Error::BrokenSum {
                    future,
                    day: world.day,
                    what,
                    expected,
                    found,
                })?;
            let last = step + 1 == scenario.steps();
            if step == 0 || last || world.day - sampled >= scenario.sample_days as f64 - 1e-6 {
                sampled = world.day;
                if let Some(series) = &mut series {
                    series.sample(future, world);
                }
            }
        }
        Ok(Finished {
            future,
            parameters: world.parameters.values(),
            outcome: Outcome::of(world),
        })
    }

    /// Runs one future again and keeps what happened.
    ///
    /// # Errors
    /// Those of [`Self::simulate`].
    pub fn replay(&self, future: u64) -> Result<(Finished, Story, Series), Error> {
        let mut world = World::new(&self.scenario);
        world.story = Some(Story::default());
        let mut series = Series::default();
        let finished = self.simulate(&mut world, future, &mut series)?;
        Ok((finished, world.story.take().unwrap_or_default(), series))
    }
}
