//! Running the program from outside.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

pub fn tributary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tributary"));
    command.args(arguments).stdin(Stdio::null());
    for variable in [
        "TRIBUTARY_BEACON",
        "TRIBUTARY_ENDPOINT",
        "BT_WALLET_PASSWORD",
        "BT_WALLET_PATH",
        "RUST_LOG",
    ] {
        command.env_remove(variable);
    }
    // Nobody's own defaults.
    command.env("TRIBUTARY_CONFIG", "/dev/null");
    command
}

/// A whole number in what a command said.
pub fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// A part of a whole in what a command said.
pub fn share(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// A finished run: exit code, stdout, stderr.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn run(arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } = tributary(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run {
        code: status.code().unwrap_or(-1),
        out: text(stdout),
        err: text(stderr),
    }
}

/// Runs with something on stdin and in the environment.
pub fn with(arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Run {
    let mut child = tributary(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that needs no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// The JSON on stdout of a run that must have succeeded.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in\n{}", self.out))
    }

    /// A run that must have failed with this code, said all of this, and printed no data.
    pub fn fails(&self, code: i32, messages: &[&str]) {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        assert_eq!(self.out, "", "data of a failed command");
        for message in messages {
            assert!(self.err.contains(message), "`{message}` is missing in: {}", self.err);
        }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A chain of its own process, ended when dropped.
pub struct ChainProcess {
    child: Child,
    pub endpoint: String,
}

impl ChainProcess {
    pub fn start(data: &Path, more: &[&str]) -> Self {
        Self::load(data, &[&["--preset", "fast"], more].concat())
    }

    /// Begins with what the options say, or with what is there.
    pub fn load(data: &Path, options: &[&str]) -> Self {
        let port = free_port();
        let number = port.to_string();
        let data = data.to_str().unwrap();
        let mut arguments = vec!["chain", "--port", &number, "--data", data];
        arguments.extend(options);
        let mut child = tributary(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.unwrap().contains("Imported #1"));
        assert!(ready, "the chain ended before its first block");
        Self {
            child,
            endpoint: format!("ws://127.0.0.1:{port}"),
        }
    }

    /// Runs a command against this chain.
    pub fn run(&self, arguments: &[&str]) -> Run {
        run(&[arguments, &["--endpoint", &self.endpoint]].concat())
    }

    /// Asks it over HTTP.
    pub fn ask(&self, method: &str, params: &str) -> Value {
        let address = self.endpoint.strip_prefix("ws://").unwrap();
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let json = &answer[answer.find("\r\n\r\n").unwrap()..];
        serde_json::from_str(&json[json.find('{').unwrap()..=json.rfind('}').unwrap()]).unwrap()
    }

    /// Ends it as a service manager would, and waits.
    pub fn stop(mut self) {
        terminate(&self.child);
        assert!(self.child.wait().unwrap().success(), "the chain did not stop cleanly");
    }
}

impl Drop for ChainProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A test that waits for a market this long waits for nothing.
pub const PATIENCE: Duration = Duration::from_secs(480);

/// A process that works on a chain until it is told to stop, such as a miner; ended when dropped.
pub struct NeuronProcess {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl NeuronProcess {
    /// Starts a neuron with a state folder of its own, which one of the same name takes over.
    pub fn start(chain: &ChainProcess, folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let state = folder.join(name);
        let state = ["--state", state.to_str().unwrap()];
        Self::stateless(chain, folder, name, &[arguments, &state].concat())
    }

    /// Starts what keeps nothing.
    pub fn stateless(chain: &ChainProcess, folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let (out, err) = (folder.join(format!("{name}.out")), folder.join(format!("{name}.err")));
        let child = tributary(&[arguments, &["--endpoint", &chain.endpoint, "--json"]].concat())
            .stdout(Stdio::from(File::create(&out).unwrap()))
            .stderr(Stdio::from(File::create(&err).unwrap()))
            .spawn()
            .unwrap();
        Self { child, out, err }
    }

    /// What it last said of itself.
    pub fn status(&self) -> Option<Value> {
        let text = std::fs::read_to_string(&self.out).unwrap();
        let whole = &text[..text.rfind('\n')?];
        let line = whole.rsplit('\n').next()?;
        Some(serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}")))
    }

    /// What it said to people.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.err).unwrap()
    }

    /// # Panics
    /// If it has ended.
    pub fn check_alive(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("it ended with {status}:\n{}", self.said());
        }
    }

    /// Ends it as a service manager would, and waits.
    pub fn stop(mut self) {
        terminate(&self.child);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}:\n{}", self.said());
    }
}

impl Drop for NeuronProcess {
    /// SIGKILL, as a machine that fails.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGTERM.
pub fn terminate(child: &Child) {
    assert!(
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap()
            .success()
    );
}

/// A started subnet of //Alice with the hotkey //AliceHot: its number, and the receipt.
pub fn made_subnet(chain: &ChainProcess) -> (String, Value) {
    let line = [
        "register",
        "subnet",
        "--start",
        "--hotkey",
        "//AliceHot",
        "--key",
        "//Alice",
    ];
    let made = chain.run(&[&line[..], &["--json"]].concat()).json();
    (number(&made, "netuid").to_string(), made)
}
