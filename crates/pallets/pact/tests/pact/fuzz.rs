//! All calls of the pallet in random order, with staking, swaps of stake, registration and deregistration, and the sums
//! of all pallets after every step.
//!
//! `PACT_FUZZ_CALLS` says how many calls (default 20,000), `PACT_FUZZ_SEED` with which seed (default 1). The same seed
//! makes the same calls. A failure prints the seed and the number of the call.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::mock::*;
use frame_support::dispatch::DispatchResult;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sp_runtime::AccountId32;
use tributary_economy::{
    Alpha, MechId, NetUid, PerMillion, Tao, UNIT,
    market::staking::stake_of,
    pact::{Arbiters, Route, Terms},
};

/// Calls after which a fresh market begins, so that no run stays in one corner.
const CALLS_A_WORLD: u64 = 2_000;

/// All books of the market, which is slow, are checked every so many calls; those of pacts after every call.
const FULL_CHECK_EVERY: u64 = 16;

/// A call by its name, and what became of it.
type Call = (&'static str, DispatchResult);

struct Fuzzer {
    random: ChaCha8Rng,
    /// By kind of call: tried, succeeded.
    counts: std::collections::BTreeMap<&'static str, (u64, u64)>,
}

impl Fuzzer {
    fn account(&mut self) -> u8 {
        self.random.random_range(1..=ACCOUNTS)
    }

    fn hotkey(&mut self) -> u8 {
        self.random.random_range(11..=16)
    }

    fn netuid(&mut self) -> NetUid {
        NetUid(self.random.random_range(0..5))
    }

    /// The owner's account nearly always, else anybody's.
    fn owner(&mut self, netuid: NetUid) -> RuntimeOrigin {
        let owner = pallet_subtensor::SubnetOwner::<Test>::try_get(netuid).ok();
        match owner.filter(|_| self.random.random_range(0..20) > 0) {
            Some(owner) => RuntimeOrigin::signed(owner),
            None => RuntimeOrigin::signed(account(self.account())),
        }
    }

    fn amount(&mut self) -> Tao {
        Tao(match self.random.random_range(0..10) {
            0 => self.random.random_range(0..1_000),
            1 => self.random.random(),
            2..6 => self.random.random_range(0..UNIT),
            _ => self.random.random_range(0..300 * UNIT),
        })
    }

    fn part(&mut self) -> PerMillion {
        PerMillion(match self.random.random_range(0..8) {
            0..3 => 0,
            3 => 1_000_000,
            _ => self.random.random_range(0..1_000_001),
        })
    }

    fn terms(&mut self) -> Terms {
        let (a, b) = (self.part().0, self.part().0);
        let (low, high) = (a.min(b), a.max(b));
        let opens = self.random.random_range(0..3) == 0;
        Terms {
            pledge: self.part(),
            vesting_half_life: self.random.random_range(0..40),
            bond: Tao(self.random.random_range(0..100) * UNIT),
            notice: self.random.random_range(0..12),
            revenue_share: self.part(),
            open_after: if opens { self.random.random_range(1..50) } else { 0 },
            artifact_period: if opens { self.random.random_range(1..20) } else { 0 },
            route: Route {
                burn: PerMillion(low),
                holders: PerMillion(high - low),
                root: PerMillion(1_000_000 - high),
            },
        }
    }

    fn arbiters(&mut self) -> Arbiters<AccountId32> {
        if self.random.random_range(0..2) == 0 {
            return Arbiters::default();
        }
        Arbiters {
            accounts: (1..4).map(account).collect(),
            threshold: self.random.random_range(0..5),
        }
    }

    /// A channel that is open, if there is one, and its payer.
    fn channel(&mut self) -> (u64, u8) {
        let next = pallet_pact::NextChannel::<Test>::get();
        let id = self.random.random_range(next.saturating_sub(12)..next.max(1));
        let payer = pallet_pact::Channels::<Test>::get(id).map(|channel| channel.payer);
        let number = (1..=ACCOUNTS).find(|number| Some(account(*number)) == payer);
        (id, number.unwrap_or(1))
    }

    fn party(&mut self, id: u64) -> RuntimeOrigin {
        match pallet_pact::Channels::<Test>::get(id) {
            Some(channel) if self.random.random_range(0..10) > 0 => {
                let payee = self.random.random_range(0..3) > 0;
                RuntimeOrigin::signed(if payee { channel.payee } else { channel.payer })
            }
            _ => RuntimeOrigin::signed(account(self.account())),
        }
    }

    /// Somebody with a stake on the subnet, if there is anybody; a stake that is younger than a question has no say in it.
    fn holder(&mut self, netuid: NetUid) -> (RuntimeOrigin, AccountId32) {
        let held: Vec<_> = (1..=ACCOUNTS)
            .flat_map(|number| {
                let coldkey = account(number);
                let hotkeys = pallet_subtensor::StakingHotkeys::<Test>::get(&coldkey);
                hotkeys.into_iter().map(move |hotkey| (coldkey.clone(), hotkey))
            })
            .filter(|(coldkey, hotkey)| {
                let chain = pallet_subtensor::Chain::<Test>::default();
                !stake_of(&chain, hotkey, coldkey, netuid).is_zero()
            })
            .collect();
        let (coldkey, hotkey) = match held.len() {
            0 => (account(self.account()), account(self.hotkey())),
            holders => held[self.random.random_range(0..holders)].clone(),
        };
        (RuntimeOrigin::signed(coldkey), hotkey)
    }

    fn step(&mut self) -> Call {
        let netuid = self.netuid();
        let who = RuntimeOrigin::signed(account(self.account()));
        let hotkey = account(self.hotkey());
        match self.random.random_range(0..100) {
            which @ 0..27 => self.promise(which, netuid, who),
            which @ 27..45 => self.judge(which, netuid, who, hotkey),
            which @ 45..71 => self.pay(which, netuid, who),
            which @ 71..90 => self.trade(which, netuid, who, hotkey),
            which => self.happen(which, netuid),
        }
    }

    /// Signs, changes and leaves.
    fn promise(&mut self, which: u8, netuid: NetUid, who: RuntimeOrigin) -> Call {
        match which {
            0..6 => {
                let (terms, arbiters) = (self.terms(), self.arbiters());
                ("sign", Pact::sign(self.owner(netuid), netuid, terms, arbiters))
            }
            6 => ("propose", Pact::propose(who, netuid, self.terms(), self.arbiters())),
            7..10 => {
                // Often a little more of what there is, seldom anything.
                let mut terms = pallet_pact::Pacts::<Test>::get(netuid).map_or_else(|| self.terms(), |pact| pact.terms);
                terms.bond.0 += self.random.random_range(0..3) * UNIT;
                terms.notice += self.random.random_range(0..2);
                ("tighten", Pact::tighten(self.owner(netuid), netuid, terms))
            }
            10..13 => {
                let (terms, arbiters) = (self.terms(), self.arbiters());
                ("loosen", Pact::loosen(self.owner(netuid), netuid, terms, arbiters))
            }
            13..16 => {
                let (who, hotkey) = self.holder(netuid);
                ("object", Pact::object(who, netuid, hotkey))
            }
            16..19 => ("apply_loosening", Pact::apply_loosening(who, netuid)),
            19..21 => ("announce_exit", Pact::announce_exit(self.owner(netuid), netuid)),
            21 => ("cancel_exit", Pact::cancel_exit(self.owner(netuid), netuid)),
            22..25 => ("exit", Pact::exit(who, netuid)),
            _ => ("establish_breach", Pact::establish_breach(who, netuid)),
        }
    }

    /// Reports, votes, artefacts and bonds.
    fn judge(&mut self, which: u8, netuid: NetUid, who: RuntimeOrigin, hotkey: AccountId32) -> Call {
        match which {
            27..30 => ("report", Pact::report(who, netuid, [7; 32])),
            30..35 => {
                let next = pallet_pact::NextReport::<Test>::get();
                let id = self.random.random_range(next.saturating_sub(5)..next.max(1));
                let uphold = self.random.random_range(0..2) == 0;
                let (who, hotkey) = self.holder(netuid);
                ("vote", Pact::vote(who, netuid, id, hotkey, uphold))
            }
            35..39 => {
                let next = pallet_pact::NextReport::<Test>::get();
                let id = self.random.random_range(next.saturating_sub(5)..next.max(1));
                ("resolve", Pact::resolve(who, netuid, id))
            }
            39..41 => {
                let length = self.random.random_range(0..300);
                let commit = Pact::commit_artifact(self.owner(netuid), netuid, [1; 32], [2; 32], 0, vec![0; length]);
                ("commit_artifact", commit)
            }
            41..43 => {
                let number = pallet_pact::Artifacts::<Test>::get(netuid).map_or(0, |artifact| artifact.number);
                (
                    "confirm_artifact",
                    Pact::confirm_artifact(RuntimeOrigin::signed(hotkey), netuid, number),
                )
            }
            _ => ("post_bond", Pact::post_bond(self.owner(netuid), netuid)),
        }
    }

    /// Payments and channels.
    fn pay(&mut self, which: u8, netuid: NetUid, who: RuntimeOrigin) -> Call {
        match which {
            45..52 => {
                let (payee, amount) = (account(self.account()), self.amount());
                ("pay", Pact::pay(who, netuid, payee, amount, [3; 32]))
            }
            52..56 => {
                let (payee, deposit) = (account(self.account()), self.amount());
                let expiry = u64::from(System::block_number()) + self.random.random_range(0..60);
                ("open_channel", Pact::open_channel(who, netuid, payee, deposit, expiry))
            }
            56..58 => {
                let (id, payer) = self.channel();
                let amount = self.amount();
                (
                    "top_up",
                    Pact::top_up(RuntimeOrigin::signed(account(payer)), id, amount),
                )
            }
            58..66 => {
                let (id, payer) = self.channel();
                let amount = self.amount();
                let forged = self.random.random_range(0..20) == 0;
                let signature = voucher(if forged { payer % ACCOUNTS + 1 } else { payer }, id, amount);
                let party = self.party(id);
                ("settle", Pact::settle(party, id, amount, signature))
            }
            66..69 => {
                let (id, payer) = self.channel();
                let amount = self.amount();
                let last = (self.random.random_range(0..3) == 0).then(|| (amount, voucher(payer, id, amount)));
                let party = self.party(id);
                ("close", Pact::close(party, id, last))
            }
            _ => {
                let (id, _) = self.channel();
                ("finalise_close", Pact::finalise_close(who, id))
            }
        }
    }

    /// Stakes, neurons and subnets.
    fn trade(&mut self, which: u8, netuid: NetUid, who: RuntimeOrigin, hotkey: AccountId32) -> Call {
        match which {
            71..77 => (
                "add_stake",
                SubtensorModule::add_stake(who, hotkey, netuid, self.amount()),
            ),
            77..80 => {
                let alpha = Alpha(self.amount().0);
                (
                    "remove_stake",
                    SubtensorModule::remove_stake(who, hotkey, netuid, alpha),
                )
            }
            80..82 => {
                let (to, alpha) = (self.netuid(), Alpha(self.amount().0));
                (
                    "swap_stake",
                    SubtensorModule::swap_stake(who, hotkey, netuid, to, alpha),
                )
            }
            82 => {
                let (to, alpha) = (account(self.account()), Alpha(self.amount().0));
                let done = SubtensorModule::transfer_stake(who, to, hotkey, netuid, netuid, alpha);
                ("transfer_stake", done)
            }
            83..85 => ("burned_register", SubtensorModule::burned_register(who, netuid, hotkey)),
            85 => ("root_register", SubtensorModule::root_register(who, hotkey)),
            86..88 => ("register_network", SubtensorModule::register_network(who, hotkey)),
            _ => ("start_call", SubtensorModule::start_call(self.owner(netuid), netuid)),
        }
    }

    /// What happens besides.
    fn happen(&mut self, which: u8, netuid: NetUid) -> Call {
        match which {
            90 if self.random.random_range(0..8) == 0 => (
                "dissolve",
                SubtensorModule::root_dissolve_network(RuntimeOrigin::root(), netuid),
            ),
            91 => {
                // What the pallet of hyperparameters does for an owner.
                let on = self.random.random_range(0..2) == 0;
                pallet_subtensor::OwnerCutEnabled::<Test>::insert(netuid, on);
                ("owner_cut", Ok(()))
            }
            92 if netuid.0 > 0 && pallet_subtensor::NetworksAdded::<Test>::get(netuid) => {
                let owner = account(self.account());
                pallet_subtensor::SubnetOwner::<Test>::insert(netuid, owner);
                ("owner", Ok(()))
            }
            93 => {
                for uid in 0..pallet_subtensor::SubnetworkN::<Test>::get(netuid) {
                    let row = vec![(self.random.random_range(0..3), u16::MAX), (0, 30_000)];
                    pallet_subtensor::Weights::<Test>::insert(netuid.index(MechId(0)), uid, row);
                }
                ("weights", Ok(()))
            }
            94 => {
                // To a spare key, or back from it.
                let number = self.account();
                let (here, spare) = (account(number), account(100 + number));
                let back = pallet_subtensor::StakingHotkeys::<Test>::get(&here).is_empty();
                let (old, new) = if back { (spare, here) } else { (here, spare) };
                (
                    "swap_coldkey",
                    SubtensorModule::swap_coldkey(RuntimeOrigin::root(), old, new, Tao(0)),
                )
            }
            _ => {
                for _ in 0..self.random.random_range(1..5) {
                    next_block();
                }
                ("blocks", Ok(()))
            }
        }
    }

    /// One call; the pallets themselves undo what a failed one wrote.
    fn call(&mut self) {
        let (kind, result) = self.step();
        let count = self.counts.entry(kind).or_default();
        count.0 += 1;
        count.1 += u64::from(result.is_ok());
    }
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} must be a number")),
        Err(_) => default,
    }
}

#[test]
fn sums_hold_after_any_calls() {
    let (calls, seed) = (setting("PACT_FUZZ_CALLS", 20_000), setting("PACT_FUZZ_SEED", 1));
    println!("seed {seed}, {calls} calls");
    let mut fuzzer = Fuzzer {
        random: ChaCha8Rng::seed_from_u64(seed),
        counts: Default::default(),
    };
    let mut done = 0;
    while done < calls {
        world().execute_with(|| {
            for _ in 0..CALLS_A_WORLD.min(calls - done) {
                let step = catch_unwind(AssertUnwindSafe(|| {
                    fuzzer.call();
                    check_pacts();
                    if done % FULL_CHECK_EVERY == 0 {
                        check();
                    }
                }));
                if let Err(panic) = step {
                    eprintln!("seed {seed}, call {done}");
                    resume_unwind(panic);
                }
                done += 1;
            }
            check();
        });
    }
    for (kind, (tried, succeeded)) in &fuzzer.counts {
        println!("{kind:>18} {tried:>10} tried {succeeded:>10} succeeded");
        // Rare paths need their time.
        assert!(calls < 20_000 || *succeeded > 0, "{kind} never succeeded");
    }
}
