//! A market with all kinds of accounts, transactions into its blocks, and what must hold after each.

use std::collections::BTreeMap;

use frame_support::{
    assert_ok,
    storage::{TransactionOutcome, transactional::with_transaction_unchecked},
};
use sp_core::{Pair, sr25519};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring as Key;
use sp_runtime::{
    ApplyExtrinsicResult,
    traits::{Applyable, Checkable},
    transaction_validity::TransactionSource,
};
use tributary_economy::{NetUid, Tao};
use tributary_runtime::{
    AccountId, Balances, Pact, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, SubtensorModule, System, TAO, genesis,
};

use crate::{
    blocks::{apply, begin_block, end_block},
    common,
    transactions::sign,
};

/// Who signs: keys by their accounts.
pub struct People(BTreeMap<AccountId, sr25519::Pair>);

impl People {
    /// Alice is root, Bob, Charlie and Dave are rich; four hold a little, six are hotkeys without TAO, and two hold
    /// nothing and are nobody.
    pub fn new() -> Self {
        let named = [Key::Alice, Key::Bob, Key::Charlie, Key::Dave].map(|key| key.pair());
        let numbered = (1..=12u8).map(|number| sr25519::Pair::from_seed(&[number; 32]));
        Self(
            named
                .into_iter()
                .chain(numbered)
                .map(|pair| (pair.public().into(), pair))
                .collect(),
        )
    }

    pub fn accounts(&self) -> Vec<AccountId> {
        self.0.keys().cloned().collect()
    }

    fn numbered(numbers: std::ops::RangeInclusive<u8>) -> Vec<AccountId> {
        numbers
            .map(|number| sr25519::Pair::from_seed(&[number; 32]).public().into())
            .collect()
    }

    pub fn poor() -> Vec<AccountId> {
        Self::numbered(1..=4)
    }

    /// Those who can pay for anything; all but Alice own a subnet.
    pub fn rich() -> Vec<AccountId> {
        [Key::Alice, Key::Bob, Key::Charlie, Key::Dave]
            .map(|key| key.to_account_id())
            .to_vec()
    }

    /// Who may wait for another coldkey over blocks, and can do nothing else meanwhile.
    pub fn swapping() -> AccountId {
        Self::poor()[3].clone()
    }

    pub fn hotkeys() -> Vec<AccountId> {
        Self::numbered(5..=10)
    }

    pub fn pair(&self, who: &AccountId) -> Option<&sr25519::Pair> {
        self.0.get(who)
    }
}

fn signed(key: Key) -> RuntimeOrigin {
    RuntimeOrigin::signed(key.to_account_id())
}

/// Nothing here can run a runtime's code, so none can be set.
struct NoCode;
impl sp_core::traits::ReadRuntimeVersion for NoCode {
    fn read_runtime_version(&self, _: &[u8], _: &mut dyn sp_externalities::Externalities) -> Result<Vec<u8>, String> {
        Err("no code runs here".into())
    }
}

/// The fast network with three subnets, six neurons on each, and stakes. Delays are short, so that everything can happen.
pub fn world() -> TestExternalities {
    let mut state = common::state(genesis::FAST);
    state.register_extension(sp_core::traits::ReadRuntimeVersionExt::new(NoCode));
    state.execute_with(|| {
        begin_block(1);
        for who in People::poor() {
            assert_ok!(Balances::transfer_allow_death(signed(Key::Bob), who.into(), TAO / 50));
        }
        let owners = [Key::Bob, Key::Charlie, Key::Dave];
        let hotkeys = People::hotkeys();
        for (owner, hotkey) in owners.into_iter().zip(&hotkeys) {
            assert_ok!(SubtensorModule::register_network(signed(owner), hotkey.clone()));
            let netuid = NetUid(pallet_subtensor::TotalNetworks::<Runtime>::get() - 1);
            assert_ok!(SubtensorModule::start_call(signed(owner), netuid));
            for (coldkey, hotkey) in owners.into_iter().cycle().zip(&hotkeys) {
                // The owner's hotkey has a uid, and no block takes more than a few neurons.
                let _ = SubtensorModule::burned_register(signed(coldkey), netuid, hotkey.clone());
            }
            assert_ok!(SubtensorModule::add_stake(
                signed(owner),
                hotkey.clone(),
                netuid,
                Tao(5 * TAO)
            ));
        }
        pallet_subtensor::PendingChildKeyCooldown::<Runtime>::put(3);
        end_block();
    });
    state.commit_all().expect("no transaction is open");
    state
}

/// Hash of the whole state at hand.
fn root() -> Vec<u8> {
    sp_io::storage::root(sp_core::storage::StateVersion::V1)
}

/// How a transaction went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    Well,
    Failed,
    /// Not in the block.
    Refused,
}

/// Signs a call and includes it as a block builder does. `thorough` is slow: it compares the whole state.
pub fn include(pair: &sr25519::Pair, call: RuntimeCall, thorough: bool) -> Went {
    let who = AccountId::from(pair.public());
    let account = frame_system::Account::<Runtime>::try_get(&who).ok();
    let transaction = sign(pair, account.as_ref().map_or(0, |info| info.nonce), 0, call.clone());
    let before = thorough.then(root);
    let context = frame_system::ChainContext::<Runtime>::default();
    let checked = transaction.clone().check(&context).expect("well signed");
    let info = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&checked);
    let valid = checked.validate::<Runtime>(
        TransactionSource::External,
        &info,
        codec::Encode::encoded_size(&transaction),
    );
    if let Some(before) = &before {
        assert_eq!(*before, root(), "validation wrote something: {call:?}");
    }
    let events = System::event_count();
    let result = with_transaction_unchecked(|| match apply(&transaction) {
        Ok(done) => TransactionOutcome::Commit(Ok(done)),
        Err(refused) => TransactionOutcome::Rollback(ApplyExtrinsicResult::Err(refused)),
    });
    match result {
        Ok(done) => {
            assert!(valid.is_ok(), "{valid:?}, and yet in the block: {call:?}");
            if done.is_ok() && !failed_inside(events) {
                Went::Well
            } else {
                Went::Failed
            }
        }
        Err(_) => {
            if let Some(before) = before {
                assert_eq!(before, root(), "a refusal wrote something: {call:?}");
            }
            let after = frame_system::Account::<Runtime>::try_get(&who).ok();
            assert_eq!(account, after, "a refusal touched an account: {call:?}");
            Went::Refused
        }
    }
}

/// Whether a call that succeeds itself told since that one that it made failed.
fn failed_inside(events: u32) -> bool {
    System::read_events_no_consensus().skip(events as usize).any(|record| {
        matches!(
            record.event,
            RuntimeEvent::Sudo(
                pallet_sudo::Event::Sudid { sudo_result: Err(_) }
                    | pallet_sudo::Event::SudoAsDone { sudo_result: Err(_) }
            ) | RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result: Err(_) })
                | RuntimeEvent::Multisig(pallet_multisig::Event::MultisigExecuted { result: Err(_), .. })
                | RuntimeEvent::Utility(
                    pallet_utility::Event::BatchInterrupted { .. }
                        | pallet_utility::Event::ItemFailed { .. }
                        | pallet_utility::Event::DispatchedAs { result: Err(_) }
                )
        )
    })
}

/// Everything that must hold between blocks.
pub fn check() {
    let (mut held, mut without_tao) = (0, Vec::new());
    for (who, info) in frame_system::Account::<Runtime>::iter() {
        held += u128::from(info.data.free) + u128::from(info.data.reserved);
        let on_hold: u128 = pallet_balances::Holds::<Runtime>::get(&who)
            .iter()
            .map(|hold| u128::from(hold.amount))
            .sum();
        assert!(
            on_hold <= u128::from(info.data.reserved),
            "{who} has more on hold than is reserved"
        );
        if info.providers == 0 && info.sufficients == 0 {
            without_tao.push(who);
        }
    }
    let issued = pallet_subtensor::TotalIssuance::<Runtime>::get().get();
    assert_eq!(held, u128::from(Balances::total_issuance()), "balances and their sum");
    assert_eq!(held, u128::from(issued), "issued and held");
    let sums = SubtensorModule::check_books().unwrap_or_else(|broken| panic!("{broken:?}"));
    assert_eq!(sums.issued, sums.held);
    Pact::check_pacts().unwrap_or_else(|broken| panic!("{broken}"));
    // Accounts that hold nothing are those of hotkeys that somebody paid for, and of their owners.
    for who in without_tao {
        assert!(
            pallet_subtensor::Owner::<Runtime>::contains_key(&who)
                || pallet_subtensor::OwnedHotkeys::<Runtime>::contains_key(&who),
            "{who} is nobody and has an account"
        );
    }
}
