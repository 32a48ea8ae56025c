//! What the chain tells the world. Names and fields are those of the reference (`docs/rules/clients.md#events`).

use frame_support::pallet_macros::*;
use tributary_economy::Event as Rule;

use crate::{Config, Event};

#[pallet_section]
mod events {
    // Named fields are described by the variant.
    #[allow(missing_docs)]
    #[pallet::event]
    #[pallet::generate_deposit(pub fn deposit_event)]
    pub enum Event<T: Config> {
        /// A subnet came to be: netuid, mechanism.
        NetworkAdded(NetUid, u16),
        /// A subnet is gone.
        NetworkRemoved(NetUid),
        /// TAO became stake: coldkey, hotkey, TAO paid, alpha received, subnet, fee in rao.
        StakeAdded(T::AccountId, T::AccountId, TaoBalance, AlphaBalance, NetUid, u64),
        /// Stake became TAO: coldkey, hotkey, TAO received, alpha sold, subnet, fee in alpha.
        StakeRemoved(T::AccountId, T::AccountId, TaoBalance, AlphaBalance, NetUid, u64),
        /// Stake moved between hotkeys: coldkey, from hotkey, from subnet, to hotkey, to subnet, TAO value.
        StakeMoved(T::AccountId, T::AccountId, NetUid, T::AccountId, NetUid, TaoBalance),
        /// Stake moved between coldkeys: from, to, hotkey, from subnet, to subnet, TAO value.
        StakeTransferred(T::AccountId, T::AccountId, T::AccountId, NetUid, NetUid, TaoBalance),
        /// Stake moved between subnets: coldkey, hotkey, from subnet, to subnet, TAO value.
        StakeSwapped(T::AccountId, T::AccountId, NetUid, NetUid, TaoBalance),
        /// Alpha was destroyed and left the issuance: coldkey, hotkey, amount, subnet.
        AlphaRecycled(T::AccountId, T::AccountId, AlphaBalance, NetUid),
        /// Alpha was put out of reach: coldkey, hotkey, amount, subnet.
        AlphaBurned(T::AccountId, T::AccountId, AlphaBalance, NetUid),
        /// TAO bought alpha that was burned at once.
        AddStakeBurn {
            netuid: NetUid,
            hotkey: T::AccountId,
            amount: TaoBalance,
            alpha: AlphaBalance,
        },
        /// A hotkey took a uid: subnet, uid, hotkey.
        NeuronRegistered(NetUid, u16, T::AccountId),
        /// What registrations on a subnet have cost in sum.
        RAORecycledForRegistrationSet(NetUid, TaoBalance),
        /// A hotkey became a delegate: coldkey, hotkey, take.
        DelegateAdded(T::AccountId, T::AccountId, u16),
        /// A take rose: coldkey, hotkey, take.
        TakeIncreased(T::AccountId, T::AccountId, u16),
        /// A take fell: coldkey, hotkey, take.
        TakeDecreased(T::AccountId, T::AccountId, u16),
        /// A subnet was started: netuid, first block with emission.
        FirstEmissionBlockNumberSet(NetUid, u64),
        /// Weights are stored: index of subnet and mechanism, uid.
        WeightsSet(NetUidStorageIndex, u16),
        /// Weights were committed: hotkey, index, hash.
        WeightsCommitted(T::AccountId, NetUidStorageIndex, H256),
        /// Committed weights were revealed: hotkey, index, hash.
        WeightsRevealed(T::AccountId, NetUidStorageIndex, H256),
        /// An epoch waits because too many were due in one block.
        EpochDeferred {
            netuid: NetUid,
            from_block: u64,
            to_block: u64,
        },
        /// An epoch did not run because a hotkey occupies two uids.
        EpochSkipped { netuid: NetUid, block: u64 },
        /// The owner asked for an epoch.
        EpochTriggered {
            netuid: NetUid,
            by: T::AccountId,
            fires_at: u64,
        },
        /// What the miners of a mechanism earned in an epoch, by uid.
        IncentiveAlphaEmittedToMiners {
            netuid: NetUidStorageIndex,
            emissions: Vec<AlphaBalance>,
        },
        /// Miner pay went where its coldkey had asked.
        AutoStakeAdded {
            netuid: NetUid,
            destination: T::AccountId,
            hotkey: T::AccountId,
            owner: T::AccountId,
            incentive: AlphaBalance,
        },
        /// A coldkey chose where its miners' pay goes.
        AutoStakeDestinationSet {
            coldkey: T::AccountId,
            netuid: NetUid,
            hotkey: T::AccountId,
        },
        /// A coldkey claimed root dividends.
        RootClaimed { coldkey: T::AccountId },
        /// A coldkey chose what a claim turns into.
        RootClaimTypeSet {
            coldkey: T::AccountId,
            root_claim_type: RootClaimTypeEnum,
        },
        /// A neuron announced where it serves: subnet, hotkey.
        AxonServed(NetUid, T::AccountId),
        /// A neuron announced where it shows metrics: subnet, hotkey.
        PrometheusServed(NetUid, T::AccountId),
        /// A coldkey said who it is.
        ChainIdentitySet(T::AccountId),
        /// A subnet said what it is.
        SubnetIdentitySet(NetUid),
        /// The alpha of a subnet got another symbol.
        SymbolUpdated { netuid: NetUid, symbol: Vec<u8> },
        /// Children were set: hotkey, subnet, children.
        SetChildren(T::AccountId, NetUid, Vec<(u64, T::AccountId)>),
        /// Children will take effect: hotkey, subnet, block, children.
        SetChildrenScheduled(T::AccountId, NetUid, u64, Vec<(u64, T::AccountId)>),
        /// A childkey take changed: hotkey, take.
        ChildKeyTakeSet(T::AccountId, u16),
        /// The activity window changed.
        ActivityCutoffFactorMilliSet { netuid: NetUid, factor_milli: u32 },
        /// Blocks between announcements of an endpoint changed.
        ServingRateLimitSet(NetUid, u64),
        /// `MinDifficulty` changed.
        MinDifficultySet(NetUid, u64),
        /// `MaxDifficulty` changed.
        MaxDifficultySet(NetUid, u64),
        /// `Difficulty` changed.
        DifficultySet(NetUid, u64),
        /// `AdjustmentAlpha` changed.
        AdjustmentAlphaSet(NetUid, u64),
        /// `AdjustmentInterval` changed.
        AdjustmentIntervalSet(NetUid, u16),
        /// `WeightsVersionKey` changed.
        WeightsVersionKeySet(NetUid, u64),
        /// `WeightsSetRateLimit` changed.
        WeightsSetRateLimitSet(NetUid, u64),
        /// `ImmunityPeriod` changed.
        ImmunityPeriodSet(NetUid, u16),
        /// `MinAllowedWeights` changed.
        MinAllowedWeightSet(NetUid, u16),
        /// `MaxAllowedUids` changed.
        MaxAllowedUidsSet(NetUid, u16),
        /// `MinAllowedUids` changed.
        MinAllowedUidsSet(NetUid, u16),
        /// `MaxAllowedValidators` changed.
        MaxAllowedValidatorsSet(NetUid, u16),
        /// `MinNonImmuneUids` changed.
        MinNonImmuneUidsSet(NetUid, u16),
        /// `Kappa` changed.
        KappaSet(NetUid, u16),
        /// `ActivityCutoff` changed.
        ActivityCutoffSet(NetUid, u16),
        /// `NetworkRegistrationAllowed` changed.
        RegistrationAllowed(NetUid, bool),
        /// `TargetRegistrationsPerInterval` changed.
        RegistrationPerIntervalSet(NetUid, u16),
        /// `MaxRegistrationsPerBlock` changed.
        MaxRegistrationsPerBlockSet(NetUid, u16),
        /// `MinBurn` changed.
        MinBurnSet(NetUid, TaoBalance),
        /// `MaxBurn` changed.
        MaxBurnSet(NetUid, TaoBalance),
        /// `BondsMovingAverage` changed.
        BondsMovingAverageSet(NetUid, u64),
        /// `BondsPenalty` changed.
        BondsPenaltySet(NetUid, u16),
        /// `BondsResetOn` changed.
        BondsResetOnSet(NetUid, bool),
        /// `CommitRevealWeightsEnabled` changed.
        CommitRevealEnabled(NetUid, bool),
        /// `RevealPeriodEpochs` changed.
        CommitRevealPeriodsSet(NetUid, u64),
        /// `CommitRevealWeightsVersion` changed.
        CommitRevealVersionSet(u16),
        /// `TransferToggle` changed.
        TransferToggle(NetUid, bool),
        /// `MinChildkeyTakePerSubnet` changed.
        MinChildKeyTakePerSubnetSet(NetUid, u16),
        /// The tempo changed.
        TempoSet(NetUid, u16),
        /// `SubnetOwnerCut` changed.
        SubnetOwnerCutSet(u16),
        /// `NetworkRateLimit` changed.
        NetworkRateLimitSet(u64),
        /// `NetworkImmunityPeriod` changed.
        NetworkImmunityPeriodSet(u64),
        /// `NetworkMinLockCost` changed.
        NetworkMinLockCostSet(TaoBalance),
        /// `NetworkLockReductionInterval` changed.
        NetworkLockCostReductionIntervalSet(u64),
        /// `SubnetLimit` changed.
        SubnetLimitSet(u16),
        /// `StakeThreshold` changed.
        StakeThresholdSet(u64),
        /// `TxRateLimit` changed.
        TxRateLimitSet(u64),
        /// `TxDelegateTakeRateLimit` changed.
        TxDelegateTakeRateLimitSet(u64),
        /// `TxChildkeyTakeRateLimit` changed.
        TxChildKeyTakeRateLimitSet(u64),
        /// `MinDelegateTake` changed.
        MinDelegateTakeSet(u16),
        /// `MaxDelegateTake` changed.
        MaxDelegateTakeSet(u16),
        /// `MinChildkeyTake` changed.
        MinChildKeyTakeSet(u16),
        /// `MaxChildkeyTake` changed.
        MaxChildKeyTakeSet(u16),
        /// `AdminFreezeWindow` changed.
        AdminFreezeWindowSet(u16),
        /// `OwnerHyperparamRateLimit` changed.
        OwnerHyperparamRateLimitSet(u16),
        /// `MaxEpochsPerBlock` changed.
        MaxEpochsPerBlockSet(u8),
        /// `StartCallDelay` changed.
        StartCallDelaySet(u64),
        /// `ColdkeySwapAnnouncementDelay` changed.
        ColdkeySwapAnnouncementDelaySet(u32),
        /// `ColdkeySwapReannouncementDelay` changed.
        ColdkeySwapReannouncementDelaySet(u32),
        /// A coldkey swap was announced.
        ColdkeySwapAnnounced {
            /// The old coldkey.
            who: T::AccountId,
            /// Hash of the new one.
            new_coldkey_hash: H256,
        },
        /// All that a coldkey had is another one's.
        ColdkeySwapped {
            /// Whose it was.
            old_coldkey: T::AccountId,
            /// Whose it is.
            new_coldkey: T::AccountId,
        },
        /// A coldkey swap is disputed: the account can do nothing until root acts.
        ColdkeySwapDisputed {
            /// The old coldkey.
            coldkey: T::AccountId,
        },
        /// Root cleared announcement and dispute.
        ColdkeySwapReset {
            /// The old coldkey.
            who: T::AccountId,
        },
        /// The announcement of a coldkey swap was taken back.
        ColdkeySwapCleared {
            /// The old coldkey.
            who: T::AccountId,
        },
    }
}

impl<T: Config> From<Rule<T::AccountId>> for Event<T> {
    fn from(event: Rule<T::AccountId>) -> Self {
        match event {
            Rule::StakeAdded(coldkey, hotkey, tao, alpha, netuid, fee) => {
                Self::StakeAdded(coldkey, hotkey, tao, alpha, netuid, fee)
            }
            Rule::StakeRemoved(coldkey, hotkey, tao, alpha, netuid, fee) => {
                Self::StakeRemoved(coldkey, hotkey, tao, alpha, netuid, fee)
            }
            Rule::StakeMoved(coldkey, from, origin, to, destination, tao) => {
                Self::StakeMoved(coldkey, from, origin, to, destination, tao)
            }
            Rule::StakeTransferred(from, to, hotkey, origin, destination, tao) => {
                Self::StakeTransferred(from, to, hotkey, origin, destination, tao)
            }
            Rule::StakeSwapped(coldkey, hotkey, origin, destination, tao) => {
                Self::StakeSwapped(coldkey, hotkey, origin, destination, tao)
            }
            Rule::AlphaRecycled(coldkey, hotkey, alpha, netuid) => Self::AlphaRecycled(coldkey, hotkey, alpha, netuid),
            Rule::AlphaBurned(coldkey, hotkey, alpha, netuid) => Self::AlphaBurned(coldkey, hotkey, alpha, netuid),
            Rule::AddStakeBurn {
                netuid,
                hotkey,
                amount,
                alpha,
            } => Self::AddStakeBurn {
                netuid,
                hotkey,
                amount,
                alpha,
            },
            Rule::NeuronRegistered(netuid, uid, hotkey) => Self::NeuronRegistered(netuid, uid, hotkey),
            Rule::RAORecycledForRegistrationSet(netuid, tao) => Self::RAORecycledForRegistrationSet(netuid, tao),
            Rule::DelegateAdded(coldkey, hotkey, take) => Self::DelegateAdded(coldkey, hotkey, take),
            Rule::TakeIncreased(coldkey, hotkey, take) => Self::TakeIncreased(coldkey, hotkey, take),
            Rule::TakeDecreased(coldkey, hotkey, take) => Self::TakeDecreased(coldkey, hotkey, take),
            Rule::NetworkAdded(netuid, mechanism) => Self::NetworkAdded(netuid, mechanism),
            Rule::NetworkRemoved(netuid) => Self::NetworkRemoved(netuid),
            Rule::FirstEmissionBlockNumberSet(netuid, block) => Self::FirstEmissionBlockNumberSet(netuid, block),
            Rule::WeightsSet(index, uid) => Self::WeightsSet(index, uid),
            Rule::EpochDeferred {
                netuid,
                from_block,
                to_block,
            } => Self::EpochDeferred {
                netuid,
                from_block,
                to_block,
            },
            Rule::EpochSkipped { netuid, block } => Self::EpochSkipped { netuid, block },
            Rule::IncentiveAlphaEmittedToMiners { netuid, emissions } => {
                Self::IncentiveAlphaEmittedToMiners { netuid, emissions }
            }
            Rule::AutoStakeAdded {
                netuid,
                destination,
                hotkey,
                owner,
                incentive,
            } => Self::AutoStakeAdded {
                netuid,
                destination,
                hotkey,
                owner,
                incentive,
            },
            Rule::RootClaimed { coldkey } => Self::RootClaimed { coldkey },
            Rule::RootClaimTypeSet { coldkey, kind } => Self::RootClaimTypeSet {
                coldkey,
                root_claim_type: kind,
            },
        }
    }
}
