//! What the rules tell the world. The chain's shell turns each into the event of the same name and
//! fields that clients decode (`docs/rules/clients.md#events`).

use alloc::vec::Vec;

use crate::{Alpha, NetUid, NetUidStorageIndex, Tao};

/// Something that happened. Fields are in the order of the event on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<Acc> {
    /// TAO became stake: coldkey, hotkey, TAO paid, alpha received, subnet, fee in rao.
    StakeAdded(Acc, Acc, Tao, Alpha, NetUid, u64),
    /// Stake became TAO: coldkey, hotkey, TAO received, alpha sold, subnet, fee in alpha.
    StakeRemoved(Acc, Acc, Tao, Alpha, NetUid, u64),
    /// Stake moved between hotkeys: coldkey, from hotkey, from subnet, to hotkey, to subnet, TAO value.
    StakeMoved(Acc, Acc, NetUid, Acc, NetUid, Tao),
    /// Stake moved between coldkeys: from coldkey, to coldkey, hotkey, from subnet, to subnet, TAO value.
    StakeTransferred(Acc, Acc, Acc, NetUid, NetUid, Tao),
    /// Stake moved between subnets: coldkey, hotkey, from subnet, to subnet, TAO value.
    StakeSwapped(Acc, Acc, NetUid, NetUid, Tao),
    /// Alpha destroyed and taken off the subnet's issuance: coldkey, hotkey, amount, subnet.
    AlphaRecycled(Acc, Acc, Alpha, NetUid),
    /// Alpha put out of reach: coldkey, hotkey, amount, subnet.
    AlphaBurned(Acc, Acc, Alpha, NetUid),
    /// TAO bought alpha that was burned at once: subnet, hotkey, TAO, alpha.
    AddStakeBurn {
        /// The subnet, or its mechanism.
        netuid: NetUid,
        /// The hotkey.
        hotkey: Acc,
        /// TAO paid.
        amount: Tao,
        /// Alpha burned.
        alpha: Alpha,
    },
    /// A hotkey took a uid.
    NeuronRegistered(NetUid, u16, Acc),
    /// Total cost of registrations on a subnet so far.
    RAORecycledForRegistrationSet(NetUid, Tao),
    /// A hotkey became a delegate: coldkey, hotkey, take.
    DelegateAdded(Acc, Acc, u16),
    /// A delegate's take rose: coldkey, hotkey, take.
    TakeIncreased(Acc, Acc, u16),
    /// A delegate's take fell: coldkey, hotkey, take.
    TakeDecreased(Acc, Acc, u16),
    /// A subnet came to be: netuid, mechanism.
    NetworkAdded(NetUid, u16),
    /// A subnet is gone.
    NetworkRemoved(NetUid),
    /// The owner started the subnet: netuid, first block with emission.
    FirstEmissionBlockNumberSet(NetUid, u64),
    /// Weights of a neuron are stored: index, uid.
    WeightsSet(NetUidStorageIndex, u16),
    /// An epoch waits because too many were due in one block.
    EpochDeferred {
        /// The subnet, or its mechanism.
        netuid: NetUid,
        /// This block.
        from_block: u64,
        /// The block at which it is due again.
        to_block: u64,
    },
    /// An epoch did not run because a hotkey occupies two uids.
    EpochSkipped {
        /// The subnet, or its mechanism.
        netuid: NetUid,
        /// This block.
        block: u64,
    },
    /// What miners earned in an epoch: index, alpha by uid.
    IncentiveAlphaEmittedToMiners {
        /// The subnet, or its mechanism.
        netuid: NetUidStorageIndex,
        /// Alpha, by uid.
        emissions: Vec<Alpha>,
    },
    /// Miner pay went to a set destination: coldkey, destination, hotkey, owner of the destination, subnet, amount.
    AutoStakeAdded {
        /// The subnet, or its mechanism.
        netuid: NetUid,
        /// Where the pay is staked.
        destination: Acc,
        /// The hotkey.
        hotkey: Acc,
        /// Whose pay it is.
        owner: Acc,
        /// Alpha paid.
        incentive: Alpha,
    },
    /// A coldkey claimed root dividends.
    RootClaimed {
        /// The coldkey.
        coldkey: Acc,
    },
    /// A coldkey chose what a claim turns into.
    RootClaimTypeSet {
        /// The coldkey.
        coldkey: Acc,
        /// The choice.
        kind: crate::RootClaimType,
    },
}
