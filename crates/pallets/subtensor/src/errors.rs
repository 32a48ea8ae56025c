//! Why a call fails. The order is that of the reference, so that its indices hold; every variant has its line of
//! documentation, because clients print it (`docs/rules/clients.md#submission`).

use frame_support::pallet_macros::*;
use tributary_economy::{Error as Rule, schedule::TriggerRefused};

use crate::{Config, Error};

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// There is no root network.
        RootNetworkDoesNotExist,
        /// The kind of address is neither 4 nor 6.
        InvalidIpType,
        /// The address is not one that can be reached.
        InvalidIpAddress,
        /// The port is 0.
        InvalidPort,
        /// The hotkey has no uid on this subnet.
        HotKeyNotRegisteredInSubNet,
        /// No such hotkey.
        HotKeyAccountNotExists,
        /// The hotkey has no uid on any subnet.
        HotKeyNotRegisteredInNetwork,
        /// The coldkey does not own this hotkey.
        NonAssociatedColdKey,
        /// The stake is too small.
        NotEnoughStake,
        /// The stake is smaller than the amount.
        NotEnoughStakeToWithdraw,
        /// The stake is below the threshold for weights.
        NotEnoughStakeToSetWeights,
        /// The stake is below the threshold for children.
        NotEnoughStakeToSetChildkeys,
        /// The account does not hold enough TAO.
        NotEnoughBalanceToStake,
        /// The account cannot part with the amount.
        BalanceWithdrawalError,
        /// The account would be emptied.
        ZeroBalanceAfterWithdrawn,
        /// The neuron has no validator permit.
        NeuronNoValidatorPermit,
        /// Uids and values differ in length.
        WeightVecNotEqualSize,
        /// A uid occurs twice.
        DuplicateUids,
        /// A uid does not exist.
        UidVecContainInvalidOne,
        /// Too few weights.
        WeightVecLengthIsLow,
        /// Too many registrations in this block.
        TooManyRegistrationsThisBlock,
        /// The hotkey has a uid on this subnet already.
        HotKeyAlreadyRegisteredInSubNet,
        /// The new hotkey is the old one.
        NewHotKeyIsSameWithOld,
        /// The new hotkey has root dividends of its own.
        NewHotKeyNotCleanForRootSwap,
        /// The work is for another block.
        InvalidWorkBlock,
        /// The work is too easy.
        InvalidDifficulty,
        /// The seal does not fit the work.
        InvalidSeal,
        /// A single weight is too large.
        MaxWeightExceeded,
        /// The hotkey is a delegate already.
        HotKeyAlreadyDelegate,
        /// Too soon after the last weights.
        SettingWeightsTooFast,
        /// The weights were made for an older version of the subnet.
        IncorrectWeightVersionKey,
        /// Too soon after the last announcement of an endpoint.
        ServingRateLimitExceeded,
        /// More uids than the subnet has.
        UidsLengthExceedUidsInSubNet,
        /// Too soon after the last registration of a subnet.
        NetworkTxRateLimitExceeded,
        /// Too soon after the last increase of the take.
        DelegateTxRateLimitExceeded,
        /// Too soon after the last swap of a hotkey.
        HotKeySetTxRateLimitExceeded,
        /// Too soon after the last change of stake.
        StakingRateLimitExceeded,
        /// Registration is switched off.
        SubNetRegistrationDisabled,
        /// Too many registrations in this interval.
        TooManyRegistrationsThisInterval,
        /// The hotkey itself must sign.
        TransactorAccountShouldBeHotKey,
        /// This chain has no faucet.
        FaucetDisabled,
        /// Only the owner of the subnet may do this.
        NotSubnetOwner,
        /// Neurons register on subnets, validators of root by root_register.
        RegistrationNotPermittedOnRootSubnet,
        /// The newcomer's root stake is not above the lowest of those registered.
        StakeTooLowForRoot,
        /// No subnet may be pruned yet.
        AllNetworksInImmunity,
        /// The account cannot pay for a hotkey swap.
        NotEnoughBalanceToPaySwapHotKey,
        /// This is for the root network only.
        NotRootSubnet,
        /// Root has no weights.
        CanNotSetRootNetworkWeights,
        /// The subnet is full and nobody may be replaced.
        NoNeuronIdAvailable,
        /// The take is below the minimum, or does not change in the named direction.
        DelegateTakeTooLow,
        /// The take is above the maximum.
        DelegateTakeTooHigh,
        /// There is no commit of weights to reveal.
        NoWeightsCommitFound,
        /// The revealed weights do not have the hash of a commit.
        InvalidRevealCommitHashNotMatch,
        /// Commit-reveal is on: commit the weights instead.
        CommitRevealEnabled,
        /// Commit-reveal is off: set the weights directly.
        CommitRevealDisabled,
        /// Liquid alpha is off on this subnet.
        LiquidAlphaDisabled,
        /// The upper bound of liquid alpha is too low.
        AlphaHighTooLow,
        /// The lower bound of liquid alpha is too low or above the upper one.
        AlphaLowOutOfRange,
        /// The new coldkey has stake already.
        ColdKeyAlreadyAssociated,
        /// The account cannot pay for a coldkey swap.
        NotEnoughBalanceToPaySwapColdKey,
        /// A hotkey cannot be its own child.
        InvalidChild,
        /// A child occurs twice.
        DuplicateChild,
        /// The shares of the children sum to more than the whole.
        ProportionOverflow,
        /// More than five children.
        TooManyChildren,
        /// Too soon after the last operation of this kind.
        TxRateLimitExceeded,
        /// No coldkey swap is announced.
        ColdkeySwapAnnouncementNotFound,
        /// Too soon after the announcement of the coldkey swap.
        ColdkeySwapTooEarly,
        /// Too soon to announce the coldkey swap anew.
        ColdkeySwapReannouncedTooEarly,
        /// The new coldkey does not have the announced hash.
        AnnouncedColdkeyHashDoesNotMatch,
        /// The coldkey swap is disputed already.
        ColdkeySwapAlreadyDisputed,
        /// The new coldkey is a hotkey.
        NewColdKeyIsHotkey,
        /// The childkey take is out of its range.
        InvalidChildkeyTake,
        /// Too soon after the last increase of the childkey take.
        TxChildkeyTakeRateLimitExceeded,
        /// The identity is malformed or too long.
        InvalidIdentity,
        /// No such consensus mechanism on this subnet.
        MechanismDoesNotExist,
        /// The stake is locked.
        StakeUnavailable,
        /// No such subnet.
        SubnetNotExists,
        /// Ten commits wait to be revealed already.
        TooManyUnrevealedCommits,
        /// The commit has expired.
        ExpiredWeightCommit,
        /// The commit may not be revealed in this epoch.
        RevealTooEarly,
        /// The lists differ in length.
        InputLengthsUnequal,
        /// Too soon after the last commit.
        CommittingWeightsTooFast,
        /// The amount is below the minimum.
        AmountTooLow,
        /// The pool is too small for this trade.
        InsufficientLiquidity,
        /// The price would move beyond the limit.
        SlippageTooHigh,
        /// Transfers of stake are switched off on this subnet.
        TransferDisallowed,
        /// The activity cutoff is below its minimum.
        ActivityCutoffTooLow,
        /// This call is switched off.
        CallDisabled,
        /// The subnet has been started before.
        FirstEmissionBlockNumberAlreadySet,
        /// Too soon after registration for the start call.
        NeedWaitingMoreBlocksToStarCall,
        /// The subnet has less alpha outside than is to be recycled.
        NotEnoughAlphaOutToRecycle,
        /// Root has no alpha to burn or recycle.
        CannotBurnOrRecycleOnRootSubnet,
        /// The signature gives no public key.
        UnableToRecoverPublicKey,
        /// The signature is from another key.
        InvalidRecoveredPublicKey,
        /// The subnet has not started: its owner must make the start call.
        SubtokenDisabled,
        /// Too soon after the last hotkey swap on this subnet.
        HotKeySwapOnSubnetIntervalNotPassed,
        /// Origin and destination are the same.
        SameNetuid,
        /// The account does not hold enough TAO.
        InsufficientBalance,
        /// The beneficiary is not the creator of the crowdloan.
        InvalidLeaseBeneficiary,
        /// The lease would end in the past.
        LeaseCannotEndInThePast,
        /// The leased subnet is not found.
        LeaseNetuidNotFound,
        /// No such lease.
        LeaseDoesNotExist,
        /// The lease has no end.
        LeaseHasNoEndBlock,
        /// The lease has not ended.
        LeaseHasNotEnded,
        /// A sum left the range of its type: this is a bug or a corrupt state, not a wrong request.
        Overflow,
        /// The beneficiary does not own the hotkey.
        BeneficiaryDoesNotOwnHotkey,
        /// Only the beneficiary may do this.
        ExpectedBeneficiaryOrigin,
        /// Too close to an epoch: hyperparameters are fixed.
        AdminActionProhibitedDuringWeightsWindow,
        /// The symbol is not in the table.
        SymbolDoesNotExist,
        /// Another subnet has this symbol.
        SymbolAlreadyInUse,
        /// The commit is of another version.
        IncorrectCommitRevealVersion,
        /// The round has passed.
        InvalidRevealRound,
        /// The reveal period is too long.
        RevealPeriodTooLarge,
        /// The reveal period is too short.
        RevealPeriodTooSmall,
        /// A value is outside its range.
        InvalidValue,
        /// No room for another subnet, and none may be replaced.
        SubnetLimitReached,
        /// The account cannot pay the lock cost.
        CannotAffordLockCost,
        /// Too soon after the last association of an EVM key.
        EvmKeyAssociateRateLimitExceeded,
        /// The hotkey is this coldkey's destination already.
        SameAutoStakeHotkeyAlreadySet,
        /// The uids could not be cleared.
        UidMapCouldNotBeCleared,
        /// Too many neurons are immune to trim the subnet to this size.
        TrimmingWouldExceedMaxImmunePercentage,
        /// A child is a parent of this hotkey.
        ChildParentInconsistency,
        /// The number of claims in a block is out of its range.
        InvalidNumRootClaim,
        /// The threshold of root claims is out of its range.
        InvalidRootClaimThreshold,
        /// The number of subnets to claim must be 1 to 5.
        InvalidSubnetNumber,
        /// Too many uids for this number of mechanisms.
        TooManyUIDsPerMechanism,
        /// Voting power is not tracked on this subnet.
        VotingPowerTrackingNotEnabled,
        /// The smoothing of voting power is out of its range.
        InvalidVotingPowerEmaAlpha,
        /// This call is of an older time.
        Deprecated,
        /// Too soon after the last purchase that was burned.
        AddStakeBurnRateLimitExceeded,
        /// A coldkey swap is announced: other calls must wait.
        ColdkeySwapAnnounced,
        /// The coldkey swap is disputed: no call is allowed.
        ColdkeySwapDisputed,
        /// Too soon to withdraw the announcement.
        ColdkeySwapClearTooEarly,
        /// This call is switched off for now.
        DisabledTemporarily,
        /// The price is above the limit of this request.
        RegistrationPriceLimitExceeded,
        /// The lock is on another hotkey.
        LockHotkeyMismatch,
        /// The stake is smaller than the lock.
        InsufficientStakeForLock,
        /// There is no lock.
        NoExistingLock,
        /// There is a lock already.
        ActiveLockExists,
        /// The account belongs to the chain itself.
        CannotUseSystemAccount,
        /// The lock is smaller than the amount.
        UnlockAmountTooHigh,
        /// The tempo is out of its range.
        TempoOutOfBounds,
        /// The activity window is out of its range.
        ActivityCutoffFactorMilliOutOfBounds,
        /// An epoch is triggered already.
        EpochTriggerAlreadyPending,
        /// The next epoch is close already.
        AutoEpochAlreadyImminent,
        /// Not while commit-reveal is on.
        DynamicTempoBlockedByCommitReveal,
        /// The receiver does not accept locked alpha.
        AccountRejectsLockedAlpha,

        // Beyond the reference, so that its indices stay.
        /// An amount was taken from a place that holds less: this is a bug or a corrupt state, not a wrong request.
        Underflow,
        /// The books do not balance: this is a bug or a corrupt state, not a wrong request.
        BrokenSum,
        /// The network exists already or the netuid is taken.
        NetworkExists,
        /// The pool's reserves are below the minimum.
        ReservesTooLow,
        /// The input is more than a thousand times the pool's reserve.
        SwapInputTooLarge,
        /// The price is already beyond the limit.
        PriceLimitExceeded,
        /// The root claim type needs at least one subnet.
        InvalidRootClaimType,
        /// The child has 128 parents on this subnet, none of which lends it less.
        TooManyParents,
        /// The coldkey owns 4,096 hotkeys, which is the most.
        TooManyHotkeys,
    }
}

impl<T: Config> From<TriggerRefused> for Error<T> {
    fn from(refused: TriggerRefused) -> Self {
        match refused {
            TriggerRefused::DynamicTempoBlockedByCommitReveal => Self::DynamicTempoBlockedByCommitReveal,
            TriggerRefused::EpochTriggerAlreadyPending => Self::EpochTriggerAlreadyPending,
            TriggerRefused::AutoEpochAlreadyImminent => Self::AutoEpochAlreadyImminent,
        }
    }
}

impl<T: Config> From<Rule> for Error<T> {
    fn from(error: Rule) -> Self {
        match error {
            Rule::Overflow => Self::Overflow,
            Rule::Underflow => Self::Underflow,
            Rule::BrokenSum => Self::BrokenSum,
            Rule::NetworkExists => Self::NetworkExists,
            Rule::SubnetNotExists => Self::SubnetNotExists,
            Rule::MechanismDoesNotExist => Self::MechanismDoesNotExist,
            Rule::AmountTooLow => Self::AmountTooLow,
            Rule::InsufficientLiquidity => Self::InsufficientLiquidity,
            Rule::ReservesTooLow => Self::ReservesTooLow,
            Rule::SwapInputTooLarge => Self::SwapInputTooLarge,
            Rule::PriceLimitExceeded => Self::PriceLimitExceeded,
            Rule::SlippageTooHigh => Self::SlippageTooHigh,
            Rule::NotEnoughBalanceToStake => Self::NotEnoughBalanceToStake,
            Rule::InsufficientBalance => Self::InsufficientBalance,
            Rule::NotEnoughStakeToWithdraw => Self::NotEnoughStakeToWithdraw,
            Rule::StakeUnavailable => Self::StakeUnavailable,
            Rule::SubtokenDisabled => Self::SubtokenDisabled,
            Rule::HotKeyAccountNotExists => Self::HotKeyAccountNotExists,
            Rule::ColdKeyAlreadyAssociated => Self::ColdKeyAlreadyAssociated,
            Rule::NewColdKeyIsHotkey => Self::NewColdKeyIsHotkey,
            Rule::NotEnoughBalanceToPaySwapColdKey => Self::NotEnoughBalanceToPaySwapColdKey,
            Rule::NonAssociatedColdKey => Self::NonAssociatedColdKey,
            Rule::HotKeyAlreadyRegisteredInSubNet => Self::HotKeyAlreadyRegisteredInSubNet,
            Rule::HotKeyNotRegisteredInSubNet => Self::HotKeyNotRegisteredInSubNet,
            Rule::HotKeyNotRegisteredInNetwork => Self::HotKeyNotRegisteredInNetwork,
            Rule::SameNetuid => Self::SameNetuid,
            Rule::TooManyHotkeys => Self::TooManyHotkeys,
            Rule::TransferDisallowed => Self::TransferDisallowed,
            Rule::CannotBurnOrRecycleOnRootSubnet => Self::CannotBurnOrRecycleOnRootSubnet,
            Rule::CannotUseSystemAccount => Self::CannotUseSystemAccount,
            Rule::RegistrationNotPermittedOnRootSubnet => Self::RegistrationNotPermittedOnRootSubnet,
            Rule::SubNetRegistrationDisabled => Self::SubNetRegistrationDisabled,
            Rule::RegistrationPriceLimitExceeded => Self::RegistrationPriceLimitExceeded,
            Rule::NoNeuronIdAvailable => Self::NoNeuronIdAvailable,
            Rule::TooManyRegistrationsThisBlock => Self::TooManyRegistrationsThisBlock,
            Rule::TooManyRegistrationsThisInterval => Self::TooManyRegistrationsThisInterval,
            Rule::StakeTooLowForRoot => Self::StakeTooLowForRoot,
            Rule::SubnetLimitReached => Self::SubnetLimitReached,
            Rule::CannotAffordLockCost => Self::CannotAffordLockCost,
            Rule::NetworkTxRateLimitExceeded => Self::NetworkTxRateLimitExceeded,
            Rule::InvalidIdentity => Self::InvalidIdentity,
            Rule::NotSubnetOwner => Self::NotSubnetOwner,
            Rule::FirstEmissionBlockNumberAlreadySet => Self::FirstEmissionBlockNumberAlreadySet,
            Rule::NeedWaitingMoreBlocksToStarCall => Self::NeedWaitingMoreBlocksToStarCall,
            Rule::CanNotSetRootNetworkWeights => Self::CanNotSetRootNetworkWeights,
            Rule::WeightVecNotEqualSize => Self::WeightVecNotEqualSize,
            Rule::WeightVecLengthIsLow => Self::WeightVecLengthIsLow,
            Rule::DuplicateUids => Self::DuplicateUids,
            Rule::UidVecContainInvalidOne => Self::UidVecContainInvalidOne,
            Rule::UidsLengthExceedUidsInSubNet => Self::UidsLengthExceedUidsInSubNet,
            Rule::SettingWeightsTooFast => Self::SettingWeightsTooFast,
            Rule::IncorrectWeightVersionKey => Self::IncorrectWeightVersionKey,
            Rule::MaxWeightExceeded => Self::MaxWeightExceeded,
            Rule::NeuronNoValidatorPermit => Self::NeuronNoValidatorPermit,
            Rule::NotEnoughStakeToSetWeights => Self::NotEnoughStakeToSetWeights,
            Rule::CommitRevealEnabled => Self::CommitRevealEnabled,
            Rule::DelegateTakeTooHigh => Self::DelegateTakeTooHigh,
            Rule::DelegateTakeTooLow => Self::DelegateTakeTooLow,
            Rule::DelegateTxRateLimitExceeded => Self::DelegateTxRateLimitExceeded,
            Rule::InvalidValue => Self::InvalidValue,
            Rule::InvalidSubnetNumber => Self::InvalidSubnetNumber,
            Rule::InvalidRootClaimType => Self::InvalidRootClaimType,
            Rule::SameAutoStakeHotkeyAlreadySet => Self::SameAutoStakeHotkeyAlreadySet,
            Rule::TooManyUIDsPerMechanism => Self::TooManyUIDsPerMechanism,
            Rule::TrimmingWouldExceedMaxImmunePercentage => Self::TrimmingWouldExceedMaxImmunePercentage,
        }
    }
}
