//! The steps of the chain, and what each changed.

use codec::Encode;
use redb::{Durability, ReadableDatabase};
use sp_core::H256;

use super::{
    DIFFS, HASHES, MERGED, NUMBERS, POOL, STEPS, load::write_checkpoint, missing, record, records::Step,
    store::{Meta, Store, write_metas},
};
use crate::{
    Error,
    state::{Change, Diff, Past, StateMap},
};

/// Steps in a segment of merged old values.
const SEGMENT: u64 = 256;
/// Levels of segments: the last one covers 256^3 steps.
const LEVELS: u8 = 3;
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
        let mut values = std::collections::BTreeMap::new();
        self.visit(last - length, last, |diff, _| {
            for change in diff.0 {
                values.entry(change.key).or_insert(change.old);
            }
        })?;
        let merged = Diff(
            values
                .into_iter()
                .map(|(key, old)| Change { key, old, new: None })
                .collect(),
        );
        self.write(Durability::None, |transaction| {
            transaction
                .open_table(MERGED)?
                .insert((level, last / length - 1), &merged.to_bytes()[..])?;
            Ok(())
        })
    }

    /// Calls `each` with the old values of all steps in `after + 1 ..= last`, oldest first, by the longest segments
    /// that fit.
    fn visit(&self, after: u64, last: u64, mut each: impl FnMut(Diff, u64)) -> Result<(), Error> {
        let transaction = self.inner.begin_read()?;
        let (merged, diffs) = (transaction.open_table(MERGED)?, transaction.open_table(DIFFS)?);
        let mut at = after;
        'next: while at < last {
            for level in (1..=LEVELS).rev() {
                let length = SEGMENT.pow(level.into());
                if at.is_multiple_of(length)
                    && at + length <= last
                    && let Some(bytes) = merged.get((level, at / length))?
                {
                    at += length;
                    each(Diff::from_bytes(bytes.value())?, at);
                    continue 'next;
                }
            }
            at += 1;
            let bytes = diffs.get(at)?.ok_or_else(|| missing("difference", at))?;
            each(Diff::from_bytes(bytes.value())?, at);
        }
        Ok(())
    }

    /// Brings an old state up to being seen from step `last`.
    pub fn extend(&self, past: &mut Past, last: u64) -> Result<(), Error> {
        self.visit(past.seen(), last, |diff, at| past.extend(diff, at))
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
        let transaction = self.inner.begin_read()?;
        let bytes = transaction
            .open_table(STEPS)?
            .get(step)?
            .ok_or_else(|| missing("step", step))?;
        record("of a step", bytes.value())
    }

    /// What a step changed.
    pub fn diff(&self, step: u64) -> Result<Diff, Error> {
        let transaction = self.inner.begin_read()?;
        let bytes = transaction
            .open_table(DIFFS)?
            .get(step)?
            .ok_or_else(|| missing("difference", step))?;
        Ok(Diff::from_bytes(bytes.value())?)
    }

    /// The step of a block by its number.
    pub fn step_of(&self, number: u32) -> Result<Option<u64>, Error> {
        Ok(self
            .inner
            .begin_read()?
            .open_table(NUMBERS)?
            .get(number)?
            .map(|step| step.value()))
    }

    /// The number of a block by its hash.
    pub fn number_of(&self, hash: H256) -> Result<Option<u32>, Error> {
        Ok(self
            .inner
            .begin_read()?
            .open_table(HASHES)?
            .get(&hash.0)?
            .map(|number| number.value()))
    }
}
