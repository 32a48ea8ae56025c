//! Recorded blocks of the public network come out on the chain itself, to the rao.

mod common;

use pallet_subtensor::{Chain, EmissionRules};
use tributary_economy::{market::block, vectors::replay::Recorded};
use tributary_runtime::{AccountId, Runtime, System, genesis};

#[test]
fn the_chain_emits_what_the_public_network_did() {
    for json in [
        include_str!("../../economy/tests/data/b8813880.json"),
        include_str!("../../economy/tests/data/b9221720.json"),
    ] {
        common::state(genesis::MAINNET).execute_with(|| {
            let recorded = Recorded::read(json).unwrap();
            let mut chain = Chain::<Runtime>::default();
            assert_eq!(EmissionRules::<Runtime>::get(), recorded.rules());
            System::set_block_number(u32::try_from(recorded.block).unwrap());
            recorded.write(&mut chain, &AccountId::new([9; 32])).unwrap();
            block::on_initialize(&mut chain).unwrap();
            let replay = recorded.compare(&chain);
            assert!(replay.agrees() && replay.columns.len() >= 4, "{replay:#?}");
        });
    }
}
