//! A runtime of the balances and of this pallet.

use frame_support::{
    derive_impl,
    traits::{ConstU64, Hooks},
};
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};
use tributary_economy::{Ledger, NewSubnet, Tao, UNIT};

use crate::{Chain, Genesis, RecycleDust};

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
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(7)]
    pub type SubtensorModule = crate;
    #[runtime::pallet_index(28)]
    pub type Swap = pallet_subtensor_swap;
    #[runtime::pallet_index(31)]
    pub type AlphaAssets = pallet_alpha_assets;
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
    type DustRemoval = RecycleDust<Test>;
}

impl pallet_subtensor_swap::Config for Test {}
impl pallet_alpha_assets::Config for Test {}

/// Nobody makes the blocks of the mock.
pub struct NoAuthor;
impl frame_support::traits::Get<Option<AccountId32>> for NoAuthor {
    fn get() -> Option<AccountId32> {
        None
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type BlockAuthor = NoAuthor;
    type OnSubnetRemoved = ();
    type Pacts = tributary_economy::pact::NoPacts;
}

/// An account with a number.
pub fn account(number: u8) -> AccountId32 {
    AccountId32::new([number; 32])
}

/// A market where subnets start and pay at once, with a tempo of 10; accounts 1 to 9 hold 10,000 TAO each.
pub fn fast() -> Genesis<AccountId32> {
    Genesis {
        new_subnet: NewSubnet {
            tempo: 10,
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
        ..Genesis::default()
    }
}

/// Runs a test in the first block of a market.
pub fn run(market: Genesis<AccountId32>, test: impl FnOnce()) {
    let balances = (1..10).map(|number| (account(number), 10_000 * UNIT)).collect();
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances,
            ..Default::default()
        },
        subtensor_module: crate::GenesisConfig { market },
        ..Default::default()
    };
    let mut state = sp_io::TestExternalities::new(genesis.build_storage().expect("the genesis is good"));
    state.execute_with(|| {
        next_blocks(1);
        test();
        SubtensorModule::check_books().expect("the books balance");
    });
}

/// Makes blocks.
pub fn next_blocks(count: u32) {
    for _ in 0..count {
        // The genesis was never begun.
        if System::block_number() > 0 {
            SubtensorModule::on_finalize(System::block_number());
        }
        let number = System::block_number() + 1;
        System::reset_events();
        System::initialize(&number, &sp_core::H256::repeat_byte(number as u8), &Default::default());
        SubtensorModule::on_initialize(number);
    }
}

/// What an account can part with.
pub fn spendable(who: &AccountId32) -> u64 {
    Chain::<Test>::default().spendable(who).0
}
