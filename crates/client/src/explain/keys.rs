//! Errors of the market about keys: hotkeys, coldkeys, their swaps, takes, children.

/// Of `SubtensorModule`.
pub(super) const KEYS: &[(&str, &str)] = &[
    (
        "TooManyHotkeys",
        "this coldkey owns 4,096 hotkeys, which is the most: use one of them, or another coldkey",
    ),
    (
        "HotKeyAccountNotExists",
        "nobody has ever registered this hotkey, so nothing can be staked to it: choose a hotkey that `tributary metagraph` lists, or register this one first",
    ),
    (
        "NonAssociatedColdKey",
        "another coldkey owns this hotkey: sign with that coldkey, or use a hotkey of your own",
    ),
    (
        "NotEnoughStakeToSetChildkeys",
        "the hotkey has less stake than delegating to children needs: stake more to it",
    ),
    ("NewHotKeyIsSameWithOld", "the new hotkey is the old one: name another"),
    (
        "NewHotKeyNotCleanForRootSwap",
        "the new hotkey has root dividends of its own: use a fresh one",
    ),
    (
        "HotKeyAlreadyDelegate",
        "the hotkey is a delegate already: nothing is left to do",
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
        "TransactorAccountShouldBeHotKey",
        "the hotkey itself must sign this: use the hotkey's key",
    ),
    (
        "NotEnoughBalanceToPaySwapHotKey",
        "the account cannot pay for the swap of the hotkey: put TAO into it first",
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
    (
        "UnableToRecoverPublicKey",
        "the signature gives no public key: sign again",
    ),
    (
        "InvalidRecoveredPublicKey",
        "the signature is another key's: sign with the key that is associated",
    ),
    (
        "HotKeySwapOnSubnetIntervalNotPassed",
        "the hotkey was swapped on this subnet too recently: wait some blocks",
    ),
    (
        "EvmKeyAssociateRateLimitExceeded",
        "an EVM key was associated too recently: wait some blocks",
    ),
    (
        "ChildParentInconsistency",
        "a child is a parent of this hotkey: name another",
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
        "CannotUseSystemAccount",
        "the account belongs to the chain itself: name another",
    ),
];
