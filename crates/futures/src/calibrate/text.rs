//! Calibration as text for people.

use core::fmt::Write;

use super::{
    Calibration, Check, Row,
    columns::{columns, number},
};

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
        "\n{} of {} moments are missed by more than two standard deviations.\n\
         misfit: the simulated mean less the real value, in standard deviations of its sampling noise and its tolerance.",
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
