use std::collections::BTreeSet;

use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::up::frame::{ArtifactFrame, GUEST, GatewayFrame, MinerFrame, ServerFrame, SubnetFrame, ValidatorFrame};

const ADDRESS: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

fn miner(uid: u16, kind: &str, incentive: f64) -> MinerFrame {
    MinerFrame {
        uid,
        kind: kind.into(),
        home: kind != GUEST,
        hotkey: ADDRESS.into(),
        strength: 0.25,
        bits_per_byte: Some(3.512),
        incentive,
        earned_rao: 1_500_000_000,
        verdict: Some(format!(
            "{ADDRESS} at 127.0.0.1:40404 cannot be reached: 3 tries in 15 s"
        )),
    }
}

/// A market with figures as long as they get.
fn sample() -> Frame {
    let train = |netuid: u16, name: &str| SubnetFrame {
        netuid,
        name: name.into(),
        home: true,
        market: "train",
        price_tao: 0.25,
        emission_share: 1.0,
        tao_in_pool_rao: 9_876_543_210_987_654,
        best_bits_per_byte: Some(3.125),
        artifact: Some(ArtifactFrame {
            number: 1234,
            ..ArtifactFrame::default()
        }),
        opened: 1230,
        miners: vec![
            miner(3, "honest", 0.9876),
            miner(244, "copycat", 0.0123),
            miner(255, GUEST, 0.0001),
        ],
        validators: vec![ValidatorFrame {
            uid: 1,
            home: true,
            kind: "validator".into(),
            hotkey: ADDRESS.into(),
            stake_rao: 12_345_678_901_234_567,
            dividends: 0.5,
            rounds: Some(123),
            weights_block: 4_294_967_295,
        }],
        ..SubnetFrame::default()
    };
    let served = SubnetFrame {
        netuid: 4,
        name: "served".into(),
        home: true,
        market: "serve",
        price_tao: 1_234.567_891,
        servers: vec![ServerFrame {
            uid: 2,
            home: true,
            kind: "wrong-model".into(),
            hotkey: ADDRESS.into(),
            answer_ms: Some(17_654.4),
            tokens_per_second: Some(987_654.0),
            earned_rao: 18_446_744_073_709_551_615,
            verdict: Some("not the model".into()),
            ..ServerFrame::default()
        }],
        pact: Some("active"),
        revenue_rao: 2_500_000_000,
        tribute_rao: 500_000_000,
        returned_over_emitted: 123.456_78,
        gateway: Some(GatewayFrame {
            url: "http://127.0.0.1:8402".into(),
            requests: 1_234_567,
            completion_tokens: 123_456_789,
            charged_rao: 12_345_678_901,
            ..GatewayFrame::default()
        }),
        ..SubnetFrame::default()
    };
    Frame {
        block: 4_294_967_295,
        issuance_rao: 20_999_999_123_456_789,
        held_rao: 20_999_999_123_456_789,
        subnets: vec![
            train(1, "histories 45k"),
            train(2, "a name of 12345678 parts and 名前"),
            served,
            SubnetFrame {
                netuid: 65_535,
                market: "other",
                ..train(9, "")
            },
        ],
        ..Frame::default()
    }
}

fn notes() -> Notes {
    let mut notes = Notes {
        endpoint: "ws://127.0.0.1:39944".into(),
        folder: "/home/somebody/.local/share/tributary/up".into(),
        activity: "all at work; completions on http://127.0.0.1:8402/v1".into(),
        ..Notes::default()
    };
    notes.steps.reach(Step::Done);
    for number in 1000..1010 {
        notes.tell(&format!(
            "epoch of subnet 1: miners earned {number}.5000 alpha, uid 3 most with 98.76 %"
        ));
    }
    notes
}

/// What a window of this size shows, line by line.
fn shown(size: (u16, u16), view: &mut View, frame: &Frame, notes: &Notes) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|canvas| draw(canvas, view, frame, notes)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content().chunks(usize::from(size.0));
    lines
        .map(|cells| cells.iter().map(|cell| cell.symbol()).collect::<String>())
        .collect()
}

fn picture(size: (u16, u16), frame: &Frame, notes: &Notes) -> String {
    shown(size, &mut View::default(), frame, notes).join("\n")
}

fn has_digit(word: &str) -> bool {
    word.contains(|letter: char| letter.is_ascii_digit())
}

/// Words with a number in them that may stand on the screen: all that are in a field or a line as a whole.
fn whole(frame: &Frame, notes: &Notes) -> BTreeSet<String> {
    let (issued, held) = sums(frame);
    let mut texts = vec![
        issued,
        held.err().unwrap_or_default(),
        format!("block {}", frame.block),
        notes.activity.clone(),
    ];
    texts.extend(notes.recent.iter().cloned());
    for table in sections(frame) {
        texts.extend(table.rows.iter().flatten().map(|field| field.text().to_owned()));
    }
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    words
        .filter(|word| has_digit(word))
        .map(|word| word.trim_end_matches('…').to_owned())
        .collect()
}

#[test]
fn no_size_cuts_a_number() {
    let (frame, notes) = (sample(), notes());
    let allowed = whole(&frame, &notes);
    for width in 60..=200 {
        for height in 15..=60 {
            // Where one looks is another place in each window.
            for (offset, skipped) in [(0, 0), (usize::from(width) % 23, usize::from(height) % 9)]
                .into_iter()
                .take(1 + usize::from((width + height) % 3 == 0))
            {
                let mut view = View {
                    offset,
                    skipped,
                    ..View::default()
                };
                let lines = shown((width, height), &mut view, &frame, &notes);
                for line in &lines[..lines.len() - 1] {
                    for word in line.split_whitespace().filter(|word| has_digit(word)) {
                        let word = word.trim_end_matches('…');
                        assert!(
                            allowed.contains(word),
                            "`{word}` is cut at {width} x {height}, line {offset}, column {skipped}:\n{}",
                            lines.join("\n")
                        );
                    }
                }
                assert!(lines.last().unwrap().contains("q stop"), "{width} x {height}");
            }
        }
    }
}

#[test]
fn everything_can_be_reached_in_the_smallest_window() {
    let (frame, notes) = (sample(), notes());
    let mut seen = BTreeSet::new();
    let mut view = View::default();
    for _ in 0..12 {
        view.key(KeyCode::Home);
        for _ in 0..60 {
            let lines = shown(LEAST, &mut view, &frame, &notes);
            let words = lines.iter().flat_map(|line| line.split_whitespace());
            seen.extend(words.map(|word| word.trim_end_matches('…').to_owned()));
            view.key(KeyCode::Down);
        }
        view.key(KeyCode::Right);
    }
    for table in sections(&frame) {
        for field in table
            .rows
            .iter()
            .zip(std::iter::repeat(&table.columns))
            .flat_map(|(row, columns)| {
                row.iter()
                    .zip(columns)
                    .filter(|(_, column)| column.least > 0 && !column.title.is_empty())
            })
        {
            let (field, column) = field;
            // Names may be cut.
            if column.title == "subnet" {
                continue;
            }
            for word in field.text().split_whitespace() {
                let word = word.trim_end_matches('…');
                assert!(
                    seen.contains(word),
                    "`{word}` of {} {} is out of reach",
                    table.title,
                    column.title
                );
            }
        }
    }
    // Tab goes through the tables and comes back.
    let mut view = View::default();
    shown(LEAST, &mut view, &frame, &notes);
    let mut heads = Vec::new();
    for _ in 0..sections(&frame).len() {
        let lines = shown(LEAST, &mut view, &frame, &notes);
        heads.push(lines[2].clone());
        view.key(KeyCode::Tab);
    }
    for (head, title) in heads.iter().zip(["subnet", "miner", "server", "gateway"]) {
        assert!(head.contains(title), "{heads:#?}");
    }
}

#[test]
fn the_usual_terminal_shows_what_matters() {
    let picture = picture((80, 24), &sample(), &notes());
    for text in [
        "block 4294967295",
        "20999999.123456789 TAO",
        "= all that is held",
        "histories 45k",
        "0.250000",
        "100.00 %",
        "3.125",
        "copycat",
        "98.76 %",
        "1.5000",
        "5GrwvaEF…",
        "guest",
        "(no name)",
        "miners earned 1009.5000 alpha",
        "? help",
        "←→ columns",
    ] {
        assert!(picture.contains(text), "{text} is missing in\n{picture}");
    }
}

#[test]
fn a_wide_window_shows_every_figure() {
    let picture = picture((200, 60), &sample(), &notes());
    for text in [
        "= all that is held",
        "9876543.211",
        "1230/1235",
        "wrong-model",
        "not the model",
        "2.5000",
        "0.5000",
        "12345.678 %",
        "http://127.0.0.1:8402/v1",
        "1234567",
        "123456789",
        "12345678.9012",
        "██████████",
        "by kind",
        "ws://127.0.0.1:39944",
        "/home/somebody/.local/share/tributary/up",
    ] {
        assert!(picture.contains(text), "{text} is missing in\n{picture}");
    }
    assert!(!picture.contains("tab table"), "all of it is in sight:\n{picture}");
}

#[test]
fn shouts_when_the_sums_differ() {
    let frame = Frame {
        held_rao: 8,
        ..sample()
    };
    for size in [LEAST, (200, 60)] {
        let picture = picture(size, &frame, &notes());
        assert!(picture.contains("but 0.000000008 TAO are held"), "{picture}");
    }
}

#[test]
fn the_beginning_says_what_happens() {
    let mut notes = Notes::default();
    notes.steps.reach(Step::Emission);
    let picture = picture(LEAST, &Frame::default(), &notes);
    for text in [
        "✓ registering the subnets",
        "▸ starting emission",
        "  signing the pacts",
    ] {
        assert!(picture.contains(text), "{text} is missing in\n{picture}");
    }
}

#[test]
fn help_explains_every_column() {
    let (frame, notes) = (sample(), notes());
    let mut view = View::default();
    shown(LEAST, &mut view, &frame, &notes);
    assert_eq!(view.key(KeyCode::Char('?')), Some(Wish::Draw));
    let mut seen = String::new();
    for _ in 0..120 {
        seen += &shown(LEAST, &mut view, &frame, &notes).join("\n");
        view.key(KeyCode::Down);
    }
    for (title, columns) in meanings() {
        assert!(seen.contains(title));
        for (column, means) in columns {
            assert!(seen.contains(column), "{column}");
            let word = means.split_whitespace().last().unwrap();
            assert!(seen.contains(word), "{word} of {means}");
        }
    }
    // Esc closes it; without it, Esc leaves.
    assert_eq!(view.key(KeyCode::Esc), Some(Wish::Draw));
    assert_eq!(view.key(KeyCode::Esc), Some(Wish::Leave));
}

#[test]
fn a_window_that_is_too_small_says_so() {
    for size in [(59, 15), (60, 14), (20, 8), (1, 1), (300, 1)] {
        let picture = picture(size, &sample(), &notes());
        if size.0 >= 20 {
            assert!(picture.contains("This window has"), "{picture}");
        }
    }
}

#[test]
fn strangers_do_not_write_on_the_screen() {
    let mut frame = sample();
    frame.subnets[0].name = "\u{1b}[31mRED\n 9 fake".into();
    frame.subnets[0].miners[0].verdict = Some("no\u{202e}\u{1b}[2J".into());
    let mut notes = notes();
    notes.tell("subnet 9 is registered: \u{1b}[2J");
    let picture = picture((200, 60), &frame, &notes);
    assert!(
        !picture.contains('\u{1b}') && !picture.contains('\u{202e}'),
        "{picture}"
    );
    assert!(picture.contains("\\u{1b}[31mRED\\u{a} 9 fake"), "{picture}");
}
