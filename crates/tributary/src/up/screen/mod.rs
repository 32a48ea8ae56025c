//! The live screen: the terminal and its keys. What is drawn is in `draw`.

mod draw;
mod notes;
mod sections;
mod table;

use std::io;

use anyhow::{Context as _, Result};
use crossterm::{
    event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use futures::StreamExt as _;
use ratatui::{Terminal, backend::CrosstermBackend};

use super::frame::Frame;
use crate::output::{self, Hush};
use draw::View;

pub use notes::{Notes, Wish};

/// A terminal taken over until it is dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<output::Stdout>>,
    events: EventStream,
    view: View,
    // Restores the terminal first, then says what was held back.
    _raw: Raw,
    hush: Hush,
}

/// The terminal's mode, put back when dropped.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        let raw = Self;
        execute!(output::Stdout, EnterAlternateScreen)?;
        Ok(raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = execute!(output::Stdout, LeaveAlternateScreen, crossterm::cursor::Show);
        let _ = disable_raw_mode();
    }
}

impl Screen {
    /// Takes over the terminal.
    ///
    /// # Errors
    /// If the terminal does not allow it.
    pub fn open() -> Result<Self> {
        let hush = output::hush();
        let raw = Raw::enter().context("this terminal cannot show the live screen; --no-tui prints plain lines")?;
        let mut terminal = Terminal::new(CrosstermBackend::new(output::Stdout))?;
        terminal.clear()?;
        Ok(Self {
            terminal,
            events: EventStream::new(),
            view: View::default(),
            _raw: raw,
            hush,
        })
    }

    /// Draws.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn show(&mut self, frame: &Frame, notes: &mut Notes) -> Result<()> {
        for line in self.hush.heard() {
            notes.tell(&line);
        }
        let view = &mut self.view;
        self.terminal
            .draw(|canvas| draw::draw(canvas, view, frame, notes))
            .context("the terminal is gone")?;
        Ok(())
    }

    /// Waits until something must be done.
    pub async fn input(&mut self) -> Wish {
        loop {
            match self.events.next().await {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                    if let Some(wish) = self.key(key) {
                        return wish;
                    }
                }
                Some(Ok(Event::Resize(..))) => return Wish::Draw,
                Some(Ok(_)) => {}
                // No more input: the screen goes on, and a signal can still end it.
                Some(Err(_)) | None => std::future::pending().await,
            }
        }
    }

    fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Wish::Leave),
            code => self.view.key(code),
        }
    }
}
