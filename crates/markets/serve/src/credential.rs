//! What a customer shows: a spending token, which any client can send as its API key, and vouchers in a header.
//!
//! A token says that whoever holds it may use a service against one channel until a block. It moves no money: only
//! vouchers do. It is a secret like any API key.

use std::{fmt, str::FromStr};

use tributary_neuron::Identity;

use crate::rail::{Account, Voucher};

/// Header with a voucher, `CHANNEL:RAO:SIGNATURE` in decimal, decimal, hexadecimal.
pub const VOUCHER_HEADER: &str = "x-tributary-voucher";

const PREFIX: &str = "trib-";
const DOMAIN: &[u8] = b"tributary-token-1";

/// A spending token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The channel to spend from.
    pub channel: u64,
    /// The last block at which it is good.
    pub until: u64,
    signature: [u8; 64],
}

/// The text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a credential of this network: `tributary channel token CHANNEL` makes one (it starts with {PREFIX})")]
pub struct NoToken;

/// The text is no voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the header {VOUCHER_HEADER} must hold CHANNEL:RAO:SIGNATURE, the signature as 128 hexadecimal digits")]
pub struct NoVoucher;

impl Token {
    fn text(genesis: &[u8; 32], channel: u64, until: u64) -> Vec<u8> {
        [DOMAIN, genesis, &channel.to_le_bytes(), &until.to_le_bytes()].concat()
    }

    /// Makes one, for the chain with this genesis.
    pub fn sign(payer: &Identity, genesis: &[u8; 32], channel: u64, until: u64) -> Self {
        Self {
            channel,
            until,
            signature: payer.sign(&Self::text(genesis, channel, until)),
        }
    }

    /// Whether `payer` signed it, for the chain with this genesis.
    pub fn is_signed_by(&self, payer: &Account, genesis: &[u8; 32]) -> bool {
        payer.verifies(&Self::text(genesis, self.channel, self.until), &self.signature)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (channel, until) = (self.channel.to_be_bytes(), self.until.to_be_bytes());
        write!(
            f,
            "{PREFIX}{}{}{}",
            hex::encode(channel),
            hex::encode(until),
            hex::encode(self.signature)
        )
    }
}

/// Without the signature: tokens must not end up in logs.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(channel {}, until {})", self.channel, self.until)
    }
}

impl FromStr for Token {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        let mut bytes = [0; 80];
        let digits = text.trim().strip_prefix(PREFIX).ok_or(NoToken)?;
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| NoToken)?;
        let (mut channel, mut until, mut signature) = ([0; 8], [0; 8], [0; 64]);
        channel.copy_from_slice(&bytes[..8]);
        until.copy_from_slice(&bytes[8..16]);
        signature.copy_from_slice(&bytes[16..]);
        Ok(Self {
            channel: u64::from_be_bytes(channel),
            until: u64::from_be_bytes(until),
            signature,
        })
    }
}

impl fmt::Display for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.channel, self.amount, hex::encode(self.signature))
    }
}

impl FromStr for Voucher {
    type Err = NoVoucher;

    fn from_str(text: &str) -> Result<Self, NoVoucher> {
        let mut parts = text.trim().split(':');
        let (channel, amount, digits) = (parts.next(), parts.next(), parts.next());
        let mut signature = [0; 64];
        hex::decode_to_slice(digits.ok_or(NoVoucher)?, &mut signature).map_err(|_| NoVoucher)?;
        let number = |part: Option<&str>| part.and_then(|text| text.parse().ok()).ok_or(NoVoucher);
        if parts.next().is_some() {
            return Err(NoVoucher);
        }
        Ok(Self {
            channel: number(channel)?,
            amount: number(amount)?,
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENESIS: [u8; 32] = [3; 32];

    #[test]
    fn tokens_and_vouchers_survive_their_text() {
        let payer = Identity::from_seed(&[1; 32]);
        let token = Token::sign(&payer, &GENESIS, 7, 900);
        let read: Token = token.to_string().parse().unwrap();
        assert_eq!(read, token);
        assert!(read.is_signed_by(&payer.hotkey(), &GENESIS));
        assert!(!read.is_signed_by(&payer.hotkey(), &[4; 32]), "another chain");
        assert!(!read.is_signed_by(&Identity::from_seed(&[2; 32]).hotkey(), &GENESIS));
        assert!(!Token { until: 901, ..read }.is_signed_by(&payer.hotkey(), &GENESIS));
        assert!(!format!("{token:?}").contains(&token.to_string()[40..]));
        for text in ["", "sk-abc", "trib-", "trib-00", &token.to_string()[..100]] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
        let voucher = Voucher::sign(&payer, &GENESIS, 7, 12_345);
        assert_eq!(voucher.to_string().parse::<Voucher>().unwrap(), voucher);
        assert!(voucher.is_signed_by(&payer.hotkey(), &GENESIS));
        assert!(
            !Voucher {
                amount: 12_346,
                ..voucher
            }
            .is_signed_by(&payer.hotkey(), &GENESIS)
        );
        assert!(!Voucher { channel: 8, ..voucher }.is_signed_by(&payer.hotkey(), &GENESIS));
        for text in [
            "",
            "7:1",
            "7:1:00",
            "a:1:00",
            &format!("{voucher}:"),
            &format!("-{voucher}"),
        ] {
            assert!(text.parse::<Voucher>().is_err(), "{text}");
        }
    }
}
