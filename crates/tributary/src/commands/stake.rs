//! `tributary stake` and `unstake`

use anyhow::{Context as _, Result, bail};
use pallet_subtensor::Call;
use serde::Serialize;
use tributary_client::{
    AccountId32, Client, address, delegate,
    receipt::{self, Traded},
};
use tributary_economy::{Alpha, NetUid, Tao};
use tributary_runtime::{Runtime, RuntimeCall};

use crate::{
    amount::{Amount, AmountOrAll},
    args::{Stake, Unstake},
    output::say,
};

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    coldkey: String,
    hotkey: String,
    #[serde(flatten)]
    traded: Traded,
}

/// Whom to stake to.
async fn to_whom(args: &Stake, client: &Client, netuid: NetUid) -> Result<AccountId32> {
    let keys = &args.sending.keys;
    if keys.hotkey.is_some() {
        return keys.hotkey_account();
    }
    let view = client.at_best().await?;
    super::status::check_subnet(&view, netuid).await?;
    let chosen = delegate::choose(&view, netuid, keys.own_hotkey()?.as_ref()).await?;
    let (hotkey, why) = chosen.with_context(|| {
        format!("nobody is registered on subnet {netuid} whom you could stake to: name somebody with --hotkey")
    })?;
    say!("staking to {}, {why} (another: --hotkey)", address(&hotkey));
    Ok(hotkey)
}

/// From whom to take stake back.
async fn from_whom(args: &Unstake, client: &Client, netuid: NetUid) -> Result<AccountId32> {
    let keys = &args.sending.keys;
    if keys.hotkey.is_some() {
        return keys.hotkey_account();
    }
    let view = client.at_best().await?;
    super::status::check_subnet(&view, netuid).await?;
    let coldkey = keys.coldkey_account()?;
    let mut stakes = delegate::stakes(&view, &coldkey).await?;
    stakes.retain(|stake| stake.netuid == netuid);
    match stakes.as_slice() {
        [] => bail!("{} has no stake on subnet {netuid}", address(&coldkey)),
        [one] => {
            say!(
                "unstaking from {}, where your stake on subnet {netuid} is",
                address(&one.hotkey)
            );
            Ok(one.hotkey.clone())
        }
        several => {
            let list = several
                .iter()
                .map(|stake| format!("{} ({} alpha)", address(&stake.hotkey), Amount(stake.alpha.0)));
            let list: Vec<String> = list.collect();
            bail!(
                "{} has stake on subnet {netuid} with several hotkeys; name one with --hotkey: {}",
                address(&coldkey),
                list.join(", ")
            )
        }
    }
}

/// Buys alpha and stakes it.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn stake(args: &Stake) -> Result<()> {
    let (netuid, amount) = (NetUid(args.netuid), Tao(args.amount.0));
    let coldkey = args.sending.keys.coldkey_account()?;
    let client = args.sending.client().await?;
    let hotkey = to_whom(args, &client, netuid).await?;
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
    let traded = receipt::bought(&included, &coldkey, netuid);
    let Traded { tao_rao, alpha_rao, .. } = traded;
    let hotkey = address(&hotkey);
    let text = format!(
        "staked {} TAO on subnet {netuid} for {} alpha on {hotkey}",
        Amount(tao_rao),
        Amount(alpha_rao)
    );
    args.sending.report(
        &included,
        Effect {
            netuid: netuid.0,
            coldkey: address(&coldkey),
            hotkey,
            traded,
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
    let coldkey = args.sending.keys.coldkey_account()?;
    let client = args.sending.client().await?;
    let hotkey = from_whom(args, &client, netuid).await?;
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
    let traded = receipt::sold(&included, &coldkey, netuid);
    let Traded { tao_rao, alpha_rao, .. } = traded;
    if traded.is_nothing() {
        bail!(
            "block {} has the transaction, but nothing was sold",
            included.block_number
        );
    }
    let hotkey = address(&hotkey);
    let text = format!(
        "sold {} alpha of subnet {netuid} on {hotkey} for {} TAO",
        Amount(alpha_rao),
        Amount(tao_rao)
    );
    args.sending.report(
        &included,
        Effect {
            netuid: netuid.0,
            coldkey: address(&coldkey),
            hotkey,
            traded,
        },
        &text,
    )
}
