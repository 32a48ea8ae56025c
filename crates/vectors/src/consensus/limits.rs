//! How long one must wait.

use pallet_subtensor::{Call, ColdkeySwapAnnouncementDelay, ColdkeySwapReannouncementDelay};
use serde_json::{Value, json};
use sp_runtime::traits::{BlakeTwo256, Hash};
use tributary_economy::{Tao, rate_limits};
use tributary_runtime::{Runtime, RuntimeOrigin, TAO};

use super::cases::over_blocks;
use crate::{
    Inputs, Problem,
    chain::{self, Chain, account, first_block, fund, go_to, sign},
};

pub fn rate_limit(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    match name {
        "generic" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| Ok(rate_limits::passes(last, block, limit)))
        }
        "tx_rate_limit" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| {
                Ok(rate_limits::passes_strictly(last, block, limit))
            })
        }
        "coldkey_swap" => chain::run(|chain| coldkey_swap(chain, inputs)),
        _ => Err(Problem::unsupported("this")),
    }
}

/// The first blocks in which an announced swap can be made, announced anew and taken back.
fn coldkey_swap(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (old, new) = (account(1), account(2));
    fund(chain, &old, Tao(TAO))?;
    let announced_at: u64 = inputs.int("announced_at")?;
    let (delay, again): (u32, u32) = (inputs.int("delay")?, inputs.int("reannounce_delay")?);
    ColdkeySwapAnnouncementDelay::<Runtime>::put(delay);
    ColdkeySwapReannouncementDelay::<Runtime>::put(again);
    go_to(announced_at)?;
    let announce = || Call::announce_coldkey_swap {
        new_coldkey_hash: BlakeTwo256::hash_of(&new),
    };
    sign(&old, announce()).map_err(Problem::Input)?;
    let end = announced_at + 2 * (u64::from(delay) + u64::from(again)) + 1;
    let first = |call: &dyn Fn() -> Call<Runtime>| {
        first_block(announced_at..end, || {
            chain::attempt(RuntimeOrigin::signed(old.clone()), call()).is_ok()
        })
    };
    let execute = first(&|| Call::swap_coldkey_announced {
        new_coldkey: new.clone(),
    })?;
    let announced_again = first(&announce)?;
    let cleared = first(&|| Call::clear_coldkey_swap_announcement {})?;
    Ok(json!({
        "execute_from": execute,
        "reannounce_or_clear_from": cleared.filter(|_| announced_again == cleared),
    }))
}
