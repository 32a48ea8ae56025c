use std::time::Instant;

use parking_lot::Mutex;
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};

use crate::{Bounds, Limits, process_places::BOOKS};

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Between two requests.
    Idle(Instant),
    /// At the head of a request.
    Head(Instant),
    /// At a body, which has a clock of its own.
    Body,
    /// At the answer.
    Answer,
    /// Upgraded to another protocol.
    Lasting,
}

/// An open connection, and its place. The place is free when all of it is gone, which is when the socket is.
pub struct Connection {
    id: u64,
    phase: Mutex<Phase>,
    /// Ends all reading and writing.
    pub cut: CancellationToken,
    /// Whoever stops the server waits for this to be gone.
    _token: TaskTrackerToken,
}

impl Connection {
    pub fn new(id: u64, cut: CancellationToken, token: TaskTrackerToken, now: Instant) -> Self {
        Self {
            id,
            phase: Mutex::new(Phase::Head(now)),
            cut,
            _token: token,
        }
    }

    /// Bytes came in.
    pub fn heard(&self, now: Instant) {
        let mut phase = self.phase.lock();
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Head(now);
        }
    }

    /// The head of a request is there; its body is to come, or it has none.
    pub fn asked(&self, has_body: bool, now: Instant) {
        if has_body {
            *self.phase.lock() = Phase::Body;
            BOOKS.lock().waits(self.id, now);
        } else {
            self.received();
        }
    }

    /// A whole request is there.
    pub fn received(&self) {
        *self.phase.lock() = Phase::Answer;
        BOOKS.lock().works(self.id);
    }

    /// The answer is written.
    pub fn answered(&self, now: Instant) {
        let mut phase = self.phase.lock();
        if !matches!(*phase, Phase::Lasting) {
            *phase = Phase::Idle(now);
            BOOKS.lock().waits(self.id, now);
        }
    }

    /// The client does not read what is sent to it.
    pub fn stalled(&self, now: Instant) {
        if matches!(*self.phase.lock(), Phase::Answer | Phase::Lasting) {
            BOOKS.lock().waits(self.id, now);
        }
    }

    /// It reads again.
    pub fn flows(&self) {
        if matches!(*self.phase.lock(), Phase::Answer | Phase::Lasting) {
            BOOKS.lock().works(self.id);
        }
    }

    /// Whether it may be upgraded. From then on it has no limits of time but for reading.
    pub fn last(&self, bounds: Bounds) -> bool {
        let lasts = BOOKS.lock().last(self.id, bounds, Instant::now());
        match lasts {
            Ok(evicted) => {
                if let Some(evicted) = evicted {
                    evicted.cancel();
                }
                *self.phase.lock() = Phase::Lasting;
                true
            }
            Err(_) => false,
        }
    }

    /// Whether the time for a head or between requests is over.
    pub fn is_overdue(&self, limits: &Limits, now: Instant) -> bool {
        match *self.phase.lock() {
            Phase::Idle(since) => now.saturating_duration_since(since) >= limits.idle_time_max,
            Phase::Head(since) => now.saturating_duration_since(since) >= limits.head_time_max,
            Phase::Body | Phase::Answer | Phase::Lasting => false,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        BOOKS.lock().release(self.id);
    }
}
