//! A runtime of balances, the market and pacts.

use frame_support::{
    derive_impl,
    traits::{ConstU64, Get, Hooks},
};
use sp_core::{Pair, sr25519};
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};
use tributary_economy::{NewSubnet, Tao, UNIT, pact::Parameters};

type Block = frame_system::mocking::MockBlockU32<Test>;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(7)]
    pub type SubtensorModule = pallet_subtensor;
    #[runtime::pallet_index(28)]
    pub type Swap = pallet_subtensor_swap;
    #[runtime::pallet_index(31)]
    pub type AlphaAssets = pallet_alpha_assets;
    #[runtime::pallet_index(201)]
    pub type Pact = pallet_pact;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u64;
    type AccountStore = System;
    type ExistentialDeposit = ConstU64<500>;
    type DustRemoval = pallet_subtensor::RecycleDust<Test>;
    type RuntimeHoldReason = RuntimeHoldReason;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

impl pallet_subtensor_swap::Config for Test {}
impl pallet_alpha_assets::Config for Test {}

/// An account that nothing else uses makes the blocks.
pub struct Author;
impl Get<Option<AccountId32>> for Author {
    fn get() -> Option<AccountId32> {
        Some(AccountId32::new([99; 32]))
    }
}

impl pallet_subtensor::Config for Test {
    type Currency = Balances;
    type BlockAuthor = Author;
    type OnSubnetRemoved = ();
    type Pacts = pallet_pact::Store<Test>;
}

impl pallet_pact::Config for Test {
    type Holds = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Clock = Timestamp;
    type BlockTime = ConstU64<12_000>;
}

/// The key of a numbered account.
pub fn key(number: u8) -> sr25519::Pair {
    sr25519::Pair::from_seed(&[number; 32])
}

/// An account with a number.
pub fn account(number: u8) -> AccountId32 {
    key(number).public().0.into()
}

/// How many accounts are rich.
pub const ACCOUNTS: u8 = 8;

/// A market where subnets start and pay at once, with a tempo of 5; accounts 1 to 8 hold 20,000 TAO each.
pub fn world() -> sp_io::TestExternalities {
    let market = pallet_subtensor::Genesis {
        new_subnet: NewSubnet {
            tempo: 5,
            max_allowed_uids: 8,
            immunity_period: 3,
            burn: Tao(UNIT / 10),
            commit_reveal_weights_enabled: false,
            weights_set_rate_limit: 0,
            ema_price_halving_blocks: 1,
            subnet_emission_enabled: true,
            ..NewSubnet::default()
        },
        price_smoothing: 1 << 30,
        network_rate_limit: 0,
        network_min_lock_cost: Tao(100 * UNIT),
        root_staking: true,
        apex: false,
        ..pallet_subtensor::Genesis::default()
    };
    let balances = (1..=ACCOUNTS)
        .map(|number| (account(number), 20_000 * UNIT))
        .chain([(AccountId32::new([99; 32]), UNIT)])
        .collect();
    let parameters = Parameters {
        release_half_life: 20,
        report_deposit: Tao(UNIT),
        report_period: 10,
        challenge_period: 4,
        bond_period: 10,
        pact_weight: 300_000,
        ..Parameters::default()
    };
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances,
            ..Default::default()
        },
        subtensor_module: pallet_subtensor::GenesisConfig { market },
        pact: pallet_pact::GenesisConfig {
            parameters,
            ..Default::default()
        },
        ..Default::default()
    };
    let mut state = sp_io::TestExternalities::new(genesis.build_storage().expect("the genesis is good"));
    state.execute_with(|| {
        // After the first round of drand.
        pallet_timestamp::Now::<Test>::put(1_700_000_000_000);
        next_block();
    });
    state
}

/// Makes a block.
pub fn next_block() {
    // The genesis was never begun.
    if System::block_number() > 0 {
        SubtensorModule::on_finalize(System::block_number());
    }
    let number = System::block_number() + 1;
    System::reset_events();
    System::initialize(&number, &sp_core::H256::repeat_byte(number as u8), &Default::default());
    SubtensorModule::on_initialize(number);
}

/// Every sum of every pallet.
pub fn check() {
    let sums = SubtensorModule::check_books().unwrap_or_else(|broken| panic!("{broken:?}"));
    assert_eq!(sums.issued, sums.held, "nothing leaves accounts unseen here");
    check_pacts();
}

/// The sums of pacts alone.
pub fn check_pacts() {
    let sums = Pact::check_pacts().unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(
        sums.stray,
        Tao::ZERO,
        "the reservoirs' account holds what it must, to the rao"
    );
}

/// A voucher of a numbered account.
pub fn voucher(payer: u8, channel: u64, amount: Tao) -> [u8; 64] {
    let genesis: [u8; 32] = System::block_hash(0).0;
    key(payer)
        .sign(&tributary_economy::pact::channel::voucher_bytes(
            &genesis, channel, amount,
        ))
        .0
}
