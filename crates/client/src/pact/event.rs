//! What happened to pacts, payments and channels, from the table of the rules: each event is found by its name on the chain,
//! each field by its own.

use sp_core::crypto::AccountId32;
use tributary_economy::{
    Alpha, NetUid, Tao,
    pact::{Arbiters, Breach, Parameters, Terms, report::Verdict},
};

use crate::{Event as OfChain, Result};

macro_rules! declare_events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: ($($ty:tt)+),)* })*) => {
        /// Something that happened to a pact, a payment or a channel. TAO in rao, alpha in its smallest unit, spans and
        /// dates in blocks.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name { $($(#[$about])* $field: $($ty)+,)* },)*
            /// The parameters of all pacts were set.
            ParametersSet {
                /// What they are.
                parameters: Parameters,
            },
            /// Something of which only the name is known here, told by a newer chain.
            Other {
                /// Its name on the chain.
                name: String,
            },
        }

        impl Event {
            /// Reads an event of the chain; nothing if it is another pallet's.
            ///
            /// # Errors
            /// [`crate::Error::Shape`] if a field is missing or of another type.
            pub fn read(event: &OfChain) -> Result<Option<Self>> {
                if event.pallet() != "Pact" {
                    return Ok(None);
                }
                Ok(Some(match event.name() {
                    $(stringify!($name) => Self::$name { $($field: event.field(stringify!($field))?),* },)*
                    "ParametersSet" => Self::ParametersSet { parameters: event.field("parameters")? },
                    name => Self::Other { name: name.to_owned() },
                }))
            }

            /// Those of some events that are about pacts, payments and channels.
            ///
            /// # Errors
            /// As [`Self::read`].
            pub fn read_all<'a>(events: impl IntoIterator<Item = &'a OfChain>) -> Result<Vec<Self>> {
                events.into_iter().filter_map(|event| Self::read(event).transpose()).collect()
            }
        }

        /// Checks every event against a description.
        #[cfg(test)]
        fn check_all(metadata: &crate::metadata::Metadata) -> usize {
            let mut count = 0;
            let pallet = metadata.pallet("Pact").unwrap();
            $(
                let variants = pallet.event_variants().unwrap();
                let event = variants.iter().find(|event| event.name == stringify!($name)).expect(stringify!($name));
                let names: &[&str] = &[$(stringify!($field)),*];
                let told: Vec<&str> = event.fields.iter().map(|field| field.name.as_deref().unwrap()).collect();
                assert_eq!(told, names, stringify!($name));
                let mut ids = event.fields.iter().map(|field| field.ty.id);
                $(metadata.fits::<$($ty)+>(stringify!($name.$field), ids.next().unwrap()).unwrap();)*
                count += 1;
            )*
            count
        }
    };
}

tributary_economy::for_each_pact_event!(declare_events, [AccountId32]);

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_that_of_the_runtime() {
        let metadata = crate::testing::metadata();
        let told = metadata.pallet("Pact").unwrap().event_variants().unwrap().len();
        // And `ParametersSet`, which is the pallet's own.
        assert_eq!(super::check_all(&metadata) + 1, told);
    }
}
