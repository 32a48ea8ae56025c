use super::*;

fn transaction(id: u8, requires: &[u8], provides: &[u8], priority: u64) -> PoolTransaction {
    PoolTransaction {
        hash: H256::repeat_byte(id),
        bytes: vec![id; 10].into(),
        arrival: id.into(),
        impersonated: false,
        validity: ValidTransaction {
            priority,
            requires: requires.iter().map(|tag| vec![*tag]).collect(),
            provides: provides.iter().map(|tag| vec![*tag]).collect(),
            longevity: 64,
            propagate: true,
        },
        valid_until: 64,
        validated_at: 0,
        watchers: Vec::new(),
    }
}

fn order(pool: &Pool) -> Vec<u8> {
    pool.ready_in_order()
        .iter()
        .map(|transaction| transaction.hash.0[0])
        .collect()
}

#[test]
fn priority_then_arrival_but_after_what_is_required() {
    let mut pool = Pool::default();
    pool.import(transaction(1, &[], &[10], 1)).unwrap();
    pool.import(transaction(2, &[10], &[11], 9)).unwrap();
    pool.import(transaction(3, &[], &[20], 5)).unwrap();
    pool.import(transaction(4, &[], &[30], 5)).unwrap();
    assert_eq!(order(&pool), [3, 4, 1, 2]);
}

#[test]
fn a_gap_waits_and_closes() {
    let mut pool = Pool::default();
    pool.import(transaction(3, &[11], &[12], 1)).unwrap();
    pool.import(transaction(2, &[10], &[11], 1)).unwrap();
    assert_eq!(pool.counts(), (0, 2));
    pool.import(transaction(1, &[], &[10], 1)).unwrap();
    assert_eq!(order(&pool), [1, 2, 3]);
    let done = pool.included(&[H256::repeat_byte(1), H256::repeat_byte(2)]);
    assert_eq!(done.len(), 2);
    assert_eq!(order(&pool), [3]);
}

#[test]
fn the_same_nonce_needs_a_higher_priority() {
    let mut pool = Pool::default();
    pool.import(transaction(1, &[], &[10], 5)).unwrap();
    pool.import(transaction(2, &[10], &[11], 5)).unwrap();
    let refused = pool.import(transaction(3, &[], &[10], 5)).unwrap_err();
    assert_eq!(refused, PoolError::TooLowPriority { old: 5, new: 5 });
    let imported = pool.import(transaction(4, &[], &[10], 6)).unwrap();
    assert_eq!(imported.removed[0].hash, H256::repeat_byte(1));
    assert_eq!(order(&pool), [4, 2]);
}

#[test]
fn what_depends_on_an_invalid_one_waits() {
    let mut pool = Pool::default();
    pool.import(transaction(1, &[], &[10], 5)).unwrap();
    pool.import(transaction(2, &[10], &[11], 5)).unwrap();
    pool.remove(H256::repeat_byte(1)).unwrap();
    pool.ban(H256::repeat_byte(1));
    assert_eq!(pool.counts(), (0, 1));
    assert_eq!(
        pool.check_known(H256::repeat_byte(1)),
        Err(PoolError::TemporarilyBanned)
    );
    assert!(matches!(
        pool.check_known(H256::repeat_byte(2)),
        Err(PoolError::AlreadyImported(_))
    ));
}

#[test]
fn a_full_pool_drops_the_least_urgent() {
    let mut pool = Pool::default();
    for index in 0..READY_LIMIT.count as u64 {
        let mut next = transaction(0, &[], &[], 5);
        next.hash = H256::from_low_u64_be(index);
        next.arrival = index;
        next.validity.provides = vec![index.to_be_bytes().to_vec()];
        pool.ready.insert(next.hash, next.clone());
        pool.provided.insert(next.validity.provides[0].clone(), next.hash);
    }
    assert_eq!(
        pool.import(transaction(250, &[], &[1], 4)).unwrap_err(),
        PoolError::ImmediatelyDropped
    );
    assert_eq!(pool.import(transaction(251, &[], &[2], 6)).unwrap().removed.len(), 1);
}
