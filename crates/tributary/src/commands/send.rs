//! What all commands that send a transaction share.

use anyhow::Result;
use serde::Serialize;
use tributary_client::{Client, Included, Wait};
use tributary_runtime::RuntimeCall;

use crate::{
    amount::Amount,
    args::Sending,
    output::{self, say},
};

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
    fee_rao: u64,
}

impl Sending {
    /// Connects.
    ///
    /// # Errors
    /// If no chain answers.
    pub async fn client(&self) -> Result<Client> {
        Ok(Client::connect(&self.connection.endpoint).await?)
    }

    /// Shows the fee; then, unless that was all, signs, sends and waits. `None` after a mere preview.
    ///
    /// # Errors
    /// If there is no key, or the chain refuses.
    pub async fn send(&self, client: &Client, call: RuntimeCall) -> Result<Option<Included>> {
        let name = tributary_client::call_name(&call);
        let fee = client.fee(&call, &self.keys.coldkey_account()?).await?;
        if self.preview {
            match self.json {
                true => output::json(&Preview {
                    call: name,
                    fee_rao: fee.0,
                })?,
                false => output::line(&format!("{name} would cost a fee of {} TAO", Amount(fee.0)))?,
            }
            return Ok(None);
        }
        say!("{name}: fee {} TAO", Amount(fee.0));
        let signer = self.keys.coldkey()?;
        let wait = if self.finalized { Wait::Finalized } else { Wait::InBlock };
        Ok(Some(client.submit(&call, &signer, wait).await?))
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
