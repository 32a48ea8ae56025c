//! Where the documents' commands are run: in a folder of their own, with a home of their own, beside a market or a chain on
//! free ports. What is changed in a command before it is run is in [`World::fitted`], and nowhere else.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::reader::root;
use crate::support::{PATIENCE, free_port, terminate, tributary};

/// Commands that work until they are told to stop.
const SERVICES: [&str; 11] = [
    "up",
    "chain",
    "miner",
    "validator",
    "serve-miner",
    "serve-validator",
    "serve-gateway",
    "beacon",
    "channel wallet",
    "artifact watch",
    "follow",
];
/// Longest time for a command that ends by itself.
const COMMAND_PATIENCE: Duration = Duration::from_secs(300);

struct Service {
    command: String,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Service {
    fn said(&self) -> String {
        let read = |file: &Path| std::fs::read_to_string(file).unwrap_or_default();
        format!("{}{}", read(&self.out), read(&self.err))
    }
}

/// A folder, a home, and what runs beside it.
pub struct World {
    folder: TempDir,
    endpoint: String,
    /// Written in the documents, and what stands for it here.
    stand_ins: BTreeMap<&'static str, String>,
    /// The market or chain itself.
    host: Option<Service>,
    services: Vec<Service>,
    run: usize,
}

impl World {
    /// Without anything beside it.
    pub fn alone() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Commands name files of the repository as they are seen from its root; what they write stays here.
        for entry in ["crates", "docs", "scenarios", "bench"] {
            std::os::unix::fs::symlink(root().join(entry), folder.path().join(entry)).unwrap();
        }
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self {
            folder,
            endpoint: format!("ws://127.0.0.1:{}", free_port()),
            stand_ins: BTreeMap::new(),
            host: None,
            services: Vec::new(),
            run: 0,
        }
    }

    /// Beside a chain that makes blocks.
    pub fn chain() -> Self {
        let mut world = Self::alone();
        let port = free_port().to_string();
        world.endpoint = format!("ws://127.0.0.1:{port}");
        let host = world.spawn("chain", tributary(&["chain", "--port", &port]));
        world.wait(&host, "the chain's first block", |said| said.contains("Imported #1"));
        world.host = Some(host);
        world
    }

    /// Beside a market at work.
    pub fn market() -> Self {
        let mut world = Self::alone();
        let (port, gateway) = (free_port().to_string(), free_port().to_string());
        world.endpoint = format!("ws://127.0.0.1:{port}");
        let data = world.folder.path().join("market");
        let mut up = tributary(&["up", "--no-tui", "--port", &port, "--gateway-port", &gateway, "--data"]);
        up.arg(data);
        let host = world.spawn("up", up);
        let at_work = "at work; completions on ";
        world.wait(&host, "the market", |said| said.contains(at_work));
        let said = host.said();
        let (_, told) = said.split_once(at_work).unwrap();
        let beacon = told
            .split_once("beacon on ")
            .unwrap()
            .1
            .split_whitespace()
            .next()
            .unwrap();
        world.stand_ins.insert("http://127.0.0.1:8403", beacon.to_owned());
        world
            .stand_ins
            .insert("http://127.0.0.1:8402", format!("http://127.0.0.1:{gateway}"));
        world.host = Some(host);
        world
    }

    /// Starts a process whose output goes to files.
    fn spawn(&self, name: &str, mut command: Command) -> Service {
        let file = |ending: &str| {
            self.folder
                .path()
                .join(format!("{}-{}.{ending}", self.run, name.replace(' ', "-")))
        };
        let (out, err) = (file("out"), file("err"));
        let child = command
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path().join("home"))
            .env("TRIBUTARY_ENDPOINT", &self.endpoint)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        Service {
            command: name.to_owned(),
            child,
            out,
            err,
        }
    }

    fn wait(&self, service: &Service, what: &str, holds: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !holds(&service.said()) {
            let beside = self.host.as_ref().map(Service::said).unwrap_or_default();
            let tail: Vec<&str> = beside.lines().rev().take(30).collect();
            assert!(
                began.elapsed() < PATIENCE,
                "no sign of {what} of `{}`:\n{}\nbeside it:\n{}",
                service.command,
                service.said(),
                tail.join("\n")
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Runs a command of a document. One that works until it is told to stop goes on until the document's end.
    pub fn run(&mut self, place: &str, written: &str) {
        self.run += 1;
        let command = self.fitted(written);
        println!("{place}: {command}");
        let mut shell = Command::new("sh");
        let program = Path::new(env!("CARGO_BIN_EXE_tributary")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        shell
            .arg("-c")
            .arg(format!("exec {command}"))
            .env("PATH", format!("{}:{path}", program.display()))
            .env_remove("TRIBUTARY_BEACON")
            .env_remove("BT_WALLET_PATH")
            .env_remove("RUST_LOG");
        let arguments = command.strip_prefix("tributary ").unwrap_or_default();
        let is_service = !command.ends_with("--help")
            && SERVICES
                .iter()
                .any(|name| arguments == *name || arguments.starts_with(&format!("{name} ")));
        let mut started = self.spawn("command", shell);
        started.command = command.clone();
        if is_service {
            self.wait_for_service(&mut started, place);
            self.services.push(started);
            return;
        }
        let began = Instant::now();
        let status = loop {
            if let Some(status) = started.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > COMMAND_PATIENCE {
                let _ = started.child.kill();
                panic!("{place}: `{command}` does not end:\n{}", started.said());
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(
            status.success(),
            "{place}: `{command}` ended with {status}:\n{}",
            started.said()
        );
        self.learn(&started);
    }

    /// It has to say something and stay. A miner has to be paid.
    fn wait_for_service(&self, service: &mut Service, place: &str) {
        let signs = |said: &str| {
            let is_miner = service.command.starts_with("tributary miner ");
            let paid = said
                .lines()
                .any(|line| line.starts_with("paid ") && !line.contains("nothing"));
            !said.trim().is_empty() && (paid || !is_miner)
        };
        self.wait(service, "life", signs);
        std::thread::sleep(Duration::from_millis(500));
        if let Some(status) = service.child.try_wait().unwrap() {
            panic!(
                "{place}: `{}` ended with {status}:\n{}",
                service.command,
                service.said()
            );
        }
    }

    /// A document's command, as it is run here.
    fn fitted(&self, written: &str) -> String {
        let mut command = written.replace("cargo run --release --", "tributary");
        // The documents' market is on the usual ports; here everybody gets free ones.
        for (written, here) in &self.stand_ins {
            command = command.replace(written, here);
        }
        command = command.replace("ws://127.0.0.1:9944", &self.endpoint);
        for port in ["8091", "8092", "8093", "8405"] {
            if command.contains(port) {
                let free = free_port().to_string();
                // The machine that others reach is this one.
                command = command.replace("192.168.1.20", "127.0.0.1").replace(port, &free);
            }
        }
        command = command.replace("127.0.0.1:8402", &format!("127.0.0.1:{}", free_port()));
        if ["tributary chain", "tributary up"]
            .iter()
            .any(|start| command.starts_with(start))
        {
            command = command.replace(" --port 9944", "");
            command = format!(
                "{command} --port {} --data {}",
                free_port(),
                self.folder.path().join("own").display()
            );
        }
        // Two hundred futures say no more about the command than eight.
        command.replace("--runs 200", "--runs 8")
    }

    /// What later commands need of what this one said: a channel's number, an address.
    fn learn(&mut self, done: &Service) {
        let lines: Vec<String> = BufReader::new(File::open(&done.out).unwrap())
            .lines()
            .map(Result::unwrap)
            .collect();
        let after = |word: &str| {
            let mut words = lines.iter().flat_map(|line| line.split_whitespace());
            words.find(|found| *found == word)?;
            words
                .next()
                .map(|found| found.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned())
        };
        if done.command.starts_with("tributary channel open")
            && let Some(number) = after("channel")
        {
            self.stand_ins.insert("NUMBER", number);
        }
        let address = lines
            .iter()
            .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()));
        let address = address.filter(|word| word.len() == 48 && word.starts_with('5'));
        if done.command.starts_with("tributary wallet new")
            && let Some(address) = address.into_iter().next()
        {
            self.stand_ins.insert("ADDRESS", address.to_owned());
        }
    }

    /// Tells everything that still works to stop, and wants it to end well.
    pub fn end_of_document(&mut self) {
        for mut service in self.services.drain(..) {
            match service.child.try_wait().unwrap() {
                None => terminate(&service.child),
                // A wallet ends when its channel is closed.
                Some(status) if status.success() && service.command.contains("channel wallet") => continue,
                Some(status) => panic!("`{}` ended early with {status}:\n{}", service.command, service.said()),
            }
            let status = service.child.wait().unwrap();
            assert!(
                status.success(),
                "`{}` ended with {status}:\n{}",
                service.command,
                service.said()
            );
        }
    }

    /// Stops what runs beside it. At least one command must have been run.
    pub fn end(mut self) {
        assert!(self.run > 0, "no document has a command for this world");
        if let Some(mut host) = self.host.take() {
            terminate(&host.child);
            let status = host.child.wait().unwrap();
            assert!(
                status.success(),
                "`{}` ended with {status}:\n{}",
                host.command,
                host.said()
            );
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for service in self.services.iter_mut().chain(&mut self.host) {
            let _ = service.child.kill();
            let _ = service.child.wait();
        }
    }
}
