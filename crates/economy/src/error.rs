//! One error type for all rules. The names are those of the reference chain, because clients match them.

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

macro_rules! errors {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// Why a rule refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, thiserror::Error)]
        pub enum Error {
            $($(#[doc = $doc])+ #[error($($doc,)+)] $name,)*
        }
    };
}

errors! {
    #[doc = " a sum left the range of its type: this is a bug or a corrupt state, not a wrong request"]
    Overflow,
    #[doc = " an amount was taken from a place that holds less: this is a bug or a corrupt state, not a wrong request"]
    Underflow,
    #[doc = " the books do not balance: this is a bug or a corrupt state, not a wrong request"]
    BrokenSum,
    #[doc = " the network exists already or the netuid is taken"]
    NetworkExists,
    #[doc = " no such subnet"]
    SubnetNotExists,
    #[doc = " no such consensus mechanism on this subnet"]
    MechanismDoesNotExist,
    #[doc = " the amount is below the minimum"]
    AmountTooLow,
    #[doc = " the pool is too small for this trade"]
    InsufficientLiquidity,
    #[doc = " the pool's reserves are below the minimum"]
    ReservesTooLow,
    #[doc = " the input is more than a thousand times the pool's reserve"]
    SwapInputTooLarge,
    #[doc = " the price is already beyond the limit"]
    PriceLimitExceeded,
    #[doc = " the price would move beyond the limit"]
    SlippageTooHigh,
    #[doc = " the account does not hold enough TAO"]
    NotEnoughBalanceToStake,
    #[doc = " the account does not hold enough TAO"]
    InsufficientBalance,
    #[doc = " the stake is smaller than the amount"]
    NotEnoughStakeToWithdraw,
    #[doc = " the stake is locked"]
    StakeUnavailable,
    #[doc = " the subnet has not started: its owner must make the start call"]
    SubtokenDisabled,
    #[doc = " no such hotkey"]
    HotKeyAccountNotExists,
    #[doc = " the new coldkey has stake or hotkeys already"]
    ColdKeyAlreadyAssociated,
    #[doc = " the new coldkey is a hotkey"]
    NewColdKeyIsHotkey,
    #[doc = " the account cannot pay for a coldkey swap"]
    NotEnoughBalanceToPaySwapColdKey,
    #[doc = " the coldkey does not own this hotkey"]
    NonAssociatedColdKey,
    #[doc = " the hotkey has a uid on this subnet already"]
    HotKeyAlreadyRegisteredInSubNet,
    #[doc = " the hotkey has no uid on this subnet"]
    HotKeyNotRegisteredInSubNet,
    #[doc = " the hotkey has no uid on any subnet"]
    HotKeyNotRegisteredInNetwork,
    #[doc = " origin and destination are the same"]
    SameNetuid,
    #[doc = " transfers of stake are switched off on this subnet"]
    TransferDisallowed,
    #[doc = " the coldkey owns as many hotkeys as it may"]
    TooManyHotkeys,
    #[doc = " root has no alpha to burn or recycle"]
    CannotBurnOrRecycleOnRootSubnet,
    #[doc = " the account belongs to the chain itself"]
    CannotUseSystemAccount,
    #[doc = " neurons register on subnets, validators of root by root_register"]
    RegistrationNotPermittedOnRootSubnet,
    #[doc = " registration is switched off"]
    SubNetRegistrationDisabled,
    #[doc = " the price is above the limit of this request"]
    RegistrationPriceLimitExceeded,
    #[doc = " the subnet is full and nobody may be replaced"]
    NoNeuronIdAvailable,
    #[doc = " too many registrations in this block"]
    TooManyRegistrationsThisBlock,
    #[doc = " too many registrations in this interval"]
    TooManyRegistrationsThisInterval,
    #[doc = " the newcomer's root stake is not above the lowest of those registered"]
    StakeTooLowForRoot,
    #[doc = " no room for another subnet, and none may be replaced"]
    SubnetLimitReached,
    #[doc = " the account cannot pay the lock cost"]
    CannotAffordLockCost,
    #[doc = " too soon after the last registration of a subnet"]
    NetworkTxRateLimitExceeded,
    #[doc = " the identity is malformed or too long"]
    InvalidIdentity,
    #[doc = " only the owner of the subnet may do this"]
    NotSubnetOwner,
    #[doc = " the subnet has been started before"]
    FirstEmissionBlockNumberAlreadySet,
    #[doc = " too soon after registration for the start call"]
    NeedWaitingMoreBlocksToStarCall,
    #[doc = " root has no weights"]
    CanNotSetRootNetworkWeights,
    #[doc = " uids and values differ in length"]
    WeightVecNotEqualSize,
    #[doc = " too few weights"]
    WeightVecLengthIsLow,
    #[doc = " a uid occurs twice"]
    DuplicateUids,
    #[doc = " a uid does not exist"]
    UidVecContainInvalidOne,
    #[doc = " more uids than the subnet has"]
    UidsLengthExceedUidsInSubNet,
    #[doc = " too soon after the last weights"]
    SettingWeightsTooFast,
    #[doc = " the weights were made for an older version of the subnet"]
    IncorrectWeightVersionKey,
    #[doc = " a single weight is too large"]
    MaxWeightExceeded,
    #[doc = " the neuron has no validator permit"]
    NeuronNoValidatorPermit,
    #[doc = " the stake is below the threshold for weights"]
    NotEnoughStakeToSetWeights,
    #[doc = " commit-reveal is on: commit the weights instead"]
    CommitRevealEnabled,
    #[doc = " the take is above the maximum"]
    DelegateTakeTooHigh,
    #[doc = " the take is below the minimum, or does not change in the named direction"]
    DelegateTakeTooLow,
    #[doc = " too soon after the last increase of the take"]
    DelegateTxRateLimitExceeded,
    #[doc = " a value is outside its range"]
    InvalidValue,
    #[doc = " the number of subnets to claim must be 1 to 5"]
    InvalidSubnetNumber,
    #[doc = " the root claim type needs at least one subnet"]
    InvalidRootClaimType,
    #[doc = " the hotkey is this coldkey's destination already"]
    SameAutoStakeHotkeyAlreadySet,
    #[doc = " too many uids for this number of mechanisms"]
    TooManyUIDsPerMechanism,
    #[doc = " too many neurons are immune to trim the subnet to this size"]
    TrimmingWouldExceedMaxImmunePercentage,
}
