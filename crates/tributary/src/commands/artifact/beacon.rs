//! `tributary beacon`: a randomness beacon of one's own, which opens sealed files.

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, market};
use tributary_neuron::{beacon::Clock, serve_beacon};
use tributary_timelock::Signer;

use super::args::ServeBeacon;
use crate::{
    output::{self, say},
    stop,
};

/// Serves a beacon that follows a chain's clock, until stopped.
///
/// # Errors
/// If no chain answers, or the address is taken.
pub async fn beacon(args: &ServeBeacon) -> Result<()> {
    let mut stop = stop::signals()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let signer = Signer::from_phrase(&args.phrase)?;
    let hash = hex::encode(signer.beacon().hash());
    let cancel = CancellationToken::new();
    let clock = Clock::default();
    clock.set_ms(market::now_ms(&client.at_best().await?).await?);
    let (address, serving) = serve_beacon(signer, clock.clone(), args.listen, cancel.clone()).await?;
    output::announce(&format!("beacon {hash} on http://{address}"))?;
    say!("the beacon's key is derived from a phrase: anyone who knows the phrase can open sealed files early");
    let mut heads = client.follow().await?;
    loop {
        tokio::select! {
            () = stop.wait() => break,
            head = heads.next() => {
                head?;
                clock.set_ms(market::now_ms(&client.at_best().await?).await?);
            }
        }
    }
    cancel.cancel();
    Ok(serving.await?)
}
