//! Primitives and matrix maths.

use serde_json::{Value, json};

use tributary_economy::{
    Alpha,
    epoch::{
        LiquidAlpha, Parameters, Sparse,
        math::{self, Bits, ONE},
        moved_bond,
    },
    fixed::I32F32,
    weights,
};

use crate::{Inputs, Problem};

/// Nearest I32F32, as the library converts.
fn fixed(value: f64) -> Bits {
    I32F32::saturating_from_num(value).to_bits()
}

fn fixed_all(values: &[f64]) -> Vec<Bits> {
    values.iter().copied().map(fixed).collect()
}

fn float(bits: Bits) -> f64 {
    I32F32::from_bits(bits).to_num()
}

fn floats(bits: &[Bits]) -> Vec<f64> {
    bits.iter().copied().map(float).collect()
}

/// A matrix of rows.
fn matrix(rows: impl IntoIterator<Item = Row>) -> Sparse {
    let mut matrix = Sparse::with_capacity(0, 0);
    for row in rows {
        row.into_iter().for_each(|(column, value)| matrix.push(column, value));
        matrix.end_row();
    }
    matrix
}

/// A matrix with all its entries as a sparse one.
fn dense(rows: &[Vec<f64>]) -> Sparse {
    matrix(rows.iter().map(|row| (0..).zip(fixed_all(row)).collect()))
}

/// Sparse rows of integers.
fn sparse(inputs: Inputs<'_>) -> Result<Sparse, Problem> {
    let row = |row: Vec<(u16, i64)>| row.into_iter().map(|(column, x)| (column, math::from_int(x))).collect();
    Ok(matrix(inputs.sparse("rows")?.into_iter().map(row)))
}

/// Single numbers.
pub fn fixed_point(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let operands = || Ok((inputs.int::<Bits>("a_bits")?, inputs.int::<Bits>("b_bits")?));
    Ok(match name {
        "from_f64_round_half_even" => json!({ "bits": fixed_all(&inputs.floats("values")?) }),
        "u16_over_65535" => {
            json!({ "bits": inputs.ints("values")?.into_iter().map(math::proportion).collect::<Vec<_>>() })
        }
        "u16_roundtrip" => {
            let back = |x| math::to_u16(math::proportion(x));
            json!({ "u16": inputs.ints("values")?.into_iter().map(back).collect::<Vec<_>>() })
        }
        "mul_floor_negative" => {
            let (a, b) = operands()?;
            json!({ "bits": math::mul(a, b) })
        }
        "div_trunc_negative" => {
            let (a, b) = operands()?;
            json!({ "bits": math::checked_div(a, b) })
        }
        "safe_div_overflow_is_zero" => {
            let (a, b) = operands()?;
            json!({ "bits": math::safe_div(a, b) })
        }
        "saturating_div_overflow" => {
            let (a, b) = operands()?;
            json!({ "bits": I32F32::from_bits(a).saturating_div(I32F32::from_bits(b)).to_bits() })
        }
        "exp_safe" => json!({ "bits": inputs.ints("x_bits")?.into_iter().map(math::exp).collect::<Vec<_>>() }),
        "alpha_from_moving_average" => {
            let averages: Vec<u64> = inputs.ints("bonds_moving_average")?;
            json!({ "alpha_bits": averages.into_iter().map(math::alpha_of_moving_average).collect::<Vec<_>>() })
        }
        _ => return Err(Problem::unsupported("this")),
    })
}

/// Vectors and matrices.
pub fn matrices(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let family = |prefix: &str| name.starts_with(prefix);
    Ok(match name {
        _ if family("vec_max_upscale_to_u16") => {
            json!({ "u16": weights::upscale_fixed(&inputs.ints::<Bits>("bits")?) })
        }
        _ if family("vec_u16_max_upscale") => json!({ "u16": weights::upscale(&inputs.ints::<u16>("values")?) }),
        _ if family("weights_stored_for") => json!({ "stored": weights::upscale(&inputs.ints::<u16>("submitted")?) }),
        _ if family("check_vec_max_limited") => {
            json!({ "ok": weights::within_limit(&inputs.ints::<u16>("values")?, inputs.int("max_limit")?) })
        }
        _ if family("sigmoid_safe") => sigmoid(inputs)?,
        _ if family("topk_nonzero") => {
            json!({ "mask": math::top_k_nonzero(&inputs.ints::<Bits>("values")?, inputs.int("k")?) })
        }
        _ if family("weighted_median_col") => median_of_columns(inputs)?,
        _ if family("weighted_median") => median(inputs)?,
        _ if family("alpha_sigmoid") => liquid_alpha(inputs)?,
        _ if family("ema_alpha") => moving_average(name, inputs)?,
        _ if family("matmul") || name == "row_hadamard" => products(name, inputs)?,
        _ if family("vec_mask_sparse") => mask(name, inputs)?,
        _ if family("interpolate") => interpolate(name, inputs)?,
        "col_clip_sparse" => {
            let threshold: Vec<Bits> = inputs.ints("threshold")?.into_iter().map(math::from_int).collect();
            let clipped = sparse(inputs)?.clip(&threshold);
            let row = |row| {
                clipped
                    .iter(row)
                    .map(|(column, value)| (column, value >> 32))
                    .collect::<Vec<_>>()
            };
            json!({ "rows": (0..clipped.rows()).map(row).collect::<Vec<_>>() })
        }
        "vecdiv" => {
            let (x, y) = (fixed_all(&inputs.floats("x")?), fixed_all(&inputs.floats("y")?));
            json!({ "out": floats(&x.iter().zip(&y).map(|(x, y)| math::safe_div(*x, *y)).collect::<Vec<_>>()) })
        }
        "checked_sum" => {
            let values: Vec<u64> = inputs.ints("values")?;
            json!({ "sum": values.into_iter().try_fold(Alpha::ZERO, |sum, value| sum.plus(Alpha(value))).ok() })
        }
        "normalize_i32f32" => {
            let mut values = fixed_all(&inputs.floats("values")?);
            math::normalize(&mut values);
            json!({ "out": floats(&values), "bits": values })
        }
        _ => return Err(Problem::unsupported("this")),
    })
}

/// The curve of liquid alpha, `1 / (1 + exp(-rho * (x - kappa)))`, between bounds of 0 and 1: the alpha of a weight that
/// is `x` above a consensus of 0.
fn sigmoid(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let xs = if inputs.has("x_bits") {
        inputs.ints("x_bits")?
    } else {
        fixed_all(&inputs.floats("x")?)
    };
    if inputs.float("kappa")? != 0.5 {
        return Err(Problem::unsupported("a kappa other than 0.5"));
    }
    let liquid = LiquidAlpha::new(&Parameters {
        alpha_values: (0, u16::MAX),
        alpha_sigmoid_steepness: inputs.int::<i16>("rho")?.saturating_mul(100),
        ..Parameters::default()
    });
    let values: Vec<Bits> = xs.into_iter().map(|x| liquid.alpha(0, x, 0)).collect();
    Ok(json!({ "values": floats(&values), "bits": values }))
}

fn median(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (mut stake, scores) = (fixed_all(&inputs.floats("stake")?), fixed_all(&inputs.floats("score")?));
    let minority = match inputs.text("minority")?.as_str() {
        "1 - 0.51" => ONE - fixed(0.51),
        other => return Err(Problem::unsupported(&format!("a minority of `{other}`"))),
    };
    math::normalize(&mut stake);
    let total = math::sum(stake.iter().copied());
    let low = inputs.int("partition_lo")?;
    Ok(
        json!({ "median": float(math::weighted_median(&stake, &scores, minority, low, total, &mut math::Median::default())) }),
    )
}

fn median_of_columns(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let rows = inputs.float_rows("weights")?;
    let mut stake = fixed_all(&inputs.floats("stake")?);
    let weights: Vec<Vec<Bits>> = rows
        .iter()
        .zip(&stake)
        .filter(|(_, stake)| **stake > 0)
        .map(|(row, _)| fixed_all(row))
        .collect();
    stake.retain(|&stake| stake > 0);
    math::normalize(&mut stake);
    let total = math::sum(stake.iter().copied());
    let minority = total.saturating_sub(fixed(inputs.float("kappa")?));
    let of_column = |column: usize| {
        let scores: Vec<Bits> = weights.iter().filter_map(|row| row.get(column).copied()).collect();
        float(math::weighted_median(
            &stake,
            &scores,
            minority,
            0,
            total,
            &mut math::Median::default(),
        ))
    };
    Ok(json!({ "median": (0..rows.first().map_or(0, Vec::len)).map(of_column).collect::<Vec<_>>() }))
}

fn liquid_alpha(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let liquid = LiquidAlpha::new(&Parameters {
        alpha_values: (inputs.int("alpha_low_u16")?, inputs.int("alpha_high_u16")?),
        alpha_sigmoid_steepness: inputs.int("steepness_i16")?,
        ..Parameters::default()
    });
    let alpha = |triple: &Vec<Bits>| match triple.as_slice() {
        &[consensus, weight, bond] => Ok(liquid.alpha(consensus, weight, bond)),
        _ => Err(Problem::Input("a triple is not one".into())),
    };
    let triples: Vec<Vec<Bits>> = inputs.int_rows("triples_consensus_weight_bond_bits")?;
    Ok(json!({ "alpha_bits": triples.iter().map(alpha).collect::<Result<Vec<_>, _>>()? }))
}

/// Bonds that move by an alpha each. A weight row without an entry loses the bond.
fn moving_average(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    if name == "ema_alpha_sparse_drops_absent_weight" {
        let alpha = fixed(inputs.float("alpha")?);
        let (new, old) = (float_entries(inputs, "new_rows")?, float_entries(inputs, "old_rows")?);
        let step = |(new, old): (&Row, &Row)| {
            let bond = |column| {
                old.iter()
                    .find(|(other, _)| *other == column)
                    .map_or(0, |(_, bond)| *bond)
            };
            let moved = |&(column, weight): &(u16, Bits)| (column, float(moved_bond(weight, bond(column), alpha)));
            new.iter().map(moved).collect::<Vec<_>>()
        };
        return Ok(json!({ "rows": new.iter().zip(&old).map(step).collect::<Vec<_>>() }));
    }
    let [new, old, alpha] = [
        inputs.float_rows("new")?,
        inputs.float_rows("old")?,
        inputs.float_rows("alpha")?,
    ];
    let row = |((new, old), alpha): ((&Vec<f64>, &Vec<f64>), &Vec<f64>)| {
        let each = new.iter().zip(old).zip(alpha);
        each.map(|((new, old), alpha)| float(moved_bond(fixed(*new), fixed(*old), fixed(*alpha))))
            .collect::<Vec<_>>()
    };
    Ok(json!({ "out": new.iter().zip(&old).zip(&alpha).map(row).collect::<Vec<_>>() }))
}

/// Columns and their values.
type Row = Vec<(u16, Bits)>;

/// Sparse rows of numbers that need not be whole.
fn float_entries(inputs: Inputs<'_>, key: &str) -> Result<Vec<Row>, Problem> {
    let entry = |value: &Value| {
        Some((
            u16::try_from(value.get(0)?.as_u64()?).ok()?,
            fixed(value.get(1)?.as_f64()?),
        ))
    };
    let row = |value: &Value| value.as_array()?.iter().map(entry).collect::<Option<Row>>();
    let rows = inputs.list(key)?.iter().map(row).collect::<Option<Vec<_>>>();
    rows.ok_or_else(|| Problem::Input(format!("{key:?} has no rows of [column, value]")))
}

fn products(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let vector = fixed_all(&inputs.floats("vector")?);
    let matrix = match name {
        "matmul_sparse" => sparse(inputs)?,
        _ => dense(&inputs.float_rows("rows")?),
    };
    let columns = (0..matrix.rows())
        .flat_map(|row| matrix.iter(row).map(|(column, _)| column + 1))
        .max()
        .unwrap_or(0);
    Ok(match name {
        "matmul_sparse" | "matmul_dense" => json!({ "columns": whole(&matrix.weighted_column_sums(&vector, columns)) }),
        "matmul_transpose" => json!({ "rows": whole(&matrix.weighted_row_sums(&vector)) }),
        _ => {
            let product = matrix.map(|row, _, value| math::mul(value, vector[row]));
            json!({ "rows": (0..product.rows()).map(|row| whole(product.row(row).1)).collect::<Vec<_>>() })
        }
    })
}

/// Integer parts, of results that are whole.
fn whole(values: &[Bits]) -> Vec<i64> {
    values.iter().map(|value| value >> 32).collect()
}

fn mask(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (first, second) = (inputs.ints::<i64>("first")?, inputs.ints::<i64>("second")?);
    let rows: Vec<Vec<u16>> = inputs.int_rows("rows")?;
    let entries: Vec<Vec<(u16, u16)>> = rows
        .iter()
        .map(|row| (0..).zip(row.iter().copied()).collect())
        .collect();
    let removes = |a: i64, b: i64| if name.ends_with("equal") { a == b } else { a < b };
    let masked = Sparse::gather(&entries, first.len(), |i, j| !removes(first[i], second[j]));
    let row = |i| {
        let mut row = vec![0; second.len()];
        masked.iter(i).for_each(|(column, value)| row[column] = value);
        row
    };
    Ok(json!({ "rows": (0..masked.rows()).map(row).collect::<Vec<_>>() }))
}

fn interpolate(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (a, b) = (inputs.floats("a")?, inputs.floats("b")?);
    let ratio = fixed(inputs.float("ratio")?);
    let out: Vec<Bits> = if name.contains("sparse") {
        let entries = |values: &[f64]| {
            let row = (0..).zip(fixed_all(values)).filter(|(_, value)| *value != 0).collect();
            matrix([row])
        };
        let row = Sparse::interpolate(&entries(&a), &entries(&b), ratio, a.len());
        (0..a.len())
            .map(|j| {
                row.iter(0)
                    .find(|(column, _)| *column == j)
                    .map_or(0, |(_, value)| value)
            })
            .collect()
    } else {
        a.iter()
            .zip(&b)
            .map(|(a, b)| math::interpolate(fixed(*a), fixed(*b), ratio))
            .collect()
    };
    Ok(json!({ "out": floats(&out) }))
}
