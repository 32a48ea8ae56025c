//! Errors of the market about subnets: making them, owning them, their hyperparameters, leases.

/// Of `SubtensorModule`.
pub(super) const SUBNETS: &[(&str, &str)] = &[
    (
        "RootNetworkDoesNotExist",
        "this chain has no root network: it was made from a damaged genesis",
    ),
    (
        "NetworkTxRateLimitExceeded",
        "a subnet was registered too recently: wait as many blocks as the network's rate limit says",
    ),
    (
        "NotSubnetOwner",
        "only the owner of the subnet may do this: sign with the owner's coldkey",
    ),
    (
        "AllNetworksInImmunity",
        "all places are taken by subnets that may not be replaced yet: try again later",
    ),
    (
        "LiquidAlphaDisabled",
        "liquid alpha is off on this subnet: its owner must switch it on first",
    ),
    (
        "AlphaHighTooLow",
        "the upper bound of liquid alpha is too low: raise it",
    ),
    (
        "AlphaLowOutOfRange",
        "the lower bound of liquid alpha is too low, or above the upper one: change it",
    ),
    ("InvalidIdentity", "the identity is malformed or too long: shorten it"),
    (
        "MechanismDoesNotExist",
        "the subnet has no such mechanism: use 0, or one that it has",
    ),
    (
        "SubnetNotExists",
        "there is no such subnet: `tributary subnets` lists those that are",
    ),
    (
        "ActivityCutoffTooLow",
        "the activity cutoff is below its minimum: raise it",
    ),
    ("CallDisabled", "this call is switched off on this chain"),
    (
        "FirstEmissionBlockNumberAlreadySet",
        "the subnet has been started before: nothing is left to do",
    ),
    (
        "NeedWaitingMoreBlocksToStarCall",
        "the subnet was registered too recently to be started: wait some blocks and start it then",
    ),
    (
        "InvalidLeaseBeneficiary",
        "the beneficiary did not make the crowdloan: sign with the account that did",
    ),
    (
        "LeaseCannotEndInThePast",
        "the lease would end in the past: name a later block",
    ),
    (
        "LeaseNetuidNotFound",
        "the leased subnet is not found: check its number",
    ),
    ("LeaseDoesNotExist", "there is no such lease: check its number"),
    ("LeaseHasNoEndBlock", "the lease has no end: it cannot be ended"),
    ("LeaseHasNotEnded", "the lease is still running: wait for its end"),
    (
        "BeneficiaryDoesNotOwnHotkey",
        "the beneficiary does not own the hotkey: name one of its own",
    ),
    (
        "ExpectedBeneficiaryOrigin",
        "only the beneficiary may do this: sign with its key",
    ),
    (
        "AdminActionProhibitedDuringWeightsWindow",
        "hyperparameters are fixed just before an epoch: try again after it",
    ),
    (
        "SymbolDoesNotExist",
        "the symbol is not in the network's table: choose one that is",
    ),
    ("SymbolAlreadyInUse", "another subnet has this symbol: choose another"),
    ("RevealPeriodTooLarge", "the reveal period is too long: shorten it"),
    ("RevealPeriodTooSmall", "the reveal period is too short: lengthen it"),
    ("InvalidValue", "a value is outside its range: choose another"),
    (
        "SubnetLimitReached",
        "there is no room for another subnet, and none may be replaced yet: try again later",
    ),
    (
        "CannotAffordLockCost",
        "the account cannot pay the lock cost of a subnet: put TAO into it, or wait until the cost has fallen (`tributary register subnet --preview` shows it, with --wallet or --key)",
    ),
    (
        "TrimmingWouldExceedMaxImmunePercentage",
        "too many neurons are immune to trim the subnet to this size: choose a larger one",
    ),
    (
        "TooManyUIDsPerMechanism",
        "the subnet has too many uids for this number of mechanisms: trim it first",
    ),
    (
        "VotingPowerTrackingNotEnabled",
        "voting power is not tracked on this subnet: its owner must switch that on",
    ),
    (
        "InvalidVotingPowerEmaAlpha",
        "the smoothing of voting power is out of its range: choose another",
    ),
    (
        "Deprecated",
        "this call is of an older time: update the program that makes it",
    ),
    (
        "DisabledTemporarily",
        "this call is switched off for now: try again later",
    ),
    ("TempoOutOfBounds", "the tempo is out of its range: choose another"),
    (
        "ActivityCutoffFactorMilliOutOfBounds",
        "the activity window is out of its range: choose another",
    ),
    (
        "EpochTriggerAlreadyPending",
        "an epoch is triggered already: wait for it",
    ),
    (
        "AutoEpochAlreadyImminent",
        "the next epoch is close already: wait for it",
    ),
    (
        "DynamicTempoBlockedByCommitReveal",
        "the tempo cannot change while commit-reveal is on: switch that off first",
    ),
    ("NetworkExists", "the subnet exists already: use another number"),
];
