//! Bodies of requests to the gateway, in the OpenAI API's form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_market_serve::{Rules, api::Job};

fuzz_target!(|bytes: &[u8]| {
    let _ = Job::parse(bytes, &Rules::default(), 7);
});
