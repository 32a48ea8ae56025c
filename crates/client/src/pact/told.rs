//! What happened to pacts, payments and channels, for people and programs: every event of the rules' table, each field
//! under its name and unit.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tributary_economy::{
    NetUid,
    pact::{Breach, Terms, report::Verdict},
};

use super::{event::Event, terms::TermsView};
use crate::{Client, Included, Result, items, keys::address};

/// Blocks whose events are asked for at one time.
const CONCURRENT_MAX: usize = 8;

/// An event, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The event's name on the chain.
    pub what: String,
    /// The subnet; `None` for what concerns all subnets, and for a channel that is no longer known.
    pub netuid: Option<u16>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Map<String, Value>,
}

/// What a transaction did to pacts and payments.
///
/// # Errors
/// As [`Event::read`].
pub fn told(included: &Included) -> Result<Vec<Told>> {
    let ours = Event::read_all(&included.events)?;
    Ok(ours.iter().map(|event| tell(event, &BTreeMap::new())).collect())
}

/// What happened to pacts, payments and channels in these blocks, in order, with the block.
///
/// # Errors
/// As [`Client::request`].
pub async fn history(client: &Client, blocks: std::ops::RangeInclusive<u32>) -> Result<Vec<(u32, Told)>> {
    let before = blocks.start().saturating_sub(1);
    let events = events(client, blocks).await?;
    let subnets = subnets_of_channels(client, before, &events).await?;
    Ok(events
        .iter()
        .map(|(block, event)| (*block, tell(event, &subnets)))
        .collect())
}

/// The events of pacts, payments and channels in these blocks, in order, with the block.
///
/// # Errors
/// As [`Client::request`].
pub async fn events(client: &Client, blocks: std::ops::RangeInclusive<u32>) -> Result<Vec<(u32, Event)>> {
    let read = stream::iter(blocks).map(|number| async move {
        let Some(hash) = client.block_hash(number).await? else {
            return Ok(Vec::new());
        };
        let events = client.at(hash).events().await?;
        let ours = Event::read_all(events.iter().map(|(_, event)| event))?;
        Ok::<_, crate::Error>(ours.into_iter().map(|event| (number, event)).collect::<Vec<_>>())
    });
    let blocks: Vec<Vec<(u32, Event)>> = read.buffered(CONCURRENT_MAX).try_collect().await?;
    Ok(blocks.into_iter().flatten().collect())
}

/// The subnets of the channels of which events name the number alone: told by their opening, or known before.
async fn subnets_of_channels(client: &Client, before: u32, events: &[(u32, Event)]) -> Result<BTreeMap<u64, NetUid>> {
    let mut subnets = BTreeMap::new();
    let mut unknown = Vec::new();
    for (_, event) in events {
        if let Event::ChannelOpened { channel, netuid, .. } = event {
            subnets.insert(*channel, *netuid);
        }
        if let Event::ChannelToppedUp { channel, .. }
        | Event::ChannelClosing { channel, .. }
        | Event::ChannelClosed { channel, .. } = event
            && !subnets.contains_key(channel)
        {
            unknown.push(*channel);
        }
    }
    unknown.dedup();
    if unknown.is_empty() {
        return Ok(subnets);
    }
    let Some(hash) = client.block_hash(before).await? else {
        return Ok(subnets);
    };
    let view = client.at(hash);
    for id in unknown {
        if let std::collections::btree_map::Entry::Vacant(place) = subnets.entry(id)
            && let Some(channel) = view.find(&items::CHANNELS, (id,)).await?
        {
            place.insert(channel.netuid);
        }
    }
    Ok(subnets)
}

fn breach(breach: &Breach) -> Value {
    match breach {
        Breach::CutOff => json!("the owner's cut is switched off"),
        Breach::OwnerGone => json!("the owner's hotkey is gone"),
        Breach::ArtifactMissed => json!("artifacts were not committed"),
        Breach::Reported { report } => json!(format!("report {report} was upheld")),
    }
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Upheld => "upheld",
        Verdict::Refused => "refused",
        Verdict::Lapsed => "lapsed",
    }
}

/// A field of an event, for people and programs.
trait Figure {
    /// Puts it among the figures, under its name and unit.
    fn put(&self, name: &str, figures: &mut Map<String, Value>);

    /// The subnet, if it names one.
    fn subnet(&self) -> Option<u16> {
        None
    }
}

impl Figure for NetUid {
    /// It is told apart from the figures.
    fn put(&self, _: &str, _: &mut Map<String, Value>) {}

    fn subnet(&self) -> Option<u16> {
        Some(self.0)
    }
}

/// Figures with a name of their own and one value: the type, the suffix of the name, and what is shown.
macro_rules! figures {
    ($($ty:ty, $suffix:literal, |$figure:ident| $value:expr;)*) => {
        $(impl Figure for $ty {
            fn put(&self, name: &str, figures: &mut Map<String, Value>) {
                let $figure = self;
                figures.insert(format!("{name}{}", $suffix), json!($value));
            }
        })*
    };
}

figures! {
    u32, "", |number| number;
    u64, "", |number| number;
    bool, "", |said| said;
    [u8; 32], "", |hash| hex::encode(hash);
    sp_core::crypto::AccountId32, "", |account| address(account);
    tributary_economy::Tao, "_rao", |tao| tao.0;
    Terms, "", |terms| TermsView::from(terms);
    Breach, "", |broken| breach(broken);
    Verdict, "", |decided| verdict(decided);
    tributary_economy::pact::Parameters, "", |parameters| parameters;
}

impl Figure for tributary_economy::Alpha {
    fn put(&self, name: &str, figures: &mut Map<String, Value>) {
        let name = if name == "alpha" {
            "alpha_rao".to_owned()
        } else {
            format!("{name}_alpha_rao")
        };
        figures.insert(name, json!(self.0));
    }
}

impl Figure for tributary_economy::pact::Arbiters<sp_core::crypto::AccountId32> {
    fn put(&self, name: &str, figures: &mut Map<String, Value>) {
        let accounts: Vec<String> = self.accounts.iter().map(address).collect();
        figures.insert(name.to_owned(), json!(accounts));
        figures.insert(format!("{name}_threshold"), json!(self.threshold));
    }
}

macro_rules! tell_events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $ty:tt,)* })*) => {
        /// Tells an event. `channels` knows the subnets of channels, which some events do not name.
        pub fn tell(event: &Event, channels: &BTreeMap<u64, NetUid>) -> Told {
            let mut figures = Map::new();
            let (what, named) = match event {
                $(Event::$name { $($field),* } => {
                    $($field.put(stringify!($field), &mut figures);)*
                    (stringify!($name).to_owned(), [$($field.subnet()),*].into_iter().flatten().next())
                })*
                Event::ParametersSet { parameters } => {
                    parameters.put("parameters", &mut figures);
                    ("ParametersSet".to_owned(), None)
                }
                Event::Other { name } => (crate::visible(name).into_owned(), None),
            };
            let channel = figures.get("channel").and_then(Value::as_u64);
            let through = channel.and_then(|id| channels.get(&id)).map(|netuid| netuid.0);
            Told {
                what,
                netuid: named.or(through),
                figures,
            }
        }
    };
}

tributary_economy::for_each_pact_event!(tell_events, [Acc]);
