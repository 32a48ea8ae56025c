//! Vouchers and API keys, as a gateway's customers send them: what is read is written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_market_serve::{credential::Token, rail::Voucher};
use tributary_neuron::Identity;

fuzz_target!(|text: &str| {
    let payer = Identity::from_seed(&[1; 32]).hotkey();
    if let Ok(voucher) = text.parse::<Voucher>() {
        assert!(voucher.to_string().parse() == Ok(voucher));
        voucher.is_signed_by(&payer, &[3; 32]);
    }
    if let Ok(token) = text.parse::<Token>() {
        assert!(token.to_string().parse() == Ok(token));
        token.is_signed_by(&payer, &[3; 32]);
    }
});
