use std::{sync::Arc, time::Instant};

use parking_lot::Mutex;

use crate::process_places::BOOKS;

/// What goes on behind a connection that lasts, such as a WebSocket: its service says when it works for it. While it
/// does not, the connection makes room like any other that keeps the server waiting.
#[derive(Clone, Debug)]
pub struct Presence {
    connection: u64,
    under_way: Arc<Mutex<usize>>,
}

/// Something that is under way, until this is dropped.
#[derive(Debug)]
pub struct Working(Presence);

impl Presence {
    /// Of the connection of this number ([`crate::Peer::connection`]).
    pub fn new(connection: u64) -> Self {
        Self {
            connection,
            under_way: Arc::default(),
        }
    }

    /// Something begins.
    pub fn begin(&self) -> Working {
        let mut under_way = self.under_way.lock();
        *under_way += 1;
        if *under_way == 1 {
            BOOKS.lock().works(self.connection);
        }
        Working(self.clone())
    }

    /// How much is under way.
    pub fn under_way(&self) -> usize {
        *self.under_way.lock()
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.lock();
        *under_way -= 1;
        if *under_way == 0 {
            BOOKS.lock().waits_if_lasting(self.0.connection, Instant::now());
        }
    }
}
