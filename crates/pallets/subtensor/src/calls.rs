//! What people may ask for. Indices and argument names are those of the reference (`docs/rules/clients.md#calls`). A
//! call checks its origin and hands over to a rule, or to the part of this pallet that knows the matter.
//!
//! FRAME takes one block of calls. It is written in parts, a file for each matter: every part is a macro that adds its
//! calls to those that it was given and hands all of them to the next one; the last makes the block.

use frame_support::pallet_macros::*;

mod neurons;
mod stakes;
mod subnets;
mod weights;

use neurons::neuron_calls;
use stakes::stake_calls;
use subnets::subnet_calls;
use weights::weight_calls;

macro_rules! block_of_calls {
    ([] $($calls:tt)*) => {
        #[pallet_section]
        mod calls {
            #[pallet::call]
            impl<T: Config> Pallet<T> {
                $($calls)*
            }
        }
    };
}

weight_calls! { [stake_calls neuron_calls subnet_calls block_of_calls] }
