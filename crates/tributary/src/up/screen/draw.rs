//! Drawing: two lines of head, one page of tables that scrolls, what happened lately, one line of keys.

use crossterm::event::KeyCode;
use ratatui::{
    Frame as Canvas,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style, Stylize as _},
    text::{Line, Span},
    widgets::{Paragraph, Wrap},
};

use super::{
    notes::{Notes, Wish},
    sections::{meanings, sections, sums},
    table::{cells, shorten},
};
use crate::up::{
    frame::Frame,
    steps::{Step, Steps},
};

/// The smallest window that the screen fits.
const LEAST: (u16, u16) = (60, 15);

/// Where the user looks.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Lines that are scrolled away.
    offset: usize,
    /// Columns that are scrolled away.
    skipped: usize,
    /// Whether the meanings are shown, and how many lines of them are scrolled away.
    help: Option<usize>,
    /// As the page was drawn last: where its sections begin, lines in all and in sight, and columns that can be scrolled
    /// away.
    starts: Vec<usize>,
    lines: usize,
    sight: usize,
    columns: usize,
}

impl View {
    /// What a key asks for, if anything.
    pub fn key(&mut self, code: KeyCode) -> Option<Wish> {
        let page = self.sight.saturating_sub(2).max(1);
        let last = self.lines.saturating_sub(self.sight);
        let offset = self.help.unwrap_or(self.offset);
        let moved = match code {
            KeyCode::Char('q') => return Some(Wish::Leave),
            KeyCode::Esc if self.help.is_none() => return Some(Wish::Leave),
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => {
                self.help = if self.help.is_some() { None } else { Some(0) };
                return Some(Wish::Draw);
            }
            KeyCode::Esc => {
                self.help = None;
                return Some(Wish::Draw);
            }
            KeyCode::Up | KeyCode::Char('k') => offset.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => offset + 1,
            KeyCode::PageUp => offset.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => offset + page,
            KeyCode::Home | KeyCode::Char('g') => 0,
            KeyCode::End | KeyCode::Char('G') => last,
            KeyCode::Tab => {
                let next = self
                    .starts
                    .iter()
                    .copied()
                    .find(|start| *start > offset && offset < last);
                next.unwrap_or(0)
            }
            KeyCode::BackTab => {
                let before = self.starts.iter().rev().copied().find(|start| *start < offset);
                before.unwrap_or(last)
            }
            KeyCode::Right | KeyCode::Char('l') => {
                self.skipped = (self.skipped + 1).min(self.columns.saturating_sub(1));
                return Some(Wish::Draw);
            }
            KeyCode::Left => {
                self.skipped = self.skipped.saturating_sub(1);
                return Some(Wish::Draw);
            }
            _ => return None,
        };
        match &mut self.help {
            Some(help) => *help = moved.min(last),
            None => self.offset = moved.min(last),
        }
        Some(Wish::Draw)
    }
}

/// Draws all of it, in a window of any size.
pub fn draw(canvas: &mut Canvas<'_>, view: &mut View, frame: &Frame, notes: &Notes) {
    let area = canvas.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!(
            "This window has {} x {} characters; the screen needs {} x {}. Make it larger. q stops.",
            area.width, area.height, LEAST.0, LEAST.1
        );
        canvas.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let recent = match area.height {
        ..20 => 2,
        20..30 => 3,
        30..40 => 4,
        _ => 6,
    };
    let [head, page, events, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Fill(1),
        Constraint::Length(recent),
        Constraint::Length(1),
    ])
    .areas(area);
    let width = usize::from(area.width);
    canvas.render_widget(Paragraph::new(header(frame, notes, width)), head);
    let (lines, starts, more) = match view.help {
        Some(_) => (help(width), Vec::new(), false),
        None => tables(frame, notes, width, view),
    };
    draw_page(canvas, page, view, lines, starts);
    canvas.render_widget(Paragraph::new(happened(notes, width, usize::from(recent))), events);
    canvas.render_widget(Paragraph::new(footer(view, notes, width, more)), foot);
}

/// Joins as many of the pieces as fit, the first ones first.
fn joined(pieces: &[Span<'static>], width: usize) -> (Line<'static>, bool) {
    let mut line = Line::default();
    for (at, piece) in pieces.iter().enumerate() {
        let gap = if at == 0 { 0 } else { 2 };
        if line.width() + gap + piece.width() > width {
            return (line, false);
        }
        if at > 0 {
            line.push_span(Span::raw(" ".repeat(gap)));
        }
        line.push_span(piece.clone());
    }
    (line, true)
}

fn header(frame: &Frame, notes: &Notes, width: usize) -> Vec<Line<'static>> {
    let (issued, held) = sums(frame);
    let name = Span::styled("Tributary", Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD));
    let block = Span::raw(format!("block {}", frame.block));
    let issued = Span::raw(issued);
    let activity = Line::from(shorten(&notes.activity, width)).dim();
    match held {
        Ok(held) => {
            let short = Span::styled("= held", Style::new().fg(Color::Green));
            let held = Span::styled(held, Style::new().fg(Color::Green));
            let whole = [name, block.clone(), issued.clone(), held];
            let (mut line, fits) = joined(&whole, width);
            if !fits {
                line = joined(&[block, issued, short], width).0;
            }
            vec![line, activity]
        }
        // This must be seen: it takes the place of the activity.
        Err(held) => {
            let shout = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
            vec![joined(&[block, issued], width).0, Line::from(Span::styled(held, shout))]
        }
    }
}

type Page = (Vec<Line<'static>>, Vec<usize>, bool);

/// All tables under each other: their lines, where each begins, and whether some column has no room.
fn tables(frame: &Frame, notes: &Notes, width: usize, view: &mut View) -> Page {
    let mut lines = Vec::new();
    let mut starts = Vec::new();
    if notes.steps.now() < Step::Done {
        starts.push(lines.len());
        lines.extend(beginning(&notes.steps, width));
    }
    let tables = sections(frame);
    let mut more = false;
    view.columns = tables.iter().map(|table| table.scrollable()).max().unwrap_or_default();
    for table in tables {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        starts.push(lines.len());
        let drawn = table.draw(width, view.skipped);
        more |= drawn.more;
        let mut head = drawn.head;
        head.style = head.style.add_modifier(Modifier::UNDERLINED);
        lines.push(head);
        lines.extend(drawn.rows);
    }
    (lines, starts, more)
}

/// What is going on before there is anything to see.
fn beginning(steps: &Steps, width: usize) -> Vec<Line<'static>> {
    let seconds = steps.seconds();
    let text = format!("Starting the market: {seconds} s; the first pay comes in about a minute");
    let mut lines = vec![Line::from(shorten(&text, width)).style(Modifier::BOLD)];
    lines.extend(steps.list().into_iter().map(|(text, done, now)| match done {
        Some(seconds) => Line::from(format!("  ✓ {text} ({seconds:.0} s)")).fg(Color::Green),
        None if now => Line::from(format!("  ▸ {text}")).style(Modifier::BOLD),
        None => Line::from(format!("    {text}")).dim(),
    }));
    lines
}

fn help(width: usize) -> Vec<Line<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut lines = vec![Line::from(Span::styled("What the columns mean", bold))];
    for (title, columns) in meanings() {
        lines.push(Line::default());
        lines.push(Line::from(Span::styled(title, bold.fg(Color::Cyan))));
        for (column, means) in columns {
            let start = format!("  {column:<15}");
            let indent = cells(&start);
            for (at, piece) in wrapped(means, width.saturating_sub(indent)).into_iter().enumerate() {
                let start = if at == 0 { start.clone() } else { " ".repeat(indent) };
                lines.push(Line::from(vec![Span::styled(start, bold), Span::raw(piece)]));
            }
        }
    }
    lines.push(Line::default());
    for text in [
        "Keys: arrows, PgUp, PgDn, Home and End scroll; Tab goes to the next table; q, Esc and Ctrl-C stop the market.",
        "Alpha is a subnet's own token; TAO is the chain's. An epoch pays a subnet's miners and validators.",
        "The market's own members are named by what they do; guests registered from outside.",
    ] {
        lines.extend(wrapped(text, width).into_iter().map(Line::from));
    }
    lines
}

/// A text in lines of at most so many cells, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if cells(line) + 1 + cells(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Draws the part of the page that is in sight. The head of a table that is cut off above stays.
fn draw_page(canvas: &mut Canvas<'_>, area: Rect, view: &mut View, lines: Vec<Line<'static>>, starts: Vec<usize>) {
    let sight = usize::from(area.height);
    let last = lines.len().saturating_sub(sight);
    let offset = match &mut view.help {
        Some(help) => help,
        None => &mut view.offset,
    };
    *offset = (*offset).min(last);
    let offset = *offset;
    let above = starts.iter().rev().find(|start| **start <= offset).copied();
    let sticky = above
        .filter(|start| *start < offset)
        .and_then(|start| lines.get(start).cloned());
    view.lines = lines.len();
    view.sight = sight;
    let mut shown: Vec<Line<'static>> = lines.into_iter().skip(offset).take(sight).collect();
    if let (Some(head), Some(first)) = (sticky, shown.first_mut())
        && first.width() > 0
    {
        *first = head;
    }
    view.starts = starts;
    canvas.render_widget(Paragraph::new(shown), area);
}

fn happened(notes: &Notes, width: usize, room: usize) -> Vec<Line<'static>> {
    let newest = notes.recent.iter().rev().take(room);
    let mut lines: Vec<Line<'static>> = newest
        .map(|text| Line::from(shorten(text, width)).fg(Color::Yellow))
        .collect();
    lines.reverse();
    lines
}

fn footer(view: &View, notes: &Notes, width: usize, more: bool) -> Line<'static> {
    let key = |text: &'static str| Span::raw(text);
    let mut pieces = vec![
        key("q stop"),
        key(if view.help.is_some() { "? back" } else { "? help" }),
    ];
    let hidden = view.lines.saturating_sub(view.sight);
    if hidden > 0 {
        let offset = view.help.unwrap_or(view.offset);
        let end = (offset + view.sight).min(view.lines);
        pieces.push(Span::raw(format!("↑↓ {} to {end} of {}", offset + 1, view.lines)));
        if view.help.is_none() {
            pieces.push(key("tab table"));
        }
    }
    if more || view.skipped > 0 && view.help.is_none() {
        pieces.push(key("←→ columns"));
    }
    pieces.push(Span::raw(notes.endpoint.clone()));
    pieces.push(Span::raw(notes.folder.clone()));
    joined(&pieces, width).0.dim()
}

#[cfg(test)]
mod tests;
