//! Who earns, and who does not.

use std::collections::BTreeMap;

use tributary_market_serve::{
    MinerKind, ValidatorStatus,
    score::{Standing, scores},
};

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
    let slow = of(MinerKind::Slow)[0];
    // Whatever the machine was busy with: the times are as they are, and the scores follow from them.
    let right: Vec<u16> = honest.iter().copied().chain([slow]).collect();
    let seconds = |uid: &u16| views[uid].answer_ms.unwrap() / 1e3;
    let standings: Vec<Standing> = right.iter().map(|uid| Standing::Right(seconds(uid))).collect();
    let floor = world.rules.latency_floor_ms as f64 / 1e3;
    for (uid, score) in right.iter().zip(scores(&standings, floor)) {
        assert_eq!(views[uid].correct, Some(true), "late or not, it is right");
        assert!((views[uid].score - score).abs() < 1e-9, "{:?}, not {score}", views[uid]);
        assert!(weights[uid] > 0);
    }
    assert!(seconds(&honest[1]) >= 0.15 && seconds(&slow) >= 1.0);
    assert!(weights[&slow] < u16::MAX, "the slowest does not earn most");
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
    world.cancel.cancel();
    for (_, (_, handle)) in miners {
        handle.task.await.unwrap().unwrap();
    }
    validator.task.await.unwrap().unwrap();
    world.stop().await;
}
