//! `tributary balance`: what an account has, and what it is worth. `tributary fund`: TAO of a development account.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{ArgGroup, Args};
use serde::Serialize;
use tributary_client::{
    AccountId32, Call, Client, Keypair, View, Wait, Wallet, account, address, delegate, market, parse_account,
};
use tributary_economy::UNIT;

use super::accounts;
use crate::{
    amount::{self, Amount},
    options::{Connection, Query, SIGNER},
    output::{self, say},
};

#[derive(Debug, Args)]
#[command(group(ArgGroup::new(SIGNER).args(["address", "key", "wallet"]).required(true).multiple(true)))]
pub struct Balance {
    /// The account: an address or a development name; without it the coldkey of --wallet or --key
    pub address: Option<String>,
    /// Show the account of this key: a development name (//Alice), a mnemonic or a 0x-seed. Visible to others in the process list: for development only
    #[arg(long, value_name = "SECRET", conflicts_with_all = ["address", "wallet"])]
    pub key: Option<String>,
    /// Show the account of this wallet's coldkey
    #[arg(long, value_name = "NAME", conflicts_with = "address")]
    pub wallet: Option<String>,
    /// Folder of the wallets [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "DIR", env = "BT_WALLET_PATH")]
    pub wallet_path: Option<PathBuf>,
    #[command(flatten)]
    pub query: Query,
}

#[derive(Debug, Args)]
pub struct Fund {
    /// The account to fund: an address or a development name
    pub to: String,
    /// TAO, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub connection: Connection,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Staked {
    netuid: u16,
    name: String,
    hotkey: String,
    alpha_rao: u64,
    price_rao: u64,
    worth_rao: u64,
}

#[derive(Serialize)]
struct Holdings {
    address: String,
    /// Whether the chain knows the account.
    exists: bool,
    free_rao: u64,
    reserved_rao: u64,
    stakes: Vec<Staked>,
    staked_worth_rao: u64,
    total_rao: u64,
}

async fn holdings(view: &View<'_>, who: &AccountId32) -> Result<Holdings> {
    let balance = account::balance(view, who).await?;
    let mut stakes = Vec::new();
    for stake in delegate::stakes(view, who).await? {
        let price_rao = market::price_rao(view, stake.netuid).await?;
        let worth = u128::from(stake.alpha.0) * u128::from(price_rao) / u128::from(UNIT);
        stakes.push(Staked {
            netuid: stake.netuid.0,
            name: market::subnet_name(view, stake.netuid).await?,
            hotkey: address(&stake.hotkey),
            alpha_rao: stake.alpha.0,
            price_rao,
            worth_rao: u64::try_from(worth).context("a stake is worth more TAO than there can be")?,
        });
    }
    let staked_worth_rao = stakes
        .iter()
        .fold(0, |sum: u64, stake| sum.saturating_add(stake.worth_rao));
    let own = balance.free.saturating_add(balance.reserved);
    Ok(Holdings {
        address: address(who),
        exists: account::exists(view, who).await?,
        free_rao: balance.free,
        reserved_rao: balance.reserved,
        stakes,
        staked_worth_rao,
        total_rao: own.saturating_add(staked_worth_rao),
    })
}

/// Shows what an account has.
///
/// # Errors
/// If the address is wrong, or no chain answers.
pub async fn balance(args: &Balance) -> Result<()> {
    let who = match (&args.address, &args.key, &args.wallet) {
        (Some(text), ..) => parse_account(text)?,
        (None, Some(secret), _) => Keypair::from_secret(secret)?.account(),
        (None, None, Some(name)) => Wallet::open(args.wallet_path.as_deref(), name)?.coldkey_account()?,
        (None, None, None) => bail!("name an address, or a wallet with --wallet"),
    };
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    let holdings = holdings(&view, &who).await?;
    if !holdings.exists {
        say!(
            "this chain does not know the account {}: it has received nothing yet. Check the spelling",
            holdings.address
        );
    }
    if args.query.json {
        return output::json(&holdings);
    }
    output::line(&format!("account   {}", holdings.address))?;
    output::line(&format!("free      {} TAO", Amount(holdings.free_rao)))?;
    output::line(&format!("on hold   {} TAO", Amount(holdings.reserved_rao)))?;
    output::line(&format!(
        "staked    worth {} TAO at current prices, before pool fees and slippage",
        Amount(holdings.staked_worth_rao)
    ))?;
    output::line(&format!("total     {} TAO", Amount(holdings.total_rao)))?;
    if holdings.stakes.is_empty() {
        return Ok(());
    }
    output::line("")?;
    let rows = holdings.stakes.iter().map(|stake| {
        vec![
            stake.netuid.to_string(),
            stake.name.clone(),
            stake.hotkey.clone(),
            Amount(stake.alpha_rao).to_string(),
            Amount(stake.price_rao).to_string(),
            Amount(stake.worth_rao).to_string(),
        ]
    });
    let head = [
        "netuid",
        "name",
        "hotkey",
        "stake (alpha)",
        "price (TAO/alpha)",
        "worth (TAO)",
    ];
    output::table(&head, rows.collect())
}

#[derive(Serialize)]
struct Funded {
    from: String,
    to: String,
    amount_rao: u64,
    fee_rao: u64,
    block: u32,
    balance_rao: u64,
}

/// Sends TAO from the development account that has most.
///
/// # Errors
/// If the chain has no development account with that much.
pub async fn fund(args: &Fund) -> Result<()> {
    let to = parse_account(&args.to)?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let call = Call::transfer(&to, args.amount.0);
    let view = client.at_best().await?;
    let mut known = accounts::funded(&view).await?;
    known.retain(|known| known.account != to);
    let richest = known.iter().max_by_key(|known| known.free_rao);
    let Some(richest) = richest else {
        bail!(
            "{} has no development account with TAO: only development chains do (`tributary chain`, `tributary up`)",
            client.endpoint()
        );
    };
    let fee = client.fee(&call, &richest.account).await?.0;
    let deposit = account::existential_deposit(&client).await?;
    let needed = args.amount.0.saturating_add(fee).saturating_add(deposit);
    if richest.free_rao < needed {
        bail!(
            "no development account of this chain has {} TAO; {} has the most, {} TAO",
            args.amount,
            richest.uri,
            Amount(richest.free_rao)
        );
    }
    client.dry_run(&call, &richest.account).await?;
    let included = client
        .submit(&call, &Keypair::from_secret(&richest.uri)?, Wait::InBlock)
        .await?;
    let now = account::balance(&client.at(included.block), &to).await?;
    if args.json {
        return output::json(&Funded {
            from: address(&richest.account),
            to: address(&to),
            amount_rao: args.amount.0,
            fee_rao: included.fee.0,
            block: included.block_number,
            balance_rao: now.free,
        });
    }
    say!("{} pays", richest.uri);
    output::line(&format!(
        "{} has {} TAO now, {} of it from {} ({})",
        address(&to),
        Amount(now.free),
        args.amount,
        richest.uri,
        address(&richest.account)
    ))
}
