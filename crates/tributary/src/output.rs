//! Results go to stdout: a table for people or JSON for programs. Messages go to stderr. All output of the program goes
//! through here, because only here a closed pipe is handled.

#![expect(clippy::disallowed_methods, reason = "this is the one place that writes to them")]

use std::{
    collections::VecDeque,
    fmt,
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
pub use tributary_client::visible;
use tributary_client::{is_hidden, visible_lines};

/// The reader of stdout has closed it, as `head` does when it has enough. Commands return it like an error, so that they
/// end in order; the program then exits with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderLeft;

impl fmt::Display for ReaderLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads the output any more")
    }
}

impl std::error::Error for ReaderLeft {}

/// Prints text; control characters in it are shown, not obeyed by the terminal.
///
/// # Errors
/// [`ReaderLeft`], or if stdout cannot be written to.
pub fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", visible_lines(text)).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Err(ReaderLeft.into()),
        done => Ok(done?),
    }
}

/// Prints a line that tools wait for before they use a running service. They may close the pipe after it.
///
/// # Errors
/// If stdout cannot be written to.
pub fn announce(text: &str) -> Result<()> {
    line(text).or_else(|e| if e.is::<ReaderLeft>() { Ok(()) } else { Err(e) })
}

/// Prints a value as one line of JSON.
///
/// # Errors
/// As [`line()`].
pub fn json(value: &impl Serialize) -> Result<()> {
    line(&plain(&serde_json::to_string(value)?))
}

/// JSON in which hidden characters are escaped too, for terminals. Outside of strings there is nothing to escape.
fn plain(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// Prints a table: the first column to the left, figures to the right.
///
/// # Errors
/// As [`line()`].
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head)
        .add_rows(rows.iter().map(|row| row.iter().map(|cell| visible(cell))));
    for (index, column) in table.column_iter_mut().enumerate() {
        let side = if index == 0 {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        };
        column.set_cell_alignment(side);
    }
    line(&table.trim_fmt())
}

/// stdout, for those who draw.
pub struct Stdout;

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// An error and what caused it, outermost first. A cause that the error before it tells already is not told again.
pub fn reasons(error: &anyhow::Error) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if cause.is_empty() || last.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
        last = cause;
    }
    text
}

/// Whether stdout is a terminal.
pub fn is_watched() -> bool {
    io::stdout().is_terminal()
}

/// Whether the user can be asked: stderr and stdin are terminals.
pub fn can_ask() -> bool {
    io::stderr().is_terminal() && io::stdin().is_terminal()
}

/// Asks whether to go on. Anything but yes is no, and so is the absence of a terminal.
pub fn agreed(question: &str) -> bool {
    if !can_ask() {
        return false;
    }
    let _ = write!(io::stderr().lock(), "{} [y/N] ", visible_lines(question));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
}

/// Messages held back while a live screen has the terminal; `None` without one.
static HELD_BACK: Mutex<Option<VecDeque<String>>> = Mutex::new(None);
/// Lines that are held back at most; the oldest go.
const HELD_BACK_MAX: usize = 100;

/// Whether only errors are printed.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Prints only errors from now on, or everything again.
pub fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Prints a message on stderr, unless only errors are wanted.
pub fn talk(text: fmt::Arguments<'_>) {
    if !QUIET.load(Ordering::Relaxed) {
        complain(text);
    }
}

/// Prints a message on stderr; control characters in it are shown, not obeyed by the terminal. A closed stderr is not an
/// error.
pub fn complain(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let text = visible_lines(&text);
    let mut held_back = HELD_BACK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    match held_back.as_mut() {
        None => {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
        Some(lines) => {
            lines.extend(text.lines().map(str::to_owned));
            let surplus = lines.len().saturating_sub(HELD_BACK_MAX);
            lines.drain(..surplus);
        }
    }
}

/// While this lives, messages do not reach the terminal: a live screen shows them instead.
pub struct Hush(());

/// Holds messages back.
pub fn hush() -> Hush {
    *HELD_BACK.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(VecDeque::new());
    Hush(())
}

impl Hush {
    /// The messages since the last call, oldest first.
    pub fn heard(&self) -> Vec<String> {
        let mut held_back = HELD_BACK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held_back
            .as_mut()
            .map(|lines| lines.drain(..).collect())
            .unwrap_or_default()
    }
}

impl Drop for Hush {
    /// Prints the messages that the screen did not show.
    fn drop(&mut self) {
        let lines = HELD_BACK.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        for line in lines.unwrap_or_default() {
            talk(format_args!("{line}"));
        }
    }
}

/// Prints panics like other messages, so that they neither damage a live screen nor fail on a closed pipe.
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        talk(format_args!(
            "thread {}: {panic}",
            thread.name().unwrap_or("without a name")
        ));
        let trace = std::backtrace::Backtrace::capture();
        if trace.status() == std::backtrace::BacktraceStatus::Captured {
            talk(format_args!("{trace}"));
        }
    }));
}

/// Prints a message on stderr.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::talk(format_args!($($text)*)) };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_is_held_back_while_a_screen_lives() {
        let hush = hush();
        say!("one\ntwo");
        assert_eq!(hush.heard(), ["one", "two"]);
        assert!(hush.heard().is_empty());
        for number in 0..2 * HELD_BACK_MAX {
            say!("{number}");
        }
        let heard = hush.heard();
        assert_eq!((heard.len(), heard[0].as_str()), (HELD_BACK_MAX, "100"));
    }

    #[test]
    fn a_cause_is_told_once() {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let cause = missing().to_string();
        let once = anyhow::Error::new(missing()).context("cannot read x");
        assert_eq!(reasons(&once), format!("cannot read x: {cause}"));
        let twice = anyhow::Error::new(missing())
            .context(format!("cannot read x: {cause}"))
            .context("no text");
        assert_eq!(reasons(&twice), format!("no text: cannot read x: {cause}"));
    }

    #[test]
    fn json_means_the_same_and_hides_nothing() {
        let text = "\u{1b}[31m \u{9b}2J \u{202e} \u{200b} \u{e0041} τ \\ \" \n";
        let shown = plain(&serde_json::to_string(text).unwrap());
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
