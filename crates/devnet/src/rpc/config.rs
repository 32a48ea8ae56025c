//! How the chain is offered.

use std::path::PathBuf;

use tributary_http::{Hosts, Limits, Origins};

use super::gate::MethodSet;

/// How the chain is offered.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// The port for WebSocket and HTTP; 0 takes a free one.
    pub port: u16,
    /// A second port with the same service. The local network of the reference has nodes on 9944 and 9945, and each
    /// client's tests use one of the two.
    pub second_port: Option<u16>,
    /// Listen on all interfaces instead of 127.0.0.1 and ::1.
    pub all_interfaces: bool,
    /// Which methods are served.
    pub methods: MethodSet,
    /// Pages that may call methods through a browser.
    pub origins: Origins,
    /// Names that the server is asked for by, beside addresses and localhost.
    pub hosts: Hosts,
    /// Answer to `system_chain`.
    pub chain_name: String,
    /// What it bears of connections.
    pub connections: Limits,
    /// The folder of the files of `dev_dump` and `dev_load`, which take plain file names; without it there are no such
    /// methods.
    pub dump_folder: Option<PathBuf>,
}

impl Default for RpcConfig {
    fn default() -> Self {
        Self {
            port: 9944,
            second_port: None,
            all_interfaces: false,
            methods: MethodSet::default(),
            origins: default_origins(),
            hosts: Hosts::default(),
            chain_name: "Tributary Local".into(),
            connections: Limits::default(),
            dump_folder: None,
        }
    }
}

/// Pages of this machine, and polkadot.js.org, as in a Substrate node; that one has the safe methods only.
pub fn default_origins() -> Origins {
    let local = Origins::default();
    local.clone().with_limited("https://polkadot.js.org").unwrap_or(local)
}
