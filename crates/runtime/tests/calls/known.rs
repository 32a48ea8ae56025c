//! What is expected of each call: `expected.txt`, which a new call must enter.

use std::{collections::BTreeMap, fs, path::Path};

use crate::types::Name;

/// What becomes of a call in a run of the usual length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It goes well at least once.
    Works,
    /// It may, but takes a longer run.
    Rare,
    /// It never does.
    Never,
    /// It cannot even be made: an argument is of a type without values.
    Impossible,
}

/// What is known of all calls, and whether nobody pays for them if they go well.
pub fn known() -> BTreeMap<Name, (Expected, bool)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls/expected.txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let name = words.next().and_then(|name| name.split_once('.'));
            let expected = match words.next() {
                Some("works") => Expected::Works,
                Some("rare") => Expected::Rare,
                Some("never") => Expected::Never,
                Some("impossible") => Expected::Impossible,
                _ => panic!("{}: {line}", path.display()),
            };
            let (pallet, call) = name.unwrap_or_else(|| panic!("{}: {line}", path.display()));
            ((pallet.into(), call.into()), (expected, words.next() == Some("free")))
        })
        .collect()
}

/// Whether a call mostly needs root.
pub fn is_for_root((pallet, call): &Name) -> bool {
    ["AdminUtils", "Scheduler", "System", "Grandpa", "SafeMode", "Swap"].contains(&pallet.as_str())
        || call.starts_with("force_")
        || call.starts_with("sudo_")
}
