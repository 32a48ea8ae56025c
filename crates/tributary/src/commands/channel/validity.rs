//! How long a credential is good.

use std::{str::FromStr, time::Duration};

/// A number of blocks, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Blocks.
    Blocks(u64),
    /// Time, as the chain's blocks measure it.
    Time(Duration),
}

impl Validity {
    /// In blocks of so many milliseconds; at least one.
    pub fn blocks(&self, block_ms: u64) -> u64 {
        let blocks = match self {
            Self::Blocks(blocks) => *blocks,
            Self::Time(time) => {
                u64::try_from(time.as_millis().div_ceil(u128::from(block_ms.max(1)))).unwrap_or(u64::MAX)
            }
        };
        blocks.max(1)
    }
}

impl FromStr for Validity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a duration: write blocks like 5000, or a time like 90s, 30m, 12h or 7d");
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let seconds = match &text[digits.len()..] {
            "" => {
                return if number == 0 {
                    Err(wrong())
                } else {
                    Ok(Self::Blocks(number))
                };
            }
            "s" => Some(number),
            "m" => number.checked_mul(60),
            "h" => number.checked_mul(3_600),
            "d" => number.checked_mul(86_400),
            _ => None,
        };
        let seconds = seconds.filter(|seconds| *seconds > 0).ok_or_else(wrong)?;
        Ok(Self::Time(Duration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_blocks_are_read() {
        let blocks = |text: &str, block_ms| text.parse::<Validity>().unwrap().blocks(block_ms);
        assert_eq!(blocks("5000", 250), 5_000);
        assert_eq!(blocks("12h", 12_000), 3_600);
        assert_eq!(blocks("1s", 12_000), 1);
        assert_eq!(blocks("30m", 250), 7_200);
        assert_eq!(blocks("7d", 0), 604_800_000);
        for text in [
            "",
            "0",
            "0h",
            "h",
            "-1h",
            "1.5h",
            "12w",
            "99999999999999999999",
            "18446744073709551615d",
        ] {
            assert!(text.parse::<Validity>().is_err(), "{text}");
        }
    }
}
