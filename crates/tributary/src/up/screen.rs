//! The live screen.

use std::collections::BTreeMap;

use anyhow::Result;
use crossterm::event::{Event, EventStream, KeyCode, KeyEventKind, KeyModifiers};
use futures::StreamExt as _;
use ratatui::{
    DefaultTerminal, Frame as Canvas,
    layout::{Constraint, Layout},
    style::{Color, Modifier, Style, Stylize as _},
    text::{Line, Span},
    widgets::{Block, Cell, Paragraph, Row, Table},
};

use super::frame::{Frame, MinerFrame};
use crate::{
    amount::Amount,
    output::{self, Hush},
};

/// What the screen shows besides the frame.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Where the chain listens.
    pub endpoint: String,
    /// Where the market lives.
    pub folder: String,
    /// What is going on.
    pub activity: String,
}

/// A terminal taken over until it is dropped.
pub struct Screen {
    terminal: DefaultTerminal,
    events: EventStream,
    hush: Hush,
}

impl Screen {
    /// Takes over the terminal.
    ///
    /// # Errors
    /// If the terminal does not allow it.
    pub fn open() -> Result<Self> {
        let mut terminal = ratatui::try_init()?;
        terminal.clear()?;
        Ok(Self {
            terminal,
            events: EventStream::new(),
            hush: output::hush(),
        })
    }

    /// Draws.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn show(&mut self, frame: &Frame, notes: &mut Notes) -> Result<()> {
        if let Some(line) = self.hush.heard().pop() {
            notes.activity = line;
        }
        self.terminal.draw(|canvas| draw(canvas, frame, notes))?;
        Ok(())
    }

    /// Waits until the screen must be drawn again (`false`) or the user wants to leave (`true`).
    pub async fn input(&mut self) -> bool {
        loop {
            match self.events.next().await {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                    let control = key.modifiers.contains(KeyModifiers::CONTROL);
                    match key.code {
                        KeyCode::Char('q') | KeyCode::Esc => return true,
                        KeyCode::Char('c') if control => return true,
                        _ => {}
                    }
                }
                Some(Ok(Event::Resize(..))) => return false,
                Some(Ok(_)) => {}
                // No more input: the screen goes on, and a signal can still end it.
                Some(Err(_)) | None => std::future::pending().await,
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn draw(canvas: &mut Canvas<'_>, frame: &Frame, notes: &Notes) {
    let miners: usize = frame.subnets.iter().map(|subnet| subnet.miners.len()).sum();
    let kinds = kinds(frame);
    let rows = |count: usize| u16::try_from(count).unwrap_or(u16::MAX).saturating_add(3);
    let servers: usize = frame.subnets.iter().map(|subnet| subnet.servers.len()).sum();
    let [head, subnets, workers, counter, by_kind, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(rows(frame.subnets.len())),
        Constraint::Max(rows(miners)),
        Constraint::Max(if servers > 0 { rows(servers) } else { 0 }),
        Constraint::Length(rows(kinds.len())),
        Constraint::Length(1),
    ])
    .areas(canvas.area());
    canvas.render_widget(Paragraph::new(header(frame, notes)), head);
    canvas.render_widget(subnet_table(frame), subnets);
    canvas.render_widget(miner_table(frame), workers);
    canvas.render_widget(server_table(frame), counter);
    canvas.render_widget(kind_table(&kinds), by_kind);
    let foot_text = format!(
        "q or Ctrl-C stops; start again to go on   {}   {}",
        notes.endpoint, notes.folder
    );
    canvas.render_widget(Paragraph::new(foot_text).dim(), foot);
}

fn header(frame: &Frame, notes: &Notes) -> Vec<Line<'static>> {
    let balanced = frame.issuance_rao == frame.held_rao;
    let held = match balanced {
        true => Span::styled("= all that is held", Style::new().fg(Color::Green)),
        false => Span::styled(
            format!("but {} TAO are held", Amount(frame.held_rao)),
            Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        ),
    };
    vec![
        Line::from(vec![
            Span::styled("Tributary", Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD)),
            Span::raw(format!(
                "   block {}   issued {} TAO ",
                frame.block,
                Amount(frame.issuance_rao)
            )),
            held,
        ]),
        Line::from(notes.activity.clone()).dim(),
    ]
}

fn bits(value: Option<f64>) -> String {
    value.map(|bits| format!("{bits:.3}")).unwrap_or_else(|| "-".to_owned())
}

fn alpha(units: u64) -> String {
    format!("{:.4}", units as f64 / 1e9)
}

fn head_style() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn subnet_table(frame: &Frame) -> Table<'static> {
    let rows = frame.subnets.iter().map(|subnet| {
        let bar = "█".repeat((subnet.emission_share * 10.0).round().clamp(0.0, 10.0) as usize);
        let tao = |rao: u64| format!("{:>10.4}", rao as f64 / 1e9);
        Row::new([
            Cell::from(format!("{:>3}", subnet.netuid)),
            Cell::from(subnet.name.clone()),
            Cell::from(format!("{:>10.6}", subnet.price_tao)),
            Cell::from(format!("{:>6.2} %", 100.0 * subnet.emission_share)),
            Cell::from(bar).fg(Color::Cyan),
            Cell::from(format!("{:>12.3}", subnet.tao_in_pool_rao as f64 / 1e9)),
            Cell::from(format!("{:>9}", bits(subnet.best_bits_per_byte))).fg(Color::Green),
            Cell::from(tao(subnet.revenue_rao)),
            Cell::from(tao(subnet.tribute_rao)),
            Cell::from(format!("{:>7.3} %", 100.0 * subnet.returned_over_emitted)).fg(Color::Magenta),
            Cell::from(match &subnet.artifact {
                Some(artifact) => format!("{:>6}", format!("{}/{}", subnet.opened, artifact.number + 1)),
                None => String::new(),
            })
            .fg(Color::Magenta),
        ])
    });
    let widths = [3, 15, 10, 8, 10, 12, 9, 10, 10, 9, 6].map(Constraint::Length);
    Table::new(rows, widths)
        .header(
            Row::new([
                "net",
                "subnet",
                " price TAO",
                "emission",
                "",
                " TAO in pool",
                "bits/byte",
                "   revenue",
                "   tribute",
                " returned",
                "opened",
            ])
            .style(head_style()),
        )
        .block(Block::bordered().title(" subnets "))
}

fn colour(kind: &str) -> Color {
    if kind == "honest" { Color::Green } else { Color::Yellow }
}

fn miner_table(frame: &Frame) -> Table<'static> {
    let rows = frame.subnets.iter().flat_map(|subnet| {
        subnet.miners.iter().map(move |miner: &MinerFrame| {
            Row::new([
                Cell::from(format!("{:>3}", subnet.netuid)),
                Cell::from(format!("{:>3}", miner.uid)),
                Cell::from(miner.kind.clone()).fg(colour(&miner.kind)),
                Cell::from(format!("{:>8}", miner.strength)),
                Cell::from(format!("{:>9}", bits(miner.bits_per_byte))),
                Cell::from(format!("{:>7.2} %", 100.0 * miner.incentive)),
                Cell::from(format!("{:>12}", alpha(miner.earned_rao))),
                Cell::from(miner.verdict.clone().unwrap_or_default()).dim(),
            ])
        })
    });
    let widths = [3, 3, 9, 8, 9, 9, 12]
        .map(Constraint::Length)
        .into_iter()
        .chain([Constraint::Fill(1)]);
    Table::new(rows, widths)
        .header(
            Row::new([
                "net",
                "uid",
                "miner",
                "strength",
                "bits/byte",
                "incentive",
                "earned alpha",
                "validators say",
            ])
            .style(head_style()),
        )
        .block(Block::bordered().title(" miners "))
}

fn server_table(frame: &Frame) -> Table<'static> {
    let rows = frame.subnets.iter().flat_map(|subnet| {
        subnet.servers.iter().map(move |server| {
            let answer = server
                .answer_ms
                .map(|ms| format!("{ms:.0}"))
                .unwrap_or_else(|| "-".to_owned());
            let speed = server.tokens_per_second.map(|speed| format!("{speed:.0}"));
            Row::new([
                Cell::from(format!("{:>3}", subnet.netuid)),
                Cell::from(format!("{:>3}", server.uid)),
                Cell::from(server.kind.clone()).fg(colour(&server.kind)),
                Cell::from(format!("{answer:>9}")),
                Cell::from(format!("{:>8}", speed.unwrap_or_else(|| "-".to_owned()))),
                Cell::from(format!("{:>7.2} %", 100.0 * server.incentive)),
                Cell::from(format!("{:>12}", alpha(server.earned_rao))),
                Cell::from(server.verdict.clone().unwrap_or_default()).dim(),
            ])
        })
    });
    let widths = [3, 3, 11, 9, 8, 9, 12]
        .map(Constraint::Length)
        .into_iter()
        .chain([Constraint::Fill(1)]);
    let head = [
        "net",
        "uid",
        "server",
        "ms/answer",
        "tokens/s",
        "incentive",
        "earned alpha",
        "validators say",
    ];
    let title = frame
        .subnets
        .iter()
        .find_map(|subnet| subnet.gateway.as_ref())
        .map(|gateway| {
            format!(
                " {}/v1: {} requests, {} tokens made, {:.4} TAO charged ",
                gateway.url,
                gateway.requests,
                gateway.completion_tokens,
                gateway.charged_rao as f64 / 1e9
            )
        });
    Table::new(rows, widths)
        .header(Row::new(head).style(head_style()))
        .block(Block::bordered().title(title.unwrap_or_default()))
}

/// Number of miners, sum of incentives (of one a subnet) and alpha earned, by kind.
fn kinds(frame: &Frame) -> BTreeMap<String, (usize, f64, u64)> {
    let mut kinds: BTreeMap<String, (usize, f64, u64)> = BTreeMap::new();
    for miner in frame.subnets.iter().flat_map(|subnet| &subnet.miners) {
        let sums = kinds.entry(miner.kind.clone()).or_default();
        sums.0 += 1;
        sums.1 += miner.incentive;
        sums.2 += miner.earned_rao;
    }
    kinds
}

fn kind_table(kinds: &BTreeMap<String, (usize, f64, u64)>) -> Table<'static> {
    let all: f64 = kinds.values().map(|sums| sums.1).sum();
    let earned: u64 = kinds.values().map(|sums| sums.2).sum();
    let part = |part: f64, whole: f64| if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
    let rows = kinds.iter().map(|(kind, (count, incentive, alpha_units))| {
        Row::new([
            Cell::from(kind.clone()).fg(colour(kind)),
            Cell::from(format!("{count:>6}")),
            Cell::from(format!("{:>7.2} %", part(*incentive, all))),
            Cell::from(format!("{:>12}", alpha(*alpha_units))),
            Cell::from(format!("{:>8.2} %", part(*alpha_units as f64, earned as f64))),
        ])
    });
    Table::new(rows.collect::<Vec<_>>(), [9, 6, 9, 12, 10].map(Constraint::Length))
        .header(Row::new(["kind", "miners", "incentive", "earned alpha", "of all pay"]).style(head_style()))
        .block(Block::bordered().title(" by kind "))
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::up::frame::{ArtifactFrame, GatewayFrame, ServerFrame, SubnetFrame};

    fn sample() -> Frame {
        let miner = |uid: u16, kind: &str, incentive: f64| MinerFrame {
            uid,
            kind: kind.into(),
            strength: 1.0,
            bits_per_byte: Some(3.5),
            incentive,
            earned_rao: 1_500_000_000,
            ..MinerFrame::default()
        };
        let subnet = SubnetFrame {
            netuid: 1,
            name: "histories 45k".into(),
            price_tao: 0.25,
            emission_share: 0.5,
            tao_in_pool_rao: 100_000_000_000,
            best_bits_per_byte: Some(3.125),
            artifact: Some(ArtifactFrame {
                number: 4,
                ..ArtifactFrame::default()
            }),
            opened: 3,
            miners: vec![miner(3, "honest", 0.99), miner(4, "copycat", 0.01)],
            ..SubnetFrame::default()
        };
        let served = SubnetFrame {
            netuid: 4,
            name: "served".into(),
            market: "serve",
            servers: vec![ServerFrame {
                uid: 2,
                kind: "wrong-model".into(),
                answer_ms: Some(17.4),
                verdict: Some("not the model".into()),
                ..ServerFrame::default()
            }],
            pact: Some("active"),
            revenue_rao: 2_500_000_000,
            tribute_rao: 500_000_000,
            returned_over_emitted: 0.0125,
            gateway: Some(GatewayFrame {
                url: "http://127.0.0.1:8402".into(),
                requests: 321,
                ..GatewayFrame::default()
            }),
            ..SubnetFrame::default()
        };
        Frame {
            block: 42,
            issuance_rao: 7,
            held_rao: 7,
            subnets: vec![subnet, served],
            ..Frame::default()
        }
    }

    fn picture(frame: &Frame) -> String {
        let mut terminal = Terminal::new(TestBackend::new(120, 30)).unwrap();
        terminal.draw(|canvas| draw(canvas, frame, &Notes::default())).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn shows_every_figure() {
        let picture = picture(&sample());
        for text in [
            "block 42",
            "0.000000007 TAO = all that is held",
            "histories 45k",
            "0.250000",
            "50.00 %",
            "100.000",
            "3.125",
            "3/5",
            "copycat",
            "99.00 %",
            "1.5000",
            "wrong-model",
            "not the model",
            "2.5000",
            "0.5000",
            "1.250 %",
            "http://127.0.0.1:8402/v1: 321 requests",
        ] {
            assert!(picture.contains(text), "{text} is missing in\n{picture}");
        }
    }

    #[test]
    fn shouts_when_the_sums_differ() {
        assert!(
            picture(&Frame {
                held_rao: 8,
                ..sample()
            })
            .contains("but 0.000000008 TAO are held")
        );
    }

    #[test]
    fn draws_nothing_yet_without_a_panic() {
        assert!(picture(&Frame::default()).contains("block 0"));
    }
}
