//! Arithmetic is checked where code is generated: that of generic rules in the crates that use them.

mod common;

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use tributary_economy::registration;
use tributary_runtime::{AccountId, Nonce, Runtime, System, genesis};

/// What a panic says.
fn told(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic
            .downcast::<&str>()
            .map_or_else(|_| String::new(), |text| (*text).to_owned()),
    }
}

#[test]
fn a_generic_rule_that_overflows_here_panics() {
    let asked = Cell::new(0u32);
    // Unchecked, the search would go round for ever.
    let everything_is_taken = |_| {
        asked.set(asked.get() + 1);
        assert!(asked.get() <= u32::from(u16::MAX), "it went round");
        true
    };
    let panic = catch_unwind(AssertUnwindSafe(|| registration::lowest_free(everything_is_taken))).unwrap_err();
    assert_eq!(told(panic), "attempt to add with overflow");
}

#[test]
fn a_pallet_of_the_sdk_that_overflows_here_panics() {
    common::state(genesis::FAST).execute_with(|| {
        let who = AccountId::new([1; 32]);
        frame_system::Account::<Runtime>::mutate(&who, |account| account.nonce = Nonce::MAX);
        let panic = catch_unwind(AssertUnwindSafe(|| System::inc_account_nonce(&who))).unwrap_err();
        assert_eq!(told(panic), "attempt to add with overflow");
    });
}

#[test]
fn no_crate_of_ours_is_left_unchecked() {
    let manifest = concat!("\n", include_str!("../../../Cargo.toml"));
    let section = |name: &str| {
        let start = manifest.find(&format!("\n[{name}]\n"))?;
        let text = &manifest[start + 1..];
        Some(text[1..].find("\n[").map_or(text, |end| &text[..end + 1]))
    };
    assert!(section("profile.release").unwrap().contains("overflow-checks = true"));
    let members = section("workspace").unwrap();
    let mut unchecked = 0;
    for part in manifest.split("\n[profile.release.package.").skip(1) {
        let (name, rest) = part.split_once(']').unwrap();
        let settings = rest.split("\n[").next().unwrap();
        if settings.contains("overflow-checks = false") {
            let name = name.trim_matches('"');
            let ours =
                name.starts_with("tributary") || name.starts_with("pallet-") || members.contains(&format!("/{name}\""));
            assert!(!ours, "{name} handles money, or is ours");
            unchecked += 1;
        }
    }
    assert!((1..=20).contains(&unchecked), "{unchecked}");
}
