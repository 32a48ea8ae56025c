//! When a subnet's epoch runs (`docs/rules/epochs.md`).

use crate::{Account, Ledger, NetUid};

/// An epoch runs after this many blocks without one, whatever the tempo says.
pub const LONGEST_WAIT: u64 = 50_400;

/// What decides when the next epoch of a subnet runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Blocks between epochs; no epochs at zero (`Tempo`).
    pub tempo: u16,
    /// Block of the last one (`LastEpochBlock`).
    pub last_epoch_block: u64,
    /// Block of an extra one; none at zero (`PendingEpochAt`).
    pub pending_epoch_at: u64,
    /// Blocks since one ran (`BlocksSinceLastStep`).
    pub blocks_since_last_step: u64,
}

/// What a block does about a subnet's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Wait,
    /// It is due, but enough run in this block: it becomes due at the next one.
    Defer {
        /// New `PendingEpochAt`.
        until: u64,
    },
    /// It runs.
    Run,
}

/// Why an extra epoch is refused. The names are those of the reference chain, because clients match them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriggerRefused {
    /// Commits would miss their reveal epoch.
    #[error("commit-reveal is on: epochs follow the tempo alone")]
    DynamicTempoBlockedByCommitReveal,
    /// One is ahead already.
    #[error("an extra epoch is ahead already")]
    EpochTriggerAlreadyPending,
    /// The tempo brings one before that.
    #[error("the tempo makes an epoch due before an extra one could run")]
    AutoEpochAlreadyImminent,
}

/// Blocks without weights after which a neuron is inactive: `factor_milli` thousandths of the tempo, at least one
/// (`docs/rules/epochs.md#activity`).
pub const fn activity_cutoff(factor_milli: u32, tempo: u16) -> u64 {
    let blocks = factor_milli as u64 * tempo as u64 / 1000;
    if blocks == 0 { 1 } else { blocks }
}

/// `LastEpochBlock` of a subnet created at `block`: spread over the tempo by netuid, so that epochs of different
/// subnets fall into different blocks (`docs/rules/subnets.md#a-new-subnet` step 2).
pub const fn staggered(block: u64, tempo: u16, netuid: NetUid) -> u64 {
    let tempo = if tempo == 0 { 1 } else { tempo };
    block.saturating_sub((netuid.0 % tempo) as u64)
}

impl Schedule {
    /// That of a subnet.
    pub fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Self {
        Self {
            tempo: ledger.tempo(netuid),
            last_epoch_block: ledger.last_epoch_block(netuid),
            pending_epoch_at: ledger.pending_epoch_at(netuid),
            blocks_since_last_step: ledger.blocks_since_last_step(netuid),
        }
    }

    /// Whether an epoch is due at `block`.
    pub const fn is_due(&self, block: u64) -> bool {
        self.tempo != 0
            && (self.pending_epoch_at > 0 && block >= self.pending_epoch_at
                || self.blocks_since_last_step > LONGEST_WAIT
                || block.saturating_sub(self.last_epoch_block) >= self.tempo as u64)
    }

    /// What `block` does, if `ran` epochs of other subnets run in it already and `most` may (`MaxEpochsPerBlock`).
    pub const fn turn(&self, block: u64, ran: u8, most: u8) -> Turn {
        if !self.is_due(block) {
            Turn::Wait
        } else if ran >= most {
            Turn::Defer {
                until: block.saturating_add(1),
            }
        } else {
            Turn::Run
        }
    }

    /// Blocks until the tempo makes an epoch due; `u64::MAX` without tempo.
    pub const fn blocks_until_next(&self, block: u64) -> u64 {
        if self.tempo == 0 {
            return u64::MAX;
        }
        self.last_epoch_block
            .saturating_add(self.tempo as u64)
            .saturating_sub(block)
    }

    /// Block of the next epoch, by the tempo or the extra one if that is earlier; none without tempo.
    pub fn next_epoch(&self) -> Option<u64> {
        let by_tempo = self.last_epoch_block.saturating_add(self.tempo.into());
        match self.pending_epoch_at {
            _ if self.tempo == 0 => None,
            0 => Some(by_tempo),
            extra => Some(extra.min(by_tempo)),
        }
    }

    /// Block of the extra epoch that an owner asks for at `block`, `freeze` blocks ahead so that nobody is surprised
    /// (`docs/rules/epochs.md#calls-of-the-owner`).
    ///
    /// # Errors
    /// The first of [`TriggerRefused`] that applies.
    pub fn trigger(&self, block: u64, freeze: u16, commit_reveal: bool) -> Result<u64, TriggerRefused> {
        if commit_reveal {
            return Err(TriggerRefused::DynamicTempoBlockedByCommitReveal);
        }
        if self.pending_epoch_at != 0 {
            return Err(TriggerRefused::EpochTriggerAlreadyPending);
        }
        if self.blocks_until_next(block) < u64::from(freeze) {
            return Err(TriggerRefused::AutoEpochAlreadyImminent);
        }
        Ok(block.saturating_add(freeze.into()))
    }

    /// Whether hyperparameters may change at `block`: not within `freeze` blocks of the next epoch
    /// (`AdminFreezeWindow`), nor while an extra one is ahead.
    pub const fn admin_window_is_open(&self, block: u64, freeze: u16) -> bool {
        self.tempo == 0 || self.blocks_until_next(block) >= freeze as u64 && self.pending_epoch_at <= block
    }
}
