//! Expected outputs against computed ones.

use serde::Serialize;
use serde_json::Value;

/// How far an output may be from the expected number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// Not at all. A decimal fraction stands for the fixed-point number it was printed from, rounded
    /// or cut: one unit of its last digit is allowed, but never more than 1e-9.
    Exact,
    /// By this much.
    Absolute(f64),
    /// By this part of the expected number.
    Relative(f64),
}

impl Tolerance {
    /// Reads `0`, `1e-6`, `"exact"`, `"1 rao"`, `"1% relative …"`. Texts that call the numbers exact, and
    /// texts that say nothing usable, mean exact: the strictest reading.
    pub fn of(value: &Value) -> Self {
        if let Some(x) = value.as_f64() {
            return if x == 0.0 { Self::Exact } else { Self::Absolute(x) };
        }
        let text = value.as_str().unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or_default();
        if text.contains("exact") {
            Self::Exact
        } else if let Some(percent) = first.strip_suffix('%').and_then(|p| p.parse::<f64>().ok()) {
            Self::Relative(percent / 100.0)
        } else if let (Ok(x), true) = (first.parse::<f64>(), text.contains(" rao")) {
            Self::Absolute(x)
        } else {
            Self::Exact
        }
    }
}

/// What became of one vector.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Every expected key came out.
    Passed,
    /// Something else came out.
    Failed {
        /// Where the first difference is, such as `expected.bonds[2][0][1]`.
        path: String,
        /// What the vector expects there.
        expected: Value,
        /// What the rules computed, null if nothing.
        got: Value,
    },
    /// The chain does not do it.
    Unsupported {
        /// Why not.
        reason: String,
    },
}

/// The first place where `got` is not what is expected, depth first in the order of the keys.
pub(crate) fn difference(path: &str, expected: &Value, got: Option<&Value>, tolerance: Tolerance) -> Option<Outcome> {
    let failed = || {
        let got = got.cloned().unwrap_or_default();
        Some(Outcome::Failed {
            path: path.to_owned(),
            expected: expected.clone(),
            got,
        })
    };
    match (expected, got) {
        (Value::Object(expected), Some(Value::Object(got))) => expected
            .iter()
            .find_map(|(key, value)| difference(&format!("{path}.{key}"), value, got.get(key), tolerance)),
        (Value::Array(expected), Some(Value::Array(got))) if expected.len() == got.len() => expected
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(i, (expected, got))| difference(&format!("{path}[{i}]"), expected, Some(got), tolerance)),
        (expected, Some(got)) if expected == got || same_number(expected, got, tolerance) => None,
        _ => failed(),
    }
}

fn same_number(expected: &Value, got: &Value, tolerance: Tolerance) -> bool {
    let (Some(expected), Some(got)) = (text_of(expected), text_of(got)) else {
        return false;
    };
    if let (Tolerance::Exact, Ok(expected), Ok(got)) = (tolerance, expected.parse::<i128>(), got.parse::<i128>()) {
        return expected == got;
    }
    let (Ok(x), Ok(y)) = (expected.parse::<f64>(), got.parse::<f64>()) else {
        return false;
    };
    let allowed = match tolerance {
        Tolerance::Exact => last_digit(&expected).map_or(0.0, |unit| unit.min(1e-9)),
        Tolerance::Absolute(by) => by,
        Tolerance::Relative(part) => part * x.abs(),
    };
    (x - y).abs() <= allowed
}

/// A number, or a string that may hold one, as text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The worth of the last digit of a decimal fraction; none of an integer.
fn last_digit(text: &str) -> Option<f64> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let power = exponent.checked_sub(i32::try_from(fraction).ok()?)?;
    (power < 0).then(|| format!("1e{power}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(expected: Value, got: Value, tolerance: Value) -> bool {
        difference("expected", &expected, Some(&got), Tolerance::of(&tolerance)).is_none()
    }

    #[test]
    fn a_missing_or_wrong_key_fails_and_is_named() {
        let outcome = difference(
            "expected",
            &json!({"a": [1, 2]}),
            Some(&json!({"a": [1, 3]})),
            Tolerance::Exact,
        );
        assert_eq!(
            outcome,
            Some(Outcome::Failed {
                path: "expected.a[1]".to_owned(),
                expected: json!(2),
                got: json!(3)
            })
        );
        assert!(!same(json!({"a": 1}), json!({"b": 1}), json!(0)));
        assert!(!same(json!([1]), json!([1, 2]), json!(0)));
        assert!(same(json!({"a": null}), json!({"a": null}), json!(0)));
        assert!(!same(json!({"a": null}), json!({}), json!(0)));
    }

    #[test]
    fn numbers_compare_by_value_not_by_spelling() {
        assert!(same(
            json!("18446744073709551616"),
            json!("18446744073709551616"),
            json!("exact")
        ));
        assert!(same(json!(5), json!("5"), json!("exact")));
        assert!(!same(
            json!("18446744073709551616"),
            json!("18446744073709551617"),
            json!("exact")
        ));
        assert!(same(
            json!("0.512325020041317"),
            json!(0.512_325_020_041_317_2),
            json!("0.5 +- 0.001; exact here")
        ));
        assert!(!same(
            json!("0.512325020041317"),
            json!(0.512_325_020_041_319_2),
            json!("exact")
        ));
        assert!(same(json!(0.7), json!(0.700_000_000_2), json!(0)));
        assert!(!same(json!(0.7), json!(0.700_01), json!(0)));
        assert!(same(json!(10), json!(11), json!("1 rao")));
        assert!(!same(
            json!(10),
            json!(11),
            json!("1 rao in the reference test; exact here")
        ));
        assert!(same(
            json!("0.2"),
            json!("0.2019"),
            json!("1% relative (reference test)")
        ));
    }
}
