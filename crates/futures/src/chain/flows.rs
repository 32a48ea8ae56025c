//! The doors of the pools: every TAO that enters or leaves one, by who brought it or got it.

use tributary_economy::{Alpha, Error, Tao};

/// TAO that moved since the beginning of a future, all pools together.
///
/// What came in, less what went out, is what the pools have gained: [`Flows::check`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// In the pools at the beginning, in rao.
    opening: u128,
    /// Emission: injected and spent on the chain's purchases.
    pub minted: Tao,
    /// Paid by buyers of alpha.
    pub bought: Tao,
    /// Paid for slots.
    pub registered: Tao,
    /// Tribute that bought alpha, or joined the pool of a subnet that was dissolved.
    pub tribute: Tao,
    /// To owners for their alpha.
    pub owners: Tao,
    /// To miners.
    pub miners: Tao,
    /// To validators and stakers of alpha.
    pub stakers: Tao,
    /// To stakers on root.
    pub root: Tao,
    /// To holders of subnets that were dissolved.
    pub dissolved: Tao,
    /// To nobody: what no holder of a dissolved subnet could claim.
    pub recycled: Tao,
}

impl Flows {
    /// Names of the flows, in the order of [`Self::values`]: what comes in, then what goes out.
    pub const NAMES: [&str; 10] = [
        "minted",
        "bought",
        "registered",
        "tribute",
        "owners",
        "miners",
        "stakers",
        "root",
        "dissolved",
        "recycled",
    ];

    /// How many of [`Self::NAMES`] come in.
    pub const IN: usize = 4;

    /// The flows in rao.
    pub fn values(&self) -> [u64; 10] {
        [
            self.minted.0,
            self.bought.0,
            self.registered.0,
            self.tribute.0,
            self.owners.0,
            self.miners.0,
            self.stakers.0,
            self.root.0,
            self.dissolved.0,
            self.recycled.0,
        ]
    }

    /// Begins with what the pools hold.
    pub(crate) fn open(&mut self, pools: &[Tao]) {
        *self = Self {
            opening: pools.iter().map(|tao| u128::from(tao.0)).sum(),
            ..Self::default()
        };
    }

    /// Books a sale of the alpha of owner, miners and stakers: `parts` are the owner's, the miners' and all of it.
    /// Rounding goes to the stakers.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`].
    pub(super) fn sold(&mut self, parts: [Alpha; 3], brought: Tao) -> Result<(), Error> {
        let [owner, miners, all] = parts.map(|part| part.0 as f64);
        let each = brought.0 as f64 / all.max(1.0);
        let owner = Tao((owner * each) as u64).min(brought);
        let rest = brought.minus(owner)?;
        let miners = Tao((miners * each) as u64).min(rest);
        self.owners = self.owners.plus(owner)?;
        self.miners = self.miners.plus(miners)?;
        self.stakers = self.stakers.plus(rest.minus(miners)?)?;
        Ok(())
    }

    /// Books a round of sales: what all brought, and of that the owners', the miners' and the part of stakers on root.
    /// Rounding goes to the stakers.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`].
    pub(super) fn sold_all(&mut self, brought: Tao, [owners, miners, root]: [Tao; 3]) -> Result<(), Error> {
        let owners = owners.min(brought);
        let rest = brought.minus(owners)?;
        let miners = miners.min(rest);
        let rest = rest.minus(miners)?;
        let root = root.min(rest);
        self.owners = self.owners.plus(owners)?;
        self.miners = self.miners.plus(miners)?;
        self.root = self.root.plus(root)?;
        self.stakers = self.stakers.plus(rest.minus(root)?)?;
        Ok(())
    }

    /// Compares the flows with what the pools hold now, in rao.
    ///
    /// # Errors
    /// The name of the sum, what the flows say and what is held, if they differ.
    pub fn check(&self, pooled: u128) -> Result<(), (String, u128, u128)> {
        let values = self.values().map(u128::from);
        let (came, went) = values.split_at(Self::IN);
        let came = self.opening + came.iter().sum::<u128>();
        let went = went.iter().sum::<u128>();
        if came == pooled + went {
            Ok(())
        } else {
            let name = "TAO into and out of the pools, in rao".to_owned();
            Err((name, came, pooled + went))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_that_is_not_booked_is_found() {
        let mut flows = Flows {
            opening: 100,
            ..Flows::default()
        };
        flows.minted = Tao(50);
        flows.sold([Alpha(1), Alpha(1), Alpha(3)], Tao(10)).unwrap();
        flows.sold_all(Tao(20), [Tao(4), Tao(30), Tao(1)]).unwrap();
        assert_eq!(flows.values(), [50, 0, 0, 0, 7, 19, 4, 0, 0, 0]);
        flows.sold_all(Tao(10), [Tao(1), Tao(2), Tao(3)]).unwrap();
        assert_eq!(flows.values(), [50, 0, 0, 0, 8, 21, 8, 3, 0, 0]);
        assert_eq!(flows.check(110), Ok(()));
        assert!(flows.check(111).is_err());
    }
}
