//! Taking part in a subnet with a hotkey that is registered there: what miners, validators and gateways begin with.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tributary_client::{AccountId32, Client, Keypair, address, items};
use tributary_economy::NetUid;
use tributary_neuron::{Description, Identity, Reach};

use super::status::check_subnet;
use crate::{
    folder::{self, Lock},
    market,
    options::{AxonAddress, Member},
    output::say,
    rpc_chain::RpcChain,
};

/// A registered neuron and what it joins.
pub struct Joined {
    pub netuid: u16,
    pub client: Client,
    pub chain: Arc<RpcChain>,
    pub hotkey: Keypair,
    /// What the subnet's owner has published of the market.
    pub published: Option<Description>,
    pub reach: Reach,
    /// The state folder is this process's alone for as long as this lives.
    _lock: Option<Lock>,
}

impl Joined {
    /// Who the neuron is to others.
    pub fn identity(&self) -> Identity {
        Identity::from(self.hotkey.pair().clone())
    }
}

/// Takes the state folder, opens the hotkey and finds its place on the subnet.
///
/// # Errors
/// If one of these cannot be had.
pub async fn join(args: &Member, role: &str) -> Result<Joined> {
    let state = args.state.as_deref();
    let lock = state.map(|folder| folder::take(folder, role)).transpose()?;
    let hotkey = args.keys.hotkey()?;
    let client = Client::connect(&args.peers.connection.endpoint).await?;
    registered(&client, NetUid(args.netuid), &hotkey.account()).await?;
    let chain = Arc::new(RpcChain::new(client.clone()));
    let published = market::published(chain.as_ref(), args.netuid).await?;
    Ok(Joined {
        netuid: args.netuid,
        client,
        chain,
        hotkey,
        published,
        reach: args.peers.reach(),
        _lock: lock,
    })
}

/// Prints which uid a hotkey has.
///
/// # Errors
/// If it has none, with what to do about it.
async fn registered(client: &Client, netuid: NetUid, hotkey: &AccountId32) -> Result<()> {
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let uid: Option<u16> = view.find(&items::UIDS, (netuid, hotkey.clone())).await?;
    let own = address(hotkey);
    let uid = uid.with_context(|| {
        format!(
            "{own} is not registered on subnet {netuid}: register it with `tributary register neuron {netuid} --hotkey {own}` and --wallet or --key of the coldkey that pays"
        )
    })?;
    say!("uid {uid} of subnet {netuid}, {own}");
    Ok(())
}

/// Refuses an axon that others could not reach.
///
/// # Errors
/// If it listens on all interfaces without announcing an address, or announces one at which nobody can be reached.
pub fn reachable(axon: &AxonAddress) -> Result<()> {
    let Some(announce) = axon.announce else {
        if axon.listen.ip().is_unspecified() {
            bail!(
                "an axon that listens on all interfaces must announce the address at which others reach it: \
                 --announce ADDRESS:PORT"
            );
        }
        return Ok(());
    };
    // Port 0 stands for the port that it will listen on.
    if let Some(what) = Reach::Private.refuses_ip(announce.ip()) {
        bail!("{announce} is {what}, which nobody calls: announce the address at which others reach this machine");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axon(listen: &str, announce: Option<&str>) -> AxonAddress {
        AxonAddress {
            listen: listen.parse().unwrap(),
            announce: announce.map(|address| address.parse().unwrap()),
        }
    }

    #[test]
    fn axons_are_announced_where_they_can_be_found() {
        for (listen, announce) in [
            ("127.0.0.1:0", None),
            ("0.0.0.0:8091", Some("192.168.1.20:8091")),
            ("0.0.0.0:0", Some("8.8.8.8:0")),
        ] {
            assert!(reachable(&axon(listen, announce)).is_ok(), "{listen} {announce:?}");
        }
        for announce in [
            None,
            Some("0.0.0.0:8091"),
            Some("224.0.0.1:80"),
            Some("169.254.1.1:80"),
            Some("[ff02::1]:80"),
        ] {
            assert!(reachable(&axon("0.0.0.0:8091", announce)).is_err(), "{announce:?}");
        }
    }
}
