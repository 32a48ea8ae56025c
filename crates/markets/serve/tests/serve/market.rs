//! Who earns, and who does not.

use std::collections::BTreeMap;

use tributary_market_serve::{MinerKind, ValidatorStatus};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn right_answers_are_paid_by_speed_and_wrong_ones_not_at_all() {
    let mut world = World::new().await;
    let (judge, validator) = world.validator(1);
    let cast = [
        (MinerKind::Honest, 0),
        (MinerKind::Honest, 150),
        (MinerKind::WrongModel, 0),
        (MinerKind::Random, 0),
        (MinerKind::Slow, 0),
        (MinerKind::Offline, 0),
        (MinerKind::Quitter, 0),
    ];
    let mut miners = BTreeMap::new();
    for (n, (kind, delay_ms)) in (10..).zip(cast) {
        let (uid, handle) = world.miner(n, kind, delay_ms).await;
        miners.insert(uid, (kind, handle));
    }
    let status = || validator.status.borrow().clone();
    World::until("all honest miners are measured", async || {
        let honest = miners.iter().filter(|(_, (kind, _))| *kind == MinerKind::Honest);
        honest
            .map(|(uid, _)| *uid)
            .all(|uid| status().miners.get(&uid).is_some_and(|view| view.score > 0.0))
    })
    .await;
    let rounds = status().rounds;
    // A newer model takes over, and validators and miners change to it without an honest miner being called a liar.
    let first = status().model;
    world.train(201).await;
    World::until("the new model is judged in three rounds", async || {
        let now = status();
        now.model != first && now.rounds >= rounds + 4
    })
    .await;
    let ValidatorStatus { miners: views, .. } = status();
    for (uid, view) in &views {
        println!("{:?} {view:?}", miners[uid].0);
    }
    let weights: BTreeMap<u16, u16> = world.nets.serve.weights()[&judge].iter().copied().collect();
    println!("weights {weights:?}");
    let of = |kind| {
        let uids = miners
            .iter()
            .filter(move |(_, (its, _))| *its == kind)
            .map(|(uid, _)| *uid);
        uids.collect::<Vec<u16>>()
    };
    let honest = of(MinerKind::Honest);
    assert_eq!(weights[&honest[0]], u16::MAX);
    assert!(
        weights[&honest[1]] > 0 && weights[&honest[1]] < u16::MAX / 2,
        "150 ms late"
    );
    for uid in &honest {
        assert_eq!(views[uid].correct, Some(true));
    }
    for kind in [MinerKind::WrongModel, MinerKind::Random] {
        let uid = of(kind)[0];
        assert_eq!((views[&uid].correct, views[&uid].score), (Some(false), 0.0), "{kind}");
        assert!(!weights.contains_key(&uid), "{kind}");
    }
    for kind in [MinerKind::Offline, MinerKind::Quitter] {
        let uid = of(kind)[0];
        assert_eq!(views[&uid].correct, None, "{kind}");
        assert!(!weights.contains_key(&uid) && views[&uid].verdict.is_some(), "{kind}");
    }
    let slow = of(MinerKind::Slow)[0];
    let total: u32 = weights.values().map(|weight| u32::from(*weight)).sum();
    assert_eq!(views[&slow].correct, Some(true), "slow and right");
    assert!(u32::from(weights[&slow]) * 20 < total, "a second late earns little");
    world.cancel.cancel();
    for (_, (_, handle)) in miners {
        handle.task.await.unwrap().unwrap();
    }
    validator.task.await.unwrap().unwrap();
    world.stop().await;
}
