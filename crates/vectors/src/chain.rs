//! The chain in memory: the runtime on a state of its own, where calls are made and storage is read.

use std::{ops::Range, sync::LazyLock};

use frame_support::storage::{TransactionOutcome, transactional::with_transaction_unchecked};
use pallet_subtensor::Genesis;
use sp_core::storage::Storage;
use sp_runtime::{BuildStorage, DispatchError, traits::Dispatchable};
use sp_state_machine::BasicExternalities;
use tributary_economy::{Error, Ledger, NetUid, Tao};
use tributary_runtime::{
    AccountId, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, SubtensorModule, System, TAO,
};

use crate::Problem;

/// The ledger of the rules, on the storage of the chain.
pub type Chain = pallet_subtensor::Chain<Runtime>;

/// The first state: no accounts and no subnet but root, which is open for stake. The constants are the local network's.
static GENESIS: LazyLock<Storage> = LazyLock::new(|| {
    let market = Genesis {
        root_staking: true,
        apex: false,
        ..Genesis::default()
    };
    RuntimeGenesisConfig {
        subtensor_module: pallet_subtensor::GenesisConfig { market },
        ..RuntimeGenesisConfig::default()
    }
    .build_storage()
    .expect("a genesis of constants")
});

/// Runs `f` on a new chain, in its first block.
pub fn run<R>(f: impl FnOnce(&mut Chain) -> R) -> R {
    BasicExternalities::new(GENESIS.clone()).execute_with(|| {
        System::set_block_number(1);
        f(&mut Chain::default())
    })
}

/// Moves to a block without running those before it.
///
/// # Errors
/// [`Problem::Input`] if the chain has no block of that number.
pub fn go_to(block: u64) -> Result<(), Problem> {
    let block = u32::try_from(block).map_err(|_| Problem::Input(format!("no block has the number {block}")))?;
    System::set_block_number(block);
    Ok(())
}

/// The account of a number.
pub fn account(number: u64) -> AccountId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    AccountId::new(id)
}

/// Gives an account TAO that is newly issued.
///
/// # Errors
/// [`Problem::Input`] if that is more than there can be.
pub fn fund(chain: &mut Chain, who: &AccountId, amount: Tao) -> Result<(), Problem> {
    let issue = |chain: &mut Chain| {
        chain.deposit(who, amount)?;
        chain.set_total_issuance(chain.total_issuance().plus(amount)?);
        Ok(())
    };
    issue(chain).map_err(refused)
}

/// Inputs that the rules refuse although the vector expects numbers.
pub fn refused(error: Error) -> Problem {
    Problem::Input(format!("{error:?}"))
}

/// Makes a call, which changes nothing if it fails.
///
/// # Errors
/// The name of the error.
pub fn call(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> Result<(), String> {
    with_transaction_unchecked(|| match call.into().dispatch(origin) {
        Ok(_) => TransactionOutcome::Commit(Ok(())),
        Err(failed) => TransactionOutcome::Rollback(Err(name_of(failed.error))),
    })
}

/// As [`call`], by an account.
///
/// # Errors
/// As [`call`].
pub fn sign(who: &AccountId, what: impl Into<RuntimeCall>) -> Result<(), String> {
    call(RuntimeOrigin::signed(who.clone()), what)
}

/// What `f` finds on the chain; what it changes is taken back.
pub fn look<R>(f: impl FnOnce() -> R) -> R {
    with_transaction_unchecked(|| TransactionOutcome::Rollback(f()))
}

/// What becomes of a call here and now; nothing changes.
///
/// # Errors
/// As [`call`].
pub fn attempt(origin: RuntimeOrigin, what: impl Into<RuntimeCall>) -> Result<(), String> {
    look(|| call(origin, what))
}

/// The first block of a range in which `f` holds, where it holds in every block after that too.
///
/// # Errors
/// As [`go_to`].
pub fn first_block(range: Range<u64>, f: impl Fn() -> bool) -> Result<Option<u64>, Problem> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        go_to(middle)?;
        if look(&f) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok((low < range.end).then_some(low))
}

/// `"ok"` or the name of the error.
pub fn verdict(result: Result<(), String>) -> String {
    result.err().unwrap_or_else(|| "ok".to_owned())
}

fn name_of(error: DispatchError) -> String {
    match error {
        DispatchError::Module(error) => error.message.map_or_else(|| format!("{error:?}"), str::to_owned),
        other => format!("{other:?}"),
    }
}

/// A subnet that its owner has registered and started.
pub struct Subnet {
    /// Its number.
    pub netuid: NetUid,
    /// Coldkey of its owner, who is rich.
    pub owner: AccountId,
    /// Hotkey of its owner, with uid 0.
    pub hotkey: AccountId,
}

impl Subnet {
    /// Registers and starts one.
    ///
    /// # Errors
    /// [`Problem::Input`] if the chain refuses.
    pub fn found(chain: &mut Chain) -> Result<Self, Problem> {
        let (owner, hotkey) = (account(1), account(2));
        fund(chain, &owner, Tao(1_000_000 * TAO))?;
        let register = pallet_subtensor::Call::register_network { hotkey: hotkey.clone() };
        sign(&owner, register).map_err(Problem::Input)?;
        let netuid = chain.networks().into_iter().max().unwrap_or_default();
        sign(&owner, pallet_subtensor::Call::start_call { netuid }).map_err(Problem::Input)?;
        Ok(Self { netuid, owner, hotkey })
    }

    /// The owner makes a call; nothing changes.
    ///
    /// # Errors
    /// As [`call`].
    pub fn attempt(&self, what: impl Into<RuntimeCall>) -> Result<(), String> {
        attempt(RuntimeOrigin::signed(self.owner.clone()), what)
    }

    /// When its epochs run.
    pub fn schedule(&self) -> tributary_economy::schedule::Schedule {
        SubtensorModule::schedule(self.netuid)
    }

    /// Whether hyperparameters may not change in this block.
    pub fn is_frozen(&self) -> bool {
        SubtensorModule::ensure_admin_window_open(self.netuid).is_err()
    }
}
