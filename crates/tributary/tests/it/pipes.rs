//! Readers that leave: nothing fails because nobody listens any more.

use std::{
    io::{BufRead as _, BufReader, PipeWriter},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::support::{ChainProcess, free_port, made_subnet, run, terminate, tributary};

/// A pipe that nobody reads.
fn deserted() -> PipeWriter {
    std::io::pipe().unwrap().1
}

/// Runs a command with a deserted stdout; its exit code, and what it said.
fn unread(arguments: &[&str]) -> (i32, String) {
    let output = tributary(arguments)
        .stdout(deserted())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// As `COMMAND 2>&1 | grep -m1 WANTED`.
fn until(command: &mut Command, wanted: &str) -> Child {
    let (reader, writer) = std::io::pipe().unwrap();
    let child = command
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    // The command owns the writing ends, which must not be kept open here.
    *command = Command::new("true");
    let mut lines = BufReader::new(reader).lines();
    assert!(
        lines.any(|line| line.unwrap().contains(wanted)),
        "`{wanted}` is missing"
    );
    child
}

fn stopped(child: &mut Child) -> ExitStatus {
    terminate(child);
    child.wait().unwrap()
}

#[test]
fn commands_end_quietly_without_readers() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &[]);
    // A list that is empty says so.
    made_subnet(&chain);
    let at = ["--endpoint", &chain.endpoint];
    for command in [&["status"][..], &["subnets"], &["subnets", "--json"]] {
        assert_eq!(unread(&[command, &at].concat()), (0, String::new()), "{command:?}");
    }
    for command in [&["--help"][..], &["up", "--help"], &["--version"]] {
        assert_eq!(unread(command), (0, String::new()), "{command:?}");
    }
    // A failure stays one, though nobody hears why.
    let failed = tributary(&["subnets", "--endpoint", "ws://127.0.0.1:1"])
        .stdout(deserted())
        .stderr(deserted())
        .status();
    assert_eq!(failed.unwrap().code(), Some(1));
    let wrong = tributary(&["no-such-command"]).stderr(deserted()).status();
    assert_eq!(wrong.unwrap().code(), Some(2));
}

#[test]
fn a_chain_without_readers_works_on_and_is_dumped() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("state");
    let port = free_port().to_string();
    let arguments = ["chain", "--port", &port, "--dump", dump.to_str().unwrap()];
    let mut command = tributary(&arguments);
    // Much to say, and nobody to say it to.
    command.env("RUST_LOG", "debug");
    let mut child = until(&mut command, "Imported #1");
    let endpoint = format!("ws://127.0.0.1:{port}");
    let height = || -> u64 {
        let status = run(&["status", "--json", "--endpoint", &endpoint]).json();
        status["block"]
            .as_u64()
            .unwrap_or_else(|| panic!("no height in {status}"))
    };
    let seen = height();
    while height() < seen + 3 {}
    assert!(stopped(&mut child).success());
    assert!(std::fs::metadata(&dump).unwrap().len() > 0);

    // Nobody there from the first line on.
    let mut child = tributary(&["chain", "--port", &port, "--load", dump.to_str().unwrap()])
        .stdout(deserted())
        .stderr(deserted())
        .spawn()
        .unwrap();
    while run(&["status", "--endpoint", &endpoint]).code != 0 {
        assert!(child.try_wait().unwrap().is_none(), "the chain ended without readers");
    }
    assert!(stopped(&mut child).success());
}

/// Whether this process was started as by `nohup`, which everything that it starts inherits.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

#[test]
fn a_chain_whose_terminal_is_closed_is_dumped_unless_told_otherwise() {
    if hangups_are_ignored() {
        eprintln!("not tested: whoever started the tests ignores SIGHUP, and so do all that they start");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("state");
    let port = free_port().to_string();
    let command = |shell: &str| {
        let mut command = Command::new("sh");
        let script = format!("{shell} exec \"$0\" chain --port {port} --dump \"$1\"");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_tributary")])
            .arg(&dump);
        command
    };
    let signal = |child: &Child, name: &str| {
        let number = child.id().to_string();
        assert!(Command::new("kill").args([name, &number]).status().unwrap().success());
    };
    let mut child = until(&mut command(""), "Imported #1");
    signal(&child, "-HUP");
    assert!(child.wait().unwrap().success());
    std::fs::remove_file(&dump).unwrap();

    // As `nohup` does.
    let mut child = until(&mut command("trap '' HUP;"), "Imported #1");
    signal(&child, "-HUP");
    assert_eq!(
        run(&["status", "--endpoint", &format!("ws://127.0.0.1:{port}")]).code,
        0
    );
    assert!(child.try_wait().unwrap().is_none());
    assert!(stopped(&mut child).success() && dump.exists());
}

fn market(data: &Path, port: &str) -> Command {
    tributary(&["up", "--no-tui", "--port", port, "--data", data.to_str().unwrap()])
}

#[test]
fn a_market_without_readers_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("market");
    let port = free_port().to_string();
    // `tributary up 2>&1 | head -1`
    let mut child = until(&mut market(&data, &port), "market");
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{status}");
    // What was made until then is there.
    let resumed = market(&data, &port)
        .args(["--blocks", "1"])
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(resumed.stderr).unwrap();
    assert!(
        resumed.status.success() && said.contains("continuing the market"),
        "{said}"
    );
}
