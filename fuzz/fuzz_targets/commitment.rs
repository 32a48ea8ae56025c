//! What a subnet's owner commits on the chain, as programs of others read it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_neuron::Description;

fuzz_target!(|text: &str| {
    let Ok(description) = Description::from_text(text) else {
        return;
    };
    // Written again it may be longer, as numbers have several forms.
    if let Ok(again) = description.to_text() {
        assert_eq!(Description::from_text(&again).unwrap().to_text().unwrap(), again);
    }
});
