//! Charts as SVG, drawn by `plotters`.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    prelude::{DrawingArea, IntoDrawingArea, RGBColor},
    style::{FontFamily, TextStyle},
};

use super::palette::{PAPER, chart_theme, hexadecimal};

/// A drawing area of a chart.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What drawing may fail with.
pub type Problem = Box<dyn std::error::Error>;

/// Font size of labels, before the factor by which `plotters` shrinks it.
pub const TEXT: f64 = 15.5;

/// A text style in a colour of the palette.
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
        Ok(titled(&svg, name, size, &alternative))
    };
    Ok(Chart {
        name,
        wide: picture(sizes[0], false)?,
        narrow: picture(sizes[1], true)?,
        alternative,
    })
}

/// Drops the fixed size and adds the description. `svg` begins with its own tag.
pub fn titled(svg: &str, name: &str, (width, height): (u32, u32), alternative: &str) -> String {
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    format!(
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" data-name=\"{name}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\">{body}",
        escape(alternative)
    )
    // Two colours with an opacity of one need none said.
    .replace(" opacity=\"1\"", "")
    .replace("font-family=\"sans-serif\" ", "")
}

/// The wide chart as a picture that stands alone, on paper of its own, with its size.
pub fn standalone(chart: &Chart) -> String {
    let Some((tag, body)) = chart.wide.split_once('>') else {
        return chart.wide.clone();
    };
    let (width, height) = size(tag).unwrap_or((760, 400));
    let paper = hexadecimal(PAPER);
    format!(
        "{tag} width=\"{width}\" height=\"{height}\"><style>{}</style>\n<rect width=\"{width}\" height=\"{height}\" \
         fill=\"{paper}\"/>{body}",
        chart_theme()
    )
}

/// Width and height in a tag's `viewBox`.
fn size(tag: &str) -> Option<(u32, u32)> {
    let (_, rest) = tag.split_once("viewBox=\"0 0 ")?;
    let (box_, _) = rest.split_once('"')?;
    let (width, height) = box_.split_once(' ')?;
    Some((width.parse().ok()?, height.parse().ok()?))
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
    use super::{
        super::palette::{ACCENT, INK},
        *,
    };
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
    fn charts_are_readable_without_style_and_say_what_they_show() {
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
        let alone = standalone(&chart);
        for svg in [&chart.wide, &chart.narrow, &alone] {
            assert!(
                svg.contains("fill=\"#1F5FA8\"") && svg.contains("fill=\"#1D2126\""),
                "{svg}"
            );
            // Only browsers know variables.
            assert!(!svg.contains("var(") && svg.contains("rising&quot;"), "{svg}");
            assert!(svg.trim_end().ends_with("</svg>"));
        }
        assert!(
            alone.contains("prefers-color-scheme") && alone.contains("width=\"200\" height=\"100\""),
            "{alone}"
        );
    }
}
