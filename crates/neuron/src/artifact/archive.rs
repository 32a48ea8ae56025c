//! Keeping sealed files as they are committed, and opening them when their rounds are out. Anybody can.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::Serialize;
use tributary_timelock::Sealed;

use crate::{Artifact, Chain, NeuronError, Relay, envelope::sha256, http};

/// Longest time for one download.
const TIME_MAX: Duration = Duration::from_secs(300);

/// What an archive did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Archived {
    /// A sealed file was fetched; its hash is the committed one.
    Kept {
        /// The subnet.
        netuid: u16,
        /// The artefact's number.
        number: u32,
        /// The round that opens it.
        round: u64,
        /// Its file.
        file: PathBuf,
    },
    /// A sealed file was opened; the content's hash is the committed one.
    Opened {
        /// The subnet.
        netuid: u16,
        /// The artefact's number.
        number: u32,
        /// The content's file.
        file: PathBuf,
        /// Its bytes.
        bytes: u64,
    },
    /// It is not what was committed, or cannot be had: what holders should know, and a report's evidence.
    Broken {
        /// The subnet.
        netuid: u16,
        /// The artefact's number.
        number: u32,
        /// What is wrong.
        why: String,
    },
}

struct Waiting {
    sealed: Sealed,
    plaintext: [u8; 32],
}

/// Follows the artefacts of subnets.
pub struct Archive {
    folder: PathBuf,
    bytes_max: usize,
    kept_max: Option<u32>,
    relay: Relay,
    /// The last artefact seen of each subnet, by number and hash of the sealed file.
    seen: BTreeMap<u16, (u32, [u8; 32])>,
    /// Downloads that failed once and are tried again.
    failed: BTreeMap<u16, u32>,
    waiting: BTreeMap<(u16, u32), Waiting>,
}

/// Tries of a download before it is given up.
const TRIES: u32 = 5;

impl Archive {
    /// Keeps files of at most `bytes_max` in a folder, which is made if it is missing; of each subnet the last `kept_max`
    /// that were opened, or all.
    ///
    /// # Errors
    /// [`NeuronError::Fatal`] if the folder cannot be made.
    pub fn new(folder: PathBuf, relay: Relay, bytes_max: usize, kept_max: Option<u32>) -> Result<Self, NeuronError> {
        let fail = |error| NeuronError::Fatal(format!("cannot make the folder {}: {error}", folder.display()));
        std::fs::create_dir_all(&folder).map_err(fail)?;
        Ok(Self {
            folder,
            bytes_max,
            kept_max,
            relay,
            seen: BTreeMap::new(),
            failed: BTreeMap::new(),
            waiting: BTreeMap::new(),
        })
    }

    /// Sealed files that wait for their rounds.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Fetches what is new of these subnets and opens what can be opened at `now_ms`.
    ///
    /// # Errors
    /// If the chain or the beacon's relay do not answer, or the folder cannot be written.
    pub async fn step(
        &mut self,
        chain: &dyn Chain,
        netuids: &[u16],
        now_ms: u64,
    ) -> Result<Vec<Archived>, NeuronError> {
        let mut done = Vec::new();
        for netuid in netuids {
            if let Some(artifact) = chain.artifact(*netuid).await? {
                done.extend(self.see(*netuid, &artifact).await?);
            }
        }
        let beacon = self.relay.beacon();
        let ripe: Vec<(u16, u32)> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| beacon.round_time_ms(waiting.sealed.round) <= now_ms)
            .map(|(key, _)| *key)
            .collect();
        for key in ripe {
            done.extend(self.open(key).await?);
        }
        Ok(done)
    }

    async fn see(&mut self, netuid: u16, artifact: &Artifact) -> Result<Option<Archived>, NeuronError> {
        let commitment = &artifact.commitment;
        let this = (artifact.number, commitment.ciphertext);
        if self.seen.get(&netuid) == Some(&this) {
            return Ok(None);
        }
        let number = artifact.number;
        let broken = |why: String| Some(Archived::Broken { netuid, number, why });
        let bytes = match fetch(&commitment.location, self.bytes_max).await {
            Ok(bytes) => bytes,
            Err(why) => {
                let failures = self.failed.entry(netuid).or_default();
                *failures += 1;
                if *failures < TRIES {
                    return Ok(None);
                }
                self.failed.remove(&netuid);
                self.seen.insert(netuid, this);
                return Ok(broken(format!("cannot be had at {}: {why}", commitment.location)));
            }
        };
        self.failed.remove(&netuid);
        self.seen.insert(netuid, this);
        if sha256(&bytes) != commitment.ciphertext {
            return Ok(broken("the file is not the committed one".to_owned()));
        }
        let sealed = match Sealed::from_bytes(&bytes) {
            Ok(sealed) if sealed.round == commitment.round => sealed,
            Ok(sealed) => return Ok(broken(format!("sealed until round {}, not as committed", sealed.round))),
            Err(error) => return Ok(broken(error.to_string())),
        };
        let file = self.folder.join(format!("{netuid}-{number}.sealed"));
        self.write(&file, &bytes).await?;
        let waiting = Waiting {
            sealed,
            plaintext: commitment.plaintext,
        };
        self.waiting.insert((netuid, number), waiting);
        Ok(Some(Archived::Kept {
            netuid,
            number,
            round: commitment.round,
            file,
        }))
    }

    async fn open(&mut self, key: (u16, u32)) -> Result<Option<Archived>, NeuronError> {
        let (netuid, number) = key;
        let Some(waiting) = self.waiting.get(&key) else {
            return Ok(None);
        };
        let Some(pulse) = self.relay.pulse(waiting.sealed.round).await? else {
            return Ok(None);
        };
        let opened = waiting.sealed.open(&pulse);
        let plaintext = waiting.plaintext;
        self.waiting.remove(&key);
        let broken = |why: String| Some(Archived::Broken { netuid, number, why });
        let content = match opened {
            Ok(content) => content,
            Err(error) => return Ok(broken(error.to_string())),
        };
        if sha256(&content) != plaintext {
            return Ok(broken(
                "it opens, but holds something else than was committed".to_owned(),
            ));
        }
        let file = self.folder.join(format!("{netuid}-{number}"));
        self.write(&file, &content).await?;
        if let Some(old) = self.kept_max.and_then(|kept| number.checked_sub(kept)) {
            // What is not there was never kept.
            let _ = tokio::fs::remove_file(self.folder.join(format!("{netuid}-{old}"))).await;
            let _ = tokio::fs::remove_file(self.folder.join(format!("{netuid}-{old}.sealed"))).await;
        }
        Ok(Some(Archived::Opened {
            netuid,
            number,
            file,
            bytes: content.len() as u64,
        }))
    }

    async fn write(&self, file: &std::path::Path, bytes: &[u8]) -> Result<(), NeuronError> {
        let fail = |error| NeuronError::Fatal(format!("cannot write {}: {error}", file.display()));
        let mut half = file.as_os_str().to_owned();
        half.push(".part");
        tokio::fs::write(&half, bytes).await.map_err(fail)?;
        tokio::fs::rename(&half, file).await.map_err(fail)
    }
}

/// The bytes at a location, at most so many.
///
/// # Errors
/// What went wrong, in words.
pub async fn fetch(location: &str, bytes_max: usize) -> Result<Vec<u8>, String> {
    let broken = http::reason;
    let client = http::at(location).timeout(TIME_MAX).build().map_err(broken)?;
    let mut answer = client.get(location).send().await.map_err(broken)?;
    if !answer.status().is_success() {
        return Err(format!("the answer is {}", answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(format!("it is larger than {bytes_max} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
