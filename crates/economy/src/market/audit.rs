//! The sums that must hold between blocks and calls, whatever happened before
//! (`docs/rules/issuance.md#the-two-totals`).

use alloc::vec::Vec;

use super::{root, stake_pools};
use crate::{Account, Alpha, Error, Ledger, NetUid, Tao};

/// TAO that the pool of genesis subnet 1 shows without anybody having put it there (`docs/rules/subnets.md#genesis`).
const GENESIS_POOL: Tao = Tao(10_000_000_000);

/// What `SubnetLocked` of that subnet says, and of no other: the mark of genesis.
const GENESIS_LOCK: Tao = Tao(1);

/// The most by which the books of a new subnet may show more than was paid: what its owner had to keep to stay alive
/// (`docs/rules/subnets.md#a-new-subnet` step 5).
const EXISTENTIAL_DEPOSIT: Tao = Tao(500);

/// A sum that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokenSum {
    /// Accounts hold more TAO than `TotalIssuance` says.
    Issuance {
        /// `TotalIssuance`.
        issued: Tao,
        /// What accounts hold.
        held: Tao,
    },
    /// The account of a subnet holds less TAO than the subnet's books show.
    Collateral {
        /// The subnet.
        netuid: NetUid,
        /// What the account holds.
        held: Tao,
        /// What the books show, less what is known to be missing.
        needed: Tao,
    },
    /// Stakers, pending pay, root claims and the chain itself own more alpha than is outside the pool.
    AlphaOut {
        /// The subnet.
        netuid: NetUid,
        /// `SubnetAlphaOut`.
        outside: Alpha,
        /// What has an owner.
        owned: Alpha,
    },
    /// The stakers of a hotkey own more than the hotkey has.
    Shares {
        /// The subnet.
        netuid: NetUid,
        /// Sum over the stakers.
        stakers: Alpha,
        /// `TotalHotkeyAlpha`.
        hotkey: Alpha,
    },
    /// Root's books differ: its TAO, its alpha and the sum of its stakes are one and the same.
    Root {
        /// `SubnetTAO[0]`.
        tao: Tao,
        /// `SubnetAlphaOut[0]`.
        alpha: Alpha,
        /// Sum of `TotalHotkeyAlpha` on root.
        staked: Alpha,
    },
    /// A sum leaves its type.
    Overflow,
}

impl From<Error> for BrokenSum {
    fn from(_: Error) -> Self {
        Self::Overflow
    }
}

/// What an audit adds up. All amounts in rao.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// `TotalIssuance`.
    pub issued: Tao,
    /// What accounts hold: all of `issued`, on a chain whose every block ended with [`super::block::on_finalize`].
    pub held: Tao,
    /// Each subnet but root.
    pub subnets: Vec<SubnetSums>,
    /// What is staked on root.
    pub root_stake: Tao,
}

/// What an audit adds up of one subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubnetSums {
    /// The subnet.
    pub netuid: NetUid,
    /// TAO in the pool's books.
    pub pooled: Tao,
    /// TAO on the account beyond the books: fees of registrations, purchases that the pool refused, the existential
    /// deposit. Dissolving the subnet recycles it.
    pub stray: Tao,
    /// Alpha in the pool.
    pub alpha_in: Alpha,
    /// Alpha outside: the sum of the next six.
    pub alpha_out: Alpha,
    /// Sum of all stakes.
    pub staked: Alpha,
    /// Waiting for the next epoch.
    pub pending: Alpha,
    /// Bought by the chain.
    pub protocol: Alpha,
    /// Owed to root stakers who have not claimed.
    pub claimable: Alpha,
    /// Kept by a pact: owner's cut that has not vested, tribute that waits.
    pub kept: Alpha,
    /// The rest: burned, withheld from the owner, lost to rounding, or never paid because nobody had a claim.
    pub unowned: Alpha,
}

/// Adds up the books and checks that
///
/// * accounts hold at most `TotalIssuance`;
/// * each subnet's account holds at least the TAO of its pool, and root's the root stake, but for the 10 TAO that the
///   pool of genesis subnet 1 never had and up to 500 rao that the founder of a subnet kept to stay alive;
/// * root's TAO, its alpha and its stakes are equal;
/// * stakes, pending pay, the chain's own alpha, what root stakers may claim and what pacts keep are at most the alpha outside the pool;
/// * the stakes of one hotkey add up to at most what the hotkey has.
///
/// It walks all stakes: for tests and `try_state`, not for blocks.
///
/// # Errors
/// The first sum that does not hold.
pub fn audit<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Result<Sums, BrokenSum> {
    let (issued, held) = (ledger.total_issuance(), ledger.balances_issuance());
    if held > issued {
        return Err(BrokenSum::Issuance { issued, held });
    }
    let root_stake = audit_root(ledger)?;
    let subnets = ledger
        .networks()
        .into_iter()
        .filter(|netuid| !netuid.is_root())
        .map(|netuid| audit_subnet(ledger, netuid))
        .collect::<Result<_, _>>()?;
    Ok(Sums {
        issued,
        held,
        subnets,
        root_stake,
    })
}

fn audit_root<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Result<Tao, BrokenSum> {
    let root = NetUid::ROOT;
    let (tao, alpha) = (ledger.subnet_tao(root), ledger.subnet_alpha_out(root));
    let staked = staked(ledger, root)?;
    if tao.0 != alpha.0 || alpha != staked {
        return Err(BrokenSum::Root { tao, alpha, staked });
    }
    let held = ledger.balance(&ledger.subnet_account(root));
    if held < tao {
        return Err(BrokenSum::Collateral {
            netuid: root,
            held,
            needed: tao,
        });
    }
    Ok(tao)
}

fn audit_subnet<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<SubnetSums, BrokenSum> {
    let pooled = ledger.subnet_tao(netuid);
    let held = ledger.balance(&ledger.subnet_account(netuid));
    let missing = if ledger.subnet_locked(netuid) == GENESIS_LOCK {
        GENESIS_POOL
    } else {
        EXISTENTIAL_DEPOSIT
    };
    let needed = pooled.minus_or_zero(missing);
    if held < needed {
        return Err(BrokenSum::Collateral { netuid, held, needed });
    }
    let pending = ledger
        .pending_server_emission(netuid)
        .plus(ledger.pending_validator_emission(netuid))?
        .plus(ledger.pending_root_alpha_divs(netuid))?
        .plus(ledger.pending_owner_cut(netuid))?;
    let kept = match ledger.pact(netuid) {
        Some(pact) => pact.alpha()?,
        None => Alpha::ZERO,
    };
    let staked = staked(ledger, netuid)?;
    let protocol = ledger.subnet_protocol_alpha(netuid);
    let claimable = claimable(ledger, netuid)?;
    let owned = staked.plus(pending)?.plus(protocol)?.plus(claimable)?.plus(kept)?;
    let alpha_out = ledger.subnet_alpha_out(netuid);
    if owned > alpha_out {
        return Err(BrokenSum::AlphaOut {
            netuid,
            outside: alpha_out,
            owned,
        });
    }
    Ok(SubnetSums {
        netuid,
        pooled,
        stray: held.minus_or_zero(pooled),
        alpha_in: ledger.subnet_alpha_in(netuid),
        alpha_out,
        staked,
        pending,
        protocol,
        claimable,
        kept,
        unowned: alpha_out.minus(owned)?,
    })
}

/// All stakes on a subnet, after a look at each hotkey's pool.
fn staked<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Alpha, BrokenSum> {
    let mut total = Alpha::ZERO;
    for hotkey in ledger.hotkeys_with_stake(netuid) {
        let of_hotkey = ledger.total_hotkey_alpha(&hotkey, netuid);
        let mut of_stakers = Alpha::ZERO;
        for coldkey in ledger.stakers(&hotkey, netuid) {
            of_stakers = of_stakers.plus(stake_pools::stake_of(ledger, &hotkey, &coldkey, netuid))?;
        }
        if of_stakers > of_hotkey {
            return Err(BrokenSum::Shares {
                netuid,
                stakers: of_stakers,
                hotkey: of_hotkey,
            });
        }
        total = total.plus(of_hotkey)?;
    }
    Ok(total)
}

/// What all root stakers may claim of a subnet.
fn claimable<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Alpha, BrokenSum> {
    let mut total = Alpha::ZERO;
    for hotkey in ledger.hotkeys_with_stake(NetUid::ROOT) {
        for coldkey in ledger.stakers(&hotkey, NetUid::ROOT) {
            total = total.plus(root::owed(ledger, &hotkey, &coldkey, netuid))?;
        }
    }
    Ok(total)
}
