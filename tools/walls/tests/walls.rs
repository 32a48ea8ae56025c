//! What the walls of this repository must be.

use std::{fs, path::Path};

use tributary_walls::{Survey, picture, survey};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read() -> Survey {
    let survey = survey(root()).unwrap();
    assert!(survey.crates.len() > 15 && survey.files.len() > 400 && survey.functions.len() > 4_000);
    survey
}

#[test]
fn the_picture_of_the_crates_is_true() {
    for (path, wanted) in picture::files(root(), &read().crates).unwrap() {
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "{} is out of date: run `just walls`", path.display());
    }
}

#[test]
fn crates_are_in_no_circle() {
    assert_eq!(read().crate_cycles, Vec::<Vec<String>>::new());
}

#[test]
fn files_are_in_no_circle() {
    let survey = read();
    let circles: Vec<_> = survey.file_cycles.iter().map(|cycle| &cycle.files).collect();
    assert!(circles.is_empty(), "`just walls` says why: {circles:#?}");
}

#[test]
fn functions_end_in_sight() {
    let survey = read();
    let long: Vec<_> = survey.long_functions(false).map(|long| &long.name).collect();
    assert!(long.is_empty(), "{long:#?}");
}
