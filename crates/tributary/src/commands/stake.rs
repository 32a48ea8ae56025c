//! `tributary stake` and `unstake`

use anyhow::{Result, bail};
use pallet_subtensor::{Call, Event};
use serde::Serialize;
use tributary_client::{Included, address};
use tributary_economy::{Alpha, NetUid, Tao};
use tributary_runtime::{Runtime, RuntimeCall, RuntimeEvent};

use crate::{
    amount::{Amount, AmountOrAll},
    args::{Stake, Unstake},
};

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    coldkey: String,
    hotkey: String,
    tao_rao: u64,
    alpha: u64,
}

/// TAO and alpha that changed hands.
fn traded(included: &Included) -> (u64, u64) {
    let found = included.events.iter().find_map(|event| match event {
        RuntimeEvent::SubtensorModule(
            Event::StakeAdded(_, _, tao, alpha, ..) | Event::StakeRemoved(_, _, tao, alpha, ..),
        ) => Some((tao.0, alpha.0)),
        _ => None,
    });
    found.unwrap_or_default()
}

/// Buys alpha and stakes it.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn stake(args: &Stake) -> Result<()> {
    let (netuid, amount) = (NetUid(args.netuid), Tao(args.amount.0));
    let hotkey = args.sending.keys.hotkey_account()?;
    let client = args.sending.client().await?;
    let call = match args.limit {
        None => Call::<Runtime>::add_stake {
            hotkey: hotkey.clone(),
            netuid,
            amount_staked: amount,
        },
        Some(limit) => Call::<Runtime>::add_stake_limit {
            hotkey: hotkey.clone(),
            netuid,
            amount_staked: amount,
            limit_price: Tao(limit.0),
            allow_partial: false,
        },
    };
    let Some(included) = args.sending.send(&client, RuntimeCall::SubtensorModule(call)).await? else {
        return Ok(());
    };
    let (tao_rao, alpha) = traded(&included);
    let hotkey = address(&hotkey);
    let text = format!(
        "staked {} TAO on subnet {netuid} for {} alpha on {hotkey}",
        Amount(tao_rao),
        Amount(alpha)
    );
    let coldkey = address(&args.sending.keys.coldkey_account()?);
    args.sending.report(
        &included,
        Effect {
            netuid: netuid.0,
            coldkey,
            hotkey,
            tao_rao,
            alpha,
        },
        &text,
    )
}

/// Sells staked alpha.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn unstake(args: &Unstake) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let hotkey = args.sending.keys.hotkey_account()?;
    let client = args.sending.client().await?;
    let limit_price = args.limit.map(|limit| Tao(limit.0));
    let call = match (args.amount, limit_price) {
        (AmountOrAll::All, limit_price) => Call::<Runtime>::remove_stake_full_limit {
            hotkey: hotkey.clone(),
            netuid,
            limit_price,
        },
        (AmountOrAll::Exactly(amount), None) => Call::<Runtime>::remove_stake {
            hotkey: hotkey.clone(),
            netuid,
            amount_unstaked: Alpha(amount.0),
        },
        (AmountOrAll::Exactly(amount), Some(limit_price)) => Call::<Runtime>::remove_stake_limit {
            hotkey: hotkey.clone(),
            netuid,
            amount_unstaked: Alpha(amount.0),
            limit_price,
            allow_partial: false,
        },
    };
    let Some(included) = args.sending.send(&client, RuntimeCall::SubtensorModule(call)).await? else {
        return Ok(());
    };
    let (tao_rao, alpha) = traded(&included);
    if tao_rao == 0 && alpha == 0 {
        bail!(
            "block {} has the transaction, but nothing was sold",
            included.block_number
        );
    }
    let hotkey = address(&hotkey);
    let text = format!(
        "sold {} alpha of subnet {netuid} on {hotkey} for {} TAO",
        Amount(alpha),
        Amount(tao_rao)
    );
    let coldkey = address(&args.sending.keys.coldkey_account()?);
    args.sending.report(
        &included,
        Effect {
            netuid: netuid.0,
            coldkey,
            hotkey,
            tao_rao,
            alpha,
        },
        &text,
    )
}
