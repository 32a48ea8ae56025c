//! The client links no runtime: a chain's metadata is all that it knows of a chain.

use std::process::Command;

/// Formats, not FRAME, in spite of their names.
const FORMATS: [&str; 2] = ["frame-decode", "frame-metadata"];

fn linked(package: &str) -> Vec<String> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "-p",
            package,
            "-e",
            "normal",
            "--prefix",
            "none",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    tree.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

fn is_runtime(name: &str) -> bool {
    let frame = name.starts_with("frame-") && !FORMATS.contains(&name);
    let executed = ["sp-runtime", "sp-io", "sp-api"].contains(&name);
    frame || executed || name.starts_with("pallet-") || name.starts_with("tributary-runtime")
}

#[test]
fn the_client_links_no_runtime() {
    let linked = linked("tributary-client");
    assert!(linked.iter().any(|name| name == "subxt-metadata"), "{linked:?}");
    let runtime: Vec<&String> = linked.iter().filter(|name| is_runtime(name)).collect();
    assert!(runtime.is_empty(), "{runtime:?}");
}

#[test]
fn what_counts_as_a_runtime_is_found() {
    assert!(linked("tributary-runtime").iter().any(|name| is_runtime(name)));
}
