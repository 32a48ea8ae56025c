//! Blocks, made as a host makes them.

use codec::Encode;
use sp_runtime::{ApplyExtrinsicResult, traits::Header as _};
use tributary_runtime::{Header, RuntimeCall, System, UncheckedExtrinsic};

/// The slot before the first block: of 250 ms, in November 2023, as drand's quicknet has begun by then.
const SLOT: u64 = 6_800_000_000;

/// Begins the next block and sets its time.
pub fn begin_block(number: u32) {
    let slot = SLOT + u64::from(number);
    let digest = sp_runtime::generic::Digest {
        logs: vec![sp_runtime::generic::DigestItem::PreRuntime(
            sp_consensus_aura::AURA_ENGINE_ID,
            sp_consensus_aura::Slot::from(slot).encode(),
        )],
    };
    let parent = if number == 1 {
        Default::default()
    } else {
        System::parent_hash()
    };
    let header = Header::new(number, Default::default(), Default::default(), parent, digest);
    let _: sp_runtime::ExtrinsicInclusionMode = crate::common::call("Core_initialize_block", &header.encode());
    let inherent =
        UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: slot * 250 }));
    assert_eq!(apply(&inherent), Ok(Ok(())));
}

/// Ends the block.
pub fn end_block() {
    let _: Header = crate::common::call("BlockBuilder_finalize_block", &[]);
}

/// Applies a transaction to the block.
pub fn apply(extrinsic: &UncheckedExtrinsic) -> ApplyExtrinsicResult {
    crate::common::call("BlockBuilder_apply_extrinsic", &extrinsic.encode())
}
