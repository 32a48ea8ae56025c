//! All that is kept of one subnet's pact, and what its rules know of the subnet around it.

use alloc::vec::Vec;

use super::{Ballot, Pact, Parameters, Report, Reservoir, Terms, decay, release};
use crate::{NetUid, Tao};

/// All that is kept of one subnet's pact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State<Acc> {
    /// The pact.
    pub pact: Option<Pact<Acc>>,
    /// Objections to announced terms.
    pub objections: Vec<Ballot<Acc>>,
    /// Open reports.
    pub reports: Vec<Report<Acc>>,
}

impl<Acc> Default for State<Acc> {
    fn default() -> Self {
        Self {
            pact: None,
            objections: Vec::new(),
            reports: Vec::new(),
        }
    }
}

/// A subnet at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context<Acc> {
    /// The subnet.
    pub netuid: NetUid,
    /// This block.
    pub now: u64,
    /// Who owns it.
    pub owner: Option<Acc>,
    /// `NetworkRegisteredAt`.
    pub registered_at: u64,
    /// Parameters of all pacts.
    pub parameters: Parameters,
}

impl<Acc> Context<Acc> {
    /// What a payment depends on, beside terms: the date.
    pub fn of_payment(netuid: NetUid, now: u64) -> Self {
        Self {
            netuid,
            now,
            owner: None,
            registered_at: 0,
            parameters: Parameters::default(),
        }
    }
}

impl<Acc> State<Acc> {
    /// The terms that bind, if any do.
    pub fn terms(&self) -> Option<&Terms> {
        self.pact.as_ref().and_then(Pact::in_force)
    }

    /// An open report.
    pub fn report(&self, id: u32) -> Option<&Report<Acc>> {
        self.reports.iter().find(|report| report.id == id)
    }

    /// The TAO that the next release would buy alpha with, for so many epochs: what is due, and at most what `releases`
    /// purchases may take of the pool, each at most `largest` ([`release::largest_purchase`]).
    pub fn purchase(&self, context: &Context<Acc>, largest: Tao, releases: u64) -> Tao {
        let Some(pact) = &self.pact else { return Tao::ZERO };
        if pact.reservoir.tao.is_zero() {
            return Tao::ZERO;
        }
        let factor = release_factor(&pact.reservoir, context);
        let due = release::due_by(pact.reservoir.tao.0, factor);
        Tao(due.min(largest.0.saturating_mul(releases)))
    }
}

/// What a reservoir keeps at a release now, as a [`decay::factor`].
pub(super) fn release_factor<Acc>(reservoir: &Reservoir, context: &Context<Acc>) -> u128 {
    let blocks = context.now.saturating_sub(reservoir.released_at);
    decay::factor(blocks, context.parameters.release_half_life)
}
