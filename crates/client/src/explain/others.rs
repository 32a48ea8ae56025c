//! Errors of the other pallets.

/// By pallet and error.
pub(super) const OTHERS: &[(&str, &str)] = &[
    (
        "Swap.FeeRateTooHigh",
        "the fee is above the highest allowed, 10000 of 65535: choose a lower one",
    ),
    (
        "Balances.VestingBalance",
        "part of the money is still vesting: send less, or wait",
    ),
    (
        "Balances.LiquidityRestrictions",
        "part of the money is locked: send less, or wait until it is released",
    ),
    (
        "Balances.InsufficientBalance",
        "the account holds less than that: send less, or put TAO into it first",
    ),
    (
        "Balances.ExistentialDeposit",
        "an account must hold at least {EXISTENTIAL_DEPOSIT} TAO: send more",
    ),
    (
        "Balances.Expendability",
        "the account would be left with less than the {EXISTENTIAL_DEPOSIT} TAO that it must hold: send a little less",
    ),
    (
        "Balances.ExistingVestingSchedule",
        "the account has a vesting schedule already",
    ),
    (
        "Balances.DeadAccount",
        "the receiving account does not exist: send it TAO first",
    ),
    (
        "Balances.TooManyReserves",
        "the account has as many reserves as it may: release one first",
    ),
    (
        "Balances.TooManyHolds",
        "the account has as many holds as it may: release one first",
    ),
    (
        "Balances.TooManyFreezes",
        "the account has as many freezes as it may: release one first",
    ),
    (
        "Balances.IssuanceDeactivated",
        "the issuance cannot be changed by hand on this chain",
    ),
    ("Balances.DeltaZero", "the change is zero: name an amount"),
    (
        "Commitments.TooManyFieldsInCommitmentInfo",
        "a commitment has at most three fields: commit to fewer",
    ),
    (
        "Commitments.AccountNotAllowedCommit",
        "the account has no uid on this subnet: register it first",
    ),
    (
        "Commitments.SpaceLimitExceeded",
        "the account has used up its space on this subnet: wait for the next epoch",
    ),
    (
        "Commitments.UnexpectedUnreserveLeftover",
        "more was released than was held back: this is a fault of the chain, report it",
    ),
    (
        "AdminUtils.SubnetDoesNotExist",
        "there is no such subnet: `tributary subnets` lists those that are",
    ),
    (
        "AdminUtils.MaxValidatorsLargerThanMaxUIds",
        "there would be more validators than neurons: allow fewer",
    ),
    (
        "AdminUtils.MaxAllowedUIdsLessThanCurrentUIds",
        "the subnet has more neurons than that: trim it first",
    ),
    (
        "AdminUtils.BondsMovingAverageMaxReached",
        "owners may set at most 975000: choose less",
    ),
    (
        "AdminUtils.NegativeSigmoidSteepness",
        "owners may not set a negative steepness: choose another",
    ),
    (
        "AdminUtils.ValueNotInBounds",
        "the value is outside its bounds: choose another",
    ),
    (
        "AdminUtils.MinAllowedUidsGreaterThanCurrentUids",
        "the subnet has no more neurons than that: choose a smaller number",
    ),
    (
        "AdminUtils.MinAllowedUidsGreaterThanMaxAllowedUids",
        "the subnet may not have more neurons than that: choose a smaller number",
    ),
    (
        "AdminUtils.MaxAllowedUidsLessThanMinAllowedUids",
        "the subnet must be able to have more neurons than that: choose a larger number",
    ),
    (
        "AdminUtils.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids",
        "no subnet has more than 256 neurons: choose a smaller number",
    ),
    (
        "AdminUtils.InvalidValue",
        "the value is outside its bounds: choose another",
    ),
    (
        "AdminUtils.NotPermittedOnRootSubnet",
        "root has no such parameter: name another subnet",
    ),
    (
        "AdminUtils.NoAuthorities",
        "nobody would make or finalize blocks: name at least one key, with a vote",
    ),
    (
        "AdminUtils.POWRegistrationDisabled",
        "registration by work is gone: register by paying",
    ),
    (
        "AdminUtils.Deprecated",
        "this call is gone: update the program that makes it",
    ),
    (
        "Utility.TooManyCalls",
        "too many calls are batched: send them in several batches",
    ),
    (
        "Proxy.TooMany",
        "the account has as many proxies or announcements as it may: remove one first",
    ),
    (
        "Proxy.NotFound",
        "there is no such proxy: check its account, kind and delay",
    ),
    (
        "Proxy.NotProxy",
        "the signer is not a proxy of that account: the account must add it first",
    ),
    (
        "Proxy.Unproxyable",
        "this kind of proxy may not make this call: use another kind, or sign with the account itself",
    ),
    (
        "Proxy.Duplicate",
        "the account is a proxy already: nothing is left to do",
    ),
    (
        "Proxy.NoPermission",
        "a proxy may not make this call, which would give it more power: sign with the account itself",
    ),
    (
        "Proxy.Unannounced",
        "the call was announced too recently or not at all: announce it, and wait for the delay",
    ),
    ("Proxy.NoSelfProxy", "an account cannot be its own proxy: name another"),
    (
        "Multisig.MinimumThreshold",
        "a multisig needs at least two signatories: raise the threshold",
    ),
    (
        "Multisig.AlreadyApproved",
        "this account has approved the call already: wait for the others",
    ),
    (
        "Multisig.NoApprovalsNeeded",
        "the call has all approvals that it needs: execute it",
    ),
    ("Multisig.TooFewSignatories", "name more signatories"),
    ("Multisig.TooManySignatories", "name fewer signatories"),
    (
        "Multisig.SignatoriesOutOfOrder",
        "name the signatories in the order of their public keys",
    ),
    (
        "Multisig.SenderInSignatories",
        "name the other signatories only, without the sender",
    ),
    (
        "Multisig.NotFound",
        "no such call is waiting: check its hash and the signatories",
    ),
    ("Multisig.NotOwner", "only who began the call may cancel it"),
    (
        "Multisig.NoTimepoint",
        "the call is under way already: give the block and index in which it began",
    ),
    (
        "Multisig.WrongTimepoint",
        "the call began in another block or at another index: give that one",
    ),
    (
        "Multisig.UnexpectedTimepoint",
        "the call is not under way yet: leave the timepoint away",
    ),
    (
        "Multisig.MaxWeightTooLow",
        "the call is heavier than allowed for: raise the maximum weight",
    ),
    (
        "Multisig.AlreadyStored",
        "the call is stored already: nothing is left to do",
    ),
    (
        "Sudo.RequireSudo",
        "only the chain's administrator may do this: sign with its key (//Alice on development chains)",
    ),
    ("System.CallFiltered", "this chain does not allow this call"),
];
