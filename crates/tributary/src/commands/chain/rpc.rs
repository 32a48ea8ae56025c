//! Who may call a chain's JSON-RPC.

use clap::{Args, ValueEnum};
use tributary_devnet::rpc::{Hosts, MethodSet, Origins, RpcConfig, default_origins};

#[derive(Debug, Args)]
#[command(next_help_heading = "JSON-RPC access")]
pub struct Rpc {
    /// Origins whose web pages may talk to the chain
    #[arg(
        help = "Origins of web pages that may use the chain from a browser (https://app.example, http://dev.example:*), or `all`: every page may read and send transactions, but not use dev_* [default: pages of this machine, and https://polkadot.js.org without dev_*]",
        long,
        value_name = "ORIGIN[,ORIGIN]|all"
    )]
    pub rpc_cors: Option<Origins>,
    /// Methods to serve
    #[arg(long, value_enum, default_value = "auto")]
    pub rpc_methods: Methods,
    /// Listen on all interfaces, so that other machines can connect
    #[arg(long)]
    pub rpc_external: bool,
    /// Host names that clients use to reach the chain, besides IP addresses and localhost: a container's name, for example
    #[arg(long, value_name = "NAME[,NAME]|all")]
    pub rpc_hosts: Option<Hosts>,
}

/// Which methods are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Methods {
    /// All methods; with --rpc-external only the safe ones
    Auto,
    /// Only methods that are safe to expose: no dev_*, no system_dryRun
    Safe,
    /// All methods, for anyone who can reach the port
    Unsafe,
}

impl Rpc {
    /// For a server on these ports.
    pub fn config(&self, port: u16, second_port: Option<u16>) -> RpcConfig {
        RpcConfig {
            port,
            second_port,
            all_interfaces: self.rpc_external,
            methods: match self.rpc_methods {
                Methods::Auto => MethodSet::Auto,
                Methods::Safe => MethodSet::Safe,
                Methods::Unsafe => MethodSet::Unsafe,
            },
            origins: self.rpc_cors.clone().unwrap_or_else(default_origins),
            hosts: self.rpc_hosts.clone().unwrap_or_default(),
            ..RpcConfig::default()
        }
    }
}
