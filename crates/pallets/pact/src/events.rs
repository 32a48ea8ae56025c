//! What happened, under the names and fields of [`tributary_economy::pact::Event`], from the same table.

use frame_support::pallet_macros::*;
use tributary_economy::{for_each_pact_event, pact::Event as Rule};

use crate::{Config, Event};

macro_rules! declare_events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: ($($ty:tt)+),)* })*) => {
        #[pallet_section]
        mod events {
            #[pallet::event]
            #[pallet::generate_deposit(pub(crate) fn deposit_event)]
            pub enum Event<T: Config> {
                $($(#[$doc])* $name { $($(#[$about])* $field: $($ty)+,)* },)*
                /// The parameters of all pacts were set.
                ParametersSet {
                    /// What they are.
                    parameters: Parameters,
                },
            }
        }

        impl<T: Config> From<Rule<T::AccountId>> for Event<T> {
            fn from(event: Rule<T::AccountId>) -> Self {
                match event {
                    $(Rule::$name { $($field),* } => Self::$name { $($field),* },)*
                }
            }
        }
    };
}

for_each_pact_event!(declare_events, [T::AccountId]);
