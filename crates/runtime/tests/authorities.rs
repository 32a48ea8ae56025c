//! Who makes and who finalizes blocks, as root changes it while the chain runs.

#[path = "common/blocks.rs"]
mod blocks;
mod common;

use blocks::{begin_block, end_block};
use frame_support::{BoundedVec, assert_noop, assert_ok, traits::ConstU32};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::{AuthorityId, AuthorityList};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::DispatchError;
use tributary_runtime::{AdminUtils, Grandpa, Runtime, RuntimeOrigin, genesis};

type Error = pallet_admin_utils::Error<Runtime>;

fn voters(keys: &[Ed25519Keyring]) -> AuthorityList {
    keys.iter().map(|key| (AuthorityId::from(key.public()), 1)).collect()
}

fn set() -> u64 {
    pallet_grandpa::CurrentSetId::<Runtime>::get()
}

#[test]
fn root_says_who_makes_blocks() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let next = |keys: &[Sr25519Keyring]| -> BoundedVec<AuraId, ConstU32<32>> {
            let keys: Vec<_> = keys.iter().map(|key| key.public().into()).collect();
            keys.try_into().unwrap()
        };
        let alice = RuntimeOrigin::signed(Sr25519Keyring::Alice.to_account_id());
        let two = next(&[Sr25519Keyring::Alice, Sr25519Keyring::Bob]);
        assert_noop!(
            AdminUtils::swap_authorities(alice, two.clone()),
            DispatchError::BadOrigin
        );
        assert_noop!(
            AdminUtils::swap_authorities(RuntimeOrigin::root(), next(&[])),
            Error::NoAuthorities
        );
        assert_ok!(AdminUtils::swap_authorities(RuntimeOrigin::root(), two.clone()));
        assert_eq!(pallet_aura::Authorities::<Runtime>::get(), two);
        end_block();
        begin_block(2);
        end_block();
    });
}

/// The number of the set rises in the block from which the new voters vote: a node that starts from a state counts from it.
#[test]
fn root_says_who_finalizes_blocks_and_when() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let schedule = |keys: &[Ed25519Keyring], in_blocks, forced| {
            AdminUtils::schedule_grandpa_change(RuntimeOrigin::root(), voters(keys), in_blocks, forced)
        };
        let before = Grandpa::grandpa_authorities();
        assert_noop!(schedule(&[], 2, None), Error::NoAuthorities);
        for far in [1_000_001, u32::MAX] {
            assert_noop!(schedule(&[Ed25519Keyring::Eve], far, None), Error::ValueNotInBounds);
        }
        assert_noop!(
            AdminUtils::schedule_grandpa_change(RuntimeOrigin::none(), before.clone(), 2, None),
            DispatchError::BadOrigin
        );
        assert_ok!(schedule(&[Ed25519Keyring::Alice, Ed25519Keyring::Bob], 2, None));
        assert!(
            schedule(&[Ed25519Keyring::Eve], 2, None).is_err(),
            "one change at a time"
        );
        end_block();
        begin_block(2);
        end_block();
        assert_eq!((Grandpa::grandpa_authorities(), set()), (before, 0));
        begin_block(3);
        end_block();
        let two = voters(&[Ed25519Keyring::Alice, Ed25519Keyring::Bob]);
        assert_eq!((Grandpa::grandpa_authorities(), set()), (two, 1));

        // Without finality: at once, and not again for a while.
        begin_block(4);
        assert_ok!(schedule(&[Ed25519Keyring::Eve], 0, Some(3)));
        end_block();
        assert_eq!(
            (Grandpa::grandpa_authorities(), set()),
            (voters(&[Ed25519Keyring::Eve]), 2)
        );
        begin_block(5);
        end_block();
        assert_eq!(set(), 2);
    });
}
