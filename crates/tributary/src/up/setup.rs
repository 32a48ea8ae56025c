//! Building the market through the chain's public interface, or finding it built. Every step looks first at what is
//! there, so that a market whose construction was interrupted is completed by the next start.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use futures::future::{join_all, try_join_all};
use tributary_client::{
    AccountId32, Call, Client, Included, Keypair, Wait,
    calls::{self, admin, subtensor},
    items,
    market::{self, Identity},
    pact,
};
use tributary_economy::{Alpha, NetUid, Tao, UNIT, fixed::I96F32};

use super::{
    customer::CUSTOMER,
    plan::{Member, Plan, VALIDATORS},
    stakers::{FUNDS_TAO, Staker},
    steps::Step,
};

const OWNER_TAO: u64 = 5_000;
const MINER_TAO: u64 = 100;
const CUSTOMER_TAO: u64 = 1_000;
const VALIDATOR_TAO: u64 = 10_100;
/// What each validator stakes on root. Root stake counts on every subnet, and lets emission enter the pools on both
/// sides, so that prices move by trade alone.
const ROOT_STAKE_TAO: u64 = 10_000;

/// How quickly the average price follows: at most a fifth of the way in a block, half as quickly 4 blocks after the
/// start. The public network's values need weeks.
const MOVING_ALPHA: I96F32 = I96F32::from_bits((1 << 32) / 5);
const MOVING_HALVING_BLOCKS: u64 = 4;
/// Registrations that one subnet takes in one block: all neurons of a plan at once.
const REGISTRATIONS_PER_BLOCK: u16 = 16;
/// Blocks between two weights of one validator, and between two announcements of one axon.
const RATE_LIMIT_BLOCKS: u64 = 1;

/// Builds what is missing and returns the subnets' numbers in the order of the plan. `reach` is told what is
/// being done, and nothing of what was done before.
///
/// # Errors
/// If the chain refuses a step.
pub async fn prepare(client: &Client, plan: &Plan, reach: impl Fn(Step)) -> Result<Vec<NetUid>> {
    let alice = Keypair::dev("Alice")?;
    fund(client, plan, &alice, &reach).await?;
    let netuids = subnets(client, plan, &reach).await?;
    start(client, &netuids, &alice, &reach).await?;
    neurons(client, plan, &netuids, &reach).await?;
    stake(client, &netuids, &reach).await?;
    sign(client, plan, &netuids, &reach).await?;
    Ok(netuids)
}

async fn submit(client: &Client, call: Call, signer: &Keypair) -> Result<Included> {
    Ok(client.submit(&call, signer, Wait::InBlock).await?)
}

async fn fund(client: &Client, plan: &Plan, alice: &Keypair, reach: &impl Fn(Step)) -> Result<()> {
    let mut wanted: Vec<(AccountId32, u64)> = Vec::new();
    for (index, seat) in plan.seats().iter().enumerate() {
        wanted.push((Member::owner(index)?.coldkey.account(), OWNER_TAO));
        for number in 0..VALIDATORS {
            wanted.push((Member::validator(index, number)?.coldkey.account(), VALIDATOR_TAO));
        }
        for number in 0..seat.miners {
            wanted.push((Member::miner(index, number)?.coldkey.account(), MINER_TAO));
        }
    }
    for staker in Staker::ALL {
        wanted.push((Member::named(staker.name())?.coldkey.account(), FUNDS_TAO));
    }
    wanted.push((Member::named(CUSTOMER)?.coldkey.account(), CUSTOMER_TAO));
    // Transactions of hotkeys are free, but an account must exist to send any.
    let hotkeys: Vec<AccountId32> = members(plan)?
        .into_iter()
        .map(|(_, member)| member.hotkey.account())
        .collect();
    wanted.extend(hotkeys.into_iter().map(|hotkey| (hotkey, 1)));

    let view = client.at_best().await?;
    let existing = view.entries(&items::ACCOUNT).await?;
    let existing: BTreeSet<AccountId32> = existing.into_iter().map(|(account, _)| account).collect();
    let calls: Vec<Call> = wanted
        .into_iter()
        .filter(|(account, _)| !existing.contains(account))
        .map(|(account, tao)| Call::transfer(&account, tao * UNIT))
        .collect();
    if !calls.is_empty() {
        reach(Step::Fund);
        submit(client, Call::batch_all(calls), alice).await?;
    }
    Ok(())
}

/// Everybody who works on a subnet, with the subnet's place in the plan.
fn members(plan: &Plan) -> Result<Vec<(usize, Member)>> {
    let mut members = Vec::new();
    for (index, seat) in plan.seats().iter().enumerate() {
        for number in 0..VALIDATORS {
            members.push((index, Member::validator(index, number)?));
        }
        for number in 0..seat.miners {
            members.push((index, Member::miner(index, number)?));
        }
    }
    Ok(members)
}

async fn subnets(client: &Client, plan: &Plan, reach: &impl Fn(Step)) -> Result<Vec<NetUid>> {
    let seats = plan.seats();
    for (index, seat) in seats.iter().enumerate() {
        let owner = Member::owner(index)?;
        if find(client, &owner.hotkey.account()).await?.is_some() {
            continue;
        }
        reach(Step::Subnets);
        let identity = Identity {
            subnet_name: seat.name.clone().into_bytes(),
            description: seat.description.into(),
            ..Identity::default()
        };
        let call = subtensor::register_network_with_identity(owner.hotkey.account(), Some(identity));
        submit(client, call, &owner.coldkey).await?;
    }
    let mut netuids = Vec::new();
    for index in 0..seats.len() {
        let owner = Member::owner(index)?;
        netuids.push(
            find(client, &owner.hotkey.account())
                .await?
                .context("a subnet vanished as it was registered")?,
        );
    }
    Ok(netuids)
}

/// The subnet of an owner's hotkey.
async fn find(client: &Client, hotkey: &AccountId32) -> Result<Option<NetUid>> {
    let view = client.at_best().await?;
    let owners = view.entries(&items::SUBNET_OWNER_HOTKEY).await?;
    let netuids = market::netuids(&view).await?;
    Ok(owners
        .into_iter()
        .find(|(netuid, owner)| owner == hotkey && netuids.contains(netuid))
        .map(|(netuid, _)| netuid))
}

async fn start(client: &Client, netuids: &[NetUid], alice: &Keypair, reach: &impl Fn(Step)) -> Result<()> {
    let view = client.at_best().await?;
    let mut waiting = Vec::new();
    for (index, netuid) in netuids.iter().enumerate() {
        if view.find(&items::FIRST_EMISSION_BLOCK, (*netuid,)).await?.is_none() {
            waiting.push((index, *netuid));
        }
    }
    if waiting.is_empty() {
        return Ok(());
    }
    reach(Step::Emission);
    let mut calls = vec![admin::sudo_set_subnet_moving_alpha(MOVING_ALPHA)];
    for (_, netuid) in &waiting {
        let netuid = *netuid;
        calls.extend([
            admin::sudo_set_ema_price_halving_period(netuid, MOVING_HALVING_BLOCKS),
            admin::sudo_set_subnet_emission_enabled(netuid, true),
            admin::sudo_set_max_registrations_per_block(netuid, REGISTRATIONS_PER_BLOCK),
            admin::sudo_set_target_registrations_per_interval(netuid, REGISTRATIONS_PER_BLOCK),
            admin::sudo_set_weights_set_rate_limit(netuid, RATE_LIMIT_BLOCKS),
            admin::sudo_set_serving_rate_limit(netuid, RATE_LIMIT_BLOCKS),
            admin::sudo_set_commit_reveal_weights_enabled(netuid, false),
        ]);
    }
    let calls = calls.into_iter().map(Call::sudo).collect();
    submit(client, Call::batch_all(calls), alice).await?;
    try_join_all(waiting.into_iter().map(|(index, netuid)| async move {
        let owner = Member::owner(index)?;
        submit(client, subtensor::start_call(netuid), &owner.coldkey).await
    }))
    .await?;
    Ok(())
}

async fn neurons(client: &Client, plan: &Plan, netuids: &[NetUid], reach: &impl Fn(Step)) -> Result<()> {
    let view = client.at_best().await?;
    let mut missing = Vec::new();
    for (index, member) in members(plan)? {
        let Some(netuid) = netuids.get(index).copied() else {
            bail!("the plan has more subnets than the chain")
        };
        if view
            .find(&items::UIDS, (netuid, member.hotkey.account()))
            .await?
            .is_none()
        {
            missing.push((netuid, member));
        }
    }
    if !missing.is_empty() {
        reach(Step::Neurons);
    }
    let first = missing.len() == members(plan)?.len();
    let registered = join_all(missing.into_iter().map(|(netuid, member)| async move {
        let call = subtensor::burned_register(netuid, member.hotkey.account());
        submit(client, call, &member.coldkey).await
    }));
    for error in registered.await.into_iter().filter_map(Result::err) {
        // A market that goes on does so without those who lost their place to strangers and do not get it back.
        if first {
            return Err(error);
        }
        let error = crate::output::reasons(&error);
        tracing::warn!(error, "somebody of the market's own cast cannot be registered again");
    }
    Ok(())
}

async fn stake(client: &Client, netuids: &[NetUid], reach: &impl Fn(Step)) -> Result<()> {
    let view = client.at_best().await?;
    let mut missing = Vec::new();
    for index in 0..netuids.len() {
        for number in 0..VALIDATORS {
            let member = Member::validator(index, number)?;
            let account = member.hotkey.account();
            let staked: Alpha = view
                .get(&items::TOTAL_HOTKEY_ALPHA, (account.clone(), NetUid::ROOT))
                .await?;
            if staked.is_zero() {
                missing.push(member);
            }
        }
    }
    if !missing.is_empty() {
        reach(Step::Stake);
    }
    try_join_all(missing.into_iter().map(|member| async move {
        let call = subtensor::add_stake(member.hotkey.account(), NetUid::ROOT, Tao(ROOT_STAKE_TAO * UNIT));
        submit(client, call, &member.coldkey).await
    }))
    .await?;
    Ok(())
}

/// The owners sign what the plan says, where there is no pact yet.
async fn sign(client: &Client, plan: &Plan, netuids: &[NetUid], reach: &impl Fn(Step)) -> Result<()> {
    let trained = plan.subnets.iter().map(|subnet| subnet.terms);
    let view = client.at_best().await?;
    for (index, (terms, netuid)) in trained.chain([Some(plan.service.terms)]).zip(netuids).enumerate() {
        let Some(terms) = terms else { continue };
        if pact::pact(&view, *netuid).await?.is_some() {
            continue;
        }
        reach(Step::Pacts);
        let call = calls::pact::sign(*netuid, terms, Default::default());
        submit(client, call, &Member::owner(index)?.coldkey).await?;
    }
    Ok(())
}
