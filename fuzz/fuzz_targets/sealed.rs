//! Sealed files: what is read is written the same again, and opening the rest is an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_timelock::{Pulse, Sealed};

/// Round 1000 of drand's quicknet.
const SIGNATURE: &str =
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

fuzz_target!(|bytes: &[u8]| {
    let Ok(sealed) = Sealed::from_bytes(bytes) else { return };
    assert_eq!(Sealed::from_bytes(&sealed.to_bytes()).as_ref(), Ok(&sealed));
    let pulse = Pulse::from_hexadecimal(1000, SIGNATURE).unwrap();
    let _ = sealed.open(&pulse);
});
