//! Getting sealed files from where strangers say they are: a few at a time, so that nobody's slowness holds up the others.

use std::{collections::BTreeMap, time::Duration};

use reqwest::Url;
use tokio::{task::JoinSet, time::Instant};

use crate::{Artifact, Reach, http};

/// Longest time for one download, for the connection to its host, and between two pieces of it.
const TIME_MAX: Duration = Duration::from_secs(120);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(20);
/// Downloads at one time, in all and from one host.
const DOWNLOADS_MAX: usize = 8;
const DOWNLOADS_EACH_MAX: usize = 2;

/// Which artifact: subnet, number, SHA-256 of the sealed file. A slot that is registered again counts from 0 again, so
/// that the number alone is no name.
pub type Key = (u16, u32, [u8; 32]);

/// The name of an artifact of this subnet.
pub fn key(netuid: u16, artifact: &Artifact) -> Key {
    (netuid, artifact.number, artifact.commitment.ciphertext)
}

/// A download that has ended.
pub struct Fetched {
    /// Of which artifact.
    pub key: Key,
    /// What was committed.
    pub artifact: Artifact,
    /// Its bytes, or what went wrong.
    pub bytes: Result<Vec<u8>, String>,
}

/// Downloads under way.
#[derive(Default)]
pub struct Downloads {
    tasks: JoinSet<Fetched>,
    /// From which hosts.
    hosts: BTreeMap<Key, String>,
}

impl Downloads {
    /// Begins one, if it is not under way and there is room for it. Returns whether it did.
    pub fn begin(&mut self, key: Key, artifact: Artifact, reach: Reach, bytes_max: usize) -> bool {
        let host = host(&artifact.commitment.location);
        let of_host = self.hosts.values().filter(|other| **other == host).count();
        if self.hosts.contains_key(&key) || self.hosts.len() >= DOWNLOADS_MAX || of_host >= DOWNLOADS_EACH_MAX {
            return false;
        }
        self.hosts.insert(key, host);
        self.tasks.spawn(async move {
            let bytes = fetch(&artifact.commitment.location, reach, bytes_max).await;
            Fetched { key, artifact, bytes }
        });
        true
    }

    /// The next that has ended or ends before `until`.
    pub async fn next(&mut self, until: Instant) -> Option<Fetched> {
        loop {
            let ended = match self.tasks.try_join_next() {
                Some(ended) => ended,
                None => tokio::time::timeout_at(until, self.tasks.join_next()).await.ok()??,
            };
            match ended {
                Ok(fetched) => {
                    self.hosts.remove(&fetched.key);
                    return Some(fetched);
                }
                // Which one it was is not known; with none left, none is under way.
                Err(error) => tracing::error!(%error, "a download ended by itself"),
            }
            if self.tasks.is_empty() {
                self.hosts.clear();
            }
        }
    }
}

fn host(location: &str) -> String {
    let url = Url::parse(location).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The bytes at a location, at most so many.
///
/// # Errors
/// What went wrong, in words.
pub async fn fetch(location: &str, reach: Reach, bytes_max: usize) -> Result<Vec<u8>, String> {
    let client = http::within(reach, location)?
        .timeout(TIME_MAX)
        .connect_timeout(CONNECT_TIME_MAX)
        .read_timeout(PAUSE_MAX);
    let client = client.build().map_err(http::reason)?;
    let answer = client.get(location).send().await.map_err(http::reason)?;
    if !answer.status().is_success() {
        return Err(format!("the answer is {}", answer.status()));
    }
    http::body(answer, bytes_max).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ArtifactCommitment, Hotkey};

    fn artifact(number: u32, location: &str) -> Artifact {
        Artifact {
            number,
            committer: Hotkey([1; 32]),
            commitment: ArtifactCommitment {
                plaintext: [0; 32],
                ciphertext: [0; 32],
                round: 1,
                location: location.to_owned(),
            },
            block: 1,
            confirmed_by: Vec::new(),
            confirmed: false,
        }
    }

    #[tokio::test]
    async fn a_host_that_hangs_takes_no_more_than_its_share() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = format!("http://{}/file", silent.local_addr().unwrap());
        let mut downloads = Downloads::default();
        let begun = (0..50).filter(|number| {
            let artifact = artifact(*number, &place);
            downloads.begin(key(4, &artifact), artifact, Reach::Private, 1 << 10)
        });
        assert_eq!(begun.count(), DOWNLOADS_EACH_MAX);
        let first = artifact(0, &place);
        assert!(
            !downloads.begin(key(4, &first), first, Reach::Private, 1 << 10),
            "it is under way"
        );
        // Others are served beside it.
        let other = artifact(0, "http://[::1]:1/nothing");
        assert!(downloads.begin(key(5, &other), other, Reach::Private, 1 << 10));
        let fetched = downloads.next(Instant::now() + TIME_MAX).await.unwrap();
        assert_eq!(fetched.key.0, 5);
        assert!(fetched.bytes.is_err());
        // All in all there are so many, wherever they come from.
        let begun = (0..50u8).filter(|host| {
            let artifact = artifact(7, &format!("http://127.0.1.{host}:1/"));
            downloads.begin(
                key(100 + u16::from(*host), &artifact),
                artifact,
                Reach::Private,
                1 << 10,
            )
        });
        assert_eq!(begun.count(), DOWNLOADS_MAX - DOWNLOADS_EACH_MAX);
    }
}
