//! The steps of the chain, and what each changed.

use codec::Encode;
use redb::{Durability, ReadableDatabase};
use sp_core::H256;

use super::{
    load::write_checkpoint,
    records::Step,
    store::{Meta, Store, write_metas},
    tables::{DIFFS, HASHES, MERGED, NUMBERS, POOL, STEPS, missing, record},
};
use crate::{
    Error,
    state::{Change, Diff, StateMap},
};

/// Steps in a segment of merged old values.
const SEGMENT: u64 = 256;
/// Levels of segments: the last one covers 256^3 steps.
const LEVELS: u8 = 3;

/// What was found to be as it should be.
pub struct Checked {
    pub segments: u64,
}

impl Store {
    /// Appends a step. Readers see it at once; [`Store::sync`] makes it last. `included` are the arrivals of pool
    /// transactions that are done with.
    pub(super) fn append(&self, number: u64, step: &Step, diff: &[u8], included: &[u64]) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            transaction.open_table(STEPS)?.insert(number, &step.encode()[..])?;
            transaction.open_table(DIFFS)?.insert(number, diff)?;
            if let Some(block) = &step.block {
                transaction.open_table(NUMBERS)?.insert(step.number, number)?;
                transaction.open_table(HASHES)?.insert(&block.hash.0, step.number)?;
            }
            if !included.is_empty() {
                let mut pool = transaction.open_table(POOL)?;
                for arrival in included {
                    pool.remove(arrival)?;
                }
            }
            Ok(())
        })?;
        for level in 1..=LEVELS {
            if number.is_multiple_of(SEGMENT.pow(level.into())) {
                self.merge(level, number)?;
            }
        }
        Ok(())
    }

    /// Writes the segment of `level` that ends with `last`.
    fn merge(&self, level: u8, last: u64) -> Result<(), Error> {
        let length = SEGMENT.pow(level.into());
        let merged = self.merged_below(level, last - length, last)?;
        self.write(Durability::None, |transaction| {
            transaction
                .open_table(MERGED)?
                .insert((level, last / length - 1), &merged.to_bytes()[..])?;
            Ok(())
        })
    }

    /// Calls `each` with the old values of all steps in `after + 1 ..= last`, latest first, by the longest segments
    /// that fit.
    fn visit_back(&self, levels: u8, after: u64, last: u64, mut each: impl FnMut(Diff)) -> Result<(), Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let (merged, diffs) = (transaction.open_table(MERGED)?, transaction.open_table(DIFFS)?);
            let mut at = last;
            'next: while at > after {
                for level in (1..=levels).rev() {
                    let length = SEGMENT.pow(level.into());
                    if at.is_multiple_of(length)
                        && at - length >= after
                        && let Some(bytes) = merged.get((level, at / length - 1))?
                    {
                        at -= length;
                        each(Diff::from_bytes(bytes.value())?);
                        continue 'next;
                    }
                }
                let bytes = diffs.get(at)?.ok_or_else(|| missing("difference", at))?;
                each(Diff::from_bytes(bytes.value())?);
                at -= 1;
            }
            Ok(())
        })
    }

    /// Makes of the state after step `last` the one after step `after`, which is earlier.
    pub fn undo(&self, state: &mut StateMap, after: u64, last: u64) -> Result<(), Error> {
        // Most keys that change at all change often, and are put back once.
        for change in self.merged_below(LEVELS + 1, after, last)?.0 {
            if state.get(&change.key) != change.old.as_deref() {
                state.set(&change.key, change.old.as_deref());
            }
        }
        Ok(())
    }

    /// Makes of the state after step `after` the one after step `last`, which is later.
    pub fn redo(&self, state: &mut StateMap, after: u64, last: u64) -> Result<(), Error> {
        for step in after + 1..=last {
            for change in self.diff(step)?.0 {
                state.set(&change.key, change.new.as_deref());
            }
        }
        Ok(())
    }

    /// The old values over the steps in `after + 1 ..= last`, from what is below a level.
    fn merged_below(&self, level: u8, after: u64, last: u64) -> Result<Diff, Error> {
        let mut values = std::collections::BTreeMap::new();
        self.visit_back(level - 1, after, last, |diff| {
            // The earliest change has the value that counts, and comes last.
            values.extend(diff.0.into_iter().map(|change| (change.key, change.old)));
        })?;
        let changes = values.into_iter().map(|(key, old)| Change { key, old, new: None });
        Ok(Diff(changes.collect()))
    }

    /// Puts together all segments up to a step again, and compares them.
    ///
    /// # Errors
    /// [`Error::Record`] with the first that is another one, or is not there.
    pub fn check_segments(&self, last: u64) -> Result<Checked, Error> {
        let mut segments = 0;
        for level in 1..=LEVELS {
            let length = SEGMENT.pow(level.into());
            for segment in 0..last / length {
                let stored = self.reading(|| {
                    let transaction = self.inner.begin_read()?;
                    let bytes = transaction.open_table(MERGED)?.get((level, segment))?;
                    Ok(bytes.map(|bytes| bytes.value().to_vec()))
                })?;
                let again = self.merged_below(level, segment * length, (segment + 1) * length)?;
                if stored.is_none_or(|stored| stored != again.to_bytes()) {
                    return Err(Error::Record {
                        record: format!("segment {segment} of level {level}"),
                        reason: "it is not what its steps make".into(),
                    });
                }
                segments += 1;
            }
        }
        Ok(Checked { segments })
    }

    /// Removes all steps after `step`; `state` is the state after it and `dirty` the items that differ from the last
    /// checkpoint. `removed` are the blocks that go, `metas` what is written into the `meta` table with it.
    pub fn truncate<'a>(
        &self,
        step: u64,
        state: &StateMap,
        dirty: impl IntoIterator<Item = &'a [u8]>,
        removed: &[(u32, H256)],
        metas: &[Meta],
    ) -> Result<(), Error> {
        self.write(Durability::Immediate, |transaction| {
            transaction.open_table(STEPS)?.retain_in(step + 1.., |_, _| false)?;
            transaction.open_table(DIFFS)?.retain_in(step + 1.., |_, _| false)?;
            transaction
                .open_table(MERGED)?
                .retain(|(level, segment), _| (segment + 1) * SEGMENT.pow(level.into()) <= step)?;
            let (mut numbers, mut hashes) = (transaction.open_table(NUMBERS)?, transaction.open_table(HASHES)?);
            for (number, hash) in removed {
                numbers.remove(number)?;
                hashes.remove(&hash.0)?;
            }
            write_metas(transaction, metas)?;
            write_checkpoint(transaction, state, dirty, step)
        })
    }

    /// A step.
    pub fn step(&self, step: u64) -> Result<Step, Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let bytes = transaction
                .open_table(STEPS)?
                .get(step)?
                .ok_or_else(|| missing("step", step))?;
            record(&format!("step {step}"), bytes.value())
        })
    }

    /// What a step changed.
    pub fn diff(&self, step: u64) -> Result<Diff, Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let bytes = transaction
                .open_table(DIFFS)?
                .get(step)?
                .ok_or_else(|| missing("difference", step))?;
            Ok(Diff::from_bytes(bytes.value())?)
        })
    }

    /// The step of a block by its number.
    pub fn step_of(&self, number: u32) -> Result<Option<u64>, Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let step = transaction.open_table(NUMBERS)?.get(number)?;
            Ok(step.map(|step| step.value()))
        })
    }

    /// The number of a block by its hash.
    pub fn number_of(&self, hash: H256) -> Result<Option<u32>, Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let number = transaction.open_table(HASHES)?.get(&hash.0)?;
            Ok(number.map(|number| number.value()))
        })
    }
}
