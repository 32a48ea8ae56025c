//! Keeping sealed files as they are committed, and opening them when their rounds are out. Anybody can.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tributary_timelock::Sealed;

use super::fetch::{Downloads, Fetched, Key, key};
use crate::{Artifact, Chain, Hotkey, NeuronError, Reach, Relay, durable_file, envelope::sha256};

/// How long a step waits for the downloads that it began. Those that take longer go on beside the next steps.
const STEP_PATIENCE: Duration = Duration::from_secs(2);
/// Tries of a download before it is given up.
const TRIES: u32 = 5;
/// Failures of the relay, one after the other, after which the next step asks again.
const RELAY_FAILURES_MAX: usize = 3;
/// Artifacts of a subnet that are known to need no further look. The chain shows only the last.
const SEEN_MAX: usize = 16;
/// Sealed files that wait for their rounds, of one subnet and of one account in it.
const WAITING_MAX: usize = 64;
const WAITING_EACH_MAX: usize = 16;
/// Files of a subnet that turned out to hold something else, kept for whoever reports it.
const BROKEN_MAX: usize = 16;
/// Ending of a sealed file; the opened one has none.
const SEALED: &str = "sealed";
/// Ending of what was committed of it.
const COMMITTED: &str = "json";
/// Ending of what is wrong with it.
const BROKEN: &str = "broken";

/// What an archive did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Archived {
    /// A sealed file was fetched; its hash is the committed one.
    Kept {
        /// The subnet.
        netuid: u16,
        /// The artifact's number.
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
        /// The artifact's number.
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
        /// The artifact's number.
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
    /// Who committed it; earlier versions did not keep it.
    #[serde(default)]
    committer: Option<Hotkey>,
}

impl Committed {
    fn of(netuid: u16, artifact: &Artifact) -> Self {
        let commitment = &artifact.commitment;
        Self {
            netuid,
            number: artifact.number,
            plaintext: hex::encode(commitment.plaintext),
            ciphertext: hex::encode(commitment.ciphertext),
            round: commitment.round,
            location: commitment.location.clone(),
            committer: Some(artifact.committer),
        }
    }

    /// Name of its files, without their endings. A slot that is registered again counts from 0 again, so the number alone
    /// is no name.
    fn name(&self) -> String {
        let hash = self.ciphertext.get(..8).unwrap_or_default();
        format!("{}-{}-{hash}", self.netuid, self.number)
    }
}

/// Follows the artifacts of subnets.
pub struct Archive {
    folder: PathBuf,
    bytes_max: usize,
    kept_max: Option<usize>,
    relay: Relay,
    reach: Reach,
    /// Artifacts of each subnet that need no further look, oldest first.
    seen: BTreeMap<u16, VecDeque<Key>>,
    /// Downloads that failed of what the chain shows now, and how often.
    failed: BTreeMap<Key, u32>,
    downloads: Downloads,
    /// Sealed files that wait for their rounds; those whose rounds could not be had come last.
    waiting: VecDeque<Committed>,
    /// Names of what is opened and kept of each subnet, oldest first.
    opened: BTreeMap<u16, VecDeque<String>>,
    /// Names of what was not as committed, in the same way.
    broken: BTreeMap<u16, VecDeque<String>>,
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
            seen: BTreeMap::new(),
            failed: BTreeMap::new(),
            downloads: Downloads::default(),
            waiting: VecDeque::new(),
            opened: BTreeMap::new(),
            broken: BTreeMap::new(),
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
            let mut ciphertext = [0; 32];
            if hex::decode_to_slice(&committed.ciphertext, &mut ciphertext).is_ok() {
                self.note_seen((committed.netuid, committed.number, ciphertext));
            }
            let (netuid, name) = (committed.netuid, committed.name());
            let place = self.folder.join(&name);
            if place.exists() {
                self.opened.entry(netuid).or_default().push_back(name);
            } else if place.with_extension(BROKEN).exists() {
                self.broken.entry(netuid).or_default().push_back(name);
            } else if place.with_extension(SEALED).exists() {
                self.waiting.push_back(committed);
            } else {
                tracing::warn!(name, "a sealed file of the archive is gone");
            }
        }
        Ok(())
    }

    /// Sealed files that wait for their rounds.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Fetches what is new of these subnets and opens what can be opened at `now_ms`. A host that is slow, a round that
    /// cannot be had and a file that is not as committed hold up nothing but themselves.
    ///
    /// # Errors
    /// If the chain or the beacon's relay do not answer, or the folder cannot be written, and nothing was done. Else the
    /// error is logged. In both cases the next step tries again.
    pub async fn step(
        &mut self,
        chain: &dyn Chain,
        netuids: &[u16],
        now_ms: u64,
    ) -> Result<Vec<Archived>, NeuronError> {
        let (mut done, mut failures) = (Vec::new(), Vec::new());
        self.fetch(chain, netuids, &mut done, &mut failures).await;
        self.open_due(now_ms, &mut done, &mut failures).await;
        if done.is_empty() && !failures.is_empty() {
            return Err(failures.swap_remove(0));
        }
        for error in failures {
            tracing::warn!(%error, "the archive tries the rest again");
        }
        Ok(done)
    }

    /// Begins to download what is new, and takes what has come.
    async fn fetch(
        &mut self,
        chain: &dyn Chain,
        netuids: &[u16],
        done: &mut Vec<Archived>,
        failures: &mut Vec<NeuronError>,
    ) {
        let mut wanted = Vec::new();
        for netuid in netuids {
            match chain.artifact(*netuid).await {
                Ok(Some(artifact)) => wanted.push((key(*netuid, &artifact), artifact)),
                Ok(None) => {}
                // The same chain would not answer for the next either.
                Err(error) => {
                    failures.push(error.into());
                    break;
                }
            }
        }
        let shown: BTreeSet<Key> = wanted.iter().map(|(key, _)| *key).collect();
        self.failed.retain(|key, _| shown.contains(key));
        wanted.retain(|(key, _)| !self.is_seen(key));
        // Those that failed before come last.
        wanted.sort_by_key(|(key, _)| self.failed.get(key).copied().unwrap_or(0));
        let mut until = Instant::now();
        loop {
            wanted.retain(|(key, artifact)| {
                let begun = self.downloads.begin(*key, artifact.clone(), self.reach, self.bytes_max);
                if begun {
                    until = until.max(Instant::now() + STEP_PATIENCE);
                }
                !begun
            });
            let Some(fetched) = self.downloads.next(until).await else {
                return;
            };
            match self.take(fetched).await {
                Ok(taken) => done.extend(taken),
                Err(error) => failures.push(error),
            }
        }
    }

    /// Takes what was downloaded, or that it could not be.
    async fn take(&mut self, fetched: Fetched) -> Result<Option<Archived>, NeuronError> {
        let Fetched { key, artifact, bytes } = fetched;
        let (netuid, number, _) = key;
        let commitment = &artifact.commitment;
        let broken = |why: String| Ok(Some(Archived::Broken { netuid, number, why }));
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                let failures = self.failed.entry(key).or_default();
                *failures += 1;
                if *failures < TRIES {
                    return Ok(None);
                }
                self.note_seen(key);
                return broken(format!("cannot be had at {}: {why}", commitment.location));
            }
        };
        if sha256(&bytes) != commitment.ciphertext {
            self.note_seen(key);
            return broken("the file is not the committed one".to_owned());
        }
        match Sealed::from_bytes(&bytes) {
            Ok(sealed) if sealed.round == commitment.round => {}
            Ok(sealed) => {
                self.note_seen(key);
                return broken(format!("sealed until round {}, not as committed", sealed.round));
            }
            Err(error) => {
                self.note_seen(key);
                return broken(error.to_string());
            }
        }
        let of_subnet = || self.waiting.iter().filter(|other| other.netuid == netuid);
        let of_account = of_subnet().filter(|other| other.committer == Some(artifact.committer));
        if of_account.count() >= WAITING_EACH_MAX || of_subnet().count() >= WAITING_MAX {
            self.note_seen(key);
            return broken(format!(
                "not kept: too many of this subnet or of {} wait for their rounds already",
                artifact.committer
            ));
        }
        let committed = Committed::of(netuid, &artifact);
        let place = self.folder.join(committed.name());
        let file = place.with_extension(SEALED);
        write(file.clone(), bytes).await?;
        let text = serde_json::to_vec(&committed).map_err(|error| NeuronError::Fatal(error.to_string()))?;
        write(place.with_extension(COMMITTED), text).await?;
        self.note_seen(key);
        self.waiting.push_back(committed);
        Ok(Some(Archived::Kept {
            netuid,
            number,
            round: commitment.round,
            file,
        }))
    }

    /// Opens all whose rounds are out. Those whose rounds cannot be had go behind the others.
    async fn open_due(&mut self, now_ms: u64, done: &mut Vec<Archived>, failures: &mut Vec<NeuronError>) {
        let mut failed = 0;
        for _ in 0..self.waiting.len() {
            let Some(committed) = self.waiting.pop_front() else {
                return;
            };
            let due = self.relay.beacon().round_time_ms(committed.round) <= now_ms;
            if !due || failed >= RELAY_FAILURES_MAX {
                self.waiting.push_back(committed);
                continue;
            }
            match self.open(&committed).await {
                Ok(None) => {
                    failed = 0;
                    self.waiting.push_back(committed);
                }
                Ok(Some(opened)) => {
                    failed = 0;
                    self.note_done(&committed, &opened).await;
                    done.push(opened);
                }
                Err(error) => {
                    failed += 1;
                    failures.push(error);
                    self.waiting.push_back(committed);
                }
            }
        }
    }

    /// `None` if the round is not out after all.
    async fn open(&self, committed: &Committed) -> Result<Option<Archived>, NeuronError> {
        let Committed { netuid, number, .. } = *committed;
        let broken = |why: String| Ok(Some(Archived::Broken { netuid, number, why }));
        let Some(pulse) = self.relay.pulse(committed.round).await? else {
            return Ok(None);
        };
        let file = self.folder.join(committed.name());
        let bytes = tokio::fs::read(file.with_extension(SEALED)).await.unwrap_or_default();
        if hex::encode(sha256(&bytes)) != committed.ciphertext {
            return broken("the file that was kept here is damaged or gone".to_owned());
        }
        let content = match Sealed::from_bytes(&bytes).and_then(|sealed| sealed.open(&pulse)) {
            Ok(content) => content,
            Err(error) => return broken(error.to_string()),
        };
        if hex::encode(sha256(&content)) != committed.plaintext {
            return broken("it opens, but holds something else than was committed".to_owned());
        }
        let length = content.len() as u64;
        write(file.clone(), content).await?;
        Ok(Some(Archived::Opened {
            netuid,
            number,
            file,
            bytes: length,
        }))
    }

    fn is_seen(&self, key: &Key) -> bool {
        self.seen.get(&key.0).is_some_and(|seen| seen.contains(key))
    }

    fn note_seen(&mut self, key: Key) {
        self.failed.remove(&key);
        let seen = self.seen.entry(key.0).or_default();
        seen.push_back(key);
        if seen.len() > SEEN_MAX {
            seen.pop_front();
        }
    }

    /// Counts what was opened or found to be broken, and removes what is too old.
    async fn note_done(&mut self, committed: &Committed, done: &Archived) {
        let (kept, kept_max) = match done {
            Archived::Broken { why, .. } => {
                // So that the next start does not open it again.
                let file = self.folder.join(committed.name()).with_extension(BROKEN);
                if let Err(error) = write(file, why.clone()).await {
                    tracing::warn!(%error, "a broken file is looked at again after the next start");
                }
                (&mut self.broken, Some(BROKEN_MAX))
            }
            _ => (&mut self.opened, self.kept_max),
        };
        let names = kept.entry(committed.netuid).or_default();
        names.push_back(committed.name());
        let surplus = kept_max.map_or(0, |kept| names.len().saturating_sub(kept));
        for old in names.drain(..surplus) {
            let file = self.folder.join(old);
            let beside = [COMMITTED, SEALED, BROKEN].map(|ending| file.with_extension(ending));
            for file in beside.into_iter().chain([file]) {
                match tokio::fs::remove_file(&file).await {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        tracing::warn!(file = %file.display(), %error, "an old file of the archive is not removed");
                    }
                    _ => {}
                }
            }
        }
    }
}

async fn write(file: PathBuf, bytes: impl Into<bytes::Bytes>) -> Result<(), NeuronError> {
    let shown = file.display().to_string();
    // There may be room again later.
    let fail = |error| NeuronError::Market(format!("cannot write {shown}: {error}"));
    durable_file::write(file, bytes).await.map_err(fail)
}
