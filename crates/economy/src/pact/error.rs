//! Why a rule of pacts refuses.

use crate::Error as Rule;

macro_rules! errors {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// Why a rule of pacts refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Error {
            /// What another rule of the market says.
            #[error("{0}")]
            Rule(Rule),
            $($(#[doc = $doc])+ #[error($($doc,)+)] $name,)*
        }
    };
}

errors! {
    #[doc = " a part is above one, the route does not add up to one, a span is too long, or artefacts are to be opened but not committed or the reverse"]
    InvalidTerms,
    #[doc = " at most nine arbiters, each named once, and a threshold of one to their number"]
    InvalidArbiters,
    #[doc = " the subnet has no pact"]
    NoPact,
    #[doc = " the subnet has a pact in force: tighten or loosen it"]
    PactInForce,
    #[doc = " the terms of this pact no longer bind"]
    PactEnded,
    #[doc = " the new terms promise less in some respect: announce them with `loosen`"]
    NotTighter,
    #[doc = " the subnet has announced to leave: its terms cannot change any more"]
    Leaving,
    #[doc = " the subnet has not announced to leave"]
    NotLeaving,
    #[doc = " the notice is still running"]
    NoticeRunning,
    #[doc = " the notice is over: first let the subnet leave, or the announced terms come into force"]
    NoticeOver,
    #[doc = " looser terms are announced already"]
    LooseningPending,
    #[doc = " no looser terms are announced"]
    NoLoosening,
    #[doc = " the account has no alpha staked to this hotkey on the subnet, or none since before the question was asked"]
    NoStake,
    #[doc = " all places are taken by larger holders"]
    TooSmall,
    #[doc = " no promise is broken that the chain can see"]
    NoBreach,
    #[doc = " as many reports are open as may be"]
    TooManyReports,
    #[doc = " no such report on this subnet"]
    NoReport,
    #[doc = " a report is open: the subnet cannot leave before it is resolved"]
    ReportOpen,
    #[doc = " the report is neither decided nor past its deadline"]
    ReportUndecided,
    #[doc = " the deadline of the report has passed"]
    ReportClosed,
    #[doc = " only an arbiter of the pact may decide"]
    NotArbiter,
    #[doc = " the account has decided or confirmed already"]
    AlreadyVoted,
    #[doc = " the pact promises no artefacts"]
    NoArtifactPromised,
    #[doc = " only the owner, its hotkey or the best miner may commit an artefact"]
    NotCommitter,
    #[doc = " the round opens later than the pact promises"]
    RoundTooLate,
    #[doc = " the location of an artefact is at most 256 bytes"]
    LocationTooLong,
    #[doc = " no such artefact, or a newer one has been committed"]
    NoArtifact,
    #[doc = " the hotkey has no validator permit on this subnet"]
    NoPermit,
    #[doc = " the bond is posted already"]
    BondPosted,
    #[doc = " no such channel"]
    NoChannel,
    #[doc = " only payer and payee may do this"]
    NotParty,
    #[doc = " the amount is zero"]
    NothingToPay,
    #[doc = " payer and payee are the same account"]
    PayingOneself,
    #[doc = " the voucher is not newer than what was settled"]
    VoucherNotNewer,
    #[doc = " the voucher is for more than the deposit of the channel"]
    VoucherExceedsDeposit,
    #[doc = " the voucher is not signed by the payer for this chain, channel and amount"]
    BadSignature,
    #[doc = " the channel has expired or is being closed"]
    ChannelClosing,
    #[doc = " the payee can still settle: wait for the end of the challenge period"]
    ChannelChallenged,
    #[doc = " the expiry must be in the future"]
    ExpiryPassed,
    #[doc = " these terms would be broken from the start: switch the owner's cut on, give the owner's hotkey a uid, or commit an artefact first"]
    BreachVisible,
    #[doc = " tribute of the earlier pact waits: sign with its route, and announce another with `loosen`"]
    RouteBound,
    #[doc = " an artefact of somebody else waits to be confirmed: commit when half a period has passed since"]
    ArtifactWaits,
}

impl From<Rule> for Error {
    fn from(error: Rule) -> Self {
        Self::Rule(error)
    }
}
