//! Failures that are no pallet's: tokens, sums, and the executive's own.

/// Text for a kind of failure, as `Token.Frozen`.
pub(super) fn text(kind: &str) -> Option<&'static str> {
    Some(match kind {
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
    })
}
