//! What an error of the chain means for the person who meets it: what happened, and what to do. One table for all
//! pallets whose calls the commands and the clients of the field make; a test holds it against the runtime's metadata.

use tributary_economy::{UNIT, market::MIN_STAKE};

/// Text for an error that is called `Pallet.Error`.
pub(crate) fn explain(name: &str) -> Option<String> {
    let (pallet, error) = name.split_once('.')?;
    let table = match pallet {
        "SubtensorModule" => SUBTENSOR,
        "Pact" => PACT,
        _ => OTHERS,
    };
    let key = if matches!(pallet, "SubtensorModule" | "Pact") {
        error
    } else {
        name
    };
    table
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, text)| with_amounts(text))
}

/// Writes the chain's own constants where a text names them.
fn with_amounts(text: &str) -> String {
    text.replace("{MIN_STAKE}", &tao(MIN_STAKE.0))
        .replace("{EXISTENTIAL_DEPOSIT}", &tao(crate::account::existential_deposit()))
}

/// An amount of rao in TAO, without zeros at the end.
fn tao(rao: u64) -> String {
    let text = format!("{}.{:09}", rao / UNIT, rao % UNIT);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text for what is no pallet's error: tokens, sums, and the executive's own.
pub(crate) fn explain_kind(kind: &str) -> Option<String> {
    let text = match kind {
        "Token.FundsUnavailable" => {
            "the account holds less than that: send less, or put TAO into it first (`tributary balance` shows what it has)"
        }
        "Token.OnlyProvider" => {
            "the account would be emptied while something on the chain still needs it: leave a little"
        }
        "Token.BelowMinimum" => "an account must hold at least {EXISTENTIAL_DEPOSIT} TAO: send more",
        "Token.CannotCreate" => {
            "the receiving account cannot be made: send it at least {EXISTENTIAL_DEPOSIT} TAO first"
        }
        "Token.UnknownAsset" => "there is no such asset on this chain",
        "Token.Frozen" => "the money of the account is frozen: wait until it is released",
        "Token.Unsupported" => "this chain does not do that",
        "Token.CannotCreateHold" => "nothing more can be put on hold for this account",
        "Token.NotExpendable" => {
            "the account would be left with less than the {EXISTENTIAL_DEPOSIT} TAO that it must hold: send a little less"
        }
        "Token.Blocked" => "the account is blocked for this",
        "Arithmetic.Underflow" => {
            "an account holds less than the call takes from it: send less, or put TAO into it first (`tributary balance` shows what it has)"
        }
        "Arithmetic.Overflow" => "an amount would become larger than there can ever be: use a smaller one",
        "Arithmetic.DivisionByZero" => "a share of nothing was asked for: check that the subnet has stake and reserves",
        "BadOrigin" => {
            "this account may not make this call: sign with the owner's key, or with the chain's administrator's"
        }
        "CannotLookup" => "the account cannot be found: check the address",
        "ConsumerRemaining" | "NoProviders" => "the account is still in use on the chain and cannot be removed",
        "TooManyConsumers" => "the account is in use in too many places",
        "Transactional.LimitReached" => "the calls are nested too deeply: send them one by one",
        "Transactional.NoLayer" => "the chain could not undo the call: report this",
        "Exhausted" => "the block has no room left for it: try again",
        "Corruption" => "the chain's state is damaged: stop it and verify its database",
        "Unavailable" => "what the call needs is not there now: try again later",
        "RootNotAllowed" => "the chain itself may not make this call: sign it with an account",
        "Trie" => "the chain's state is damaged: stop it and verify its database",
        _ => return None,
    };
    Some(with_amounts(text))
}

const SUBTENSOR: &[(&str, &str)] = &[
    (
        "RootNetworkDoesNotExist",
        "this chain has no root network: it was made from a damaged genesis",
    ),
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
        "the hotkey has no uid on this subnet: register it with `tributary register neuron`",
    ),
    (
        "HotKeyAccountNotExists",
        "nobody has ever registered this hotkey, so nothing can be staked to it: choose a hotkey that `tributary metagraph` lists, or register this one first",
    ),
    (
        "HotKeyNotRegisteredInNetwork",
        "the hotkey has no uid on any subnet: register it with `tributary register neuron`",
    ),
    (
        "NonAssociatedColdKey",
        "another coldkey owns this hotkey: sign with that coldkey, or use a hotkey of your own",
    ),
    (
        "NotEnoughStake",
        "the hotkey has less stake than this needs: stake more to it",
    ),
    (
        "NotEnoughStakeToWithdraw",
        "the stake is smaller than that: `tributary balance` shows it, and `all` takes all of it",
    ),
    (
        "NotEnoughStakeToSetWeights",
        "the hotkey has less stake than the subnet asks of validators: stake more to it",
    ),
    (
        "NotEnoughStakeToSetChildkeys",
        "the hotkey has less stake than delegating to children needs: stake more to it",
    ),
    (
        "NotEnoughBalanceToStake",
        "the account holds less TAO than that: stake less, or put TAO into it first",
    ),
    (
        "BalanceWithdrawalError",
        "the account cannot part with that much: leave it enough to live",
    ),
    (
        "ZeroBalanceAfterWithdrawn",
        "the account would be emptied: leave at least {EXISTENTIAL_DEPOSIT} TAO in it",
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
    ("NewHotKeyIsSameWithOld", "the new hotkey is the old one: name another"),
    (
        "NewHotKeyNotCleanForRootSwap",
        "the new hotkey has root dividends of its own: use a fresh one",
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
        "HotKeyAlreadyDelegate",
        "the hotkey is a delegate already: nothing is left to do",
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
        "NetworkTxRateLimitExceeded",
        "a subnet was registered too recently: wait as many blocks as the network's rate limit says",
    ),
    (
        "DelegateTxRateLimitExceeded",
        "the take was raised too recently: wait, or lower it",
    ),
    (
        "HotKeySetTxRateLimitExceeded",
        "the hotkey was swapped too recently: wait some blocks",
    ),
    (
        "StakingRateLimitExceeded",
        "the stake was changed too recently: wait for the next block",
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
        "TransactorAccountShouldBeHotKey",
        "the hotkey itself must sign this: use the hotkey's key",
    ),
    (
        "FaucetDisabled",
        "this chain has no faucet; on a development chain `tributary fund` gives TAO",
    ),
    (
        "NotSubnetOwner",
        "only the owner of the subnet may do this: sign with the owner's coldkey",
    ),
    (
        "RegistrationNotPermittedOnRootSubnet",
        "neurons do not register on root like this: use `tributary register neuron 0`",
    ),
    (
        "StakeTooLowForRoot",
        "root is full, and the hotkey has no more stake there than its smallest member: stake more on subnet 0",
    ),
    (
        "AllNetworksInImmunity",
        "all places are taken by subnets that may not be replaced yet: try again later",
    ),
    (
        "NotEnoughBalanceToPaySwapHotKey",
        "the account cannot pay for the swap of the hotkey: put TAO into it first",
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
        "DelegateTakeTooLow",
        "the take is below the minimum, or does not change in the named direction: choose another",
    ),
    (
        "DelegateTakeTooHigh",
        "the take is above the maximum: choose a lower one",
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
    (
        "ColdKeyAlreadyAssociated",
        "the new coldkey has stake already: use a fresh one",
    ),
    (
        "NotEnoughBalanceToPaySwapColdKey",
        "the account cannot pay for the swap of the coldkey: put TAO into it first",
    ),
    ("InvalidChild", "a hotkey cannot be its own child: name another"),
    ("DuplicateChild", "a child is named twice: name each once"),
    (
        "ProportionOverflow",
        "the children's shares are more than the whole together: lower them",
    ),
    ("TooManyChildren", "a hotkey has at most five children: name fewer"),
    (
        "TooManyParents",
        "the child has 128 parents on this subnet, none of which lends it less: lend more, or choose another child",
    ),
    (
        "TxRateLimitExceeded",
        "the last operation of this kind is too recent: wait some blocks",
    ),
    (
        "ColdkeySwapAnnouncementNotFound",
        "no swap of the coldkey is announced: announce it first",
    ),
    (
        "ColdkeySwapTooEarly",
        "the swap of the coldkey was announced too recently: wait until its delay is over",
    ),
    (
        "ColdkeySwapReannouncedTooEarly",
        "the swap of the coldkey was announced too recently to announce it anew: wait",
    ),
    (
        "AnnouncedColdkeyHashDoesNotMatch",
        "the new coldkey is not the announced one: name that one, or announce anew",
    ),
    (
        "ColdkeySwapAlreadyDisputed",
        "the swap of the coldkey is disputed already: wait for the decision",
    ),
    (
        "NewColdKeyIsHotkey",
        "the new coldkey is a hotkey: use a key that is not",
    ),
    (
        "InvalidChildkeyTake",
        "the childkey take is out of its range: choose another",
    ),
    (
        "TxChildkeyTakeRateLimitExceeded",
        "the childkey take was raised too recently: wait, or lower it",
    ),
    ("InvalidIdentity", "the identity is malformed or too long: shorten it"),
    (
        "MechanismDoesNotExist",
        "the subnet has no such mechanism: use 0, or one that it has",
    ),
    (
        "StakeUnavailable",
        "the stake is locked: wait until it is released, or take less",
    ),
    (
        "SubnetNotExists",
        "there is no such subnet: `tributary subnets` lists those that are",
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
        "AmountTooLow",
        "the amount is worth less than the smallest that can be staked or unstaked, {MIN_STAKE} TAO and the pool's fee: use more, or unstake `all`",
    ),
    (
        "InsufficientLiquidity",
        "the pool is too small for this trade: trade less (`tributary price` shows what it bears)",
    ),
    (
        "SlippageTooHigh",
        "the price would move beyond the limit, so nothing was traded: trade less, or allow more with --slippage",
    ),
    (
        "TransferDisallowed",
        "the subnet's owner has switched transfers of stake off: unstake instead",
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
        "NotEnoughAlphaOutToRecycle",
        "the subnet has less alpha outside than is to be recycled: recycle less",
    ),
    (
        "CannotBurnOrRecycleOnRootSubnet",
        "root has no alpha to burn or recycle: name another subnet",
    ),
    (
        "UnableToRecoverPublicKey",
        "the signature gives no public key: sign again",
    ),
    (
        "InvalidRecoveredPublicKey",
        "the signature is another key's: sign with the key that is associated",
    ),
    (
        "SubtokenDisabled",
        "the subnet has not started, so that its alpha cannot be traded: wait until its owner starts it",
    ),
    (
        "HotKeySwapOnSubnetIntervalNotPassed",
        "the hotkey was swapped on this subnet too recently: wait some blocks",
    ),
    ("SameNetuid", "origin and destination are the same: name two"),
    (
        "InsufficientBalance",
        "the account holds less TAO than that: use less, or put TAO into it first",
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
        "Overflow",
        "a sum left its range: use a smaller amount; if it is small already, this is a fault of the chain",
    ),
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
    (
        "IncorrectCommitRevealVersion",
        "the commit is of another version than the chain's: update the validator",
    ),
    (
        "InvalidRevealRound",
        "the round of the reveal has passed: commit for a later one",
    ),
    ("RevealPeriodTooLarge", "the reveal period is too long: shorten it"),
    ("RevealPeriodTooSmall", "the reveal period is too short: lengthen it"),
    ("InvalidValue", "a value is outside its range: choose another"),
    (
        "SubnetLimitReached",
        "there is no room for another subnet, and none may be replaced yet: try again later",
    ),
    (
        "CannotAffordLockCost",
        "the account cannot pay the lock cost of a subnet: put TAO into it, or wait until the cost has fallen (`tributary register subnet --preview` shows it)",
    ),
    (
        "EvmKeyAssociateRateLimitExceeded",
        "an EVM key was associated too recently: wait some blocks",
    ),
    (
        "SameAutoStakeHotkeyAlreadySet",
        "this hotkey is the destination already: nothing is left to do",
    ),
    (
        "UidMapCouldNotBeCleared",
        "the uids could not be cleared: try again; if it fails again, report this",
    ),
    (
        "TrimmingWouldExceedMaxImmunePercentage",
        "too many neurons are immune to trim the subnet to this size: choose a larger one",
    ),
    (
        "ChildParentInconsistency",
        "a child is a parent of this hotkey: name another",
    ),
    (
        "InvalidNumRootClaim",
        "the number of claims in a block is out of its range: choose one up to 50",
    ),
    (
        "InvalidRootClaimThreshold",
        "the threshold of root claims is out of its range: choose one up to 10,000,000 rao",
    ),
    (
        "InvalidSubnetNumber",
        "one to five subnets can be claimed at a time: name that many",
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
        "AddStakeBurnRateLimitExceeded",
        "the last purchase that was burned is too recent: wait some blocks",
    ),
    (
        "ColdkeySwapAnnounced",
        "a swap of this coldkey is announced, and all else must wait for it: finish or withdraw it",
    ),
    (
        "ColdkeySwapDisputed",
        "the swap of this coldkey is disputed, and nothing is allowed until that is decided",
    ),
    (
        "ColdkeySwapClearTooEarly",
        "the announcement is too recent to be withdrawn: wait",
    ),
    (
        "DisabledTemporarily",
        "this call is switched off for now: try again later",
    ),
    (
        "RegistrationPriceLimitExceeded",
        "the price of a registration is above the limit: raise the limit, or wait until the price has fallen",
    ),
    ("LockHotkeyMismatch", "the lock is on another hotkey: name that one"),
    (
        "InsufficientStakeForLock",
        "the stake is smaller than the lock: lock less, or stake more",
    ),
    ("NoExistingLock", "there is no lock: nothing is left to do"),
    ("ActiveLockExists", "there is a lock already: unlock first"),
    (
        "CannotUseSystemAccount",
        "the account belongs to the chain itself: name another",
    ),
    (
        "UnlockAmountTooHigh",
        "the lock is smaller than the amount: unlock less",
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
    (
        "AccountRejectsLockedAlpha",
        "the receiver does not accept locked alpha: unlock it first, or ask the receiver",
    ),
    (
        "Underflow",
        "an account holds less than the call takes from it: use less, or put TAO into it first; if it holds enough, this is a fault of the chain",
    ),
    (
        "BrokenSum",
        "the books would not balance, so the chain undid the call: this is a fault of the chain, report it",
    ),
    ("NetworkExists", "the subnet exists already: use another number"),
    (
        "ReservesTooLow",
        "the pool's reserves are below the minimum: trade less, or wait until they have grown",
    ),
    (
        "SwapInputTooLarge",
        "the amount is more than a thousand times the pool's reserve: trade less",
    ),
    (
        "PriceLimitExceeded",
        "the price moved beyond the limit before the trade came, so nothing was traded: allow more with --slippage, or choose another --limit (`tributary price` shows the price)",
    ),
    (
        "InvalidRootClaimType",
        "this kind of claim needs at least one subnet: name one",
    ),
];

const PACT: &[(&str, &str)] = &[
    (
        "InvalidTerms",
        "the terms cannot stand: a part is above the whole, the route is not the whole, a span is too long, or artefacts are to be opened and not committed, or the reverse",
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
        "the pact promises no artefacts: tighten it with --artifact-period and --open-after",
    ),
    (
        "NotCommitter",
        "only the subnet's owner, its hotkey or the best miner may commit an artefact: sign with one of these",
    ),
    (
        "RoundTooLate",
        "the round opens later than the pact promises: seal for an earlier one",
    ),
    (
        "LocationTooLong",
        "the location of an artefact is at most 256 bytes: use a shorter address",
    ),
    (
        "NoArtifact",
        "there is no such artefact, or a newer one has been committed: `tributary artifact show` shows the last",
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
        "the payee can still settle: wait for the block that `tributary channel list` names, then close with --finalise",
    ),
    ("ExpiryPassed", "the expiry lies in the past: choose a later block"),
];

const OTHERS: &[(&str, &str)] = &[
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
    use scale_info::TypeDef;
    use sp_runtime::{ArithmeticError, DispatchError, TokenError};

    use super::*;
    use crate::dispatch::ErrorNames;

    /// Pallets whose errors a command or a client of the field can meet. The others' calls are root's alone.
    const MET: [&str; 9] = [
        "SubtensorModule",
        "Pact",
        "Swap",
        "Balances",
        "Commitments",
        "AdminUtils",
        "Utility",
        "Proxy",
        "Multisig",
    ];

    fn errors() -> BTreeSet<String> {
        // Some constants of pallets are read from storage.
        let metadata = sp_io::TestExternalities::default().execute_with(tributary_runtime::Runtime::metadata);
        let metadata: RuntimeMetadataPrefixed = metadata;
        let RuntimeMetadata::V14(metadata) = metadata.1 else {
            panic!("metadata is of version 14");
        };
        let mut names = BTreeSet::new();
        for pallet in metadata.pallets {
            let Some(ty) = pallet.error.and_then(|error| metadata.types.resolve(error.ty.id)) else {
                continue;
            };
            let TypeDef::Variant(variants) = &ty.type_def else {
                continue;
            };
            names.extend(variants.variants.iter().map(|v| format!("{}.{}", pallet.name, v.name)));
        }
        names
    }

    #[test]
    fn every_error_that_can_be_met_has_a_text() {
        let errors = errors();
        let silent: Vec<&String> = errors
            .iter()
            .filter(|name| MET.iter().any(|pallet| name.starts_with(&format!("{pallet}."))))
            .filter(|name| explain(name).is_none())
            .collect();
        assert!(silent.is_empty(), "without text: {silent:?}");
        assert!(explain("Sudo.RequireSudo").is_some() && explain("System.CallFiltered").is_some());
    }

    #[test]
    fn amounts_in_texts_are_the_chains() {
        let text = |name| explain(name).unwrap();
        assert!(text("SubtensorModule.AmountTooLow").contains("staked or unstaked, 0.002 TAO"));
        assert!(text("Balances.Expendability").contains("the 0.0000005 TAO"));
        let tables = [SUBTENSOR, PACT, OTHERS].concat();
        for (name, text) in tables {
            assert!(!with_amounts(text).contains('{'), "{name}: {text}");
        }
    }

    #[test]
    fn every_text_is_of_an_error_that_there_is() {
        let errors = errors();
        let pallet = |name: &'static str| move |(error, _): &(&str, &str)| format!("{name}.{error}");
        let told = SUBTENSOR.iter().map(pallet("SubtensorModule"));
        let told = told.chain(PACT.iter().map(pallet("Pact")));
        let told: Vec<String> = told.chain(OTHERS.iter().map(|(name, _)| (*name).to_owned())).collect();
        for name in &told {
            assert!(errors.contains(name), "{name}");
        }
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "one text each");
    }

    #[test]
    fn what_is_no_pallets_error_is_told_as_well() {
        let names = ErrorNames::default();
        let token = [
            TokenError::FundsUnavailable,
            TokenError::OnlyProvider,
            TokenError::BelowMinimum,
            TokenError::CannotCreate,
            TokenError::UnknownAsset,
            TokenError::Frozen,
            TokenError::Unsupported,
            TokenError::CannotCreateHold,
            TokenError::NotExpendable,
            TokenError::Blocked,
        ];
        let sums = [
            ArithmeticError::Underflow,
            ArithmeticError::Overflow,
            ArithmeticError::DivisionByZero,
        ];
        let others = [
            DispatchError::BadOrigin,
            DispatchError::CannotLookup,
            DispatchError::ConsumerRemaining,
            DispatchError::NoProviders,
            DispatchError::TooManyConsumers,
            DispatchError::Exhausted,
            DispatchError::Corruption,
            DispatchError::Unavailable,
            DispatchError::RootNotAllowed,
        ];
        let all = token.into_iter().map(DispatchError::Token);
        let all = all.chain(sums.into_iter().map(DispatchError::Arithmetic)).chain(others);
        for error in all {
            let (name, text) = names.describe(&error);
            assert_eq!(explain_kind(&name), Some(text), "{error:?}");
        }
    }
}
