//! Amounts for people.

use std::fmt;

use tributary_economy::UNIT;

/// An amount as people and programs name it: `0.0012 TAO (1200000 rao)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rao(pub u64);

impl fmt::Display for Rao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} TAO ({} rao)", decimal(self.0), self.0)
    }
}

/// TAO in decimal, without needless zeros.
pub fn decimal(rao: u64) -> String {
    let (whole, fraction) = (rao / UNIT, rao % UNIT);
    let fraction = format!("{fraction:09}");
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        digits => format!("{whole}.{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_named_in_both_units() {
        assert_eq!(Rao(1_200_000).to_string(), "0.0012 TAO (1200000 rao)");
        assert_eq!(Rao(0).to_string(), "0 TAO (0 rao)");
        assert_eq!(Rao(3 * UNIT).to_string(), "3 TAO (3000000000 rao)");
        assert_eq!(Rao(1).to_string(), "0.000000001 TAO (1 rao)");
    }
}
