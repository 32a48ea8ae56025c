//! What a proxy of each kind may do: `proxies.txt`, which a new call must enter.

use std::{collections::BTreeMap, fs, path::Path};

use codec::Decode;
use frame_support::traits::InstanceFilter;
use tributary_runtime::{RuntimeCall, proxy::ProxyType};

use crate::{
    calls, known,
    types::{Calls, Name},
    world::world,
};

/// So many times each call is made, with other arguments.
const TRIES: usize = 24;

fn kinds() -> Vec<ProxyType> {
    (0..=u8::MAX)
        .map_while(|kind| ProxyType::decode(&mut &[kind][..]).ok())
        .collect()
}

/// Kinds that ask for more than which call it is.
fn reads_arguments(kind: ProxyType) -> bool {
    matches!(kind, ProxyType::SmallTransfer | ProxyType::SudoUncheckedSetCode)
}

fn stated() -> BTreeMap<Name, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls/proxies.txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let name = words.next().and_then(|name| name.split_once('.'));
            let (pallet, call) = name.unwrap_or_else(|| panic!("{}: {line}", path.display()));
            ((pallet.into(), call.into()), words.map(Into::into).collect())
        })
        .collect()
}

/// The names of the kinds that let these calls through, all of them or, with a `?`, some. `Any` lets all through.
fn allowing(calls: &[RuntimeCall]) -> Vec<String> {
    assert!(calls.iter().all(|call| ProxyType::Any.filter(call)));
    kinds()
        .into_iter()
        .filter(|kind| *kind != ProxyType::Any)
        .filter_map(|kind| {
            let allowed = calls.iter().filter(|call| kind.filter(call)).count();
            match (allowed, reads_arguments(kind)) {
                (0, _) => None,
                (_, true) => Some(format!("{kind:?}?")),
                (_, false) => {
                    assert_eq!(
                        allowed,
                        calls.len(),
                        "{kind:?} asks for the arguments of {:?}",
                        calls[0]
                    );
                    Some(format!("{kind:?}"))
                }
            }
        })
        .collect()
}

/// A call, often: with small amounts too, and around a change of code.
fn often(calls: &mut Calls, name: &Name) -> Vec<RuntimeCall> {
    let mut made: Vec<_> = (0..TRIES).map(|_| calls.make(name)).collect();
    if name.1 == "sudo_unchecked_weight" {
        let set_code = frame_system::Call::set_code { code: Vec::new() };
        made.push(RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight {
            call: Box::new(set_code.into()),
            weight: Default::default(),
        }));
    }
    made
}

#[test]
fn every_call_has_an_answer_for_every_kind_of_proxy() {
    world().execute_with(|| {
        let mut calls = calls(4);
        let mut stated = stated();
        let mut wrong = Vec::new();
        for name in calls.names() {
            let expected = stated.remove(&name);
            if calls.is_possible(&name) {
                let allowing = allowing(&often(&mut calls, &name));
                if expected.as_ref() != Some(&allowing) {
                    wrong.push(format!("{}.{} {}", name.0, name.1, allowing.join(" ")));
                }
            } else if expected.is_none() {
                wrong.push(format!("{}.{} impossible", name.0, name.1));
            }
        }
        assert!(
            wrong.is_empty() && stated.is_empty(),
            "`proxies.txt` does not say, and the runtime does:\n{}\nThere are no calls {:?}",
            wrong.join("\n"),
            stated.keys()
        );
        assert_eq!(known::known().len(), calls.names().len());
    });
}
