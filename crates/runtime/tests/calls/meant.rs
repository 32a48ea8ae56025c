//! Calls that chance alone would never make well: their arguments fit what happened before.

use std::collections::BTreeMap;

use codec::Encode;
use pallet_pact::Call as Pact;
use pallet_subtensor::Call as Market;
use rand::RngExt;
use sp_core::{H256, Pair, sr25519};
use tributary_economy::{
    MechId, NetUid, PerMillion, Tao, UNIT, commits,
    pact::{Arbiters, Route, Terms, channel::voucher_bytes},
};
use tributary_runtime::{AccountId, Runtime, RuntimeCall, System};

use crate::{
    types::{Calls, Name},
    world::{People, Went},
};

/// Weights that a hotkey has committed to.
#[derive(Clone)]
struct Committed {
    hotkey: AccountId,
    netuid: NetUid,
    mecid: MechId,
    uids: Vec<u16>,
    values: Vec<u16>,
}

/// What was done, for what can be done next.
#[derive(Default)]
pub struct Meant {
    committed: Vec<Committed>,
    /// Calls that proxies announced: delegate, account, call.
    announced: Vec<(AccountId, AccountId, RuntimeCall)>,
    /// Calls that wait for signatures, by their hashes.
    waiting: BTreeMap<[u8; 32], RuntimeCall>,
}

fn hotkey(calls: &mut Calls) -> AccountId {
    let hotkeys = calls.cast.hotkeys.clone();
    calls.pick(&hotkeys)
}

fn netuid(calls: &mut Calls) -> NetUid {
    NetUid(calls.random.random_range(1..4))
}

fn owner_of(hotkey: &AccountId) -> Option<AccountId> {
    pallet_subtensor::Owner::<Runtime>::try_get(hotkey).ok()
}

/// A call about the stake that the owner of a subnet has there.
fn staked(calls: &mut Calls, name: &Name) -> (RuntimeCall, AccountId) {
    let place = calls.random.random_range(0..3usize);
    let (hotkey, netuid) = (People::hotkeys()[place].encode(), NetUid(place as u16 + 1).encode());
    let part = calls.random.random_range(1..UNIT).encode();
    let call = calls.make_with(
        name,
        [
            ("hotkey", hotkey.clone()),
            ("origin_hotkey", hotkey),
            ("netuid", netuid.clone()),
            ("origin_netuid", netuid),
            ("amount_unstaked", part.clone()),
            ("alpha_amount", part.clone()),
            ("amount", part),
        ],
    );
    (call, People::rich()[place + 1].clone())
}

/// Weights of some neurons.
fn weights(calls: &mut Calls, netuid: NetUid) -> (Vec<u16>, Vec<u16>) {
    let neurons = pallet_subtensor::SubnetworkN::<Runtime>::get(netuid);
    let uids: Vec<u16> = (0..neurons).filter(|_| !calls.chance(3)).collect();
    let values = uids.iter().map(|_| calls.random.random_range(1..100)).collect();
    (uids, values)
}

fn terms(calls: &mut Calls) -> Terms {
    let part = |calls: &mut Calls| calls.random.random_range(0..=1_000_000);
    let (a, b) = (part(calls), part(calls));
    let (low, high) = (a.min(b), a.max(b));
    let opens = calls.chance(2);
    Terms {
        pledge: PerMillion(part(calls)),
        vesting_half_life: calls.random.random_range(0..40),
        bond: Tao(calls.random.random_range(0..20) * UNIT),
        notice: calls.random.random_range(0..12),
        revenue_share: PerMillion(part(calls)),
        open_after: if opens { calls.random.random_range(1..50) } else { 0 },
        artifact_period: if opens { calls.random.random_range(1..20) } else { 0 },
        route: Route {
            burn: PerMillion(low),
            holders: PerMillion(high - low),
            root: PerMillion(1_000_000 - high),
        },
    }
}

impl Meant {
    /// A call of this name that may well succeed, and who signs it; nothing where chance is good enough.
    pub fn make(&mut self, calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
        // Now and then anything.
        if calls.chance(6) {
            return None;
        }
        match name.0.as_str() {
            "SubtensorModule" => self.market(calls, name),
            "Commitments" => Some((calls.make(name), hotkey(calls))),
            "Pact" => pact(calls, name),
            "Multisig" => self.multisig(calls, name),
            "Proxy" => self.proxy(calls, name),
            "Preimage" => preimage(calls, name),
            _ => None,
        }
    }

    /// Notes what can be built upon.
    pub fn learn(&mut self, name: &Name, call: &RuntimeCall, who: &AccountId, went: Went) {
        if went == Went::Well
            && let ("Proxy", "announce") = (name.0.as_str(), name.1.as_str())
            && let RuntimeCall::Proxy(pallet_proxy::Call::announce { real, .. }) = call
            && let Ok(real) =
                <sp_runtime::traits::AccountIdLookup<AccountId, ()> as sp_runtime::traits::StaticLookup>::lookup(
                    real.clone(),
                )
        {
            self.announced.push((who.clone(), real, remark()));
        }
    }

    fn market(&mut self, calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
        let (hot, there, mecid) = (hotkey(calls), netuid(calls), MechId(calls.random.random_range(0..2)));
        let (uids, values) = weights(calls, there);
        let call = match name.1.as_str() {
            "set_weights" => Market::set_weights {
                netuid: there,
                dests: uids,
                weights: values,
                version_key: u64::MAX,
            },
            "set_mechanism_weights" => Market::set_mechanism_weights {
                netuid: there,
                mecid,
                dests: uids,
                weights: values,
                version_key: u64::MAX,
            },
            "commit_weights" | "commit_mechanism_weights" => {
                let main = name.1 == "commit_weights";
                let mecid = if main { MechId(0) } else { mecid };
                let bytes = commits::preimage(&hot, there.index(mecid), &uids, &values, &[7], u64::MAX);
                let commit_hash = H256(sp_io::hashing::blake2_256(&bytes));
                self.committed.push(Committed {
                    hotkey: hot.clone(),
                    netuid: there,
                    mecid,
                    uids,
                    values,
                });
                if main {
                    Market::commit_weights {
                        netuid: there,
                        commit_hash,
                    }
                } else {
                    Market::commit_mechanism_weights {
                        netuid: there,
                        mecid,
                        commit_hash,
                    }
                }
            }
            "reveal_weights" | "reveal_mechanism_weights" => return self.reveal(calls, name.1 == "reveal_weights"),
            "serve_axon" | "serve_axon_tls" | "serve_prometheus" => return Some((calls.make(name), hot)),
            "remove_stake"
            | "remove_stake_limit"
            | "remove_stake_full_limit"
            | "unstake_all"
            | "unstake_all_alpha"
            | "move_stake"
            | "swap_stake"
            | "swap_stake_limit"
            | "transfer_stake"
            | "recycle_alpha"
            | "burn_alpha" => {
                return Some(staked(calls, name));
            }
            "announce_coldkey_swap"
            | "swap_coldkey_announced"
            | "clear_coldkey_swap_announcement"
            | "dispute_coldkey_swap" => return Some((calls.make(name), People::swapping())),
            "increase_take" | "decrease_take" | "set_children" | "set_childkey_take" => {
                let call = calls.make(name);
                let hot = match &call {
                    RuntimeCall::SubtensorModule(
                        Market::increase_take { hotkey, .. }
                        | Market::decrease_take { hotkey, .. }
                        | Market::set_children { hotkey, .. }
                        | Market::set_childkey_take { hotkey, .. },
                    ) => hotkey.clone(),
                    _ => return None,
                };
                return Some((call, owner_of(&hot)?));
            }
            _ => return None,
        };
        Some((RuntimeCall::SubtensorModule(call), hot))
    }

    fn reveal(&mut self, calls: &mut Calls, main: bool) -> Option<(RuntimeCall, AccountId)> {
        let known: Vec<_> = self
            .committed
            .iter()
            .rev()
            .take(40)
            .filter(|commit| (commit.mecid == MechId(0)) == main)
            .cloned()
            .collect();
        if known.is_empty() {
            return None;
        }
        let Committed {
            hotkey,
            netuid,
            mecid,
            uids,
            values,
        } = calls.pick(&known);
        let (salt, version_key) = (vec![7], u64::MAX);
        let call = if main {
            Market::reveal_weights {
                netuid,
                uids,
                values,
                salt,
                version_key,
            }
        } else {
            Market::reveal_mechanism_weights {
                netuid,
                mecid,
                uids,
                values,
                salt,
                version_key,
            }
        };
        Some((RuntimeCall::SubtensorModule(call), hotkey))
    }

    fn multisig(&mut self, calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
        type Multisig = pallet_multisig::Call<Runtime>;
        let mut pair: Vec<AccountId> = People::poor().into_iter().take(2).collect();
        pair.sort();
        let call = calls.pick(&[remark(), transfer()]);
        let hash = sp_io::hashing::blake2_256(&codec::Encode::encode(&call));
        self.waiting.insert(hash, call.clone());
        let multi = pallet_multisig::Pallet::<Runtime>::multi_account_id(&pair, 2);
        let open = pallet_multisig::Multisigs::<Runtime>::get(&multi, hash);
        let first = open.as_ref().map(|open| open.depositor.clone());
        let max_weight = frame_support::weights::Weight::from_parts(1 << 36, 1 << 20);
        let maybe_timepoint = open.map(|open| open.when);
        let who = match (name.1.as_str(), first) {
            // Whoever began may give up; the other one completes.
            ("cancel_as_multi", Some(first)) => first,
            (_, Some(first)) => pair.iter().find(|who| **who != first)?.clone(),
            _ => calls.pick(&pair),
        };
        let other_signatories = pair.into_iter().filter(|other| *other != who).collect();
        let call = match name.1.as_str() {
            "as_multi" => Multisig::as_multi {
                threshold: 2,
                other_signatories,
                maybe_timepoint,
                call: Box::new(call),
                max_weight,
            },
            "approve_as_multi" => Multisig::approve_as_multi {
                threshold: 2,
                other_signatories,
                maybe_timepoint,
                call_hash: hash,
                max_weight,
            },
            "cancel_as_multi" => Multisig::cancel_as_multi {
                threshold: 2,
                other_signatories,
                timepoint: maybe_timepoint?,
                call_hash: hash,
            },
            _ => return None,
        };
        Some((RuntimeCall::Multisig(call), who))
    }

    fn proxy(&mut self, calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
        type Proxy = pallet_proxy::Call<Runtime>;
        if name.1 == "proxy_announced" {
            let (delegate, real, call) = calls.pick(self.announced.get(..).filter(|all| !all.is_empty())?);
            let call = Proxy::proxy_announced {
                delegate: delegate.clone().into(),
                real: real.into(),
                force_proxy_type: None,
                call: Box::new(call),
            };
            return Some((RuntimeCall::Proxy(call), delegate));
        }
        let there: Vec<_> = pallet_proxy::Proxies::<Runtime>::iter()
            .flat_map(|(real, (proxies, _))| proxies.into_iter().map(move |proxy| (real.clone(), proxy)))
            .take(20)
            .collect();
        if there.is_empty() {
            return None;
        }
        let (real, proxy) = calls.pick(&there);
        let delegate = proxy.delegate.clone();
        let hash = sp_io::hashing::blake2_256(&codec::Encode::encode(&remark())).into();
        let (call, who) = match name.1.as_str() {
            "proxy" => {
                let call = Proxy::proxy {
                    real: real.into(),
                    force_proxy_type: None,
                    call: Box::new(calls.make(&("Balances".into(), "burn".into()))),
                };
                (call, delegate)
            }
            "announce" => (
                Proxy::announce {
                    real: real.into(),
                    call_hash: hash,
                },
                delegate,
            ),
            "remove_announcement" => (
                Proxy::remove_announcement {
                    real: real.into(),
                    call_hash: hash,
                },
                delegate,
            ),
            "reject_announcement" => (
                Proxy::reject_announcement {
                    delegate: delegate.into(),
                    call_hash: hash,
                },
                real,
            ),
            "remove_proxy" => (
                Proxy::remove_proxy {
                    delegate: delegate.into(),
                    proxy_type: proxy.proxy_type,
                    delay: proxy.delay,
                },
                real,
            ),
            _ => return None,
        };
        Some((RuntimeCall::Proxy(call), who))
    }
}

fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![7] })
}

fn transfer() -> RuntimeCall {
    let dest = People::hotkeys()[0].clone().into();
    RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death { dest, value: 1_000 })
}

fn preimage(calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
    let there: Vec<_> = pallet_preimage::RequestStatusFor::<Runtime>::iter().take(10).collect();
    if name.1 != "unnote_preimage" || there.is_empty() {
        return None;
    }
    let (hash, status) = calls.pick(&there);
    let ticket = match status {
        pallet_preimage::RequestStatus::Unrequested { ticket: (who, _), .. } => Some(who),
        pallet_preimage::RequestStatus::Requested { maybe_ticket, .. } => maybe_ticket.map(|(who, _)| who),
    };
    let call = RuntimeCall::Preimage(pallet_preimage::Call::unnote_preimage { hash });
    Some((call, ticket?))
}

/// A channel that is open, if there is one.
fn channel(calls: &mut Calls) -> Option<(u64, AccountId, AccountId)> {
    let next = pallet_pact::NextChannel::<Runtime>::get();
    let id = calls.random.random_range(next.saturating_sub(12)..next.max(1));
    let open = pallet_pact::Channels::<Runtime>::get(id)?;
    Some((id, open.payer, open.payee))
}

fn voucher(payer: &AccountId, id: u64, amount: Tao) -> Option<[u8; 64]> {
    let people = People::new();
    let pair: &sr25519::Pair = people.pair(payer)?;
    let genesis: [u8; 32] = System::block_hash(0).0;
    Some(pair.sign(&voucher_bytes(&genesis, id, amount)).0)
}

fn pact(calls: &mut Calls, name: &Name) -> Option<(RuntimeCall, AccountId)> {
    let there = netuid(calls);
    let owner = pallet_subtensor::SubnetOwner::<Runtime>::try_get(there).ok()?;
    let signed = pallet_pact::Pacts::<Runtime>::get(there);
    let (call, who) = match name.1.as_str() {
        "sign" => (
            Pact::sign {
                netuid: there,
                terms: terms(calls),
                arbiters: Arbiters::default(),
            },
            owner,
        ),
        "tighten" => {
            let mut terms = signed?.terms;
            terms.bond.0 += UNIT;
            (Pact::tighten { netuid: there, terms }, owner)
        }
        "loosen" => (
            Pact::loosen {
                netuid: there,
                terms: terms(calls),
                arbiters: Arbiters::default(),
            },
            owner,
        ),
        "propose" => (
            Pact::propose {
                netuid: there,
                terms: terms(calls),
                arbiters: Arbiters::default(),
            },
            owner,
        ),
        "announce_exit" => (Pact::announce_exit { netuid: there }, owner),
        "cancel_exit" => (Pact::cancel_exit { netuid: there }, owner),
        "post_bond" => (Pact::post_bond { netuid: there }, owner),
        "commit_artifact" => (
            Pact::commit_artifact {
                netuid: there,
                plaintext: [1; 32],
                ciphertext: [2; 32],
                round: 0,
                location: vec![7; 9],
            },
            owner,
        ),
        "settle" => {
            let (id, payer, payee) = channel(calls)?;
            let amount = Tao(calls.amount());
            let signature = voucher(&payer, id, amount)?;
            (
                Pact::settle {
                    channel: id,
                    amount,
                    signature,
                },
                payee,
            )
        }
        "close" => {
            let (id, payer, payee) = channel(calls)?;
            let amount = Tao(calls.amount());
            let last = calls.chance(3).then(|| voucher(&payer, id, amount)).flatten();
            let who = calls.pick(&[payer, payee]);
            (
                Pact::close {
                    channel: id,
                    voucher: last.map(|signature| (amount, signature)),
                },
                who,
            )
        }
        "top_up" => {
            let (id, payer, _) = channel(calls)?;
            (
                Pact::top_up {
                    channel: id,
                    amount: Tao(calls.amount()),
                },
                payer,
            )
        }
        _ => return None,
    };
    Some((RuntimeCall::Pact(call), who))
}
