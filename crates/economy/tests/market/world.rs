//! A small market to act in.

use tributary_economy::{
    Alpha, Error, Ledger, NetUid, NewSubnet, Tao, UNIT,
    fixed::I96F32,
    market::{audit, block, networks, registration, staking},
    memory::MemoryLedger,
};

pub type Account = u64;
pub type Memory = MemoryLedger<Account>;

pub const COLDKEYS: u64 = 5;
pub const HOTKEYS: u64 = 8;
pub const AUTHOR: Account = 99;

/// Coldkeys are 1 to 5.
pub fn coldkey(i: u64) -> Account {
    1 + i % COLDKEYS
}

/// Hotkeys are 10 to 17.
pub fn hotkey(i: u64) -> Account {
    10 + i % HOTKEYS
}

pub fn tao(amount: u64) -> Tao {
    Tao(amount * UNIT)
}

/// Root, five rich coldkeys, cheap and impatient subnets, prices that move fast.
pub fn empty() -> Memory {
    let mut ledger = Memory::genesis();
    for i in 0..COLDKEYS {
        ledger.fund(&coldkey(i), tao(20_000)).unwrap();
    }
    ledger.fund(&AUTHOR, tao(1)).unwrap();
    ledger.set_author(Some(AUTHOR));
    ledger.set_network_min_lock_cost(tao(100));
    ledger.set_network_last_lock_cost(tao(100));
    ledger.set_network_rate_limit(0);
    ledger.set_network_immunity_period(20);
    ledger.set_subnet_limit(3);
    ledger.set_nominator_min_required_stake(10_000_000);
    ledger.set_subnet_moving_alpha(I96F32::from_num(0.2));
    ledger.set_min_allowed_uids(NetUid(1), 1);
    ledger.set_new_subnet(NewSubnet {
        tempo: 5,
        max_allowed_uids: 6,
        immunity_period: 4,
        min_allowed_weights: 1,
        burn: Tao(UNIT / 10),
        commit_reveal_weights_enabled: false,
        weights_set_rate_limit: 0,
        subnet_emission_enabled: true,
        ..NewSubnet::default()
    });
    ledger
}

/// The same with two subnets that emit, two validators each with stake, and root stake.
pub fn lively() -> Memory {
    let mut ledger = empty();
    next_block(&mut ledger).unwrap();
    for i in 0..2 {
        let (owner, key) = (coldkey(i), hotkey(i));
        let netuid = act(&mut ledger, |l| networks::register_network(l, &owner, &key)).unwrap();
        ledger.set_ema_price_halving_blocks(netuid, 1);
        act(&mut ledger, |l| networks::start_call(l, &owner, netuid)).unwrap();
        for j in 2..4 {
            act(&mut ledger, |l| {
                registration::register(l, &coldkey(j), &hotkey(j), netuid, None)
            })
            .unwrap();
            act(&mut ledger, |l| {
                staking::add_stake(l, &coldkey(j), &hotkey(j), netuid, tao(20 * (j + i)))
            })
            .unwrap();
        }
        act(&mut ledger, |l| {
            registration::root_register(l, &coldkey(2 + i), &hotkey(2 + i))
        })
        .unwrap();
        act(&mut ledger, |l| {
            staking::add_stake(l, &coldkey(2), &hotkey(2 + i), NetUid::ROOT, tao(5))
        })
        .unwrap();
        next_block(&mut ledger).unwrap();
    }
    ledger
}

/// A call: all or nothing.
pub fn act<R>(ledger: &mut Memory, call: impl FnOnce(&mut Memory) -> Result<R, Error>) -> Result<R, Error> {
    ledger.transaction(call)
}

/// A hash that depends on the block and is spread well.
fn hash(block: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    for (i, chunk) in hash.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        *chunk = (block + i as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(23)
            .to_be_bytes();
    }
    hash
}

/// Begins the next block.
pub fn next_block(ledger: &mut Memory) -> Result<(), Error> {
    let block = ledger.block() + 1;
    ledger.set_block(block, hash(block));
    block::on_initialize(ledger)
}

/// Every sum that must hold; what accounts hold is the issuance, to the rao.
pub fn check(ledger: &Memory) -> audit::Sums {
    let free: u128 = ledger.balances().map(|(_, amount)| u128::from(amount.0)).sum();
    let held = free + ledger.holds().map(|(_, _, amount)| u128::from(amount.0)).sum::<u128>();
    assert_eq!(held, u128::from(ledger.balances_issuance().0), "sum of accounts");
    let sums = audit::audit(ledger).unwrap_or_else(|broken| panic!("{broken:?}"));
    assert_eq!(sums.issued, sums.held, "nothing leaves accounts unseen here");
    let pooled: u128 = sums
        .subnets
        .iter()
        .map(|subnet| u128::from(subnet.pooled.0 + subnet.stray.0))
        .sum();
    let accounts: u128 = ledger
        .networks()
        .into_iter()
        .filter(|netuid| !netuid.is_root())
        .map(|netuid| u128::from(ledger.balance(&ledger.subnet_account(netuid)).0))
        .sum();
    assert!(pooled <= accounts + 500 * sums.subnets.len() as u128, "TAO of pools");
    sums
}

/// All alpha of a subnet.
pub fn alpha(ledger: &Memory, netuid: NetUid) -> u128 {
    let (alpha_in, alpha_out): (Alpha, Alpha) = (ledger.subnet_alpha_in(netuid), ledger.subnet_alpha_out(netuid));
    u128::from(alpha_in.0) + u128::from(alpha_out.0)
}
