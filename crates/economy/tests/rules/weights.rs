//! What may be submitted as weights, how it is scaled, when it is revealed.

use tributary_economy::{
    Error,
    commits::{self, Window},
    weights::{Caller, Rate, accept, accepts_version, upscale, within_limit},
};

const CALLER: Caller = Caller {
    n: 4,
    mechanism_exists: true,
    uid: Some(1),
    is_owner: false,
    has_stake: true,
    has_permit: true,
    least_version: 0,
    rate: None,
    min_allowed_weights: 2,
};

/// Who submits which uids and values at which version, and what comes of it.
type Case<'a> = (Caller, &'a [u16], &'a [u16], u64, Result<(), Error>);

/// `docs/rules/weights.md#setting`: each check, and what frees from it.
#[test]
fn weights_are_refused_by_the_first_check_that_fails() {
    let rate = |last_update, block| {
        Some(Rate {
            last_update,
            block,
            limit: 10,
        })
    };
    let owner = Caller {
        is_owner: true,
        ..CALLER
    };
    let two: (&[u16], &[u16]) = (&[0, 3], &[1, 2]);
    let cases: [Case; 27] = [
        (CALLER, &[0, 3], &[1], 0, Err(Error::WeightVecNotEqualSize)),
        (
            Caller {
                mechanism_exists: false,
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Err(Error::MechanismDoesNotExist),
        ),
        (
            CALLER,
            &[0, 1, 2, 3, 0],
            &[1; 5],
            0,
            Err(Error::UidsLengthExceedUidsInSubNet),
        ),
        (CALLER, &[0, 1, 2, 3], &[1; 4], 0, Ok(())),
        (
            Caller { uid: None, ..CALLER },
            two.0,
            two.1,
            0,
            Err(Error::HotKeyNotRegisteredInSubNet),
        ),
        (
            Caller {
                has_stake: false,
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Err(Error::NotEnoughStakeToSetWeights),
        ),
        (
            Caller {
                has_stake: false,
                ..owner
            },
            two.0,
            two.1,
            0,
            Ok(()),
        ),
        (owner, two.0, two.1, 0, Ok(())),
        (
            Caller {
                least_version: 7,
                ..CALLER
            },
            two.0,
            two.1,
            6,
            Err(Error::IncorrectWeightVersionKey),
        ),
        (
            Caller {
                least_version: 7,
                ..CALLER
            },
            two.0,
            two.1,
            7,
            Ok(()),
        ),
        (
            Caller {
                least_version: 7,
                ..CALLER
            },
            two.0,
            two.1,
            8,
            Ok(()),
        ),
        (
            Caller {
                rate: rate(5, 14),
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Err(Error::SettingWeightsTooFast),
        ),
        (
            Caller {
                rate: rate(5, 15),
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Ok(()),
        ),
        (
            Caller {
                rate: rate(0, 1),
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Ok(()),
        ),
        (
            Caller {
                has_permit: false,
                ..CALLER
            },
            two.0,
            two.1,
            0,
            Err(Error::NeuronNoValidatorPermit),
        ),
        (
            Caller {
                has_permit: false,
                ..owner
            },
            two.0,
            two.1,
            0,
            Ok(()),
        ),
        (
            Caller {
                has_permit: false,
                ..CALLER
            },
            &[1],
            &[5],
            0,
            Ok(()),
        ),
        (
            Caller {
                has_permit: false,
                ..CALLER
            },
            &[2],
            &[5],
            0,
            Err(Error::NeuronNoValidatorPermit),
        ),
        (CALLER, &[3, 0, 3], &[1; 3], 0, Err(Error::DuplicateUids)),
        (CALLER, &[3, 4], &[1; 2], 0, Err(Error::UidVecContainInvalidOne)),
        (CALLER, &[2], &[5], 0, Err(Error::WeightVecLengthIsLow)),
        (owner, &[2], &[5], 0, Err(Error::WeightVecLengthIsLow)),
        (CALLER, &[1], &[5], 0, Ok(())),
        (
            Caller {
                min_allowed_weights: 9,
                ..CALLER
            },
            &[0, 1, 2],
            &[1; 3],
            0,
            Err(Error::WeightVecLengthIsLow),
        ),
        (
            Caller {
                min_allowed_weights: 9,
                ..CALLER
            },
            &[0, 1, 2, 3],
            &[1; 4],
            0,
            Ok(()),
        ),
        (
            Caller {
                min_allowed_weights: 0,
                ..CALLER
            },
            &[],
            &[],
            0,
            Ok(()),
        ),
        (
            Caller {
                min_allowed_weights: 1,
                ..CALLER
            },
            &[2],
            &[5],
            0,
            Ok(()),
        ),
    ];
    for (caller, uids, values, version, expected) in cases {
        assert_eq!(
            accept(&caller, uids, values, version).map(|_| ()),
            expected,
            "{caller:?} {uids:?}"
        );
    }
    assert_eq!(
        accept(&CALLER, &[3, 0, 2], &[1, 0, 2], 0),
        Ok(vec![(3, 32_768), (0, 0), (2, 65_535)])
    );
    assert!(accepts_version(0, 0));
}

/// `docs/rules/weights.md#scaling`: half away from zero; the two branches meet at 32768.
#[test]
fn weights_are_scaled_to_their_largest() {
    for largest in [1, 2, 3, 1_000, 32_767, 32_768, 32_769, 65_534, 65_535u16] {
        for value in [0, 1, largest / 3, largest / 2, largest - 1, largest] {
            let exact = f64::from(value) * 65_535.0 / f64::from(largest);
            let found = f64::from(upscale(&[value, largest])[0]);
            assert!(
                (found - exact).abs() <= if largest > 32_768 { 1.0 } else { 0.5 },
                "{value} of {largest}: {found}"
            );
        }
        assert_eq!(upscale(&[largest]), [65_535]);
    }
    assert_eq!(upscale(&[0, 0]), [0, 0]);
    // 65535 / 2 = 32767.5.
    assert_eq!(upscale(&[1, 2]), [32_768, 65_535]);
    assert!(within_limit(&[1, 1], 32_768) && !within_limit(&[1, 1], 32_767));
}

/// `docs/rules/weights.md#commit-and-reveal`.
#[test]
fn a_commit_opens_a_period_after_its_epoch_for_one_epoch() {
    assert_eq!(
        [6, 7, 8].map(|epoch| commits::window(5, 2, epoch)),
        [Window::Early, Window::Open, Window::Expired]
    );
    assert!(commits::has_room(9) && !commits::has_room(10));
    let mut queue: std::collections::VecDeque<u64> = [1, 2, 3, 4].into();
    commits::drop_expired(&mut queue, |epoch| commits::window(*epoch, 1, 3));
    assert_eq!(queue, [2, 3, 4]);
    assert_eq!(commits::take_through(&mut queue, |one| *one == 9), None);
    assert_eq!(queue, [2, 3, 4]);
    assert_eq!(commits::take_through(&mut queue, |one| *one == 3), Some(3));
    assert_eq!(queue, [4]);
}
