//! What customers get, what they pay, and that nobody gets more than is paid for.

use std::time::Duration;

use serde_json::{Value, json};
use tributary_market_serve::{
    MinerKind,
    credential::Token,
    rail::{Rail as _, Voucher},
};

use crate::{
    shop::{DEPOSIT, REVENUE_SHARE, Shop, body, bytes, config, events},
    world::{World, identity},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_is_signed_for_and_settled_to_the_rao() {
    let shop = Shop::open(&[(MinerKind::Honest, 30_000), (MinerKind::Honest, 20_000)], |_| {}).await;
    let (mut wallet, _stop) = shop.wallet(0);
    let truth = shop.truth(&body(40, 7)).await;
    let answer = shop.ask(body(40, 7)).await;
    assert_eq!(bytes(&answer), truth);
    assert_eq!(
        answer["usage"],
        json!({ "prompt_tokens": 19, "completion_tokens": 40, "total_tokens": 59 })
    );
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    let mut streamed = body(40, 7);
    streamed["stream"] = true.into();
    streamed["stream_options"] = json!({ "include_usage": true });
    let (status, text) = shop.post(&shop.token(), streamed, None).await;
    assert_eq!(status, 200);
    let (all, finish, usage, done) = events(&text);
    assert_eq!((all, finish, done), (truth.clone(), json!("length"), true));
    assert_eq!(usage["total_tokens"], 59);
    let mut stopped = body(40, 7);
    stopped["stop"] = json!([String::from_utf8_lossy(&truth[30..31])]);
    if truth[30].is_ascii() {
        let answer = shop.ask(stopped.clone()).await;
        assert_eq!(
            (bytes(&answer), &answer["choices"][0]["finish_reason"]),
            (shop.truth(&stopped).await, &json!("stop"))
        );
    }
    let list: Value = serde_json::from_str(
        &shop
            .http
            .get(format!("{}/v1/models", shop.url))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
    )
    .unwrap();
    assert_eq!(list["data"][0]["id"], answer["model"]);
    assert_eq!(list["data"][0]["owned_by"], identity(200).hotkey().to_string());

    let charged = shop.gateway.status.borrow().charged;
    let tokens = shop.gateway.status.borrow().clone();
    let exact = tokens.prompt_tokens * 1_000 + tokens.completion_tokens * 4_000;
    assert_eq!(charged, exact);
    wallet.wait_for(|status| status.signed == charged).await.unwrap();
    let payee = shop.payee.hotkey();
    let rail = shop.close().await;
    let (received, tribute, settlements) = rail.paid(&payee);
    assert_eq!((received + tribute, settlements), (charged, 1));
    assert_eq!(tribute, REVENUE_SHARE.of(charged));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_more_than_vouchers_and_credit_cover() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |config| config.credit = 300_000).await;
    // 19 + 4 × 60 thousand rao at most.
    shop.ask(body(60, 1)).await;
    let (status, text) = shop.post(&shop.token(), body(60, 2), None).await;
    assert_eq!(status, 402, "{text}");
    assert!(
        text.contains("not_covered") && text.contains("sign a new voucher"),
        "{text}"
    );
    assert!(shop.gateway.status.borrow().charged <= 300_000);
    // A voucher in the header is enough; sent again, or an older one, it does no harm to a request that is covered.
    let genesis = shop.rail.genesis();
    let voucher = Voucher::sign(&shop.payer, &genesis, shop.channel, 400_000);
    for seed in [2, 3] {
        let answer = shop.post(&shop.token(), body(60, 2), Some(&voucher)).await;
        assert_eq!(answer.0, if seed == 2 { 200 } else { 402 }, "{answer:?}");
    }
    assert_eq!(shop.post(&shop.token(), body(1, 3), Some(&voucher)).await.0, 200);
    let older = Voucher::sign(&shop.payer, &genesis, shop.channel, 399_999);
    assert_eq!(shop.post(&shop.token(), body(1, 3), Some(&older)).await.0, 200);
    let refused = async |voucher: &Voucher, why: &str| {
        let (status, text) = shop.post(&shop.token(), body(1, 3), Some(voucher)).await;
        assert!(status == 402 && text.contains(why), "{status} {text}");
    };
    for forged in [
        Voucher::sign(&identity(9), &genesis, shop.channel, 500_000),
        Voucher::sign(&shop.payer, &[1; 32], shop.channel, 500_000),
        Voucher::sign(&shop.payer, &genesis, 77, 500_000),
    ] {
        refused(&forged, "not signed").await;
    }
    refused(
        &Voucher::sign(&shop.payer, &genesis, shop.channel, DEPOSIT + 1),
        "deposit",
    )
    .await;
    // No credential, a stranger's, an old one, of no channel.
    let (genesis, channel) = (shop.rail.genesis(), shop.channel);
    for (key, status) in [
        ("sk-anything".to_owned(), 401),
        (Token::sign(&identity(9), &genesis, channel, 5_000).to_string(), 401),
        (Token::sign(&shop.payer, &genesis, 77, 5_000).to_string(), 402),
    ] {
        assert_eq!(shop.post(&key, body(1, 3), None).await.0, status, "{key}");
    }
    shop.rail.advance_to(100_000 - 10);
    World::until("a channel about to expire is not served", async || {
        shop.post(&shop.token(), body(1, 4), None).await.0 == 401 && {
            let lasting = Token::sign(&shop.payer, &genesis, channel, u64::MAX).to_string();
            shop.post(&lasting, body(1, 4), None).await.0 == 402
        }
    })
    .await;
    // It is settled at once, not at the next turn of a million blocks.
    let payee = shop.payee.hotkey();
    World::until("the expiring channel is settled", async || {
        shop.rail.paid(&payee).2 == 1
    })
    .await;
    assert_eq!(shop.rail.paid(&payee).0 + shop.rail.paid(&payee).1, 400_000);
    let rail = shop.close().await;
    assert_eq!(rail.paid(&payee).2, 1, "nothing is settled twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_request_goes_on_when_the_wallet_signs() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |config| {
        config.credit = 0;
        config.patience = Duration::from_secs(60);
    })
    .await;
    let (wallet, _stop) = shop.wallet(300_000);
    for seed in 0..4 {
        shop.ask(body(60, seed)).await;
    }
    let signed = wallet.borrow().signed;
    let charged = shop.gateway.status.borrow().charged;
    assert!(
        signed >= charged && signed <= charged + 300_000,
        "signed {signed}, charged {charged}"
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_miner_takes_over_in_the_middle_of_a_stream() {
    let shop = Shop::open(&[(MinerKind::Quitter, 65_000), (MinerKind::Honest, 1)], |_| {}).await;
    let mut streamed = body(60, 5);
    streamed["stream"] = true.into();
    let (status, text) = shop.post(&shop.token(), streamed, None).await;
    let (all, finish, _, done) = events(&text);
    assert_eq!(
        (status, all, finish, done),
        (200, shop.truth(&body(60, 5)).await, json!("length"), true)
    );
    let status = shop.gateway.status.borrow().clone();
    assert!(
        status.retries >= 1,
        "the quitter has nearly all the incentive: {status:?}"
    );
    assert_eq!((status.requests, status.completion_tokens), (1, 60), "charged once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_miner_answers_costs_nothing() {
    let shop = Shop::open(&[(MinerKind::Quitter, 65_000)], |_| {}).await;
    let mut streamed = body(60, 5);
    streamed["stream"] = true.into();
    let (_, text) = shop.post(&shop.token(), streamed, None).await;
    let (all, _, _, done) = events(&text);
    assert!(
        !done && text.contains("no miner could answer") && all.len() < 60,
        "{text}"
    );
    // The next request waits until the only miner has rested, and asks it again.
    let (status, text) = shop.post(&shop.token(), body(60, 5), None).await;
    assert_eq!(status, 503, "{text}");
    let status = shop.gateway.status.borrow().clone();
    assert_eq!((status.charged, status.failed), (0, 2));
    // A short answer it gives.
    let (status, text) = shop.post(&shop.token(), body(10, 5), None).await;
    assert_eq!(status, 200, "{text}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_is_found_and_its_answer_not_delivered() {
    let shop = Shop::open(&[(MinerKind::WrongModel, 65_000), (MinerKind::Honest, 1)], |config| {
        config.audit_share = 1.0;
    })
    .await;
    for seed in 0..3 {
        assert_eq!(
            bytes(&shop.ask(body(30, seed)).await),
            shop.truth(&body(30, seed)).await
        );
    }
    World::until("the liar is known", async || {
        shop.gateway
            .status
            .borrow()
            .routes
            .iter()
            .any(|route| route.wrong == 1 && route.rests)
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_gateway_knows_vouchers_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().to_path_buf();
    let mut shop = Shop::open(&[(MinerKind::Honest, 1)], |config| {
        config.state_folder = Some(kept.clone())
    })
    .await;
    shop.ask(body(60, 1)).await;
    let charged = shop.gateway.status.borrow().charged;
    let genesis = shop.rail.genesis();
    let voucher = Voucher::sign(&shop.payer, &genesis, shop.channel, charged);
    let url = format!("{}/v1/tributary/vouchers", shop.url);
    let sent = shop
        .http
        .post(&url)
        .json(&json!({ "voucher": voucher.to_string() }))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 200);
    // It dies without a last word.
    shop.gateway.task.abort();
    let mut config = config(&shop.world);
    config.state_folder = Some(kept);
    shop.gateway = Shop::gateway(&shop.world, &shop.rail, &shop.payee, config).await;
    shop.url = format!("http://{}", shop.gateway.address);
    let url = format!("{}/v1/tributary/channels/{}", shop.url, shop.channel);
    let answer = shop.http.get(&url).bearer_auth(shop.token()).send().await.unwrap();
    let statement: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(
        (&statement["charged"], &statement["covered"]),
        (&json!(charged), &json!(charged))
    );
    let payee = shop.payee.hotkey();
    let rail = shop.close().await;
    let (received, tribute, _) = rail.paid(&payee);
    assert_eq!(received + tribute, charged, "the kept voucher is settled");
}
