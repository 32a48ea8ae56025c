//! Artifacts by the command line: an owner keeps a pact's promise, anybody opens what was sealed, against a chain and a
//! beacon of their own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{ChainProcess, NeuronProcess, free_port, number, run, tributary};

/// A beacon of its own process that goes by a chain's clock, ended when dropped.
struct Beacon {
    child: Child,
    url: String,
}

impl Beacon {
    fn start(chain: &ChainProcess) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let arguments = [
            "beacon",
            "--listen",
            &listen,
            "--phrase",
            "a test's",
            "--endpoint",
            &chain.endpoint,
        ];
        let mut child = tributary(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }
}

impl Drop for Beacon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves one file over HTTP for as long as the test runs, as an owner's web server would.
fn host(file: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sealed", listener.local_addr().unwrap());
    let file = file.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let bytes = std::fs::read(&file).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                bytes.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&bytes));
        }
    });
    url
}

#[test]
fn what_a_subnet_made_is_committed_confirmed_and_opened_when_its_time_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "200"]);
    let beacon = Beacon::start(&chain);
    let with = ["--beacon", &beacon.url];
    let alice = ["--key", "//Alice", "--json"];
    let made = chain.run(&[&["register", "subnet", "--start", "--hotkey", "//AliceHot"], &alice[..]].concat());
    let netuid = number(&made.json(), "netuid").to_string();
    std::fs::write(path("weights"), b"what the emission paid for").unwrap();

    // Without a promise there is nothing to commit.
    let commit = |out: &str, location: &str| {
        let what = [
            "artifact",
            "commit",
            &netuid,
            &path("weights"),
            "--out",
            &path(out),
            "--location",
            location,
        ];
        chain.run(&[&what[..], &alice, &with].concat())
    };
    commit("early", "http://127.0.0.1/").fails(1, &["promises no artifacts"]);
    let terms = ["--open-after", "100", "--artifact-period", "200"];
    chain
        .run(&[&["pact", "sign", &netuid], &terms[..], &alice].concat())
        .json();

    let archive = path("archive");
    let watcher = [&["artifact", "watch", &netuid, "--out", &archive], &with[..]].concat();
    let mut watcher = NeuronProcess::stateless(&chain, folder.path(), "watcher", &watcher);
    let location = host(&folder.path().join("sealed"));
    let committed = commit("sealed", &location).json();
    assert_eq!(
        committed["plaintext"],
        "373a3206c9f7702610890cfa540caf086f25a29d0021da2c00b15bd090ef5882"
    );
    commit("sealed", &location).fails(1, &["sealed.secret", "must be a new file"]);
    let shown = chain.run(&["artifact", "show", &netuid, "--json"]).json();
    assert_eq!(shown["artifact"]["round"], committed["round"]);
    assert_eq!(shown["artifact"]["location"], location);
    assert_eq!(chain.run(&["artifact", "show", &netuid]).out.lines().count(), 7);

    // Before its time it is proved by the secret, and opened by nobody.
    let proof = ["--content", &path("weights"), "--secret", &path("sealed.secret")];
    let check = |content: &[&str]| run(&[&["artifact", "check", &path("sealed")], content, &with].concat());
    assert_eq!(check(&proof).code, 0);
    check(&["--content", &path("sealed"), "--secret", &path("sealed.secret")])
        .fails(1, &["does not hold that content"]);
    let open = |out: &str| run(&[&["artifact", "open", &location, "--out", &path(out)], &with[..]].concat());
    open("too-early").fails(1, &["which opens in"]);
    assert!(!folder.path().join("too-early").exists());

    // A validator of the subnet confirms; others may not.
    let register = [
        "register", "neuron", &netuid, "--key", "//Bob", "--hotkey", "//BobHot", "--json",
    ];
    chain.run(&register).json();
    let confirm = ["artifact", "confirm", &netuid, "--key", "//Bob", "--hotkey", "//BobHot"];
    let refused = chain.run(&[&confirm[..], &proof, &with].concat());
    assert_eq!(refused.code, 1);

    // After it the watcher has opened it, and anybody can.
    let waiting = Instant::now();
    let opened = loop {
        watcher.check_alive();
        match watcher.status() {
            Some(status) if status["what"] == "opened" => break status,
            Some(status) => assert_eq!(status["what"], "kept", "{status}"),
            None => {}
        }
        assert!(waiting.elapsed() < Duration::from_secs(120), "nothing was opened");
        std::thread::sleep(Duration::from_millis(100));
    };
    let kept: Value = serde_json::from_value(opened["file"].clone()).unwrap();
    let content = std::fs::read(kept.as_str().unwrap()).unwrap();
    assert_eq!(content, b"what the emission paid for");
    assert_eq!(open("opened").code, 0);
    assert_eq!(std::fs::read(path("opened")).unwrap(), content);
    watcher.stop();
    chain.stop();
}

#[test]
fn mistakes_with_sealed_files_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("file"), b"content").unwrap();
    let (file, out) = (path("file"), path("out"));
    // Quicknet is known: sealing for it asks nobody.
    let sealed = run(&["artifact", "seal", &file, "--out", &out, "--round", "1000", "--json"]).json();
    assert_eq!(number(&sealed, "opens_unix_ms"), 1_692_806_364_000);
    run(&["artifact", "seal", &file, "--out", &out]).fails(2, &["--round", "--after"]);
    run(&["artifact", "seal", &file, "--out", &path("zero"), "--round", "0"]).fails(2, &["--round", "0 is not in 1.."]);
    run(&["artifact", "seal", &path("none"), "--out", &path("x"), "--round", "1"]).fails(1, &["cannot read"]);
    run(&["artifact", "open", &file, "--out", &path("x")])
        .fails(1, &["file: this is no sealed file: it does not hold sealed content"]);
    let nobody = ["--beacon", "http://127.0.0.1:1"];
    run(&[&["artifact", "open", &out, "--out", &path("x")], &nobody[..]].concat())
        .fails(1, &["does not answer", "onnection refused"]);
    run(&["artifact", "check", &out, "--content", &file, "--secret", "abc"]).fails(1, &["64 hexadecimal digits"]);
}
