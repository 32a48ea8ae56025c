//! The text that is competed on, and its split into a part for training and a part that miners never get.
//!
//! The text is cut into blocks of [`BLOCK_BYTES`]. A block is held out if a hash of the block's index says so
//! (about one in eight), so the split is the same for everybody and needs no list.

use std::{
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use flate2::read::GzDecoder;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use tributary_neuron::CorpusPrint;

/// Bytes in a block of the split.
pub const BLOCK_BYTES: usize = 4096;
/// Smallest corpus: enough for some held-out blocks.
pub const CORPUS_BYTES_MIN: usize = 64 * BLOCK_BYTES;
/// Largest corpus that is read into memory.
pub const CORPUS_BYTES_MAX: usize = 1 << 30;
/// Longest name in a print, in characters: the chain has little room.
const PRINT_NAME_MAX: usize = 64;
/// Bytes of one window of a slice.
const WINDOW_BYTES: usize = 1024;

/// Why there is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error("cannot read the corpus {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is not enough text to compete on.
    #[error("the corpus {name} has {bytes} bytes; it needs at least {CORPUS_BYTES_MIN}")]
    TooSmall {
        /// Its name.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// There is more than is read into memory.
    #[error("the corpus {name} has more than {CORPUS_BYTES_MAX} bytes; name a part of it")]
    TooLarge {
        /// Its name.
        name: String,
    },
    /// A folder without files.
    #[error("the corpus folder {0} holds no files")]
    Empty(PathBuf),
    /// A training part that does not belong to a corpus of that length.
    #[error("the training part of a corpus of {corpus} bytes has {expected} bytes, not {found}")]
    OtherLength {
        /// Bytes of the whole corpus.
        corpus: usize,
        /// Bytes that its training part has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// No such bundled text.
    #[error("there is no bundled text {0:?}; there are histories, prophets and testament")]
    Unknown(String),
}

/// A text that comes with the program: a part of the King James Bible (1611), which is in the public domain. Source
/// and making: `data/PROVENANCE.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Bundled {
    /// Genesis to Esther, 1.9 MB.
    #[default]
    Histories,
    /// Job to Malachi, 1.3 MB.
    Prophets,
    /// Matthew to Revelation, 0.9 MB.
    Testament,
}

impl Bundled {
    /// All of them, largest first.
    pub const ALL: [Self; 3] = [Self::Histories, Self::Prophets, Self::Testament];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Histories => "histories",
            Self::Prophets => "prophets",
            Self::Testament => "testament",
        }
    }
}

impl FromStr for Bundled {
    type Err = CorpusError;

    fn from_str(name: &str) -> Result<Self, CorpusError> {
        Self::ALL
            .into_iter()
            .find(|text| text.name() == name)
            .ok_or_else(|| CorpusError::Unknown(name.chars().take(64).collect()))
    }
}

/// The part of a corpus that miners get.
#[derive(Debug)]
pub struct TrainingText {
    name: String,
    /// Runs of neighbouring training blocks, so that no context spans a hole.
    runs: Vec<Vec<u8>>,
}

impl TrainingText {
    /// Name of the corpus.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From the blocks that miners get, one after the other, of a corpus of `corpus_bytes`: the reverse of [`Self::joined`].
    ///
    /// # Errors
    /// [`CorpusError::OtherLength`].
    pub fn from_joined(name: &str, corpus_bytes: usize, joined: &[u8]) -> Result<Self, CorpusError> {
        let expected = training_bytes(corpus_bytes);
        if joined.len() != expected {
            return Err(CorpusError::OtherLength {
                corpus: corpus_bytes,
                expected,
                found: joined.len(),
            });
        }
        let mut runs: Vec<Vec<u8>> = Vec::new();
        let (mut open, mut rest) = (false, joined);
        for (index, length) in blocks(corpus_bytes) {
            if is_held_out(index) {
                open = false;
                continue;
            }
            if !open {
                runs.push(Vec::new());
            }
            open = true;
            let (block, after) = rest.split_at(length);
            rest = after;
            runs.last_mut().expect("a run was opened").extend_from_slice(block);
        }
        Ok(Self {
            name: name.into(),
            runs,
        })
    }

    /// All blocks one after the other.
    pub fn joined(&self) -> Vec<u8> {
        self.runs.concat()
    }

    /// SHA-256 of [`Self::joined`].
    pub fn sha256(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.runs.iter().for_each(|run| hash.update(run));
        hash.finalize().into()
    }

    /// Stretches of unbroken text, in order.
    pub fn runs(&self) -> &[Vec<u8>] {
        &self.runs
    }

    /// Bytes altogether.
    pub fn bytes(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }
}

/// A corpus: what miners get, and what only validators see.
#[derive(Debug)]
pub struct Corpus {
    training: Arc<TrainingText>,
    held_out: Vec<Vec<u8>>,
    bytes: usize,
    sha256: [u8; 32],
    /// Frequency of each byte in the training part, each counted once more than it occurs.
    frequencies: Box<[f64; 256]>,
}

/// Held-out text of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Windows of unbroken text.
    pub windows: Vec<Vec<u8>>,
}

impl Corpus {
    /// One of the texts that come with the program.
    pub fn bundled(text: Bundled) -> Self {
        let packed: &[u8] = match text {
            Bundled::Histories => include_bytes!("../data/kjv-histories.txt.gz"),
            Bundled::Prophets => include_bytes!("../data/kjv-prophets.txt.gz"),
            Bundled::Testament => include_bytes!("../data/kjv-testament.txt.gz"),
        };
        let mut bytes = Vec::new();
        GzDecoder::new(packed)
            .read_to_end(&mut bytes)
            .expect("the bundled text is whole: a test unpacks it");
        Self::from_bytes(text.name(), &bytes).expect("the bundled text is large enough: a test splits it")
    }

    /// A file, or every file of a folder (not of its sub-folders) in the order of their names. Any bytes do.
    ///
    /// # Errors
    /// If something cannot be read, or there is too little or too much of it.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let fail = |path: &Path| {
            let path = path.to_path_buf();
            move |source| CorpusError::Read { path, source }
        };
        let name = path.display().to_string();
        let mut files = vec![path.to_path_buf()];
        if std::fs::metadata(path).map_err(fail(path))?.is_dir() {
            files.clear();
            for entry in std::fs::read_dir(path).map_err(fail(path))? {
                let file = entry.map_err(fail(path))?.path();
                if std::fs::metadata(&file).map_err(fail(&file))?.is_file() {
                    files.push(file);
                }
            }
            files.sort();
            if files.is_empty() {
                return Err(CorpusError::Empty(path.to_path_buf()));
            }
        }
        let mut bytes = Vec::new();
        for file in files {
            let room = CORPUS_BYTES_MAX + 1 - bytes.len();
            let opened = std::fs::File::open(&file).map_err(fail(&file))?;
            opened.take(room as u64).read_to_end(&mut bytes).map_err(fail(&file))?;
            if bytes.len() > CORPUS_BYTES_MAX {
                return Err(CorpusError::TooLarge { name });
            }
        }
        Self::from_bytes(&name, &bytes)
    }

    /// Splits a text.
    ///
    /// # Errors
    /// [`CorpusError::TooSmall`] under [`CORPUS_BYTES_MIN`] bytes.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, CorpusError> {
        if bytes.len() < CORPUS_BYTES_MIN {
            return Err(CorpusError::TooSmall {
                name: name.into(),
                bytes: bytes.len(),
            });
        }
        let (mut runs, mut held_out): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
        let mut open = false;
        for (index, block) in bytes.chunks(BLOCK_BYTES).enumerate() {
            if is_held_out(index) {
                if block.len() == BLOCK_BYTES {
                    held_out.push(block.to_vec());
                }
                open = false;
            } else {
                if !open {
                    runs.push(Vec::new());
                }
                open = true;
                runs.last_mut().expect("a run was opened").extend_from_slice(block);
            }
        }
        let mut counts = [1u64; 256];
        runs.iter().flatten().for_each(|byte| counts[usize::from(*byte)] += 1);
        let total: u64 = counts.iter().sum();
        let frequencies = Box::new(counts.map(|count| count as f64 / total as f64));
        Ok(Self {
            training: Arc::new(TrainingText {
                name: name.into(),
                runs,
            }),
            held_out,
            bytes: bytes.len(),
            sha256: Sha256::digest(bytes).into(),
            frequencies,
        })
    }

    /// What the text and its training part are known by.
    pub fn print(&self) -> CorpusPrint {
        let name = Path::new(self.training.name());
        let name = name.file_name().unwrap_or(name.as_os_str()).to_string_lossy();
        CorpusPrint {
            name: name.chars().take(PRINT_NAME_MAX).collect(),
            bytes: self.bytes as u64,
            sha256: hex::encode(self.sha256),
            training_sha256: hex::encode(self.training.sha256()),
        }
    }

    /// The part for miners.
    pub fn training(&self) -> Arc<TrainingText> {
        self.training.clone()
    }

    /// Bytes held out.
    pub fn held_out_bytes(&self) -> usize {
        self.held_out.len() * BLOCK_BYTES
    }

    /// Frequency of each byte in the training part, each counted once more than it occurs.
    pub fn byte_frequencies(&self) -> &[f64; 256] {
        &self.frequencies
    }

    /// The slice that `seed` chooses: `bytes` of held-out text in windows of 1 KiB, of which none is chosen twice
    /// while there are others.
    pub fn slice(&self, seed: [u8; 32], bytes: usize) -> Slice {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let per_block = BLOCK_BYTES / WINDOW_BYTES;
        let mut order: Vec<usize> = (0..self.held_out.len() * per_block).collect();
        let count = bytes.div_ceil(WINDOW_BYTES).min(order.len());
        for place in 0..count {
            let other = rng.random_range(place..order.len());
            order.swap(place, other);
        }
        let windows = order[..count].iter().map(|&window| {
            let start = window % per_block * WINDOW_BYTES;
            self.held_out[window / per_block][start..start + WINDOW_BYTES].to_vec()
        });
        Slice {
            windows: windows.collect(),
        }
    }

    /// Bits per byte that the byte frequencies of the training part need for predicted bytes: what a model must
    /// beat to have learned anything. The first `context` bytes of each window are given, not predicted.
    pub fn baseline_bits(&self, slice: &Slice, context: usize) -> f64 {
        let predicted = slice.windows.iter().flat_map(|window| window.iter().skip(context));
        let (bits, count) = predicted.fold((0.0, 0u64), |(bits, n), byte| {
            (bits - self.frequencies[usize::from(*byte)].log2(), n + 1)
        });
        bits / count.max(1) as f64
    }
}

/// Whether the block of this index is held out: one in eight by the index's SHA-256, and block 0 always, so that
/// no corpus is without.
fn is_held_out(index: usize) -> bool {
    let mut hash = Sha256::new();
    hash.update(b"tributary/train/held-out/1");
    hash.update((index as u64).to_le_bytes());
    index == 0 || hash.finalize()[0] < 32
}

/// Index and length of the blocks of a text.
fn blocks(bytes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..bytes.div_ceil(BLOCK_BYTES)).map(move |index| (index, BLOCK_BYTES.min(bytes - index * BLOCK_BYTES)))
}

/// Bytes of the training part of a text of so many bytes.
pub fn training_bytes(corpus_bytes: usize) -> usize {
    let training = blocks(corpus_bytes).filter(|(index, _)| !is_held_out(*index));
    training.map(|(_, length)| length).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_texts_are_whole() {
        for (text, bytes) in Bundled::ALL.into_iter().zip([1_888_459, 1_300_837, 949_739]) {
            let corpus = Corpus::bundled(text);
            let split = corpus.training().bytes() + corpus.held_out_bytes();
            assert!(bytes - split < BLOCK_BYTES, "{text:?}: {split} of {bytes}");
            let part = corpus.held_out_bytes() as f64 / bytes as f64;
            assert!((0.08..0.18).contains(&part), "{text:?} holds out {part}");
            assert_eq!(text.name().parse::<Bundled>().unwrap(), text);
        }
    }

    #[test]
    fn held_out_text_is_not_in_the_training_part() {
        let text: Vec<u8> = (0..80 * BLOCK_BYTES / 8)
            .flat_map(|n: usize| format!("{n:08}").into_bytes())
            .collect();
        let corpus = Corpus::from_bytes("numbers", &text).unwrap();
        let training: std::collections::BTreeSet<Vec<u8>> = corpus
            .training()
            .runs()
            .iter()
            .flat_map(|run| run.chunks(8).map(<[u8]>::to_vec))
            .collect();
        let slice = corpus.slice([7; 32], 1 << 20);
        assert_eq!(slice.windows.len() * WINDOW_BYTES, corpus.held_out_bytes());
        assert!(
            slice
                .windows
                .iter()
                .flat_map(|window| window.chunks(8))
                .all(|number| !training.contains(number))
        );
    }

    #[test]
    fn the_training_part_travels_alone() {
        for length in [64 * BLOCK_BYTES, 64 * BLOCK_BYTES + 1, 300 * BLOCK_BYTES - 1] {
            let text: Vec<u8> = (0..length).map(|n| (n * 7 + n / 4096) as u8).collect();
            let corpus = Corpus::from_bytes("folder/numbers", &text).unwrap();
            let (training, print) = (corpus.training(), corpus.print());
            let joined = training.joined();
            assert_eq!(joined.len(), training_bytes(length));
            let again = TrainingText::from_joined("x", length, &joined).unwrap();
            assert_eq!(again.runs(), training.runs());
            assert_eq!(hex::encode(again.sha256()), print.training_sha256);
            assert_eq!((print.name.as_str(), print.bytes), ("numbers", length as u64));
            assert_eq!(print.sha256, hex::encode(Sha256::digest(&text)));
            let short = TrainingText::from_joined("x", length, &joined[1..]);
            assert!(matches!(short, Err(CorpusError::OtherLength { .. })));
        }
    }

    #[test]
    fn slices_follow_their_seed() {
        let corpus = Corpus::bundled(Bundled::Testament);
        assert_eq!(corpus.slice([1; 32], 8192), corpus.slice([1; 32], 8192));
        assert_ne!(corpus.slice([1; 32], 8192), corpus.slice([2; 32], 8192));
        assert_eq!(corpus.slice([1; 32], 8192).windows.len(), 8);
        let bits = corpus.baseline_bits(&corpus.slice([1; 32], 1 << 20), 8);
        assert!(
            (4.0..4.6).contains(&bits),
            "English has about 4.3 bits a byte by frequency, got {bits}"
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_corpus() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Corpus::read(folder.path()), Err(CorpusError::Empty(_))));
        assert!(matches!(
            Corpus::read(&folder.path().join("none")),
            Err(CorpusError::Read { .. })
        ));
        std::fs::write(folder.path().join("b"), vec![b'b'; CORPUS_BYTES_MIN - 1]).unwrap();
        assert!(matches!(Corpus::read(folder.path()), Err(CorpusError::TooSmall { .. })));
        std::fs::write(folder.path().join("a"), b"a").unwrap();
        assert_eq!(
            Corpus::read(folder.path())
                .unwrap()
                .training()
                .runs()
                .iter()
                .flatten()
                .filter(|b| **b == b'a')
                .count(),
            0
        );
        assert!(matches!("x".parse::<Bundled>(), Err(CorpusError::Unknown(_))));
    }
}
