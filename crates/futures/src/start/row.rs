//! A subnet at the start.

/// One subnet at the start. Amounts in TAO and alpha.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name, if it has one.
    pub name: String,
    /// Block of registration.
    pub registered: u64,
    /// Block from which it emits, unless it has not started.
    pub first_block: Option<u64>,
    /// TAO in the pool.
    pub pool_tao: f64,
    /// Alpha in the pool.
    pub pool_alpha: f64,
    /// Alpha outside the pool: of the owner.
    pub owner: f64,
    /// Of the protocol.
    pub protocol: f64,
    /// Burned.
    pub burned: f64,
    /// Of everybody else.
    pub stakers: f64,
    /// Part of miner pay withheld, at the block itself: with it the rules give the emission that was seen.
    pub withheld: f64,
    /// Whether it may receive TAO.
    pub enabled: bool,
    /// Alpha of the owner under a lock that does not decay.
    pub owner_locked: f64,
    /// Day from the start of the start call, if that is known and not yet made.
    pub starts: Option<f64>,
    /// Day from the start on which it may receive TAO, if that is known and not yet so.
    pub enables: Option<f64>,
    /// Whether nobody works there any more: no miner was paid for a month, and its identity is blank or parked.
    pub abandoned: bool,
    /// Its share of emission, where known.
    pub emission_share: Option<f64>,
}

impl Row {
    /// TAO for one alpha. It also stands in for the moving price, which the cross-section does not have: with it the
    /// rules give the emission that was seen to 0.2 %, with the mean price of 30 days they miss by 40 %.
    pub fn price(&self) -> f64 {
        if self.pool_alpha > 0.0 {
            self.pool_tao / self.pool_alpha
        } else {
            0.0
        }
    }

    /// The logarithm of the price, of which there is a least one.
    pub(crate) fn log_price(&self) -> f64 {
        libm::log(self.price().max(1e-9))
    }
}
