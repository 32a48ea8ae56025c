//! Progress of long work, on stderr.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::say;

/// Progress on stderr: of so many pieces of work, and then of what comes after them. On a terminal it moves; elsewhere
/// it is a line when something else begins.
pub struct Progress {
    bar: ProgressBar,
    done: AtomicU64,
    count: Option<u64>,
    after: &'static str,
}

impl Progress {
    pub fn new(count: u64, of: &str, after: &'static str) -> Self {
        let style = format!("{{bar:40}} {{pos}}/{{len}} {of}, {{per_sec}}, {{eta}} left");
        let bar = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::stderr());
        Self {
            bar: styled(bar, &style),
            done: AtomicU64::new(0),
            count: Some(count),
            after,
        }
    }

    /// Work that cannot be counted.
    pub fn of(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let progress = Self {
            bar,
            done: AtomicU64::new(0),
            count: None,
            after: what,
        };
        progress.go_on();
        progress
    }

    pub fn done_one(&self) {
        self.bar.inc(1);
        // Several threads do the work; one of them is last.
        if Some(self.done.fetch_add(1, Ordering::Relaxed) + 1) == self.count {
            self.go_on();
        }
    }

    /// The work after the last piece begins.
    fn go_on(&self) {
        if self.bar.is_hidden() {
            say!("{}", self.after);
            return;
        }
        if let Some(count) = self.count {
            // What was counted stays on the screen.
            self.bar.println(format!("{count} done"));
        }
        self.bar.set_message(self.after);
        self.bar
            .set_style(styled(ProgressBar::hidden(), "{spinner} {msg}, {elapsed}").style());
        self.bar.enable_steady_tick(std::time::Duration::from_millis(200));
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
