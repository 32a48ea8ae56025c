//! The terms of a pact, for people and programs.

use serde::Serialize;
use tributary_economy::pact::{Route, Terms};

/// Promises, for people and programs: parts from 0 to 1, TAO in rao, spans in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TermsView {
    /// Part of the owner's cut that is tribute at once.
    pub pledge: f64,
    /// Blocks in which half of the rest vests.
    pub vesting_half_life_blocks: u64,
    /// TAO that the owner puts at risk.
    pub bond_rao: u64,
    /// Blocks between announcing to leave and leaving.
    pub notice_blocks: u64,
    /// Part of every payment that is tribute.
    pub revenue_share: f64,
    /// Blocks after which an artifact can be opened.
    pub open_after_blocks: u64,
    /// Blocks in which an artifact must be committed.
    pub artifact_period_blocks: u64,
    /// Where tribute goes.
    pub route: RouteView,
}

/// Where tribute goes, in parts from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RouteView {
    /// Burned.
    pub burn: f64,
    /// To those who stake on the subnet.
    pub holders: f64,
    /// To those who stake on root.
    pub root: f64,
}

/// A part of a million, from 0 to 1.
pub(super) fn share(parts: u32) -> f64 {
    f64::from(parts) / 1e6
}

impl From<&Terms> for TermsView {
    fn from(terms: &Terms) -> Self {
        let Terms {
            pledge,
            vesting_half_life,
            bond,
            notice,
            revenue_share,
            open_after,
            artifact_period,
            route: Route { burn, holders, root },
        } = terms;
        Self {
            pledge: share(pledge.0),
            vesting_half_life_blocks: *vesting_half_life,
            bond_rao: bond.0,
            notice_blocks: *notice,
            revenue_share: share(revenue_share.0),
            open_after_blocks: *open_after,
            artifact_period_blocks: *artifact_period,
            route: RouteView {
                burn: share(burn.0),
                holders: share(holders.0),
                root: share(root.0),
            },
        }
    }
}
