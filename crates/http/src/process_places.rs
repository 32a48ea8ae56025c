use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::{Places, limits};

/// The places of all servers of the process, as all of them use up the same descriptors.
pub static BOOKS: LazyLock<Mutex<Places<CancellationToken>>> =
    LazyLock::new(|| Mutex::new(Places::new(limits::budget())));

/// A number for one more server.
pub fn next_server() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
