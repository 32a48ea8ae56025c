//! Sealed files: made, read, and what proves them.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tributary_neuron::{Reach, artifact::fetch, envelope::sha256};
use tributary_timelock::{Beacon, Sealed, Secret};

use super::args::SEAL_SECONDS_MAX;

/// Largest sealed file that is fetched.
pub const BYTES_MAX: usize = 1 << 30;

/// A sealed file, for programs.
#[derive(Serialize)]
pub struct SealedFile {
    pub file: PathBuf,
    pub plaintext: String,
    pub ciphertext: String,
    pub round: u64,
    pub opens_unix_ms: u64,
    pub secret_file: PathBuf,
}

pub fn read(file: &Path) -> Result<Vec<u8>> {
    tributary_private::read_file(file).with_context(|| format!("cannot read {}", file.display()))
}

pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

/// Never over another secret: with that would go the proof of what was sealed with it.
pub fn write_secret(file: &Path, text: &str) -> Result<()> {
    tributary_private::write_new(file, text.as_bytes()).with_context(|| {
        format!(
            "cannot write the secret to {}, which must be a new file",
            file.display()
        )
    })
}

pub fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// How long until, or since.
pub fn distance(now_ms: u64, then_ms: u64) -> String {
    if then_ms > now_ms {
        format!("in {} s", (then_ms - now_ms).div_ceil(1000))
    } else {
        format!("since {} s", (now_ms - then_ms) / 1000)
    }
}

/// A file that is sealed and not yet written.
pub struct Fresh {
    /// What is told of it.
    pub told: SealedFile,
    /// SHA-256 of the content.
    pub plaintext: [u8; 32],
    /// SHA-256 of the sealed bytes.
    pub ciphertext: [u8; 32],
    sealed: Vec<u8>,
    secret: Secret,
}

impl Fresh {
    /// Seals what is in `file`, to be written to `out`.
    ///
    /// # Errors
    /// If it cannot be read or sealed.
    pub fn seal(file: &Path, out: &Path, beacon: &Beacon, round: u64) -> Result<Self> {
        let content = read(file)?;
        let secret = Secret::random()?;
        let sealed = Sealed::seal(beacon, round, &content, &secret)?.to_bytes();
        let mut secret_file = out.as_os_str().to_owned();
        secret_file.push(".secret");
        let (plaintext, ciphertext) = (sha256(&content), sha256(&sealed));
        let told = SealedFile {
            file: out.to_owned(),
            plaintext: hex::encode(plaintext),
            ciphertext: hex::encode(ciphertext),
            round,
            opens_unix_ms: beacon.round_time_ms(round),
            secret_file: PathBuf::from(secret_file),
        };
        Ok(Self {
            told,
            plaintext,
            ciphertext,
            sealed,
            secret,
        })
    }

    /// Writes the secret, then the sealed file.
    ///
    /// # Errors
    /// If one cannot be written, or the secret's file is there already.
    pub fn write(self) -> Result<SealedFile> {
        write_secret(&self.told.secret_file, &hex::encode(self.secret.0))?;
        write(&self.told.file, &self.sealed)?;
        Ok(self.told)
    }
}

/// The round that opens what is sealed now: the one that was named, or the first that is out `after` seconds from now.
pub fn seal_round(beacon: &Beacon, now_ms: u64, round: Option<u64>, after: Option<u64>) -> Result<u64> {
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
        bail!("round {round} is out of range: 1 to {latest}, a hundred years from now");
    }
    Ok(round)
}

pub async fn sealed_bytes(source: &str) -> Result<Vec<u8>> {
    if source.starts_with("http://") || source.starts_with("https://") {
        // The user's own word, not a stranger's.
        return fetch(source, Reach::Private, BYTES_MAX)
            .await
            .map_err(|why| anyhow::anyhow!("cannot fetch {source}: {why}"));
    }
    read(Path::new(source))
}

pub fn secret(text: &str) -> Result<Secret> {
    let mut secret = [0; 32];
    if hex::decode_to_slice(text, &mut secret).is_err() {
        let file = tributary_private::read(Path::new(text))
            .context("the secret is neither 64 hexadecimal digits nor a file that can be read")?;
        hex::decode_to_slice(file.trim_ascii(), &mut secret)
            .with_context(|| format!("{text} does not hold 64 hexadecimal digits"))?;
    }
    Ok(Secret(secret))
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
