//! Errors of the market about money: staking, trading, locks, claims, sums.

/// Of `SubtensorModule`.
pub(super) const MONEY: &[(&str, &str)] = &[
    (
        "NotEnoughStake",
        "the hotkey has less stake than this needs: stake more to it",
    ),
    (
        "NotEnoughStakeToWithdraw",
        "the stake is smaller than that: `tributary balance` shows it, and `all` takes all of it",
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
        "StakingRateLimitExceeded",
        "the stake was changed too recently: wait for the next block",
    ),
    (
        "FaucetDisabled",
        "this chain has no faucet; on a development chain `tributary fund` gives TAO",
    ),
    (
        "StakeUnavailable",
        "the stake is locked: wait until it is released, or take less",
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
        "NotEnoughAlphaOutToRecycle",
        "the subnet has less alpha outside than is to be recycled: recycle less",
    ),
    (
        "CannotBurnOrRecycleOnRootSubnet",
        "root has no alpha to burn or recycle: name another subnet",
    ),
    (
        "SubtokenDisabled",
        "the subnet has not started, so that its alpha cannot be traded: wait until its owner starts it",
    ),
    ("SameNetuid", "origin and destination are the same: name two"),
    (
        "InsufficientBalance",
        "the account holds less TAO than that: use less, or put TAO into it first",
    ),
    (
        "Overflow",
        "a sum left its range: use a smaller amount; if it is small already, this is a fault of the chain",
    ),
    (
        "SameAutoStakeHotkeyAlreadySet",
        "this hotkey is the destination already: nothing is left to do",
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
        "AddStakeBurnRateLimitExceeded",
        "the last purchase that was burned is too recent: wait some blocks",
    ),
    ("LockHotkeyMismatch", "the lock is on another hotkey: name that one"),
    (
        "InsufficientStakeForLock",
        "the stake is smaller than the lock: lock less, or stake more",
    ),
    ("NoExistingLock", "there is no lock: nothing is left to do"),
    ("ActiveLockExists", "there is a lock already: unlock first"),
    (
        "UnlockAmountTooHigh",
        "the lock is smaller than the amount: unlock less",
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
        "the price is beyond the limit, or moved beyond it before the trade came, so nothing was traded: allow more with --slippage, or choose another --limit (`tributary price` shows the price)",
    ),
    (
        "InvalidRootClaimType",
        "this kind of claim needs at least one subnet: name one",
    ),
];
