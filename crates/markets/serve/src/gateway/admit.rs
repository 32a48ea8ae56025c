//! Who may use a channel, and which vouchers count.

use axum::http::{HeaderMap, header};
use tributary_http::Client;

use super::{refused::Refused, state::Gateway};
use crate::{
    credential::{Token, VOUCHER_HEADER},
    meter::{BadVoucher, Statement, Uncovered},
    rail::{Channel, Voucher},
};

/// A channel that may be closed within so many blocks is not served any more.
const EXPIRY_MARGIN_BLOCKS: u64 = 30;

/// What an `Authorization` header holds behind `Bearer`, in whatever case.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = shown.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim())
}

impl Gateway {
    /// Checks a customer's credential.
    pub(super) async fn admit(&self, client: Client, headers: &HeaderMap) -> Result<Token, Refused> {
        let token: Token = bearer(headers).unwrap_or_default().parse()?;
        let channel = self.channel(client, token.channel).await?;
        let channel = channel.ok_or(Refused::Uncovered(Uncovered::Unknown(token.channel)))?;
        if channel.payee != self.payee.hotkey() || channel.netuid != self.config.netuid {
            let (id, payee, netuid) = (token.channel, self.payee.hotkey(), self.config.netuid);
            return Err(Refused::Channel(format!(
                "channel {id} does not pay this gateway: open one to {payee} on subnet {netuid}"
            )));
        }
        if !token.is_signed_by(&channel.payer, &self.rail.genesis()) {
            return Err(Refused::Credential(
                "the credential is not signed by the channel's payer".to_owned(),
            ));
        }
        if token.until < self.height() {
            return Err(Refused::Credential(format!(
                "the credential was good until block {}, and this is block {}: `tributary channel token {}` makes a new one",
                token.until,
                self.height(),
                token.channel
            )));
        }
        self.take_up(token.channel, channel);
        Ok(token)
    }

    /// Makes sure that a channel stays open long enough to serve by it.
    pub(super) fn check_lasting(&self, id: u64) -> Result<(), Refused> {
        let channel = self.books.meter().tab(id).map(|tab| tab.channel);
        let channel = channel.ok_or(Refused::Uncovered(Uncovered::Unknown(id)))?;
        match channel.closing.is_none() && channel.expiry > self.height().saturating_add(EXPIRY_MARGIN_BLOCKS) {
            true => Ok(()),
            false => Err(Refused::Channel(format!(
                "channel {id} is about to close: open a new one"
            ))),
        }
    }

    /// A voucher in a request's header counts before the request does.
    pub(super) async fn take_header(&self, client: Client, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(voucher) = headers.get(VOUCHER_HEADER) else {
            return Ok(());
        };
        let voucher: Voucher = voucher.to_str().unwrap_or_default().parse()?;
        self.take(client, voucher).await.map(drop)
    }

    /// Takes a voucher. Until its signature is found good, the answer says nothing of the channel.
    pub(super) async fn take(&self, client: Client, voucher: Voucher) -> Result<Statement, Refused> {
        let stranger = || Refused::Voucher(BadVoucher::Stranger);
        let channel = self.channel(client, voucher.channel).await?.ok_or_else(stranger)?;
        let ours = channel.payee == self.payee.hotkey() && channel.netuid == self.config.netuid;
        if !ours || !voucher.is_signed_by(&channel.payer, &self.rail.genesis()) {
            return Err(stranger());
        }
        self.take_up(voucher.channel, channel);
        if voucher.amount > channel.deposit {
            // It may have been topped up a moment ago.
            if let Some(channel) = self.ask_chain(client, voucher.channel, || None).await? {
                self.books.meter().sync(voucher.channel, channel);
            }
        }
        let statement = self.books.take(voucher).await?;
        self.covered.notify_waiters();
        Ok(statement)
    }

    /// A channel as far as it is known here, else as the chain knows it.
    async fn channel(&self, client: Client, id: u64) -> Result<Option<Channel>, Refused> {
        let known = || self.books.meter().tab(id).map(|tab| tab.channel);
        match known() {
            Some(channel) => Ok(Some(channel)),
            None => self.ask_chain(client, id, known).await,
        }
    }

    async fn ask_chain(
        &self,
        client: Client,
        id: u64,
        known: impl Fn() -> Option<Channel>,
    ) -> Result<Option<Channel>, Refused> {
        let ask = || self.rail.channel(id);
        Ok(self.lookups.find(client, id, self.height(), known, ask).await?)
    }

    /// Counts on a channel from now on. Only its payer gets here, so what is remembered does not grow with strangers.
    fn take_up(&self, id: u64, channel: Channel) {
        let mut meter = self.books.meter();
        if meter.tab(id).is_none() {
            meter.sync(id, channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for text in ["Bearer trib-1", "bearer trib-1", "BEARER  trib-1 "] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]);
            assert_eq!(bearer(&headers), Some("trib-1"), "{text}");
        }
        for text in ["Basic trib-1", "trib-1", "Bearer"] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]);
            assert_eq!(bearer(&headers), None, "{text}");
        }
    }
}
