//! Where the text comes from that a subnet competes on.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow, bail};
use tributary_market_train::{
    Bundled, Corpus, CorpusError, TrainingText, corpus::CORPUS_BYTES_MAX, corpus::training_bytes,
};
use tributary_neuron::{Chain, CorpusPrint, Description, Metagraph, Reach, http};

use super::board::{PIECE_BYTES, piece_path};
use crate::output::say;

/// Longest time for one piece.
const PIECE_TIME_MAX: Duration = Duration::from_secs(60);

/// Opens a bundled text by name, or reads a file or folder.
///
/// # Errors
/// If it cannot be read or is too small.
pub fn open_corpus(name: &str) -> Result<Corpus> {
    Ok(match name.parse::<Bundled>() {
        Ok(text) => Corpus::bundled(text),
        Err(_) => Corpus::read(Path::new(name)).with_context(
            || "name a file or folder with --corpus, or a bundled text: histories, prophets, testament",
        )?,
    })
}

/// The training part that a miner works on: of the corpus that is named, which must be the published one, or that part
/// itself as it was fetched; or else the published one, from the program if it is bundled, else from the validators.
///
/// # Errors
/// If it cannot be read or fetched, or is another one.
pub async fn text_for_miners(
    chain: &dyn Chain,
    netuid: u16,
    published: Option<&Description>,
    named: Option<&str>,
    reach: Reach,
) -> Result<Arc<TrainingText>> {
    let print = published.and_then(|published| published.corpus.as_ref());
    match (named, print) {
        (Some(named), None) => Ok(open_corpus(named)?.training()),
        (Some(named), Some(print)) => match fetched_part(named, print)? {
            Some(text) => Ok(Arc::new(text)),
            None => {
                let corpus = open_corpus(named)?;
                same(
                    netuid,
                    &corpus,
                    print,
                    "leave --corpus out to fetch its training part from the validators",
                )?;
                Ok(corpus.training())
            }
        },
        (None, Some(print)) => match bundled(print) {
            Some(corpus) => Ok(corpus.training()),
            None => {
                let bytes = fetch(chain, netuid, print, reach).await?;
                Ok(Arc::new(TrainingText::from_joined(
                    &print.name,
                    length(print)?,
                    &bytes,
                )?))
            }
        },
        (None, None) => bail!(
            "subnet {netuid} has published no text to compete on: ask its owner, and name it with --corpus (owners \
             publish it with `tributary market publish {netuid}`)"
        ),
    }
}

/// The whole corpus, which a validator needs: the one that is named, which must be the published one; or else the
/// published one, if it is bundled.
///
/// # Errors
/// If it cannot be read, is another one, or must be named.
pub fn corpus_for_validators(netuid: u16, published: Option<&Description>, named: Option<&str>) -> Result<Corpus> {
    let print = published.and_then(|published| published.corpus.as_ref());
    match (named, print) {
        (Some(named), None) => open_corpus(named),
        (Some(named), Some(print)) => {
            let corpus = open_corpus(named)?;
            same(netuid, &corpus, print, "ask the subnet's owner for it")?;
            Ok(corpus)
        }
        (None, Some(print)) => bundled(print).ok_or_else(|| {
            anyhow!(
                "a validator measures on held-out text, which nobody gives to strangers: ask the owner of subnet \
                 {netuid} for the text {}, {} bytes with SHA-256 {}, and name it with --corpus",
                print.name,
                print.bytes,
                print.sha256
            )
        }),
        (None, None) => bail!(
            "subnet {netuid} has published no text to compete on: ask its owner for it, and name it with --corpus \
             (owners publish its hashes with `tributary market publish {netuid}`)"
        ),
    }
}

fn same(netuid: u16, corpus: &Corpus, print: &CorpusPrint, hint: &str) -> Result<()> {
    let here = corpus.print();
    if (&here.sha256, &here.training_sha256) == (&print.sha256, &print.training_sha256) {
        return Ok(());
    }
    bail!(
        "the text {} ({} bytes, SHA-256 {}) is not what subnet {netuid} competes on, which is {} ({} bytes, SHA-256 \
         {}): {hint}",
        here.name,
        here.bytes,
        here.sha256,
        print.name,
        print.bytes,
        print.sha256
    )
}

/// The bundled text that the print is of, if it is one.
fn bundled(print: &CorpusPrint) -> Option<Corpus> {
    let corpus = Corpus::bundled(print.name.parse::<Bundled>().ok()?);
    (corpus.print() == *print).then_some(corpus)
}

/// A file that holds the training part alone, as `tributary market fetch` writes it.
fn fetched_part(named: &str, print: &CorpusPrint) -> Result<Option<TrainingText>> {
    let path = Path::new(named);
    let fits = |file: &std::fs::Metadata| file.is_file() && file.len() == training_bytes(print.bytes as usize) as u64;
    if named.parse::<Bundled>().is_ok() || !std::fs::metadata(path).is_ok_and(|file| fits(&file)) {
        return Ok(None);
    }
    let bytes = tributary_private::read_file(path).with_context(|| format!("cannot read {named}"))?;
    let text = TrainingText::from_joined(&print.name, length(print)?, &bytes)?;
    Ok((hex::encode(text.sha256()) == print.training_sha256).then_some(text))
}

/// The length that an owner claims, if it is one that a corpus can have.
fn length(print: &CorpusPrint) -> Result<usize> {
    let length = usize::try_from(print.bytes).unwrap_or(usize::MAX);
    if length > CORPUS_BYTES_MAX {
        return Err(CorpusError::TooLarge {
            name: print.name.clone(),
        }
        .into());
    }
    Ok(length)
}

/// Fetches the training part from the first validator that gives the right one.
///
/// # Errors
/// If none does.
pub async fn fetch(chain: &dyn Chain, netuid: u16, print: &CorpusPrint, reach: Reach) -> Result<Vec<u8>> {
    let bytes = training_bytes(length(print)?);
    let mut complaints = Vec::new();
    for (uid, address) in boards(&chain.metagraph(netuid).await?) {
        say!(
            "fetching the training part of {} ({bytes} bytes) from uid {uid} at {address}",
            print.name
        );
        let fetched = fetch_from(address, bytes, reach).await.and_then(|found| {
            match hex::encode(tributary_neuron::envelope::sha256(&found)) == print.training_sha256 {
                true => Ok(found),
                false => Err("its SHA-256 is not the published one".to_owned()),
            }
        });
        match fetched {
            Ok(found) => return Ok(found),
            Err(why) => complaints.push(format!("uid {uid} at {address}: {why}")),
        }
    }
    if complaints.is_empty() {
        complaints.push("none of them announces an axon".to_owned());
    }
    bail!(
        "no validator of subnet {netuid} gives the training part of its text, {} (SHA-256 {}): {}. Try again when one \
         is up, or ask the owner and name it with --corpus",
        print.name,
        print.training_sha256,
        complaints.join("; ")
    )
}

/// Axons that may have a board: those of validators first, the largest first.
fn boards(metagraph: &Metagraph) -> Vec<(u16, SocketAddr)> {
    let mut neurons: Vec<_> = metagraph.neurons.iter().collect();
    neurons.sort_by_key(|neuron| std::cmp::Reverse((neuron.validator_permit, neuron.stake_rao)));
    let found = neurons.iter().filter_map(|neuron| Some((neuron.uid, neuron.axon?)));
    found.collect()
}

async fn fetch_from(address: SocketAddr, bytes: usize, reach: Reach) -> Result<Vec<u8>, String> {
    if let Some(what) = reach.refuses(address) {
        return Err(format!("the address is {what} and is not called"));
    }
    let client = http::peers().timeout(PIECE_TIME_MAX).build().map_err(http::reason)?;
    let mut found = Vec::new();
    for piece in 0..bytes.div_ceil(PIECE_BYTES) {
        let wanted = PIECE_BYTES.min(bytes - found.len());
        let url = format!("http://{address}/public/{}", piece_path(piece));
        let answer = client.get(url).send().await.map_err(http::reason)?;
        if !answer.status().is_success() {
            return Err(format!("the answer is {}", answer.status()));
        }
        let part = http::body(answer, wanted).await?;
        if part.len() != wanted {
            return Err(format!("piece {piece} has {} bytes, not {wanted}", part.len()));
        }
        found.extend(part);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(print: CorpusPrint) -> Description {
        Description {
            kind: super::super::TRAIN.into(),
            rules: serde_json::Value::Null,
            corpus: Some(print),
            beacon: None,
        }
    }

    #[test]
    fn validators_need_the_published_text() {
        let published = described(Corpus::bundled(Bundled::Prophets).print());
        let refused = |named: Option<&str>, published: &Description| {
            corpus_for_validators(2, Some(published), named)
                .unwrap_err()
                .to_string()
        };
        assert!(corpus_for_validators(2, Some(&published), None).is_ok());
        assert!(corpus_for_validators(2, Some(&published), Some("prophets")).is_ok());
        assert!(refused(Some("histories"), &published).contains("not what subnet 2 competes on"));
        let secret = described(CorpusPrint {
            name: "secret.txt".into(),
            ..Corpus::bundled(Bundled::Prophets).print()
        });
        assert!(refused(None, &secret).contains("ask the owner"));
        assert!(corpus_for_validators(2, None, None).is_err());
    }

    #[test]
    fn a_fetched_part_is_known_by_its_hash() {
        let corpus = Corpus::bundled(Bundled::Testament);
        let (print, folder) = (corpus.print(), tempfile::tempdir().unwrap());
        let file = folder.path().join("training");
        let mut joined = corpus.training().joined();
        std::fs::write(&file, &joined).unwrap();
        let part = fetched_part(file.to_str().unwrap(), &print).unwrap().unwrap();
        assert_eq!(part.runs(), corpus.training().runs());
        joined[7] ^= 1;
        std::fs::write(&file, &joined).unwrap();
        assert!(fetched_part(file.to_str().unwrap(), &print).unwrap().is_none());
    }
}
