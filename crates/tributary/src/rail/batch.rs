//! Settlements in batches: how many fit into a transaction and a block, and what became of each.

use codec::Decode;
use scale_info::TypeInfo;
use tributary_client::{AccountId32, Call, Client, Event, Failure, Weight, calls::pact as calls_of, pact};
use tributary_economy::Tao;
use tributary_market_serve::rail::{Settled, Voucher};

/// Transactions under way at one time.
pub const IN_FLIGHT: usize = 4;
/// The part of the room for ordinary calls in a block that one transaction takes: `1 / PART`. All that are under way take
/// half of it, so that others get in.
const PART: u64 = 2 * IN_FLIGHT as u64;

/// The call that settles one voucher.
pub fn call(voucher: &Voucher) -> Call {
    calls_of::settle(voucher.channel, Tao(voucher.amount), voucher.signature)
}

/// The call that settles several. One that fails does not stop the others.
pub fn calls(vouchers: &[Voucher]) -> Call {
    match vouchers {
        [only] => call(only),
        several => Call::force_batch(several.iter().map(call).collect()),
    }
}

/// Settlements in one transaction, by the chain's limits of weight and length.
///
/// # Errors
/// If the chain does not answer, or does not say what its limits are.
pub async fn size(client: &Client) -> tributary_client::Result<usize> {
    let voucher = Voucher {
        channel: u64::MAX,
        amount: u64::MAX,
        signature: [0; 64],
    };
    let two = client.weight(&calls(&[voucher; 2])).await?;
    let three = client.weight(&calls(&[voucher; 3])).await?;
    // What one more adds.
    let weight = three.0.ref_time.saturating_sub(two.0.ref_time);
    let length = three.1.saturating_sub(two.1);
    let weights: Weights = client.constant("System", "BlockWeights").await?;
    let lengths: Lengths = client.constant("System", "BlockLength").await?;
    let normal = &weights.per_class.normal;
    let room = normal.max_total.unwrap_or(weights.max_block).ref_time / PART;
    let room = normal.max_extrinsic.map_or(room, |most| most.ref_time.min(room));
    let bytes = u64::from(lengths.max.normal) / PART;
    let most = (room / weight.max(1)).min(bytes / length.max(1)).max(1);
    Ok(usize::try_from(most).unwrap_or(1))
}

/// How much a block takes, as far as it is used.
#[derive(Decode, TypeInfo)]
struct Weights {
    max_block: Weight,
    per_class: PerClass<ClassWeights>,
}

/// Of ordinary calls.
#[derive(Decode, TypeInfo)]
struct ClassWeights {
    max_extrinsic: Option<Weight>,
    max_total: Option<Weight>,
}

/// How long a block may be, as far as it is used.
#[derive(Decode, TypeInfo)]
struct Lengths {
    max: PerClass<u32>,
}

/// What there is for each class of calls, as far as it is used.
#[derive(Decode, TypeInfo)]
struct PerClass<T> {
    normal: T,
}

/// What the events of a transaction tell of its vouchers, in their order: what was paid, or why not.
///
/// # Errors
/// If the chain tells it in a way that is unknown here.
pub fn outcomes(
    vouchers: &[Voucher],
    events: &[Event],
    block: u64,
) -> tributary_client::Result<Vec<Option<Result<Settled, Failure>>>> {
    let mut told = Vec::new();
    for event in events {
        told.push(match (event.pallet(), event.name()) {
            ("Utility", "ItemCompleted") => Step::Done,
            ("Utility", "ItemFailed") => match event.failure("error")? {
                Some(failure) => Step::Failed(failure),
                None => Step::Other,
            },
            ("Utility", _) => Step::Other,
            _ => match pact::Event::read(event)? {
                Some(pact::Event::Paid { amount, tribute, .. }) => Step::Paid(amount, tribute),
                _ => continue,
            },
        });
    }
    Ok(settled(vouchers.len(), told, block))
}

/// What an event means for a batch.
enum Step {
    /// A payment was made.
    Paid(Tao, Tao),
    /// The settlement at hand is done.
    Done,
    /// It failed.
    Failed(Failure),
    /// The batch says something else.
    Other,
}

/// What became of so many vouchers, by what was told.
fn settled(vouchers: usize, told: Vec<Step>, block: u64) -> Vec<Option<Result<Settled, Failure>>> {
    let nothing = Settled {
        block,
        ..Settled::default()
    };
    let mut outcomes = Vec::new();
    let mut now = nothing;
    for step in told {
        match step {
            Step::Paid(amount, tribute) => {
                now.amount = amount.0;
                now.tribute = tribute.0;
                continue;
            }
            Step::Done => outcomes.push(Some(Ok(now))),
            Step::Failed(failure) => outcomes.push(Some(Err(failure))),
            Step::Other => {}
        }
        now = nothing;
    }
    if vouchers == 1 {
        // Not a batch: it succeeded, or it would not be here.
        outcomes = vec![Some(Ok(now))];
    }
    outcomes.resize(vouchers, None);
    outcomes
}

/// The payment of a channel that was closed, and its number.
pub fn closed(event: &pact::Event) -> Option<(u64, u64)> {
    match event {
        pact::Event::ChannelClosed { channel, paid, .. } => Some((*channel, paid.0)),
        _ => None,
    }
}

/// An account of the runtime as markets name it.
pub fn account(id: AccountId32) -> tributary_market_serve::rail::Account {
    tributary_neuron::Hotkey(id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_batch_fits_beside_others() {
        use tributary_devnet::{
            Config, Devnet,
            rpc::{RpcConfig, serve},
        };
        let chain = Devnet::new(Config::default()).unwrap();
        let rpc = RpcConfig {
            port: 0,
            ..RpcConfig::default()
        };
        let server = serve(chain, rpc).await.unwrap();
        let client = Client::connect(&server.url()).await.unwrap();
        let size = size(&client).await.unwrap();
        assert!((100..5_000).contains(&size), "{size}");
        let voucher = Voucher {
            channel: 1,
            amount: 1,
            signature: [0; 64],
        };
        let (weight, _) = client.weight(&calls(&vec![voucher; size])).await.unwrap();
        let limits: Weights = client.constant("System", "BlockWeights").await.unwrap();
        let room = limits.per_class.normal.max_total.unwrap().ref_time;
        assert!(weight.ref_time * PART <= room + room / 20, "{weight:?}");
        server.stop().await;
    }

    #[test]
    fn vouchers_of_a_batch_are_told_apart() {
        let paid = |amount| Step::Paid(Tao(amount), Tao(amount / 10));
        let failure = Failure {
            name: "Pact.NoChannel".to_owned(),
            docs: "for a reason".to_owned(),
        };
        let told = vec![
            paid(100),
            Step::Done,
            Step::Failed(failure.clone()),
            // A subnet that is gone tells no payment.
            Step::Done,
            paid(50),
            Step::Done,
            Step::Other,
        ];
        let paid_out = |amount| {
            Some(Ok(Settled {
                amount,
                tribute: amount / 10,
                block: 7,
            }))
        };
        assert_eq!(
            settled(5, told, 7),
            [paid_out(100), Some(Err(failure)), paid_out(0), paid_out(50), None]
        );
        assert_eq!(settled(1, vec![paid(30)], 7), [paid_out(30)]);
    }
}
