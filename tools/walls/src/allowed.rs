//! What is not as it should be and still allowed: a list that only gets shorter.

use std::{collections::BTreeSet, fs, io, path::Path};

use crate::Survey;

/// The list, from the root of the workspace; a line for each file in a circle and for each function that is too long.
pub const FILE: &str = "tools/walls/allowed.txt";

/// Files of circles that FRAME closes and nobody can open: a pallet's trait and the declarations of its calls stand in
/// one module by the macro's order, what the calls run names that trait; and the runtime's types name its extensions,
/// which name the runtime's types.
const OF_FRAME: &[&str] = &[
    "crates/pallets/pact/src/errors.rs",
    "crates/pallets/pact/src/lib.rs",
    "crates/pallets/subtensor/src/accounts.rs",
    "crates/pallets/subtensor/src/chain.rs",
    "crates/pallets/subtensor/src/children.rs",
    "crates/pallets/subtensor/src/genesis.rs",
    "crates/pallets/subtensor/src/lib.rs",
    "crates/pallets/subtensor/src/removal.rs",
    "crates/pallets/subtensor/src/weights.rs",
    "crates/runtime/src/extensions.rs",
    "crates/runtime/src/fees.rs",
    "crates/runtime/src/free.rs",
    "crates/runtime/src/issuance.rs",
    "crates/runtime/src/lib.rs",
];

/// The lines that the list would need.
pub fn found(survey: &Survey) -> BTreeSet<String> {
    let cycles = survey.file_cycles.iter().flat_map(|cycle| &cycle.files);
    let circles = cycles
        .map(|path| path.display().to_string())
        .filter(|path| !OF_FRAME.contains(&path.as_str()))
        .map(|path| format!("circle {path}"));
    let long = survey.long_functions(false);
    let long = long.map(|long| format!("long {}: {}", long.place.0.display(), long.name));
    circles.chain(long).collect()
}

/// The lines that it has.
///
/// # Errors
///
/// If it cannot be read.
pub fn listed(root: &Path) -> io::Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join(FILE))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Takes out what is no longer so. Nothing is added.
///
/// # Errors
///
/// If it cannot be read or written.
pub fn shrink(root: &Path, survey: &Survey) -> io::Result<()> {
    let listed = listed(root)?;
    let still: Vec<String> = found(survey)
        .intersection(&listed)
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(root.join(FILE), still.concat())
}
