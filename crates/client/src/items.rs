//! The storage items that this program reads: where each is, by which keys, and what it holds. Hashers and the chain's own
//! types come from the chain's metadata; a test holds this table against the runtime of this repository.

use std::marker::PhantomData;

use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::crypto::AccountId32;
use tributary_economy::{
    Alpha, NetUid, NetUidStorageIndex, Tao,
    fixed::I96F32,
    pact::{Artifact, Channel, Pact, Parameters, Revenue},
};

use crate::{
    metadata::Typed,
    stored::{AccountInfo, Axon, Identity},
};

/// A storage item: keys of type `K`, values of type `V`.
pub struct Item<K, V> {
    pub(crate) pallet: &'static str,
    pub(crate) name: &'static str,
    kind: PhantomData<fn(K) -> V>,
}

impl<K, V> Item<K, V> {
    /// The item of this pallet under this name.
    pub const fn new(pallet: &'static str, name: &'static str) -> Self {
        Self {
            pallet,
            name,
            kind: PhantomData,
        }
    }

    /// How messages call it.
    pub(crate) fn what(&self) -> String {
        format!("storage item {}.{}", self.pallet, self.name)
    }
}

/// The keys of an entry, or the first of them.
pub trait Keys {
    /// Each with its type.
    #[doc(hidden)]
    fn typed(&self) -> TypedKeys;
}

/// Keys with their types.
#[doc(hidden)]
pub struct TypedKeys(pub(crate) Vec<Typed>);

/// What can be a key.
pub trait Key: Encode + Decode + TypeInfo + 'static {}
impl<T: Encode + Decode + TypeInfo + 'static> Key for T {}

impl Keys for () {
    fn typed(&self) -> TypedKeys {
        TypedKeys(Vec::new())
    }
}

impl<A: Key> Keys for (A,) {
    fn typed(&self) -> TypedKeys {
        TypedKeys(vec![Typed::new(&self.0)])
    }
}

impl<A: Key, B: Key> Keys for (A, B) {
    fn typed(&self) -> TypedKeys {
        TypedKeys(vec![Typed::new(&self.0), Typed::new(&self.1)])
    }
}

macro_rules! items {
    ($($pallet:ident { $($(#[$doc:meta])* $constant:ident = $name:ident($($key:ty),*) -> $value:ty;)* })*) => {
        $($(
            $(#[$doc])*
            pub const $constant: Item<($($key,)*), $value> = Item::new(stringify!($pallet), stringify!($name));
        )*)*

        /// Checks every item against a description.
        #[cfg(test)]
        fn check_all(metadata: &crate::metadata::Metadata) -> usize {
            let mut count = 0;
            $($(
                $constant.check(metadata);
                count += 1;
            )*)*
            count
        }
    };
}

items! {
    System {
        /// What an account holds.
        ACCOUNT = Account(AccountId32) -> AccountInfo;
    }
    Timestamp {
        /// The time of the block, in milliseconds since 1970.
        NOW = Now() -> u64;
    }
    Network {
        /// Milliseconds between blocks.
        SLOT_DURATION = SlotDuration() -> u64;
    }
    SubtensorModule {
        /// TAO issued.
        TOTAL_ISSUANCE = TotalIssuance() -> Tao;
        /// Weight of root's TAO over `u64::MAX`.
        TAO_WEIGHT = TaoWeight() -> u64;
        /// Whether there is the subnet.
        NETWORKS_ADDED = NetworksAdded(NetUid) -> bool;
        /// What a subnet says that it is.
        SUBNET_IDENTITIES = SubnetIdentitiesV3(NetUid) -> Identity;
        /// Symbol of a subnet's alpha.
        TOKEN_SYMBOL = TokenSymbol(NetUid) -> Vec<u8>;
        /// Coldkey that owns a subnet.
        SUBNET_OWNER = SubnetOwner(NetUid) -> AccountId32;
        /// Its hotkey.
        SUBNET_OWNER_HOTKEY = SubnetOwnerHotkey(NetUid) -> AccountId32;
        /// How a subnet's alpha is priced.
        SUBNET_MECHANISM = SubnetMechanism(NetUid) -> u16;
        /// TAO in a pool.
        SUBNET_TAO = SubnetTAO(NetUid) -> Tao;
        /// Alpha in a pool.
        SUBNET_ALPHA_IN = SubnetAlphaIn(NetUid) -> Alpha;
        /// Alpha outside a pool.
        SUBNET_ALPHA_OUT = SubnetAlphaOut(NetUid) -> Alpha;
        /// The average price that emission follows.
        SUBNET_MOVING_PRICE = SubnetMovingPrice(NetUid) -> I96F32;
        /// TAO that the block put into a pool.
        SUBNET_TAO_IN_EMISSION = SubnetTaoInEmission(NetUid) -> Tao;
        /// TAO that the block spent on a subnet's alpha.
        SUBNET_EXCESS_TAO = SubnetExcessTao(NetUid) -> Tao;
        /// What registering a neuron burns now.
        BURN = Burn(NetUid) -> Tao;
        /// Block in which emission started.
        FIRST_EMISSION_BLOCK = FirstEmissionBlockNumber(NetUid) -> u64;
        /// Neurons of a subnet.
        SUBNETWORK_N = SubnetworkN(NetUid) -> u16;
        /// Blocks between epochs.
        TEMPO = Tempo(NetUid) -> u16;
        /// Epochs so far.
        SUBNET_EPOCH_INDEX = SubnetEpochIndex(NetUid) -> u64;
        /// Block of the last epoch.
        LAST_EPOCH_BLOCK = LastMechansimStepBlock(NetUid) -> u64;
        /// Blocks between two weights of a validator.
        WEIGHTS_RATE_LIMIT = WeightsSetRateLimit(NetUid) -> u64;
        /// Version that weights must have.
        WEIGHTS_VERSION_KEY = WeightsVersionKey(NetUid) -> u64;
        /// Neurons that must be weighed.
        MIN_ALLOWED_WEIGHTS = MinAllowedWeights(NetUid) -> u16;
        /// Whether weights are committed and revealed.
        COMMIT_REVEAL = CommitRevealWeightsEnabled(NetUid) -> bool;
        /// Epochs until they are revealed.
        REVEAL_PERIOD = RevealPeriodEpochs(NetUid) -> u64;
        /// Hotkey of a uid.
        KEYS = Keys(NetUid, u16) -> AccountId32;
        /// Uid of a hotkey.
        UIDS = Uids(NetUid, AccountId32) -> u16;
        /// Coldkey of a hotkey.
        OWNER = Owner(AccountId32) -> AccountId32;
        /// Alpha staked on a hotkey.
        TOTAL_HOTKEY_ALPHA = TotalHotkeyAlpha(AccountId32, NetUid) -> Alpha;
        /// Where a neuron serves.
        AXONS = Axons(NetUid, AccountId32) -> Axon;
        /// Weight of stake in consensus by uid, of 65535.
        STAKE_WEIGHT = StakeWeight(NetUid) -> Vec<u16>;
        /// Who may set weights on others, by uid.
        VALIDATOR_PERMIT = ValidatorPermit(NetUid) -> Vec<bool>;
        /// Pay for work by uid, of 65535.
        INCENTIVE = Incentive(NetUidStorageIndex) -> Vec<u16>;
        /// Pay for judging by uid, of 65535.
        DIVIDENDS = Dividends(NetUid) -> Vec<u16>;
        /// What validators agree on by uid, of 65535.
        CONSENSUS = Consensus(NetUid) -> Vec<u16>;
        /// How much of a validator's weights survives clipping by uid, of 65535.
        VALIDATOR_TRUST = ValidatorTrust(NetUid) -> Vec<u16>;
        /// Alpha of the last epoch by uid.
        EMISSION = Emission(NetUid) -> Vec<Alpha>;
        /// Block of the last weights by uid.
        LAST_UPDATE = LastUpdate(NetUidStorageIndex) -> Vec<u64>;
    }
    Swap {
        /// Whether a pool has its weight.
        SWAP_INITIALIZED = PalSwapInitialized(NetUid) -> bool;
        /// Weight of TAO in a pool, of 1e18.
        SWAP_BALANCER = SwapBalancer(NetUid) -> u64;
    }
    Pact {
        /// The pact of a subnet.
        PACTS = Pacts(NetUid) -> Pact<AccountId32>;
        /// The last artifact of a subnet.
        ARTIFACTS = Artifacts(NetUid) -> Artifact<AccountId32>;
        /// What was paid for the services of a subnet.
        REVENUES = Revenues(NetUid) -> Revenue;
        /// Parameters of all pacts.
        PARAMETERS = ParametersOf() -> Parameters;
        /// Open channels.
        CHANNELS = Channels(u64) -> Channel<AccountId32>;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_runtime() {
        let metadata = crate::testing::metadata();
        assert!(check_all(&metadata) > 40);
    }

    trait Parts {
        fn check(metadata: &crate::metadata::Metadata, ids: &[u32]);
    }

    fn same<T: Decode + TypeInfo + 'static>(metadata: &crate::metadata::Metadata, id: u32) {
        metadata.fits::<T>("a key", id).unwrap();
    }

    impl Parts for () {
        fn check(_: &crate::metadata::Metadata, ids: &[u32]) {
            assert!(ids.is_empty());
        }
    }

    impl<A: Key> Parts for (A,) {
        fn check(metadata: &crate::metadata::Metadata, ids: &[u32]) {
            let [a] = ids else { panic!("{ids:?}") };
            same::<A>(metadata, *a);
        }
    }

    impl<A: Key, B: Key> Parts for (A, B) {
        fn check(metadata: &crate::metadata::Metadata, ids: &[u32]) {
            let [a, b] = ids else { panic!("{ids:?}") };
            same::<A>(metadata, *a);
            same::<B>(metadata, *b);
        }
    }

    #[allow(private_bounds)] // For tests only.
    impl<K: Parts, V: Decode + TypeInfo + 'static> Item<K, V> {
        pub(super) fn check(&self, metadata: &crate::metadata::Metadata) {
            let info = metadata.storage(self.pallet, self.name).unwrap();
            metadata.fits::<V>(&self.what(), info.value_id).unwrap();
            let ids: Vec<u32> = info.keys.iter().map(|key| key.key_id).collect();
            K::check(metadata, &ids);
        }
    }
}
