//! The colours of charts and pages.
//!
//! A chart carries the colours of the light theme in its attributes, which every program that shows SVG understands.
//! Browsers replace them in the dark theme by rules that name those attributes; other programs pass the rules over.

use core::fmt::Write as _;

use plotters::prelude::RGBColor;

/// A colour with a purpose: the name of its CSS variable, and what it is in both themes and on paper.
struct Colour {
    name: &'static str,
    light: u32,
    dark: u32,
    print: u32,
}

const COLOURS: [Colour; 11] = [
    colour("paper", 0xfd_fcf9, 0x14_171b, 0xff_ffff),
    colour("ink", 0x1d_2126, 0xe8_e8e3, 0x00_0000),
    colour("muted", 0x5c_6670, 0xa0_a8b0, 0x44_4444),
    colour("grid", 0xdc_dcd6, 0x34_3a41, 0xcc_cccc),
    colour("accent", 0x1f_5fa8, 0x6f_a8e6, 0x1f_5fa8),
    colour("other", 0xb4_622a, 0xe0_965f, 0xb4_622a),
    colour("class-0", 0xb5_493a, 0xdd_7565, 0xb5_493a),
    colour("class-1", 0x8b_94a0, 0x7f_8a97, 0x8b_94a0),
    colour("class-2", 0x2f_7f8f, 0x4f_b0c0, 0x2f_7f8f),
    colour("class-3", 0xd1_9a1c, 0xe8_b94a, 0xd1_9a1c),
    colour("tint", 0xf1_efe8, 0x1d_2228, 0xf4_f4f4),
];

const fn colour(name: &'static str, light: u32, dark: u32, print: u32) -> Colour {
    Colour {
        name,
        light,
        dark,
        print,
    }
}

const fn light(place: usize) -> RGBColor {
    let [_, red, green, blue] = COLOURS[place].light.to_be_bytes();
    RGBColor(red, green, blue)
}

/// The background.
pub const PAPER: RGBColor = light(0);
/// Text and axes.
pub const INK: RGBColor = light(1);
/// Less important text.
pub const MUTED: RGBColor = light(2);
/// Grid lines.
pub const GRID: RGBColor = light(3);
/// What the chart is about.
pub const ACCENT: RGBColor = light(4);
/// What it is compared with.
pub const OTHER: RGBColor = light(5);
/// The outcome classes, from the worst.
pub const CLASS_COLOURS: [RGBColor; 4] = [light(6), light(7), light(8), light(9)];

/// A colour as an attribute's value, as `plotters` writes it.
pub fn hexadecimal(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// The variables in both themes and on paper, for a page; and the rules for the charts in it.
pub fn page_theme() -> String {
    let variables = |of: fn(&Colour) -> u32| {
        let variables = COLOURS.map(|colour| format!("--{}:#{:06x}", colour.name, of(&colour)));
        format!(":root{{{}}}", variables.join(";"))
    };
    format!(
        "{}\n@media screen and (prefers-color-scheme:dark){{{}}}\n@media print{{{}}}\n{}",
        variables(|colour| colour.light),
        variables(|colour| colour.dark),
        variables(|colour| colour.print),
        chart_theme()
    )
}

/// The rules that make a chart dark where the reader wants that.
pub fn chart_theme() -> String {
    let mut rules = String::new();
    for Colour { light, dark, .. } in &COLOURS {
        for property in ["fill", "stroke"] {
            // Writing to a string cannot fail.
            let _ = write!(rules, ".chart [{property}=\"#{light:06X}\"]{{{property}:#{dark:06x}}}");
        }
    }
    format!("@media screen and (prefers-color-scheme:dark){{{rules}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_can_be_told_from_the_others() {
        let mut lights = COLOURS.map(|colour| colour.light).to_vec();
        lights.sort_unstable();
        lights.dedup();
        assert_eq!(lights.len(), COLOURS.len());
        assert_eq!(hexadecimal(ACCENT), "#1F5FA8");
        assert!(chart_theme().contains("[stroke=\"#1F5FA8\"]{stroke:#6fa8e6}"));
        assert!(page_theme().contains(":root{--paper:#fdfcf9;--ink:#1d2126"));
    }
}
