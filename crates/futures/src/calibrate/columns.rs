//! Text in columns.

use core::fmt::Write;

use super::free::digits;

/// A number with the digits that a reader wants.
pub(super) fn number(x: f64) -> String {
    match x.abs() {
        a if a >= 1e4 => format!("{x:.0}"),
        a if a >= 100.0 => format!("{x:.1}"),
        a if !(1e-9..0.01).contains(&a) => format!("{x:.3}"),
        _ => format!("{}", digits(x)),
    }
}

/// Lines of cells as columns: the first to the left, the others to the right.
pub(super) fn columns(lines: &[Vec<String>]) -> String {
    let width = |k: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(k))
            .map(|cell| cell.chars().count())
            .max()
    };
    let mut text = String::new();
    for line in lines {
        for (k, cell) in line.iter().enumerate() {
            let wide = width(k).unwrap_or(0);
            // Writing to a string cannot fail.
            let _ = match k {
                0 => write!(text, "{cell:<wide$}"),
                _ => write!(text, "  {cell:>wide$}"),
            };
        }
        let end = text.trim_end().len();
        text.truncate(end);
        text.push('\n');
    }
    text
}
