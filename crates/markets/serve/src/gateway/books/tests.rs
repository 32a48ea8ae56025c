//! The promise of the books, under whatever customers do: no service beyond what is paid, or will be for certain, and the
//! credit.

use std::collections::BTreeMap;

use super::*;
use crate::{
    meter::{Horizon, Price, Uncovered},
    rail::Channel,
};
use futures::executor::block_on;
use proptest::prelude::*;
use tributary_neuron::Identity;

const GENESIS: [u8; 32] = [3; 32];
const PRICE: Price = Price {
    prompt_rao_per_1k: 1_000,
    completion_rao_per_1k: 3_000,
};
const CHALLENGE: u64 = 20;

fn identity(account: u8) -> Identity {
    Identity::from_seed(&[1 + account; 32])
}

fn channel(account: u8, deposit: u64) -> Channel {
    Channel {
        netuid: 4,
        payer: identity(account).hotkey(),
        payee: Identity::from_seed(&[99; 32]).hotkey(),
        deposit,
        settled: 0,
        expiry: 1_000_000,
        closing: None,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open {
        account: u8,
        deposit: u64,
    },
    Use {
        channel: usize,
        prompt: usize,
        completion: usize,
    },
    Finish {
        request: usize,
        done: bool,
    },
    Sign {
        channel: usize,
        amount: u64,
    },
    Settle {
        channel: usize,
    },
    Close {
        channel: usize,
    },
    Look {
        per_block: u64,
        delay: u64,
    },
    Restart {
        cut: bool,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let channel = || 0usize..8;
    let step = prop_oneof![
        2 => (0u8..2, 50u64..600).prop_map(|(account, deposit)| Step::Open { account, deposit }),
        8 => (channel(), 0usize..200, 0usize..60)
            .prop_map(|(channel, prompt, completion)| Step::Use { channel, prompt, completion }),
        7 => (0usize..8, prop::bool::weighted(0.85)).prop_map(|(request, done)| Step::Finish { request, done }),
        7 => (channel(), 0u64..700).prop_map(|(channel, amount)| Step::Sign { channel, amount }),
        2 => channel().prop_map(|channel| Step::Settle { channel }),
        2 => channel().prop_map(|channel| Step::Close { channel }),
        2 => (1u64..3, 0u64..25).prop_map(|(per_block, delay)| Step::Look { per_block, delay }),
        1 => any::<bool>().prop_map(|cut| Step::Restart { cut }),
    ];
    prop::collection::vec(step, 1..120)
}

/// What really happened to an account: counted without the meter's help.
#[derive(Default)]
struct Truth {
    /// Rao of everything that was delivered.
    used: u64,
    /// Rao that closed channels paid.
    paid: u64,
    /// Of that, rao that paid for use, not for nothing.
    earned: u64,
}

struct Request {
    account: u8,
    channel: u64,
    reservation: Reservation,
    at_most: Usage,
}

fn open(folder: &tempfile::TempDir, credit: u64) -> Books {
    Books::open(Some(folder.path()), Meter::new(GENESIS, PRICE, credit)).unwrap()
}

struct World {
    folder: tempfile::TempDir,
    credit: u64,
    books: Books,
    /// The channels of the chain, with their account.
    open: BTreeMap<u64, (u8, Channel)>,
    next: u64,
    /// What closed ones paid.
    paid: BTreeMap<u64, u64>,
    /// Of that, what was not charged when they closed.
    surplus: BTreeMap<u64, u64>,
    requests: Vec<Request>,
    truth: [Truth; 2],
}

impl World {
    fn new(credit: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            books: open(&folder, credit),
            folder,
            credit,
            open: BTreeMap::new(),
            next: 1,
            paid: BTreeMap::new(),
            surplus: BTreeMap::new(),
            requests: Vec::new(),
            truth: Default::default(),
        }
    }

    fn nth(&self, n: usize) -> Option<u64> {
        self.open.keys().nth(n % self.open.len().max(1)).copied()
    }

    fn finish(&mut self, n: usize, done: bool) {
        if self.requests.is_empty() {
            return;
        }
        let request = self.requests.swap_remove(n % self.requests.len());
        let Usage {
            prompt_tokens,
            completion_tokens,
            ..
        } = request.at_most;
        let usage = done.then_some(Usage {
            prompt_tokens,
            completion_tokens: completion_tokens / 2,
            total_tokens: 0,
        });
        let cost = self.books.charge(request.reservation, usage);
        let truth = &mut self.truth[usize::from(request.account)];
        truth.used += cost;
        if let Some(surplus) = self.surplus.get_mut(&request.channel) {
            let earned = cost.min(*surplus);
            *surplus -= earned;
            truth.earned += earned;
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Open { account, deposit } if self.open.len() < 6 => {
                self.open.insert(self.next, (account, channel(account, deposit)));
                self.books.meter().sync(self.next, channel(account, deposit));
                self.next += 1;
            }
            Step::Open { .. } => {}
            Step::Use {
                channel,
                prompt,
                completion,
            } => {
                let Some(id) = self.nth(channel) else { return };
                let account = self.open[&id].0;
                let at_most = Usage::new(prompt, completion);
                let reserved = self.books.meter().reserve(id, at_most);
                match reserved {
                    Ok(reservation) => self.requests.push(Request {
                        account,
                        channel: id,
                        reservation,
                        at_most,
                    }),
                    Err(Uncovered::Voucher(missing)) => self.sign(id, missing.sign()),
                    Err(_) => {}
                }
            }
            Step::Finish { request, done } => self.finish(request, done),
            Step::Sign { channel, amount } => {
                if let Some(id) = self.nth(channel) {
                    self.sign(id, amount);
                }
            }
            Step::Settle { channel } => {
                let Some(id) = self.nth(channel) else { return };
                let covered = self.books.meter().tab(id).unwrap().covered();
                let (_, channel) = self.open.get_mut(&id).unwrap();
                channel.settled = covered;
                self.books.meter().sync(id, *channel);
                self.books.keep(id);
            }
            Step::Close { channel } => {
                if let Some(id) = self.nth(channel) {
                    self.close(id);
                }
            }
            Step::Look { per_block, delay } => {
                let horizon = Horizon {
                    height: 0,
                    challenge: CHALLENGE,
                    per_block,
                    delay,
                };
                // The longer it takes, the less counts: what counted before is settled first, as the gateway does it.
                if horizon.capacity() < self.books.meter().horizon().capacity() {
                    (0..self.open.len()).for_each(|channel| self.step(Step::Settle { channel }));
                }
                self.books.meter().look(horizon);
            }
            Step::Restart { cut } => self.restart(cut),
        }
    }

    fn sign(&mut self, id: u64, amount: u64) {
        let voucher = Voucher::sign(&identity(self.open[&id].0), &GENESIS, id, amount);
        let _ = block_on(self.books.take(voucher));
    }

    /// The payer takes back what is not settled; what was sure is settled before.
    fn close(&mut self, id: u64) {
        let (account, _) = self.open.remove(&id).unwrap();
        let tab = *self.books.meter().tab(id).unwrap();
        let paid = tab.sure();
        let truth = &mut self.truth[usize::from(account)];
        truth.paid += paid;
        truth.earned += paid.min(tab.charged);
        self.paid.insert(id, paid);
        self.surplus.insert(id, paid.saturating_sub(tab.charged));
        block_on(self.books.flush());
        let file = self.folder.path().join(format!("channels/{id}.json"));
        let before = std::fs::read(&file).ok().filter(|_| id.is_multiple_of(3));
        if before.is_some() {
            // The record of the closed channel cannot be removed, as if the process had died before.
            std::fs::remove_file(&file).unwrap();
            std::fs::create_dir(&file).unwrap();
        }
        block_on(self.books.close(id, paid));
        if let Some(before) = before {
            std::fs::remove_dir(&file).unwrap();
            std::fs::write(&file, before).unwrap();
        }
    }

    /// The gateway dies, its requests with it, and starts again on what is on disk.
    fn restart(&mut self, cut: bool) {
        while !self.requests.is_empty() {
            self.finish(0, !cut);
        }
        let horizon = self.books.meter().horizon();
        block_on(self.books.flush());
        self.books = open(&self.folder, self.credit);
        let kept: Vec<u64> = self.books.meter().tabs().map(|(id, _)| id).collect();
        for id in kept {
            if !self.open.contains_key(&id) {
                // The chain has closed it: its record was left behind.
                block_on(self.books.close(id, self.paid[&id]));
            }
        }
        for (id, (_, channel)) in &self.open {
            self.books.meter().sync(*id, *channel);
        }
        self.books.meter().look(horizon);
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let meter = self.books.meter();
        for (account, truth) in (0u8..).zip(&self.truth) {
            let payer = identity(account).hotkey();
            let mine = || meter.tabs().filter(|(_, tab)| tab.channel.payer == payer);
            let under_way: u64 = self
                .requests
                .iter()
                .filter(|request| request.account == account)
                .map(|request| PRICE.cost(request.at_most).unwrap())
                .sum();
            let sure: u64 = mine().map(|(_, tab)| tab.sure()).sum();
            let gained = (truth.used + under_way).saturating_sub(truth.paid + sure);
            prop_assert!(gained <= self.credit, "account {account} had {gained} for nothing");
            prop_assert!(meter.owed(&payer) <= self.credit);
            // Nobody is charged for more than was used, and nothing is forgotten.
            let charged: u64 = mine().map(|(_, tab)| tab.charged).sum();
            prop_assert_eq!(charged + meter.debt(&payer), truth.used - truth.earned);
        }
        for (_, tab) in meter.tabs() {
            prop_assert!(tab.charged + tab.reserved <= tab.channel.deposit);
            prop_assert!(tab.covered() <= tab.channel.deposit);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// For each account, at all times: what it used over all its channels, past and present, and did not pay for and will
    /// not for certain, is within the credit.
    #[test]
    fn no_account_is_served_beyond_cover_and_credit(credit in 0u64..300, steps in steps()) {
        let mut world = World::new(credit);
        for step in steps {
            world.step(step);
            world.check()?;
        }
        while !world.requests.is_empty() {
            world.finish(0, true);
            world.check()?;
        }
    }
}

#[test]
fn four_channels_one_after_the_other_lend_no_more_than_one() {
    let mut world = World::new(100);
    for round in 0..4u64 {
        world.step(Step::Open {
            account: 0,
            deposit: 600,
        });
        let id = world.nth(0).unwrap();
        while let Ok(reservation) = {
            let mut meter = world.books.meter();
            meter.reserve(id, Usage::new(10, 0))
        } {
            world.truth[0].used += world.books.charge(reservation, Some(Usage::new(10, 0)));
        }
        world.check().unwrap();
        world.close(id);
        if round == 1 {
            world.restart(false);
        }
    }
    assert_eq!(world.truth[0].used, 100, "the credit, once");
    let account = identity(0).hotkey();
    let (debt, all) = {
        let meter = world.books.meter();
        (meter.debt(&account), meter.bad_debts())
    };
    assert_eq!((debt, all), (100, (100, 1)));
    let files = || std::fs::read_dir(world.folder.path().join("accounts")).unwrap().count();
    assert_eq!(files(), 1);
}

/// Many clients at once, whose vouchers are written in batches: whatever was acknowledged is there after a restart.
#[test]
fn what_is_acknowledged_is_on_disk() {
    const CLIENTS: u64 = 16;
    let folder = tempfile::tempdir().unwrap();
    let books = open(&folder, 0);
    for id in 1..=CLIENTS {
        books.meter().sync(id, channel(0, 10_000));
    }
    let run = |id: u64| {
        let mut last = 0;
        for amount in (10..=500).step_by(10) {
            let voucher = Voucher::sign(&identity(0), &GENESIS, id, amount);
            last = block_on(books.take(voucher)).unwrap().covered;
            // A record as it is now, beside what others change.
            let on_disk = std::fs::read_to_string(folder.path().join(format!("channels/{id}.json"))).unwrap();
            assert!(on_disk.contains(&voucher.to_string()), "{on_disk}");
        }
        last
    };
    let acknowledged: Vec<u64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (1..=CLIENTS).map(|id| scope.spawn(move || run(id))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(acknowledged, [500; CLIENTS as usize]);
    // As if the process had died: nothing is flushed.
    let again = open(&folder, 0);
    let covered: Vec<u64> = again.meter().tabs().map(|(_, tab)| tab.covered()).collect();
    assert_eq!(covered, acknowledged);
    drop(books);
}

#[test]
fn a_voucher_that_cannot_be_written_changes_nothing_and_others_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let books = open(&folder, 1_000);
    books.meter().sync(1, channel(0, 600));
    books.meter().sync(2, channel(1, 600));
    // Something in the way of the record.
    let half = folder.path().join("channels/1.json.part");
    std::fs::create_dir(&half).unwrap();
    books.meter().statement(1).unwrap();
    let before = *books.meter().tab(1).unwrap();
    let voucher = Voucher::sign(&identity(0), &GENESIS, 1, 500);
    assert!(matches!(block_on(books.take(voucher)), Err(Refused::Unwell(_))));
    assert_eq!(
        *books.meter().tab(1).unwrap(),
        before,
        "what is not on disk does not count, and takes no turn"
    );
    let other = Voucher::sign(&identity(1), &GENESIS, 2, 500);
    assert_eq!(block_on(books.take(other)).unwrap().covered, 500);
    std::fs::remove_dir(&half).unwrap();
    assert_eq!(block_on(books.take(voucher)).unwrap().covered, 500);
}

/// While the disk is at work on one client's voucher, the meter is free: others are let in, charged and answered.
#[test]
fn a_slow_disk_holds_up_nobody_who_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let books = open(&folder, 100);
    books.meter().sync(1, channel(0, 600));
    books.meter().sync(2, channel(1, 600));
    let paid = Voucher::sign(&identity(1), &GENESIS, 2, 500);
    block_on(books.take(paid)).unwrap();
    let use_some = || {
        let reservation = books.meter().reserve(2, Usage::new(10, 0)).unwrap();
        books.charge(reservation, Some(Usage::new(10, 0)))
    };
    let disk = crate::gateway::store::tests::DISK.lock();
    use_some();
    // The writer comes no further than the disk: with this order, or, if it was still busy, with nothing to write.
    let began = std::time::Instant::now();
    while !books.shared.orders.lock().tabs.is_empty() && began.elapsed().as_secs() < 2 {
        std::thread::yield_now();
    }
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| block_on(books.take(Voucher::sign(&identity(0), &GENESIS, 1, 500))));
        for _ in 0..9 {
            assert_eq!(use_some(), 10);
            assert_eq!(block_on(books.take(paid)).unwrap().covered, 500, "sent again");
        }
        assert_eq!(books.meter().tab(2).unwrap().charged, 100);
        assert!(!slow.is_finished(), "not before it is on disk");
        assert_eq!(books.meter().tab(1).unwrap().covered(), 0, "nor does it count before");
        drop(disk);
        assert_eq!(slow.join().unwrap().unwrap().covered, 500);
    });
}
