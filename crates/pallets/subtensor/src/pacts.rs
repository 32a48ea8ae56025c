//! What pacts keep is another pallet's to store: the ledger of the rules passes it on.

use alloc::vec::Vec;
use tributary_economy::{
    Error, NetUid, Tao,
    pact::{Arrival, Artifact, Ballot, Books, Channel, Event, Hold, Pact, Parameters, Report, Revenue},
};

use crate::{Chain, Config};

macro_rules! pass_on {
    ($(fn $name:ident(&self $(, $key:ident: $ty:ty)*) -> $value:ty;)* | $(fn $set:ident(&mut self $(, $k:ident: $t:ty)*) $(-> $result:ty)?;)*) => {
        $(fn $name(&self $(, $key: $ty)*) -> $value {
            T::Pacts::default().$name($($key),*)
        })*
        $(fn $set(&mut self $(, $k: $t)*) $(-> $result)? {
            T::Pacts::default().$set($($k),*)
        })*
    };
}

impl<T: Config> Books<T::AccountId> for Chain<T> {
    pass_on! {
        fn pact(&self, netuid: NetUid) -> Option<Pact<T::AccountId>>;
        fn revenue(&self, netuid: NetUid) -> Revenue;
        fn objections(&self, netuid: NetUid) -> Vec<Ballot<T::AccountId>>;
        fn reports(&self, netuid: NetUid) -> Vec<Report<T::AccountId>>;
        fn next_report(&self) -> u32;
        fn open_questions(&self, netuid: NetUid) -> Vec<u64>;
        fn arrivals(&self, netuid: NetUid, hotkey: &T::AccountId, coldkey: &T::AccountId) -> Vec<Arrival>;
        fn artifact(&self, netuid: NetUid) -> Option<Artifact<T::AccountId>>;
        fn channel(&self, id: u64) -> Option<Channel<T::AccountId>>;
        fn channels(&self) -> Vec<Channel<T::AccountId>>;
        fn next_channel(&self) -> u64;
        fn pact_parameters(&self) -> Parameters;
        fn existential_deposit(&self) -> Tao;
        fn now_ms(&self) -> u64;
        fn block_ms(&self) -> u64;
        fn held(&self, reason: Hold, who: &T::AccountId) -> Tao;
        |
        fn set_pact(&mut self, netuid: NetUid, pact: Option<Pact<T::AccountId>>);
        fn set_revenue(&mut self, netuid: NetUid, revenue: Revenue);
        fn set_objections(&mut self, netuid: NetUid, objections: Vec<Ballot<T::AccountId>>);
        fn set_reports(&mut self, netuid: NetUid, reports: Vec<Report<T::AccountId>>);
        fn set_next_report(&mut self, id: u32);
        fn set_open_questions(&mut self, netuid: NetUid, blocks: Vec<u64>);
        fn set_arrivals(&mut self, netuid: NetUid, hotkey: &T::AccountId, coldkey: &T::AccountId, arrivals: Vec<Arrival>);
        fn clear_arrivals(&mut self, netuid: NetUid);
        fn set_artifact(&mut self, netuid: NetUid, artifact: Option<Artifact<T::AccountId>>);
        fn set_channel(&mut self, id: u64, channel: Option<Channel<T::AccountId>>);
        fn set_next_channel(&mut self, id: u64);
        fn hold(&mut self, reason: Hold, who: &T::AccountId, amount: Tao) -> Result<(), Error>;
        fn free(&mut self, reason: Hold, who: &T::AccountId, amount: Tao) -> Result<(), Error>;
        fn seize(&mut self, reason: Hold, from: &T::AccountId, to: &T::AccountId, amount: Tao) -> Result<(), Error>;
        fn tell(&mut self, event: Event<T::AccountId>);
    }
}
