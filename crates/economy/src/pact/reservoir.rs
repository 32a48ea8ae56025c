//! Where tribute waits (`docs/rules/pacts.md#the-reservoir`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Route;
use crate::{Alpha, Error, Tao};

/// Tribute that was received and is not released yet. TAO is on the account of the pallet and buys alpha when it is
/// released; alpha (pledged or forfeited cut) is outside the pool already and waits as it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Reservoir {
    /// TAO, in rao; its route is that of the terms when it is released.
    pub tao: Tao,
    /// Alpha for those who hold alpha.
    pub holders: Alpha,
    /// Alpha for those who stake on root.
    pub root: Alpha,
    /// Block of the last release.
    pub released_at: u64,
}

impl Reservoir {
    /// All alpha in it.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn alpha(&self) -> Result<Alpha, Error> {
        self.holders.plus(self.root)
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.tao.is_zero() && self.holders.is_zero() && self.root.is_zero()
    }

    /// Takes in alpha along a route. Returns the part that is to be burned, which does not wait.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn add_alpha(&mut self, alpha: Alpha, route: &Route) -> Result<Alpha, Error> {
        let parts = route.split(alpha.0);
        self.holders = self.holders.plus(Alpha(parts.holders))?;
        self.root = self.root.plus(Alpha(parts.root))?;
        Ok(Alpha(parts.burn))
    }
}
