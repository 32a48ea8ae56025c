//! The accounts of development, whose secrets everybody knows.

use anyhow::Result;
use tributary_client::{AccountId32, Client, Keypair, View, account, address};

use crate::{amount::Amount, output::say};

/// Their names, as all tools of the field have them.
const NAMES: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// A development account that has TAO.
pub struct Funded {
    /// The secret: a derivation of the development phrase.
    pub uri: String,
    /// The account.
    pub account: AccountId32,
    /// What it has, in rao.
    pub free_rao: u64,
}

/// Those of a chain that have TAO.
///
/// # Errors
/// If the chain does not answer.
pub async fn funded(view: &View<'_>) -> Result<Vec<Funded>> {
    let mut funded = Vec::new();
    for name in NAMES {
        let account = Keypair::dev(name)?.account();
        let free_rao = account::balance(view, &account).await?.free;
        if free_rao > 0 {
            let uri = format!("//{name}");
            funded.push(Funded { uri, account, free_rao });
        }
    }
    Ok(funded)
}

/// Tells people which accounts of a chain that has just started they can use.
///
/// # Errors
/// If the chain does not answer.
pub async fn announce(endpoint: &str) -> Result<()> {
    let client = Client::connect(endpoint).await?;
    let funded = funded(&client.at_best().await?).await?;
    if funded.is_empty() {
        return Ok(());
    }
    say!("accounts with TAO (everybody knows their secrets; use them with --key):");
    for Funded { uri, account, free_rao } in &funded {
        say!(
            "  {uri:<10} {}  {:>20} TAO",
            address(account),
            Amount(*free_rao).to_string()
        );
    }
    say!("to fund any other account: tributary fund ADDRESS 1000");
    Ok(())
}
