//! Tables that fit any width: fewer columns, never half a number.

use ratatui::{
    style::{Color, Modifier, Style},
    text::{Line, Span},
};

use crate::output::visible;

/// From this width on there is more room between columns.
const ROOMY: usize = 100;

/// What a column does when there is little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Words that name the row: always there, cut to no less than this many cells.
    Name(usize),
    /// A figure that names the row: always there, whole.
    Key,
    /// A figure: whole or not there.
    Figure,
    /// Words: with at least this many cells, or not there.
    Words(usize),
    /// A bar: not there if anything else would have to go.
    Bar,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// What it means, for people.
    pub means: &'static str,
    /// What it does when there is little room.
    pub fit: Fit,
    /// Cells that it takes at least, so that it stands still from block to block.
    pub least: usize,
}

/// A field.
#[derive(Clone, Debug, Default)]
pub struct Field {
    text: String,
    colour: Option<Color>,
    dim: bool,
}

impl Field {
    /// With a colour.
    pub fn fg(mut self, colour: Color) -> Self {
        self.colour = Some(colour);
        self
    }

    /// Less bright.
    pub fn dim(mut self) -> Self {
        self.dim = true;
        self
    }

    /// What it says.
    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn style(&self) -> Style {
        let style = self.colour.map_or(Style::new(), |colour| Style::new().fg(colour));
        if self.dim {
            style.add_modifier(Modifier::DIM)
        } else {
            style
        }
    }
}

impl<T: Into<String>> From<T> for Field {
    /// Whatever strangers wrote: nothing in it moves the cursor.
    fn from(text: T) -> Self {
        Self {
            text: visible(&text.into()).into_owned(),
            ..Self::default()
        }
    }
}

/// A table: the columns after the keys from the most to the least important.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What is listed.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// A field for each column.
    pub rows: Vec<Vec<Field>>,
}

/// A table as lines.
pub struct Drawn {
    /// The names of the columns.
    pub head: Line<'static>,
    /// Its rows.
    pub rows: Vec<Line<'static>>,
    /// Whether columns on the right had no room.
    pub more: bool,
}

impl Table {
    /// Columns that can be scrolled away.
    pub fn scrollable(&self) -> usize {
        let fixed = |column: &&Column| matches!(column.fit, Fit::Name(_) | Fit::Key);
        self.columns.len() - self.columns.iter().filter(fixed).count()
    }

    /// Cells that a column wants.
    fn wanted(&self, at: usize) -> usize {
        let fields = self.rows.iter().filter_map(|row| row.get(at));
        let widest = fields.map(|field| cells(&field.text)).max().unwrap_or_default();
        let column = &self.columns[at];
        widest.max(cells(column.title)).max(column.least)
    }

    /// The columns that have room, each with its width: the keys, then the others without the first `skipped` ones; and
    /// whether some had no room.
    fn chosen(&self, width: usize, gap: usize, skipped: usize) -> (Vec<(usize, usize)>, bool) {
        let fixed = |at: &usize| matches!(self.columns[*at].fit, Fit::Name(_) | Fit::Key);
        let (keys, others): (Vec<usize>, Vec<usize>) = (0..self.columns.len()).partition(fixed);
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        let mut used = 0;
        // Names give up room down to their least.
        let mut spare = 0;
        for at in keys {
            let wanted = self.wanted(at);
            if let Fit::Name(least) = self.columns[at].fit {
                spare += wanted.saturating_sub(least);
            }
            used += wanted + if chosen.is_empty() { 0 } else { gap };
            chosen.push((at, wanted));
        }
        let mut more = false;
        let scrolled = others.len().saturating_sub(1).min(skipped);
        for at in others.into_iter().skip(scrolled) {
            let wanted = self.wanted(at);
            let least = match self.columns[at].fit {
                Fit::Words(least) => least.min(wanted),
                _ => wanted,
            };
            if used + gap + least > width + spare {
                more |= self.columns[at].fit != Fit::Bar;
                break;
            }
            // Words take what is left; names shrink for what must be whole.
            let taken = wanted.min(width.saturating_sub(used + gap)).max(least);
            used += gap + taken;
            chosen.push((at, taken));
        }
        // What was lent is given back by the names.
        let mut over = used.saturating_sub(width);
        for (at, taken) in &mut chosen {
            if let Fit::Name(least) = self.columns[*at].fit {
                let given = over.min(taken.saturating_sub(least));
                *taken -= given;
                over -= given;
            }
        }
        (chosen, more)
    }

    /// The table at a width, without the first `skipped` columns after the keys.
    pub fn draw(&self, width: usize, skipped: usize) -> Drawn {
        let gap = if width >= ROOMY { 2 } else { 1 };
        let (chosen, more) = self.chosen(width, gap, skipped);
        let title = |at: usize| self.columns[at].title.to_owned();
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let head = chosen.iter().map(|(at, taken)| (*at, *taken, title(*at), bold));
        let head = self.line(head, gap);
        let rows = self.rows.iter().map(|row| {
            let fields = chosen.iter().map(|(at, taken)| {
                let field = row.get(*at).cloned().unwrap_or_default();
                let style = field.style();
                (*at, *taken, field.text, style)
            });
            self.line(fields, gap)
        });
        Drawn {
            head,
            rows: rows.collect(),
            more,
        }
    }

    fn line(&self, fields: impl Iterator<Item = (usize, usize, String, Style)>, gap: usize) -> Line<'static> {
        let mut spans = Vec::new();
        for (at, taken, text, style) in fields {
            if !spans.is_empty() {
                spans.push(Span::raw(" ".repeat(gap)));
            }
            let text = shorten(&text, taken);
            let pad = " ".repeat(taken.saturating_sub(cells(&text)));
            let left = matches!(self.columns[at].fit, Fit::Name(_) | Fit::Words(_) | Fit::Bar);
            let padded = if left {
                format!("{text}{pad}")
            } else {
                format!("{pad}{text}")
            };
            spans.push(Span::styled(padded, style));
        }
        Line::from(spans)
    }
}

/// Cells of a terminal that a text takes.
pub fn cells(text: &str) -> usize {
    Span::raw(text).width()
}

/// A text in no more than `room` cells. What is cut off is marked, and no word with a number in it is cut in two.
pub fn shorten(text: &str, room: usize) -> String {
    if cells(text) <= room {
        return text.to_owned();
    }
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if cells(&text[..next]) + 1 > room {
            break;
        }
        end = next;
    }
    let (kept, cut) = text.split_at(end);
    let start = kept.rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let rest = cut.find(char::is_whitespace).unwrap_or(cut.len());
    let in_word = !cut.starts_with(char::is_whitespace);
    let numbered = |word: &str| word.contains(|letter: char| letter.is_ascii_digit());
    let kept = match in_word && (numbered(&kept[start..]) || numbered(&cut[..rest])) {
        true => &kept[..start],
        false => kept,
    };
    match room {
        0 => String::new(),
        _ => format!("{}…", kept.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_marked_and_spare_numbers() {
        for (text, room, shown) in [
            ("histories 45k", 20, "histories 45k"),
            ("histories 45k", 12, "histories…"),
            ("histories 45k", 13, "histories 45k"),
            ("at 127.0.0.1:40404 cannot", 14, "at…"),
            ("about 1234 or so", 11, "about 1234…"),
            ("about 1234 or so", 10, "about…"),
            ("12345", 3, "…"),
            ("abc", 0, ""),
            ("日本語の名前", 5, "日本…"),
        ] {
            assert_eq!(shorten(text, room), shown, "{text} in {room}");
            assert!(cells(&shorten(text, room)) <= room);
        }
    }

    #[test]
    fn columns_go_before_digits_do() {
        let column = |title, fit| Column {
            title,
            means: "",
            fit,
            least: 0,
        };
        let table = Table {
            title: "t",
            columns: vec![
                column("net", Fit::Key),
                column("name", Fit::Name(4)),
                column("a", Fit::Figure),
                column("b", Fit::Figure),
                column("say", Fit::Words(6)),
            ],
            rows: vec![vec![
                "1".into(),
                "a long name".into(),
                "123456".into(),
                "9876543".into(),
                "some words about it".into(),
            ]],
        };
        let at = |width, skipped| {
            let drawn = table.draw(width, skipped);
            (drawn.rows[0].to_string(), drawn.more)
        };
        assert_eq!(
            at(60, 0),
            ("  1 a long name 123456 9876543 some words about it".to_owned(), false)
        );
        assert_eq!(
            at(40, 0),
            ("  1 a long name 123456 9876543 some wor…".to_owned(), false)
        );
        assert_eq!(at(24, 0), ("  1 a lo… 123456 9876543".to_owned(), true));
        assert_eq!(at(16, 0), ("  1 a lo… 123456".to_owned(), true));
        assert_eq!(at(18, 1), ("  1 a lon… 9876543".to_owned(), true));
        // The last column cannot be scrolled away.
        assert_eq!(at(40, 9).0, "  1 a long name some words about it");
    }
}
