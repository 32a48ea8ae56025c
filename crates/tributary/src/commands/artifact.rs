//! `tributary artifact`: what a subnet made with its emission, sealed and opened. `tributary beacon`: what opens it, where
//! nobody else's beacon is wanted.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, market, pact};
use tributary_economy::{NetUid, pact::artifact::round_time};
use tributary_neuron::{
    Archive, Archived, Chain as _, Reach, Relay, artifact::fetch, beacon::Clock, envelope::sha256, serve_beacon,
};
use tributary_runtime::RuntimeCall;
use tributary_timelock::{Beacon, Pulse, Sealed, Secret, Signer};

use super::neuron::relay;
use crate::{
    args::{Connection, Neighbours, Sending, SubnetQuery},
    folder,
    neurons::RpcChain,
    output::{self, say},
    stop,
};

/// Largest sealed file that is fetched.
const BYTES_MAX: usize = 1 << 30;

/// Longest time for which something is sealed, a hundred years: nobody can say of a later round that it will be.
const SEAL_SECONDS_MAX: u64 = 100 * 365 * 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub enum Artifact {
    /// Show the last artefact of a subnet: hashes, when it opens, where it is, who confirmed it
    Show(SubnetQuery),
    /// Seal a file until a round of a beacon
    Seal(Seal),
    /// Open a sealed file, from a path or a URL, once its round is out
    Open(Open),
    /// Check that a sealed file holds a content, which the sealer's secret proves before the time
    Check(Check),
    /// Seal a file as your pact promises, and commit it for your subnet; you serve the sealed file at --location
    Commit(Commit),
    /// Confirm, as a validator with --hotkey, that the last artefact holds a content
    Confirm(Confirm),
    /// Follow subnets: keep every sealed file as it is committed, and open each when its round is out
    Watch(Watch),
}

#[derive(Debug, Args)]
pub struct WithBeacon {
    /// Relay of the beacon, below which are /info and /public/ROUND [default: drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON")]
    pub beacon: Option<String>,
}

#[derive(Debug, Args)]
pub struct Seal {
    /// The file to seal
    pub file: PathBuf,
    /// The sealed file; its secret is written beside it, with `.secret` at the end
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
    /// Seconds from now after which it opens, at most a hundred years
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=SEAL_SECONDS_MAX))]
    pub after: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Open {
    /// The sealed file: a path, or where it is on the web
    pub sealed: String,
    /// The opened file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The round's signature in hexadecimal, if you have it: no relay is asked then
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
    /// The content
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
    /// The sealed file: a path, or where it is on the web
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
    /// The sealed file; its secret is written beside it, with `.secret` at the end
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
    /// Folder for what is kept (NETUID-NUMBER-HASH.sealed) and opened (the same without an ending)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub beacon: WithBeacon,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub neighbours: Neighbours,
    /// Print JSON, one object for each thing done
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ServeBeacon {
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8403")]
    pub listen: SocketAddr,
    /// What its key is made of. Whoever knows it can open everything early: for development only
    #[arg(long, value_name = "PHRASE", default_value = "development")]
    pub phrase: String,
    #[command(flatten)]
    pub connection: Connection,
}

/// A sealed file, for programs.
#[derive(Serialize)]
struct SealedFile {
    file: PathBuf,
    plaintext: String,
    ciphertext: String,
    round: u64,
    opens_unix_ms: u64,
    secret_file: PathBuf,
}

/// Runs a command of this family.
///
/// # Errors
/// If a file, a beacon or the chain is of no use, or says no.
pub async fn run(command: &Artifact) -> Result<()> {
    match command {
        Artifact::Show(args) => show(args).await,
        Artifact::Seal(args) => seal(args).await,
        Artifact::Open(args) => open(args).await,
        Artifact::Check(args) => check(args).await,
        Artifact::Commit(args) => commit(args).await,
        Artifact::Confirm(args) => confirm(args).await,
        Artifact::Watch(args) => watch(args).await,
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

/// Never over another secret: with that would go the proof of what was sealed with it.
fn write_secret(file: &Path, text: &str) -> Result<()> {
    tributary_private::write_new(file, text.as_bytes())
        .with_context(|| format!("cannot write the secret into {}, which must be new", file.display()))
}

fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// How long until, or since.
fn distance(now_ms: u64, then_ms: u64) -> String {
    if then_ms > now_ms {
        format!("in {} s", (then_ms - now_ms).div_ceil(1000))
    } else {
        format!("since {} s", (now_ms - then_ms) / 1000)
    }
}

async fn show(args: &SubnetQuery) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    if !market::netuids(&view).await?.contains(&netuid) {
        bail!("there is no subnet {netuid}");
    }
    let now_ms = market::now_ms(&view).await?;
    let chain = RpcChain::new(client.clone());
    let found = chain.artifact(netuid.0).await?;
    let promise = chain.artifact_promise(netuid.0).await?;
    if args.query.json {
        let opens = found.as_ref().map(|found| round_time(found.commitment.round));
        return output::json(&serde_json::json!({
            "netuid": netuid.0,
            "promise": promise,
            "artifact": found.as_ref().map(|found| serde_json::json!({
                "number": found.number,
                "committer": found.committer,
                "block": found.block,
                "plaintext": hex::encode(found.commitment.plaintext),
                "ciphertext": hex::encode(found.commitment.ciphertext),
                "round": found.commitment.round,
                "opens_unix_ms": opens,
                "location": found.commitment.location,
                "confirmed": found.confirmed,
                "confirmed_by": found.confirmed_by,
            })),
        }));
    }
    match promise {
        Some(promise) => output::line(&format!(
            "promised    one every {} blocks, opened after {}",
            promise.period_blocks, promise.open_after_blocks
        ))?,
        None => output::line(&format!("subnet {netuid} promises no artefacts"))?,
    }
    let Some(found) = found else {
        return output::line("committed   none");
    };
    let commitment = &found.commitment;
    let confirmed = if found.confirmed { "yes" } else { "not yet" };
    for line in [
        format!(
            "committed   number {} at block {}, by {}",
            found.number, found.block, found.committer
        ),
        format!("content     {}", hex::encode(commitment.plaintext)),
        format!("sealed      {}", hex::encode(commitment.ciphertext)),
        format!(
            "opens       round {}, {}",
            commitment.round,
            distance(now_ms, round_time(commitment.round))
        ),
        format!("location    {}", output::visible(&commitment.location)),
        format!("confirmed   {confirmed}, by {} validators", found.confirmed_by.len()),
    ] {
        output::line(&line)?;
    }
    Ok(())
}

/// Seals a file and writes sealed file and secret; the sealed bytes come back.
fn seal_into(file: &Path, out: &Path, beacon: &Beacon, round: u64) -> Result<(SealedFile, [u8; 32], [u8; 32])> {
    let content = read(file)?;
    let secret = Secret::random()?;
    let sealed = Sealed::seal(beacon, round, &content, &secret)?.to_bytes();
    let mut secret_file = out.as_os_str().to_owned();
    secret_file.push(".secret");
    let secret_file = PathBuf::from(secret_file);
    write_secret(&secret_file, &hex::encode(secret.0))?;
    write(out, &sealed)?;
    let (plaintext, ciphertext) = (sha256(&content), sha256(&sealed));
    let description = SealedFile {
        file: out.to_owned(),
        plaintext: hex::encode(plaintext),
        ciphertext: hex::encode(ciphertext),
        round,
        opens_unix_ms: beacon.round_time_ms(round),
        secret_file,
    };
    Ok((description, plaintext, ciphertext))
}

/// The round that opens what is sealed now: the one that was named, or the first that is out `after` seconds from now.
fn seal_round(beacon: &Beacon, now_ms: u64, round: Option<u64>, after: Option<u64>) -> Result<u64> {
    let latest_ms = SEAL_SECONDS_MAX.checked_mul(1000).and_then(|ms| ms.checked_add(now_ms));
    let latest = beacon.round_at_ms(latest_ms.context("the clock of this machine is wrong")?);
    let round = match (round, after) {
        (Some(round), _) => round,
        (None, after) => {
            let then_ms = after
                .unwrap_or_default()
                .checked_mul(1000)
                .and_then(|ms| ms.checked_add(now_ms))
                .context("the time after which it opens is out of range")?;
            // The first round that is out then, not the last before.
            beacon.round_at_ms(then_ms).saturating_add(1)
        }
    };
    if round == 0 || round > latest {
        bail!("round {round} is out of range: 1 to {latest}, which is out in a hundred years");
    }
    Ok(round)
}

async fn seal(args: &Seal) -> Result<()> {
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let beacon = relay.beacon();
    let round = seal_round(beacon, unix_ms(), args.until.round, args.until.after)?;
    let (sealed, ..) = seal_into(&args.file, &args.out, beacon, round)?;
    if args.json {
        return output::json(&sealed);
    }
    output::line(&format!(
        "sealed until round {round} ({}): {}\ncontent {}\nsealed  {}\nsecret  {}: keep it, it proves the content before the time",
        distance(unix_ms(), sealed.opens_unix_ms),
        sealed.file.display(),
        sealed.plaintext,
        sealed.ciphertext,
        sealed.secret_file.display(),
    ))
}

async fn sealed_bytes(source: &str) -> Result<Vec<u8>> {
    if source.starts_with("http://") || source.starts_with("https://") {
        // The user's own word, not a stranger's.
        return fetch(source, Reach::Private, BYTES_MAX)
            .await
            .map_err(|why| anyhow::anyhow!("cannot fetch {source}: {why}"));
    }
    read(Path::new(source))
}

/// The pulse of a round, if it is out.
async fn published(relay: &Relay, round: u64) -> Result<Pulse> {
    let pulse = relay.pulse(round).await?;
    pulse.with_context(|| {
        let opens = distance(unix_ms(), relay.beacon().round_time_ms(round));
        format!("sealed until round {round}, which opens {opens}")
    })
}

async fn open(args: &Open) -> Result<()> {
    let sealed = Sealed::from_bytes(&sealed_bytes(&args.sealed).await?)?;
    let pulse = match &args.signature {
        Some(signature) => Pulse::from_hexadecimal(sealed.round, signature)?,
        None => published(&relay(args.beacon.beacon.as_deref()).await?, sealed.round).await?,
    };
    let content = sealed.open(&pulse)?;
    write(&args.out, &content)?;
    let plaintext = hex::encode(sha256(&content));
    if args.json {
        return output::json(&serde_json::json!({
            "file": args.out,
            "bytes": content.len(),
            "plaintext": plaintext,
            "round": sealed.round,
        }));
    }
    output::line(&format!(
        "opened with round {}: {} ({} bytes)\ncontent {plaintext}",
        sealed.round,
        args.out.display(),
        content.len()
    ))
}

fn secret(text: &str) -> Result<Secret> {
    let mut secret = [0; 32];
    if hex::decode_to_slice(text, &mut secret).is_err() {
        let file = tributary_private::read(Path::new(text))
            .context("the secret is neither 64 hexadecimal digits nor a file that can be read")?;
        hex::decode_to_slice(file.trim_ascii(), &mut secret)
            .with_context(|| format!("{text} does not hold 64 hexadecimal digits"))?;
    }
    Ok(Secret(secret))
}

async fn check(args: &Check) -> Result<()> {
    let sealed = Sealed::from_bytes(&sealed_bytes(&args.sealed).await?)?;
    let relay = relay(args.proof.beacon.beacon.as_deref()).await?;
    let content = read(&args.proof.content)?;
    if !sealed.holds(relay.beacon(), &content, &secret(&args.proof.secret)?) {
        bail!(
            "the sealed file is not that content sealed with that secret for round {} of that beacon",
            sealed.round
        );
    }
    output::line(&format!("it holds that content, sealed until round {}", sealed.round))
}

async fn commit(args: &Commit) -> Result<()> {
    let client = args.sending.client().await?;
    let chain = RpcChain::new(client.clone());
    let promise = chain.artifact_promise(args.netuid).await?;
    let promise = promise.with_context(|| format!("the pact of subnet {} promises no artefacts", args.netuid))?;
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let round = promise.round(relay.beacon());
    let (sealed, plaintext, ciphertext) = seal_into(&args.file, &args.out, relay.beacon(), round)?;
    let call = pallet_pact::Call::commit_artifact {
        netuid: NetUid(args.netuid),
        plaintext,
        ciphertext,
        round,
        location: args.location.clone().into_bytes(),
    };
    let Some(included) = args.sending.send(&client, RuntimeCall::Pact(call)).await? else {
        return Ok(());
    };
    let text = format!("committed {}, sealed until round {round}", sealed.file.display());
    args.sending.report(&included, sealed, &text)
}

async fn confirm(args: &Confirm) -> Result<()> {
    let client = Client::connect(&args.sending.connection.endpoint).await?;
    let netuid = NetUid(args.netuid);
    let found = pact::artifact(&client.at_best().await?, netuid).await?;
    let found = found.with_context(|| format!("subnet {netuid} has committed no artefact"))?;
    let relay = relay(args.proof.beacon.beacon.as_deref()).await?;
    let content = read(&args.proof.content)?;
    if sha256(&content) != found.plaintext {
        bail!("the last artefact, number {}, is of another content", found.number);
    }
    let again = Sealed::seal(relay.beacon(), found.round, &content, &secret(&args.proof.secret)?)?;
    if sha256(&again.to_bytes()) != found.ciphertext {
        bail!("the sealed file that was committed is not that content sealed with that secret");
    }
    let call = RuntimeCall::Pact(pallet_pact::Call::confirm_artifact {
        netuid,
        number: found.number,
    });
    let included = args
        .sending
        .submit(&client, &call, &args.sending.keys.hotkey()?)
        .await?;
    let effect = serde_json::json!({ "netuid": netuid.0, "number": found.number });
    let text = format!("confirmed artefact {} of subnet {netuid}", found.number);
    args.sending.report(&included, effect, &text)
}

async fn watch(args: &Watch) -> Result<()> {
    let mut stop = stop::signals()?;
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let chain = RpcChain::new(client.clone());
    let _lock = folder::take(&args.out, "artifact watch")?;
    let reach = args.neighbours.reach(&args.connection.endpoint);
    let mut archive = Archive::new(args.out.clone(), relay, reach, BYTES_MAX, None)?;
    let mut number = None;
    loop {
        let next = async {
            match number {
                None => chain.head().await,
                Some(number) => chain.next_head(number).await,
            }
        };
        let head = tokio::select! {
            () = stop.wait() => return Ok(()),
            head = next => head?,
        };
        number = Some(head.number);
        let now_ms = market::now_ms(&client.at_best().await?).await?;
        match archive.step(&chain, &args.netuid, now_ms).await {
            Ok(done) => done.iter().try_for_each(|done| tell(done, args.json))?,
            Err(error) if error.is_passing() => tracing::warn!(%error, "the archive tries again at the next block"),
            Err(error) => return Err(error.into()),
        }
    }
}

fn tell(done: &Archived, json: bool) -> Result<()> {
    if json {
        return output::json(done);
    }
    output::line(&match done {
        Archived::Kept {
            netuid,
            number,
            round,
            file,
        } => format!(
            "subnet {netuid}, artefact {number}: kept in {}, opens with round {round}",
            file.display()
        ),
        Archived::Opened {
            netuid,
            number,
            file,
            bytes,
        } => format!(
            "subnet {netuid}, artefact {number}: opened, {bytes} bytes in {}",
            file.display()
        ),
        Archived::Broken { netuid, number, why } => format!("subnet {netuid}, artefact {number}: BROKEN, {why}"),
    })
}

/// Serves a beacon that goes by a chain's clock, until told to stop.
///
/// # Errors
/// If no chain answers, or the address is taken.
pub async fn beacon(args: &ServeBeacon) -> Result<()> {
    let mut stop = stop::signals()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let signer = Signer::from_phrase(&args.phrase)?;
    let hash = hex::encode(signer.beacon().hash());
    let cancel = CancellationToken::new();
    let clock = Clock::default();
    clock.set_ms(market::now_ms(&client.at_best().await?).await?);
    let (address, serving) = serve_beacon(signer, clock.clone(), args.listen, cancel.clone()).await?;
    output::announce(&format!("beacon {hash} on http://{address}"))?;
    say!("its key is made of a phrase: whoever knows it can open everything early");
    let mut heads = client.follow().await?;
    loop {
        tokio::select! {
            () = stop.wait() => break,
            head = heads.next() => {
                head?;
                clock.set_ms(market::now_ms(&client.at_best().await?).await?);
            }
        }
    }
    cancel.cancel();
    Ok(serving.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_when_it_was_asked_for_or_is_refused() {
        let beacon = Beacon::quicknet();
        let now = beacon.round_time_ms(1_000_000);
        let opens = |after| seal_round(&beacon, now, None, Some(after)).map(|round| beacon.round_time_ms(round));
        for after in [1, 3, 3600, SEAL_SECONDS_MAX - 3] {
            let opens = opens(after).unwrap();
            assert!(
                (now + after * 1000..=now + (after + 3) * 1000).contains(&opens),
                "{after}: {opens}"
            );
        }
        // This once wrapped, and was open at once.
        for after in [18_446_744_071_913_520, u64::MAX, u64::MAX / 1000, SEAL_SECONDS_MAX + 10] {
            let error = opens(after).unwrap_err().to_string();
            assert!(error.contains("out of range"), "{after}: {error}");
        }
        for round in [0, u64::MAX] {
            assert!(seal_round(&beacon, now, Some(round), None).is_err(), "{round}");
        }
        assert_eq!(
            seal_round(&beacon, now, Some(7), None).unwrap(),
            7,
            "the past is the user's choice"
        );
    }
}
