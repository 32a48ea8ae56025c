//! Everything that the requests, the settlement and the look-out of a gateway share.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tributary_neuron::{Chain, Dendrite, Identity};

use super::{
    books::Books,
    channel_lookups::Lookups,
    config::{GatewayConfig, GatewayStatus},
    routes::Routes,
    settlement_pace::Pace,
};
use crate::{rail::Rail, served_models::Library};

/// A gateway at work.
pub struct Gateway {
    pub config: GatewayConfig,
    pub chain: Arc<dyn Chain>,
    pub rail: Arc<dyn Rail>,
    pub identity: Identity,
    pub payee: Identity,
    pub dendrite: Dendrite,
    pub library: Arc<Library>,
    pub books: Books,
    /// Told when a voucher, a settlement or freed room may be enough for a request that waits.
    pub covered: Notify,
    pub routes: Mutex<Routes>,
    pub height: AtomicU64,
    pub pace: Mutex<Pace>,
    /// Questions about unknown channels.
    pub lookups: Lookups,
    pub status: watch::Sender<GatewayStatus>,
}

impl Gateway {
    /// The chain's height as it was seen last.
    pub fn height(&self) -> u64 {
        self.height.load(Ordering::Relaxed)
    }

    /// Rao that customers signed for and that are not settled.
    pub fn unsettled(&self) -> u64 {
        self.books.meter().tabs().map(|(_, tab)| tab.unsettled()).sum()
    }
}
