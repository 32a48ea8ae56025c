//! Keeping sealed files as they are committed, and opening them when their rounds are out. Anybody can.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use tributary_timelock::Sealed;

use crate::{Artifact, Chain, NeuronError, Reach, Relay, envelope::sha256, http};

/// Longest time for one download.
const TIME_MAX: Duration = Duration::from_secs(300);
/// Tries of a download before it is given up.
const TRIES: u32 = 5;
/// Ending of a sealed file; the opened one has none.
const SEALED: &str = "sealed";
/// Ending of what was committed of it.
const COMMITTED: &str = "json";

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

/// What was committed of a kept file, beside it for the next start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Committed {
    netuid: u16,
    number: u32,
    /// SHA-256 in hexadecimal.
    plaintext: String,
    /// SHA-256 in hexadecimal.
    ciphertext: String,
    round: u64,
    location: String,
}

impl Committed {
    /// Name of its files, without their endings. A slot that is registered again counts from 0 again, so the number alone
    /// is no name.
    fn name(&self) -> String {
        let hash = self.ciphertext.get(..8).unwrap_or_default();
        format!("{}-{}-{hash}", self.netuid, self.number)
    }
}

struct Waiting {
    committed: Committed,
    sealed: Sealed,
}

/// Follows the artefacts of subnets.
pub struct Archive {
    folder: PathBuf,
    bytes_max: usize,
    kept_max: Option<usize>,
    relay: Relay,
    reach: Reach,
    /// Artefacts that need no further look: subnet, number, SHA-256 of the sealed file.
    seen: BTreeSet<(u16, u32, [u8; 32])>,
    /// Downloads that failed, and how often.
    failed: BTreeMap<u16, u32>,
    waiting: Vec<Waiting>,
    /// Names of what is opened and kept of each subnet, oldest first.
    opened: BTreeMap<u16, VecDeque<String>>,
}

impl Archive {
    /// Keeps files of at most `bytes_max` in a folder, which is made if it is missing; of each subnet the last `kept_max`
    /// that were opened, or all. What an earlier start kept and did not open is opened by this one. Files are fetched from
    /// where miners say, as far as `reach` goes.
    ///
    /// # Errors
    /// [`NeuronError::Fatal`] if the folder cannot be made or read.
    pub fn new(
        folder: PathBuf,
        relay: Relay,
        reach: Reach,
        bytes_max: usize,
        kept_max: Option<usize>,
    ) -> Result<Self, NeuronError> {
        let mut archive = Self {
            folder,
            bytes_max,
            kept_max,
            relay,
            reach,
            seen: BTreeSet::new(),
            failed: BTreeMap::new(),
            waiting: Vec::new(),
            opened: BTreeMap::new(),
        };
        let read = archive.read();
        let folder = archive.folder.display();
        read.map_err(|error| NeuronError::Fatal(format!("cannot keep files in the folder {folder}: {error}")))?;
        Ok(archive)
    }

    /// Takes up what an earlier start left; what is damaged is passed over.
    fn read(&mut self) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut found: Vec<(SystemTime, Committed)> = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let file = entry?.path();
            if file.extension().is_none_or(|ending| ending != COMMITTED) {
                continue;
            }
            match serde_json::from_slice(&std::fs::read(&file)?) {
                Ok(committed) => found.push((file.metadata()?.modified()?, committed)),
                Err(error) => tracing::warn!(file = %file.display(), %error, "a file of the archive is damaged"),
            }
        }
        // Files of one moment by their numbers.
        found.sort_by_key(|(time, committed)| (*time, committed.number));
        for (_, committed) in found {
            if let Some(ciphertext) = hex::decode(&committed.ciphertext)
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
            {
                self.seen.insert((committed.netuid, committed.number, ciphertext));
            }
            let name = committed.name();
            if self.folder.join(&name).exists() {
                self.opened.entry(committed.netuid).or_default().push_back(name);
                continue;
            }
            let bytes = std::fs::read(self.folder.join(&name).with_extension(SEALED)).unwrap_or_default();
            let genuine = hex::encode(sha256(&bytes)) == committed.ciphertext;
            match Sealed::from_bytes(&bytes) {
                Ok(sealed) if genuine && sealed.round == committed.round => {
                    self.waiting.push(Waiting { committed, sealed });
                }
                _ => tracing::warn!(name, "a sealed file of the archive is damaged or gone"),
            }
        }
        Ok(())
    }

    /// Sealed files that wait for their rounds.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Fetches what is new of these subnets and opens what can be opened at `now_ms`.
    ///
    /// # Errors
    /// If the chain or the beacon's relay do not answer, or the folder cannot be written, before anything was done. After
    /// that the error is logged, and the next step tries the rest.
    pub async fn step(
        &mut self,
        chain: &dyn Chain,
        netuids: &[u16],
        now_ms: u64,
    ) -> Result<Vec<Archived>, NeuronError> {
        let mut done = Vec::new();
        match self.work(chain, netuids, now_ms, &mut done).await {
            Err(error) if done.is_empty() => Err(error),
            Err(error) => {
                tracing::warn!(%error, "the archive tries the rest again");
                Ok(done)
            }
            Ok(()) => Ok(done),
        }
    }

    async fn work(
        &mut self,
        chain: &dyn Chain,
        netuids: &[u16],
        now_ms: u64,
        done: &mut Vec<Archived>,
    ) -> Result<(), NeuronError> {
        for netuid in netuids {
            if let Some(artifact) = chain.artifact(*netuid).await? {
                done.extend(self.see(*netuid, &artifact).await?);
            }
        }
        let mut place = 0;
        while let Some(waiting) = self.waiting.get(place) {
            let opened = match self.relay.beacon().round_time_ms(waiting.sealed.round) <= now_ms {
                true => self.open(waiting).await?,
                false => None,
            };
            let Some(opened) = opened else {
                place += 1;
                continue;
            };
            let waited = self.waiting.remove(place).committed;
            if matches!(opened, Archived::Opened { .. }) {
                self.note(&waited).await;
            }
            done.push(opened);
        }
        Ok(())
    }

    async fn see(&mut self, netuid: u16, artifact: &Artifact) -> Result<Option<Archived>, NeuronError> {
        let commitment = &artifact.commitment;
        let number = artifact.number;
        let this = (netuid, number, commitment.ciphertext);
        if self.seen.contains(&this) {
            return Ok(None);
        }
        let broken = |why: String| Some(Archived::Broken { netuid, number, why });
        let bytes = match fetch(&commitment.location, self.reach, self.bytes_max).await {
            Ok(bytes) => bytes,
            Err(why) => {
                let failures = self.failed.entry(netuid).or_default();
                *failures += 1;
                if *failures < TRIES {
                    return Ok(None);
                }
                self.failed.remove(&netuid);
                self.seen.insert(this);
                return Ok(broken(format!("cannot be had at {}: {why}", commitment.location)));
            }
        };
        self.failed.remove(&netuid);
        if sha256(&bytes) != commitment.ciphertext {
            self.seen.insert(this);
            return Ok(broken("the file is not the committed one".to_owned()));
        }
        let sealed = match Sealed::from_bytes(&bytes) {
            Ok(sealed) if sealed.round == commitment.round => sealed,
            wrong => {
                self.seen.insert(this);
                return Ok(broken(match wrong {
                    Ok(sealed) => format!("sealed until round {}, not as committed", sealed.round),
                    Err(error) => error.to_string(),
                }));
            }
        };
        let committed = Committed {
            netuid,
            number,
            plaintext: hex::encode(commitment.plaintext),
            ciphertext: hex::encode(commitment.ciphertext),
            round: commitment.round,
            location: commitment.location.clone(),
        };
        let place = self.folder.join(committed.name());
        let file = place.with_extension(SEALED);
        write(&file, &bytes).await?;
        let text = serde_json::to_vec(&committed).map_err(|error| NeuronError::Fatal(error.to_string()))?;
        write(&place.with_extension(COMMITTED), &text).await?;
        self.seen.insert(this);
        self.waiting.push(Waiting { committed, sealed });
        Ok(Some(Archived::Kept {
            netuid,
            number,
            round: commitment.round,
            file,
        }))
    }

    /// `None` if the round is not out after all.
    async fn open(&self, waiting: &Waiting) -> Result<Option<Archived>, NeuronError> {
        let Committed { netuid, number, .. } = waiting.committed;
        let Some(pulse) = self.relay.pulse(waiting.sealed.round).await? else {
            return Ok(None);
        };
        let broken = |why: String| Ok(Some(Archived::Broken { netuid, number, why }));
        let content = match waiting.sealed.open(&pulse) {
            Ok(content) => content,
            Err(error) => return broken(error.to_string()),
        };
        if hex::encode(sha256(&content)) != waiting.committed.plaintext {
            return broken("it opens, but holds something else than was committed".to_owned());
        }
        let file = self.folder.join(waiting.committed.name());
        write(&file, &content).await?;
        Ok(Some(Archived::Opened {
            netuid,
            number,
            file,
            bytes: content.len() as u64,
        }))
    }

    /// Counts what was opened, and removes what is too old.
    async fn note(&mut self, committed: &Committed) {
        let names = self.opened.entry(committed.netuid).or_default();
        names.push_back(committed.name());
        let surplus = self.kept_max.map_or(0, |kept| names.len().saturating_sub(kept));
        for old in names.drain(..surplus) {
            let file = self.folder.join(old);
            for file in [file.with_extension(COMMITTED), file.with_extension(SEALED), file] {
                if let Err(error) = tokio::fs::remove_file(&file).await {
                    tracing::debug!(file = %file.display(), %error, "an old file of the archive is not removed");
                }
            }
        }
    }
}

/// Whole or not at all.
async fn write(file: &Path, bytes: &[u8]) -> Result<(), NeuronError> {
    // There may be room again later.
    let fail = |error| NeuronError::Market(format!("cannot write {}: {error}", file.display()));
    let mut half = file.as_os_str().to_owned();
    half.push(".part");
    tokio::fs::write(&half, bytes).await.map_err(fail)?;
    tokio::fs::rename(&half, file).await.map_err(fail)
}

/// The bytes at a location, at most so many.
///
/// # Errors
/// What went wrong, in words.
pub async fn fetch(location: &str, reach: Reach, bytes_max: usize) -> Result<Vec<u8>, String> {
    let client = http::within(reach, location)?;
    let client = client.timeout(TIME_MAX).build().map_err(http::reason)?;
    let answer = client.get(location).send().await.map_err(http::reason)?;
    if !answer.status().is_success() {
        return Err(format!("the answer is {}", answer.status()));
    }
    http::body(answer, bytes_max).await
}
