//! Leaving, breaking a promise, and the end of a subnet (`docs/rules/pacts.md#leaving`,
//! `docs/rules/pacts.md#breach` and `docs/rules/pacts.md#dissolution`).

use super::Play;
use crate::{
    Alpha, Tao,
    pact::{
        Breach, Error, Event, Hold, Pact, Purse, Sink, Source, Status,
        exit::{self, Input, Sight},
        input::Look,
        vesting,
    },
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    fn step(&self, pact: &Pact<Acc>, input: Input) -> Result<Status, Error> {
        let (status, _) = exit::apply(pact.status, input, self.now(), pact.terms.notice)?;
        Ok(status)
    }

    /// The notice runs. Terms cannot change any more, and an announced loosening is dropped.
    pub(super) fn announce_exit(&mut self, who: &Acc) -> Result<(), Error> {
        self.check_owner(who)?;
        let mut pact = self.take()?;
        pact.status = self.step(&pact, Input::Announce)?;
        pact.loosening = None;
        self.state.objections.clear();
        let until = self.now().saturating_add(pact.terms.notice);
        self.keep(pact);
        self.tell(Event::ExitAnnounced {
            netuid: self.context.netuid,
            until,
        });
        Ok(())
    }

    /// Whoever had lost the bond to a breach must post it again.
    pub(super) fn cancel_exit(&mut self, who: &Acc) -> Result<(), Error> {
        self.check_owner(who)?;
        let mut pact = self.take()?;
        pact.status = self.step(&pact, Input::Cancel)?;
        self.keep(pact);
        self.tell(Event::ExitCancelled {
            netuid: self.context.netuid,
        });
        Ok(())
    }

    /// Anybody may say so, so that an announcement is not an option to leave at any time.
    pub(super) fn exit(&mut self) -> Result<(), Error> {
        let mut pact = self.take()?;
        self.watch(&mut pact);
        let status = self.step(&pact, Input::Leave)?;
        if !self.state.reports.is_empty() {
            return Err(Error::ReportOpen);
        }
        self.end(pact, status)
    }

    /// Ends a pact: the present owner forfeits what has not vested, earlier owners are paid theirs, the bond goes back.
    fn end(&mut self, mut pact: Pact<Acc>, status: Status) -> Result<(), Error> {
        let forfeited = self.forfeit(&mut pact)?;
        for vested in core::mem::take(&mut pact.vesting) {
            self.pay_vested(&mut pact, vested.coldkey, vested.hotkey, vested.alpha)?;
        }
        let bond = pact.bond;
        self.return_bond(&mut pact, bond)?;
        pact.status = status;
        pact.loosening = None;
        pact.successor = None;
        self.state.objections.clear();
        self.return_deposits();
        self.keep(pact);
        self.tell(Event::Left {
            netuid: self.context.netuid,
            bond,
            forfeited,
        });
        Ok(())
    }

    /// Takes the unvested cut of the subnet's present owner.
    fn forfeit(&mut self, pact: &mut Pact<Acc>) -> Result<Alpha, Error> {
        self.settle_vesting(pact)?;
        let owner = pact
            .successor
            .as_ref()
            .map_or(&pact.signer, |successor| &successor.coldkey)
            .clone();
        let forfeited = vesting::forfeit(&mut pact.vesting, &owner);
        pact.totals.forfeited = pact.totals.forfeited.plus(forfeited)?;
        self.receive_alpha(pact, Source::Unvested, forfeited)?;
        Ok(forfeited)
    }

    fn return_deposits(&mut self) {
        for report in core::mem::take(&mut self.state.reports) {
            self.return_deposit(report.reporter, report.deposit);
        }
    }

    pub(super) fn return_deposit(&mut self, reporter: Acc, deposit: Tao) {
        let held = Purse::Held(Hold::Report, reporter.clone());
        self.tao(held, Purse::Free(reporter), deposit);
    }

    /// A newcomer who did not post the bond in time has left without notice: the pact ends, and the one before gets the
    /// bond back.
    pub(super) fn establish_breach(&mut self, look: Look) -> Result<(), Error> {
        let mut pact = self.take_in_force()?;
        self.watch(&mut pact);
        let now = self.now();
        if pact.successor.as_ref().is_some_and(|successor| now > successor.until) {
            let status = self.step(&pact, Input::Abandon)?;
            return self.end(pact, status);
        }
        let breach = self.visible(&pact, look).ok_or(Error::NoBreach)?;
        let nothing_left = pact.bond.is_zero() && pact.unvested()?.is_zero();
        if nothing_left && !matches!(pact.status, Status::Active) {
            return Err(Error::NoBreach);
        }
        self.break_pact(pact, breach, None)
    }

    fn visible(&self, pact: &Pact<Acc>, look: Look) -> Option<Breach> {
        let sight = Sight {
            cut_enabled: look.cut_enabled,
            owner_registered: look.owner_registered,
            leaving: matches!(pact.status, Status::Leaving { .. }),
            last_artifact: look
                .last_artifact
                .map_or(pact.artifacts_from, |at| at.max(pact.artifacts_from)),
            now: self.now(),
        };
        exit::visible(&pact.terms, sight)
    }

    /// Nobody promises what is broken already, by whomever: the bond could be slashed at once.
    pub(super) fn check_unbroken(&self, pact: &Pact<Acc>, look: Look) -> Result<(), Error> {
        self.visible(pact, look).map_or(Ok(()), |_| Err(Error::BreachVisible))
    }

    /// What a broken promise costs: the bond, less the reward of whoever reported it, and unvested cut. A newcomer who has
    /// not posted a bond loses only the cut: the bond there is belongs to somebody else.
    pub(super) fn break_pact(
        &mut self,
        mut pact: Pact<Acc>,
        breach: Breach,
        reporter: Option<&Acc>,
    ) -> Result<(), Error> {
        let status = self.step(&pact, Input::Break)?;
        let forfeited = self.forfeit(&mut pact)?;
        let (mut bond, mut reward) = (Tao::ZERO, Tao::ZERO);
        if pact.successor.is_none() {
            bond = core::mem::take(&mut pact.bond);
            let held = Purse::Held(Hold::Bond, pact.signer.clone());
            if let Some(reporter) = reporter {
                reward = Tao(self.context.parameters.reward.of(bond.0));
                self.tao(held.clone(), Purse::Free(reporter.clone()), reward);
            }
            let rest = bond.minus(reward)?;
            self.receive(&mut pact, held, rest)?;
            pact.totals.from_bonds = pact.totals.from_bonds.plus(rest)?;
        }
        pact.status = status;
        pact.loosening = None;
        self.state.objections.clear();
        self.keep(pact);
        self.tell(Event::Breached {
            netuid: self.context.netuid,
            breach,
            bond,
            reward,
            forfeited,
        });
        Ok(())
    }

    /// The reservoir and the bond join the TAO of the pool, unvested cut and waiting alpha vanish with the alpha of the
    /// subnet. The bond of an owner who was taken over goes back to him. Deposits of open reports go back. Nothing of it
    /// stays.
    pub(super) fn dissolve(&mut self) -> Result<(), Error> {
        let Some(mut pact) = self.state.pact.take() else {
            return Ok(());
        };
        self.watch(&mut pact);
        let mut joined = pact.reservoir.tao;
        self.tao(Purse::Reservoir, Purse::Pool, joined);
        let bond = pact.bond;
        if pact.successor.is_some() {
            self.return_bond(&mut pact, bond)?;
        } else {
            joined = joined.plus(bond)?;
            self.tao(Purse::Held(Hold::Bond, pact.signer.clone()), Purse::Pool, bond);
        }
        self.alpha(Source::Unvested, Sink::Dissolved, pact.unvested()?);
        self.alpha(Source::Waiting, Sink::Dissolved, pact.reservoir.alpha()?);
        self.return_deposits();
        self.state.objections.clear();
        self.tell(Event::Dissolved {
            netuid: self.context.netuid,
            tao: joined,
        });
        Ok(())
    }
}
