//! Payment channels over the books (`docs/rules/pacts.md#channels`).

use super::{check_subnet, payments};
use crate::{
    Account, Ledger, NetUid, Tao,
    pact::{Channel, Error, Event, Hold, Purse},
};

/// Opens a channel: the deposit goes on hold of the payer. Returns its number.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`Error::NothingToPay`], [`Error::PayingOneself`], [`Error::ExpiryPassed`],
/// [`crate::Error::InsufficientBalance`].
pub fn open_channel<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    payer: &Acc,
    netuid: NetUid,
    payee: &Acc,
    deposit: Tao,
    expiry: u64,
) -> Result<u64, Error> {
    check_subnet(ledger, netuid)?;
    if deposit.is_zero() {
        return Err(Error::NothingToPay);
    }
    if payer == payee {
        return Err(Error::PayingOneself);
    }
    if expiry <= ledger.block() {
        return Err(Error::ExpiryPassed);
    }
    let id = ledger.next_channel();
    ledger.set_next_channel(id.checked_add(1).ok_or(crate::Error::Overflow)?);
    ledger.hold(Hold::Channel, payer, deposit)?;
    let channel = Channel {
        netuid,
        registered_at: ledger.network_registered_at(netuid),
        payer: payer.clone(),
        payee: payee.clone(),
        deposit,
        settled: Tao::ZERO,
        expiry,
        closing: None,
    };
    ledger.set_channel(id, Some(channel));
    ledger.tell(Event::ChannelOpened {
        channel: id,
        netuid,
        payer: payer.clone(),
        payee: payee.clone(),
        deposit,
        expiry,
    });
    Ok(id)
}

fn load<Acc: Account, L: Ledger<Acc>>(ledger: &L, id: u64) -> Result<Channel<Acc>, Error> {
    ledger.channel(id).ok_or(Error::NoChannel)
}

/// The payer puts more into a channel.
///
/// # Errors
/// [`Error::NoChannel`], [`Error::NotParty`], [`Error::NothingToPay`], [`Error::ChannelClosing`],
/// [`crate::Error::InsufficientBalance`].
pub fn top_up<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, id: u64, amount: Tao) -> Result<(), Error> {
    let mut channel = load(ledger, id)?;
    if channel.payer != *who {
        return Err(Error::NotParty);
    }
    channel.top_up(amount, ledger.block())?;
    ledger.hold(Hold::Channel, who, amount)?;
    let deposit = channel.deposit;
    ledger.set_channel(id, Some(channel));
    ledger.tell(Event::ChannelToppedUp { channel: id, deposit });
    Ok(())
}

/// Payer or payee redeems a voucher whose signature the caller has verified. `amount` is cumulative. Returns what was
/// paid, tribute included.
///
/// # Errors
/// [`Error::NoChannel`], [`Error::NotParty`], [`Error::VoucherNotNewer`], [`Error::VoucherExceedsDeposit`],
/// [`crate::Error::InsufficientBalance`] if the payee would not come to exist with so little.
pub fn settle<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, id: u64, amount: Tao) -> Result<Tao, Error> {
    let mut channel = load(ledger, id)?;
    if channel.payer != *who && channel.payee != *who {
        return Err(Error::NotParty);
    }
    let due = redeem(ledger, id, &mut channel, amount)?;
    ledger.set_channel(id, Some(channel));
    Ok(due)
}

/// Pays a voucher out of the deposit. Tribute goes to the subnet that the channel was opened on, as long as the slot is
/// still its own.
fn redeem<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    id: u64,
    channel: &mut Channel<Acc>,
    amount: Tao,
) -> Result<Tao, Error> {
    let due = channel.redeem(amount)?;
    let netuid = channel.netuid;
    let (payer, payee) = (channel.payer.clone(), channel.payee.clone());
    if ledger.networks_added(netuid) && ledger.network_registered_at(netuid) == channel.registered_at {
        let mut receipt = [0; 32];
        receipt[..8].copy_from_slice(&id.to_le_bytes());
        let from = Purse::Held(Hold::Channel, payer.clone());
        payments::pay_out_of(ledger, from, &payer, netuid, &payee, due, receipt)?;
    } else {
        ledger.seize(Hold::Channel, &payer, &payee, due)?;
    }
    Ok(due)
}

/// Closes a channel: the payee at once, with the newest voucher if there is one; the payer at once past the expiry, else
/// after the challenge period. Signatures are the caller's to verify.
///
/// # Errors
/// Those of [`settle`]; [`Error::ChannelClosing`] if the payer has asked before.
pub fn close<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    id: u64,
    voucher: Option<Tao>,
) -> Result<(), Error> {
    let mut channel = load(ledger, id)?;
    if channel.payer != *who && channel.payee != *who {
        return Err(Error::NotParty);
    }
    if let Some(amount) = voucher {
        redeem(ledger, id, &mut channel, amount)?;
    }
    let now = ledger.block();
    let at_once = channel.payee == *who || channel.ask_to_close(now, ledger.pact_parameters().challenge_period)?;
    if at_once {
        return end(ledger, id, &channel);
    }
    let at = channel.closing.unwrap_or(now);
    ledger.set_channel(id, Some(channel));
    ledger.tell(Event::ChannelClosing { channel: id, at });
    Ok(())
}

/// Returns what is left of a channel whose time is over. Anybody may.
///
/// # Errors
/// [`Error::NoChannel`], [`Error::ChannelChallenged`].
pub fn finalise_close<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, id: u64) -> Result<(), Error> {
    let channel = load(ledger, id)?;
    if !channel.is_over(ledger.block()) {
        return Err(Error::ChannelChallenged);
    }
    end(ledger, id, &channel)
}

fn end<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, id: u64, channel: &Channel<Acc>) -> Result<(), Error> {
    let left = channel.left()?;
    ledger.free(Hold::Channel, &channel.payer, left)?;
    ledger.set_channel(id, None);
    ledger.tell(Event::ChannelClosed {
        channel: id,
        paid: channel.settled,
        returned: left,
    });
    Ok(())
}
