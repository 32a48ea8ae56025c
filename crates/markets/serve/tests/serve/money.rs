//! What customers try so as not to pay, and what gateways try so as to be paid twice.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_market_serve::{
    MinerKind, WalletConfig, WalletError, WalletStatus,
    memory_rail::MemoryRail,
    rail::{Rail, Voucher},
    run_wallet,
};

use crate::{
    shop::{DEPOSIT, REVENUE_SHARE, Shop, body, channel},
    world::{World, identity},
};

const HONEST: &[(MinerKind, u16)] = &[(MinerKind::Honest, 1)];

/// A chain that takes one settlement a block, and a payer that closes all its channels in one block.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_counts_is_settled_before_a_payer_can_take_it_back() {
    const CHANNELS: u64 = 120;
    let rail = MemoryRail::new(REVENUE_SHARE).with_settlements_per_block(1);
    let shop = Shop::open_on(rail, HONEST, |config| config.credit = 0).await;
    let blocks = tokio::spawn({
        let (rail, cancel) = (shop.rail.clone(), shop.world.cancel.clone());
        async move {
            while !cancel.is_cancelled() {
                tokio::time::sleep(Duration::from_millis(25)).await;
                rail.advance();
            }
        }
    });
    let genesis = shop.rail.genesis();
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        // The large ones come last.
        let amount = if n < CHANNELS - 10 { 1_000 } else { 900_000 };
        let id = shop.rail.open(channel(&shop.payer, &shop.payee, 1_000_000));
        let (status, said) = shop
            .send_voucher(&Voucher::sign(&shop.payer, &genesis, id, amount))
            .await;
        assert_eq!((status, &said["covered"]), (200, &json!(amount)), "{said}");
        channels.push((id, amount));
    }
    for (id, _) in &channels {
        shop.rail.ask_to_close(*id);
    }
    World::until("all channels are closed", async || {
        channels.iter().all(|(id, _)| shop.rail.finalise(*id))
    })
    .await;
    let owed: u64 = channels.iter().map(|(_, amount)| amount).sum();
    let (received, tribute, _) = shop.rail.paid(&shop.payee.hotkey());
    assert_eq!(received + tribute, owed, "nothing is lost");
    shop.close().await;
    blocks.await.unwrap();
}

/// Starts a wallet of the shop's payer.
fn start_wallet(
    shop: &Shop,
    config: WalletConfig,
) -> (
    JoinHandle<Result<(), WalletError>>,
    watch::Receiver<WalletStatus>,
    CancellationToken,
) {
    let (status, watch) = watch::channel(WalletStatus::default());
    let cancel = CancellationToken::new();
    let work = run_wallet(config, shop.rail.clone(), shop.payer.clone(), status, cancel.clone());
    (tokio::spawn(work), watch, cancel)
}

/// Three times: uses what is lent, closes the channel, opens another. Returns what was used.
async fn use_the_credit_up(shop: &mut Shop) -> u64 {
    let mut used = 0;
    for _ in 0..3 {
        while shop.post(&shop.token(), body(20, 1), None).await.0 == 200 {
            used += 19_000 + 20 * 4_000;
        }
        shop.rail.ask_to_close(shop.channel);
        finalise(shop).await;
        World::until("the gateway sees that it is closed", async || {
            shop.gateway.status.borrow().debts == used
        })
        .await;
        shop.channel = shop.rail.open(channel(&shop.payer, &shop.payee, DEPOSIT));
    }
    used
}

/// Closes the shop's channel for good, after its challenge period.
async fn finalise(shop: &Shop) {
    shop.rail.advance_to(shop.rail.height().await.unwrap() + 300);
    assert!(shop.rail.finalise(shop.channel));
}

/// A wallet that knows nothing of the debt does not pay it. Told to, it does, and the channel lends again.
async fn accepts_a_debt_only_when_told_to(shop: &Shop, config: &WalletConfig, used: u64) {
    let refused = start_wallet(shop, config.clone()).0.await.unwrap().unwrap_err();
    assert!(
        matches!(refused, WalletError::Debt { claimed, owed: 0, .. } if claimed == used),
        "{refused}"
    );
    assert!(refused.to_string().contains("--accept-debt 0.000297"), "{refused}");
    let accepting = WalletConfig {
        accept_debt: used,
        ..config.clone()
    };
    let (_work, mut watch, cancel) = start_wallet(shop, accepting);
    watch.wait_for(|status| status.signed == used).await.unwrap();
    let (status, text) = shop.post(&shop.token(), body(20, 1), None).await;
    assert_eq!(status, 200, "{text}");
    watch.wait_for(|status| status.signed == used + 99_000).await.unwrap();
    cancel.cancel();
}

/// Uses the channel without the wallet's signature while it looks on, and closes it. Returns the debt that is left of
/// it, beyond the `signed` rao.
async fn leave_a_debt_that_the_wallet_saw(shop: &Shop, config: &WalletConfig, signed: u64) -> u64 {
    while shop.post(&shop.token(), body(20, 2), None).await.0 == 200 {}
    let seen = shop.statement().await;
    let blind = WalletConfig {
        budget: signed,
        ..config.clone()
    };
    let (_work, mut watch, cancel) = start_wallet(shop, blind);
    let charged = seen["charged"].as_u64().unwrap();
    watch
        .wait_for(|status| status.statement.is_some_and(|statement| statement.charged == charged))
        .await
        .unwrap();
    cancel.cancel();
    shop.rail.ask_to_close(shop.channel);
    World::until("what is signed for is settled", async || {
        let (received, tribute, _) = shop.rail.paid(&shop.payee.hotkey());
        received + tribute == signed
    })
    .await;
    finalise(shop).await;
    let left = charged - signed;
    World::until("the rest is a debt", async || {
        shop.gateway.status.borrow().debts == left
    })
    .await;
    left
}

/// The credit of an account is lent once, however many channels it opens; what it owes is seen, and paid with the next
/// voucher.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_channel_lends_nothing_before_old_debts_are_paid() {
    let folder = tempfile::tempdir().unwrap();
    let records = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(HONEST, |config| {
        config.credit = 300_000;
        config.patience = Duration::from_millis(100);
        config.state_folder = Some(folder.path().to_path_buf());
    })
    .await;
    let used = use_the_credit_up(&mut shop).await;
    assert_eq!(used, 297_000, "the credit, once");
    assert_eq!(shop.gateway.status.borrow().debtors, 1);
    assert_eq!(shop.statement().await["debt"], used);
    let (status, text) = shop.post(&shop.token(), body(1, 1), None).await;
    assert!(
        status == 402 && text.contains("0.000297 TAO (297000 rao) that this account owes"),
        "{text}"
    );
    let config = WalletConfig {
        records: Some(records.path().to_path_buf()),
        ..shop.wallet_config(0)
    };
    accepts_a_debt_only_when_told_to(&shop, &config, used).await;

    // What it saw itself it needs no word for.
    let accepting = WalletConfig {
        accept_debt: used,
        ..config.clone()
    };
    let left = leave_a_debt_that_the_wallet_saw(&shop, &accepting, used + 99_000).await;
    let next = shop.rail.open(channel(&shop.payer, &shop.payee, DEPOSIT));
    let knowing = WalletConfig {
        channel: next,
        ..config
    };
    let (work, mut watch, _cancel) = start_wallet(&shop, knowing);
    watch.wait_for(|status| status.signed == left).await.unwrap();
    World::until("nothing is owed", async || shop.gateway.status.borrow().debts == 0).await;
    work.abort();
    shop.close().await;
}

/// Strangers learn nothing about a channel, not even whether it exists.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_told_nothing_of_a_channel() {
    let shop = Shop::open(HONEST, |_| {}).await;
    let genesis = shop.rail.genesis();
    assert_eq!(shop.send_voucher(&shop.voucher(500_000)).await.0, 200);
    let elsewhere = shop.rail.open(channel(&shop.payer, &identity(77), DEPOSIT));
    let stranger = identity(9);
    let mut answers = Vec::new();
    // Above and below what is covered, above the deposit, no such channel, a channel to another payee.
    for (id, amount) in [
        (shop.channel, 600_000),
        (shop.channel, 1),
        (shop.channel, DEPOSIT + 1),
        (99, 600_000),
        (elsewhere, 600_000),
    ] {
        answers.push(shop.send_voucher(&Voucher::sign(&stranger, &genesis, id, amount)).await);
    }
    assert_eq!(answers[0].0, 402);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    // The payer's own are taken, again and again; an older one does no harm.
    for amount in [500_000, 500_000, 400_000] {
        let (status, said) = shop.send_voucher(&shop.voucher(amount)).await;
        assert_eq!((status, &said["covered"]), (200, &json!(500_000)));
    }
    shop.close().await;
}

/// A gateway that lies about what was settled gets nothing signed.
#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_believes_the_chain_and_not_the_gateway() {
    use axum::{Json, Router, routing::get};
    let rail = Arc::new(MemoryRail::new(REVENUE_SHARE));
    let (payer, payee) = (identity(100), identity(51));
    let id = rail.open(channel(&payer, &payee, DEPOSIT));
    let statement = json!({
        "channel": id, "price": { "prompt_rao_per_1k": 1_000, "completion_rao_per_1k": 1_000 },
        "requests": 1, "prompt_tokens": 10, "completion_tokens": 0, "earlier": 5_000_000, "charged": 5_000_010,
        "covered": 0, "wanted": 0, "deposit": DEPOSIT, "settled": 5_000_000
    });
    let route = format!("/v1/tributary/channels/{id}");
    let router = Router::new().route(&route, get(async move || Json(statement)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let config = WalletConfig {
        gateway: format!("http://{address}"),
        channel: id,
        payee: payee.hotkey(),
        budget: DEPOSIT,
        ahead: 0,
        price_max: tributary_market_serve::meter::Price {
            prompt_rao_per_1k: 1_000,
            completion_rao_per_1k: 1_000,
        },
        accept_debt: 0,
        token_blocks: 100,
        records: None,
        chain_lag: Duration::ZERO,
        every: Duration::from_millis(10),
    };
    let (status, watch) = watch::channel(WalletStatus::default());
    let refused = run_wallet(config, rail, payer, status, CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            WalletError::Settled {
                claimed: 5_000_000,
                paid: 0,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(watch.borrow().signed, 0);
    server.abort();
}
