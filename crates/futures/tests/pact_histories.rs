//! The same histories of a pact on the chain's ledger and on the rows of a future, compared to the rao after every act.
//!
//! `PACT_HISTORIES` says how many (default 1,000), `PACT_HISTORIES_SEED` with which seed (default 1).

use std::{collections::BTreeMap, fmt};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tributary_economy::{
    Alpha, Error as Rule, Ledger, NetUid, NewSubnet, PerMillion, Tao, UNIT,
    market::{networks, pact, staking},
    memory::{KeyPart, MemoryAccount, MemoryLedger},
    pact::{Arbiters, Books, Earning, Error, Event, Input, Look, Parameters, Purse, Route, Terms},
};
use tributary_futures::chain::{Arithmetic, Chain, Holder, Who};

const NET: NetUid = NetUid(1);
const SLOT: usize = 0;

/// An account of the ledger. It calls itself what the rows call it, so that states and events can be compared as they are
/// printed: owner n is n, with the hotkey 100 + n.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

const ROOT: Key = Key(90);
const REPORTER: Key = Key(50);
const VOTER: Key = Key(51);
const VALIDATOR: Key = Key(52);
const PAYER: Key = Key(53);
const PAYEE: Key = Key(54);
const ARBITERS: [Key; 2] = [Key(60), Key(61)];
const OWNERS: u64 = 7;

fn who(key: Key) -> Who {
    match key.0 {
        owner @ 0..OWNERS => Who::Owner(owner as u32),
        hotkey if (100..100 + OWNERS).contains(&hotkey) => Who::Owner((hotkey - 100) as u32),
        other => Who::Other(other as u32),
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", who(*self))
    }
}

impl KeyPart for Key {}

impl MemoryAccount for Key {
    fn of_subnet(netuid: NetUid) -> Self {
        Self((1 << 63) | u64::from(netuid.0))
    }

    fn burn() -> Self {
        Self(u64::MAX)
    }

    fn pacts() -> Self {
        Self(u64::MAX - 1)
    }

    const FIRST: Self = Self(0);
}

#[derive(Clone, Debug)]
enum Act {
    Blocks(u8),
    Epoch(u64),
    Sign(Terms, bool),
    Tighten(Terms, bool),
    Loosen(Terms, bool),
    Object,
    ApplyLoosening,
    Announce,
    Cancel,
    Exit,
    PostBond,
    NewOwner,
    CutEnabled(bool),
    Commit,
    Establish,
    Report,
    Vote(u8, bool),
    Decide(u8, bool, bool),
    Resolve(u8),
    Pay(u64),
    Stake(u64),
}

fn terms() -> impl Strategy<Value = Terms> {
    let part = || prop_oneof![1 => Just(0u32), 4 => 0u32..1_000_001].prop_map(PerMillion);
    let route = (0u32..1_000_001, 0u32..1_000_001).prop_map(|(a, b)| Route {
        burn: PerMillion(a.min(b)),
        holders: PerMillion(a.max(b) - a.min(b)),
        root: PerMillion(1_000_000 - a.max(b)),
    });
    let opening = prop_oneof![Just(0u64), 5u64..60];
    (part(), 0u64..400, 0u64..500, 0u64..60, part(), opening, route).prop_map(
        |(pledge, vesting_half_life, bond, notice, revenue_share, opening, route)| Terms {
            pledge,
            vesting_half_life,
            bond: Tao(bond * UNIT + bond),
            notice,
            revenue_share,
            open_after: opening,
            artifact_period: opening,
            route,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        10 => (1u8..60).prop_map(Act::Blocks),
        12 => (1u64..50 * UNIT).prop_map(Act::Epoch),
        4 => (terms(), any::<bool>()).prop_map(|(terms, arbiters)| Act::Sign(terms, arbiters)),
        2 => (terms(), any::<bool>()).prop_map(|(terms, wild)| Act::Tighten(terms, wild)),
        3 => (terms(), any::<bool>()).prop_map(|(terms, arbiters)| Act::Loosen(terms, arbiters)),
        2 => Just(Act::Object),
        3 => Just(Act::ApplyLoosening),
        3 => Just(Act::Announce),
        1 => Just(Act::Cancel),
        4 => Just(Act::Exit),
        3 => Just(Act::PostBond),
        1 => Just(Act::NewOwner),
        1 => any::<bool>().prop_map(Act::CutEnabled),
        2 => Just(Act::Commit),
        2 => Just(Act::Establish),
        4 => Just(Act::Report),
        4 => (0u8..4, any::<bool>()).prop_map(|(report, uphold)| Act::Vote(report, uphold)),
        4 => (0u8..4, any::<bool>(), any::<bool>()).prop_map(|(report, second, uphold)| Act::Decide(report, second, uphold)),
        5 => (0u8..4).prop_map(Act::Resolve),
        6 => (1u64..200 * UNIT).prop_map(Act::Pay),
        3 => (UNIT..100 * UNIT).prop_map(Act::Stake),
    ]
}

/// A subnet whose alpha can be traded, on both sides.
struct Both {
    ledger: MemoryLedger<Key>,
    chain: Chain,
    owner: u64,
    /// Tribute that joined dividends, which nobody is paid here: epochs are only their part of pacts.
    dividends: Alpha,
    /// People's TAO on the ledger and the rows' free TAO at the beginning.
    free: (Tao, Tao),
}

impl Both {
    fn new(pool: (u64, u64)) -> Self {
        let mut ledger = MemoryLedger::<Key>::genesis();
        ledger.set_network_rate_limit(0);
        ledger.set_new_subnet(NewSubnet {
            tempo: 10,
            subnet_emission_enabled: true,
            ..NewSubnet::default()
        });
        for key in (0..OWNERS).map(Key).chain([REPORTER, VOTER, PAYER, PAYEE]) {
            ledger.fund(&key, Tao(1_000_000 * UNIT)).unwrap();
        }
        networks::register_network(&mut ledger, &Key(0), &Key(100)).unwrap();
        networks::start_call(&mut ledger, &Key(0), NET).unwrap();
        let account = ledger.subnet_account(NET);
        ledger.fund(&account, Tao(pool.0)).unwrap();
        ledger.set_subnet_tao(NET, Tao(pool.0));
        ledger.set_subnet_alpha_in(NET, Alpha(pool.1));
        ledger.fund(&ROOT, Tao(5_000 * UNIT)).unwrap();
        ledger.set_owner(&VALIDATOR, Some(VOTER));
        // After the first round of drand.
        ledger.set_now_ms(1_700_000_000_000);
        ledger.set_block(1_000, [7; 32]);
        let parameters = Parameters {
            release_half_life: 100,
            report_period: 30,
            bond_period: 50,
            ..Parameters::default()
        };
        ledger.set_pact_parameters(parameters);

        let mut chain = Chain::default();
        chain.arithmetic = Arithmetic::Exact;
        chain.constants.fee_rate = ledger.fee_rate(NET);
        chain.constants.minimum_reserve = ledger.minimum_reserve();
        chain.reset(1);
        chain.pacts.parameters = parameters;
        chain.block = ledger.block();
        chain.root = Tao(5_000 * UNIT);
        (chain.pools.tao[SLOT], chain.pools.alpha[SLOT]) = (ledger.subnet_tao(NET), ledger.subnet_alpha_in(NET));
        chain.pools.quote_weight[SLOT] = ledger.quote_weight(NET);
        chain.pools.initialized[SLOT] = ledger.swap_initialized(NET);
        let outside = ledger.subnet_alpha_out(NET);
        assert_eq!(outside, Alpha::ZERO);
        chain.alpha_issued[SLOT] = pool.1;
        chain.first_block[SLOT] = Some(1);
        chain.registered[SLOT] = ledger.network_registered_at(NET);
        chain.occupied[SLOT] = true;
        chain.free = Tao(20_000_000 * UNIT);
        chain.issued = Tao(chain.free.0 + chain.root.0 + pool.0);
        let mut both = Self {
            ledger,
            chain,
            owner: 0,
            dividends: Alpha::ZERO,
            free: (Tao::ZERO, Tao::ZERO),
        };
        both.free = (both.people(), both.chain.free);
        both
    }

    /// What is on accounts of people, and not on hold.
    fn people(&self) -> Tao {
        let chain = [Key::of_subnet(NET), Key::of_subnet(NetUid::ROOT), Key::pacts()];
        let people = self.ledger.balances().filter(|(key, _)| !chain.contains(key));
        Tao(people.map(|(_, amount)| amount.0).sum())
    }

    fn owner(&self) -> Key {
        Key(self.owner)
    }

    fn hotkey(&self) -> Key {
        Key(100 + self.owner)
    }

    /// The number of the report at this place among the open ones, or one that there is not.
    fn report(&self, place: u8) -> u32 {
        self.ledger
            .reports(NET)
            .get(usize::from(place))
            .map_or(u32::MAX, |report| report.id)
    }

    /// The stake that counts for a vote about something of this block.
    fn stake(&self, ballot: (Key, Key), since: u64) -> Alpha {
        match self.ledger.last_coldkey_hotkey_stake_block(&ballot.0, &ballot.1) {
            Some(block) if block >= since => Alpha::ZERO,
            _ => staking::stake_of(&self.ledger, &ballot.1, &ballot.0, NET),
        }
    }

    /// A call on the ledger: all or nothing.
    fn call<R>(&mut self, call: impl FnOnce(&mut MemoryLedger<Key>) -> Result<R, Error>) -> Result<(), Error> {
        let mut refused = None;
        let done = self.ledger.transaction(|ledger| {
            call(ledger).map_err(|error| {
                refused = Some(error);
                Rule::InvalidValue
            })
        });
        done.map(|_| ()).map_err(|_| refused.expect("only the call fails"))
    }

    /// Plays an act on both sides. Returns its name if it was done.
    fn play(&mut self, act: &Act) -> Option<&'static str> {
        self.ledger.take_pact_events();
        let (owner, hotkey) = (self.owner(), self.hotkey());
        let here = who(owner);
        let arbiters = |some: bool| Arbiters {
            accounts: if some { ARBITERS.to_vec() } else { Vec::new() },
            threshold: u8::from(some) * 2,
        };
        let theirs = |some: bool| Arbiters {
            accounts: arbiters(some).accounts.into_iter().map(who).collect(),
            threshold: u8::from(some) * 2,
        };
        let (name, chains, rows) = match act.clone() {
            Act::Blocks(blocks) => {
                let block = self.ledger.block() + u64::from(blocks);
                self.ledger.set_block(block, [7; 32]);
                self.chain.block = block;
                return None;
            }
            Act::Epoch(cut) => return self.epoch(Alpha(cut)).then_some("epoch"),
            Act::Sign(terms, some) => {
                let done = self.call(|l| pact::sign(l, &owner, NET, terms, arbiters(some)));
                let arbiters = theirs(some);
                (
                    "sign",
                    done,
                    self.chain.play(
                        SLOT,
                        Input::Sign {
                            who: here,
                            terms,
                            arbiters,
                        },
                    ),
                )
            }
            Act::Tighten(wild, at_random) => {
                let before = self.ledger.pact(NET).map_or(wild, |pact| pact.terms);
                let terms = if at_random {
                    wild
                } else {
                    Terms {
                        bond: Tao(before.bond.0 + UNIT),
                        vesting_half_life: before.vesting_half_life + 7,
                        ..before
                    }
                };
                let done = self.call(|l| pact::tighten(l, &owner, NET, terms));
                (
                    "tighten",
                    done,
                    self.chain.play(SLOT, Input::Tighten { who: here, terms }),
                )
            }
            Act::Loosen(terms, some) => {
                let done = self.call(|l| pact::loosen(l, &owner, NET, terms, arbiters(some)));
                let (arbiters, tempo) = (theirs(some), self.ledger.tempo(NET));
                let input = Input::Loosen {
                    who: here,
                    terms,
                    arbiters,
                    tempo,
                };
                ("loosen", done, self.chain.play(SLOT, input))
            }
            Act::Object => {
                let alpha = self.stake((VOTER, VALIDATOR), u64::MAX);
                let done = self.call(|l| pact::object(l, &VOTER, NET, &VALIDATOR));
                let input = Input::Object {
                    who: who(VOTER),
                    hotkey: who(VALIDATOR),
                    alpha,
                };
                ("object", done, self.chain.play(SLOT, input))
            }
            Act::ApplyLoosening => {
                let objections = self.ledger.objections(NET);
                let staked = objections.iter().map(|b| self.stake((b.coldkey, b.hotkey), u64::MAX));
                let staked = staked.collect();
                let done = self.call(|l| pact::apply_loosening(l, NET));
                let holdable = self.chain.holdable(SLOT);
                (
                    "apply loosening",
                    done,
                    self.chain.play(SLOT, Input::ApplyLoosening { staked, holdable }),
                )
            }
            Act::Announce => {
                let done = self.call(|l| pact::announce_exit(l, &owner, NET));
                (
                    "announce",
                    done,
                    self.chain.play(SLOT, Input::AnnounceExit { who: here }),
                )
            }
            Act::Cancel => {
                let done = self.call(|l| pact::cancel_exit(l, &owner, NET));
                ("cancel", done, self.chain.play(SLOT, Input::CancelExit { who: here }))
            }
            Act::Exit => {
                let done = self.call(|l| pact::exit(l, NET));
                ("exit", done, self.chain.play(SLOT, Input::Exit))
            }
            Act::PostBond => {
                let done = self.call(|l| pact::post_bond(l, &owner, NET));
                ("post bond", done, self.chain.play(SLOT, Input::PostBond { who: here }))
            }
            Act::NewOwner => {
                if self.owner + 1 < OWNERS {
                    self.owner += 1;
                    self.ledger.set_subnet_owner(NET, Some(self.owner()));
                    self.ledger.set_subnet_owner_hotkey(NET, Some(self.hotkey()));
                    self.ledger.set_owner(&self.hotkey(), Some(self.owner()));
                    self.chain.change_owner(SLOT);
                    let all = self.chain.holdings.owner[SLOT];
                    self.chain.hand_over(SLOT, Holder::Owner, Holder::Stakers, all).unwrap();
                }
                return None;
            }
            Act::CutEnabled(on) => {
                self.ledger.set_owner_cut_enabled(NET, on);
                return None;
            }
            Act::Commit => {
                let round = 1;
                let done = self.call(|l| pact::commit_artifact(l, &owner, NET, [1; 32], [2; 32], round, Vec::new()));
                // The rows keep no artefacts: an input says when the last was committed.
                return done.is_ok().then_some("commit");
            }
            Act::Establish => {
                let look = Look {
                    cut_enabled: self.ledger.owner_cut_enabled(NET),
                    owner_registered: self.ledger.uids(NET, &hotkey).is_some(),
                    last_artifact: self.ledger.artifact(NET).map(|artifact| artifact.at),
                };
                let done = self.call(|l| pact::establish_breach(l, NET));
                (
                    "establish",
                    done,
                    self.chain.play(SLOT, Input::EstablishBreach { look }),
                )
            }
            Act::Report => {
                let done = self.call(|l| pact::report(l, &REPORTER, NET, [3; 32]));
                let told = self.ledger.take_pact_events();
                let reported = self.chain.report(SLOT, who(REPORTER), [3; 32]);
                assert_eq!(done.err(), reported.err());
                if let (Ok(id), [Event::Reported { report, .. }]) = (reported, told.as_slice()) {
                    assert_eq!(id, *report);
                }
                return reported.is_ok().then_some("report");
            }
            Act::Vote(place, uphold) => {
                let id = self.report(place);
                let since = self.ledger.reports(NET).iter().find(|r| r.id == id).map_or(0, |r| r.at);
                let alpha = self.stake((VOTER, VALIDATOR), since);
                let done = self.call(|l| pact::vote(l, &VOTER, NET, id, &VALIDATOR, uphold));
                let (who, hotkey) = (who(VOTER), who(VALIDATOR));
                (
                    "vote",
                    done,
                    self.chain.play(
                        SLOT,
                        Input::Vote {
                            who,
                            id,
                            hotkey,
                            alpha,
                            uphold,
                        },
                    ),
                )
            }
            Act::Decide(place, second, uphold) => {
                let (id, arbiter) = (self.report(place), ARBITERS[usize::from(second)]);
                let done = self.call(|l| pact::vote(l, &arbiter, NET, id, &VALIDATOR, uphold));
                let (who, hotkey, alpha) = (who(arbiter), who(VALIDATOR), Alpha::ZERO);
                (
                    "decide",
                    done,
                    self.chain.play(
                        SLOT,
                        Input::Vote {
                            who,
                            id,
                            hotkey,
                            alpha,
                            uphold,
                        },
                    ),
                )
            }
            Act::Resolve(place) => {
                let id = self.report(place);
                let report = self.ledger.reports(NET).into_iter().find(|report| report.id == id);
                let staked = report.map_or_else(Vec::new, |report| {
                    let ballots = report.ballots.iter();
                    ballots.map(|b| self.stake((b.coldkey, b.hotkey), report.at)).collect()
                });
                let done = self.call(|l| pact::resolve(l, NET, id));
                let holdable = self.chain.holdable(SLOT);
                (
                    "resolve",
                    done,
                    self.chain.play(SLOT, Input::Resolve { id, staked, holdable }),
                )
            }
            Act::Pay(rao) => {
                let done = self.call(|l| pact::pay(l, &PAYER, NET, &PAYEE, Tao(rao), [4; 32]));
                let input = Input::Pay {
                    from: Purse::Free(who(PAYER)),
                    payer: who(PAYER),
                    payee: who(PAYEE),
                    amount: Tao(rao),
                    receipt: [4; 32],
                };
                ("pay", done, self.chain.play(SLOT, input))
            }
            Act::Stake(rao) => {
                let staked = self
                    .ledger
                    .transaction(|l| staking::add_stake(l, &VOTER, &VALIDATOR, NET, Tao(rao)));
                if staked.is_ok() {
                    self.chain.buy(SLOT, Tao(rao), Holder::Stakers).unwrap();
                }
                return staked.is_ok().then_some("stake");
            }
        };
        let told = self.ledger.take_pact_events();
        let (done, said) = match rows {
            Ok(events) => (Ok(()), events),
            Err(refusal) => (Err(refusal), Vec::new()),
        };
        assert_eq!(chains, done, "{name}");
        assert_eq!(format!("{told:?}"), format!("{said:?}"), "what {name} tells");
        done.is_ok().then_some(name)
    }

    /// What an epoch does for pacts, with a cut that is newly emitted. Without a pact there is nothing to compare.
    fn epoch(&mut self, cut: Alpha) -> bool {
        if self.ledger.pact(NET).is_none() {
            return false;
        }
        let (owner, hotkey) = (self.owner(), self.hotkey());
        let out = self.ledger.subnet_alpha_out(NET);
        self.ledger.set_subnet_alpha_out(NET, Alpha(out.0 + cut.0));
        self.chain.alpha_issued[SLOT] += cut.0;
        self.chain.holdings.owner[SLOT].0 += cut.0;
        self.chain.paid.owner[SLOT] = cut;
        let held = &self.chain.holdings;
        let earning = Earning {
            // The cut of this epoch is paid after its release.
            alpha: Alpha(held.stakers[SLOT].0 + held.owner[SLOT].0 - cut.0),
            root: self.chain.root,
        };
        let tribute = pact::release(&mut self.ledger, NET, earning).unwrap();
        self.dividends.0 += tribute.holders.0 + tribute.root.0;
        let left = pact::share_cut(&mut self.ledger, NET, &owner, &hotkey, cut).unwrap();
        assert_eq!(left, Alpha::ZERO);
        self.chain.paid.stakers[SLOT] = Alpha::ZERO;
        self.chain.paid.root[SLOT] = Alpha::ZERO;
        self.chain.step_pacts(1).unwrap();
        assert_eq!(self.chain.paid.stakers[SLOT], tribute.holders);
        assert_eq!(self.chain.paid.root[SLOT], tribute.root);
        true
    }

    /// Compares both sides to the rao.
    fn compare(&self) {
        let (ledger, chain) = (&self.ledger, &self.chain);
        chain.check().unwrap_or_else(|broken| panic!("{broken:?}"));
        let sums = pact::audit(ledger).unwrap();
        let state = &chain.pacts.states[SLOT];
        assert_eq!(format!("{:?}", ledger.pact(NET)), format!("{:?}", state.pact));
        assert_eq!(
            format!("{:?}", ledger.objections(NET)),
            format!("{:?}", state.objections)
        );
        assert_eq!(format!("{:?}", ledger.reports(NET)), format!("{:?}", state.reports));
        let pool = chain.pool(SLOT);
        assert_eq!(
            (ledger.subnet_tao(NET), ledger.subnet_alpha_in(NET)),
            (pool.tao, pool.alpha)
        );
        assert_eq!(ledger.subnet_alpha_out(NET), chain.alpha_outside(SLOT));
        assert_eq!(ledger.alpha_burned(NET), chain.holdings.burned[SLOT], "burned");
        assert_eq!(
            ledger.total_hotkey_alpha(&self.hotkey(), NET),
            chain.holdings.owner[SLOT],
            "the owner's"
        );
        let others = (0..self.owner).map(|owner| Key(100 + owner)).chain([VALIDATOR]);
        let others: u64 = others.map(|hotkey| ledger.total_hotkey_alpha(&hotkey, NET).0).sum();
        assert_eq!(
            others + self.dividends.0,
            chain.holdings.stakers[SLOT].0,
            "the stakers'"
        );
        // Whoever signs first pays for the account of the reservoirs, which the rows do not have.
        let opened = if ledger.balance(&Key::pacts()).is_zero() {
            0
        } else {
            500
        };
        let (people, free) = (self.people().0 + opened, chain.free.0);
        assert_eq!(
            people.wrapping_sub(self.free.0.0),
            free.wrapping_sub(self.free.1.0),
            "free TAO"
        );
        let held: u64 = ledger.holds().map(|(_, _, amount)| amount.0).sum();
        assert_eq!(held, sums.bonds.0 + sums.reports.0);
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn a_thousand_histories_are_the_ledgers_to_the_rao() {
    let (histories, seed) = (setting("PACT_HISTORIES", 1_000), setting("PACT_HISTORIES_SEED", 1));
    println!("seed {seed}, {histories} histories");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let pool = (1_000 * UNIT..200_000 * UNIT, 10_000 * UNIT..5_000_000 * UNIT);
    let input = (pool, prop::collection::vec(act(), 60..90));
    let mut done: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..histories {
        let (pool, acts) = input.new_tree(&mut runner).unwrap().current();
        let mut both = Both::new(pool);
        for (place, act) in acts.iter().enumerate() {
            let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let name = both.play(act);
                both.compare();
                name
            }));
            let name = played.unwrap_or_else(|panic| {
                eprintln!("seed {seed}, history {number}, act {place} of {:?}", &acts[..=place]);
                std::panic::resume_unwind(panic)
            });
            if let Some(name) = name {
                *done.entry(name).or_default() += 1;
            }
        }
        // The end of the subnet: what pacts give to its pool, and nothing of them stays.
        both.ledger.take_pact_events();
        both.ledger.transaction(|l| networks::dissolve(l, NET)).unwrap();
        let told = both.ledger.take_pact_events();
        let joined = both.chain.flows.tribute;
        both.chain.dissolve(SLOT).unwrap();
        let joined = Tao(both.chain.flows.tribute.0 - joined.0);
        let says: Vec<Tao> = told
            .iter()
            .filter_map(|event| match event {
                Event::Dissolved { tao, .. } => Some(*tao),
                _ => None,
            })
            .collect();
        assert_eq!(
            says.iter().map(|tao| tao.0).sum::<u64>(),
            joined.0,
            "seed {seed}, history {number}"
        );
        assert_eq!(both.ledger.holds().count(), 0, "seed {seed}, history {number}");
        both.chain
            .check()
            .unwrap_or_else(|broken| panic!("seed {seed}, history {number}: {broken:?}"));
    }
    println!("{done:?}");
    let kinds = 18;
    assert!(
        histories < 1_000 || (done.len() == kinds && done.values().all(|count| *count > 20)),
        "{done:?}"
    );
}
