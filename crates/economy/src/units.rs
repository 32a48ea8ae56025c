//! Assets and identifiers. Each is a newtype, so that TAO never meets alpha by accident, and each
//! describes itself on the wire as the plain integer that existing clients expect (`docs/rules/clients.md#metadata`).

use codec::{CompactAs, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Rao in one TAO, and the smallest units in one alpha of any subnet (`docs/rules/issuance.md#units`).
pub const UNIT: u64 = 1_000_000_000;

/// No more TAO than this is ever minted, and no more alpha of one subnet (`docs/rules/issuance.md#units`), in rao.
pub const MAX_SUPPLY: u64 = 21_000_000 * UNIT;

/// Blocks of a day (12 seconds each).
pub const BLOCKS_PER_DAY: u64 = 7_200;

macro_rules! transparent {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
            DecodeWithMemTracking, MaxEncodedLen, CompactAs, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl TypeInfo for $name {
            type Identity = $inner;
            fn type_info() -> scale_info::Type {
                <$inner as TypeInfo>::type_info()
            }
        }

        impl $name {
            /// The bare integer.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! asset {
    ($(#[$doc:meta])* $name:ident) => {
        transparent! { $(#[$doc])* $name(u64) }

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The sum.
            ///
            /// # Errors
            /// [`Error::Overflow`] past `u64::MAX`.
            pub fn plus(self, other: Self) -> Result<Self, Error> {
                self.0.checked_add(other.0).map(Self).ok_or(Error::Overflow)
            }

            /// The difference.
            ///
            /// # Errors
            /// [`Error::Underflow`] if `other` is larger.
            pub fn minus(self, other: Self) -> Result<Self, Error> {
                self.0.checked_sub(other.0).map(Self).ok_or(Error::Underflow)
            }

            /// The difference, or nothing where the rules say that a subtraction stops at zero.
            pub const fn minus_or_zero(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// True of nothing.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }
        }

        impl core::iter::Sum for $name {
            /// # Panics
            /// Never on amounts that exist: no asset has more than [`MAX_SUPPLY`] units in pools and
            /// as much outside. Sums of made-up numbers may overflow and panic.
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(Self(0), |acc, x| Self(acc.0.checked_add(x.0).expect("sum of an asset fits u64")))
            }
        }
    };
}

asset! {
    /// TAO, in rao (1e-9 TAO).
    Tao
}
asset! {
    /// Alpha of one subnet, in its smallest unit (1e-9 alpha). On root the "alpha" is TAO, one to one.
    Alpha
}

transparent! {
    /// A subnet. 0 is root.
    NetUid(u16)
}
transparent! {
    /// A consensus mechanism inside a subnet, 0 to 15.
    MechId(u8)
}
transparent! {
    /// Key of the items kept per subnet and mechanism: `mechanism * 4096 + netuid` (`docs/rules/yuma.md#mechanisms`).
    NetUidStorageIndex(u16)
}

transparent! {
    /// A part of one, in millionths. Only [`PerMillion::is_part`] tells whether it is at most one.
    PerMillion(u32)
}

impl PerMillion {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All.
    pub const ONE: Self = Self(1_000_000);

    /// A part, if it is at most one.
    pub const fn new(millionths: u32) -> Option<Self> {
        if millionths <= Self::ONE.0 {
            Some(Self(millionths))
        } else {
            None
        }
    }

    /// Whether it is at most one.
    pub const fn is_part(self) -> bool {
        self.0 <= Self::ONE.0
    }

    /// That part of an amount, rounded down; all of it if the part is above one.
    pub fn of(self, amount: u64) -> u64 {
        // At most the amount.
        (u128::from(amount) * u128::from(self.0.min(Self::ONE.0)) / u128::from(Self::ONE.0)) as u64
    }
}

impl NetUid {
    /// The root network.
    pub const ROOT: Self = Self(0);

    /// True of the root network.
    pub const fn is_root(self) -> bool {
        self.0 == 0
    }

    /// The key of this subnet's mechanism `mecid`, saturating in u16 (`docs/rules/yuma.md#mechanisms`).
    pub const fn index(self, mecid: MechId) -> NetUidStorageIndex {
        NetUidStorageIndex((mecid.0 as u16).saturating_mul(4096).saturating_add(self.0))
    }
}

impl NetUidStorageIndex {
    /// Subnet and mechanism of this key.
    pub const fn split(self) -> (NetUid, MechId) {
        (NetUid(self.0 % 4096), MechId((self.0 / 4096) as u8))
    }
}
