//! What all commands that send a transaction share: what it takes and gives, told before; whether the signer has it;
//! the receipt.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use tributary_client::{AccountId32, Call, Client, Included, Keypair, View, Wait, account, address};
use tributary_economy::UNIT;

use super::accounts;

use crate::{
    amount::Amount,
    options::{Connection, Keys},
    output::{self, say},
};

/// How a transaction is sent.
#[derive(Debug, Args)]
pub struct Sending {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Check that the transaction would succeed and show what it costs and brings; send nothing
    #[arg(long)]
    pub preview: bool,
    /// Wait until the block is finalized
    #[arg(long)]
    pub finalized: bool,
    /// Seconds to wait for a block; a transaction that was sent may still be included later
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A transaction that was included, for programs.
#[derive(Serialize)]
pub struct Receipt<T: Serialize> {
    transaction: String,
    block: u32,
    block_hash: String,
    index: u32,
    fee_rao: u64,
    #[serde(flatten)]
    effect: T,
}

/// What a transaction would cost, for programs.
#[derive(Serialize)]
struct Preview {
    call: String,
    account: String,
    balance_rao: u64,
    fee_rao: u64,
    spends_rao: u64,
    balance_after_rao: u64,
    #[serde(flatten)]
    figures: Map<String, Value>,
}

/// What a call takes from its signer and what it gives, beside the fee.
#[derive(Debug, Default)]
pub struct Deal {
    /// TAO that leaves the balance, and what for.
    takes: Vec<(&'static str, u64)>,
    /// TAO that comes into the balance.
    gives: u64,
    /// More lines for people: what, and how much.
    lines: Vec<(&'static str, String)>,
    /// The same for programs.
    figures: Map<String, Value>,
}

impl Deal {
    /// Takes TAO for something.
    pub fn takes(mut self, what: &'static str, rao: u64) -> Self {
        self.takes.push((what, rao));
        self
    }

    /// Gives TAO.
    pub fn gives(mut self, rao: u64) -> Self {
        self.gives = rao;
        self
    }

    /// Has one more thing to tell people.
    pub fn line(mut self, what: &'static str, text: impl Into<String>) -> Self {
        self.lines.push((what, text.into()));
        self
    }

    /// Has figures for programs.
    pub fn figures(mut self, figures: &impl Serialize) -> Self {
        if let Ok(Value::Object(figures)) = serde_json::to_value(figures) {
            self.figures.extend(figures);
        }
        self
    }

    fn taken(&self) -> u64 {
        self.takes.iter().fold(0, |sum: u64, (_, rao)| sum.saturating_add(*rao))
    }
}

/// Which of the keys signs and pays.
#[derive(Clone, Copy, Debug)]
enum Signer {
    Coldkey,
    Hotkey,
}

/// Longest wait for a block without a word.
const QUIET: Duration = Duration::from_secs(8);

/// Why a chain makes no block, as far as that is known, and what to do about it.
async fn way_on(client: &Client) -> String {
    let endpoint = client.endpoint().replacen("ws", "http", 1);
    if client.makes_blocks_on_demand().await {
        return format!(
            "this chain makes blocks only on demand: curl -H 'content-type: application/json' -d \
             '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"dev_advance\",\"params\":[1]}}' {endpoint}"
        );
    }
    let height = async { client.header(client.best().await?).await };
    match height.await {
        Ok(header) => format!("the chain is at block {}", header.number),
        Err(_) => format!("{} does not answer", client.endpoint()),
    }
}

impl Sending {
    /// Looks at the key that will sign, as far as that takes no password, and connects.
    ///
    /// # Errors
    /// If there is no such key, or no chain answers.
    pub async fn client(&self) -> Result<Client> {
        self.keys.coldkey_account()?;
        Ok(Client::connect(&self.connection.endpoint).await?)
    }

    /// As [`Self::send_deal`], of a call that takes nothing but its fee.
    ///
    /// # Errors
    /// As [`Self::send_deal`].
    pub async fn send(&self, client: &Client, call: Call) -> Result<Option<Included>> {
        self.send_deal(client, call, Deal::default()).await
    }

    /// Makes sure that the account has what it takes and that the call would succeed. Then shows what it costs, or
    /// signs, sends and waits. `None` after a mere preview.
    ///
    /// # Errors
    /// If there is no key, the account does not have what it takes, or the call would fail or fails.
    pub async fn send_deal(&self, client: &Client, call: Call, deal: Deal) -> Result<Option<Included>> {
        self.send_signed(client, call, deal, Signer::Coldkey).await
    }

    /// As [`Self::send`], signed and paid by the hotkey.
    ///
    /// # Errors
    /// As [`Self::send_deal`].
    pub async fn send_by_hotkey(&self, client: &Client, call: Call) -> Result<Option<Included>> {
        self.send_signed(client, call, Deal::default(), Signer::Hotkey).await
    }

    async fn send_signed(&self, client: &Client, call: Call, deal: Deal, signer: Signer) -> Result<Option<Included>> {
        let name = call.to_string();
        let payer = match signer {
            Signer::Coldkey => self.keys.coldkey_account()?,
            Signer::Hotkey => self.keys.hotkey_account()?,
        };
        let fee = client.fee(&call, &payer).await?.0;
        let view = client.at_best().await?;
        let balance = account::balance(&view, &payer).await?;
        let deposit = account::existential_deposit(client).await?;
        if let Some(lack) = lack(balance, fee, deposit, &deal) {
            bail!("{} {}", address(&payer), lack.told(&view, &payer).await?);
        }
        client.dry_run(&call, &payer).await?;
        if self.preview {
            self.show(&name, &address(&payer), balance.free, fee, &deal)?;
            return Ok(None);
        }
        // A sealed key takes its password and some seconds: first it is said for what.
        let costs: Vec<String> = deal
            .takes
            .iter()
            .map(|(what, rao)| format!("{} TAO {what}, ", Amount(*rao)))
            .collect();
        say!(
            "{name}: {} pays {}fee {} TAO",
            address(&payer),
            costs.concat(),
            Amount(fee)
        );
        let signer = match signer {
            Signer::Coldkey => self.keys.coldkey()?,
            Signer::Hotkey => self.keys.hotkey()?,
        };
        Ok(Some(self.submit(client, &call, &signer).await?))
    }

    /// Signs, sends, and waits for a block, but not for ever; says what it waits for.
    ///
    /// # Errors
    /// If the chain refuses, or no block has it in time.
    async fn submit(&self, client: &Client, call: &Call, signer: &Keypair) -> Result<Included> {
        let wait = if self.finalized { Wait::Finalized } else { Wait::InBlock };
        let patience = Duration::from_secs(self.wait);
        let sent = client.submit(call, signer, wait);
        tokio::pin!(sent);
        let quiet = QUIET.min(patience);
        if let Ok(done) = tokio::time::timeout(quiet, &mut sent).await {
            return Ok(done?);
        }
        let way_on = way_on(client).await;
        if patience > quiet {
            say!("sent, but in no block yet; waiting up to {} s: {way_on}", self.wait);
            if let Ok(done) = tokio::time::timeout(patience - quiet, &mut sent).await {
                return Ok(done?);
            }
        }
        bail!(
            "{call} was sent, but is in no block after {} s: {way_on}. It may still be included: check before you send it \
             again, or wait longer with --wait",
            self.wait
        )
    }

    fn show(&self, name: &str, payer: &str, balance: u64, fee: u64, deal: &Deal) -> Result<()> {
        let spends = deal.taken().saturating_add(fee);
        let after = balance.saturating_sub(spends).saturating_add(deal.gives);
        if self.json {
            return output::json(&Preview {
                call: name.to_owned(),
                account: payer.to_owned(),
                balance_rao: balance,
                fee_rao: fee,
                spends_rao: spends,
                balance_after_rao: after,
                figures: deal.figures.clone(),
            });
        }
        let line = |what: &str, text: &str| output::line(&format!("{what:<14} {text}"));
        line("call", name)?;
        line("account", &format!("{payer}, which has {} TAO", Amount(balance)))?;
        for (what, rao) in &deal.takes {
            line(what, &format!("{} TAO", Amount(*rao)))?;
        }
        for (what, text) in &deal.lines {
            line(what, text)?;
        }
        line("fee", &format!("{} TAO", Amount(fee)))?;
        line("left", &format!("{} TAO", Amount(after)))?;
        say!("this is a preview: nothing was sent");
        Ok(())
    }

    /// Reports a transaction: `effect` for programs, `text` for people.
    ///
    /// # Errors
    /// If stdout cannot be written to.
    pub fn report(&self, included: &Included, effect: impl Serialize, text: &str) -> Result<()> {
        if !self.json {
            let (block, index) = (included.block_number, included.index);
            return output::line(&format!(
                "{text} (transaction {block}-{index}, fee {} TAO)",
                Amount(included.fee.0)
            ));
        }
        output::json(&Receipt {
            transaction: format!("{:?}", included.hash),
            block: included.block_number,
            block_hash: format!("{:?}", included.block),
            index: included.index,
            fee_rao: included.fee.0,
            effect,
        })
    }
}

/// What an account has not.
struct Lack {
    text: String,
    missing: u64,
}

/// What the account cannot pay, with the amounts: the chain would only say that something is too low. Nothing if it can.
fn lack(balance: account::Balance, fee: u64, deposit: u64, deal: &Deal) -> Option<Lack> {
    // A call that takes nothing may pay its fee of something else than TAO.
    if deal.takes.is_empty() {
        return None;
    }
    let needed = u128::from(deal.taken()) + u128::from(fee) + u128::from(deposit);
    let has = balance.spendable();
    if needed <= u128::from(has) {
        return None;
    }
    let missing = u64::try_from(needed - u128::from(has)).unwrap_or(u64::MAX);
    let parts = deal
        .takes
        .iter()
        .map(|(what, rao)| format!("{} {what}", Amount(*rao)))
        .chain([
            format!("{} fee", Amount(fee)),
            format!("{} that must stay in the account", Amount(deposit)),
        ]);
    let parts: Vec<String> = parts.collect();
    Some(Lack {
        text: format!(
            "has {} TAO to spend, and this takes {}: {} TAO is missing",
            Amount(has),
            parts.join(" + "),
            Amount(missing)
        ),
        missing,
    })
}

impl Lack {
    /// With what to do: a development account gives what it has.
    ///
    /// # Errors
    /// If the chain does not answer.
    async fn told(&self, view: &View<'_>, payer: &AccountId32) -> Result<String> {
        let whole = self.missing.div_ceil(UNIT);
        let mut rich = accounts::funded(view).await?;
        rich.retain(|known| known.account != *payer && known.free_rao / UNIT > whole);
        let fund = match rich.is_empty() {
            true => String::new(),
            false => format!(" (`tributary fund {} {whole}`)", address(payer)),
        };
        Ok(format!("{}. Use less, or fund the account{fund}", self.text))
    }
}
