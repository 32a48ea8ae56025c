//! What the rules of pacts tell the world. The pallet turns each into its event of the same name and fields.

use super::{Arbiters, Breach, Terms, report::Verdict};
use crate::{Alpha, NetUid, Tao};

/// Something that happened to a pact, a payment or a channel. TAO in rao, alpha in its smallest unit, spans and dates
/// in blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are named as what they hold, here and in the metadata of the pallet.
pub enum Event<Acc> {
    /// Somebody proposes terms.
    Proposed {
        netuid: NetUid,
        who: Acc,
        terms: Terms,
        arbiters: Arbiters<Acc>,
    },
    /// A pact was signed.
    Signed { netuid: NetUid, signer: Acc, terms: Terms },
    /// Terms became tighter.
    Tightened { netuid: NetUid, terms: Terms },
    /// Looser terms were announced.
    LooseningAnnounced { netuid: NetUid, terms: Terms, due: u64 },
    /// A holder objects to them.
    Objected {
        netuid: NetUid,
        coldkey: Acc,
        hotkey: Acc,
        alpha: Alpha,
    },
    /// They are in force.
    Loosened { netuid: NetUid, terms: Terms },
    /// Holders stopped them.
    LooseningRefused { netuid: NetUid, objecting: Alpha },
    /// The owner will leave.
    ExitAnnounced { netuid: NetUid, until: u64 },
    /// The owner stays.
    ExitCancelled { netuid: NetUid },
    /// The pact has ended: bond returned, unvested cut forfeited.
    Left {
        netuid: NetUid,
        bond: Tao,
        forfeited: Alpha,
    },
    /// A promise was broken: bond slashed, unvested cut forfeited.
    Breached {
        netuid: NetUid,
        breach: Breach,
        bond: Tao,
        reward: Tao,
        forfeited: Alpha,
    },
    /// A breach was reported.
    Reported {
        netuid: NetUid,
        report: u32,
        reporter: Acc,
        evidence: [u8; 32],
        deadline: u64,
    },
    /// An arbiter or a holder voted.
    Voted {
        netuid: NetUid,
        report: u32,
        who: Acc,
        uphold: bool,
    },
    /// A report is closed.
    ReportResolved {
        netuid: NetUid,
        report: u32,
        verdict: Verdict,
    },
    /// An artefact was committed.
    ArtifactCommitted {
        netuid: NetUid,
        number: u32,
        plaintext: [u8; 32],
        ciphertext: [u8; 32],
        round: u64,
    },
    /// Three quarters of validator weight confirmed it.
    ArtifactConfirmed { netuid: NetUid, number: u32 },
    /// Somebody became the owner of a subnet with a pact.
    OwnerChanged { netuid: NetUid, owner: Acc, until: u64 },
    /// The bond was posted.
    BondPosted { netuid: NetUid, who: Acc, bond: Tao },
    /// A payment was made; a settlement has the number of the channel in the first 8 bytes of the receipt.
    Paid {
        netuid: NetUid,
        payer: Acc,
        payee: Acc,
        amount: Tao,
        tribute: Tao,
        receipt: [u8; 32],
    },
    /// The owner's cut of an epoch went its way.
    CutShared {
        netuid: NetUid,
        cut: Alpha,
        pledged: Alpha,
        vested: Alpha,
        unvested: Alpha,
    },
    /// Tribute was released.
    Released {
        netuid: NetUid,
        tao: Tao,
        bought: Alpha,
        burned: Alpha,
        holders: Alpha,
        root: Alpha,
    },
    /// The subnet is gone: this TAO joined its pool before holders were paid.
    Dissolved { netuid: NetUid, tao: Tao },
    /// A channel was opened.
    ChannelOpened {
        channel: u64,
        netuid: NetUid,
        payer: Acc,
        payee: Acc,
        deposit: Tao,
        expiry: u64,
    },
    /// A deposit grew.
    ChannelToppedUp { channel: u64, deposit: Tao },
    /// The payer wants what is left.
    ChannelClosing { channel: u64, at: u64 },
    /// A channel is gone.
    ChannelClosed { channel: u64, paid: Tao, returned: Tao },
}
