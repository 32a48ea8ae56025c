//! Why a call fails: every variant has its line of documentation, because clients print it.

use frame_support::pallet_macros::*;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// A part is above one, the route does not add up to one, a span is too long, or artefacts are to be opened but not committed or the reverse.
        InvalidTerms,
        /// At most nine arbiters, each named once, and a threshold of one to their number.
        InvalidArbiters,
        /// The subnet has no pact.
        NoPact,
        /// The subnet has a pact in force: tighten or loosen it.
        PactInForce,
        /// The terms of this pact no longer bind.
        PactEnded,
        /// The new terms promise less in some respect: announce them with `loosen`.
        NotTighter,
        /// The subnet has announced to leave: its terms cannot change any more.
        Leaving,
        /// The subnet has not announced to leave.
        NotLeaving,
        /// The notice is still running.
        NoticeRunning,
        /// The notice is over: first let the subnet leave, or the announced terms come into force.
        NoticeOver,
        /// Looser terms are announced already.
        LooseningPending,
        /// No looser terms are announced.
        NoLoosening,
        /// The account has no alpha staked to this hotkey on the subnet, or none since before the question was asked.
        NoStake,
        /// All places are taken by larger holders.
        TooSmall,
        /// No promise is broken that the chain can see.
        NoBreach,
        /// As many reports are open as may be.
        TooManyReports,
        /// No such report on this subnet.
        NoReport,
        /// A report is open: the subnet cannot leave before it is resolved.
        ReportOpen,
        /// The report is neither decided nor past its deadline.
        ReportUndecided,
        /// The deadline of the report has passed.
        ReportClosed,
        /// Only an arbiter of the pact may decide.
        NotArbiter,
        /// The account has decided or confirmed already.
        AlreadyVoted,
        /// The pact promises no artefacts.
        NoArtifactPromised,
        /// Only the owner, its hotkey or the best miner may commit an artefact.
        NotCommitter,
        /// The round opens later than the pact promises.
        RoundTooLate,
        /// The location of an artefact is at most 256 bytes.
        LocationTooLong,
        /// No such artefact, or a newer one has been committed.
        NoArtifact,
        /// The hotkey has no validator permit on this subnet.
        NoPermit,
        /// The bond is posted already.
        BondPosted,
        /// No such channel.
        NoChannel,
        /// Only payer and payee may do this.
        NotParty,
        /// The amount is zero.
        NothingToPay,
        /// Payer and payee are the same account.
        PayingOneself,
        /// The voucher is not newer than what was settled.
        VoucherNotNewer,
        /// The voucher is for more than the deposit of the channel.
        VoucherExceedsDeposit,
        /// The voucher is not signed by the payer for this chain, channel and amount.
        BadSignature,
        /// The channel has expired or is being closed.
        ChannelClosing,
        /// The payee can still settle: wait for the end of the challenge period.
        ChannelChallenged,
        /// The expiry must be in the future.
        ExpiryPassed,
        /// These terms would be broken from the start: switch the owner's cut on, give the owner's hotkey a uid, or commit an artefact first.
        BreachVisible,
        /// Tribute of the earlier pact waits: sign with its route, and announce another with `loosen`.
        RouteBound,
        /// An artefact of somebody else waits to be confirmed: commit when half a period has passed since.
        ArtifactWaits,
    }
}
