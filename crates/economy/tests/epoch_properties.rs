//! What holds of every epoch, whatever the weights. A failure prints its seed.

use proptest::prelude::*;
use tributary_economy::{
    Alpha,
    epoch::{self, EpochInput, EpochOutput, Parameters},
    fixed::I64F64,
};

/// Validators have distinct stakes, so that no permit depends on the order of uids.
fn subnet() -> impl Strategy<Value = EpochInput> {
    let parameters = (
        any::<bool>(),
        any::<bool>(),
        prop_oneof![Just(0), Just(u16::MAX), any::<u16>()],
        20_000..50_000_u16,
    );
    (2..24_usize, 1..8_usize, parameters).prop_flat_map(
        |(n, validators, (yuma3_on, liquid_alpha_on, penalty, kappa))| {
            let validators = validators.min(n - 1);
            let rows = proptest::collection::vec(
                proptest::collection::vec(prop_oneof![Just(None), any::<u16>().prop_map(Some)], n),
                validators,
            );
            let stakes = proptest::collection::hash_set(1_000_000_000..1_000_000_000_000_000_u64, validators);
            let bonds = proptest::collection::vec(proptest::collection::vec(any::<u16>(), n), validators);
            (rows, stakes, bonds, 0..u64::MAX).prop_map(move |(rows, stakes, bonds, emission)| {
                let pad =
                    |rows: Vec<Vec<(u16, u16)>>| rows.into_iter().chain(vec![Vec::new(); n - validators]).collect();
                EpochInput {
                    parameters: Parameters {
                        yuma3_on,
                        liquid_alpha_on,
                        bonds_penalty: penalty,
                        kappa,
                        ..Parameters::default()
                    },
                    block: 1000,
                    last_step_block: 640,
                    stake: stakes
                        .into_iter()
                        .chain(vec![0; n - validators])
                        .map(I64F64::saturating_from_num)
                        .collect(),
                    validator_permit: (0..n).map(|uid| uid < validators).collect(),
                    last_update: vec![900; n],
                    block_at_registration: vec![1; n],
                    weights: pad(rows
                        .into_iter()
                        .map(|row| (0..).zip(row).filter_map(|(j, w)| Some((j, w?))).collect())
                        .collect()),
                    bonds: pad(bonds.into_iter().map(|row| (0..).zip(row).collect()).collect()),
                    emission: Alpha(emission),
                    ..EpochInput::default()
                }
            })
        },
    )
}

/// The same subnet with uid `i` renamed to `new[i]`. Rows stay sorted by uid, as a validator would submit them.
fn permuted(input: &EpochInput, new: &[usize]) -> EpochInput {
    let rows = |rows: &[Vec<(u16, u16)>]| {
        let rename = |row: &Vec<(u16, u16)>| {
            let mut row: Vec<_> = row.iter().map(|&(j, w)| (new[usize::from(j)] as u16, w)).collect();
            row.sort_unstable();
            row
        };
        moved(&rows.iter().map(rename).collect::<Vec<_>>(), new)
    };
    EpochInput {
        stake: moved(&input.stake, new),
        validator_permit: moved(&input.validator_permit, new),
        weights: rows(&input.weights),
        bonds: rows(&input.bonds),
        ..input.clone()
    }
}

fn moved<T: Clone>(values: &[T], new: &[usize]) -> Vec<T> {
    let mut pairs: Vec<_> = new.iter().zip(values).collect();
    pairs.sort_by_key(|(place, _)| **place);
    pairs.into_iter().map(|(_, value)| value.clone()).collect()
}

fn sum(amounts: &[Alpha]) -> u128 {
    amounts.iter().map(|amount| u128::from(amount.get())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Uids are names: nothing but ties may depend on them. Sums are taken in uid order, but without saturation
    /// the order does not matter: the bits are the same.
    #[test]
    fn names_do_not_matter(
        (input, new) in subnet().prop_flat_map(|input| {
            let names: Vec<usize> = (0..input.stake.len()).collect();
            (Just(input), Just(names).prop_shuffle())
        })
    ) {
        let (before, after) = (epoch::run(&input), epoch::run(&permuted(&input, &new)));
        prop_assert_eq!(moved(&before.consensus, &new), after.consensus);
        prop_assert_eq!(moved(&before.incentive, &new), after.incentive);
        prop_assert_eq!(moved(&before.dividends, &new), after.dividends);
        prop_assert_eq!(moved(&before.validator_trust, &new), after.validator_trust);
        prop_assert_eq!(moved(&before.validator_permit, &new), after.validator_permit);
        prop_assert_eq!(moved(&before.emission, &new), after.emission);
    }

    /// Only shares of the stake count. By a power of two they keep every bit.
    #[test]
    fn the_unit_of_stake_does_not_matter(input in subnet(), power in 1..8_u32) {
        let scaled = EpochInput {
            stake: input.stake.iter().map(|stake| I64F64::from_bits(stake.to_bits() << power)).collect(),
            ..input.clone()
        };
        let (before, after) = (epoch::run(&input), epoch::run(&scaled));
        prop_assert_eq!(EpochOutput { stake: Vec::new(), ..before }, EpochOutput { stake: Vec::new(), ..after });
    }

    /// More stake behind the one who gives a miner most weight never lowers the miner's consensus. At least a percent
    /// more, so that the rounding of shares of stake plays no part.
    #[test]
    fn more_stake_behind_a_miner_never_lowers_its_consensus(input in subnet(), percent in 1..400_u64) {
        let before = epoch::run(&input);
        for miner in 0..input.stake.len() as u16 {
            let share = |row: &[(u16, u16)], i: usize| {
                let total: u64 = row.iter().filter(|(j, _)| usize::from(*j) != i).map(|(_, w)| u64::from(*w)).sum();
                let weight = row.iter().find(|(j, _)| *j == miner && usize::from(*j) != i).map_or(0, |(_, w)| *w);
                (u64::from(weight) << 32).checked_div(total).unwrap_or(0)
            };
            let best = input
                .weights
                .iter()
                .enumerate()
                .filter(|(i, _)| input.validator_permit[*i])
                .max_by_key(|(i, row)| share(row, *i))
                .map(|(i, _)| i);
            let Some(best) = best else { continue };
            let mut more = input.clone();
            let stake: u64 = more.stake[best].to_num();
            more.stake[best] = I64F64::saturating_from_num(stake + stake / 100 * percent);
            let after = epoch::run(&more);
            let miner = usize::from(miner);
            prop_assert!(
                after.consensus[miner] >= before.consensus[miner],
                "miner {miner}: {} then {}", before.consensus[miner], after.consensus[miner]
            );
        }
    }

    /// A validator that raises its weight on a miner, at the cost of the others in its row, never lowers the
    /// miner's consensus.
    #[test]
    fn more_weight_on_a_miner_never_lowers_its_consensus(input in subnet(), who in 0..8_usize, extra in 1..u16::MAX) {
        let validators = input.validator_permit.iter().filter(|permit| **permit).count();
        let who = who % validators;
        let before = epoch::run(&input);
        for place in 0..input.weights[who].len() {
            let mut more = input.clone();
            let (miner, weight) = &mut more.weights[who][place];
            *weight = weight.saturating_add(extra);
            let miner = usize::from(*miner);
            prop_assert!(epoch::run(&more).consensus[miner] >= before.consensus[miner]);
        }
    }

    /// Shares sum to at most one, and nobody is paid what is not there.
    #[test]
    fn nothing_is_paid_twice(input in subnet()) {
        let output = epoch::run(&input);
        let one = u64::from(u16::MAX);
        prop_assert!(output.incentive.iter().map(|x| u64::from(*x)).sum::<u64>() <= one);
        prop_assert!(output.dividends.iter().map(|x| u64::from(*x)).sum::<u64>() <= one);
        let pot = u128::from(input.emission.get());
        prop_assert!(sum(&output.server_emission) + sum(&output.validator_emission) <= pot);
        prop_assert!(sum(&output.emission) <= pot);
        for permitted in output.bonds.iter().zip(&output.validator_permit) {
            prop_assert!(*permitted.1 || permitted.0.is_empty());
        }
    }

    /// Two identical miners earn the same.
    #[test]
    fn equals_earn_equally(input in subnet()) {
        let mut input = input;
        for row in input.weights.iter_mut().chain(&mut input.bonds) {
            let n = input.stake.len() as u16;
            let copied = row.iter().find(|(j, _)| *j == n - 1).map(|(_, w)| *w);
            if let Some(w) = copied {
                row.push((n, w));
            }
        }
        input.stake.push(I64F64::saturating_from_num(0));
        input.validator_permit.push(false);
        input.last_update.push(900);
        input.block_at_registration.push(1);
        input.weights.push(Vec::new());
        input.bonds.push(Vec::new());
        let output = epoch::run(&input);
        let twins = [output.incentive.len() - 2, output.incentive.len() - 1];
        prop_assert_eq!(output.incentive[twins[0]], output.incentive[twins[1]]);
        prop_assert_eq!(output.server_emission[twins[0]], output.server_emission[twins[1]]);
    }
}
