//! Settlements in batches: how many fit into a transaction and a block, and what became of each.

use frame_support::dispatch::{DispatchClass, GetDispatchInfo as _};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::DispatchError;
use tributary_client::AccountId32;
use tributary_economy::Tao;
use tributary_market_serve::rail::{Settled, Voucher};
use tributary_runtime::{Runtime, RuntimeCall, RuntimeEvent};

/// Transactions under way at one time.
pub const IN_FLIGHT: usize = 4;
/// The part of the room for ordinary calls in a block that one transaction takes: `1 / PART`. All that are under way take
/// half of it, so that others get in.
const PART: u64 = 2 * IN_FLIGHT as u64;

/// The call that settles one voucher.
pub fn call(voucher: &Voucher) -> RuntimeCall {
    RuntimeCall::Pact(pallet_pact::Call::settle {
        channel: voucher.channel,
        amount: Tao(voucher.amount),
        signature: voucher.signature,
    })
}

/// The call that settles several. One that fails does not stop the others.
pub fn calls(vouchers: &[Voucher]) -> RuntimeCall {
    match vouchers {
        [only] => call(only),
        several => RuntimeCall::Utility(pallet_utility::Call::force_batch {
            calls: several.iter().map(call).collect(),
        }),
    }
}

/// Settlements in one transaction, by the chain's limits of weight and length.
pub fn size() -> usize {
    let voucher = Voucher {
        channel: u64::MAX,
        amount: u64::MAX,
        signature: [0; 64],
    };
    let weight = |count: usize| calls(&vec![voucher; count]).get_dispatch_info().call_weight.ref_time();
    let length = |count: usize| codec::Encode::encoded_size(&calls(&vec![voucher; count])) as u64;
    // What one more adds.
    let (weight, length) = (weight(3) - weight(2), length(3) - length(2));
    let limits: BlockWeights = <Runtime as frame_system::Config>::BlockWeights::get();
    let normal = limits.get(DispatchClass::Normal);
    let room = normal.max_total.unwrap_or(limits.max_block).ref_time() / PART;
    let room = normal.max_extrinsic.map_or(room, |most| most.ref_time().min(room));
    let lengths: BlockLength = <Runtime as frame_system::Config>::BlockLength::get();
    let bytes = u64::from(*lengths.max.get(DispatchClass::Normal)) / PART;
    let most = (room / weight.max(1)).min(bytes / length.max(1)).max(1);
    usize::try_from(most).unwrap_or(1)
}

/// What the events of a transaction tell of its vouchers, in their order: what was paid, or why not.
pub fn outcomes(
    vouchers: &[Voucher],
    events: &[RuntimeEvent],
    block: u64,
) -> Vec<Option<Result<Settled, DispatchError>>> {
    let mut outcomes = Vec::new();
    let mut now = Settled {
        block,
        ..Settled::default()
    };
    for event in events {
        match event {
            RuntimeEvent::Pact(pallet_pact::Event::Paid { amount, tribute, .. }) => {
                now.amount = amount.0;
                now.tribute = tribute.0;
            }
            RuntimeEvent::Utility(pallet_utility::Event::ItemCompleted) => outcomes.push(Some(Ok(now))),
            RuntimeEvent::Utility(pallet_utility::Event::ItemFailed { error }) => outcomes.push(Some(Err(*error))),
            _ => continue,
        }
        if matches!(event, RuntimeEvent::Utility(_)) {
            now = Settled {
                block,
                ..Settled::default()
            };
        }
    }
    if let [_] = vouchers {
        // Not a batch: it succeeded, or it would not be here.
        outcomes = vec![Some(Ok(now))];
    }
    outcomes.resize(vouchers.len(), None);
    outcomes
}

/// The payment of a channel that was closed, and its number.
pub fn closed(event: &pallet_pact::Event<Runtime>) -> Option<(u64, u64)> {
    match event {
        pallet_pact::Event::ChannelClosed { channel, paid, .. } => Some((*channel, paid.0)),
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

    fn voucher(channel: u64) -> Voucher {
        Voucher {
            channel,
            amount: 1,
            signature: [0; 64],
        }
    }

    fn paid(amount: u64) -> RuntimeEvent {
        let account = AccountId32::new([1; 32]);
        RuntimeEvent::Pact(pallet_pact::Event::Paid {
            payer: account.clone(),
            payee: account,
            netuid: tributary_economy::NetUid(4),
            amount: Tao(amount),
            tribute: Tao(amount / 10),
            receipt: [0; 32],
        })
    }

    #[test]
    fn a_batch_fits_beside_others_and_is_told_apart() {
        let size = size();
        assert!((100..5_000).contains(&size), "{size}");
        let weight = calls(&vec![voucher(1); size]).get_dispatch_info().call_weight;
        let limits: BlockWeights = <Runtime as frame_system::Config>::BlockWeights::get();
        let room = limits.get(DispatchClass::Normal).max_total.unwrap();
        assert!(
            weight.ref_time() * PART <= room.ref_time() + room.ref_time() / 20,
            "{weight:?}"
        );

        let error = DispatchError::Other("for a reason");
        let done = || RuntimeEvent::Utility(pallet_utility::Event::ItemCompleted);
        let events = [
            paid(100),
            done(),
            RuntimeEvent::Utility(pallet_utility::Event::ItemFailed { error }),
            // A subnet that is gone tells no payment.
            done(),
            paid(50),
            done(),
            RuntimeEvent::Utility(pallet_utility::Event::BatchCompletedWithErrors),
        ];
        let settled = |amount| {
            Some(Ok(Settled {
                amount,
                tribute: amount / 10,
                block: 7,
            }))
        };
        let vouchers: Vec<Voucher> = (1..=5).map(voucher).collect();
        assert_eq!(
            outcomes(&vouchers, &events, 7),
            [settled(100), Some(Err(error)), settled(0), settled(50), None]
        );
        assert_eq!(outcomes(&vouchers[..1], &[paid(30)], 7), [settled(30)]);
    }
}
