//! What can happen to a pact: calls, the accounting of epochs, and the clock.

use alloc::vec::Vec;

use super::{Arbiters, Purse, Terms};
use crate::{Alpha, Tao};

/// Stake that earns dividends in an epoch: on the subnet and on root, in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earning {
    /// Alpha on the subnet.
    pub alpha: Alpha,
    /// TAO on root.
    pub root: Tao,
}

/// A purchase of alpha that the pool would do now, without a fee. Zeros where it refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// Rao that the pool takes.
    pub tao: Tao,
    /// Alpha that it gives.
    pub alpha: Alpha,
}

/// What the chain sees of a subnet that may have broken a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// `OwnerCutEnabled`.
    pub cut_enabled: bool,
    /// Whether the owner's hotkey has a uid and belongs to the owner.
    pub owner_registered: bool,
    /// Block of the last artefact, if there is one.
    pub last_artifact: Option<u64>,
}

/// Something that happens to a pact. What the rules have to know of the market is in it; stakes of voters are in the
/// order of their ballots.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are named as what they hold, as in the events.
pub enum Input<Acc> {
    /// The owner signs.
    Sign {
        who: Acc,
        terms: Terms,
        arbiters: Arbiters<Acc>,
        look: Look,
    },
    /// The owner promises more.
    Tighten { who: Acc, terms: Terms, look: Look },
    /// The owner announces other terms. `tempo` is that of the subnet.
    Loosen {
        who: Acc,
        terms: Terms,
        arbiters: Arbiters<Acc>,
        tempo: u16,
    },
    /// A holder objects with `alpha` staked to a hotkey since before the announcement. `staked`: what each objection's stake
    /// weighs now.
    Object {
        who: Acc,
        hotkey: Acc,
        alpha: Alpha,
        staked: Vec<Alpha>,
    },
    /// Somebody says that it is time for announced terms. `staked`: what each objection's stake weighs now;
    /// `holdable`: the alpha that anybody can hold.
    ApplyLoosening { staked: Vec<Alpha>, holdable: Alpha },
    /// The owner announces to leave.
    AnnounceExit { who: Acc },
    /// The owner stays after all.
    CancelExit { who: Acc },
    /// Somebody says that the notice is over.
    Exit,
    /// The owner posts the bond.
    PostBond { who: Acc },
    /// Somebody points at a broken promise that the chain sees.
    EstablishBreach { look: Look },
    /// Somebody reports a broken promise; `id` is the number of the report.
    Report { who: Acc, id: u32, evidence: [u8; 32] },
    /// An arbiter decides, or a holder votes with `alpha` staked to a hotkey since before the report. `staked`: what each
    /// ballot's stake weighs now.
    Vote {
        who: Acc,
        id: u32,
        hotkey: Acc,
        alpha: Alpha,
        staked: Vec<Alpha>,
        uphold: bool,
    },
    /// Somebody says that a report is decided. `staked`: what each ballot's stake weighs now; `holdable`: the alpha
    /// that anybody can hold. Neither matters where the pact names arbiters.
    Resolve {
        id: u32,
        staked: Vec<Alpha>,
        holdable: Alpha,
    },
    /// A payment for the service of the subnet, out of `from`.
    Pay {
        from: Purse<Acc>,
        payer: Acc,
        payee: Acc,
        amount: Tao,
        receipt: [u8; 32],
    },
    /// An epoch shares the owner's cut.
    ShareCut { owner: Acc, hotkey: Acc, cut: Alpha },
    /// An epoch releases what is due. `quote` is what the pool gives for [`super::State::purchase`]; `releases` is how many
    /// epochs it stands for.
    Release {
        earning: Earning,
        quote: Quote,
        fee_rate: u16,
        releases: u64,
    },
    /// The subnet is dissolved.
    Dissolve,
    /// A coldkey becomes another.
    Rename { old: Acc, new: Acc },
}

impl<Acc> Input<Acc> {
    /// Whether it reads or changes objections and reports. Other inputs can be applied to a state without them.
    pub const fn touches_votes(&self) -> bool {
        match self {
            Self::Sign { .. }
            | Self::Tighten { .. }
            | Self::CancelExit { .. }
            | Self::PostBond { .. }
            | Self::Pay { .. }
            | Self::ShareCut { .. }
            | Self::Release { .. } => false,
            Self::Loosen { .. }
            | Self::Object { .. }
            | Self::ApplyLoosening { .. }
            | Self::AnnounceExit { .. }
            | Self::Exit
            | Self::EstablishBreach { .. }
            | Self::Report { .. }
            | Self::Vote { .. }
            | Self::Resolve { .. }
            | Self::Dissolve
            | Self::Rename { .. } => true,
        }
    }
}
