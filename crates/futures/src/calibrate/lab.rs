//! Simulated moments: the three windows run at a vector of parameters, on the same noise every time.

use rayon::prelude::*;

use super::{
    moments,
    section::Section,
    targets::{self, Window},
};
use crate::{
    Error, Scenario, chain::BLOCKS_PER_DAY, parameters, people::World, prior::Prior, scenario::Event,
    simulate::Setting, start::Source,
};

/// Days from the beginning of the April window to the exits, and to its end.
const APRIL_EXIT: u64 = 3;
const APRIL_DAYS: u64 = 39;

/// Subnets of the team that left.
const APRIL_TEAM: [u16; 3] = [3, 39, 81];

/// Months between two prices from which a year's noise of TAO is taken, in days.
const PRICE_DAYS: u64 = 30;

/// How many futures each window is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noises {
    /// The month.
    pub month: u64,
    /// The year.
    pub year: u64,
    /// April.
    pub april: u64,
}

/// The moments of every future: window by window, one row a future, columns as [`Window::moments`].
pub type Simulated = [Vec<Vec<f64>>; 3];

/// What simulates moments.
#[derive(Clone, Debug)]
pub struct Lab {
    month: Setting,
    year: Setting,
    april: Setting,
    before: Section,
}

impl Lab {
    /// Prepares the windows.
    ///
    /// # Errors
    /// [`Error::Start`], [`Error::Facts`] if what ships is broken.
    pub fn new(seed: u64) -> Result<Self, Error> {
        let (usd, sells_tao) = targets::april()?;
        let setting = |start: Source, days: u64, events: Vec<Event>| {
            let scenario = Scenario {
                days,
                start,
                events,
                ..Scenario::default()
            };
            Setting::new(scenario, seed)
        };
        let exit = Event {
            day: APRIL_EXIT,
            leave: APRIL_TEAM.to_vec(),
            sells_tao,
            over_days: 2.0,
        };
        let mut april = setting(Source::Mainnet, APRIL_DAYS, vec![exit])?;
        set(&mut april.scenario.beliefs, "tao_usd_start", usd);
        Ok(Self {
            month: setting(Source::August, 30, Vec::new())?,
            year: setting(Source::Mainnet, 365, Vec::new())?,
            april,
            before: Section::august()?,
        })
    }

    /// The setting of a window.
    pub(super) fn setting(&self, window: Window) -> &Setting {
        match window {
            Window::Month => &self.month,
            Window::Year => &self.year,
            Window::April => &self.april,
        }
    }

    /// Runs futures of all windows with these beliefs, parallel to [`parameters::TABLE`]. Future `k` of a window meets
    /// the same noise whatever the beliefs are, and draws of beliefs that do not differ are the same.
    ///
    /// # Errors
    /// [`Error::BrokenSum`], [`Error::Rule`].
    pub fn simulate(&self, beliefs: &[Prior], noises: Noises) -> Result<Simulated, Error> {
        let run = |window, count| {
            let mut setting = self.setting(window).clone();
            let start_usd = setting.scenario.beliefs.clone();
            setting.scenario.beliefs = beliefs.to_vec();
            if window == Window::April {
                keep(&mut setting.scenario.beliefs, &start_usd, "tao_usd_start");
            }
            (0..count)
                .into_par_iter()
                .map_init(
                    || World::new(&setting.scenario),
                    |world, future| self.one(&setting, window, world, future),
                )
                .collect::<Result<Vec<_>, Error>>()
        };
        Ok([
            run(Window::Month, noises.month)?,
            run(Window::Year, noises.year)?,
            run(Window::April, noises.april)?,
        ])
    }

    fn one(&self, setting: &Setting, window: Window, world: &mut World, future: u64) -> Result<Vec<f64>, Error> {
        let rule = |day: f64| move |source| Error::Rule { future, day, source };
        let scenario = &setting.scenario;
        let parameters = crate::parameters::Parameters::draw(&scenario.beliefs, setting.seed, future);
        world
            .begin(scenario, &setting.start, parameters, setting.seed, future)
            .map_err(rule(0.0))?;
        let value = |world: &World| -> f64 { (0..world.chain.slots()).map(|slot| world.alpha_value(slot)).sum() };
        let (root, alpha) = (world.chain.root.0 as f64, value(world));
        let (mut newcomers, mut squares, mut usd) = (0.0, 0.0, world.tao.usd);
        let mut prices = Vec::with_capacity(scenario.days as usize + 1);
        prices.push(world.tao.usd);
        for day in 1..=scenario.days {
            let at = world.day;
            world.step(BLOCKS_PER_DAY, scenario.rules_at(at)).map_err(rule(at))?;
            world
                .chain
                .check()
                .map_err(|(what, expected, found)| Error::BrokenSum {
                    future,
                    day: world.day,
                    what,
                    expected,
                    found,
                })?;
            prices.push(world.tao.usd);
            if day == 60 {
                newcomers = f64::from(world.tally.newcomers);
            }
            if day % PRICE_DAYS == 0 {
                let change = libm::log(world.tao.usd / usd);
                squares += change * change;
                usd = world.tao.usd;
            }
        }
        Ok(match window {
            Window::Month => moments::month(&self.before, &Section::of(world), f64::from(world.tally.newcomers)),
            Window::Year => {
                let months = scenario.days / PRICE_DAYS;
                let noise = (squares / (months * PRICE_DAYS) as f64 * 365.25).sqrt();
                let mut all = moments::shape(&Section::of(world)).to_vec();
                all.extend([
                    newcomers,
                    libm::log(world.chain.root.0 as f64 / root),
                    libm::log(value(world) / alpha),
                    noise,
                ]);
                all
            }
            Window::April => [1, 3, 36]
                .map(|after| libm::log(prices[(APRIL_EXIT + after) as usize] / prices[APRIL_EXIT as usize]))
                .to_vec(),
        })
    }

    /// Price of TAO against that before the exits of April 2026, day by day; one row a future.
    ///
    /// # Errors
    /// [`Error::BrokenSum`], [`Error::Rule`].
    pub fn april_paths(&self, beliefs: &[Prior], futures: u64) -> Result<Vec<Vec<f64>>, Error> {
        let mut setting = self.april.clone();
        let usd = setting.scenario.beliefs.clone();
        setting.scenario.beliefs = beliefs.to_vec();
        keep(&mut setting.scenario.beliefs, &usd, "tao_usd_start");
        setting.scenario.sample_days = 1;
        (0..futures)
            .into_par_iter()
            .map_init(
                || World::new(&setting.scenario),
                |world, future| {
                    let mut series = crate::simulate::Series::default();
                    setting.simulate(world, future, &mut series)?;
                    let before = series.tao_usd[APRIL_EXIT as usize - 1];
                    Ok(series.tao_usd.iter().map(|usd| usd / before).collect())
                },
            )
            .collect()
    }
}

/// Fixes a parameter.
pub(super) fn set(beliefs: &mut [Prior], name: &str, value: f64) {
    if let Some(index) = parameters::index(name) {
        beliefs[index] = Prior::Fixed(value);
    }
}

fn keep(beliefs: &mut [Prior], from: &[Prior], name: &str) {
    if let Some(index) = parameters::index(name) {
        beliefs[index] = from[index];
    }
}
