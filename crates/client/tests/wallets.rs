//! Wallet folders made by bittensor-wallet 4.1.1 (`tests/wallets`; the passwords and keys are for this test only).

use std::path::Path;

use tributary_client::{Error, Keypair, NewKey, Wallet, address, keyfile, wallet::list};

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
    assert!(error.contains("ansible, fernet, open, sealed"), "{error}");
    let error = open("open").hotkey("other", |_| None).unwrap_err().to_string();
    assert!(error.contains("hotkeys/other") && error.contains("`open`"), "{error}");
}

#[test]
fn wallets_of_older_tools_open_too() {
    let bob = Keypair::dev("Bob").unwrap();
    for name in ["ansible", "fernet"] {
        let wallet = open(name);
        assert!(wallet.is_sealed(), "{name}");
        assert_eq!(wallet.coldkey_account().unwrap(), bob.account(), "{name}");
        let coldkey = wallet.coldkey(|_| Some(PASSWORD.to_owned())).unwrap();
        assert_eq!(coldkey.account(), bob.account(), "{name}");
        let wrong = wallet.coldkey(|_| Some("guess".to_owned()));
        assert!(matches!(wrong, Err(Error::WrongPassword { .. })), "{name}");
    }
}

#[test]
fn a_cut_or_damaged_file_is_an_error_and_no_panic() {
    for name in ["ansible", "sealed"] {
        let path = open(name).folder().join("coldkey");
        let whole = std::fs::read(&path).unwrap();
        let short = [0, 1, 6, 16, 31, 40, 90, whole.len() / 2, whole.len() - 2];
        for length in short.into_iter().filter(|length| name == "ansible" || *length < 24) {
            assert!(
                keyfile::unseal(&path, &whole[..length], PASSWORD).is_err(),
                "{name} {length}"
            );
        }
    }
}

#[test]
fn a_new_wallet_is_read_again_and_never_written_over() {
    let root = tempfile::tempdir().unwrap();
    let root = Some(root.path());
    let key = NewKey::random();
    let account = key.pair.account();
    let wallet = Wallet::create(root, "main", &key, Some(PASSWORD)).unwrap();
    wallet
        .add_hotkey("worker", &NewKey::from_secret("//Bob//hot").unwrap())
        .unwrap();
    let wallet = Wallet::open(root, wallet.name()).unwrap();
    assert!(wallet.is_sealed());
    assert_eq!(wallet.coldkey_account().unwrap(), account);
    assert_eq!(
        wallet.coldkey(|_| Some(PASSWORD.to_owned())).unwrap().account(),
        account
    );
    assert_eq!(wallet.hotkeys().unwrap(), ["worker"]);
    let hotkey = wallet.hotkey("worker", |_| None).unwrap();
    assert_eq!(hotkey.account(), wallet.hotkey_account("worker").unwrap());
    assert!(matches!(
        Wallet::create(root, "main", &NewKey::random(), None),
        Err(Error::KeyExists { .. })
    ));
    assert!(matches!(
        wallet.add_hotkey("worker", &NewKey::random()),
        Err(Error::KeyExists { .. })
    ));
    for name in ["", ".", "..", "../main", "a/b", ".hidden", "a b", "a\u{202e}b"] {
        let made = Wallet::create(root, name, &NewKey::random(), None);
        assert!(matches!(made, Err(Error::BadName { .. })), "{name}");
    }
    assert_eq!(list(root).unwrap().len(), 1);
    // The words alone make the same key again.
    let again = NewKey::from_secret(key.phrase.as_deref().unwrap()).unwrap();
    assert_eq!((again.pair.account(), again.seed), (account, key.seed));
}

#[cfg(unix)]
#[test]
fn new_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let wallet = Wallet::create(Some(&root.path().join("wallets")), "main", &NewKey::random(), None).unwrap();
    wallet.add_hotkey("worker", &NewKey::random()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = wallet.folder();
    for path in ["", "../", "hotkeys"] {
        assert_eq!(mode(&folder.join(path)), 0o700, "{path}");
    }
    for path in ["coldkey", "coldkeypub.txt", "hotkeys/worker", "hotkeys/workerpub.txt"] {
        assert_eq!(mode(&folder.join(path)), 0o600, "{path}");
    }
    std::fs::set_permissions(folder.join("coldkey"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let refused = wallet.coldkey(|_| None).unwrap_err().to_string();
    assert!(
        refused.contains("everybody on this machine may change it") && refused.contains("chmod 600"),
        "{refused}"
    );
}

#[test]
fn two_files_that_name_different_accounts_are_noticed() {
    let root = tempfile::tempdir().unwrap();
    let (mine, other) = (
        NewKey::from_secret("//Bob").unwrap(),
        NewKey::from_secret("//Eve").unwrap(),
    );
    let eve = keyfile::without_secret(&other.pair.account());
    for password in [None, Some(PASSWORD)] {
        let name = if password.is_some() { "sealed" } else { "open" };
        let wallet = Wallet::create(Some(root.path()), name, &mine, password).unwrap();
        std::fs::write(wallet.folder().join("coldkeypub.txt"), &eve).unwrap();
        let ask = |_: &Path| password.map(str::to_owned);
        let error = wallet.coldkey(ask).unwrap_err();
        assert!(matches!(error, Error::KeysDiffer { .. }), "{error}");
        for account in [&mine, &other] {
            assert!(error.to_string().contains(&account.pair.address()), "{error}");
        }
        // What can be compared without a password is.
        assert_eq!(wallet.coldkey_account().is_err(), password.is_none());
        assert_eq!(wallet.repair(ask).unwrap(), mine.pair.account());
        assert_eq!(
            wallet.coldkey(ask).unwrap().account(),
            wallet.coldkey_account().unwrap()
        );
    }
    let wallet = Wallet::open(Some(root.path()), "open").unwrap();
    wallet.add_hotkey("worker", &mine).unwrap();
    std::fs::write(wallet.folder().join("hotkeys/workerpub.txt"), &eve).unwrap();
    for failed in [
        wallet.hotkey_account("worker").err(),
        wallet.hotkey("worker", |_| None).err(),
    ] {
        assert!(matches!(failed, Some(Error::KeysDiffer { .. })), "{failed:?}");
    }
    // One file can contradict itself as well.
    let path = wallet.folder().join("coldkey");
    let forged = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    let forged = forged.replace(&mine.pair.address(), &other.pair.address());
    std::fs::write(&path, forged).unwrap();
    let error = wallet.coldkey(|_| None).unwrap_err().to_string();
    assert!(error.contains("its secret is that of"), "{error}");
}
