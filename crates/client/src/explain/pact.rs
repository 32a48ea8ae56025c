//! Errors of pacts, payments and channels.

/// Of `Pact`.
pub(super) const PACT: &[(&str, &str)] = &[
    (
        "InvalidTerms",
        "the terms cannot stand: a part is above the whole, the route is not the whole, a span is too long, or artifacts are to be opened and not committed, or the reverse",
    ),
    (
        "InvalidArbiters",
        "name one to nine arbiters, each once, and a threshold of one to their number; or none, so that holders vote",
    ),
    (
        "NoPact",
        "the subnet has no pact: its owner can sign one with `tributary pact sign`",
    ),
    ("PactInForce", "the subnet has a pact in force: tighten or loosen it"),
    ("PactEnded", "the subnet's pact has ended: its owner can sign a new one"),
    (
        "NotTighter",
        "the new terms promise less in some respect: announce them with `tributary pact loosen`",
    ),
    (
        "Leaving",
        "the subnet has announced to leave, and its terms cannot change any more: `tributary pact cancel-exit` first",
    ),
    (
        "NotLeaving",
        "the subnet has not announced to leave: `tributary pact announce-exit` first",
    ),
    (
        "NoticeRunning",
        "the notice is still running: wait for the block that `tributary pact show` names",
    ),
    (
        "NoticeOver",
        "the notice is over: let the subnet leave, or the announced terms come into force, first",
    ),
    (
        "LooseningPending",
        "looser terms are announced already: settle them first with `tributary pact apply-loosening`",
    ),
    (
        "NoLoosening",
        "no looser terms are announced: announce them with `tributary pact loosen`",
    ),
    (
        "NoStake",
        "the account has no alpha with this hotkey on the subnet, or none since before the question was asked: name the hotkey you stake to with --hotkey",
    ),
    ("TooSmall", "all places are taken by larger holders: stake more"),
    (
        "NoBreach",
        "no promise is broken that the chain can see: report what only people can judge with `tributary pact report`",
    ),
    (
        "TooManyReports",
        "as many reports are open as may be: wait until one is resolved",
    ),
    ("NoReport", "there is no such report on this subnet: check its number"),
    (
        "ReportOpen",
        "a report is open, and the subnet cannot leave before it is resolved: `tributary pact resolve`",
    ),
    (
        "ReportUndecided",
        "the report is neither decided nor past its deadline: wait for votes",
    ),
    (
        "ReportClosed",
        "the deadline of the report has passed: it can only be resolved",
    ),
    (
        "NotArbiter",
        "only an arbiter of the pact may decide: `tributary pact show` names them",
    ),
    (
        "AlreadyVoted",
        "the account has decided or confirmed already: nothing is left to do",
    ),
    (
        "NoArtifactPromised",
        "the pact promises no artifacts: tighten it with --artifact-period and --open-after",
    ),
    (
        "NotCommitter",
        "only the subnet's owner, its hotkey or the best miner may commit an artifact: sign with one of these",
    ),
    (
        "RoundTooLate",
        "the round opens later than the pact promises: seal for an earlier one",
    ),
    (
        "LocationTooLong",
        "the location of an artifact is at most 256 bytes: use a shorter address",
    ),
    (
        "NoArtifact",
        "there is no such artifact, or a newer one has been committed: `tributary artifact show` shows the last",
    ),
    (
        "NoPermit",
        "the hotkey has no validator permit on this subnet: stake more to it, and wait for the next epoch",
    ),
    ("BondPosted", "the bond is posted already: nothing is left to do"),
    (
        "NoChannel",
        "there is no such channel, or it is closed: `tributary channel list` shows those that are open",
    ),
    (
        "NotParty",
        "only the channel's payer and payee may do this: sign with the key of one of them",
    ),
    ("NothingToPay", "the amount is zero: pay more"),
    (
        "PayingOneself",
        "payer and payee are the same account: name another payee",
    ),
    (
        "VoucherNotNewer",
        "as much or more has been settled already: nothing is left to do, or take a newer voucher",
    ),
    (
        "VoucherExceedsDeposit",
        "the voucher is for more than the channel's deposit: its payer must top it up first",
    ),
    (
        "BadSignature",
        "the voucher is not signed by the channel's payer for this chain, channel and amount: ask for it again",
    ),
    (
        "ChannelClosing",
        "the channel has expired or is being closed: open another",
    ),
    (
        "ChannelChallenged",
        "the payee can still settle: wait for the block that `tributary channel list` names, then `tributary channel close` with --finish",
    ),
    ("ExpiryPassed", "the expiry lies in the past: choose a later block"),
    (
        "BreachVisible",
        "these terms would be broken from the start, and the bond lost: switch the owner's cut on, give the owner's hotkey a uid, or commit an artefact first",
    ),
    (
        "RouteBound",
        "tribute of the earlier pact waits and keeps its route: sign with that route, and announce another with `tributary pact loosen`",
    ),
    (
        "ArtifactWaits",
        "an artefact of somebody else waits for the validators to confirm it: commit when half a period has passed since",
    ),
];
