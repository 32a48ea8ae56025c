//! Models that miners offer: what opens is within the rules, and is packed the same again.
#![no_main]

use bytes::Bytes;
use candle_core::Device;
use libfuzzer_sys::fuzz_target;
use tributary_market_train::{Artefact, Rules};

fuzz_target!(|bytes: &[u8]| {
    let artefact = Artefact::new(Bytes::copy_from_slice(bytes));
    let Ok(model) = artefact.open(&Rules::default(), &Device::Cpu) else {
        return;
    };
    let again = Artefact::pack(&model).unwrap();
    assert!(again.open(&Rules::default(), &Device::Cpu).is_ok());
});
