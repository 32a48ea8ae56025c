//! Who earns what: a wrong answer earns nothing, right ones are paid by speed.
//!
//! Of a miner that answered every probe of a round with exactly the bytes that the validator's own run of the model
//! gives, `seconds` is the time of its slowest probe. With the fastest such miner's `best`, the score is
//! `((floor + best) / (floor + seconds))²`: the fastest earns 1, one that takes twice as long, the floor included,
//! a quarter. All others get 0, and whoever sent wrong bytes loses its earlier scores too.

/// What a round showed of one miner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// All right; the slowest answer took this many seconds.
    Right(f64),
    /// At least one answer is not the model's.
    Wrong,
    /// At least one answer is missing, late, unsigned or refused.
    Missing,
}

/// Scores in the order of the standings, 0 to 1.
pub fn scores(standings: &[Standing], floor_seconds: f64) -> Vec<f64> {
    let times = standings.iter().filter_map(|standing| match standing {
        Standing::Right(seconds) => Some(*seconds),
        _ => None,
    });
    let best = times.fold(f64::INFINITY, f64::min);
    let score = |standing: &Standing| match standing {
        Standing::Right(seconds) => ((floor_seconds + best) / (floor_seconds + seconds)).powi(2),
        Standing::Wrong | Standing::Missing => 0.0,
    };
    standings.iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_paid_and_wrong_is_not() {
        let standings = [
            Standing::Right(0.05),
            Standing::Right(0.15),
            Standing::Wrong,
            Standing::Missing,
            Standing::Right(0.95),
        ];
        let scores = scores(&standings, 0.05);
        assert_eq!(scores[0], 1.0);
        assert!(
            (scores[1] - 0.25).abs() < 1e-12 && (scores[4] - 0.01).abs() < 1e-12,
            "{scores:?}"
        );
        assert_eq!(scores[2..4], [0.0, 0.0]);
        assert_eq!(super::scores(&[Standing::Wrong], 0.05), [0.0]);
    }
}
