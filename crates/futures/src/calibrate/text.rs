//! Calibration as text for people.

use core::fmt::Write;

use super::{Calibration, Check, Row, free::digits};

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

fn moments(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut window = "";
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in rows {
        if row.window != window {
            text.push_str(&columns(&core::mem::take(&mut lines)));
            window = row.window;
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{window}");
            let head = ["", "real", "kind", "sim. 5 %", "median", "95 %", "misfit", ""];
            lines.push(head.map(str::to_owned).to_vec());
        }
        let [low, middle, high] = row.simulated.map(number);
        lines.push(vec![
            format!("  {}, {}", row.family, row.moment),
            number(row.real),
            row.kind.to_owned(),
            low,
            middle,
            high,
            format!("{:+.1}", row.misfit),
            if row.missed { "missed" } else { "" }.to_owned(),
        ]);
    }
    text.push_str(&columns(&lines));
    let missed = rows.iter().filter(|row| row.missed).count();
    let _ = writeln!(
        text,
        "\n{} of {} moments are missed by more than two standard deviations.",
        missed,
        rows.len()
    );
    text
}

impl Check {
    /// As text.
    pub fn text(&self) -> String {
        moments(&self.moments)
    }
}

impl Calibration {
    /// As text: the moments, then the parameters.
    pub fn text(&self) -> String {
        let mut text = moments(&self.moments);
        let head = ["parameter", "before", "after", "moved", "known", ""];
        let mut lines = vec![head.map(str::to_owned).to_vec()];
        for learned in &self.parameters {
            lines.push(vec![
                learned.name.to_owned(),
                learned.before.to_string(),
                learned.after.to_string(),
                format!("{:+.2}", learned.moved),
                format!("{:.2}", learned.known),
                if learned.informed {
                    ""
                } else {
                    "not informed: keeps its prior"
                }
                .to_owned(),
            ]);
        }
        let _ = writeln!(
            text,
            "\n{}\nmoved: in standard deviations of the prior; known: standard deviation over that of the prior.\n\
             Nothing here informs: {}.",
            columns(&lines),
            self.untouched.join(", ")
        );
        text
    }

    /// As the `[parameters]` of a scenario: those that the data inform.
    pub fn scenario(&self) -> String {
        let mut text = String::from("[parameters]\n");
        for learned in &self.parameters {
            let _ = writeln!(text, "{} = {}", learned.name, learned.after.toml());
        }
        text
    }
}
