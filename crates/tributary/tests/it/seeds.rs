//! The first inputs of the fuzz targets (`fuzz/corpus`) are what the targets expect. `SNAPSHOTS=overwrite` writes them
//! anew, for formats that have changed.

use std::{fs, path::PathBuf};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tributary_market_serve::{credential::Token, rail::Voucher};
use tributary_market_train::{Artefact, Model, Rules, Shape, device};
use tributary_neuron::{
    BeaconPrint, CorpusPrint, Description, Identity,
    envelope::{BODY, Envelope, ID, NONCE, RECEIVER, SENDER, SIGNATURE, sha256},
};
use tributary_timelock::{Beacon, Pulse, Sealed, Secret};

/// Round 1000 of drand's quicknet, which is out since 24 August 2023.
const PULSE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

/// The seed of this name; written first if that was asked for.
fn seed(target: &str, name: &str, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus")).join(target);
    let path = folder.join(format!("seed-{name}"));
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn vouchers_and_keys() {
    let (alice, genesis) = (Identity::from_seed(&[1; 32]), [3; 32]);
    for (name, channel, amount) in [("voucher", 7, 1_500_000_000), ("largest", u64::MAX, u64::MAX)] {
        let made = Voucher::sign(&alice, &genesis, channel, amount).to_string();
        let read: Voucher = text(seed("voucher", name, made)).parse().unwrap();
        assert_eq!((read.channel, read.amount), (channel, amount));
        assert!(read.is_signed_by(&alice.hotkey(), &genesis));
    }
    let made = Token::sign(&alice, &genesis, 7, 900).to_string();
    let read: Token = text(seed("voucher", "token", made)).parse().unwrap();
    assert!(read.is_signed_by(&alice.hotkey(), &genesis));
}

#[test]
fn envelopes() {
    let (alice, bob) = (Identity::from_seed(&[1; 32]), Identity::from_seed(&[2; 32]));
    let envelope = Envelope {
        sender: alice.hotkey(),
        receiver: bob.hotkey(),
        nonce: 1_700_000_000_000_000_000,
        id: [7; 16],
        body: sha256(b"body"),
    };
    let values = envelope.headers(&alice, "route").map(|(_, value)| value);
    let read = text(seed("envelope", "signed", values.join("\n") + "\nbody"));
    let mut lines = read.lines();
    let mut headers = HeaderMap::new();
    for name in [SENDER, RECEIVER, NONCE, ID, BODY, SIGNATURE] {
        let value = HeaderValue::from_str(lines.next().unwrap()).unwrap();
        headers.insert(HeaderName::from_static(name), value);
    }
    let (found, signature) = Envelope::from_headers(&headers).unwrap();
    assert_eq!(found, envelope);
    assert_eq!(
        found.verify("route", lines.next().unwrap().as_bytes(), &signature),
        Ok(())
    );
}

#[test]
fn sealed_files() {
    let beacon = Beacon::quicknet();
    for (name, content) in [
        ("empty", &b""[..]),
        ("text", b"And it came to pass"),
        ("zeros", &[0; 300]),
    ] {
        let made = Sealed::seal(&beacon, 1000, content, &Secret([5; 32])).unwrap();
        let read = Sealed::from_bytes(&seed("sealed", name, made.to_bytes())).unwrap();
        let pulse = Pulse::from_hexadecimal(1000, PULSE).unwrap();
        assert_eq!(read.open(&pulse).unwrap(), content);
    }
}

#[test]
fn descriptions_in_commitments() {
    let bare = Description {
        kind: "train".into(),
        rules: serde_json::json!({"margin_bits": 0.02, "parameters_max": 45_000}),
        corpus: None,
        beacon: None,
    };
    let whole = Description {
        corpus: Some(CorpusPrint {
            name: "prophets".into(),
            bytes: 1_700_000,
            sha256: "ab".repeat(32),
            training_sha256: "cd".repeat(32),
        }),
        beacon: Some(BeaconPrint {
            chain: "ef".repeat(32),
            relay: Some("http://127.0.0.1:8403".into()),
        }),
        ..bare.clone()
    };
    for (name, made) in [("bare", bare), ("whole", whole)] {
        let read = text(seed("commitment", name, made.to_text().unwrap()));
        assert_eq!(Description::from_text(&read).unwrap(), made);
    }
}

#[test]
fn models() {
    let rules = Rules::default();
    for hidden in [1, 8] {
        let shape = Shape {
            context: rules.context_bytes,
            embedding: rules.embedding_width,
            hidden,
        };
        let model = Model::random(shape, 1, &device()).unwrap();
        let made = Artefact::pack(&model).unwrap();
        let read = seed("artefact", &format!("hidden-{hidden}"), made.bytes());
        Artefact::new(read.into()).open(&rules, &device()).unwrap();
    }
}

#[test]
fn requests_for_completions() {
    let plain = r#"{"model":"tributary","prompt":"In the beginning","max_tokens":8}"#;
    let whole = r#"{"model":"tributary","prompt":["a"],"max_tokens":8,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["x"],"stream":true,"stream_options":{"include_usage":true}}"#;
    for (name, made) in [("plain", plain), ("whole", whole)] {
        let read = seed("completion", name, made);
        tributary_market_serve::api::Job::parse(&read, &tributary_market_serve::Rules::default(), 7).unwrap();
    }
}
