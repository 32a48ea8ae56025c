//! The published vectors of the scheme, and its laws.

use proptest::prelude::*;
use serde_json::Value;
use tributary_timelock::{Beacon, Error, Info, Pulse, PulseJson, Sealed, Secret, Signer};

const VECTORS: &str = include_str!("../../vectors/data/consensus_vectors.json");

fn vector(name: &str) -> Value {
    let all: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let found = |vector: &Value| vector["area"] == "timelock" && vector["name"] == name;
    all.into_iter().find(found).unwrap()
}

fn pulse_1000() -> Pulse {
    let signature = &vector("drand_message")["expected"]["signature_hex"];
    let signature = hex::decode(signature.as_str().unwrap()).unwrap();
    Pulse {
        round: 1000,
        signature: signature.try_into().unwrap(),
    }
}

#[test]
fn quicknet_is_described_as_its_relays_do() {
    let info = Beacon::quicknet().info();
    assert_eq!(
        info.hash,
        "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    );
    assert_eq!(Beacon::try_from(&info).unwrap(), Beacon::quicknet());
    let other = |change: fn(&mut Info)| {
        let mut info = Beacon::quicknet().info();
        change(&mut info);
        Beacon::try_from(&info).unwrap_err()
    };
    assert_eq!(other(|info| info.period = 30), Error::Hash);
    assert_eq!(other(|info| info.period = 0), Error::Period);
    assert_eq!(other(|info| info.scheme = "pedersen-bls-chained".into()), Error::Scheme);
    assert_eq!(other(|info| info.public_key = "00".repeat(96)), Error::PublicKey);
    assert_eq!(
        other(|info| info.public_key.truncate(8)),
        Error::Hexadecimal("the public key", 96)
    );
}

#[test]
fn rounds_have_their_times() {
    let beacon = Beacon::quicknet();
    for name in [
        "client_round_5900000_1",
        "client_round_5900000_64",
        "client_round_1234_7",
    ] {
        let vector = vector(name);
        let inputs = &vector["inputs"];
        let block_time = inputs["block_time"].as_f64().unwrap();
        let blocks = vector["expected"]["target_block"].as_f64().unwrap() - inputs["block"].as_f64().unwrap();
        let reveal_s = inputs["unix_seconds"].as_f64().unwrap() + blocks * block_time;
        let genesis = inputs["genesis"].as_f64().unwrap();
        // The clients round up, and know no round 0.
        let round = ((reveal_s - genesis) / inputs["period"].as_f64().unwrap()).ceil() as u64;
        let expected = vector["expected"]["round"].as_u64().unwrap();
        assert!(round.abs_diff(expected) <= 1, "{name}");
        assert_eq!(beacon.round_at_ms(beacon.round_time_ms(expected)), expected);
        assert_eq!(beacon.round_at_ms(beacon.round_time_ms(expected) - 1), expected - 1);
    }
    assert_eq!(beacon.round_at_ms(0), 0);
}

#[test]
fn a_real_pulse_is_taken_and_others_are_not() {
    let (beacon, pulse) = (Beacon::quicknet(), pulse_1000());
    beacon.verify(&pulse).unwrap();
    assert_eq!(beacon.verify(&Pulse { round: 1001, ..pulse }), Err(Error::Pulse));
    let foreign = Signer::from_phrase("another").unwrap();
    assert_eq!(beacon.verify(&foreign.pulse(1000)), Err(Error::Pulse));
    foreign.beacon().verify(&foreign.pulse(1000)).unwrap();
    let json = PulseJson::from(&pulse);
    assert_eq!(Pulse::try_from(&json).unwrap(), pulse);
}

#[test]
fn opens_what_the_reference_sealed() {
    let vector = vector("tlock_round_1000");
    let sealed = Sealed {
        ciphertext: hex::decode(vector["inputs"]["ciphertext"].as_str().unwrap()).unwrap(),
        round: 1000,
    };
    let content = sealed.open(&pulse_1000()).unwrap();
    assert_eq!(hex::encode(content), vector["expected"]["plaintext"].as_str().unwrap());
}

#[test]
fn a_real_pulse_opens_what_is_sealed_here() {
    let beacon = Beacon::quicknet();
    let secret = Secret([7; 32]);
    let sealed = Sealed::seal(&beacon, 1000, b"weights", &secret).unwrap();
    assert_eq!(sealed.open(&pulse_1000()).unwrap(), b"weights");
    assert_eq!(Sealed::from_bytes(&sealed.to_bytes()).unwrap(), sealed);
    let mut longer = sealed.to_bytes();
    longer.push(0);
    assert!(matches!(Sealed::from_bytes(&longer), Err(Error::Format(_))));
    assert!(matches!(Sealed::from_bytes(b"junk"), Err(Error::Format(_))));
    assert_eq!(format!("{secret:?}"), "Secret(..)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn only_the_round_opens_and_only_the_content_is_held(
        content in prop::collection::vec(any::<u8>(), 0..2000), round in 1..u64::MAX, secret: [u8; 32], bit: usize,
        phrase in "[a-z]{1,12}",
    ) {
        let signer = Signer::from_phrase(&phrase).unwrap();
        let secret = Secret(secret);
        let sealed = Sealed::seal(signer.beacon(), round, &content, &secret).unwrap();
        prop_assert_eq!(&sealed.open(&signer.pulse(round)).unwrap(), &content);
        prop_assert!(sealed.holds(signer.beacon(), &content, &secret));

        let early = Pulse { round, ..signer.pulse(round - 1) };
        prop_assert_eq!(sealed.open(&early), Err(Error::Closed));
        let wrong_round = sealed.open(&signer.pulse(round - 1));
        prop_assert_eq!(wrong_round, Err(Error::Round { sealed: round, pulse: round - 1 }));
        let foreign = Signer::from_phrase("FOREIGN").unwrap();
        prop_assert_eq!(sealed.open(&foreign.pulse(round)), Err(Error::Closed));
        prop_assert!(!sealed.holds(foreign.beacon(), &content, &secret));

        let mut other = content.clone();
        other.push(1);
        prop_assert!(!sealed.holds(signer.beacon(), &other, &secret));
        let mut wrong = secret.clone();
        wrong.0[bit % 32] ^= 1;
        prop_assert!(!sealed.holds(signer.beacon(), &content, &wrong));

        // The suite's name at the end is not looked at, as in the reference.
        let mut bent = sealed.clone();
        let bits = (bent.ciphertext.len() - 16) * 8;
        let bit = bit % bits;
        bent.ciphertext[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(bent.open(&signer.pulse(round)).is_err());
        prop_assert!(!bent.holds(signer.beacon(), &content, &secret));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), round: u64) {
        let signer = Signer::from_phrase("any").unwrap();
        let sealed = Sealed { ciphertext: bytes.clone(), round };
        prop_assert!(sealed.open(&signer.pulse(round)).is_err());
        let _ = Sealed::from_bytes(&bytes);
    }
}
