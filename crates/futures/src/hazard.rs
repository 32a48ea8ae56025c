//! How often owners leave, by how good their product is and by how much of its work emission pays.
//!
//! Owners' months of decision and the decisions to leave are counted in a table of four quartiles of quality by four of
//! dependence. Intervals resample futures: months of one future are not independent.

use serde::Serialize;

use crate::{
    outcome::Outcome,
    stats::{self, Estimate, REPEATS},
};

/// How often owners leave by how good they are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hazards {
    /// Chance of leaving in a month by quartile of quality, the lowest first.
    pub monthly_by_quartile: [Estimate; 4],
    /// The highest quartile's over the lowest's: above one, success flies away (H2).
    pub highest_over_lowest: Estimate,
    /// The same among subnets in one quartile of the emission-paid part of their work, summed after Mantel and
    /// Haenszel.
    pub highest_over_lowest_alike: Estimate,
    /// Chance of leaving in a month by quartile of the emission-paid part of the work, the lowest first.
    pub monthly_by_dependence: [Estimate; 4],
    /// The highest quartile of that part over the lowest, among subnets in one quartile of quality: below one, the
    /// need of resources holds them (H3).
    pub dependent_over_free_alike: Estimate,
}

/// Months of decision or exits: a row a quartile of quality, in it an entry a quartile of dependence.
type Cells = [[f64; 4]; 4];

/// The place of the first of the sixteen columns that begin with `kind`.
fn place(kind: &str) -> usize {
    let name = format!("{kind}_q1d1");
    Outcome::NAMES.iter().position(|own| *own == name).unwrap_or(0)
}

/// The hazards of futures, given as rows of [`Outcome::values`].
pub fn hazards(rows: &[Vec<f64>], seed: u64) -> Hazards {
    let (exposed, left) = (place("exposed"), place("left"));
    // The sums over some cells, future by future.
    let column = |from: usize, cell: &dyn Fn(usize, usize) -> bool| -> Vec<f64> {
        let sum = |row: &Vec<f64>| (0..16).filter(|k| cell(k / 4, k % 4)).map(|k| row[from + k]).sum();
        rows.iter().map(sum).collect()
    };
    let monthly = |cell: &dyn Fn(usize, usize) -> bool| stats::ratio(&column(left, cell), &column(exposed, cell));
    let resampled = |statistic: fn(&Cells, &Cells) -> f64| resampled(rows, REPEATS, seed, statistic);
    Hazards {
        monthly_by_quartile: [0, 1, 2, 3].map(|quartile| monthly(&|q, _| q == quartile)),
        highest_over_lowest: resampled(|months, exits| {
            let sum = |cells: &Cells, q: usize| cells[q].iter().sum::<f64>();
            (sum(exits, 3) / sum(months, 3)) / (sum(exits, 0) / sum(months, 0))
        }),
        highest_over_lowest_alike: ratio_alike(rows, Ratio::Quality, REPEATS, seed),
        monthly_by_dependence: [0, 1, 2, 3].map(|quartile| monthly(&|_, d| d == quartile)),
        dependent_over_free_alike: ratio_alike(rows, Ratio::Dependence, REPEATS, seed),
    }
}

/// A statistic of the summed cells (months, exits), with its interval.
fn resampled<R: AsRef<[f64]>>(rows: &[R], repeats: u32, seed: u64, statistic: fn(&Cells, &Cells) -> f64) -> Estimate {
    let (exposed, left) = (place("exposed"), place("left"));
    stats::bootstrap(rows.len(), repeats, seed, &|places| {
        let (mut months, mut exits) = ([[0.0; 4]; 4], [[0.0; 4]; 4]);
        for place in places {
            let row = rows[*place].as_ref();
            for k in 0..16 {
                months[k / 4][k % 4] += row[exposed + k];
                exits[k / 4][k % 4] += row[left + k];
            }
        }
        statistic(&months, &exits)
    })
}

/// Which two groups are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// The highest over the lowest quartile of quality, within quartiles of dependence.
    Quality,
    /// The highest over the lowest quartile of dependence, within quartiles of quality.
    Dependence,
}

/// The ratio of hazards of two groups that are alike in the other respect, with the interval of `repeats` resamples.
/// `rows` are those of [`Outcome::values`].
pub fn ratio_alike<R: AsRef<[f64]>>(rows: &[R], of: Ratio, repeats: u32, seed: u64) -> Estimate {
    let statistic: fn(&Cells, &Cells) -> f64 = match of {
        Ratio::Quality => |months, exits| {
            mantel_haenszel([0, 1, 2, 3].map(|d| [(exits[3][d], months[3][d]), (exits[0][d], months[0][d])]))
        },
        Ratio::Dependence => |months, exits| {
            mantel_haenszel([0, 1, 2, 3].map(|q| [(exits[q][3], months[q][3]), (exits[q][0], months[q][0])]))
        },
    };
    resampled(rows, repeats, seed, statistic)
}

/// Ratio of rates over strata after Mantel and Haenszel. A stratum holds (events, time) of the group whose rate is
/// above and of the one below the line.
fn mantel_haenszel(strata: [[(f64, f64); 2]; 4]) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for [(a, time_a), (b, time_b)] in strata {
        let time = time_a + time_b;
        if time > 0.0 {
            above += a * time_b / time;
            below += b * time_a / time;
        }
    }
    above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One future with these cells.
    fn row(cell: impl Fn(usize, usize) -> (f64, f64)) -> Vec<f64> {
        let mut row = vec![0.0; Outcome::NAMES.len()];
        for k in 0..16 {
            let (months, exits) = cell(k / 4, k % 4);
            row[place("exposed") + k] = months;
            row[place("left") + k] = exits;
        }
        row
    }

    #[test]
    fn strata_tell_quality_from_dependence() {
        // The hazard doubles from quartile to quartile of quality and halves with dependence; good products depend
        // less, so that the two are mixed up in the raw rates.
        let cell = |q: usize, d: usize| {
            let months = if d == 3 - q { 1e6 } else { 1e5 };
            let hazard = 1e-3 * f64::from(1 << q) / f64::from(1 << d);
            (months, months * hazard)
        };
        let found = hazards(&[row(cell), row(cell)], 1);
        assert!((found.highest_over_lowest_alike.value - 8.0).abs() < 1e-9);
        assert!((found.dependent_over_free_alike.value - 0.125).abs() < 1e-9);
        assert!(found.highest_over_lowest.value > 12.0);
        assert!(found.monthly_by_dependence[0].value > 4.0 * found.monthly_by_dependence[3].value);
        // Two equal futures leave no doubt.
        assert!(found.highest_over_lowest.high - found.highest_over_lowest.low < 1e-9);
    }
}
