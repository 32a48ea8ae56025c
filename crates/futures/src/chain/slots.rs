//! Who comes and who has to go (`docs/rules/subnets.md`), by `tributary_economy::registration`.

use tributary_economy::{
    Alpha, Error, NetUid, Tao,
    fixed::I64F64,
    issuance,
    pool::{self, EQUAL_WEIGHT},
    registration::{self, LockCost, Prunable},
};

use super::{Chain, state::Halving};

/// A registration that went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The slot.
    pub slot: usize,
    /// What it cost.
    pub cost: Tao,
    /// Whether somebody had to go for it.
    pub replaced: bool,
}

impl Chain {
    /// What a slot costs now (`docs/rules/subnets.md#lock-cost`).
    pub fn lock_cost(&self) -> Tao {
        registration::lock_cost(LockCost {
            last_cost: self.lock_cost_last,
            min_cost: self.constants.lock_cost_min,
            last_block: self.lock_block,
            block: self.block,
            reduction_interval: self.constants.lock_reduction_blocks,
            block_emission: issuance::block_emission(self.issued.0),
        })
    }

    /// The slot that the next newcomer would get: an empty one, else the one that the rules deregister; none if all
    /// are immune (`docs/rules/subnets.md#which-subnet-goes`).
    pub fn next_slot(&mut self) -> Option<usize> {
        if let Some(slot) = self.occupied.iter().position(|taken| !taken) {
            return Some(slot);
        }
        let mut prunable = core::mem::take(&mut self.scratch.prunable);
        prunable.clear();
        prunable.extend((0..self.slots()).map(|slot| Prunable {
            netuid: NetUid(slot as u16 + 1),
            registered_at: self.registered[slot],
            moving_price: self.effective_price(slot),
        }));
        let goes = registration::subnet_to_prune(&prunable, self.block, self.constants.immunity_blocks);
        self.scratch.prunable = prunable;
        goes.map(|netuid| usize::from(netuid.0) - 1)
    }

    /// Registers a subnet (`docs/rules/subnets.md#creation`) in the slot that [`Self::next_slot`] gives, paid from the
    /// free TAO. None if it is too soon after the last, if all slots are immune, or if not enough TAO is free.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn register(&mut self) -> Result<Option<Registered>, Error> {
        match self.next_slot() {
            Some(slot) => self.register_in(slot),
            None => Ok(None),
        }
    }

    /// [`Self::register`] in `slot`, which [`Self::next_slot`] has just given.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub(crate) fn register_in(&mut self, slot: usize) -> Result<Option<Registered>, Error> {
        if self.lock_block != 0 && self.block.saturating_sub(self.lock_block) < self.constants.network_rate_limit_blocks
        {
            return Ok(None);
        }
        let cost = self.lock_cost();
        if self.free < cost {
            return Ok(None);
        }
        let replaced = self.occupied[slot];
        if replaced {
            self.dissolve(slot)?;
        }
        let prices: Vec<_> = (0..self.slots())
            .filter(|other| self.occupied[*other])
            .map(|other| pool::price(&self.pool(other)))
            .collect();
        let alpha = registration::seed_alpha(cost, registration::median_price(&prices));
        self.free = self.free.minus(cost)?;
        self.flows.registered = self.flows.registered.plus(cost)?;
        let pools = &mut self.pools;
        (pools.tao[slot], pools.alpha[slot]) = (cost, alpha);
        (pools.quote_weight[slot], pools.initialized[slot]) = (EQUAL_WEIGHT, false);
        self.alpha_issued[slot] = alpha.0;
        self.moving[slot] = 0.0;
        self.first_block[slot] = None;
        self.registered[slot] = self.block;
        self.occupied[slot] = true;
        self.enabled[slot] = false;
        self.withheld[slot] = 0.0;
        (self.flow[slot], self.flow_now[slot]) = (I64F64::from_bits(0), 0);
        (self.lock_cost_last, self.lock_block) = (cost, self.block);
        Ok(Some(Registered { slot, cost, replaced }))
    }

    /// The start call: it emits from the next block, and its alpha can be traded (`docs/rules/subnets.md#start-call`).
    pub fn start(&mut self, slot: usize) {
        if self.occupied[slot] && self.first_block[slot].is_none() {
            self.first_block[slot] = Some(self.block + 1);
        }
    }

    /// Ends a subnet (`docs/rules/subnets.md#dissolving`): the pool's TAO goes to those who hold its alpha; the
    /// protocol's part, which counts the alpha in the pool, is recycled.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn dissolve(&mut self, slot: usize) -> Result<(), Error> {
        self.dissolve_pact(slot)?;
        let protocol = self.holdings.protocol[slot].plus(self.pools.alpha[slot])?;
        let claims = [
            self.holdings.owner[slot].0,
            self.holdings.miners[slot].0,
            self.holdings.stakers[slot].0,
            protocol.0,
        ];
        let pot = self.pools.tao[slot];
        let payouts = registration::dissolve_payouts(pot.0, &claims);
        let people: u64 = payouts[..3].iter().sum();
        self.free = self.free.plus(Tao(people))?;
        // What nobody can claim is recycled: it leaves the issuance.
        let recycled = pot.minus(Tao(people))?;
        self.issued = self.issued.minus(recycled)?;
        self.flows.dissolved = self.flows.dissolved.plus(Tao(people))?;
        self.flows.recycled = self.flows.recycled.plus(recycled)?;
        self.pools.tao[slot] = Tao::ZERO;
        self.pools.alpha[slot] = Alpha::ZERO;
        self.holdings.clear(slot);
        self.alpha_issued[slot] = 0;
        self.moving[slot] = 0.0;
        self.halving[slot] = Halving::default();
        self.first_block[slot] = None;
        self.occupied[slot] = false;
        self.enabled[slot] = false;
        Ok(())
    }
}
