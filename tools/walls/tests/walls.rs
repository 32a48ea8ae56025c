//! What the walls of this repository must be.

use std::{fs, path::Path};

use tributary_walls::{picture, survey};

#[test]
fn the_picture_of_the_crates_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let survey = survey(&root).unwrap();
    for (path, wanted) in picture::files(&root, &survey.crates).unwrap() {
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "{} is out of date: run `just walls`", path.display());
    }
}
