//! How a miner stands: what it is paid, and what the validators say.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{Chain, Dendrite, DendriteLimits, Hotkey, Identity, Reach, board::VERDICTS};

use crate::amount::Amount;

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Largest list of verdicts.
const VERDICTS_BYTES_MAX: usize = 1 << 20;
/// Validators that are asked, the largest first.
const VALIDATORS_MAX: usize = 64;
/// Longest verdict that is kept, in characters.
const VERDICT_CHARS_MAX: usize = 300;
/// Part by which the pay must change to be news.
const NEWS: f64 = 0.05;

/// How a miner stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// Its slot.
    pub uid: Option<u16>,
    /// Its part of the pay of all miners in the last epoch, 0 to 1.
    pub incentive: f64,
    /// What the last epoch paid it, in rao of alpha.
    pub emission_rao: u64,
    /// What validators say of it, by their uid.
    pub verdicts: BTreeMap<u16, Word>,
}

/// What one validator says of a miner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Word {
    /// The validator.
    pub validator: Hotkey,
    /// Its rounds so far.
    pub rounds: u64,
    /// Score of the last round, 0 to 1.
    pub score: f64,
    /// Moving average of the scores, which the weights are made of.
    pub average: f64,
    /// Bits per byte that it measured, if it does that.
    pub bits_per_byte: Option<f64>,
    /// Why the score is 0, if it is.
    pub verdict: Option<String>,
}

/// What both markets' validators show, as far as a miner wants to know it.
#[derive(Deserialize)]
struct Shown {
    rounds: u64,
    miners: BTreeMap<u16, ShownMiner>,
}

#[derive(Deserialize)]
struct ShownMiner {
    hotkey: Hotkey,
    score: f64,
    average: f64,
    #[serde(default)]
    bits_per_byte: Option<f64>,
    verdict: Option<String>,
}

/// Looks again and again until cancelled.
pub fn follow(
    chain: Arc<dyn Chain>,
    identity: Identity,
    netuid: u16,
    reach: Reach,
    cancel: CancellationToken,
) -> watch::Receiver<Standing> {
    let (told, standing) = watch::channel(Standing::default());
    let limits = DendriteLimits {
        time_max: Duration::from_secs(5),
        ..DendriteLimits::within(reach)
    };
    let dendrite = Dendrite::new(identity.clone(), limits);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                now = look(chain.as_ref(), &dendrite, identity.hotkey(), netuid) => {
                    if let Some(now) = now {
                        told.send_if_modified(|known| {
                            let changed = *known != now;
                            *known = now;
                            changed
                        });
                    }
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    });
    standing
}

/// `None` if the chain does not answer.
async fn look(chain: &dyn Chain, dendrite: &Dendrite, own: Hotkey, netuid: u16) -> Option<Standing> {
    let metagraph = chain.metagraph(netuid).await.ok()?;
    let neuron = metagraph.neuron(&own)?;
    let mut validators: Vec<_> = metagraph.neurons.iter().collect();
    validators.retain(|neuron| neuron.validator_permit && neuron.hotkey != own);
    validators.sort_by_key(|neuron| std::cmp::Reverse(neuron.stake_rao));
    let axons: Vec<(u16, Hotkey, SocketAddr)> = validators
        .iter()
        .filter_map(|neuron| Some((neuron.uid, neuron.hotkey, neuron.axon?)))
        .take(VALIDATORS_MAX)
        .collect();
    let asked: Vec<_> = axons
        .into_iter()
        .map(|(uid, hotkey, address)| ask(dendrite, own, uid, hotkey, address))
        .collect();
    let verdicts = futures::stream::iter(asked).buffer_unordered(8);
    let verdicts = verdicts.filter_map(std::future::ready).collect().await;
    Some(Standing {
        uid: Some(neuron.uid),
        incentive: f64::from(neuron.incentive) / f64::from(u16::MAX),
        emission_rao: neuron.emission_rao,
        verdicts,
    })
}

/// What a validator says of a miner; nothing if it does not say.
async fn ask(
    dendrite: &Dendrite,
    own: Hotkey,
    uid: u16,
    validator: Hotkey,
    address: SocketAddr,
) -> Option<(u16, Word)> {
    let said = dendrite
        .call(validator, address, VERDICTS, Bytes::new(), VERDICTS_BYTES_MAX)
        .await;
    // Miners with much stake may have a permit, too; they have no verdicts.
    let shown: Shown = serde_json::from_slice(&said.ok()?).ok()?;
    let of_own = shown.miners.into_values().find(|miner| miner.hotkey == own)?;
    let word = Word {
        validator,
        rounds: shown.rounds,
        score: of_own.score,
        average: of_own.average,
        bits_per_byte: of_own.bits_per_byte,
        verdict: of_own.verdict.map(|text| plain(&text)),
    };
    Some((uid, word))
}

/// A stranger's words, safe for a terminal.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control() && !is_bidi(*c));
    shown.take(VERDICT_CHARS_MAX).collect()
}

/// Characters that turn the direction of text around.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Standing {
    /// What is worth a line since an earlier look.
    pub fn news(&self, before: &Self) -> Vec<String> {
        let mut news = Vec::new();
        let far = |now: f64, before: f64| (now - before).abs() > NEWS * before.abs();
        let paid = far(self.incentive, before.incentive) || far(self.emission_rao as f64, before.emission_rao as f64);
        if paid || before.uid != self.uid {
            news.push(match self.emission_rao {
                0 => "paid nothing in the last epoch".to_owned(),
                rao => format!(
                    "paid {} alpha in the last epoch, {:.1} % of what all miners got",
                    Amount(rao),
                    100.0 * self.incentive
                ),
            });
        }
        for (uid, word) in &self.verdicts {
            let known = before.verdicts.get(uid);
            let same = |known: &Word| known.verdict == word.verdict && (known.score > 0.0) == (word.score > 0.0);
            if known.is_some_and(same) {
                continue;
            }
            let measured = word.bits_per_byte.map(|bits| format!(", {bits:.4} bits per byte"));
            let measured = measured.unwrap_or_default();
            news.push(match &word.verdict {
                Some(why) => format!("validator {uid} gives nothing: {why}{measured}"),
                None => format!("validator {uid} gives a score of {:.3}{measured}", word.score),
            });
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(incentive: f64, emission_rao: u64, verdict: Option<&str>) -> Standing {
        let word = Word {
            validator: Hotkey([1; 32]),
            rounds: 3,
            score: if verdict.is_some() { 0.0 } else { 0.5 },
            average: 0.4,
            bits_per_byte: Some(2.5),
            verdict: verdict.map(str::to_owned),
        };
        Standing {
            uid: Some(4),
            incentive,
            emission_rao,
            verdicts: BTreeMap::from([(1, word)]),
        }
    }

    #[test]
    fn changes_are_told_once() {
        let (poor, paid) = (
            standing(0.0, 0, Some("a copy of X")),
            standing(0.5, 2_500_000_000, None),
        );
        let first = poor.news(&Standing::default());
        assert_eq!(first.len(), 2, "{first:?}");
        assert!(
            first[0].contains("nothing") && first[1].contains("a copy of X"),
            "{first:?}"
        );
        assert!(poor.news(&poor).is_empty());
        let then = paid.news(&poor);
        assert!(
            then[0].contains("2.500000000 alpha") && then[0].contains("50.0 %"),
            "{then:?}"
        );
        assert!(then[1].contains("0.500, 2.5000 bits"), "{then:?}");
        let nearly = standing(0.501, 2_510_000_000, None);
        assert!(nearly.news(&paid).is_empty());
    }

    #[test]
    fn strangers_words_are_plain() {
        assert_eq!(plain("a\x1b[31mb\u{202e}c\n"), "a[31mbc");
        assert_eq!(plain(&"x".repeat(999)).len(), VERDICT_CHARS_MAX);
    }
}
