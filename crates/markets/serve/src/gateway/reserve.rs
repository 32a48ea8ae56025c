//! Room for a request under way.

use std::sync::Arc;

use super::{refused::Refused, state::Gateway};
use crate::{
    api::Usage,
    meter::{Reservation, Uncovered},
};

/// Room for one request, given back when it is dropped.
pub struct Room {
    pub(super) gateway: Arc<Gateway>,
    reservation: Option<Reservation>,
}

impl Gateway {
    /// Room for a request, for which a voucher is waited for if need be.
    pub(super) async fn room(self: &Arc<Self>, id: u64, at_most: Usage) -> Result<Room, Refused> {
        let deadline = tokio::time::Instant::now() + self.config.patience;
        loop {
            let covered = self.covered.notified();
            tokio::pin!(covered);
            // From here on a voucher is noticed, even if it comes before the wait begins.
            covered.as_mut().enable();
            let reserved = self.books.meter().reserve(id, at_most);
            let uncovered = match reserved {
                Ok(reservation) => {
                    return Ok(Room {
                        gateway: self.clone(),
                        reservation: Some(reservation),
                    });
                }
                Err(uncovered) => uncovered,
            };
            let waits = matches!(uncovered, Uncovered::Voucher(_) | Uncovered::Backlog(_));
            if !waits || tokio::time::timeout_at(deadline, covered).await.is_err() {
                self.status.send_modify(|status| status.uncovered += 1);
                return Err(uncovered.into());
            }
        }
    }
}

impl Room {
    /// Charges what was delivered.
    pub fn charge(mut self, usage: Usage) {
        self.end(Some(usage));
    }

    fn end(&mut self, usage: Option<Usage>) {
        let Some(reservation) = self.reservation.take() else {
            return;
        };
        let gateway = &self.gateway;
        let cost = gateway.books.charge(reservation, usage);
        if let Some(usage) = usage {
            gateway.status.send_modify(|status| {
                status.requests += 1;
                status.prompt_tokens += usage.prompt_tokens;
                status.completion_tokens += usage.completion_tokens;
                status.charged += cost;
            });
        }
        // Freed room may be enough for another request that waits.
        gateway.covered.notify_waiters();
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.end(None);
    }
}
