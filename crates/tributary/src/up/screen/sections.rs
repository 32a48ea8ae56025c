//! What the live screen shows of a frame: one table a section, the columns by importance.

use std::collections::BTreeMap;

use ratatui::style::Color;

use super::table::{Column, Field, Fit, Table};
use crate::{
    amount::Amount,
    output::visible,
    up::frame::{Frame, GUEST, SubnetFrame},
};

const fn key(title: &'static str, means: &'static str) -> Column {
    Column {
        title,
        means,
        fit: Fit::Key,
        least: 3,
    }
}

const fn figure(title: &'static str, means: &'static str, least: usize) -> Column {
    Column {
        title,
        means,
        fit: Fit::Figure,
        least,
    }
}

const NET: Column = key("net", "number of the subnet (netuid)");
const UID: Column = key("uid", "slot of the neuron in its subnet");
const INCENTIVE: Column = figure("incentive", "part of the pay of all miners of the subnet", 9);
const EARNED: Column = figure("earned alpha", "alpha earned and kept so far", 12);
const HOTKEY: Column = figure("hotkey", "how the address of its key begins", 9);
const VERDICT: Column = Column {
    title: "validators say",
    means: "why validators give it nothing",
    fit: Fit::Words(16),
    least: 0,
};

/// Whoever comes from outside stands out.
fn colour(kind: &str) -> Color {
    match kind {
        "honest" => Color::Green,
        "owner" | "validator" => Color::Cyan,
        kind if kind.starts_with(GUEST) => Color::Magenta,
        _ => Color::Yellow,
    }
}

fn percent(part: f64) -> Field {
    format!("{:.2} %", 100.0 * part).into()
}

fn units(rao: u64) -> String {
    format!("{:.4}", rao as f64 / 1e9)
}

fn or_none(figure: Option<String>) -> Field {
    figure.unwrap_or_else(|| "-".to_owned()).into()
}

fn short(address: &str) -> Field {
    match address.char_indices().nth(8) {
        Some((end, _)) => format!("{}…", &address[..end]).into(),
        None => address.into(),
    }
}

/// What validators say of somebody, who need not be named; others by how their addresses begin.
fn verdict(said: Option<&str>, hotkey: &str) -> Field {
    Field::from(words(said.unwrap_or_default(), hotkey)).dim()
}

fn words(said: &str, hotkey: &str) -> String {
    // The row is the subject, and its own address is no news.
    let said = match said.strip_prefix(hotkey).map(str::trim_start) {
        Some(said) => match said.strip_prefix("at ").and_then(|rest| rest.split_once(' ')) {
            Some((_, said)) => said,
            None => said,
        },
        None => said,
    };
    let said = said.replace(hotkey, "it");
    let words = said.split(' ').map(|word| match word.len() {
        ADDRESS.. => format!("{}…", word.chars().take(8).collect::<String>()),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Letters of an address, at least.
const ADDRESS: usize = 46;

/// All of them, those without rows left out.
pub fn sections(frame: &Frame) -> Vec<Table> {
    let all = [
        subnets(frame),
        miners(frame),
        servers(frame),
        gateways(frame),
        validators(frame),
        kinds(frame),
    ];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// What every column means, section by section.
pub fn meanings() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let nothing = Frame::default();
    let all = [
        subnets(&nothing),
        miners(&nothing),
        servers(&nothing),
        gateways(&nothing),
        validators(&nothing),
        kinds(&nothing),
    ];
    let explained = all.into_iter().map(|table| {
        let columns = table.columns.iter().filter(|column| !column.title.is_empty());
        (
            table.title,
            columns.map(|column| (column.title, column.means)).collect(),
        )
    });
    explained.collect()
}

fn subnets(frame: &Frame) -> Table {
    let columns = vec![
        NET,
        Column {
            title: "subnet",
            means: "its name on the chain",
            fit: Fit::Name(13),
            least: 13,
        },
        figure("price TAO", "what one alpha of the subnet costs", 9),
        figure(
            "emission",
            "part of the TAO of this block that the chain gives to the subnet",
            8,
        ),
        figure(
            "bits/byte",
            "the best model's measured loss on text that miners never see: lower is better",
            9,
        ),
        figure("TAO in pool", "TAO in the pool in which its alpha is traded", 11),
        figure("tribute", "TAO of customers' payments that became tribute", 9),
        figure(
            "released",
            "tribute that the pact has burned or paid out, over the TAO emitted to the subnet",
            9,
        ),
        figure(
            "waiting",
            "pledged alpha and tribute that the pact has not released yet, over the same",
            9,
        ),
        figure("revenue", "TAO that customers paid", 9),
        figure("opened", "artifacts opened, of those committed under the pact", 6),
        Column {
            title: "market",
            means: "train and serve are the market's own; guest came from outside",
            fit: Fit::Words(6),
            least: 6,
        },
        Column {
            title: "",
            means: "emission as a bar",
            fit: Fit::Bar,
            least: 10,
        },
    ];
    let rows = frame.subnets.iter().map(|subnet| {
        let market = if subnet.home { subnet.market } else { GUEST };
        let bar = "█".repeat((subnet.emission_share * 10.0).round().clamp(0.0, 10.0) as usize);
        let opened = subnet.artifact.as_ref();
        let opened = opened.map(|artifact| format!("{}/{}", subnet.opened, artifact.number + 1));
        let best = subnet.best_bits_per_byte.map(|bits| format!("{bits:.3}"));
        vec![
            subnet.netuid.to_string().into(),
            Field::from(name(subnet)).fg(if subnet.home { Color::Reset } else { Color::Magenta }),
            format!("{:.6}", subnet.price_tao).into(),
            percent(subnet.emission_share),
            or_none(best).fg(Color::Green),
            format!("{:.3}", subnet.tao_in_pool_rao as f64 / 1e9).into(),
            units(subnet.tribute_rao).into(),
            Field::from(format!("{:.3} %", 100.0 * subnet.returned_over_emitted)).fg(Color::Magenta),
            Field::from(format!("{:.3} %", 100.0 * subnet.waiting_over_emitted)).fg(Color::Magenta),
            units(subnet.revenue_rao).into(),
            or_none(opened).fg(Color::Magenta),
            Field::from(market).dim(),
            Field::from(bar).fg(Color::Cyan),
        ]
    });
    Table {
        title: "subnets",
        rows: rows.collect(),
        columns,
    }
}

fn name(subnet: &SubnetFrame) -> String {
    match subnet.name.as_str() {
        "" => "(no name)".to_owned(),
        name => visible(name).into_owned(),
    }
}

fn miners(frame: &Frame) -> Table {
    let columns = vec![
        NET,
        UID,
        Column {
            title: "miner",
            means: "how it behaves, which only this screen knows; guest came from outside",
            fit: Fit::Name(8),
            least: 9,
        },
        figure("bits/byte", "measured loss of its model: lower is better", 9),
        INCENTIVE,
        EARNED,
        HOTKEY,
        VERDICT,
        figure("strength", "what it puts into its work, up to 1", 8),
    ];
    let rows = frame.subnets.iter().flat_map(|subnet| {
        subnet.miners.iter().map(|miner| {
            let strength = miner.home.then(|| miner.strength.to_string());
            vec![
                subnet.netuid.to_string().into(),
                miner.uid.to_string().into(),
                Field::from(miner.kind.clone()).fg(colour(&miner.kind)),
                or_none(miner.bits_per_byte.map(|bits| format!("{bits:.3}"))),
                percent(miner.incentive),
                units(miner.earned_rao).into(),
                short(&miner.hotkey).dim(),
                verdict(miner.verdict.as_deref(), &miner.hotkey),
                or_none(strength),
            ]
        })
    });
    Table {
        title: "miners",
        rows: rows.collect(),
        columns,
    }
}

fn servers(frame: &Frame) -> Table {
    let columns = vec![
        NET,
        UID,
        Column {
            title: "server",
            means: "how it behaves, which only this screen knows; guest came from outside",
            fit: Fit::Name(8),
            least: 11,
        },
        figure("ms/answer", "milliseconds of its slowest answer in the last round", 9),
        INCENTIVE,
        EARNED,
        HOTKEY,
        VERDICT,
        figure("tokens/s", "tokens that it makes in a second", 8),
    ];
    let rows = frame.subnets.iter().flat_map(|subnet| {
        subnet.servers.iter().map(|server| {
            vec![
                subnet.netuid.to_string().into(),
                server.uid.to_string().into(),
                Field::from(server.kind.clone()).fg(colour(&server.kind)),
                or_none(server.answer_ms.map(|ms| format!("{ms:.0}"))),
                percent(server.incentive),
                units(server.earned_rao).into(),
                short(&server.hotkey).dim(),
                verdict(server.verdict.as_deref(), &server.hotkey),
                or_none(server.tokens_per_second.map(|speed| format!("{speed:.0}"))),
            ]
        })
    });
    Table {
        title: "servers",
        rows: rows.collect(),
        columns,
    }
}

fn gateways(frame: &Frame) -> Table {
    let columns = vec![
        Column {
            title: "gateway",
            means: "base URL for OpenAI clients",
            fit: Fit::Name(27),
            least: 24,
        },
        figure("requests", "requests answered", 8),
        figure("charged TAO", "what they cost", 11),
        figure("tokens", "tokens made", 8),
        figure("settled TAO", "what the chain has paid out of channels", 11),
        figure(
            "unsettled",
            "TAO that customers signed for and that is not settled yet",
            9,
        ),
        figure("failed", "requests that no miner answered", 6),
    ];
    let gateways = frame.subnets.iter().filter_map(|subnet| subnet.gateway.as_ref());
    let rows = gateways.map(|gateway| {
        vec![
            format!("{}/v1", gateway.url).into(),
            gateway.requests.to_string().into(),
            units(gateway.charged_rao).into(),
            gateway.completion_tokens.to_string().into(),
            units(gateway.settled_rao).into(),
            units(gateway.unsettled_rao).into(),
            gateway.failed.to_string().into(),
        ]
    });
    Table {
        title: "gateway",
        rows: rows.collect(),
        columns,
    }
}

fn validators(frame: &Frame) -> Table {
    let columns = vec![
        NET,
        UID,
        Column {
            title: "validator",
            means: "validator or owner of the subnet; guest came from outside",
            fit: Fit::Name(8),
            least: 11,
        },
        figure("dividends", "part of the pay of all validators of the subnet", 9),
        figure("stake alpha", "alpha staked on it in this subnet", 11),
        figure("weights", "block of its last weights", 7),
        HOTKEY,
        figure("rounds", "rounds of judging since it started here", 6),
    ];
    let rows = frame.subnets.iter().flat_map(|subnet| {
        subnet.validators.iter().map(|validator| {
            let kind = match (validator.kind.as_str(), validator.home) {
                ("owner", false) => "guest owner",
                (kind, _) => kind,
            };
            let weights = (validator.weights_block > 0).then(|| validator.weights_block.to_string());
            vec![
                subnet.netuid.to_string().into(),
                validator.uid.to_string().into(),
                Field::from(kind).fg(colour(kind)),
                percent(validator.dividends),
                units(validator.stake_rao).into(),
                or_none(weights),
                short(&validator.hotkey).dim(),
                or_none(validator.rounds.map(|rounds| rounds.to_string())),
            ]
        })
    });
    Table {
        title: "validators",
        rows: rows.collect(),
        columns,
    }
}

/// Number of miners, sum of incentives (of one a subnet) and alpha earned, by kind.
fn kinds(frame: &Frame) -> Table {
    let columns = vec![
        Column {
            title: "by kind",
            means: "miners of the train subnets, by how they behave",
            fit: Fit::Name(8),
            least: 9,
        },
        figure("miners", "how many there are", 6),
        figure("incentive", "their part of the pay of all miners now", 9),
        figure("earned alpha", "alpha earned and kept so far", 12),
        figure("of all pay", "that, as a part of what all miners earned", 10),
    ];
    let mut kinds: BTreeMap<&str, (usize, f64, u128)> = BTreeMap::new();
    for miner in frame.subnets.iter().flat_map(|subnet| &subnet.miners) {
        let sums = kinds.entry(miner.kind.as_str()).or_default();
        sums.0 += 1;
        sums.1 += miner.incentive;
        sums.2 += u128::from(miner.earned_rao);
    }
    let all: f64 = kinds.values().map(|sums| sums.1).sum();
    let earned: u128 = kinds.values().map(|sums| sums.2).sum();
    let part = |part: f64, whole: f64| percent(if whole > 0.0 { part / whole } else { 0.0 });
    let rows = kinds.iter().map(|(kind, (count, incentive, alpha))| {
        vec![
            Field::from(*kind).fg(colour(kind)),
            count.to_string().into(),
            part(*incentive, all),
            format!("{:.4}", *alpha as f64 / 1e9).into(),
            part(*alpha as f64, earned as f64),
        ]
    });
    Table {
        title: "by kind",
        rows: rows.collect(),
        columns,
    }
}

/// How much was issued, and whether that is what is held.
pub fn sums(frame: &Frame) -> (String, Result<&'static str, String>) {
    let issued = format!("issued {} TAO", Amount(frame.issuance_rao));
    let held = match frame.issuance_rao == frame.held_rao {
        true => Ok("= all that is held"),
        false => Err(format!("but {} TAO are held", Amount(frame.held_rao))),
    };
    (issued, held)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_verdict_begins_with_what_is_wrong() {
        let (own, other) = (&"5".repeat(48), &"6".repeat(48));
        for (said, shown) in [
            (
                format!("{own} at 127.0.0.1:8091 cannot be reached: connection refused"),
                "cannot be reached: connection refused".to_owned(),
            ),
            (
                format!("{own} answers with nonsense"),
                "answers with nonsense".to_owned(),
            ),
            (format!("copied from {other}"), "copied from 66666666…".to_owned()),
        ] {
            assert_eq!(words(&said, own), shown);
        }
    }
}
