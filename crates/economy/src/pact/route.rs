//! Where tribute goes (`docs/rules/pacts.md#release`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::PerMillion;

/// Parts of tribute by where they go. They add up to one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// Alpha that is burned, to the advantage of all who hold some.
    pub burn: PerMillion,
    /// Dividends of those who stake alpha to validators.
    pub holders: PerMillion,
    /// Dividends of those who stake on root.
    pub root: PerMillion,
}

impl Default for Route {
    fn default() -> Self {
        Self::BURN
    }
}

/// An amount split along a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// To burn.
    pub burn: u64,
    /// To alpha holders.
    pub holders: u64,
    /// To root stakers.
    pub root: u64,
}

impl Route {
    /// All is burned.
    pub const BURN: Self = Self {
        burn: PerMillion::ONE,
        holders: PerMillion::ZERO,
        root: PerMillion::ZERO,
    };
    /// All is for those who hold alpha.
    pub const HOLDERS: Self = Self {
        burn: PerMillion::ZERO,
        holders: PerMillion::ONE,
        root: PerMillion::ZERO,
    };
    /// All is for those who stake on root.
    pub const ROOT: Self = Self {
        burn: PerMillion::ZERO,
        holders: PerMillion::ZERO,
        root: PerMillion::ONE,
    };

    /// Whether the parts add up to one.
    pub fn is_whole(&self) -> bool {
        let sum = u64::from(self.burn.0) + u64::from(self.holders.0) + u64::from(self.root.0);
        sum == u64::from(PerMillion::ONE.0)
    }

    /// Splits an amount, each part rounded down. What rounding leaves goes to the first of burn, holders, root that has
    /// a part at all: for a whole route nothing is lost.
    pub fn split(&self, amount: u64) -> Parts {
        let mut parts = Parts {
            burn: self.burn.of(amount),
            holders: self.holders.of(amount),
            root: self.root.of(amount),
        };
        // Each is a floor of its part, so the sum is at most the amount.
        let rest = amount - parts.burn - parts.holders - parts.root;
        if self.burn != PerMillion::ZERO {
            parts.burn += rest;
        } else if self.holders != PerMillion::ZERO {
            parts.holders += rest;
        } else {
            parts.root += rest;
        }
        parts
    }
}
