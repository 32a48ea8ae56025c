//! The market's chain: its genesis, its start and its end.

use std::{path::Path, time::Duration};

use anyhow::Result;
use tributary_devnet::{
    Clock, Config, Database, Devnet, Genesis, Mining,
    rpc::{RpcConfig, RpcHandle, serve},
};
use tributary_economy::UNIT;

use super::{args::Up, plan::Plan};
use crate::output::say;

/// Name of the chain's database in the market's folder.
pub const DATABASE: &str = "chain.redb";

/// What the market wants otherwise than the fast preset has it: pools so small that a visitor's trade shows, and
/// stake on root, which lets emission enter them on both sides.
fn genesis(plan: &Plan) -> serde_json::Value {
    serde_json::json!({
        "network": { "slotDurationMs": plan.block_time_ms },
        "subtensorModule": { "market": {
            "rootStaking": true,
            "maxEpochsPerBlock": 8,
            "adminFreezeWindow": 0,
            "networkRateLimit": 0,
            "networkMinLockCost": 50 * UNIT,
            "networkLockReductionInterval": 1,
            "newSubnet": {
                "tempo": 10,
                "burn": UNIT / 20,
                "commitRevealWeightsEnabled": false,
            },
        } },
    })
}

/// Starts the chain, or goes on with the one that is in the folder, and makes its first block.
///
/// # Errors
/// If the chain cannot go on, or the port is taken.
pub async fn start(args: &Up, plan: &Plan, folder: &Path) -> Result<(Devnet, RpcHandle)> {
    let patch = genesis(plan);
    let config = Config {
        genesis: Genesis::Patched {
            preset: "fast".to_owned(),
            patch,
        },
        database: Database::File(folder.join(DATABASE)),
        clock: Clock::Wall,
        mining: Mining::OnDemand,
    };
    let chain = tokio::task::spawn_blocking(move || Devnet::new(config)).await??;
    let rpc = RpcConfig {
        port: args.port,
        second_port: None,
        chain_name: "Tributary".to_owned(),
        ..RpcConfig::default()
    };
    let server = serve(chain.clone(), rpc).await?;
    if chain.head().number == 0 {
        chain.advance(1)?;
    }
    chain.set_mining(Mining::Timer(Duration::from_millis(plan.block_time_ms)));
    Ok((chain, server))
}

/// Ends block production; the block being made is stored first.
pub async fn stop(chain: Devnet, server: RpcHandle) {
    chain.set_mining(Mining::OnDemand);
    server.stop().await;
    say!(
        "stopped at block {}; `tributary up` continues from there",
        chain.head().number
    );
}
