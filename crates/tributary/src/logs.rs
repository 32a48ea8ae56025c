//! Logs as messages on stderr. Repeated ones are printed once, then ever more rarely, with their number in between.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Writer},
    },
    registry::LookupSpan,
};

use crate::output;

/// Time until something that repeats itself is said again; then twice as long, and so on.
const PAUSE: Duration = Duration::from_secs(15);
/// Longest such time.
const PAUSE_MAX: Duration = Duration::from_secs(15 * 60);
/// What has not happened for so long is news when it happens again.
const FORGOTTEN: Duration = Duration::from_secs(30 * 60);
/// Different things that are remembered.
const REMEMBERED: usize = 512;

/// Sends logs to stderr: what `filter` lets through. On a live screen they are short.
pub fn start(filter: EnvFilter, live: bool) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(|| Talk);
    if live {
        let short = Format::default().with_ansi(false).without_time().with_target(false);
        builder.event_format(Sparing::new(short.compact())).init();
    } else {
        // Without colours: an escape sequence in talk is shown as text, whoever wrote it.
        let whole = Format::default().with_ansi(false);
        builder.event_format(Sparing::new(whole)).init();
    }
}

/// stderr that cannot fail. Each event is written at once.
struct Talk;

impl std::io::Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end();
        if !text.is_empty() {
            output::talk(format_args!("{text}"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Formats an event, unless it was said lately.
struct Sparing<F> {
    inner: F,
    said: Mutex<Repeats>,
}

impl<F> Sparing<F> {
    fn new(inner: F) -> Self {
        Self {
            inner,
            said: Mutex::default(),
        }
    }
}

impl<S, N, F> FormatEvent<S, N> for Sparing<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut key = Key(format!("{:?}", event.metadata().callsite()));
        event.record(&mut key);
        let seen = {
            let mut said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            said.see(key.0, Instant::now())
        };
        let Some(silent) = seen else { return Ok(()) };
        let mut text = String::new();
        self.inner.format_event(context, Writer::new(&mut text), event)?;
        writer.write_str(text.trim_end())?;
        if silent > 0 {
            write!(writer, " ({silent} more like it since it was last said)")?;
        }
        writeln!(writer)
    }
}

/// What makes an event the same as an earlier one: where it comes from and what it is about, but not the figures in
/// its text, such as heights and ports, which differ every time.
struct Key(String);

impl Key {
    fn add(&mut self, field: &Field, text: &str) {
        self.0.push('\u{1f}');
        let wordy = matches!(field.name(), "message" | "error" | "why" | "complaint");
        let mut in_number = false;
        for letter in text.chars() {
            let digit = wordy && letter.is_ascii_digit();
            match (digit, in_number) {
                (true, true) => {}
                (true, false) => self.0.push('#'),
                (false, _) => self.0.push(letter),
            }
            in_number = digit;
        }
    }
}

impl Visit for Key {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if !matches!(field.name(), "block" | "round" | "epoch") {
            self.add(field, &format!("{value:?}"));
        }
    }
}

/// What was said, and when.
#[derive(Debug, Default)]
struct Repeats(BTreeMap<String, Said>);

#[derive(Debug)]
struct Said {
    last_said: Instant,
    last_seen: Instant,
    pause: Duration,
    silent: u64,
}

impl Repeats {
    /// Whether something that happens now is to be said: with how often it was not, since it was last said.
    fn see(&mut self, key: String, now: Instant) -> Option<u64> {
        if let Some(said) = self.0.get_mut(&key) {
            let forgotten = now.duration_since(said.last_seen) >= FORGOTTEN;
            said.last_seen = now;
            if !forgotten {
                if now.duration_since(said.last_said) < said.pause {
                    said.silent += 1;
                    return None;
                }
                said.last_said = now;
                said.pause = (said.pause * 2).min(PAUSE_MAX);
                return Some(std::mem::take(&mut said.silent));
            }
        }
        if self.0.len() >= REMEMBERED
            && let Some(oldest) = self.0.iter().min_by_key(|(_, said)| said.last_seen)
        {
            let oldest = oldest.0.clone();
            self.0.remove(&oldest);
        }
        let said = Said {
            last_said: now,
            last_seen: now,
            pause: PAUSE,
            silent: 0,
        };
        self.0.insert(key, said);
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[test]
    fn a_hundred_times_in_a_hundred_seconds_is_a_handful_of_lines() {
        let (mut repeats, start) = (Repeats::default(), Instant::now());
        let said: Vec<(u64, u64)> = (0..100)
            .filter_map(|second| {
                let silent = repeats.see("the same".to_owned(), start + Duration::from_secs(second))?;
                Some((second, silent))
            })
            .collect();
        assert_eq!(said, [(0, 0), (15, 14), (45, 29)]);
    }

    #[test]
    fn what_was_forgotten_is_news() {
        let (mut repeats, start) = (Repeats::default(), Instant::now());
        assert_eq!(repeats.see("a".to_owned(), start), Some(0));
        assert_eq!(repeats.see("a".to_owned(), start + Duration::from_secs(1)), None);
        assert_eq!(repeats.see("b".to_owned(), start + Duration::from_secs(1)), Some(0));
        let later = start + Duration::from_secs(1) + FORGOTTEN;
        assert_eq!(repeats.see("a".to_owned(), later), Some(0));
        for number in 0..3 * REMEMBERED {
            repeats.see(number.to_string(), later);
        }
        assert_eq!(repeats.0.len(), REMEMBERED);
    }

    /// A writer that tests can read.
    #[derive(Clone, Default)]
    struct Paper(std::sync::Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Paper {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn events_that_differ_in_figures_only_are_one() {
        let paper = Paper::default();
        let logs = tracing_subscriber::fmt()
            .with_writer(paper.clone())
            .event_format(Sparing::new(Format::default().with_ansi(false).without_time()))
            .finish();
        tracing::subscriber::with_default(logs, || {
            for port in 4000..4100 {
                for uid in 1..3 {
                    tracing::warn!(
                        uid,
                        block = port,
                        error = format!("127.0.0.1:{port} does not answer"),
                        "no"
                    );
                }
            }
        });
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        // One line for each neuron.
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("uid=1") && text.contains("uid=2"), "{text}");
    }
}
