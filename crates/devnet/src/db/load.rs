//! The newest state on the disk: a checkpoint and the differences since.

use std::collections::BTreeSet;

use codec::Encode;
use redb::{Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use super::{
    errors::{catch, corrupt},
    records::Base,
    store::Store,
    tables::{BASE, FORMAT, ITEMS, META, STEPS, item_bytes, record},
};
use crate::{
    Error,
    state::{Commitment, StateMap},
};

/// What an opened database holds.
pub struct Loaded {
    /// Where the chain begins.
    pub base: Base,
    /// The newest state.
    pub state: StateMap,
    /// The last step; 0 is the base.
    pub step: u64,
    /// Bytes of differences since the checkpoint.
    pub since_checkpoint: usize,
    /// Storage items that differ from the checkpoint, those that are empty now included.
    pub dirty: BTreeSet<Box<[u8]>>,
}

impl Store {
    /// Reads the newest state and checks it against the commitment of the last step.
    pub fn load(&self) -> Result<Loaded, Error> {
        catch(self.path(), || {
            let format: u32 = self
                .meta("format")?
                .ok_or_else(|| corrupt(self.path(), "it has no chain in it"))?;
            if format != FORMAT {
                return Err(corrupt(self.path(), format!("format {format} is not {FORMAT}")));
            }
            let base: Base = self
                .meta("base")?
                .ok_or_else(|| corrupt(self.path(), "it has no base"))?;
            let checkpoint: u64 = self.meta("checkpoint")?.unwrap_or_default();
            let mut state = self.read_items(ITEMS)?;
            let transaction = self.inner.begin_read()?;
            let steps = transaction.open_table(STEPS)?;
            let step = steps.last()?.map_or(0, |(step, _)| step.value());
            let (mut since_checkpoint, mut dirty) = (0, BTreeSet::<Box<[u8]>>::new());
            for step in checkpoint + 1..=step {
                let diff = self.diff(step)?;
                since_checkpoint += diff.weight();
                for change in diff.0 {
                    state.set(&change.key, change.new.as_deref());
                    if !dirty.contains(StateMap::item_of(&change.key)) {
                        dirty.insert(StateMap::item_of(&change.key).into());
                    }
                }
            }
            let expected = match step {
                0 => base.commitment,
                step => self.step(step)?.commitment,
            };
            let mut found = Commitment::default();
            state.iter().for_each(|(key, value)| found.insert(&key, value));
            if found != expected {
                return Err(corrupt(
                    self.path(),
                    format!("the state after step {step} is not the one that was written"),
                ));
            }
            Ok(Loaded {
                base,
                state,
                step,
                since_checkpoint,
                dirty,
            })
        })
    }

    fn read_items(&self, table: TableDefinition<&[u8], &[u8]>) -> Result<StateMap, Error> {
        self.reading(|| {
            let mut state = StateMap::default();
            let transaction = self.inner.begin_read()?;
            for entry in transaction.open_table(table)?.iter()? {
                let (item, pairs) = entry?;
                let pairs: Vec<(Vec<u8>, Vec<u8>)> = record("a storage item", pairs.value())?;
                for (suffix, value) in pairs {
                    state.set(&[item.value(), &suffix[..]].concat(), Some(&value));
                }
            }
            Ok(state)
        })
    }

    /// The state that the chain began with.
    pub fn base_state(&self) -> Result<StateMap, Error> {
        self.read_items(BASE)
    }

    /// Writes the items that changed since the last checkpoint, so that a start reads fewer differences.
    pub fn checkpoint<'a>(
        &self,
        state: &StateMap,
        dirty: impl IntoIterator<Item = &'a [u8]>,
        step: u64,
    ) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            write_checkpoint(transaction, state, dirty, step)
        })
    }
}

pub(super) fn write_checkpoint<'a>(
    transaction: &WriteTransaction,
    state: &StateMap,
    dirty: impl IntoIterator<Item = &'a [u8]>,
    step: u64,
) -> Result<(), Error> {
    let mut items = transaction.open_table(ITEMS)?;
    for item in dirty {
        if state.item(item).next().is_some() {
            items.insert(item, &item_bytes(state, item)[..])?;
        } else {
            items.remove(item)?;
        }
    }
    transaction.open_table(META)?.insert("checkpoint", &step.encode()[..])?;
    Ok(())
}
