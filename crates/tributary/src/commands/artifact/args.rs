//! What `tributary artifact` and `tributary beacon` can be asked.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};

use crate::{
    commands::send::Sending,
    options::{Connection, Peers, SubnetQuery, http_url, socket},
};

/// Longest time for which something is sealed: a hundred years.
pub const SEAL_SECONDS_MAX: u64 = 100 * 365 * 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub enum Artifact {
    /// Show the latest artifact of a subnet: hashes, opening time, location, confirmations
    Show(SubnetQuery),
    /// Seal a file until a given round of a beacon
    Seal(Seal),
    /// Open a sealed file, from a path or a URL, once its round is published
    Open(Open),
    /// Check, with the sealer's secret, that a sealed file holds a given content before it opens
    Check(Check),
    /// Seal a file as your pact promises, and commit it for your subnet. Serving it at --location is up to you
    Commit(Commit),
    /// Confirm, with a validator's --hotkey, that the latest artifact holds a given content
    Confirm(Confirm),
    /// Follow subnets: download every sealed file when it is committed, and open it when its round is published
    Watch(Watch),
}

#[derive(Debug, Args)]
pub struct WithBeacon {
    /// URL of a drand relay, which serves /info and /public/ROUND [default: drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON", value_parser = http_url)]
    pub beacon: Option<String>,
}

#[derive(Debug, Args)]
pub struct Seal {
    /// The file to seal
    pub file: PathBuf,
    /// Where to write the sealed file; its secret is written beside it, with `.secret` appended to the name
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub until: Until,
    #[command(flatten)]
    pub beacon: WithBeacon,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Until {
    /// The round that opens it
    #[arg(long, value_name = "ROUND", value_parser = clap::value_parser!(u64).range(1..))]
    pub round: Option<u64>,
    /// Seconds until it opens; at most a hundred years
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=SEAL_SECONDS_MAX))]
    pub after: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Open {
    /// The sealed file: a path or a URL
    pub sealed: String,
    /// Where to write the opened file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The round's signature in hexadecimal, instead of asking a relay
    #[arg(long, value_name = "HEX", conflicts_with = "beacon")]
    pub signature: Option<String>,
    #[command(flatten)]
    pub beacon: WithBeacon,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What proves what a sealed file holds.
#[derive(Debug, Args)]
pub struct Proof {
    /// The content that it should hold
    #[arg(long, value_name = "FILE")]
    pub content: PathBuf,
    /// The sealer's secret: 64 hexadecimal digits, or a file with them
    #[arg(long, value_name = "HEX_OR_FILE")]
    pub secret: String,
    #[command(flatten)]
    pub beacon: WithBeacon,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The sealed file: a path or a URL
    pub sealed: String,
    #[command(flatten)]
    pub proof: Proof,
}

#[derive(Debug, Args)]
pub struct Commit {
    /// The subnet
    pub netuid: u16,
    /// The file to seal
    pub file: PathBuf,
    /// Where to write the sealed file; its secret is written beside it, with `.secret` appended to the name
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Where others will find the sealed file
    #[arg(long, value_name = "URL")]
    pub location: String,
    #[command(flatten)]
    pub beacon: WithBeacon,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Confirm {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub proof: Proof,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Watch {
    /// The subnets
    #[arg(required = true)]
    pub netuid: Vec<u16>,
    /// Folder for sealed files (NETUID-NUMBER-HASH.sealed) and opened ones (the same name without .sealed)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub beacon: WithBeacon,
    #[command(flatten)]
    pub peers: Peers,
    /// Print one JSON object per file downloaded or opened
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ServeBeacon {
    /// Where the beacon listens
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8403", value_parser = socket)]
    pub listen: SocketAddr,
    /// Phrase from which the beacon's key is derived. Anyone who knows it can open every sealed file early: for development only
    #[arg(long, value_name = "PHRASE", default_value = "development")]
    pub phrase: String,
    #[command(flatten)]
    pub connection: Connection,
}
