//! Charts as SVG, drawn by `plotters`, in colours that the page decides.
//!
//! `plotters` writes fixed colours. The ones used here are stand-ins that are replaced by CSS variables afterwards, so
//! that a chart follows the light or dark theme of its page, and prints black on white.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    prelude::{DrawingArea, IntoDrawingArea, RGBColor},
    style::{FontFamily, TextStyle},
};

/// A drawing area of a chart.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What drawing may fail with.
pub type Problem = Box<dyn std::error::Error>;

/// Text and axes.
pub const INK: RGBColor = RGBColor(1, 1, 1);
/// Less important text.
pub const MUTED: RGBColor = RGBColor(2, 2, 2);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(3, 3, 3);
/// What the chart is about.
pub const ACCENT: RGBColor = RGBColor(4, 4, 4);
/// What it is compared with.
pub const OTHER: RGBColor = RGBColor(5, 5, 5);
/// The background.
pub const PAPER: RGBColor = RGBColor(6, 6, 6);
/// The outcome classes, from the worst.
pub const CLASS_COLOURS: [RGBColor; 4] = [
    RGBColor(7, 7, 7),
    RGBColor(8, 8, 8),
    RGBColor(9, 9, 9),
    RGBColor(10, 10, 10),
];

/// Stand-in colours and the CSS variables that replace them.
const VARIABLES: [(&str, &str); 10] = [
    ("#010101", "ink"),
    ("#020202", "muted"),
    ("#030303", "grid"),
    ("#040404", "accent"),
    ("#050505", "other"),
    ("#060606", "paper"),
    ("#070707", "class-0"),
    ("#080808", "class-1"),
    ("#090909", "class-2"),
    ("#0A0A0A", "class-3"),
];

/// The variables in both themes, for a page or a picture that stands alone.
pub const THEME: &str = include_str!("theme.css");

/// Font size of labels, before the factor by which `plotters` shrinks it.
pub const TEXT: f64 = 15.5;

/// A text style in one of the colours above.
pub fn text(colour: &'static RGBColor) -> TextStyle<'static> {
    TextStyle::from((FontFamily::SansSerif, TEXT)).color(colour)
}

/// A chart in the two widths that the page chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Name, for files and links.
    pub name: &'static str,
    /// What it shows, in a sentence, for those who cannot see it.
    pub alternative: String,
    /// For screens and paper.
    pub wide: String,
    /// For phones.
    pub narrow: String,
}

/// Sizes in pixels: (wide, narrow).
pub type Sizes = [(u32, u32); 2];

/// Draws a chart in both sizes. `draw` gets the area and whether it is narrow.
///
/// # Errors
/// What `draw` fails with.
pub fn chart(
    name: &'static str,
    alternative: String,
    sizes: Sizes,
    draw: &dyn Fn(&Area<'_>, bool) -> Result<(), Problem>,
) -> Result<Chart, Problem> {
    let picture = |size: (u32, u32), narrow: bool| -> Result<String, Problem> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            draw(&area, narrow)?;
            area.present()?;
        }
        Ok(themed(&svg, name, size, &alternative))
    };
    Ok(Chart {
        name,
        wide: picture(sizes[0], false)?,
        narrow: picture(sizes[1], true)?,
        alternative,
    })
}

/// Replaces the stand-ins, drops the fixed size and adds the description. `svg` begins with its own tag.
pub fn themed(svg: &str, name: &str, (width, height): (u32, u32), alternative: &str) -> String {
    let mut svg = svg.to_owned();
    for (stand_in, variable) in VARIABLES {
        svg = svg.replace(&format!("\"{stand_in}\""), &format!("\"var(--{variable})\""));
    }
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    format!(
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" data-name=\"{name}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui, sans-serif\">{body}",
        escape(alternative)
    )
    // Two colours with an opacity of one need none said.
    .replace(" opacity=\"1\"", "")
    .replace("font-family=\"sans-serif\" ", "")
}

/// The wide chart as a picture that stands alone, with the theme inside.
pub fn standalone(chart: &Chart) -> String {
    let style = format!("<style>{THEME}</style><rect width=\"100%\" height=\"100%\" fill=\"var(--paper)\"/>");
    match chart.wide.split_once('>') {
        Some((tag, body)) => format!("{tag}>{style}{body}"),
        None => chart.wide.clone(),
    }
}

/// Text inside markup.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A number with the digits that a reader wants.
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return "unknown".to_owned();
    }
    let grouped = |text: String| {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let mut out = String::new();
        for (k, c) in digits.chars().enumerate() {
            if k > 0 && (digits.len() - k).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        format!("{sign}{out}")
    };
    match x.abs() {
        a if a >= 1e12 => format!("{:.3} trillion", x / 1e12),
        a if a >= 1e9 => format!("{:.2} billion", x / 1e9),
        a if a >= 1e6 => format!("{:.2} million", x / 1e6),
        a if a >= 99.95 || a == a.trunc() => grouped(format!("{x:.0}")),
        a if a >= 9.995 => format!("{x:.1}"),
        a if a >= 0.0995 => format!("{x:.2}"),
        a if a >= 0.000_995 => format!("{x:.4}"),
        _ => format!("{x:.1e}"),
    }
}

/// Words that begin a sentence.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next();
    first.map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A part as per cent.
pub fn percent(x: f64) -> String {
    let x = 100.0 * x;
    match x.abs() {
        a if !a.is_finite() => "unknown".to_owned(),
        a if a >= 99.95 || a >= 9.995 => format!("{x:.0} %"),
        0.0 => "0 %".to_owned(),
        a if a >= 0.0995 => format!("{x:.1} %"),
        _ => format!("{x:.2} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::style::Color as _;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567.0), "1.23 million");
        assert_eq!(number(-12_345.6), "-12,346");
        assert_eq!(number(123.4), "123");
        assert_eq!((number(0.25), number(4.0)), ("0.25".to_owned(), "4".to_owned()));
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NAN), "unknown");
        assert_eq!(percent(0.4321), "43 %");
        assert_eq!(percent(0.004), "0.4 %");
    }

    #[test]
    fn charts_have_no_fixed_colour_and_say_what_they_show() {
        let chart = chart(
            "test",
            "a line, \"rising\"".into(),
            [(200, 100), (100, 100)],
            &|area, _| {
                area.draw(&plotters::prelude::Rectangle::new([(1, 1), (50, 50)], ACCENT.filled()))?;
                area.draw_text("x < y", &text(&INK), (5, 5))?;
                Ok(())
            },
        )
        .unwrap();
        for svg in [&chart.wide, &chart.narrow] {
            assert!(svg.contains("var(--accent)") && svg.contains("var(--ink)"), "{svg}");
            assert!(!svg.contains("\"#") && svg.contains("rising&quot;"), "{svg}");
            assert!(svg.trim_end().ends_with("</svg>"));
        }
        assert!(standalone(&chart).contains("prefers-color-scheme"));
    }
}
