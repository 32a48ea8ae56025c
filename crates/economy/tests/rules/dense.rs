//! The epoch against a second reading of `docs/rules/yuma.md`: full matrices of floating-point numbers, no sparse
//! rows, no fixed point.

use proptest::prelude::*;
use tributary_economy::{
    Alpha,
    epoch::{self, EpochInput, Parameters, math},
    fixed::I64F64,
};

/// Neurons, of which the first few are validators.
const N: usize = 9;
const VALIDATORS: usize = 5;

/// How far fixed and floating point may be apart, in 1/65535.
const TOLERANCE: f64 = 4.0;

type Matrix = [[f64; N]; N];

/// What both compute, in 1/65535.
struct Dense {
    consensus: [f64; N],
    incentive: [f64; N],
    dividends: [f64; N],
    trust: [f64; N],
    bonds: Matrix,
}

fn matrix(rows: &[Vec<(u16, u16)>]) -> Matrix {
    let mut matrix = [[0.0; N]; N];
    for (row, entries) in rows.iter().enumerate() {
        for &(column, value) in entries {
            matrix[row][usize::from(column)] = value.into();
        }
    }
    matrix
}

fn normalized(values: [f64; N]) -> [f64; N] {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 {
        values.map(|value| value / sum)
    } else {
        values
    }
}

fn column(matrix: &Matrix, j: usize) -> [f64; N] {
    std::array::from_fn(|i| matrix[i][j])
}

fn by_entry(f: impl Fn(usize, usize) -> f64) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| f(i, j)))
}

fn columns_normalized(matrix: &Matrix) -> Matrix {
    let columns: [[f64; N]; N] = std::array::from_fn(|j| normalized(column(matrix, j)));
    by_entry(|i, j| columns[j][i])
}

/// The largest weight that validators with at least `kappa` of the stake give.
fn agreed(stake: &[f64; N], weights: [f64; N], kappa: f64) -> f64 {
    let reached = |weight: f64| -> f64 {
        let givers = (0..N).filter(|&i| stake[i] > 0.0 && weights[i] >= weight);
        givers.map(|i| stake[i]).sum()
    };
    let given = (0..N).filter(|&i| stake[i] > 0.0).map(|i| weights[i]);
    given.filter(|&weight| reached(weight) > kappa).fold(0.0, f64::max)
}

/// `docs/rules/yuma.md#liquid-alpha`.
fn liquid(parameters: &Parameters, consensus: f64, weight: f64, bond: f64) -> f64 {
    let low = f64::from(parameters.alpha_values.0) / 65_535.0;
    let high = f64::from(parameters.alpha_values.1) / 65_535.0;
    let distance = if weight >= bond {
        weight - consensus
    } else {
        bond - weight
    };
    let exponent = -f64::from(parameters.alpha_sigmoid_steepness) / 100.0 * (distance.clamp(0.0, 1.0) - 0.5);
    low + (high - low) / (1.0 + exponent.exp())
}

fn dense(input: &EpochInput) -> Dense {
    let parameters = &input.parameters;
    let stake = normalized(std::array::from_fn(|i| input.stake[i].saturating_to_num::<f64>()));
    let mut weights = matrix(&input.weights);
    (0..N).for_each(|i| weights[i][i] = 0.0);
    let weights = weights.map(normalized);

    let kappa = f64::from(parameters.kappa) / 65_535.0;
    let consensus: [f64; N] = std::array::from_fn(|j| agreed(&stake, column(&weights, j), kappa));
    let clipped = by_entry(|i, j| weights[i][j].min(consensus[j]));
    let incentive = normalized(std::array::from_fn(|j| (0..N).map(|i| stake[i] * clipped[i][j]).sum()));

    let penalty = f64::from(parameters.bonds_penalty) / 65_535.0;
    let followed = by_entry(|i, j| weights[i][j] + penalty * (clipped[i][j] - weights[i][j]));
    let old = matrix(&input.bonds);
    let plain = 1.0 - parameters.bonds_moving_average as f64 / 1_000_000.0;
    let average = |new: &Matrix, old: &Matrix, alpha: &dyn Fn(usize, usize) -> f64| {
        by_entry(|i, j| alpha(i, j) * new[i][j] + (1.0 - alpha(i, j)) * old[i][j])
    };
    let (shares, bonds, dividends);
    if parameters.yuma3_on {
        let old = old.map(|row| row.map(|bond| bond / 65_535.0));
        let alpha = |i: usize, j: usize| liquid(parameters, consensus[j], followed[i][j], old[i][j]);
        bonds = if parameters.liquid_alpha_on && consensus != [0.0; N] {
            let moved = average(&followed, &old, &alpha);
            // A bond toward whom a validator gives no weight any more is lost at once.
            by_entry(|i, j| {
                if followed[i][j] > 0.0 {
                    moved[i][j].min(1.0)
                } else {
                    0.0
                }
            })
        } else {
            average(&followed, &old, &|_, _| plain)
        };
        shares = columns_normalized(&bonds);
        let earned = |i: usize| (0..N).map(|j| incentive[j] * shares[i][j]).sum::<f64>();
        dividends = normalized(std::array::from_fn(|i| stake[i] * earned(i)));
    } else {
        let change = columns_normalized(&by_entry(|i, j| stake[i] * followed[i][j]));
        shares = columns_normalized(&average(&change, &columns_normalized(&old), &|_, _| plain));
        let earned = |i: usize| (0..N).map(|j| incentive[j] * shares[i][j]).sum::<f64>();
        dividends = normalized(std::array::from_fn(earned));
        let largest: [f64; N] = std::array::from_fn(|j| column(&shares, j).into_iter().fold(0.0, f64::max));
        bonds = by_entry(|i, j| {
            if largest[j] > 0.0 {
                shares[i][j] / largest[j]
            } else {
                0.0
            }
        });
    }
    Dense {
        consensus,
        incentive,
        dividends,
        trust: clipped.map(|row| row.iter().sum()),
        bonds,
    }
}

/// A row with some of the columns, ascending.
fn row(values: std::ops::RangeInclusive<u16>) -> impl Strategy<Value = Vec<(u16, u16)>> {
    prop::collection::vec(prop_oneof![1 => Just(None), 3 => values.prop_map(Some)], N).prop_map(|values| {
        let entries = values.into_iter().enumerate();
        entries
            .filter_map(|(column, value)| Some((column as u16, value?)))
            .collect()
    })
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let part = || prop_oneof![1 => Just(0), 1 => Just(u16::MAX), 3 => any::<u16>()];
    (
        1_000..60_000_u16,
        part(),
        0..=1_000_000_u64,
        any::<(bool, bool)>(),
        (0..30_000_u16, 30_000..=u16::MAX),
        prop_oneof![Just(1_000_i16), Just(100), Just(-200), Just(200), -3_000..3_000_i16],
    )
        .prop_map(
            |(kappa, bonds_penalty, bonds_moving_average, (yuma3_on, liquid), alpha_values, steepness)| Parameters {
                kappa,
                bonds_penalty,
                bonds_moving_average,
                yuma3_on,
                liquid_alpha_on: liquid,
                alpha_values,
                alpha_sigmoid_steepness: steepness,
                ..Parameters::default()
            },
        )
}

fn input() -> impl Strategy<Value = EpochInput> {
    (
        parameters(),
        prop::collection::vec(1_000..100_000_u32, VALIDATORS),
        prop::collection::vec(row(1..=u16::MAX), VALIDATORS),
        prop::collection::vec(row(1..=u16::MAX), VALIDATORS),
    )
        .prop_map(|(parameters, stake, weights, bonds)| EpochInput {
            parameters,
            block: 1_000,
            last_step_block: 640,
            stake: (0..N)
                .map(|i| I64F64::from_num(stake.get(i).copied().unwrap_or(0)))
                .collect(),
            last_update: vec![900; N],
            block_at_registration: vec![1; N],
            weights,
            bonds,
            emission: Alpha(1_000_000_000),
            ..EpochInput::default()
        })
}

fn near(what: &str, found: &[u16], expected: [f64; N]) -> Result<(), TestCaseError> {
    for (uid, (found, expected)) in found.iter().zip(expected).enumerate() {
        let expected = (expected * 65_535.0).clamp(0.0, 65_535.0);
        prop_assert!(
            (f64::from(*found) - expected).abs() <= TOLERANCE,
            "{what} of {uid}: {found}, expected {expected}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_epoch_is_what_full_matrices_give(input in input()) {
        let expected = dense(&input);
        let found = epoch::run(&input);
        near("consensus", &found.consensus, expected.consensus)?;
        near("incentive", &found.incentive, expected.incentive)?;
        near("dividends", &found.dividends, expected.dividends)?;
        near("validator trust", &found.validator_trust, expected.trust)?;
        for (row, expected) in expected.bonds.iter().enumerate() {
            let mut bonds = [0; N];
            for &(column, bond) in &found.bonds[row] {
                bonds[usize::from(column)] = bond;
            }
            near(&format!("bonds of {row}, toward"), &bonds, *expected)?;
        }
    }
}

/// `docs/rules/numbers.md#exp-of-the-epoch`.
#[test]
fn the_exponential_of_the_epoch_is_an_exponential() {
    let one = math::ONE as f64;
    for step in -85..=85 {
        let x = f64::from(step) / 4.0;
        let found = math::exp((x * one) as i64) as f64 / one;
        let expected = x.clamp(-20.0, 20.0).exp();
        // 32 bits of fraction for each term, and the 31 terms miss 0.8 % of e^20.
        let part = if x.abs() <= 6.0 { 1e-7 } else { 0.009 };
        assert!(
            (found - expected).abs() <= expected * part + 2.0 / one,
            "e^{x}: {found}, expected {expected}"
        );
    }
    // Of exactly one it is e with 23 bits of fraction, as the reference's library has it.
    assert_eq!(
        math::exp(math::ONE),
        ((std::f64::consts::E * f64::from(1 << 23)) as i64) << 9
    );
}
