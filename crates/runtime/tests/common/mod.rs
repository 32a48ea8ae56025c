//! A state made by a preset, reached as a host reaches it: through the runtime APIs.

use codec::{Decode, Encode};
use serde_json::Value;
use sp_io::TestExternalities;
use tributary_runtime::apis::api::dispatch;

/// Calls a runtime API on the state at hand.
pub fn call<R: Decode>(method: &str, arguments: &[u8]) -> R {
    let answer = dispatch(method, arguments).unwrap_or_else(|| panic!("there is no {method}"));
    R::decode(&mut &answer[..]).unwrap_or_else(|error| panic!("{method} answers something else: {error}"))
}

/// RFC 7386.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.remove(&key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch,
    }
}

fn preset(name: Option<&str>) -> Value {
    let bytes: Option<Vec<u8>> = call("GenesisBuilder_get_preset", &name.map(String::from).encode());
    serde_json::from_slice(&bytes.expect("the preset exists")).expect("presets are JSON")
}

/// The state that the preset builds.
pub fn state(name: &str) -> TestExternalities {
    let mut state = TestExternalities::new_empty();
    state.execute_with(|| {
        let mut genesis = preset(None);
        merge(&mut genesis, preset(Some(name)));
        let json = serde_json::to_vec(&genesis).expect("JSON is text");
        let built: Result<(), String> = call("GenesisBuilder_build_state", &json.encode());
        built.expect("the preset builds");
    });
    state
}
