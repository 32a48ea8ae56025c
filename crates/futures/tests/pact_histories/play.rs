//! Plays an act on both sides.

use tributary_economy::{
    Alpha, Ledger, Tao, UNIT,
    market::{pact, staking},
    pact::{Arbiters, Books, Earning, Error, Event, Input, Purse, Terms},
};
use tributary_futures::chain::{Holder, Who};

use crate::{
    acts::{Act, Around, OfOwner, OfReports, OfTerms},
    both::Both,
    keys::{ARBITERS, Key, NET, OWNERS, PAYEE, PAYER, REPORTER, SLOT, VALIDATOR, VOTER, who},
};

/// What an act is called, what the ledger said to it, and what the rows did.
type Played = (&'static str, Result<(), Error>, Result<Vec<Event<Who>>, Error>);

fn arbiters(some: bool) -> Arbiters<Key> {
    Arbiters {
        accounts: if some { ARBITERS.to_vec() } else { Vec::new() },
        threshold: u8::from(some) * 2,
    }
}

fn theirs(some: bool) -> Arbiters<Who> {
    Arbiters {
        accounts: arbiters(some).accounts.into_iter().map(who).collect(),
        threshold: u8::from(some) * 2,
    }
}

impl Both {
    /// Plays an act on both sides. Returns its name if it was done.
    pub fn play(&mut self, act: &Act) -> Option<&'static str> {
        self.ledger.take_pact_events();
        let (name, chains, rows) = match act.clone() {
            Act::Around(act) => return self.play_around(act),
            Act::Reports(OfReports::Report) => return self.play_report(),
            Act::Terms(act) => self.play_terms(act),
            Act::Owner(act) => self.play_owner(act),
            Act::Reports(OfReports::Vote(place, uphold)) => {
                let id = self.report(place);
                let since = self.ledger.reports(NET).iter().find(|r| r.id == id).map_or(0, |r| r.at);
                let alpha = self.stake((VOTER, VALIDATOR), since);
                self.ballot("vote", VOTER, id, alpha, uphold)
            }
            Act::Reports(OfReports::Decide(place, second, uphold)) => {
                let (id, arbiter) = (self.report(place), ARBITERS[usize::from(second)]);
                self.ballot("decide", arbiter, id, Alpha::ZERO, uphold)
            }
            Act::Reports(OfReports::Resolve(place)) => self.play_resolve(place),
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

    fn play_around(&mut self, act: Around) -> Option<&'static str> {
        match act {
            Around::Blocks(blocks) => {
                let block = self.ledger.block() + u64::from(blocks);
                self.ledger.set_block(block, [7; 32]);
                self.chain.block = block;
                None
            }
            Around::Epoch(cut) => self.epoch(Alpha(cut)).then_some("epoch"),
            Around::NewOwner => {
                if self.owner + 1 < OWNERS {
                    self.owner += 1;
                    self.ledger.set_subnet_owner(NET, Some(self.owner()));
                    self.ledger.set_subnet_owner_hotkey(NET, Some(self.hotkey()));
                    self.ledger.set_owner(&self.hotkey(), Some(self.owner()));
                    // Every other one is registered, and the rest are gone from the start.
                    if self.owner % 2 == 1 {
                        self.ledger.set_uids(NET, &self.hotkey(), Some(0));
                    }
                    self.chain.change_owner(SLOT);
                    let all = self.chain.holdings.owner[SLOT];
                    self.chain.hand_over(SLOT, Holder::Owner, Holder::Stakers, all).unwrap();
                }
                None
            }
            Around::CutEnabled(on) => {
                self.ledger.set_owner_cut_enabled(NET, on);
                None
            }
            Around::Commit => {
                let (owner, round) = (self.owner(), 1);
                let done = self.call(|l| pact::commit_artifact(l, &owner, NET, [1; 32], [2; 32], round, Vec::new()));
                // The rows keep no artifacts: an input says when the last was committed.
                done.is_ok().then_some("commit")
            }
            Around::Stake(rao) => {
                let staked = self
                    .ledger
                    .transaction(|l| staking::add_stake(l, &VOTER, &VALIDATOR, NET, Tao(rao)));
                if staked.is_ok() {
                    self.chain.buy(SLOT, Tao(rao), Holder::Stakers).unwrap();
                }
                staked.is_ok().then_some("stake")
            }
        }
    }

    fn play_terms(&mut self, act: OfTerms) -> Played {
        let owner = self.owner();
        let here = who(owner);
        let (name, done, input) = match act {
            OfTerms::Sign(terms, some) => {
                let look = pact::look(&self.ledger, NET);
                let done = self.call(|l| pact::sign(l, &owner, NET, terms, arbiters(some)));
                let arbiters = theirs(some);
                let input = Input::Sign {
                    who: here,
                    terms,
                    arbiters,
                    look,
                };
                ("sign", done, input)
            }
            OfTerms::Tighten(wild, at_random) => {
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
                let look = pact::look(&self.ledger, NET);
                let done = self.call(|l| pact::tighten(l, &owner, NET, terms));
                ("tighten", done, Input::Tighten { who: here, terms, look })
            }
            OfTerms::Loosen(terms, some) => {
                let done = self.call(|l| pact::loosen(l, &owner, NET, terms, arbiters(some)));
                let (arbiters, tempo) = (theirs(some), self.ledger.tempo(NET));
                let input = Input::Loosen {
                    who: here,
                    terms,
                    arbiters,
                    tempo,
                };
                ("loosen", done, input)
            }
            OfTerms::Object => {
                let announced = self.announced();
                let alpha = self.stake((VOTER, VALIDATOR), announced);
                let staked = self.stakes(&self.ledger.objections(NET), announced);
                let done = self.call(|l| pact::object(l, &VOTER, NET, &VALIDATOR));
                let input = Input::Object {
                    who: who(VOTER),
                    hotkey: who(VALIDATOR),
                    alpha,
                    staked,
                };
                ("object", done, input)
            }
            OfTerms::ApplyLoosening => {
                let staked = self.stakes(&self.ledger.objections(NET), self.announced());
                let done = self.call(|l| pact::apply_loosening(l, NET));
                let holdable = self.chain.holdable(SLOT);
                ("apply loosening", done, Input::ApplyLoosening { staked, holdable })
            }
        };
        (name, done, self.chain.play(SLOT, input))
    }

    fn play_owner(&mut self, act: OfOwner) -> Played {
        let owner = self.owner();
        let here = who(owner);
        let (name, done, input) = match act {
            OfOwner::Announce => {
                let done = self.call(|l| pact::announce_exit(l, &owner, NET));
                ("announce", done, Input::AnnounceExit { who: here })
            }
            OfOwner::Cancel => {
                let done = self.call(|l| pact::cancel_exit(l, &owner, NET));
                ("cancel", done, Input::CancelExit { who: here })
            }
            OfOwner::Exit => ("exit", self.call(|l| pact::exit(l, NET)), Input::Exit),
            OfOwner::PostBond => {
                let done = self.call(|l| pact::post_bond(l, &owner, NET));
                ("post bond", done, Input::PostBond { who: here })
            }
            OfOwner::Establish => {
                let look = pact::look(&self.ledger, NET);
                let done = self.call(|l| pact::establish_breach(l, NET));
                ("establish", done, Input::EstablishBreach { look })
            }
            OfOwner::Pay(rao) => {
                let done = self.call(|l| pact::pay(l, &PAYER, NET, &PAYEE, Tao(rao), [4; 32]));
                let input = Input::Pay {
                    from: Purse::Free(who(PAYER)),
                    payer: who(PAYER),
                    payee: who(PAYEE),
                    amount: Tao(rao),
                    receipt: [4; 32],
                };
                ("pay", done, input)
            }
        };
        (name, done, self.chain.play(SLOT, input))
    }

    fn play_report(&mut self) -> Option<&'static str> {
        let done = self.call(|l| pact::report(l, &REPORTER, NET, [3; 32]));
        let told = self.ledger.take_pact_events();
        let reported = self.chain.report(SLOT, who(REPORTER), [3; 32]);
        assert_eq!(done.err(), reported.err());
        if let (Ok(id), [Event::Reported { report, .. }]) = (reported, told.as_slice()) {
            assert_eq!(id, *report);
        }
        reported.is_ok().then_some("report")
    }

    /// A vote of a staker with what counts of its alpha, or the decision of an arbiter, about a report.
    fn ballot(&mut self, name: &'static str, voter: Key, id: u32, alpha: Alpha, uphold: bool) -> Played {
        let report = self.ledger.reports(NET).into_iter().find(|report| report.id == id);
        let staked = report.map_or_else(Vec::new, |report| self.stakes(&report.ballots, report.at));
        let done = self.call(|l| pact::vote(l, &voter, NET, id, &VALIDATOR, uphold));
        let input = Input::Vote {
            who: who(voter),
            id,
            hotkey: who(VALIDATOR),
            alpha,
            staked,
            uphold,
        };
        (name, done, self.chain.play(SLOT, input))
    }

    fn play_resolve(&mut self, place: u8) -> Played {
        let id = self.report(place);
        let report = self.ledger.reports(NET).into_iter().find(|report| report.id == id);
        let staked = report.map_or_else(Vec::new, |report| self.stakes(&report.ballots, report.at));
        let done = self.call(|l| pact::resolve(l, NET, id));
        let holdable = self.chain.holdable(SLOT);
        let input = Input::Resolve { id, staked, holdable };
        ("resolve", done, self.chain.play(SLOT, input))
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
}
