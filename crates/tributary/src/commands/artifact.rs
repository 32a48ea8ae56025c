//! `tributary artifact`: what a subnet made with its emission, sealed and opened.

mod args;
mod beacon;
mod sealing;

use anyhow::{Context as _, Result, bail};
use tributary_client::{Client, calls, market, pact};
use tributary_economy::{NetUid, pact::artifact::round_time};
use tributary_neuron::{Archive, Archived, Chain as _, Relay, envelope::sha256};
use tributary_timelock::{Pulse, Sealed};

pub use args::{Artifact, ServeBeacon};
use args::{Check, Commit, Confirm, Open, Seal, Watch};
pub use beacon::beacon;
use sealing::{BYTES_MAX, Fresh, distance, read, seal_round, sealed_bytes, secret, unix_ms, write};

use super::status::check_subnet;
use crate::{folder, options::SubnetQuery, output, rpc_chain::RpcChain, stop};

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

async fn show(args: &SubnetQuery) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
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
        None => output::line(&format!("subnet {netuid} promises no artifacts"))?,
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

async fn seal(args: &Seal) -> Result<()> {
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let beacon = relay.beacon();
    let round = seal_round(beacon, unix_ms(), args.until.round, args.until.after)?;
    let sealed = Fresh::seal(&args.file, &args.out, beacon, round)?.write()?;
    if args.json {
        return output::json(&sealed);
    }
    output::line(&format!(
        "sealed until round {round} ({}): {}\ncontent {}\nsealed  {}\nsecret  {}: keep it; it proves what the file holds before that opens",
        distance(unix_ms(), sealed.opens_unix_ms),
        sealed.file.display(),
        sealed.plaintext,
        sealed.ciphertext,
        sealed.secret_file.display(),
    ))
}

/// The relay at a URL, or drand's for its quicknet, which is not asked before a pulse is needed.
async fn relay(url: Option<&str>) -> Result<Relay> {
    match url {
        Some(url) => Ok(Relay::connect(url).await?),
        None => Ok(Relay::quicknet()),
    }
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
    let sealed = Sealed::from_bytes(&sealed_bytes(&args.sealed).await?).with_context(|| args.sealed.clone())?;
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

async fn check(args: &Check) -> Result<()> {
    let sealed = Sealed::from_bytes(&sealed_bytes(&args.sealed).await?).with_context(|| args.sealed.clone())?;
    let relay = relay(args.proof.beacon.beacon.as_deref()).await?;
    let content = read(&args.proof.content)?;
    if !sealed.holds(relay.beacon(), &content, &secret(&args.proof.secret)?) {
        bail!(
            "the sealed file does not hold that content, sealed with that secret for round {} of that beacon",
            sealed.round
        );
    }
    output::line(&format!(
        "the file holds that content, sealed until round {}",
        sealed.round
    ))
}

async fn commit(args: &Commit) -> Result<()> {
    let client = args.sending.client().await?;
    let chain = RpcChain::new(client.clone());
    let promise = chain.artifact_promise(args.netuid).await?;
    let promise = promise.with_context(|| format!("the pact of subnet {} promises no artifacts", args.netuid))?;
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let round = promise.round(relay.beacon());
    let fresh = Fresh::seal(&args.file, &args.out, relay.beacon(), round)?;
    let call = calls::pact::commit_artifact(
        NetUid(args.netuid),
        fresh.plaintext,
        fresh.ciphertext,
        round,
        args.location.clone().into_bytes(),
    );
    if args.sending.preview {
        return args.sending.send(&client, call).await.map(drop);
    }
    // Files are written only for what the chain takes, and before it has it: nobody can serve what was lost.
    client.dry_run(&call, &args.sending.keys.coldkey_account()?).await?;
    let sealed = fresh.write()?;
    let Some(included) = args.sending.send(&client, call).await? else {
        return Ok(());
    };
    let text = format!("committed {}, sealed until round {round}", sealed.file.display());
    args.sending.report(&included, sealed, &text)
}

async fn confirm(args: &Confirm) -> Result<()> {
    let client = Client::connect(&args.sending.connection.endpoint).await?;
    let netuid = NetUid(args.netuid);
    let found = pact::artifact(&client.at_best().await?, netuid).await?;
    let found = found.with_context(|| format!("subnet {netuid} has committed no artifact"))?;
    let relay = relay(args.proof.beacon.beacon.as_deref()).await?;
    let content = read(&args.proof.content)?;
    if sha256(&content) != found.plaintext {
        bail!("the latest artifact, number {}, has different content", found.number);
    }
    let again = Sealed::seal(relay.beacon(), found.round, &content, &secret(&args.proof.secret)?)?;
    if sha256(&again.to_bytes()) != found.ciphertext {
        bail!("the committed file does not hold that content, sealed with that secret");
    }
    let call = calls::pact::confirm_artifact(netuid, found.number);
    let Some(included) = args.sending.send_by_hotkey(&client, call).await? else {
        return Ok(());
    };
    let effect = serde_json::json!({ "netuid": netuid.0, "number": found.number });
    let text = format!("confirmed artifact {} of subnet {netuid}", found.number);
    args.sending.report(&included, effect, &text)
}

async fn watch(args: &Watch) -> Result<()> {
    let mut stop = stop::signals()?;
    let relay = relay(args.beacon.beacon.as_deref()).await?;
    let client = Client::connect(&args.peers.connection.endpoint).await?;
    let chain = RpcChain::new(client.clone());
    let _lock = folder::take(&args.out, "artifact watch")?;
    let reach = args.peers.reach();
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
            "subnet {netuid}, artifact {number}: kept in {}, opens with round {round}",
            file.display()
        ),
        Archived::Opened {
            netuid,
            number,
            file,
            bytes,
        } => format!(
            "subnet {netuid}, artifact {number}: opened, {bytes} bytes in {}",
            file.display()
        ),
        Archived::Broken { netuid, number, why } => format!("subnet {netuid}, artifact {number}: BROKEN, {why}"),
    })
}
