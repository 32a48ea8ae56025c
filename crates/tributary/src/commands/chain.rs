//! `tributary chain`

use std::time::Duration;

use anyhow::{Result, bail};
use tributary_devnet::{
    Clock, Config, Database, Devnet, Genesis, Mining,
    rpc::{RpcConfig, serve},
};

use crate::{
    args::{Chain, Mode},
    folder,
    output::{self, say},
    stop,
};

/// Runs the chain until it is told to stop. Writes the one line that tools wait for to stdout (`wire.md` 11) and is
/// quiet from then on.
///
/// # Errors
/// If a port is taken, the data cannot be used or, later, not written, or the state file is none.
pub async fn run(args: &Chain) -> Result<()> {
    let database = match &args.data {
        None => Database::Memory,
        Some(folder) => Database::File(folder.join("chain.redb")),
    };
    // Held until the end: nobody else works on this chain.
    let _lock = args
        .data
        .as_deref()
        .map(|folder| folder::take(folder, "chain"))
        .transpose()?;
    let block_time = Duration::from_millis(args.block_time);
    let genesis = match &args.load {
        Some(file) => Genesis::Dump(file.clone()),
        None => Genesis::Patched {
            preset: args.preset.clone(),
            patch: serde_json::json!({ "network": { "slotDurationMs": args.block_time.max(2) } }),
        },
    };
    let mining = match args.mode {
        Mode::Timer => Mining::Timer(block_time),
        Mode::Transaction => Mining::OnExtrinsic,
        Mode::Demand => Mining::OnDemand,
    };
    let (port, second_port) = match args.port.as_slice() {
        [port] => (*port, None),
        [port, second] => (*port, Some(*second)),
        _ => bail!("give one or two ports"),
    };
    let config = Config {
        genesis,
        database,
        clock: Clock::Wall,
        mining: Mining::OnDemand,
    };
    let mut stop = stop::signals()?;
    let chain = tokio::task::spawn_blocking(move || Devnet::new(config)).await??;
    let server = serve(
        chain.clone(),
        RpcConfig {
            port,
            second_port,
            ..RpcConfig::default()
        },
    )
    .await?;
    for address in server.addresses() {
        say!("JSON-RPC on ws://{address} and http://{address}");
    }
    // Tools wait for the first block, whatever makes the others.
    if chain.head().number == 0 {
        chain.advance(1)?;
    }
    let head = chain.head();
    output::announce(&format!(
        "Imported #1 (the chain is at block {}, {:?})",
        head.number, head.hash
    ))?;
    chain.set_mining(mining);
    tokio::select! {
        () = stop.wait() => {}
        error = chain.stopped() => {
            server.stop().await;
            return Err(error.into());
        }
    }
    say!("stopping");
    chain.set_mining(Mining::OnDemand);
    server.stop().await;
    if let Some(file) = &args.dump {
        chain.dump(file)?;
        say!("wrote the state to {}", file.display());
    }
    say!("stopped at block {}", chain.head().number);
    Ok(())
}
