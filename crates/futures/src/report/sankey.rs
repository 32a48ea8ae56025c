//! The picture of cash flows: ribbons between three columns, laid out here because no well-kept crate does it.

use core::fmt::Write as _;

use super::{
    flows::Sankey,
    palette::{ACCENT, INK, MUTED, OTHER, hexadecimal},
    plot::{Chart, escape, number, titled},
};

/// Width of a place's bar in pixels.
const BAR: f64 = 12.0;

/// A place: where its bar is and how much of both sides is taken.
struct Place {
    name: String,
    amount: f64,
    x: f64,
    y: f64,
    height: f64,
    taken: [f64; 2],
    column: usize,
}

/// Draws flows in dollars.
pub fn chart(sankey: &Sankey, future: u64) -> Chart {
    let told: Vec<String> = sankey
        .flows
        .iter()
        .map(|flow| format!("{} to {}: ${}", flow.from, flow.to, number(flow.amount)))
        .collect();
    let alternative = format!("Cash flows of future {future}, in dollars. {}.", told.join("; "));
    Chart {
        name: "cash-flows",
        wide: draw(sankey, (900.0, 520.0), [190.0, 215.0], [13.0, 36.0], &alternative),
        narrow: draw(sankey, (400.0, 620.0), [96.0, 106.0], [11.5, 44.0], &alternative),
        alternative,
    }
}

/// `margins`: room for names left and right. `font`: its size, and the least room between two places of a column.
fn draw(
    sankey: &Sankey,
    (width, height): (f64, f64),
    margins: [f64; 2],
    [font, least]: [f64; 2],
    alternative: &str,
) -> String {
    let columns = [sankey.sources(), sankey.middle(), sankey.ends()];
    let top = 8.0;
    let amount = |name: &String| {
        let (came, went) = sankey.through(name);
        came.max(went)
    };
    // One scale for all columns: that of the fullest.
    let scale = columns
        .iter()
        .map(|names| {
            let sum: f64 = names.iter().map(amount).sum();
            let gaps = least * names.len().saturating_sub(1) as f64;
            (height - 2.0 * top - gaps - 24.0) / sum.max(1e-9)
        })
        .fold(f64::INFINITY, f64::min);
    let xs = [
        margins[0],
        (width + margins[0] - margins[1] - BAR) / 2.0,
        width - margins[1] - BAR,
    ];
    let mut places: Vec<Place> = Vec::new();
    for (column, names) in columns.iter().enumerate() {
        let used: f64 = names.iter().map(|name| amount(name) * scale).sum();
        let gaps = names.len().saturating_sub(1).max(1) as f64;
        let room = height - 2.0 * top - 24.0 - used;
        let gap = if names.len() > 1 {
            (room / gaps).min(3.0 * least)
        } else {
            0.0
        };
        let mut y = top + 12.0 + (room - gap * (names.len() as f64 - 1.0)).max(0.0) / 2.0;
        for name in names {
            let height = amount(name) * scale;
            places.push(Place {
                name: name.clone(),
                amount: amount(name),
                x: xs[column],
                y,
                height,
                taken: [0.0; 2],
                column,
            });
            y += height + gap;
        }
    }
    let mut body = String::new();
    for flow in &sankey.flows {
        let find = |name: &String| places.iter().position(|place| place.name == *name);
        let (Some(from), Some(to)) = (find(&flow.from), find(&flow.to)) else {
            continue;
        };
        let thick = flow.amount * scale;
        let y0 = places[from].y + places[from].taken[1] + thick / 2.0;
        let y1 = places[to].y + places[to].taken[0] + thick / 2.0;
        places[from].taken[1] += thick;
        places[to].taken[0] += thick;
        let (x0, x1) = (places[from].x + BAR, places[to].x);
        let middle = (x0 + x1) / 2.0;
        let colour = hexadecimal(if places[from].column == 0 { ACCENT } else { OTHER });
        // Writing to a string cannot fail.
        let _ = writeln!(
            body,
            "<path d=\"M{x0:.1} {y0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}\" fill=\"none\" \
             stroke=\"{colour}\" stroke-opacity=\"0.4\" stroke-width=\"{:.2}\"><title>{} to {}: \
             ${}</title></path>",
            thick.max(0.6),
            escape(&flow.from),
            escape(&flow.to),
            number(flow.amount)
        );
    }
    for place in &places {
        let _ = writeln!(
            body,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{BAR}\" height=\"{:.2}\" fill=\"{}\"/>",
            place.x,
            place.y,
            place.height.max(1.0),
            hexadecimal(INK)
        );
        label(&mut body, place, width, margins, font);
    }
    let svg = format!("<svg>\n{body}</svg>\n");
    titled(&svg, "cash-flows", (width as u32, height as u32), alternative)
}

/// The name and the amount of a place, beside its bar; in the middle column above it.
fn label(body: &mut String, place: &Place, width: f64, margins: [f64; 2], font: f64) {
    let (x, anchor, room) = match place.column {
        0 => (place.x - 7.0, "end", margins[0] - 10.0),
        1 => (place.x + BAR / 2.0, "middle", width),
        _ => (place.x + BAR + 7.0, "start", margins[1] - 10.0),
    };
    let letters = (room / (font * 0.54)).max(8.0) as usize;
    let mut lines = wrap(&place.name, letters);
    lines.push(format!("${}", number(place.amount)));
    let step = font * 1.18;
    let mut y = if place.column == 1 {
        place.y - step * (lines.len() as f64 - 1.0) - 5.0
    } else {
        place.y + place.height / 2.0 - step * (lines.len() as f64 - 1.0) / 2.0 + font * 0.35
    };
    let last = lines.len() - 1;
    for (k, line) in lines.iter().enumerate() {
        let colour = hexadecimal(if k == last { MUTED } else { INK });
        let _ = writeln!(
            body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{font}\" \
             fill=\"{colour}\">{}</text>",
            escape(line)
        );
        y += step;
    }
}

fn wrap(words: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flow_is_drawn_to_one_scale() {
        let sankey = Sankey::new(&[("a", "m", 3.0), ("b", "m", 1.0), ("m", "x <y>", 4.0)]).unwrap();
        let chart = chart(&sankey, 7);
        let thick: Vec<f64> = chart
            .wide
            .split("stroke-width=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(thick.len(), 3);
        assert!(
            (thick[0] / thick[1] - 3.0).abs() < 0.01 && (thick[2] / thick[1] - 4.0).abs() < 0.01,
            "{thick:?}"
        );
        assert!(chart.wide.contains("x &lt;y&gt;") && !chart.wide.contains("<y>"));
        assert!(chart.alternative.contains("a to m: $3"));
    }
}
