//! Who earns what.
//!
//! # The rule
//! Every validator measures the current version of every miner on the same held-out slice of the round, in bits per
//! byte. `baseline` is what byte frequencies alone need on that slice.
//!
//! 1. A version is **related** to another if the hidden units of one are found again in the other: if the output
//!    weights of its units have, each with the most similar unit of the other, a mean cosine of at least
//!    `same_weights_cosine`. Noise, fine-tuning, another order or scale of the units and rotated embeddings leave
//!    that as it is (noise of 40 % of the weights' size: 0.84; independent models: below 0.5). Or if the two predict
//!    alike: their Jensen-Shannon divergence on held-out probes is below `same_predictions_ratio` of what they have
//!    learned (independent models: 0.025 of it or more).
//! 2. Of two hotkeys with related versions, the **earlier** is the one whose first related version was committed in
//!    the earlier block (the lower hotkey if in the same). A miner serves weights only when their commitment is in a
//!    block, so nobody can commit somebody else's weights first. What was once found to be derived stays so, so
//!    does what its hotkey makes of it, and it gives no claim against anybody.
//! 3. A version **earns** if it needs at least `margin_bits` less than the baseline, and at least `margin_bits` less
//!    than the current version of every earlier hotkey it is related to. So a copy, with or without noise, earns
//!    nothing, and a model built on somebody else's earns only by being better by the margin.
//! 4. The score of those that earn is `exp(-(bits - best) / temperature_bits)`, `best` being the fewest bits among
//!    them; all others score 0. The order of scores is the order of measured quality.
//!
//! # What it does not stop
//! * A validator that begins later than both miners knows only their current commitments. If the original has
//!   published anew since, it takes the copy for the earlier. Its memory survives restarts in its state folder.
//! * One owner with several independently trained models is paid for each. Registration has its price; nothing else
//!   limits that.
//! * Distilling a model from another's predictions until neither weights nor predictions are alike. That costs about
//!   as much as training does.
//! * A validator that leaks held-out text. The text comes with the program here, so a dishonest miner on the same
//!   machine could read it; in a real market only validators hold it, and it should be replaced now and then.

/// What a round found out about one miner's version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Bits per byte on the round's slice.
    pub bits_per_byte: f64,
    /// Fewest bits per byte of the earlier hotkeys that it is related to; `None` if it stands alone. Negative
    /// infinity if such a model is not there any more to be measured: then it cannot be beaten.
    pub earlier: Option<f64>,
}

impl Standing {
    /// Whether it earns (rule 3).
    pub fn earns(&self, baseline: f64, margin: f64) -> bool {
        let earlier = self.earlier.unwrap_or(f64::INFINITY);
        self.bits_per_byte.is_finite() && self.bits_per_byte <= baseline.min(earlier) - margin
    }
}

/// Scores, 0 to 1, in the order of the standings (rule 4).
pub fn scores(standings: &[Standing], baseline: f64, margin: f64, temperature: f64) -> Vec<f64> {
    let earning = standings.iter().filter(|standing| standing.earns(baseline, margin));
    let best = earning
        .map(|standing| standing.bits_per_byte)
        .fold(f64::INFINITY, f64::min);
    let score = |standing: &Standing| {
        if standing.earns(baseline, margin) {
            ((best - standing.bits_per_byte) / temperature).exp()
        } else {
            0.0
        }
    };
    standings.iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASELINE: f64 = 4.3;
    const MARGIN: f64 = 0.02;

    fn score(standings: &[Standing]) -> Vec<f64> {
        scores(standings, BASELINE, MARGIN, 0.25)
    }

    fn alone(bits: f64) -> Standing {
        Standing {
            bits_per_byte: bits,
            earlier: None,
        }
    }

    proptest! {
        #[test]
        fn better_models_score_more(bits in prop::collection::vec(0.5f64..9.0, 1..12)) {
            let standings: Vec<_> = bits.iter().map(|bits| alone(*bits)).collect();
            let scores = score(&standings);
            for (a, x) in bits.iter().zip(&scores) {
                prop_assert!((0.0..=1.0).contains(x));
                prop_assert_eq!(*x > 0.0, *a <= BASELINE - MARGIN);
                for (b, y) in bits.iter().zip(&scores) {
                    prop_assert!(a >= b || *x > *y || *x == 0.0 && *y == 0.0);
                }
            }
        }

        #[test]
        fn a_copy_earns_nothing_and_takes_nothing(
            bits in prop::collection::vec(0.5f64..9.0, 1..12), which: prop::sample::Index, noise in -0.019f64..2.0,
        ) {
            let mut standings: Vec<_> = bits.iter().map(|bits| alone(*bits)).collect();
            let before = score(&standings);
            let original = *which.get(&bits);
            standings.push(Standing { bits_per_byte: original + noise, earlier: Some(original) });
            let after = score(&standings);
            prop_assert_eq!(&after[..bits.len()], &before[..]);
            prop_assert_eq!(after[bits.len()], 0.0);
        }

        #[test]
        fn order_does_not_matter(
            bits in prop::collection::vec((0.5f64..9.0, prop::option::of(0.5f64..9.0)), 1..12), turn in 0usize..12,
        ) {
            let mut standings: Vec<_> =
                bits.iter().map(|(bits, earlier)| Standing { bits_per_byte: *bits, earlier: *earlier }).collect();
            let mut scores = score(&standings);
            let turn = turn % standings.len();
            standings.rotate_left(turn);
            scores.rotate_left(turn);
            prop_assert_eq!(score(&standings), scores);
        }
    }

    #[test]
    fn what_cannot_be_measured_earns_nothing() {
        assert_eq!(
            score(&[alone(f64::NAN), alone(f64::INFINITY), alone(3.0)]),
            [0.0, 0.0, 1.0]
        );
        let orphan = Standing {
            bits_per_byte: 2.0,
            earlier: Some(f64::NEG_INFINITY),
        };
        assert_eq!(score(&[orphan]), [0.0]);
    }
}
