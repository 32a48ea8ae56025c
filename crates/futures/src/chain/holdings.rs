//! Alpha of all slots: who holds it outside the pools, what a step pays of it, what is sold.

use tributary_economy::{Alpha, Error, Tao};

/// Who holds alpha of a subnet outside its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Its owner.
    Owner,
    /// Its miners.
    Miners,
    /// Validators and everybody who stakes.
    Stakers,
    /// The chain, from purchases with emission.
    Protocol,
    /// Nobody: withheld miner pay.
    Burned,
}

/// Alpha outside the pools by class of holder, a row a class and a column a slot.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Of the owners.
    pub owner: Vec<Alpha>,
    /// Of the miners.
    pub miners: Vec<Alpha>,
    /// Of the stakers.
    pub stakers: Vec<Alpha>,
    /// Of the protocol.
    pub protocol: Vec<Alpha>,
    /// Out of reach.
    pub burned: Vec<Alpha>,
}

impl Holdings {
    pub(super) fn of(&mut self, holder: Holder) -> &mut Vec<Alpha> {
        match holder {
            Holder::Owner => &mut self.owner,
            Holder::Miners => &mut self.miners,
            Holder::Stakers => &mut self.stakers,
            Holder::Protocol => &mut self.protocol,
            Holder::Burned => &mut self.burned,
        }
    }

    pub(super) fn clear(&mut self, slot: usize) {
        for row in [
            &mut self.owner,
            &mut self.miners,
            &mut self.stakers,
            &mut self.protocol,
            &mut self.burned,
        ] {
            row[slot] = Alpha::ZERO;
        }
    }

    /// All of a slot's alpha outside its pool.
    pub fn total(&self, slot: usize) -> Result<Alpha, Error> {
        self.owner[slot]
            .plus(self.miners[slot])?
            .plus(self.stakers[slot])?
            .plus(self.protocol[slot])?
            .plus(self.burned[slot])
    }
}

/// What a step did to a slot, for the people.
#[derive(Clone, Debug, Default)]
pub struct Paid {
    /// Share of the TAO that the rules gave the slot.
    pub share: Vec<f64>,
    /// TAO that went into its pool, in rao: injected and spent on purchases.
    pub tao: Vec<u64>,
    /// Alpha of all participants, what is withheld or recycled of it too.
    pub created: Vec<Alpha>,
    /// TAO for one alpha after it.
    pub price: Vec<f64>,
    /// Owner's cut.
    pub owner: Vec<Alpha>,
    /// Miner pay that was not withheld.
    pub miners: Vec<Alpha>,
    /// Pay of validators and stakers.
    pub stakers: Vec<Alpha>,
    /// Root's part, not yet sold; it is in the stakers' holdings until then.
    pub root: Vec<Alpha>,
}

/// Alpha that is sold in a round, an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Sales {
    /// By owners.
    pub owner: Vec<Alpha>,
    /// By miners.
    pub miners: Vec<Alpha>,
    /// By stakers.
    pub stakers: Vec<Alpha>,
    /// The part of the stakers' that belongs to stakers on root.
    pub root: Vec<Alpha>,
}

impl Sales {
    /// Makes room for `slots`, with nothing sold.
    pub fn reset(&mut self, slots: usize) {
        for row in [&mut self.owner, &mut self.miners, &mut self.stakers, &mut self.root] {
            row.clear();
            row.resize(slots, Alpha::ZERO);
        }
    }
}

/// What a round of sales brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// To owners and miners.
    pub work: Tao,
    /// To stakers on root.
    pub root: Tao,
}
