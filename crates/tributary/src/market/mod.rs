//! What a subnet's owner has published of its market, and what somebody who joins works by.

mod board;
mod standing;
mod text;

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tributary_neuron::{BeaconPrint, Chain, Description, Relay};
use tributary_timelock::Beacon;

pub use board::{Notices, hang_out};
pub use standing::{Standing, follow};
pub use text::{corpus_for_validators, fetch, open_corpus, text_for_miners};

use crate::output::say;

/// A market in training.
pub const TRAIN: &str = "train";
/// A market in serving.
pub const SERVE: &str = "serve";

/// What the subnet's owner has published, if that is anything.
///
/// # Errors
/// If the chain does not answer, or it is not what this version reads.
pub async fn published(chain: &dyn Chain, netuid: u16) -> Result<Option<Description>> {
    let text = chain.market(netuid).await?;
    let read = text.map(|text| Description::from_text(&text)).transpose();
    read.with_context(|| format!("subnet {netuid}: a newer version of this program may be able to read it"))
}

/// The hyperparameters to work by: those in `file`, which must be the published ones, or else the published ones, or
/// else the default ones.
///
/// # Errors
/// If the file cannot be read, the subnet's market is of another kind, or the two differ.
pub fn rules<R>(kind: &str, netuid: u16, published: Option<&Description>, file: Option<&Path>) -> Result<R>
where
    R: Serialize + DeserializeOwned + Default,
{
    let given: Option<R> = file.map(read).transpose()?;
    let Some(published) = published else {
        if given.is_none() {
            say!("subnet {netuid} has published no rules of its market: using the defaults");
        }
        return Ok(given.unwrap_or_default());
    };
    if published.kind != kind {
        let (other, command) = match published.kind.as_str() {
            SERVE => ("serving models", "`tributary serve-miner` and `serve-validator`"),
            TRAIN => ("training models", "`tributary miner` and `validator`"),
            other => (other, "another program"),
        };
        bail!("subnet {netuid} is a market in {other}: {command} work there");
    }
    let theirs: R = serde_json::from_value(published.rules.clone())
        .with_context(|| format!("the published rules of subnet {netuid} cannot be read by this version"))?;
    let Some(given) = given else {
        return Ok(theirs);
    };
    let differences = differences(&serde_json::to_value(&given)?, &serde_json::to_value(&theirs)?);
    if !differences.is_empty() {
        bail!(
            "these rules differ from those of subnet {netuid}, and work by other rules earns nothing there: {}. Leave \
             --rules out to use the published ones (`tributary market show {netuid}`)",
            differences.join(", ")
        );
    }
    Ok(given)
}

/// Rules in a file.
///
/// # Errors
/// If it cannot be read, or holds something else.
pub fn read<R: DeserializeOwned>(file: &Path) -> Result<R> {
    let text = tributary_private::read_file(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} does not hold rules", file.display()))
}

/// In which fields two objects differ, in words.
fn differences(here: &Value, there: &Value) -> Vec<String> {
    let (Value::Object(here), Value::Object(there)) = (here, there) else {
        return if here == there {
            Vec::new()
        } else {
            vec![format!("{here} here, {there} there")]
        };
    };
    let mut found = Vec::new();
    for (name, theirs) in there {
        let ours = here.get(name).unwrap_or(&Value::Null);
        if ours.is_object() && theirs.is_object() {
            let inner = differences(ours, theirs);
            found.extend(inner.into_iter().map(|difference| format!("{name}.{difference}")));
        } else if ours != theirs {
            found.push(format!("{name} is {ours} here and {theirs} there"));
        }
    }
    found
}

/// The beacon to seal for: that of the relay at `url`, which must be the published one, or else the published one, or
/// else drand's quicknet.
///
/// # Errors
/// If the relay does not answer, or is another beacon's.
pub async fn beacon(netuid: u16, published: Option<&Description>, url: Option<&str>) -> Result<Beacon> {
    let wanted = published.and_then(|published| published.beacon.as_ref());
    let relay = match (url, wanted) {
        (Some(url), _) => Relay::connect(url).await?,
        (None, Some(BeaconPrint { relay: Some(url), .. })) => Relay::connect(url).await.with_context(|| {
            format!("subnet {netuid} names the beacon's relay at {url}; name another with --beacon")
        })?,
        (None, _) => Relay::quicknet(),
    };
    let (chain, beacon) = (hex::encode(relay.beacon().hash()), relay.beacon().clone());
    match wanted {
        Some(wanted) if wanted.chain != chain => bail!(
            "subnet {netuid} seals for the beacon {}, and {} is a relay of {chain}: name one of that beacon with \
             --beacon",
            wanted.chain,
            relay.url()
        ),
        _ => Ok(beacon),
    }
}

/// Says once when the owner publishes something else while a neuron works by what was published before. Does not end.
pub async fn watch_changes(chain: &dyn Chain, netuid: u16, before: Option<&Description>) {
    let mut known = before.cloned();
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        if let Ok(now) = published(chain, netuid).await
            && now != known
        {
            say!("subnet {netuid} has published another description of its market: restart this program to use it");
            known = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_market_train::Rules;

    fn described(rules: &Rules) -> Description {
        Description {
            kind: TRAIN.into(),
            rules: serde_json::to_value(rules).unwrap(),
            corpus: None,
            beacon: None,
        }
    }

    #[test]
    fn rules_are_those_of_the_subnet() {
        let theirs = Rules {
            parameters_max: 20_000,
            ..Rules::default()
        };
        let published = described(&theirs);
        let file = tempfile::NamedTempFile::new().unwrap();
        let write = |rules: &Rules| std::fs::write(file.path(), serde_json::to_vec(rules).unwrap()).unwrap();

        assert_eq!(rules::<Rules>(TRAIN, 2, Some(&published), None).unwrap(), theirs);
        assert_eq!(rules::<Rules>(TRAIN, 2, None, None).unwrap(), Rules::default());
        write(&theirs);
        assert_eq!(
            rules::<Rules>(TRAIN, 2, Some(&published), Some(file.path())).unwrap(),
            theirs
        );
        write(&Rules::default());
        let error = rules::<Rules>(TRAIN, 2, Some(&published), Some(file.path()))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("parameters_max is 45000 here and 20000 there"),
            "{error}"
        );
        assert!(error.contains("tributary market show 2"), "{error}");
        let error = rules::<tributary_market_serve::Rules>(SERVE, 2, Some(&published), None).unwrap_err();
        assert!(error.to_string().contains("tributary miner"), "{error}");
    }

    #[test]
    fn nested_differences_are_named() {
        let here = serde_json::json!({ "a": 1, "train": { "b": 2, "c": 3 } });
        let there = serde_json::json!({ "a": 1, "train": { "b": 4, "c": 3 } });
        assert_eq!(differences(&here, &there), ["train.b is 2 here and 4 there"]);
    }
}
