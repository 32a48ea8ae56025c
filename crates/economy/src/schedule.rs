//! When a subnet's epoch runs (`economy.md` 2.6, 2.7).

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

impl Schedule {
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

    /// Whether hyperparameters may change at `block`: not within `freeze` blocks of the next epoch
    /// (`AdminFreezeWindow`), nor while an extra one is ahead.
    pub const fn admin_window_is_open(&self, block: u64, freeze: u16) -> bool {
        self.tempo == 0 || self.blocks_until_next(block) >= freeze as u64 && self.pending_epoch_at <= block
    }
}
