//! Calibration: known parameters come back, results repeat, the table is whole, and what ships is its result.

use tributary_futures::{
    calibrate::{
        self, Effort, Fit, Lab, Noises,
        free::{FREE, Free},
        moments::{APRIL, MONTH, YEAR},
        targets,
    },
    parameters,
    prior::Prior,
};

const SMALL: Effort = Effort {
    noises: Noises {
        month: 4,
        year: 1,
        april: 2,
    },
    evaluations: 40,
    last: 2,
};

fn free(name: &str) -> Free {
    *FREE.iter().find(|free| free.name == name).unwrap()
}

fn mean(rows: &[Vec<f64>], k: usize) -> f64 {
    rows.iter().map(|row| row[k]).sum::<f64>() / rows.len() as f64
}

/// Data are made with known parameters and other noise; the search starts from the priors' middle, which is elsewhere.
#[test]
fn known_parameters_come_back() {
    const SEED: u64 = 17;
    let some = [
        "flow_noise",
        "flow_drift",
        "cut_sold",
        "confidence_loss",
        "newcomer_rate",
    ]
    .map(free);
    let truth = [-0.7, 0.6, 0.7, -0.6, 0.6];
    let mut beliefs = parameters::defaults();
    for (free, z) in some.iter().zip(truth) {
        beliefs[free.index()] = Prior::Fixed(free.value(z));
    }
    let noises = Noises {
        month: 24,
        year: 6,
        april: 6,
    };
    let made = Lab::new(SEED + 1).unwrap().simulate(&beliefs, noises).unwrap();
    let mut real = targets::real().unwrap();
    let count = [MONTH.len(), YEAR.len(), APRIL.len()];
    let values = (0..3).flat_map(|window| (0..count[window]).map(move |k| (window, k)));
    for (target, (window, k)) in real.iter_mut().zip(values) {
        target.real = mean(&made[window], k);
    }
    let lab = Lab::new(SEED).unwrap();
    let fit = Fit {
        lab: &lab,
        targets: &real,
        free: &some,
        others: &parameters::defaults(),
        effort: Effort {
            evaluations: 320,
            ..Effort::QUICK
        },
        seed: SEED,
    };
    let found = fit.run(&|| {}).unwrap();
    for (k, free) in some.iter().enumerate() {
        let (z, known) = (found.z[k], found.known[k]);
        println!(
            "seed {SEED}, {}: true {}, found {z:.2}, known to {known:.2}",
            free.name, truth[k]
        );
        assert!(known < 0.9, "seed {SEED}: the data must inform {}: {known}", free.name);
        let band = (2.5 * known).max(0.25);
        assert!(
            (z - truth[k]).abs() < band,
            "seed {SEED}, {}: {z} is not {}",
            free.name,
            truth[k]
        );
    }
    // On these the data tell much: they must be found, not just be covered by a wide band.
    for k in [0, 1, 3] {
        assert!((found.z[k] - truth[k]).abs() < 0.4, "seed {SEED}: {}", found.z[k]);
    }
}

#[test]
fn results_do_not_depend_on_threads_and_the_table_is_whole() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| calibrate::calibrate(SMALL, 5, &|| {})).unwrap()
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one, three);
    assert_eq!(one.moments.len(), MONTH.len() + YEAR.len() + APRIL.len());
    assert_eq!(one.parameters.len(), FREE.len());
    for row in &one.moments {
        assert!(row.real.is_finite() && row.misfit.is_finite(), "{row:?}");
        assert!(
            row.simulated[0] <= row.simulated[1] && row.simulated[1] <= row.simulated[2],
            "{row:?}"
        );
        assert_eq!(row.missed, row.misfit.abs() > 2.0);
    }
    for learned in &one.parameters {
        assert!((0.0..=1.0).contains(&learned.known), "{learned:?}");
        assert!(learned.informed || learned.after == learned.before);
    }
    let text = one.text();
    let missed = one.moments.iter().filter(|row| row.missed).count();
    assert_eq!(text.lines().filter(|line| line.ends_with(" missed")).count(), missed);
    // What it prints as a scenario is one.
    let scenario = tributary_futures::Scenario::parse("c.toml", &one.scenario()).unwrap();
    for learned in &one.parameters {
        let index = parameters::index(learned.name).unwrap();
        assert_eq!(scenario.beliefs[index], learned.after, "{}", learned.name);
    }
}

/// The scenario in the documents is the window that calibration simulates.
#[test]
fn the_scenario_of_april_is_the_check() {
    let text = include_str!("../../../docs/scenarios/april-2026.toml");
    let scenario = tributary_futures::Scenario::parse("april-2026.toml", text).unwrap();
    let (usd, sold) = targets::april().unwrap();
    assert_eq!(scenario.events[0].sells_tao, sold);
    assert_eq!(
        scenario.beliefs[parameters::index("tao_usd_start").unwrap()],
        Prior::Fixed(usd)
    );
    let april = calibrate::april(8, 3).unwrap();
    assert_eq!(april.path.len() as u64, scenario.days);
    assert!(
        april
            .path
            .iter()
            .any(|(day, at)| *day == 0 && at.iter().all(|x| *x == 1.0))
    );
    // Without the exits nothing falls: the same noise, the same days.
    let plan = |events: bool| {
        let mut scenario = scenario.clone();
        if !events {
            scenario.events.clear();
        }
        tributary_futures::Plan::new(scenario, 3, 8)
            .unwrap()
            .futures(&|| {})
            .unwrap()
    };
    for (with, without) in plan(true).iter().zip(&plan(false)) {
        assert!(
            with.outcome.tao_price_ratio < without.outcome.tao_price_ratio,
            "future {}",
            with.future
        );
        assert!(with.outcome.exits >= without.outcome.exits);
    }
    let svg = april.svg().unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("polygon") && svg.contains("circle"));
}

/// The table of parameters is the result that was written down.
#[test]
fn what_ships_is_the_result() {
    let text = include_str!("../data/calibration.json");
    let result: serde_json::Value = serde_json::from_str(text).unwrap();
    let learned = result["parameters"].as_array().unwrap();
    assert_eq!(learned.len(), FREE.len());
    for (free, learned) in FREE.iter().zip(learned) {
        let belief = |key: &str| -> Prior { serde_json::from_value(learned[key].clone()).unwrap() };
        assert_eq!(learned["name"], free.name);
        assert_eq!(belief("before"), free.prior, "{}: run the calibration again", free.name);
        let info = &parameters::TABLE[free.index()];
        assert_eq!(
            belief("after"),
            info.prior,
            "{}: what ships is not the result",
            free.name
        );
        let informed = learned["informed"].as_bool().unwrap();
        assert_eq!(informed, info.source.starts_with("calibrated"), "{}", free.name);
    }
    let calibrated = parameters::TABLE
        .iter()
        .filter(|info| info.source.starts_with("calibrated"));
    assert_eq!(
        calibrated.count(),
        learned.iter().filter(|l| l["informed"] == true).count()
    );
}
