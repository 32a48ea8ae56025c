//! Purchases and sales against the pools, one or a round of them, and whether all sums close.

use tributary_economy::{
    Alpha, Error, Tao, approximate,
    pool::{self, HIGHEST_PRICE, LOWEST_PRICE, Side},
};

use super::{Arithmetic, Brought, Chain, Holder, Sales, rows};
use crate::vector;

impl Chain {
    /// Buys alpha with free TAO. Returns what it cost and brought; zeros if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if less TAO is free, [`Error::Overflow`]: a broken book.
    pub fn buy(&mut self, slot: usize, tao: Tao, holder: Holder) -> Result<(Tao, Alpha), Error> {
        let Some((paid, bought)) = self.trade(slot, Side::Buy, tao.0, true)? else {
            return Ok((Tao::ZERO, Alpha::ZERO));
        };
        // The fee stays free: it goes to a validator's account.
        self.free = self.free.minus(Tao(paid))?;
        let row = self.holdings.of(holder);
        row[slot] = row[slot].plus(Alpha(bought))?;
        self.flows.bought = self.flows.bought.plus(Tao(paid))?;
        self.flow_now[slot] = self.flow_now[slot].saturating_add_unsigned(paid);
        Ok((Tao(paid), Alpha(bought)))
    }

    /// Sells a holder's alpha. The TAO becomes free. Returns what it brought; nothing if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if the holder has less, [`Error::Overflow`]: a broken book.
    pub fn sell(&mut self, slot: usize, alpha: Alpha, holder: Holder) -> Result<Tao, Error> {
        let [mut owner, mut miners, mut stakers] = [Alpha::ZERO; 3];
        match holder {
            Holder::Owner => owner = alpha,
            Holder::Miners => miners = alpha,
            Holder::Stakers => stakers = alpha,
            // Nobody can sell these.
            Holder::Protocol | Holder::Burned => return Err(Error::Underflow),
        }
        self.sell_of(slot, [owner, miners, stakers])
    }

    /// Sells alpha of owner, miners and stakers in one trade. Returns what it brought; the fee, in alpha, goes to the
    /// stakers. Nothing moves if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if one of them has less, [`Error::Overflow`]: a broken book.
    pub fn sell_of(&mut self, slot: usize, [owner, miners, stakers]: [Alpha; 3]) -> Result<Tao, Error> {
        let all = owner.plus(miners)?.plus(stakers)?;
        let Some((paid, brought)) = self.trade(slot, Side::Sell, all.0, true)? else {
            return Ok(Tao::ZERO);
        };
        let fee = all.minus(Alpha(paid))?;
        let held = &mut self.holdings;
        held.owner[slot] = held.owner[slot].minus(owner)?;
        held.miners[slot] = held.miners[slot].minus(miners)?;
        held.stakers[slot] = held.stakers[slot].minus(stakers)?.plus(fee)?;
        self.free = self.free.plus(Tao(brought))?;
        self.flows.sold([owner, miners, all], Tao(brought))?;
        self.flow_now[slot] = self.flow_now[slot].saturating_sub_unsigned(brought);
        Ok(Tao(brought))
    }

    /// Trades with a slot's pool: what entered and what left it for `amount` offered, fee included if there is one; none if
    /// it refuses.
    pub(super) fn trade(
        &mut self,
        slot: usize,
        side: Side,
        amount: u64,
        fee: bool,
    ) -> Result<Option<(u64, u64)>, Error> {
        let quote = self.quote(slot, side, amount, fee)?;
        Ok(quote.map(|(paid_in, paid_out, pool)| {
            self.set_pool(slot, &pool);
            (paid_in, paid_out)
        }))
    }

    /// What a trade would do: what enters and leaves the pool, and the pool after it; none if it refuses.
    pub(super) fn quote(
        &self,
        slot: usize,
        side: Side,
        amount: u64,
        fee: bool,
    ) -> Result<Option<(u64, u64, pool::Pool)>, Error> {
        if amount == 0 || !self.occupied[slot] || self.first_block[slot].is_none() {
            return Ok(None);
        }
        let mut pool = self.pool(slot);
        if self.arithmetic == Arithmetic::Float {
            let (input, output) = match side {
                Side::Buy => (pool.tao.0, pool.alpha.0),
                Side::Sell => (pool.alpha.0, pool.tao.0),
            };
            let rate = if fee { approximate::fee_part(pool.fee_rate) } else { 0.0 };
            let traded = approximate::swap(input, output, amount, rate, pool.minimum_reserve);
            if traded.paid_in == 0 {
                return Ok(None);
            }
            let (paid_in, paid_out) = (traded.paid_in, traded.paid_out);
            (pool.tao, pool.alpha) = match side {
                Side::Buy => (pool.tao.plus(Tao(paid_in))?, pool.alpha.minus(Alpha(paid_out))?),
                Side::Sell => (pool.tao.minus(Tao(paid_out))?, pool.alpha.plus(Alpha(paid_in))?),
            };
            return Ok(Some((paid_in, paid_out, pool)));
        }
        let limit = match side {
            Side::Buy => HIGHEST_PRICE,
            Side::Sell => LOWEST_PRICE,
        };
        match pool::swap(&mut pool, side, amount, limit, !fee) {
            Ok(swapped) => Ok(Some((swapped.paid_in, swapped.paid_out, pool))),
            Err(error @ (Error::Overflow | Error::Underflow)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Trades in every pool what `swaps.offered` says, fee included.
    fn trade_all(&mut self, side: Side) -> Result<(), Error> {
        if self.arithmetic == Arithmetic::Float {
            return vector::run(rows::Swaps { chain: self, side });
        }
        for slot in 0..self.slots() {
            let traded = self.trade(slot, side, self.swaps.offered[slot], true)?;
            (self.swaps.paid_in[slot], self.swaps.paid_out[slot]) = traded.unwrap_or_default();
        }
        Ok(())
    }

    /// A round of sales, one in every pool. The TAO becomes free; fees, in alpha, go to the stakers. Nothing moves where
    /// the pool refuses.
    ///
    /// # Errors
    /// [`Error::Overflow`] if a holder has less than it sells: a broken book.
    pub fn sell_all(&mut self, sales: &Sales) -> Result<Brought, Error> {
        for slot in 0..self.slots() {
            let (owner, miners) = (sales.owner[slot].0, sales.miners[slot].0);
            self.swaps.offered[slot] = owner.wrapping_add(miners).wrapping_add(sales.stakers[slot].0);
        }
        self.trade_all(Side::Sell)?;
        let (brought, of) = vector::run(rows::Sold { chain: self, sales })?;
        let brought = Tao(brought);
        self.free = self.free.plus(brought)?;
        let [owners, miners, root] = of.map(|rao| Tao(rao as u64));
        self.flows.sold_all(brought, [owners, miners, root])?;
        Ok(Brought {
            work: owners.plus(miners)?,
            root,
        })
    }

    /// A round of purchases by stakers, one in every pool, with what `budgets` says of free TAO; the first slots come
    /// first if that is not enough.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn buy_all(&mut self, budgets: &[u64]) -> Result<(), Error> {
        self.swaps.offered.copy_from_slice(budgets);
        let mut left = self.free.0;
        for offered in &mut self.swaps.offered {
            *offered = left.min(*offered);
            left -= *offered;
        }
        self.trade_all(Side::Buy)?;
        let paid = vector::run(rows::Bought { chain: self })?;
        self.free = self.free.minus(paid)?;
        self.flows.bought = self.flows.bought.plus(paid)?;
        Ok(())
    }

    /// Compares what was issued with what is held: TAO, and the alpha of every slot. Returns the first sum that does
    /// not close: its name, what was issued, what is held; else the TAO in all pools, in rao.
    pub fn check(&self) -> Result<u128, (String, u128, u128)> {
        let (closes, pools) = vector::run(rows::Check { chain: self });
        let people = u128::from(self.root.0) + u128::from(self.free.0) + u128::from(self.idle.0);
        let held = pools + people + self.pacts.tao();
        if held != u128::from(self.issued.0) {
            return Err(("TAO in rao".into(), self.issued.0.into(), held));
        }
        if closes && !self.pacts.any() {
            return Ok(pools);
        }
        let holdings = &self.holdings;
        for slot in 0..self.slots() {
            self.pacts.check(slot)?;
            let held = u128::from(self.pools.alpha[slot].0)
                + u128::from(holdings.owner[slot].0)
                + u128::from(holdings.miners[slot].0)
                + u128::from(holdings.stakers[slot].0)
                + u128::from(holdings.protocol[slot].0)
                + u128::from(holdings.burned[slot].0)
                + self.pacts.alpha(slot);
            if held != u128::from(self.alpha_issued[slot]) {
                return Err((
                    format!("alpha of slot {}", slot + 1),
                    self.alpha_issued[slot].into(),
                    held,
                ));
            }
        }
        Ok(pools)
    }
}
