//! `tributary market`: what a subnet competes in.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use tributary_client::{AccountId32, Client, address, items};
use tributary_economy::NetUid;
use tributary_market_serve as serve;
use tributary_market_train as train;
use tributary_neuron::{BeaconPrint, Chain as _, Description, Identity, Relay};

use super::status::check_subnet;
use crate::{
    market::{self, open_corpus},
    options::{Connection, Keys, Peers, SubnetQuery, http_url},
    output::{self, say},
    rpc_chain::RpcChain,
};

/// Name of the fetched training part.
const TRAINING: &str = "training.bin";

#[derive(Debug, Subcommand)]
pub enum Market {
    /// Show what the subnet's owner has published: kind of market, rules, text, beacon
    Show(SubnetQuery),
    /// Fetch the published description, and the training part of the text from the subnet's validators; check their hashes
    Fetch(Fetch),
    /// Publish a description on the chain, signed by the hotkey of the subnet's owner
    Publish(Box<Publish>),
}

#[derive(Debug, Args)]
pub struct Fetch {
    /// The subnet
    pub netuid: u16,
    /// Folder for market.json, rules.json and training.bin
    #[arg(long, value_name = "DIR", default_value = "market")]
    pub out: PathBuf,
    #[command(flatten)]
    pub peers: Peers,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What miners compete in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Training models
    Train,
    /// Serving models
    Serve,
}

#[derive(Debug, Args)]
pub struct Publish {
    /// The subnet
    pub netuid: u16,
    /// What miners compete in [default: train]
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Text to compete on: a file, a folder, or a bundled text (histories, prophets, testament). Only its length and hashes are published
    #[arg(
        long,
        value_name = "PATH",
        required_unless_present = "kind",
        required_if_eq("kind", "train")
    )]
    pub corpus: Option<String>,
    /// JSON file of hyperparameters; those left out have their defaults
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// The train subnet whose best model is served
    #[arg(long, value_name = "NETUID", required_if_eq("kind", "serve"))]
    pub train_netuid: Option<u16>,
    /// Relay of the drand beacon for which artifacts are sealed [default: drand's quicknet, which is not published]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON", value_parser = http_url)]
    pub beacon: Option<String>,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Check that the transaction would succeed and show what it would publish; send nothing
    #[arg(long)]
    pub preview: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// If the chain does not answer, nothing is published, or files cannot be read or written.
pub async fn run(command: &Market) -> Result<()> {
    match command {
        Market::Show(args) => {
            let (client, chain) = connect(&args.query.connection).await?;
            print(&found(&client, &chain, args.netuid).await?, args.query.json)
        }
        Market::Fetch(args) => fetch(args).await,
        Market::Publish(args) => publish(args).await,
    }
}

async fn connect(connection: &Connection) -> Result<(Client, RpcChain)> {
    let client = Client::connect(&connection.endpoint).await?;
    Ok((client.clone(), RpcChain::new(client)))
}

async fn found(client: &Client, chain: &RpcChain, netuid: u16) -> Result<Description> {
    check_subnet(&client.at_best().await?, NetUid(netuid)).await?;
    market::published(chain, netuid).await?.with_context(|| {
        format!(
            "the owner of subnet {netuid} has published no description of its market; owners do it with `tributary \
             market publish {netuid}`"
        )
    })
}

async fn fetch(args: &Fetch) -> Result<()> {
    let (client, chain) = connect(&args.peers.connection).await?;
    let description = found(&client, &chain, args.netuid).await?;
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    let write = |name: &str, bytes: &[u8]| -> Result<PathBuf> {
        let file = args.out.join(name);
        std::fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    };
    let mut files = vec![
        write("market.json", &serde_json::to_vec_pretty(&description)?)?,
        write("rules.json", &serde_json::to_vec_pretty(&description.rules)?)?,
    ];
    if let Some(print) = &description.corpus {
        let reach = args.peers.reach();
        let bytes = market::fetch(&chain, args.netuid, print, reach).await?;
        files.push(write(TRAINING, &bytes)?);
    }
    if args.json {
        return output::json(&serde_json::json!({ "netuid": args.netuid, "files": files }));
    }
    for file in &files {
        output::line(&file.display().to_string())?;
    }
    Ok(())
}

async fn publish(args: &Publish) -> Result<()> {
    let description = described(args).await?;
    let text = description.to_text()?;
    let (client, chain) = connect(&args.connection).await?;
    let hotkey = args.keys.hotkey()?;
    let view = client.at_best().await?;
    let netuid = NetUid(args.netuid);
    check_subnet(&view, netuid).await?;
    let owner: AccountId32 = view.get(&items::SUBNET_OWNER_HOTKEY, (netuid,)).await?;
    if owner != hotkey.account() {
        bail!(
            "only the hotkey of subnet {}'s owner, {}, can publish its market; this is {}: name the owner's with --hotkey",
            args.netuid,
            address(&owner),
            address(&hotkey.account())
        );
    }
    if chain.market(args.netuid).await?.as_deref() == Some(&text) {
        say!("subnet {netuid} has published exactly this already: there is nothing to do");
        return print(&description, args.json);
    }
    let call = chain.publishing(&owner, args.netuid, &text).await?;
    client.dry_run(&call, &owner).await?;
    if args.preview {
        say!("this is a preview: nothing was sent");
    } else {
        let identity = Identity::from(hotkey.pair().clone());
        chain.publish_market(&identity, args.netuid, &text).await?;
        say!("published the market of subnet {netuid}; neurons check it when they start");
    }
    print(&description, args.json)
}

/// What is to be published.
async fn described(args: &Publish) -> Result<Description> {
    let file = args.rules.as_deref();
    let beacon = match args.beacon.as_deref() {
        None => None,
        Some(url) => Some(BeaconPrint {
            chain: hex::encode(Relay::connect(url).await?.beacon().hash()),
            relay: Some(url.to_owned()),
        }),
    };
    Ok(match args.kind.unwrap_or(Kind::Train) {
        Kind::Train => {
            let rules: train::Rules = file.map(market::read).transpose()?.unwrap_or_default();
            rules.validate()?;
            let corpus = args
                .corpus
                .as_deref()
                .context("name the text to compete on with --corpus")?;
            let corpus = open_corpus(corpus)?;
            Description {
                kind: market::TRAIN.to_owned(),
                rules: serde_json::to_value(rules)?,
                corpus: Some(corpus.print()),
                beacon,
            }
        }
        Kind::Serve => {
            let rules: serve::Rules = file.map(market::read).transpose()?.unwrap_or_default();
            let rules = serve::Rules {
                train_netuid: args.train_netuid.unwrap_or(rules.train_netuid),
                ..rules
            };
            rules.validate()?;
            Description {
                kind: market::SERVE.to_owned(),
                rules: serde_json::to_value(rules)?,
                corpus: None,
                beacon,
            }
        }
    })
}

fn print(description: &Description, json: bool) -> Result<()> {
    if json {
        return output::json(description);
    }
    let mut rows = vec![["kind", &description.kind].map(str::to_owned).to_vec()];
    if let Some(corpus) = &description.corpus {
        let name = Path::new(&corpus.name).display();
        rows.push(vec!["text".into(), format!("{name}, {} bytes", corpus.bytes)]);
        rows.push(vec!["SHA-256 of it".into(), corpus.sha256.clone()]);
        rows.push(vec![
            "SHA-256 of its training part".into(),
            corpus.training_sha256.clone(),
        ]);
    }
    if let Some(beacon) = &description.beacon {
        let relay = beacon.relay.as_deref().unwrap_or("no relay named");
        rows.push(vec!["beacon".into(), format!("{} at {relay}", beacon.chain)]);
    }
    push(&mut rows, "", &description.rules);
    output::table(&["what", "value"], rows)
}

/// One row for each rule.
fn push(rows: &mut Vec<Vec<String>>, before: &str, rules: &serde_json::Value) {
    for (name, value) in rules.as_object().into_iter().flatten() {
        let name = format!("{before}{name}");
        match value {
            serde_json::Value::Object(_) => push(rows, &format!("{name}."), value),
            value => rows.push(vec![name, value.to_string()]),
        }
    }
}
