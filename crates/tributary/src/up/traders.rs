//! Stakers and owners at the market: one task each, which sees the frames that everybody sees and sends its decisions
//! to the chain as transactions like any other.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use tributary_client::{AccountId32, Client, View, Wait, calls::subtensor, items, market};
use tributary_economy::{Alpha, NetUid, Tao};

use super::{
    frame::Frame,
    plan::{Member, Plan},
    stakers::{Memory, Move, OWNERS_EVERY, Staker, decide},
};

/// Frames that a trader may be behind before it skips some.
const BACKLOG: usize = 64;
/// Sales of less are not worth their fee, in billionths of an alpha.
const SALE_MIN: u64 = 100_000_000;

/// Everybody who trades.
pub struct Traders(broadcast::Sender<Arc<Frame>>);

impl Traders {
    /// Sets all traders to work until `cancel`.
    ///
    /// # Errors
    /// Never for the names used here.
    pub fn start(client: &Client, plan: &Plan, cancel: &CancellationToken) -> Result<Self> {
        let frames = broadcast::Sender::new(BACKLOG);
        for staker in Staker::ALL {
            let member = Member::named(staker.name())?;
            let work = follow_rule(client.clone(), frames.subscribe(), staker, member);
            tokio::spawn(cancel.clone().run_until_cancelled_owned(work));
        }
        for index in 0..plan.seats().len() {
            let work = sell_cuts(client.clone(), frames.subscribe(), Member::owner(index)?);
            tokio::spawn(cancel.clone().run_until_cancelled_owned(work));
        }
        Ok(Self(frames))
    }

    /// Lets everybody see a block, as far as it is about the market's own subnets.
    pub fn see(&self, frame: &Frame) {
        let mut frame = frame.clone();
        frame.subnets.retain(|subnet| subnet.home);
        // Nobody listening means that all have stopped, which is well.
        let _ = self.0.send(Arc::new(frame));
    }
}

async fn next(frames: &mut broadcast::Receiver<Arc<Frame>>) -> Option<Arc<Frame>> {
    loop {
        match frames.recv().await {
            Ok(frame) => return Some(frame),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

async fn follow_rule(client: Client, mut frames: broadcast::Receiver<Arc<Frame>>, staker: Staker, member: Member) {
    let mut memory = Memory::default();
    while let Some(frame) = next(&mut frames).await {
        memory.note(&frame);
        if !staker.acts_at(frame.block) {
            continue;
        }
        let done: Result<()> = async {
            let view = client.at_best().await?;
            let held = holdings(&view, &frame, &member.coldkey.account()).await?;
            let worth = frame.subnets.iter().map(|subnet| {
                let alpha = held.get(&subnet.netuid).map(|(_, alpha)| *alpha).unwrap_or_default();
                (subnet.netuid, (alpha as f64 * subnet.price_tao) as u64)
            });
            for decision in decide(staker, &frame, &memory, &worth.collect()) {
                trade(&client, &member, decision, &held).await?;
            }
            Ok(())
        }
        .await;
        if let Err(e) = done {
            tracing::info!(
                "{} could not trade at block {}: {}",
                staker.name(),
                frame.block,
                crate::output::reasons(&e)
            );
        }
    }
}

/// Hotkey and alpha of a coldkey's stake on each subnet of the market's own.
async fn holdings(view: &View<'_>, frame: &Frame, coldkey: &AccountId32) -> Result<BTreeMap<u16, (AccountId32, u64)>> {
    let mut held = BTreeMap::new();
    for subnet in &frame.subnets {
        let Some(seat) = subnet.seat else { continue };
        let hotkey = Member::validator(seat, 0)?.hotkey.account();
        let alpha = market::stake_of(view, &hotkey, coldkey, NetUid(subnet.netuid)).await?.0;
        held.insert(subnet.netuid, (hotkey, alpha));
    }
    Ok(held)
}

async fn trade(
    client: &Client,
    member: &Member,
    decision: Move,
    held: &BTreeMap<u16, (AccountId32, u64)>,
) -> Result<()> {
    let call = match decision {
        Move::Buy(netuid, rao) => {
            let Some((hotkey, _)) = held.get(&netuid.0) else {
                return Ok(());
            };
            subtensor::add_stake(hotkey.clone(), netuid, Tao(rao))
        }
        Move::Sell(netuid, percent) => {
            let Some((hotkey, alpha)) = held.get(&netuid.0) else {
                return Ok(());
            };
            let amount = alpha / 100 * u64::from(percent);
            if amount < SALE_MIN {
                return Ok(());
            }
            subtensor::remove_stake(hotkey.clone(), netuid, Alpha(amount))
        }
    };
    client.submit(&call, &member.coldkey, Wait::InBlock).await?;
    Ok(())
}

async fn sell_cuts(client: Client, mut frames: broadcast::Receiver<Arc<Frame>>, owner: Member) {
    while let Some(frame) = next(&mut frames).await {
        if !frame.block.is_multiple_of(OWNERS_EVERY) {
            continue;
        }
        let done: Result<()> = async {
            let view = client.at_best().await?;
            let hotkey = owner.hotkey.account();
            for subnet in &frame.subnets {
                let netuid = NetUid(subnet.netuid);
                if view.get(&items::SUBNET_OWNER_HOTKEY, (netuid,)).await? != hotkey {
                    continue;
                }
                let held: Alpha = view.get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), netuid)).await?;
                let held = BTreeMap::from([(netuid.0, (hotkey.clone(), held.0))]);
                trade(&client, &owner, Move::Sell(netuid, 50), &held).await?;
            }
            Ok(())
        }
        .await;
        if let Err(e) = done {
            tracing::info!(
                "an owner could not sell at block {}: {}",
                frame.block,
                crate::output::reasons(&e)
            );
        }
    }
}
