//! What the pacts of all slots keep, and what they moved.

use tributary_economy::{
    Alpha, PerMillion, Tao, approximate,
    pact::{Event, Move, Pact, Parameters, State, Status, Terms},
};

/// Accounts that pacts know. What they hold is in rows: alpha of the present owner of a slot is the owner's, that of
/// everybody else the stakers'; free TAO is everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The owner of the slot with this number: the first is 0.
    Owner(u32),
    /// Somebody else.
    Other(u32),
}

/// What tribute moved, all slots together. Alpha is valued at the pool's price of the step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tribute {
    /// Pledged cut, in rao.
    pub pledged: f64,
    /// Shares of payments, in rao.
    pub paid: f64,
    /// Bonds that were lost to breaches, in rao.
    pub slashed: f64,
    /// Cut that had not vested when its owner left, in rao.
    pub forfeited: f64,
    /// Burned, in rao.
    pub burned: f64,
    /// Paid to holders of alpha, in rao.
    pub to_holders: f64,
    /// Paid to stakers on root, in rao.
    pub to_root: f64,
}

impl Tribute {
    /// The numbers, in the order of the fields.
    pub fn values(&self) -> [f64; 7] {
        [
            self.pledged,
            self.paid,
            self.slashed,
            self.forfeited,
            self.burned,
            self.to_holders,
            self.to_root,
        ]
    }
}

/// The pacts of all slots; vectors have an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Pacts {
    /// What is kept of each.
    pub states: Vec<State<Who>>,
    /// Number of the present owner.
    pub owner: Vec<u32>,
    /// What tribute moved since the beginning.
    pub moved: Tribute,
    /// Parameters of all pacts.
    pub parameters: Parameters,
    /// Number of the next report.
    pub(super) next_report: u32,
    /// TAO in reservoirs, as it was moved there and away.
    pub(super) reservoir: Vec<Tao>,
    /// TAO on hold, likewise.
    pub(super) held: Vec<Tao>,
    /// Alpha that has not vested or waits, likewise.
    pub(super) kept: Vec<Alpha>,
    /// Whether any slot has ever had a pact: else there is nothing to do.
    pub(super) any: bool,
    /// Lists that [`Chain::account`] uses again.
    pub(super) buffers: (Vec<Move<Who>>, Vec<Event<Who>>),
}

impl Pacts {
    pub(super) fn reset(&mut self, slots: usize) {
        fn fill<T: Clone>(row: &mut Vec<T>, slots: usize, value: T) {
            row.clear();
            row.resize(slots, value);
        }
        fill(&mut self.states, slots, State::default());
        fill(&mut self.owner, slots, 0);
        fill(&mut self.reservoir, slots, Tao::ZERO);
        fill(&mut self.held, slots, Tao::ZERO);
        fill(&mut self.kept, slots, Alpha::ZERO);
        self.moved = Tribute::default();
        self.parameters = Parameters::default();
        (self.next_report, self.any) = (0, false);
    }

    /// The pact of a slot.
    pub fn pact(&self, slot: usize) -> Option<&Pact<Who>> {
        self.states[slot].pact.as_ref()
    }

    /// The terms that bind a slot: also one that leaves or has broken a promise.
    pub fn terms(&self, slot: usize) -> Option<&Terms> {
        self.states[slot].terms()
    }

    /// The present owner of a slot.
    pub fn owner(&self, slot: usize) -> Who {
        Who::Owner(self.owner[slot])
    }

    /// The terms that bind a slot, with the bond that the present owner has posted.
    pub fn posted(&self, slot: usize) -> Option<Terms> {
        let pact = self.pact(slot)?;
        let bond = if pact.signer == self.owner(slot) {
            pact.bond
        } else {
            Tao::ZERO
        };
        pact.in_force().map(|terms| Terms { bond, ..*terms })
    }

    /// Whether the owner stands by the pact: signed, and neither ended nor broken.
    pub fn stands(&self, slot: usize) -> bool {
        self.pact(slot)
            .is_some_and(|pact| matches!(pact.status, Status::Active | Status::Leaving { .. }))
    }

    /// The block in which an announced notice is over.
    pub fn notice_until(&self, slot: usize) -> Option<u64> {
        match self.pact(slot)? {
            Pact {
                status: Status::Leaving { since },
                terms,
                ..
            } => Some(since.saturating_add(terms.notice)),
            _ => None,
        }
    }

    /// Cut of a slot's present owner that has not vested.
    pub fn unvested(&self, slot: usize) -> Alpha {
        let owner = self.owner(slot);
        let entry = |pact: &Pact<Who>| pact.vesting.iter().find(|vesting| vesting.coldkey == owner).cloned();
        self.pact(slot)
            .and_then(entry)
            .map_or(Alpha::ZERO, |vesting| vesting.alpha)
    }

    /// TAO that pacts keep, in rao.
    pub(super) fn tao(&self) -> u128 {
        if !self.any {
            return 0;
        }
        let all = self.held.iter().chain(&self.reservoir);
        all.map(|tao| u128::from(tao.0)).sum()
    }

    /// Alpha of a slot that the pact keeps.
    pub(super) fn alpha(&self, slot: usize) -> u128 {
        self.kept[slot].0.into()
    }

    /// Compares what was moved with what the pact of a slot says that it keeps. Returns the first sum that differs: what
    /// it is, what was moved, what is kept.
    pub(super) fn check(&self, slot: usize) -> Result<(), (String, u128, u128)> {
        let state = &self.states[slot];
        let deposits: u128 = state.reports.iter().map(|report| u128::from(report.deposit.0)).sum();
        let (reservoir, bond, alpha) = state.pact.as_ref().map_or((0, 0, 0), |pact| {
            let unvested = pact.vesting.iter().map(|vesting| u128::from(vesting.alpha.0));
            let waiting = u128::from(pact.reservoir.holders.0) + u128::from(pact.reservoir.root.0);
            let alpha = unvested.sum::<u128>() + waiting;
            (u128::from(pact.reservoir.tao.0), u128::from(pact.bond.0), alpha)
        });
        for (name, moved, kept) in [
            ("TAO in the reservoir", self.reservoir[slot].0, reservoir),
            ("TAO on hold for the pact", self.held[slot].0, bond + deposits),
            ("alpha that the pact keeps", self.kept[slot].0, alpha),
        ] {
            if u128::from(moved) != kept {
                return Err((format!("{name} of slot {}", slot + 1), moved.into(), kept));
            }
        }
        Ok(())
    }

    /// Whether any slot has ever had a pact.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Whether emission favours pacts, and there is one.
    pub(super) fn weighs(&self) -> bool {
        self.any && self.parameters.pact_weight > 0
    }

    /// How strong the pact of a slot is.
    pub(super) fn strength(&self, slot: usize) -> PerMillion {
        self.pact(slot).map_or(PerMillion::ZERO, Pact::strength)
    }

    /// What a slot's share is multiplied by, before all are brought back to their sum.
    pub(super) fn factor(&self, slot: usize) -> f64 {
        approximate::favour(self.parameters.pact_weight, self.strength(slot))
    }
}
