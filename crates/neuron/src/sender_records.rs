//! What an axon remembers of each sender: the last nonce and how much of its rate is used up.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::identity::Hotkey;

/// Why a sender must wait or is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// The nonce is not above the last one.
    Replayed,
    /// Too many requests in a short time.
    TooFast,
    /// Too many senders at once.
    Full,
}

struct Sender {
    nonce: u64,
    tokens: f64,
    seen: Instant,
}

/// Bounded: a sender whose last nonce is so old that freshness alone refuses a replay need not be remembered.
pub(crate) struct Senders {
    known: BTreeMap<Hotkey, Sender>,
    senders_max: usize,
    rate_per_second: f64,
    burst: f64,
    nonce_age_max: Duration,
}

impl Senders {
    pub(crate) fn new(senders_max: usize, rate_per_second: f64, burst: f64, nonce_age_max: Duration) -> Self {
        Self {
            known: BTreeMap::new(),
            senders_max,
            rate_per_second,
            burst,
            nonce_age_max,
        }
    }

    /// Whether a sender's nonce is not above its last one.
    pub(crate) fn is_used(&self, sender: &Hotkey, nonce: u64) -> bool {
        self.known.get(sender).is_some_and(|known| nonce <= known.nonce)
    }

    /// Takes one request of a sender whose signature has been checked and whose nonce is fresh at `now_ns`.
    pub(crate) fn admit(&mut self, sender: Hotkey, nonce: u64, now_ns: u64, now: Instant) -> Result<(), Turned> {
        let oldest = now_ns.saturating_sub(u64::try_from(self.nonce_age_max.as_nanos()).unwrap_or(u64::MAX));
        if !self.known.contains_key(&sender) && self.known.len() >= self.senders_max {
            self.known.retain(|_, known| known.nonce >= oldest);
            if self.known.len() >= self.senders_max {
                return Err(Turned::Full);
            }
        }
        let burst = self.burst;
        let known = self.known.entry(sender).or_insert(Sender {
            nonce: 0,
            tokens: burst,
            seen: now,
        });
        if nonce <= known.nonce {
            return Err(Turned::Replayed);
        }
        // The nonce is spent even if the rate refuses the request: it was signed once and stays used.
        known.nonce = nonce;
        let passed = now.saturating_duration_since(known.seen).as_secs_f64();
        known.tokens = (known.tokens + passed * self.rate_per_second).min(burst);
        known.seen = now;
        if known.tokens < 1.0 {
            return Err(Turned::TooFast);
        }
        known.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn refuses_replays_speed_and_crowds() {
        let mut senders = Senders::new(2, 1.0, 2.0, Duration::from_secs(10));
        let start = Instant::now();
        let [a, b, c] = [1u8, 2, 3].map(|n| Hotkey([n; 32]));
        let t = 100 * SECOND;
        assert_eq!(senders.admit(a, t, t, start), Ok(()));
        assert_eq!(senders.admit(a, t, t, start), Err(Turned::Replayed));
        assert_eq!(senders.admit(a, t - 1, t, start), Err(Turned::Replayed));
        assert_eq!(senders.admit(a, t + 1, t, start), Ok(()));
        assert_eq!(senders.admit(a, t + 2, t, start), Err(Turned::TooFast));
        assert_eq!(senders.admit(a, t + 3, t, start + Duration::from_secs(1)), Ok(()));
        assert_eq!(senders.admit(b, t, t, start), Ok(()));
        assert_eq!(senders.admit(c, t, t, start), Err(Turned::Full));
        // Once the others' nonces are too old to be replayed, there is room.
        let later = t + 11 * SECOND;
        assert_eq!(senders.admit(c, later, later, start), Ok(()));
    }
}
