//! `tributary chain`

mod args;
mod rpc;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use tributary_devnet::{
    Clock, Config, Database, Devnet, Genesis, Mining,
    rpc::{RpcConfig, serve},
};

pub use args::Chain;
use args::Mode;

use crate::{
    folder,
    output::{self, say},
    stop,
};

/// The preset of a new chain.
const PRESET: &str = "fast";
/// The file of a chain in its folder.
const FILE: &str = "chain.redb";

/// Runs the chain until it is told to stop. Writes the one line that tools wait for to stdout
/// (`docs/rules/clients.md#local-network`) and is quiet from then on.
///
/// # Errors
/// If a port is taken, the data cannot be used or, later, not written, an option disagrees with the chain that is
/// there, or the state file is not one.
pub async fn run(args: &Chain) -> Result<()> {
    let mut stop = stop::signals()?;
    if args.verify {
        return tokio::select! {
            done = tokio::task::spawn_blocking({
                let folder = args.data.clone().context("--verify needs --data")?;
                move || verify(&folder)
            }) => done?,
            () = stop.wait() => bail!("stopped before the check was finished"),
        };
    }
    // Held until the end: nobody else works on this chain.
    let _lock = args
        .data
        .as_deref()
        .map(|folder| folder::take(folder, "chain"))
        .transpose()?;
    let (port, second_port) = match args.port.as_slice() {
        [port] => (*port, None),
        [port, second] => (*port, Some(*second)),
        _ => bail!("give one or two ports"),
    };
    if let Some(file) = &args.dump {
        Devnet::probe_dump(file).context("the state could not be written when the chain stops")?;
    }
    if let Some(folder) = &args.dump_folder {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let continued = args.data.as_ref().is_some_and(|folder| folder.join(FILE).exists());
    let begin = Begin {
        preset: args.preset.clone(),
        load: args.load.clone(),
        data: args.data.clone(),
        block_time: args.block_time,
    };
    let (chain, slot_ms) = tokio::task::spawn_blocking(move || begin.open()).await??;
    let block_time = Duration::from_millis(args.block_time.unwrap_or(slot_ms));
    let mining = match args.mode {
        Mode::Timer => Mining::Timer(block_time),
        Mode::Transaction => Mining::OnExtrinsic,
        Mode::Demand => Mining::OnDemand,
    };
    let rpc = RpcConfig {
        dump_folder: args.dump_folder.clone(),
        chain_name: chain_name(args.preset.as_deref(), args.load.is_some() || continued),
        ..args.rpc.config(port, second_port)
    };
    // Before anybody can ask, or choose another way of making blocks. Tools wait for the first block, whatever makes the
    // others.
    if chain.head().number == 0 {
        chain.advance(1)?;
    }
    chain.set_mining(mining);
    let server = serve(chain.clone(), rpc).await?;
    for address in server.addresses() {
        say!("JSON-RPC on ws://{address} and http://{address}");
    }
    let head = chain.head();
    output::announce(&format!(
        "Imported #1 (the chain is at block {}, {:?})",
        head.number, head.hash
    ))?;
    if let Some(address) = server.addresses().first()
        && let Err(e) = crate::commands::accounts::announce(&format!("ws://{address}")).await
    {
        tracing::warn!("cannot list the accounts of the chain: {e}");
    }
    tokio::select! {
        () = stop.wait() => {}
        error = chain.stopped() => {
            server.stop().await;
            return Err(error.into());
        }
    }
    say!("stopping");
    chain.set_mining(Mining::OnDemand);
    chain.cancel();
    server.stop().await;
    if let Some(file) = &args.dump {
        chain.dump(file)?;
        say!("wrote the state to {}", file.display());
    }
    say!("stopped at block {}", chain.head().number);
    Ok(())
}

/// What the chain calls itself: a new one by its preset, one that goes on by no more than is known.
fn chain_name(preset: Option<&str>, goes_on: bool) -> String {
    match (preset, goes_on) {
        (None, true) => "Tributary".to_owned(),
        (preset, _) => format!("Tributary ({})", preset.unwrap_or(PRESET)),
    }
}

/// What a chain begins with, as the options say it.
struct Begin {
    preset: Option<String>,
    load: Option<std::path::PathBuf>,
    data: Option<std::path::PathBuf>,
    block_time: Option<u64>,
}

impl Begin {
    /// Opens the chain that is there, or begins one. Returns it with the length of its slots in milliseconds.
    fn open(&self) -> Result<(Devnet, u64)> {
        let (database, stored) = match &self.data {
            None => (Database::Memory, false),
            Some(folder) => {
                let file = folder.join(FILE);
                let stored = file
                    .try_exists()
                    .with_context(|| format!("cannot look for {}", file.display()))?;
                (Database::File(file), stored)
            }
        };
        let genesis = || self.genesis(self.block_time);
        if !stored && self.load.is_some() && self.block_time.is_some() {
            // Before anything is left in the folder.
            self.check_block_time(&open(genesis(), Database::Memory)?)?;
        }
        let chain = open(if stored { Genesis::Stored } else { genesis() }, database)?;
        if stored {
            self.check_origin(&chain)?;
        }
        let slot_ms = self.check_block_time(&chain)?;
        Ok((chain, slot_ms))
    }

    /// Refuses another time between blocks than the chain has. Returns that.
    fn check_block_time(&self, chain: &Devnet) -> Result<u64> {
        let slot_ms = chain.slot_ms()?;
        match self.block_time {
            Some(asked) if slot(asked) != slot_ms => bail!(
                "--block-time {asked} contradicts the loaded chain, whose blocks are {slot_ms} ms apart; leave \
                 --block-time out to continue that chain"
            ),
            _ => Ok(slot_ms),
        }
    }

    fn genesis(&self, block_time: Option<u64>) -> Genesis {
        match &self.load {
            Some(file) => Genesis::Dump(file.clone()),
            None => Genesis::Patched {
                preset: self.preset.as_deref().unwrap_or(PRESET).into(),
                patch: match block_time {
                    Some(asked) => serde_json::json!({ "network": { "slotDurationMs": slot(asked) } }),
                    None => serde_json::json!({}),
                },
            },
        }
    }

    /// Refuses options that say something else than the chain in the folder.
    fn check_origin(&self, chain: &Devnet) -> Result<()> {
        let (option, what) = match (&self.preset, &self.load) {
            (Some(name), _) => ("--preset", format!("the preset `{name}`")),
            (None, Some(file)) => ("--load", format!("the file {}", file.display())),
            (None, None) => return Ok(()),
        };
        if chain.is_made_from(&self.genesis(Some(chain.slot_ms()?)))? {
            return Ok(());
        }
        let folder = self.data.as_deref().unwrap_or(Path::new(""));
        bail!(
            "{} holds a chain that was not started from {what}; leave {option} out to continue that chain, or choose \
             another folder for --data",
            folder.display()
        )
    }
}

fn open(genesis: Genesis, database: Database) -> Result<Devnet> {
    Ok(Devnet::new(Config {
        genesis,
        database,
        clock: Clock::Wall,
        mining: Mining::OnDemand,
    })?)
}

/// Slots of less than two milliseconds would have no half.
fn slot(block_time: u64) -> u64 {
    block_time.max(2)
}

/// Checks a chain, and says what was checked.
fn verify(folder: &Path) -> Result<()> {
    let file = folder.join(FILE);
    let chain = open(Genesis::Stored, Database::File(file.clone()))?;
    say!("checking {} up to block {}", file.display(), chain.head().number);
    let verified = chain.verify_for(&Default::default())?;
    let (number, hash) = verified.best;
    output::line(&format!(
        "{} is sound.\n\
         Best block {number}, {hash:?}; hash of the state {:?}.\n\
         Checked: {} blocks executed again from the first state, each with its hash, its parent and what it changed; \
         {} writes from outside; {} records for reading old states; {} waiting transactions.",
        file.display(),
        verified.state_hash,
        verified.blocks,
        verified.writes,
        verified.segments,
        verified.transactions,
    ))
}
