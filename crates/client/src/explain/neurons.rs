//! Errors of the market about neurons: registering, serving, weights.

/// Of `SubtensorModule`.
pub(super) const NEURONS: &[(&str, &str)] = &[
    (
        "InvalidIpType",
        "the address is neither IPv4 nor IPv6: announce one of these",
    ),
    (
        "InvalidIpAddress",
        "others cannot reach this address: announce a public one with --announce",
    ),
    (
        "InvalidPort",
        "port 0 cannot be reached: announce the port on which you listen",
    ),
    (
        "HotKeyNotRegisteredInSubNet",
        "the hotkey has no uid on this subnet: register it with `tributary register neuron` and --wallet or --key of the coldkey that pays",
    ),
    (
        "HotKeyNotRegisteredInNetwork",
        "the hotkey has no uid on any subnet: register it with `tributary register neuron` and --wallet or --key of the coldkey that pays",
    ),
    (
        "NotEnoughStakeToSetWeights",
        "the hotkey has less stake than the subnet asks of validators: stake more to it",
    ),
    (
        "NeuronNoValidatorPermit",
        "the hotkey has no validator permit on this subnet: stake more to it, and wait for the next epoch",
    ),
    (
        "WeightVecNotEqualSize",
        "there are not as many weights as uids: give one weight for each uid",
    ),
    ("DuplicateUids", "a uid is named twice: name each once"),
    (
        "UidVecContainInvalidOne",
        "a uid is not in use on this subnet: `tributary metagraph` lists those that are",
    ),
    (
        "WeightVecLengthIsLow",
        "the subnet wants weights for more neurons than that: weigh more of them",
    ),
    (
        "TooManyRegistrationsThisBlock",
        "this block has taken as many registrations as it may: try again in the next",
    ),
    (
        "HotKeyAlreadyRegisteredInSubNet",
        "the hotkey has a uid on this subnet already: nothing is left to do, or use another hotkey",
    ),
    (
        "InvalidWorkBlock",
        "the work was made for another block; registration by work is switched off: register by paying",
    ),
    (
        "InvalidDifficulty",
        "the work is too easy; registration by work is switched off: register by paying",
    ),
    (
        "InvalidSeal",
        "the seal does not fit the work; registration by work is switched off: register by paying",
    ),
    (
        "MaxWeightExceeded",
        "one weight is larger than the subnet allows: spread them",
    ),
    (
        "SettingWeightsTooFast",
        "the last weights are too recent: wait as many blocks as the subnet's rate limit says",
    ),
    (
        "IncorrectWeightVersionKey",
        "the subnet wants weights of a newer version: update the validator",
    ),
    (
        "ServingRateLimitExceeded",
        "the endpoint was announced too recently: wait some blocks",
    ),
    (
        "UidsLengthExceedUidsInSubNet",
        "there are more weights than the subnet has neurons: weigh each once",
    ),
    (
        "SubNetRegistrationDisabled",
        "the subnet takes no registrations now: ask its owner, or wait",
    ),
    (
        "TooManyRegistrationsThisInterval",
        "the subnet has taken as many registrations as it may for now: wait for its next interval",
    ),
    (
        "RegistrationNotPermittedOnRootSubnet",
        "neurons do not register on root like this: use `tributary register neuron 0` and --wallet or --key",
    ),
    (
        "StakeTooLowForRoot",
        "root is full, and the hotkey has no more stake there than its smallest member: stake more on subnet 0",
    ),
    ("NotRootSubnet", "this is for the root network only: use netuid 0"),
    (
        "CanNotSetRootNetworkWeights",
        "root has no weights: name another subnet",
    ),
    (
        "NoNeuronIdAvailable",
        "the subnet is full and nobody may be replaced yet: try again later",
    ),
    (
        "NoWeightsCommitFound",
        "there is no commit of weights to reveal: commit first",
    ),
    (
        "InvalidRevealCommitHashNotMatch",
        "the revealed weights are not those that were committed: reveal with the same values and salt",
    ),
    (
        "CommitRevealEnabled",
        "this subnet takes weights by commit and reveal only: commit them",
    ),
    (
        "CommitRevealDisabled",
        "this subnet takes weights openly: set them directly",
    ),
    (
        "TooManyUnrevealedCommits",
        "ten commits wait to be revealed already: reveal them first",
    ),
    (
        "ExpiredWeightCommit",
        "the commit has expired: commit again, and reveal in time",
    ),
    (
        "RevealTooEarly",
        "the commit may not be revealed in this epoch: wait for the next",
    ),
    (
        "InputLengthsUnequal",
        "lists that belong together differ in length: give as many of one as of the other",
    ),
    (
        "CommittingWeightsTooFast",
        "the last commit is too recent: wait as many blocks as the subnet's rate limit says",
    ),
    (
        "IncorrectCommitRevealVersion",
        "the commit is of another version than the chain's: update the validator",
    ),
    (
        "InvalidRevealRound",
        "the round of the reveal has passed: commit for a later one",
    ),
    (
        "UidMapCouldNotBeCleared",
        "the uids could not be cleared: try again; if it fails again, report this",
    ),
    (
        "RegistrationPriceLimitExceeded",
        "the price of a registration is above the limit: raise the limit, or wait until the price has fallen",
    ),
];
