//! Room for a request under way.

use std::sync::Arc;

use super::Gateway;
use crate::{api::Usage, meter::Reservation};

/// Room for one request, given back when it is dropped.
pub struct Room {
    pub(super) gateway: Arc<Gateway>,
    pub(super) reservation: Option<Reservation>,
    pub(super) id: u64,
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
        let mut meter = gateway.meter.lock();
        let before = meter.tab(self.id).map_or(0, |tab| tab.charged);
        meter.charge(reservation, usage);
        if let (Some(tab), Some(usage)) = (meter.tab(self.id), usage) {
            if let Err(error) = gateway.store.write(self.id, tab, false) {
                tracing::warn!(%error, "a charge could not be kept");
            }
            gateway.status.send_modify(|status| {
                status.requests += 1;
                status.prompt_tokens += usage.prompt_tokens;
                status.completion_tokens += usage.completion_tokens;
                status.charged += tab.charged - before;
            });
        }
        drop(meter);
        // Freed room may be enough for another request that waits.
        gateway.covered.notify_waiters();
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.end(None);
    }
}
