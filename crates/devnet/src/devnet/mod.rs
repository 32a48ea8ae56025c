//! An embedded chain, and everything that can be asked of it.

mod dev;
mod dev_settings;
mod handle;
mod moment;
mod old_states;
mod produce;
mod read;
mod submit;
mod verify;
mod watch;
mod watcher;

pub use handle::Devnet;
pub use moment::At;
pub use read::Block;
pub use verify::Verified;
pub(crate) use watcher::Stepped;
