//! Shares of a whole as people write them: `20%`, `0.2`, `12.5 %`, exact to a millionth.

use tributary_economy::{PerMillion, pact::Route};

const ONE: u64 = 1_000_000;

/// Reads a part, from 0 to 1 or from 0 % to 100 %.
///
/// # Errors
/// What is wrong with the text.
pub fn parse(text: &str) -> Result<PerMillion, String> {
    let trimmed = text.trim();
    let (number, decimals) = match trimmed.strip_suffix('%') {
        Some(number) => (number.trim_end(), 4usize),
        None => (trimmed, 6),
    };
    let wrong = || format!("`{text}` is not a share; write it like 20% or 0.2, to a millionth at most");
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals {
        return Err(wrong());
    }
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_| wrong())?
    };
    let fraction: u64 = format!("{fraction:0<decimals$}").parse().map_err(|_| wrong())?;
    let scale = 10u64.pow(decimals as u32);
    let parts = whole.checked_mul(scale).and_then(|parts| parts.checked_add(fraction));
    match parts.filter(|parts| *parts <= ONE).map(u32::try_from) {
        Some(Ok(parts)) => Ok(PerMillion(parts)),
        _ => Err(format!("`{text}` is more than 100%")),
    }
}

/// Reads a route: one word, or parts that make the whole.
///
/// # Errors
/// What is wrong with the text.
pub fn route(text: &str) -> Result<Route, String> {
    match text {
        "burn" => return Ok(Route::BURN),
        "holders" => return Ok(Route::HOLDERS),
        "root" => return Ok(Route::ROOT),
        _ => {}
    }
    let mut route = Route {
        burn: PerMillion(0),
        holders: PerMillion(0),
        root: PerMillion(0),
    };
    for piece in text.split(',') {
        let (name, part) = piece
            .split_once('=')
            .ok_or_else(|| format!("`{piece}`: write burn, holders or root, or a split like burn=50%,holders=50%"))?;
        let part = parse(part)?;
        match name.trim() {
            "burn" => route.burn = part,
            "holders" => route.holders = part,
            "root" => route.root = part,
            other => {
                return Err(format!(
                    "there is no route `{other}`; the routes are burn, holders and root"
                ));
            }
        }
    }
    let sum: u64 = [route.burn, route.holders, route.root]
        .iter()
        .map(|part| u64::from(part.0))
        .sum();
    if sum == ONE {
        Ok(route)
    } else {
        Err(format!("the shares in `{text}` do not add up to 100%"))
    }
}

/// How far a price may move, as a part of it. Upwards that has no end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slippage(pub f64);

/// Reads `0.5%` or `0.005`; as per cent also more than the whole.
///
/// # Errors
/// What is wrong with the text.
pub fn slippage(text: &str) -> Result<Slippage, String> {
    let trimmed = text.trim();
    let (number, scale) = match trimmed.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (trimmed, 1.0),
    };
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match number.parse::<f64>() {
        Ok(value) if plain && scale == 1.0 && value > 1.0 => Err(format!(
            "`{text}` would be {} %: write {text}% or {}%",
            100.0 * value,
            100.0 * value
        )),
        Ok(value) if plain && value / scale <= SLIPPAGE_MAX => Ok(Slippage(value / scale)),
        Ok(value) if plain => Err(format!(
            "{value} is out of range: 0 to {SLIPPAGE_MAX}, or to {} %",
            100.0 * SLIPPAGE_MAX
        )),
        _ => Err(format!("`{text}` is not a slippage; write it like 2% or 0.02")),
    }
}

/// Largest slippage that makes sense.
const SLIPPAGE_MAX: f64 = 1e6;

/// Writes a part as per cent.
pub fn percent(part: PerMillion) -> String {
    let text = format!("{}.{:04}", part.0 / 10_000, part.0 % 10_000);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_exactly() {
        for (text, parts, shown) in [
            ("20%", 200_000, "20 %"),
            ("0.2", 200_000, "20 %"),
            ("12.5 %", 125_000, "12.5 %"),
            ("0", 0, "0 %"),
            ("1", 1_000_000, "100 %"),
            ("100%", 1_000_000, "100 %"),
            ("0.000001", 1, "0.0001 %"),
            (".5", 500_000, "50 %"),
        ] {
            assert_eq!(parse(text), Ok(PerMillion(parts)), "{text}");
            assert_eq!(percent(PerMillion(parts)), shown);
        }
        for text in [
            "",
            "%",
            "-1",
            "1.1",
            "101%",
            "0.0000001",
            "a",
            "1e-3",
            "99999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_slippage() {
        for (text, part) in [
            ("0.5%", 0.005),
            ("0.005", 0.005),
            ("2 %", 0.02),
            ("0", 0.0),
            ("850%", 8.5),
            (".5", 0.5),
        ] {
            assert_eq!(slippage(text), Ok(Slippage(part)), "{text}");
        }
        // `5` for 5 % would be a hundred times what was meant.
        for text in [
            "",
            "%",
            "-1%",
            "1e3",
            "NaN",
            "inf",
            "100000001%",
            "1.1.1",
            "much",
            "5",
            "1.01",
        ] {
            assert!(slippage(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_routes() {
        assert_eq!(route("holders"), Ok(Route::HOLDERS));
        let split = route("burn=50%,holders=0.3, root=20%").unwrap();
        assert_eq!(
            (split.burn.0, split.holders.0, split.root.0),
            (500_000, 300_000, 200_000)
        );
        for text in ["", "burn=50%", "burn=50%,holders=60%", "owner=100%", "burn:1"] {
            assert!(route(text).is_err(), "{text}");
        }
    }
}
