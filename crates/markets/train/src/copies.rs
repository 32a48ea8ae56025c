//! A validator's memory of versions, and which of them are copies of earlier ones (rules 1 and 2 of [`crate::score`]).

use std::collections::{BTreeMap, VecDeque};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tributary_neuron::Hotkey;

use crate::{
    corpus::Corpus,
    model::{Model, ModelError},
    rules::Rules,
};

/// Hidden units of one model that are looked for in another.
const UNITS_SOUGHT: usize = 24;
/// Held-out contexts on which predictions are compared.
const PROBES: usize = 32;
/// Hotkeys remembered, those that left the subnet included.
const HOTKEYS_MAX: usize = 1024;

/// What is remembered of a version's weights.
#[derive(Clone)]
pub struct Fingerprint {
    /// What each hidden unit adds to the 256 logits, less what all units add alike, at length 1. That says what a
    /// unit is for, and does not change when units are reordered or rescaled or the embeddings are rotated.
    units: Vec<f32>,
    /// Probabilities of the next byte at each probe.
    predictions: Vec<f32>,
    /// Mean divergence (Kullback-Leibler, bits) of the predictions from the byte frequencies: what was learned.
    learned: f64,
}

/// Takes fingerprints. The probes are the same for every validator of a corpus.
pub struct Fingerprinter {
    probes: Vec<u8>,
    frequencies: Vec<f32>,
}

impl Fingerprinter {
    /// For a corpus and a length of context.
    pub fn new(corpus: &Corpus, context: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(0x70726f62);
        let text = corpus.slice([0x70; 32], PROBES * 1024);
        let windows = &text.windows;
        let probe = |index: usize| {
            let window = &windows[index % windows.len()];
            let start = rng.random_range(0..window.len() - context);
            window[start..start + context].to_vec()
        };
        let probes = (0..PROBES).flat_map(probe).collect();
        Self {
            probes,
            frequencies: corpus
                .byte_frequencies()
                .iter()
                .map(|frequency| *frequency as f32)
                .collect(),
        }
    }

    /// The fingerprint of a model.
    ///
    /// # Errors
    /// If the tensor library fails.
    pub fn take(&self, model: &Model) -> Result<Fingerprint, ModelError> {
        let predictions = model.predict(&self.probes)?;
        let learned = predictions
            .chunks(256)
            .map(|row| divergence(row, &self.frequencies))
            .sum::<f64>()
            / PROBES as f64;
        Ok(Fingerprint {
            units: units(model)?,
            predictions,
            learned,
        })
    }
}

/// The output weights of every hidden unit, 256 each: centred over the bytes (which softmax ignores) and over the
/// units (which all models share, since it is the byte frequencies), at length 1.
fn units(model: &Model) -> Result<Vec<f32>, ModelError> {
    let (_, output) = model.tensors()[3];
    let mut units = output.t()?.to_vec2::<f32>()?;
    let hidden = units.len() as f32;
    for unit in &mut units {
        let mean = unit.iter().sum::<f32>() / 256.0;
        unit.iter_mut().for_each(|value| *value -= mean);
    }
    let common: Vec<f32> = (0..256)
        .map(|byte| units.iter().map(|unit| unit[byte]).sum::<f32>() / hidden)
        .collect();
    for unit in &mut units {
        unit.iter_mut().zip(&common).for_each(|(value, mean)| *value -= mean);
        let norm = unit
            .iter()
            .map(|value| value * value)
            .sum::<f32>()
            .sqrt()
            .max(f32::MIN_POSITIVE);
        unit.iter_mut().for_each(|value| *value /= norm);
    }
    Ok(units.concat())
}

/// Scalar product of two rows of 256, in eight lanes so that the compiler can keep them in one register.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// Mean cosine of some units of one model with the unit of the other that is most like each.
fn found_again(sought: &[f32], among: &[f32]) -> f64 {
    let best = |unit: &[f32]| among.chunks(256).map(|other| product(unit, other)).fold(-1.0, f32::max);
    let count = (sought.len() / 256).clamp(1, UNITS_SOUGHT);
    sought
        .chunks(256)
        .take(count)
        .map(|unit| f64::from(best(unit)))
        .sum::<f64>()
        / count as f64
}

/// Kullback-Leibler divergence of `p` from `q`, bits.
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let term = |(p, q): (&f32, &f32)| {
        if *p > 0.0 {
            f64::from(*p) * f64::from(p / q.max(1e-12)).log2()
        } else {
            0.0
        }
    };
    p.iter().zip(q).map(term).sum()
}

impl Fingerprint {
    /// How far the hidden units of one are found again in the other, as a mean cosine.
    pub fn cosine(&self, other: &Self) -> f64 {
        found_again(&self.units, &other.units).max(found_again(&other.units, &self.units))
    }

    /// Mean Jensen-Shannon divergence of the predictions, bits.
    pub fn disagreement(&self, other: &Self) -> f64 {
        let rows = self.predictions.chunks(256).zip(other.predictions.chunks(256));
        let row = |(p, q): (&[f32], &[f32])| {
            let middle: Vec<f32> = p.iter().zip(q).map(|(p, q)| (p + q) / 2.0).collect();
            (divergence(p, &middle) + divergence(q, &middle)) / 2.0
        };
        rows.map(row).sum::<f64>() / PROBES as f64
    }

    /// Whether the two are related (rule 1).
    pub fn related(&self, other: &Self, rules: &Rules) -> bool {
        self.cosine(other) >= rules.same_weights_cosine
            || self.disagreement(other) < rules.same_predictions_ratio * self.learned.max(other.learned)
    }
}

/// A version that was fetched and checked.
pub struct Version {
    /// SHA-256 of its file.
    pub digest: [u8; 32],
    /// Block of its commitment.
    pub block: u64,
    /// What its weights are like.
    pub fingerprint: Fingerprint,
    /// Earlier hotkeys that it was found to be derived from.
    pub derived_from: Vec<Hotkey>,
}

/// The versions of every hotkey that a validator has seen, oldest first.
#[derive(Default)]
pub struct Archive {
    versions: BTreeMap<Hotkey, VecDeque<Version>>,
}

impl Archive {
    /// Whether this version was seen.
    pub fn knows(&self, hotkey: &Hotkey, digest: &[u8; 32]) -> bool {
        self.versions
            .get(hotkey)
            .is_some_and(|known| known.iter().any(|version| version.digest == *digest))
    }

    /// Remembers a version, and forgets the oldest ones above the limit.
    pub fn insert(&mut self, hotkey: Hotkey, version: Version, rules: &Rules) {
        if self.knows(&hotkey, &version.digest) {
            return;
        }
        let known = self.versions.entry(hotkey).or_default();
        let place = known.partition_point(|other| other.block <= version.block);
        known.insert(place, version);
        while known.len() > rules.archive_versions {
            known.pop_front();
        }
        if self.versions.len() > HOTKEYS_MAX {
            let last = |versions: &VecDeque<Version>| versions.back().map_or(0, |version| version.block);
            let idle = self
                .versions
                .iter()
                .min_by_key(|(_, versions)| last(versions))
                .map(|(hotkey, _)| *hotkey);
            idle.and_then(|hotkey| self.versions.remove(&hotkey));
        }
    }

    /// Everything remembered.
    pub fn iter(&self) -> impl Iterator<Item = (&Hotkey, &Version)> {
        self.versions
            .iter()
            .flat_map(|(hotkey, versions)| versions.iter().map(move |version| (hotkey, version)))
    }

    /// The earlier hotkeys that a known version is derived from (rule 2), which it remembers from then on.
    pub fn originals(&mut self, hotkey: &Hotkey, digest: &[u8; 32], rules: &Rules) -> Vec<Hotkey> {
        let Some(own) = self.versions.get(hotkey) else {
            return Vec::new();
        };
        let Some(place) = own.iter().position(|version| version.digest == *digest) else {
            return Vec::new();
        };
        let version = &own[place];
        let mut found = version.derived_from.clone();
        for before in own.iter().take(place).filter(|before| !before.derived_from.is_empty()) {
            if before.fingerprint.related(&version.fingerprint, rules) {
                found.extend(&before.derived_from);
            }
        }
        for (other, versions) in self.versions.iter().filter(|(other, _)| *other != hotkey) {
            // What is derived itself gives no claim: else a copy could outlive the memory of its original.
            let own_work = versions.iter().filter(|theirs| theirs.derived_from.is_empty());
            let related: Vec<&Version> = own_work
                .filter(|theirs| theirs.fingerprint.related(&version.fingerprint, rules))
                .collect();
            let Some(their_claim) = related.iter().map(|theirs| (theirs.block, other)).min() else {
                continue;
            };
            let earlier = related.iter().any(|theirs| {
                let own_claim = own
                    .iter()
                    .filter(|mine| mine.fingerprint.related(&theirs.fingerprint, rules));
                own_claim
                    .map(|mine| (mine.block, hotkey))
                    .min()
                    .is_none_or(|mine| their_claim < mine)
            });
            if earlier {
                found.push(*other);
            }
        }
        found.sort();
        found.dedup();
        if let Some(version) = self.versions.get_mut(hotkey).and_then(|own| own.get_mut(place)) {
            version.derived_from.clone_from(&found);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{corpus::Bundled, model::Shape, trainer::Trainer};
    use candle_core::Device;

    struct World {
        rules: Rules,
        fingerprinter: Fingerprinter,
        corpus: Corpus,
        archive: Archive,
        next: u8,
    }

    impl World {
        fn new() -> Self {
            let corpus = Corpus::bundled(Bundled::Testament);
            let fingerprinter = Fingerprinter::new(&corpus, 8);
            Self {
                rules: Rules::default(),
                fingerprinter,
                corpus,
                archive: Archive::default(),
                next: 0,
            }
        }

        fn trainer(&self, seed: u64) -> Trainer {
            let model = Model::random(
                Shape {
                    context: 8,
                    embedding: 16,
                    hidden: 48,
                },
                seed,
                &Device::Cpu,
            )
            .unwrap();
            Trainer::new(&self.corpus.training(), &model, seed, 0).unwrap()
        }

        /// Commits a model and returns whom it is derived from.
        fn commit(&mut self, who: Hotkey, block: u64, model: &Model) -> Vec<Hotkey> {
            self.next += 1;
            let digest = [self.next; 32];
            let fingerprint = self.fingerprinter.take(model).unwrap();
            let version = Version {
                digest,
                block,
                fingerprint,
                derived_from: Vec::new(),
            };
            self.archive.insert(who, version, &self.rules);
            self.archive.originals(&who, &digest, &self.rules)
        }
    }

    const A: Hotkey = Hotkey([9; 32]);
    const B: Hotkey = Hotkey([5; 32]);
    const C: Hotkey = Hotkey([1; 32]);

    fn steps(trainer: &mut Trainer, count: usize) -> Model {
        for _ in 0..count {
            trainer.step().unwrap();
        }
        // A copy of its own: the trainer's weights move on.
        trainer.model().disturbed(0.0, 0).unwrap()
    }

    #[test]
    fn honest_models_are_strangers_at_every_age() {
        let mut world = World::new();
        let (mut a, mut b) = (world.trainer(1), world.trainer(2));
        for block in 1..=5 {
            let count = if block == 1 { 60 } else { 150 };
            let (x, y) = (steps(&mut a, count), steps(&mut b, count));
            let prints = [&x, &y].map(|model| world.fingerprinter.take(model).unwrap());
            let (cosine, apart) = (prints[0].cosine(&prints[1]), prints[0].disagreement(&prints[1]));
            eprintln!(
                "block {block}: cosine {cosine:.3}, disagreement {apart:.4}, learned {:.3}",
                prints[0].learned
            );
            assert_eq!(world.commit(A, block, &x), []);
            assert_eq!(world.commit(B, block, &y), [], "cosine {cosine}, disagreement {apart}");
        }
    }

    #[test]
    fn copies_are_found_however_they_are_dressed() {
        let mut world = World::new();
        let mut trainer = world.trainer(3);
        let first = steps(&mut trainer, 1_000);
        for part in [0.01, 0.02, 0.05, 0.1, 0.2, 0.4] {
            let prints =
                [&first, &first.disturbed(part, 1).unwrap()].map(|model| world.fingerprinter.take(model).unwrap());
            let (cosine, apart) = (prints[0].cosine(&prints[1]), prints[0].disagreement(&prints[1]));
            let windows = world.corpus.slice([1; 32], 8192).windows;
            let bits = first.disturbed(part, 1).unwrap().bits_per_byte(&windows).unwrap();
            eprintln!(
                "noise {part}: {bits:.3} bits, cosine {cosine:.3}, disagreement {apart:.5} of {:.3}",
                prints[0].learned
            );
            assert!(prints[0].related(&prints[1], &world.rules));
        }
        assert_eq!(world.commit(A, 5, &first), []);
        assert_eq!(world.commit(C, 6, &first), [A]);
        assert_eq!(world.commit(C, 7, &first.disturbed(0.05, 1).unwrap()), [A]);
        assert_eq!(world.commit(C, 8, &permuted(&first)), [A]);
        assert_eq!(world.commit(B, 8, &permuted(&first.disturbed(0.2, 2).unwrap())), [A]);
        // The original goes on from its own work and is not taken for the copy's copy.
        let second = steps(&mut trainer, 200);
        assert_eq!(world.commit(A, 9, &second), []);
        assert_eq!(world.commit(C, 10, &second), [A]);
        let third = steps(&mut trainer, 300);
        assert_eq!(world.commit(A, 11, &third), []);
    }

    #[test]
    fn a_copy_does_not_become_the_original_when_the_archive_forgets() {
        let mut world = World::new();
        world.rules.archive_versions = 2;
        let mut trainer = world.trainer(4);
        let first = steps(&mut trainer, 150);
        assert_eq!(world.commit(A, 1, &first), []);
        assert_eq!(world.commit(C, 2, &first.disturbed(0.02, 1).unwrap()), [A]);
        for block in 3..6 {
            let next = steps(&mut trainer, 250);
            assert_eq!(world.commit(A, block, &next), []);
        }
        assert_eq!(world.commit(C, 7, &first.disturbed(0.02, 2).unwrap()), [A]);
    }

    #[test]
    fn stepping_towards_a_model_gives_no_claim_to_it() {
        let mut world = World::new();
        let mut trainer = world.trainer(5);
        let target = steps(&mut trainer, 200);
        let start = world.trainer(6).model().clone();
        assert_eq!(world.commit(C, 1, &start), []);
        assert_eq!(world.commit(A, 2, &target), []);
        for (block, part) in (3..).zip([0.3, 0.5, 0.7, 0.85, 1.0]) {
            let step = Model::from_tensors(start.shape(), |name| {
                let of = |model: &Model| {
                    model
                        .tensors()
                        .into_iter()
                        .find(|(known, _)| *known == name)
                        .unwrap()
                        .1
                        .clone()
                };
                ((of(&start) * (1.0 - part)).unwrap() + (of(&target) * part).unwrap()).unwrap()
            });
            let originals = world.commit(C, block, &step);
            assert!(part < 1.0 || originals == [A]);
        }
        assert_eq!(world.commit(A, 20, &target.disturbed(0.001, 1).unwrap()), []);
    }

    /// The same function with its hidden units in reverse order.
    fn permuted(model: &Model) -> Model {
        let order: Vec<u32> = (0..model.shape().hidden as u32).rev().collect();
        let order = candle_core::Tensor::new(order, &Device::Cpu).unwrap();
        Model::from_tensors(model.shape(), |name| {
            let tensor = model
                .tensors()
                .into_iter()
                .find(|(known, _)| *known == name)
                .unwrap()
                .1
                .clone();
            match name {
                "hidden.weight" | "hidden.bias" => tensor.index_select(&order, 0).unwrap(),
                "output.weight" => tensor.index_select(&order, 1).unwrap(),
                _ => tensor,
            }
        })
    }
}
