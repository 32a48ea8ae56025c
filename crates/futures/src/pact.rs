//! The pact that a scenario offers to every owner: the terms of a pact (`docs/rules/pacts.md#terms`) in units that
//! people use.

use serde::{Deserialize, Serialize};
use tributary_economy::{
    PerMillion, Tao,
    pact::{Parameters, Route, Terms},
};

use crate::chain::BLOCKS_PER_DAY;

/// Who decides whether a subnet has the pact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signing {
    /// Every owner for itself: those who are there, and newcomers.
    #[default]
    Choice,
    /// Newcomers get a slot only with the pact, or stay away; those who are there choose.
    Newcomers,
}

/// The terms that are offered, and what the rules give for them. What is zero is not promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Offer {
    /// Part of the owner's cut that is tribute.
    pub pledge: f64,
    /// Days in which half of the rest of the cut vests.
    pub vesting_days: f64,
    /// TAO on hold of the owner.
    pub bond: f64,
    /// Days between announcing to leave and leaving.
    pub notice_days: f64,
    /// Part of every payment on the rail that is tribute.
    pub revenue_share: f64,
    /// Days after which what the subnet has made can be opened by anybody.
    pub open_after_days: f64,
    /// Part of tribute that buys alpha and burns it.
    pub burn: f64,
    /// Part that is paid to those who hold alpha.
    pub holders: f64,
    /// Part that is paid to those who stake on root.
    pub root: f64,
    /// How much emission favours pacts: a share is multiplied by 1 + weight * strength.
    pub weight: f64,
    /// Days in which half of what waits in a reservoir is released.
    pub release_days: f64,
    /// Who signs.
    pub signing: Signing,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            pledge: 0.0,
            vesting_days: 0.0,
            bond: 0.0,
            notice_days: 0.0,
            revenue_share: 0.0,
            open_after_days: 0.0,
            burn: 1.0,
            holders: 0.0,
            root: 0.0,
            weight: 0.0,
            release_days: 1.0,
            signing: Signing::Choice,
        }
    }
}

impl Offer {
    /// What is wrong with it, if anything: the field and why.
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let fields = [
            ("pledge", self.pledge, 0.0, 1.0),
            ("vesting_days", self.vesting_days, 0.0, 3_650.0),
            ("bond", self.bond, 0.0, 1e6),
            ("notice_days", self.notice_days, 0.0, 3_650.0),
            ("revenue_share", self.revenue_share, 0.0, 1.0),
            ("open_after_days", self.open_after_days, 0.0, 3_650.0),
            ("burn", self.burn, 0.0, 1.0),
            ("holders", self.holders, 0.0, 1.0),
            ("root", self.root, 0.0, 1.0),
            ("weight", self.weight, 0.0, 100.0),
            ("release_days", self.release_days, 0.05, 3_650.0),
        ];
        for (name, value, low, high) in fields {
            if !(low..=high).contains(&value) {
                return Some((name, format!("{value} is out of range (allowed: {low} to {high})")));
            }
        }
        let route = self.terms().route;
        (!route.is_whole()).then(|| ("burn", "burn, holders and root must add up to 1".to_owned()))
    }

    /// As the chain keeps it. Parts are rounded to millionths, times to blocks.
    pub fn terms(&self) -> Terms {
        let part = |share: f64| PerMillion((share * 1e6 + 0.5) as u32);
        let blocks = |days: f64| (days * BLOCKS_PER_DAY as f64 + 0.5) as u64;
        Terms {
            pledge: part(self.pledge),
            vesting_half_life: blocks(self.vesting_days),
            bond: Tao((self.bond * 1e9 + 0.5) as u64),
            notice: blocks(self.notice_days),
            revenue_share: part(self.revenue_share),
            open_after: blocks(self.open_after_days),
            artifact_period: blocks(self.open_after_days),
            route: Route {
                burn: part(self.burn),
                holders: part(self.holders),
                root: part(self.root),
            },
        }
    }

    /// Parameters of all pacts: the chain's own where the offer does not say otherwise.
    pub fn parameters(&self) -> Parameters {
        Parameters {
            release_half_life: ((self.release_days * BLOCKS_PER_DAY as f64) as u64).max(1),
            pact_weight: (self.weight * 1e6 + 0.5) as u32,
            ..Parameters::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_those_of_the_chain() {
        let offer = Offer {
            pledge: 0.3,
            vesting_days: 90.0,
            bond: 250.5,
            open_after_days: 30.0,
            burn: 0.5,
            holders: 0.5,
            ..Offer::default()
        };
        assert_eq!(offer.problem(), None);
        let terms = offer.terms();
        assert_eq!(terms.check(), Ok(()));
        assert_eq!(terms.pledge, PerMillion(300_000));
        assert_eq!(terms.vesting_half_life, 648_000);
        assert_eq!(terms.bond, Tao(250_500_000_000));
        assert_eq!((terms.open_after, terms.artifact_period), (216_000, 216_000));
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let wrong = Offer {
            pledge: 1.5,
            ..Offer::default()
        };
        assert_eq!(wrong.problem().map(|(field, _)| field), Some("pledge"));
        let routes = Offer {
            holders: 0.5,
            ..Offer::default()
        };
        assert!(routes.problem().is_some_and(|(_, problem)| problem.contains("add up")));
    }
}
