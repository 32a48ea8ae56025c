//! Amounts of TAO and alpha as people write them: decimal text with at most nine decimals, read and written exactly.

use std::fmt;

use tributary_economy::{MAX_SUPPLY, UNIT};

const DECIMALS: usize = 9;

/// An amount in its smallest unit (rao of TAO, or a billionth of an alpha).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u64);

/// Reads `12`, `12.5`, `.000000001`: more than zero and no more than there can ever be.
///
/// # Errors
/// What is wrong with the text.
pub fn parse(text: &str) -> Result<Amount, String> {
    let text = text.trim();
    if let Some(positive) = text.strip_prefix('-')
        && positive.starts_with(|c: char| c.is_ascii_digit() || c == '.')
    {
        return Err(format!(
            "`{text}` is negative; give a number above 0, such as {positive}. To move TAO or alpha the other way, use \
             the command that does so (`unstake` takes stake back)"
        ));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(format!(
            "`{text}` is not an amount; write it like 12 or 0.5, without sign, unit or thousands separator"
        ));
    }
    if fraction.len() > DECIMALS {
        return Err(format!(
            "`{text}` has more than {DECIMALS} decimals; the smallest amount is 0.000000001"
        ));
    }
    let too_much = || format!("`{text}` is more than there can ever be (21000000)");
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_| too_much())?
    };
    let fraction: u64 = format!("{fraction:0<DECIMALS$}").parse().map_err(|_| too_much())?;
    let units = whole
        .checked_mul(UNIT)
        .and_then(|rao| rao.checked_add(fraction))
        .ok_or_else(too_much)?;
    match units {
        0 => Err("the amount must be more than 0".to_owned()),
        units if units > MAX_SUPPLY => Err(too_much()),
        units => Ok(Amount(units)),
    }
}

/// How much to take back: an amount, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountOrAll {
    /// This much.
    Exactly(Amount),
    /// Whatever there is.
    All,
}

/// Reads an amount or the word `all`.
///
/// # Errors
/// As [`parse`].
pub fn parse_or_all(text: &str) -> Result<AmountOrAll, String> {
    match text {
        "all" => Ok(AmountOrAll::All),
        _ => parse(text).map(AmountOrAll::Exactly),
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:09}", self.0 / UNIT, self.0 % UNIT))
    }
}

/// A price in rao an alpha, shown in TAO with as many digits as tell something.
pub struct Rao(pub f64);

impl fmt::Display for Rao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.9}", self.0 / UNIT as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exactly() {
        for (text, rao) in [
            ("1", 1_000_000_000),
            ("0.1", 100_000_000),
            (".000000001", 1),
            ("1.", 1_000_000_000),
            ("000.3", 300_000_000),
            ("21000000", 21_000_000_000_000_000),
            ("9007199.254740993", 9_007_199_254_740_993),
        ] {
            assert_eq!(parse(text), Ok(Amount(rao)), "{text}");
        }
        for text in [
            "",
            ".",
            "-1",
            "+1",
            "1e3",
            "1,000",
            "1 000",
            "0x10",
            "0",
            "0.0",
            "1.0000000001",
            "τ1",
            "1.2.3",
            "21000000.000000001",
            "18446744074",
            "99999999999999999999999",
            "all",
            "NaN",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse_or_all("all"), Ok(AmountOrAll::All));
    }

    #[test]
    fn writes_what_it_reads() {
        for rao in [
            1,
            999_999_999,
            1_000_000_000,
            123_456_789_012_345_678 % MAX_SUPPLY,
            MAX_SUPPLY,
        ] {
            assert_eq!(parse(&Amount(rao).to_string()), Ok(Amount(rao)));
        }
    }
}
