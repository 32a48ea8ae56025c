//! The gateway: sells what the miners serve. It lets in what is paid for, picks a miner, passes the answer on, counts,
//! and settles on the chain.

mod admit;
mod books;
mod chain_watch;
mod channel_lookups;
mod config;
mod dispatch;
mod error_form;
mod http;
mod refused;
mod reserve;
mod routes;
mod settle;
mod settlement_pace;
mod spawn;
mod state;
mod store;

pub use config::{GatewayConfig, GatewayHandle, GatewayStatus};
pub use http::{Offer, SentVoucher};
pub use routes::RouteView;
pub use spawn::spawn_gateway;
