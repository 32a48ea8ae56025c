//! The charts of the report.

use plotters::{prelude::RGBColor, style::text_anchor::HPos};

use super::{
    data::{Answers, Fan},
    palette::{ACCENT, CLASS_COLOURS, INK, MUTED, OTHER},
    plane::{Axis, Plane, text_width},
    plot::{Chart, Problem, chart, number, percent},
    tornado::Tornado,
};
use crate::{class, sensitivity::Indices, stats::Estimate};

/// Times something, as a tick.
fn times(x: f64) -> String {
    format!("{}×", plain(x))
}

fn whole(x: f64) -> String {
    number(x.round())
}

fn plain(x: f64) -> String {
    let rounded = (x * 1e6).round() / 1e6;
    rounded.to_string()
}

fn dollars(x: f64) -> String {
    match x {
        x if x >= 1e9 => format!("${} bn", plain(x / 1e9)),
        x if x >= 1e6 => format!("${} m", plain(x / 1e6)),
        x if x >= 1e3 => format!("${}k", plain(x / 1e3)),
        x => format!("${}", plain(x)),
    }
}

fn millions(x: f64) -> String {
    format!("{} m", plain(x / 1e6))
}

fn parts(x: f64) -> String {
    format!("{} %", plain(100.0 * x))
}

/// The probabilities of the classes with each threshold halved and doubled.
///
/// # Errors
/// Those of drawing.
pub fn thresholds(answers: &Answers) -> Result<Chart, Problem> {
    let rows = answers.threshold_rows();
    let alternative =
        "Stacked bars: the probability of each outcome class as defined, and with each threshold halved and \
                       doubled. The numbers are in the table below."
            .to_owned();
    let height = 86 + 30 * rows.len() as u32;
    chart(
        "thresholds",
        alternative,
        [(760, height), (400, height)],
        &|area, narrow| {
            let left = if narrow { 172 } else { 210 };
            let x = Axis::linear(0.0, 1.0, parts, "probability");
            let mut y = Axis::linear(0.0, rows.len() as f64, |_| String::new(), "");
            y.ticks = vec![-1.0];
            let plane = Plane::new(area, x, y, [left, 28, 32, 44])?;
            let samples: Vec<_> = CLASS_COLOURS
                .into_iter()
                .zip(class::names())
                .map(|(colour, name)| (colour, 1.0, name))
                .collect();
            plane.legend(if narrow { 8 } else { 0 }, &samples)?;
            for (k, (name, shares)) in rows.iter().enumerate() {
                let row = (rows.len() - k) as f64;
                let mut from = 0.0;
                for (share, colour) in shares.iter().zip(CLASS_COLOURS) {
                    plane.rectangle((from, row - 0.14), (from + share, row - 0.86), colour, 1.0)?;
                    from += share;
                }
                plane.words((0.0, row - 0.5), (-8, 0), HPos::Right, name)?;
            }
            Ok(())
        },
    )
}

/// The distribution of a number over all futures: a histogram with marks.
fn histogram(
    name: &'static str,
    alternative: String,
    values: &[f64],
    x: Axis,
    marks: &[(f64, String)],
    samples: &[(RGBColor, f64, &str)],
    colour: &dyn Fn(f64) -> RGBColor,
) -> Result<Chart, Problem> {
    const BINS: usize = 44;
    let place = |value: f64| x.place(value);
    let (low, high) = (place(x.low), place(x.high));
    let mut counts = [0u32; BINS];
    for value in values {
        let part = (place(*value) - low) / (high - low);
        counts[((part * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    let most = f64::from(counts.iter().copied().max().unwrap_or(1)).max(1.0);
    let all = values.len().max(1) as f64;
    chart(name, alternative, [(760, 330), (400, 300)], &|area, narrow| {
        let y = Axis::linear(0.0, 1.16 * most / all, parts, "futures");
        let top = if samples.is_empty() { 24 } else { 46 };
        let plane = Plane::new(area, x.clone(), y, [58, 18, top, 46])?;
        plane.legend(0, samples)?;
        let back = |part: f64| {
            let at = low + part * (high - low);
            if x.log { libm::pow(10.0, at) } else { at }
        };
        for (k, count) in counts.iter().enumerate() {
            let (from, to) = (back(k as f64 / BINS as f64), back((k as f64 + 0.9) / BINS as f64));
            if *count > 0 {
                let height = f64::from(*count) / all;
                plane.rectangle(
                    (from, 0.0),
                    (to, height),
                    colour(back((k as f64 + 0.5) / BINS as f64)),
                    0.9,
                )?;
            }
        }
        for (k, (at, words)) in marks.iter().enumerate() {
            plane.line(&[(*at, 0.0), (*at, 1.16 * most / all)], INK, 1)?;
            let place = plane.pixel(*at, 0.0).0 + 6 + text_width(words);
            let room = if narrow { 400 } else { 760 };
            let (shift, side) = if place > room {
                (-6, HPos::Right)
            } else {
                (6, HPos::Left)
            };
            plane.words((*at, 1.16 * most / all), (shift, 8 + 18 * k as i32), side, words)?;
        }
        Ok(())
    })
}

/// Market value at the horizon over that of the start.
///
/// # Errors
/// Those of drawing.
pub fn market_value(answers: &Answers) -> Result<Chart, Problem> {
    let values = &answers.market_values;
    let spread = &answers.summary.numbers["market_value_ratio"];
    let ends = (
        values.first().copied().unwrap_or(0.1),
        values.last().copied().unwrap_or(10.0),
    );
    let x = Axis::logarithmic(ends.0 * 0.9, ends.1 * 1.1, times, "multiple of the start (log scale)");
    let doubled = answers.summary.thresholds.flywheel_value;
    let marks = [
        (spread.p50, format!("median {}×", number(spread.p50))),
        (spread.mean.value, format!("mean {}×", number(spread.mean.value))),
        (doubled, format!("flywheel needs {}×", number(doubled))),
    ];
    let alternative = format!(
        "Histogram of market value at the horizon over that of the start. Median {}, mean {}, 5 to 95 %: {} to {}.",
        number(spread.p50),
        number(spread.mean.value),
        number(spread.p05),
        number(spread.p95)
    );
    let samples = [
        (CLASS_COLOURS[0], 0.9, "less than at the start"),
        (CLASS_COLOURS[2], 0.9, "more"),
    ];
    histogram("market-value", alternative, values, x, &marks, &samples, &|at| {
        if at >= 1.0 { CLASS_COLOURS[2] } else { CLASS_COLOURS[0] }
    })
}

/// The dilution tax.
///
/// # Errors
/// Those of drawing.
pub fn dilution(answers: &Answers) -> Result<Chart, Problem> {
    let spread = &answers.summary.dilution_tax_year;
    let high = answers.dilution.last().copied().unwrap_or(0.01);
    let x = Axis::linear(0.0, high * 1.05, parts, "dilution tax, part of all TAO a year");
    let marks = [
        (spread.p50, format!("median {}", percent(spread.p50))),
        (
            answers.inflation_median,
            format!("all emission: {}", percent(answers.inflation_median)),
        ),
    ];
    let x = Axis {
        high: x.high.max(1.08 * answers.inflation_median),
        ..x
    };
    let alternative = format!(
        "Histogram of the dilution tax. Median {}, 5 to 95 %: {} to {}; the median inflation is {} a year.",
        percent(spread.p50),
        percent(spread.p05),
        percent(spread.p95),
        percent(answers.inflation_median)
    );
    histogram("dilution-tax", alternative, &answers.dilution, x, &marks, &[], &|_| {
        OTHER
    })
}

/// A fan: bands of quantiles over time, with the median.
///
/// # Errors
/// Those of drawing.
pub fn fan(fan: &Fan) -> Result<Chart, Problem> {
    let years: Vec<f64> = fan.days.iter().map(|day| day / crate::units::YEAR).collect();
    let last = years.last().copied().unwrap_or(1.0);
    let ends = |k: usize| fan.quantiles[k].iter().copied();
    let low = ends(0).fold(f64::INFINITY, f64::min);
    let high = ends(4).fold(f64::NEG_INFINITY, f64::max);
    let name: fn(f64) -> String = match fan.name {
        "fan-price" => dollars,
        "fan-issuance" => millions,
        "fan-coverage" => parts,
        _ => whole,
    };
    let said = |x: f64| match fan.name {
        "fan-price" => format!("${}", number(x)),
        "fan-coverage" => percent(x),
        _ => number(x),
    };
    let end = |k: usize| said(fan.quantiles[k].last().copied().unwrap_or(f64::NAN));
    let alternative = format!(
        "Fan chart of {} over {} years. At the end: 5 % {}, 25 % {}, median {}, 75 % {}, 95 % {}.",
        fan.title,
        number(last),
        end(0),
        end(1),
        end(2),
        end(3),
        end(4)
    );
    chart(fan.name, alternative, [(430, 332), (400, 312)], &|area, _| {
        let y = if fan.log {
            Axis::logarithmic(low * 0.92, high * 1.08, name, &fan.title)
        } else {
            let room = 0.06 * (high - low);
            Axis::linear((low - room).max(0.0), high + room, name, &fan.title)
        };
        let x = Axis::linear(0.0, last, plain, "years from the start");
        let plane = Plane::new(area, x, y, [66, 18, 50, 46])?;
        plane.legend(
            0,
            &[
                (ACCENT, 1.0, "median"),
                (ACCENT, 0.48, "25 to 75 %"),
                (ACCENT, 0.2, "5 to 95 %"),
            ],
        )?;
        plane.band(&years, &fan.quantiles[0], &fan.quantiles[4], ACCENT, 0.2)?;
        plane.band(&years, &fan.quantiles[1], &fan.quantiles[3], ACCENT, 0.35)?;
        let median: Vec<(f64, f64)> = years.iter().copied().zip(fan.quantiles[2].iter().copied()).collect();
        plane.line(&median, ACCENT, 3)
    })
}

/// Hazards of leaving by quartile, with intervals.
///
/// # Errors
/// Those of drawing.
pub fn hazard(name: &'static str, of: &str, hazards: &[Estimate; 4]) -> Result<Chart, Problem> {
    let high = hazards.iter().map(|h| h.high).fold(1e-6, f64::max);
    let words = ["lowest", "second", "third", "highest"];
    let told: Vec<String> = words
        .iter()
        .zip(hazards)
        .map(|(word, h)| {
            format!(
                "{word} {} ({} to {})",
                percent(h.value),
                percent(h.low),
                percent(h.high)
            )
        })
        .collect();
    let alternative = format!(
        "Chance that an owner leaves in a month, by quartile of {of}: {}.",
        told.join(", ")
    );
    chart(name, alternative, [(430, 312), (400, 302)], &|area, _| {
        let mut x = Axis::linear(
            0.0,
            4.0,
            |x| {
                ["lowest", "second", "third", "highest"]
                    .get(x as usize)
                    .map_or(String::new(), |w| (*w).to_owned())
            },
            &format!("quartile of {of}"),
        );
        x.ticks = vec![0.5, 1.5, 2.5, 3.5];
        let y = Axis::linear(0.0, 1.15 * high, parts, "leave in a month");
        let plane = Plane::new(area, x, y, [64, 18, 50, 46])?;
        plane.legend(0, &[(ACCENT, 0.45, "estimate"), (INK, 1.0, "95 % interval")])?;
        for (k, h) in hazards.iter().enumerate() {
            let at = k as f64 + 0.5;
            plane.rectangle((at - 0.3, 0.0), (at + 0.3, h.value), ACCENT, 0.45)?;
            plane.line(&[(at, h.low), (at, h.high)], INK, 2)?;
            plane.dot(at, h.value, ACCENT)?;
        }
        Ok(())
    })
}

/// A tornado: the outcome where each parameter is low and where it is high.
///
/// # Errors
/// Those of drawing.
pub fn tornado(tornado: &Tornado) -> Result<Chart, Problem> {
    let rows = &tornado.bars;
    let told: Vec<String> = rows
        .iter()
        .take(5)
        .map(|bar| {
            let show = |x| if tornado.probability { percent(x) } else { number(x) };
            format!("{}: {} to {}", bar.parameter, show(bar.low.value), show(bar.high.value))
        })
        .collect();
    let alternative = format!(
        "Tornado of {}: its value where a parameter is in its lowest and in its highest fifth. {}.",
        tornado.title,
        told.join("; ")
    );
    let all = rows.iter().flat_map(|bar| [bar.low, bar.high]);
    let (mut low, mut high) = (tornado.centre, tornado.centre);
    for estimate in all {
        low = low.min(estimate.low);
        high = high.max(estimate.high);
    }
    let height = 96 + 30 * rows.len() as u32;
    chart(
        tornado.name,
        alternative,
        [(760, height), (400, height)],
        &|area, narrow| {
            let left = if narrow { 168 } else { 200 };
            let room = 0.04 * (high - low);
            let x = if tornado.probability {
                Axis::linear((low - room).max(0.0), high + room, parts, &tornado.title)
            } else {
                Axis::logarithmic(low * 0.96, high * 1.04, times, &tornado.title)
            };
            let mut y = Axis::linear(0.0, rows.len() as f64, |_| String::new(), "");
            y.ticks = vec![-1.0];
            let plane = Plane::new(area, x, y, [left, 16, 32, 46])?;
            let samples = [
                (OTHER, 0.85, "parameter in its lowest fifth"),
                (ACCENT, 0.85, "in its highest"),
                (MUTED, 0.3, "pale: may be chance"),
            ];
            plane.legend(
                if narrow { 4 } else { left as i32 },
                &samples[..if narrow { 2 } else { 3 }],
            )?;
            for (k, bar) in rows.iter().enumerate() {
                let row = (rows.len() - k) as f64 - 0.5;
                for (estimate, colour, shift) in [(bar.low, OTHER, 0.13), (bar.high, ACCENT, -0.13)] {
                    let opacity = if bar.clear { 0.85 } else { 0.3 };
                    plane.rectangle(
                        (tornado.centre, row + 0.34),
                        (estimate.value, row - 0.34),
                        colour,
                        opacity,
                    )?;
                    plane.line(&[(estimate.low, row + shift), (estimate.high, row + shift)], MUTED, 1)?;
                }
                plane.words((plane.x.low, row), (-8, 0), HPos::Right, &bar.parameter)?;
            }
            plane.line(&[(tornado.centre, 0.0), (tornado.centre, rows.len() as f64)], INK, 1)
        },
    )
}

/// First and total order of Sobol, with intervals.
///
/// # Errors
/// Those of drawing.
pub fn sobol(name: &'static str, output: &str, indices: &[(String, Indices)]) -> Result<Chart, Problem> {
    let told: Vec<String> = indices
        .iter()
        .map(|(factor, i)| format!("{factor} {:.2} and {:.2}", i.first.value, i.total.value))
        .collect();
    let alternative = format!("Sobol indices of {output}, first and total order: {}.", told.join("; "));
    let high = indices.iter().map(|(_, i)| i.total.high).fold(0.1, f64::max).min(1.5);
    let height = 90 + 34 * indices.len() as u32;
    chart(name, alternative, [(760, height), (400, height)], &|area, narrow| {
        let left = if narrow { 168 } else { 200 };
        let x = Axis::linear(0.0, high, plain, "part of the variance");
        let mut y = Axis::linear(0.0, indices.len() as f64, |_| String::new(), "");
        y.ticks = vec![-1.0];
        let plane = Plane::new(area, x, y, [left, 16, 32, 46])?;
        let samples = [(OTHER, 0.8, "alone"), (ACCENT, 0.8, "with all interactions")];
        plane.legend(0, &samples)?;
        for (k, (factor, i)) in indices.iter().enumerate() {
            let row = (indices.len() - k) as f64 - 0.5;
            for (estimate, colour, from) in [(i.first, OTHER, 0.36), (i.total, ACCENT, -0.02)] {
                plane.rectangle((0.0, row + from), (estimate.value, row + from - 0.34), colour, 0.8)?;
                let middle = row + from - 0.17;
                plane.line(&[(estimate.low, middle), (estimate.high, middle)], INK, 1)?;
            }
            plane.words((0.0, row), (-8, 0), HPos::Right, factor)?;
        }
        Ok(())
    })
}
