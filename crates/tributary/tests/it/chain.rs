//! `tributary chain`: options against the chain that is there, checks, damage.

use std::path::Path;

use crate::support::{ChainProcess, free_port, run};

/// `tributary chain` with these options, on a free port.
fn chain(options: &[&str]) -> crate::support::Run {
    let port = free_port().to_string();
    run(&[&["chain", "--port", &port], options].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_chain_that_is_loaded_keeps_its_block_time() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other, dump) = (
        folder.path().join("data"),
        folder.path().join("other"),
        folder.path().join("state"),
    );
    let began = ChainProcess::start(&data, &["--block-time", "1000", "--dump", text(&dump)]);
    assert_eq!(began.ask("dev_mining", "[]")["result"]["timer"], 1000);
    began.stop();

    // From the folder, and from the dump.
    let again = ChainProcess::start(&data, &[]);
    assert_eq!(again.ask("dev_mining", "[]")["result"]["timer"], 1000);
    again.stop();
    chain(&["--data", text(&data), "--block-time", "250"]).fails(1, &["--block-time 250 contradicts", "1000 ms"]);
    chain(&["--load", text(&dump), "--block-time", "250"]).fails(1, &["--block-time 250 contradicts", "1000 ms"]);
    let loaded = ChainProcess::load(&other, &["--load", text(&dump)]);
    assert_eq!(loaded.ask("dev_mining", "[]")["result"]["timer"], 1000);
    loaded.stop();
    ChainProcess::load(&other, &["--load", text(&dump)]).stop();

    // What the chain in a folder began with is not overruled.
    let data = text(&data);
    chain(&["--data", data, "--preset", "local"]).fails(1, &["was not started from the preset `local`", "--preset"]);
    chain(&["--data", data, "--load", text(&dump)]).fails(1, &["was not started from the file", "--load"]);
    chain(&["--preset", "nothing"]).fails(2, &["nothing", "fast"]);
}

#[test]
fn a_dump_that_cannot_be_written_is_noticed_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("no/such/folder/state");
    chain(&["--dump", text(&nowhere)]).fails(1, &["cannot write", "no/such/folder"]);
    chain(&["--dump", text(folder.path())]).fails(1, &["cannot write"]);
}

#[test]
fn dumps_by_name_are_an_option() {
    let folder = tempfile::tempdir().unwrap();
    let dumps = folder.path().join("dumps");
    let with = ChainProcess::start(&folder.path().join("data"), &["--dump-folder", text(&dumps)]);
    assert!(with.ask("dev_dump", r#"["one"]"#)["error"].is_null());
    assert!(dumps.join("one").is_file());
    assert!(with.ask("dev_load", r#"["one"]"#)["result"]["number"].is_u64());
    with.stop();
}

#[test]
fn the_whole_chain_is_checked_and_damage_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    chain(&["--data", text(&data), "--verify"]).fails(1, &["no chain"]);
    let process = ChainProcess::start(&data, &["--mode", "demand"]);
    assert_eq!(process.ask("dev_advance", "[300]")["result"]["number"], 301);
    process.stop();
    let good = chain(&["--data", text(&data), "--verify"]);
    assert_eq!(good.code, 0, "{}", good.err);
    assert!(good.out.contains("is sound") && good.out.contains("301 blocks executed again"));

    let file = data.join("chain.redb");
    let whole = std::fs::read(&file).unwrap();
    let mut at_start = 0;
    for page in (0..whole.len() / 4096).step_by((whole.len() / 4096 / 24).max(1)) {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0);
        std::fs::write(&file, &bytes).unwrap();
        let checked = chain(&["--data", text(&data), "--verify"]);
        assert!(!checked.err.contains("panicked"), "page {page}: {}", checked.err);
        match checked.code {
            0 => assert!(checked.out.contains("is sound")),
            1 => at_start += u32::from(checked.err.contains("is damaged")),
            code => panic!("page {page}: exit code {code}"),
        }
    }
    assert!(at_start > 0, "no zeroed page was noticed");
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    chain(&["--data", text(&data)]).fails(1, &["chain.redb", "is damaged"]);
}
