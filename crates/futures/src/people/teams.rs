//! Teams, as they are drawn, and how they take a slot.

use tributary_economy::Alpha;

use super::{
    Kind, Phase,
    world::{SEGMENTS, World},
};
use crate::{
    noise::{normal, uniform},
    units::MONTH,
};

/// A team, as it is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Team {
    pub(super) kind: Kind,
    pub(super) quality: f64,
    pub(super) talent: f64,
    pub(super) appeal: f64,
    pub(super) segment: u8,
    pub(super) cut_sold: f64,
    /// Days until its first decision.
    pub(super) decides_in: f64,
}

impl World {
    /// Draws the team of a slot's occupant number `generation`. `rank` says where its price stands, in standard
    /// deviations.
    pub(super) fn team(&mut self, slot: usize, generation: u32, rank: f64) -> Team {
        let p = &self.parameters;
        let base = u64::from(generation) * 16;
        let start = &self.streams.start;
        let bits = |k| start.at(base + k, slot as u64);
        let u = uniform(bits(0));
        let kind = if u < p.mission_share {
            Kind::Mission
        } else if u > 1.0 - p.mercenary_share {
            Kind::Mercenary
        } else {
            Kind::Commercial
        };
        let told = p.price_tells_quality;
        let luck = (1.0 - told * told).sqrt();
        let quality = p.quality_start + p.quality_spread * (told * rank + luck * normal(bits(1)));
        // Those who are ahead mostly are those who move fast.
        let skill = told * rank + luck * normal(bits(2));
        let eager = libm::exp(normal(bits(5)));
        Team {
            kind,
            quality,
            talent: p.talent_median * libm::exp(p.talent_spread * skill),
            appeal: p.appeal_spread * normal(bits(3)),
            segment: (uniform(bits(4)) * SEGMENTS as f64) as u8,
            cut_sold: match kind {
                Kind::Mission => (0.5 * p.cut_sold * eager).min(1.0),
                Kind::Commercial => (p.cut_sold * eager).min(1.0),
                Kind::Mercenary => 1.0,
            },
            decides_in: MONTH * uniform(bits(6)),
        }
    }

    /// Draws the people of a slot's present occupant. `rank` says where its price stands, in standard deviations.
    pub(super) fn occupy(&mut self, slot: usize, rank: f64) {
        let team = self.team(slot, self.people.generation[slot], rank);
        let on_rail = self.on_rail(team.kind);
        let people = &mut self.people;
        people.kind[slot] = team.kind;
        people.quality[slot] = team.quality;
        people.talent[slot] = team.talent;
        people.appeal[slot] = team.appeal;
        people.segment[slot] = team.segment;
        people.cut_sold[slot] = team.cut_sold;
        people.on_rail[slot] = on_rail;
        people.decides[slot] = self.day + team.decides_in;
        people.departs[slot] = f64::INFINITY;
        people.looks[slot] = 0;
        (people.trust[slot], people.leak[slot], people.opened[slot]) = (0.0, 0.0, None);
        people.locked[slot] = Alpha::ZERO;
        people.phase[slot] = Phase::Building;
        people.since[slot] = self.day;
        people.funding[slot] = 0.0;
        people.revenue[slot] = 0.0;
        people.idle[slot] = false;
        people.attention[slot] = 0.0;
        people.momentum[slot] = 0.0;
        people.anchor[slot] = None;
        people.log_price[slot] = libm::log(self.chain.price(slot).max(1e-12));
        people.log_value[slot] = people.log_price[slot];
        (people.starts[slot], people.enables[slot]) = (f64::INFINITY, f64::INFINITY);
    }
}
