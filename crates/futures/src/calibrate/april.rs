//! The replay of April 2026: three subnets of one team leave, 37,000 TAO are sold within two days, TAO falls by 18 to
//! 25 % and partly recovers.

use serde::Serialize;

use super::{
    columns::{columns, number},
    lab::Lab,
    targets::{self, Window},
};
use crate::{Error, parameters, stats};

/// The replay: price of TAO against that before the exits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct April {
    /// Seed.
    pub seed: u64,
    /// Futures.
    pub futures: u64,
    /// Price of TAO before, in dollars.
    pub usd_before: f64,
    /// TAO that the leavers sold, besides their alpha.
    pub tao_sold: f64,
    /// Days from the exits, and 5 %, 25 %, median, 75 % and 95 % of simulated prices against that before.
    pub path: Vec<(i64, [f64; 5])>,
    /// What was reported: days from the exits, price against that before, what it is.
    pub reported: Vec<(i64, f64, &'static str)>,
    /// Median fall a day after, in log points, by its part: the sale through the depth of the market, and confidence.
    pub fall_by_depth: f64,
    /// The rest of it.
    pub fall_by_confidence: f64,
}

/// Replays the exits with the beliefs that ship.
///
/// # Errors
/// [`Error::Start`], [`Error::Facts`] if what ships is broken; [`Error::BrokenSum`], [`Error::Rule`].
pub fn april(futures: u64, seed: u64) -> Result<April, Error> {
    let lab = Lab::new(seed)?;
    let beliefs = parameters::defaults();
    let paths = lab.april_paths(&beliefs, futures)?;
    let exit = lab
        .setting(Window::April)
        .scenario
        .events
        .first()
        .map_or(0, |event| event.day) as i64;
    let days = paths.first().map_or(0, Vec::len);
    let mut path = Vec::with_capacity(days);
    for day in 0..days {
        let mut values: Vec<f64> = paths.iter().map(|path| path[day]).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| stats::quantile(&values, p));
        path.push((day as i64 + 1 - exit, at));
    }
    let (usd_before, tao_sold) = targets::april()?;
    let real = targets::real()?;
    let of_april = real.iter().filter(|target| target.window == Window::April);
    let reported = [1, 3, 36]
        .into_iter()
        .zip(of_april)
        .map(|(day, target)| (day, libm::exp(target.real), target.source))
        .collect();
    // Without confidence only the sale is left.
    let mut without = beliefs.clone();
    super::lab::set(&mut without, "confidence_loss", 0.0);
    let fall = |paths: &[Vec<f64>]| {
        let mut values: Vec<f64> = paths.iter().map(|path| libm::log(path[exit as usize])).collect();
        values.sort_unstable_by(f64::total_cmp);
        -stats::quantile(&values, 0.5)
    };
    let all = fall(&paths);
    let depth = fall(&lab.april_paths(&without, futures)?);
    Ok(April {
        seed,
        futures,
        usd_before,
        tao_sold,
        path,
        reported,
        fall_by_depth: depth,
        fall_by_confidence: all - depth,
    })
}

impl April {
    /// As text.
    pub fn text(&self) -> String {
        let head = ["days after", "sim. 5 %", "25 %", "median", "75 %", "95 %", "reported"];
        let mut lines = vec![head.map(str::to_owned).to_vec()];
        for (day, at) in &self.path {
            let reported = self.reported.iter().find(|(at, ..)| at == day);
            if reported.is_none() && !matches!(day, 0 | 2 | 5 | 10 | 20) {
                continue;
            }
            let mut line = vec![day.to_string()];
            line.extend(at.map(|x| format!("{:+.1} %", 100.0 * (x - 1.0))));
            line.push(reported.map_or(String::new(), |(_, x, what)| {
                format!("{:+.1} % ({what})", 100.0 * (x - 1.0))
            }));
            lines.push(line);
        }
        format!(
            "Price of TAO against that before the exits of subnets 3, 39 and 81 ({} USD), {} TAO sold in two days, \
             {} futures:\n\n{}\nOf the first day's median fall, {:.1} log per cent are the sale through the market's \
             depth and {:.1} are confidence.\n",
            number(self.usd_before),
            number(self.tao_sold),
            self.futures,
            columns(&lines),
            100.0 * self.fall_by_depth,
            100.0 * self.fall_by_confidence,
        )
    }
}
