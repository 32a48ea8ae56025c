//! Takes of delegates, children and what they inherit.

use pallet_subtensor::{Call, MaxDelegateTake, MinDelegateTake, TransactionKeyLastBlock, TransactionKind};
use serde_json::{Value, json};
use tributary_economy::{Ledger, stake_weight};
use tributary_runtime::Runtime;

use super::cases::{each, over_blocks};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, Subnet, account, go_to, verdict},
};

pub fn delegate(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let lend = |stake: u64, part: u64| stake_weight::inherited(0, [], [(part, stake)]);
    Ok(match name {
        "inherited_three_quarters" | "inherited_thirds" => {
            let key = if inputs.has("proportions") {
                "proportions"
            } else {
                "child_proportions_u64"
            };
            let (stake, parts) = (inputs.int("stake")?, inputs.ints::<u64>(key)?);
            let children = each(parts.iter(), |&part| lend(stake, part));
            let alike = children.windows(2).all(|pair| pair[0] == pair[1]);
            let parent = stake_weight::inherited(stake, parts, []);
            json!({ "parent": parent, "each_child": children.first().filter(|_| alike) })
        }
        "inherited_full" | "inherited_half" => {
            let (stake, part) = (inputs.int("stake")?, inputs.int("proportion")?);
            let own = inputs.optional_int("own_stake_child")?.unwrap_or(0);
            json!({
                "parent": stake_weight::inherited(stake, [part], []),
                "child": stake_weight::inherited(own, [], [(part, stake)]),
            })
        }
        "proportion_bits" => {
            json!({ "u96f32_bits": each(inputs.ints("u64")?, |part| stake_weight::proportion(part).to_bits() as u64) })
        }
        "delegate_take_checks" => chain::run(|chain| take_checks(chain, inputs))?,
        "delegate_take_rate_limit" => chain::run(|chain| take_rate_limit(chain, inputs))?,
        "childkey_take_rate_limit" => chain::run(|chain| childkey_take_rate_limit(chain, inputs))?,
        "children_cooldown" => chain::run(|chain| children_cooldown(chain, inputs))?,
        _ => return Err(Problem::unsupported("this")),
    })
}

fn take_checks(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let subnet = Subnet::found(chain)?;
    MinDelegateTake::<Runtime>::put(inputs.int::<u16>("min")?);
    MaxDelegateTake::<Runtime>::put(inputs.int::<u16>("max")?);
    chain.set_delegate_take(&subnet.hotkey, Some(inputs.int("current")?));
    let hotkey = || subnet.hotkey.clone();
    let increase = |take| verdict(subnet.attempt(Call::increase_take { hotkey: hotkey(), take }));
    let decrease = |take| verdict(subnet.attempt(Call::decrease_take { hotkey: hotkey(), take }));
    Ok(json!({
        "increase": each(inputs.ints("increase_to")?, increase),
        "decrease": each(inputs.ints("decrease_to")?, decrease),
    }))
}

fn take_rate_limit(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let subnet = Subnet::found(chain)?;
    chain.set_tx_delegate_take_rate_limit(inputs.int("limit")?);
    chain.set_delegate_take(&subnet.hotkey, Some(0));
    over_blocks(inputs, |last, block| {
        Chain::default().set_last_delegate_take_block(&subnet.hotkey, last);
        go_to(block)?;
        let hotkey = subnet.hotkey.clone();
        Ok(subnet.attempt(Call::increase_take { hotkey, take: 1 }).is_ok())
    })
}

fn childkey_take_rate_limit(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let subnet = Subnet::found(chain)?;
    let (netuid, hotkey) = (subnet.netuid, &subnet.hotkey);
    pallet_subtensor::TxChildkeyTakeRateLimit::<Runtime>::put(inputs.int::<u64>("limit")?);
    over_blocks(inputs, |last, block| {
        let mark = (hotkey, netuid, TransactionKind::SetChildkeyTake as u16);
        TransactionKeyLastBlock::<Runtime>::insert(mark, last);
        go_to(block)?;
        let raise = Call::set_childkey_take {
            hotkey: hotkey.clone(),
            netuid,
            take: 1,
        };
        Ok(subnet.attempt(raise).is_ok())
    })
}

fn children_cooldown(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let subnet = Subnet::found(chain)?;
    pallet_subtensor::PendingChildKeyCooldown::<Runtime>::put(inputs.int::<u64>("cooldown")?);
    go_to(inputs.int("set_at")?)?;
    let schedule = Call::set_children {
        hotkey: subnet.hotkey.clone(),
        netuid: subnet.netuid,
        children: vec![(u64::MAX, account(3))],
    };
    chain::sign(&subnet.owner, schedule).map_err(Problem::Input)?;
    let applied = |block| {
        go_to(block)?;
        Ok(chain::look(|| {
            let mut chain = Chain::default();
            chain.apply_pending_children(subnet.netuid);
            !chain.child_keys(&subnet.hotkey, subnet.netuid).is_empty()
        }))
    };
    let blocks = inputs.ints("epoch_blocks")?.into_iter().map(applied);
    Ok(json!({ "applied": blocks.collect::<Result<Vec<_>, Problem>>()? }))
}
