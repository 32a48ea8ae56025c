//! Wallet folders made by bittensor-wallet 4.1.1 (`tests/wallets`; the passwords and keys are for this test only).

use std::path::Path;

use tributary_client::{Error, Keypair, Wallet, address};

const PASSWORD: &str = "Tributary-42-river";

fn open(name: &str) -> Wallet {
    Wallet::open(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wallets")), name).unwrap()
}

#[test]
fn an_open_wallet_gives_its_keys_without_a_question() {
    let wallet = open("open");
    let bob = Keypair::dev("Bob").unwrap();
    assert_eq!(wallet.coldkey_account().unwrap(), bob.account());
    let nobody = |_: &Path| -> Option<String> { panic!("no password is needed") };
    let coldkey = wallet.coldkey(nobody).unwrap();
    assert_eq!(coldkey.address(), bob.address());
    let hotkey = wallet.hotkey("worker", nobody).unwrap();
    assert_eq!(hotkey.address(), Keypair::from_secret("//Bob//hot").unwrap().address());
    assert_eq!(wallet.hotkey_account("worker").unwrap(), hotkey.account());
}

#[test]
fn a_sealed_coldkey_opens_with_its_password_and_no_other() {
    let wallet = open("sealed");
    let coldkey = wallet.coldkey(|_| Some(PASSWORD.to_owned())).unwrap();
    assert_eq!(coldkey.account(), wallet.coldkey_account().unwrap());
    assert_eq!(coldkey.address(), "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV");
    assert!(matches!(
        wallet.coldkey(|_| Some("guess".to_owned())),
        Err(Error::WrongPassword { .. })
    ));
    assert!(matches!(wallet.coldkey(|_| None), Err(Error::NoPassword { .. })));
    assert_eq!(
        address(&wallet.hotkey_account("worker").unwrap()),
        Keypair::dev("Alice").unwrap().address()
    );
}

#[test]
fn what_is_missing_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wallets");
    let error = Wallet::open(Some(&root), "opne").unwrap_err().to_string();
    assert!(error.contains("open, sealed"), "{error}");
    let error = open("open").hotkey("other", |_| None).unwrap_err().to_string();
    assert!(error.contains("hotkeys/other") && error.contains("`open`"), "{error}");
}
