//! The situation of an owner in a future, for its decisions.

use super::{Kind, exit_decision::Situation, world::World};
use crate::units::{MONTH, RAO};

impl World {
    /// The situation of a slot's owner.
    pub(super) fn situation(&self, slot: usize) -> Situation {
        let (people, holdings) = (&self.people, &self.chain.holdings);
        let tao_usd = self.tao.usd;
        Situation {
            kind: people.kind[slot],
            quality: people.quality[slot],
            revenue: people.revenue[slot],
            on_rail: self.on_rail(people.kind[slot]),
            funding: people.funding[slot],
            cut_sold: people.cut_sold[slot],
            price: self.chain.price(slot) * tao_usd,
            tao_usd,
            pool_alpha: self.chain.pools.alpha[slot].0 as f64 / RAO,
            emitted: self.chain.emission_of(self.chain.alpha_issued[slot], MONTH),
            cut_part: self.chain.constants.parts().owner,
            owned: holdings.owner[slot].0 as f64 / RAO,
            locked: people.locked[slot].0 as f64 / RAO,
            unvested: self.chain.pacts.unvested(slot).0 as f64 / RAO,
        }
    }

    /// Part of its revenue that an owner takes on the network when no pact takes a share of it.
    pub(super) fn on_rail(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Mission => self.parameters.on_rail,
            Kind::Commercial => 0.5 * self.parameters.on_rail,
            Kind::Mercenary => 0.1 * self.parameters.on_rail,
        }
    }
}
