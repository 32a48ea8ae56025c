//! What each number is: its formula, and the file that computes it.

/// A definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Key of links.
    pub key: &'static str,
    /// What is defined.
    pub name: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Column of `futures.parquet`, `series.parquet` or field of `summary.json`, and the source file.
    pub source: &'static str,
}

/// All definitions, in the order of the appendix.
pub const ALL: &[Definition] = &[
    Definition {
        key: "probability",
        name: "Probability of a class, interval",
        formula: "k of n futures are in the class: p = k / n. Interval of 95 % after Wilson: (p + z²/2n ± z √(p(1−p)/n + \
                  z²/4n²)) / (1 + z²/n), z = 1.96. It covers the number of futures run, not whether the model is right.",
        source: "summary.json: outcomes; crates/futures/src/stats.rs, proportion",
    },
    Definition {
        key: "classes",
        name: "Outcome classes",
        formula: "At the horizon T, with X the price of TAO, V = X · issuance: depreciation if X(T)/X(0) is below the first \
                  threshold; else flywheel if coverage and V(T)/V(0) reach theirs; category-defining if also V(T)/V(0) and \
                  the number of subnets with q ≥ 0 reach theirs; else niche.",
        source: "futures.parquet: class; crates/futures/src/class.rs",
    },
    Definition {
        key: "market-value",
        name: "Market value",
        formula: "X(T) · issuance(T) / (X(0) · issuance(0)), X in dollars.",
        source: "futures.parquet: market_value_ratio; crates/futures/src/outcome.rs",
    },
    Definition {
        key: "held",
        name: "Part of a holding that is left",
        formula: "issuance(0) / issuance(T): what one who held a part of all TAO at the start and did nothing still owns.",
        source: "futures.parquet: held_part; crates/futures/src/outcome.rs",
    },
    Definition {
        key: "skewness",
        name: "Skewness",
        formula: "Third central moment of market value over the 1.5th power of the second; interval of 95 % from 400 \
                  resamples of the futures.",
        source: "summary.json: market_value.skewness; crates/futures/src/stats.rs, skewness, bootstrap",
    },
    Definition {
        key: "tail",
        name: "Tail index",
        formula: "Hill's: k over the sum of ln(x / x₍k₎) over the k largest market values, k = 5 % of the futures; \
                  interval α ± 1.96 α/√k. Below 2 the variance is infinite, below 1 the mean.",
        source: "summary.json: market_value.tail_index; crates/futures/src/stats.rs, hill",
    },
    Definition {
        key: "top-share",
        name: "Part of the best 1 %",
        formula: "Sum of the largest hundredth of market values over the sum of all; interval from resamples.",
        source: "summary.json: market_value.top_percent_share; crates/futures/src/summary.rs",
    },
    Definition {
        key: "fan",
        name: "Fan charts",
        formula: "At each sampled day the 5, 25, 50, 75 and 95 % quantiles (type 7) over all futures. No band is one future.",
        source: "series.parquet; crates/futures/src/report/data.rs, fans",
    },
    Definition {
        key: "coverage",
        name: "Coverage",
        formula: "Revenue on the network in dollars over TAO minted times its price, in the last step; over the whole \
                  future: the ratio of both sums.",
        source: "futures.parquet: coverage, coverage_mean; crates/futures/src/people/measure.rs, measure",
    },
    Definition {
        key: "flywheel",
        name: "Flywheel or better",
        formula: "Futures in the classes flywheel and category-defining, over all.",
        source: "crates/futures/src/report/claims.rs",
    },
    Definition {
        key: "hazard",
        name: "Hazard of leaving",
        formula: "Decisions to leave over months of decision, by quartile of quality among the working subnets of that \
                  month. Interval of the linearised ratio over futures, as months of one future are not independent. \
                  Leaving with a team (a shock) is not a decision.",
        source: "summary.json: hazard; crates/futures/src/hazard.rs, crates/futures/src/people/measure.rs",
    },
    Definition {
        key: "dependence",
        name: "Emission-paid part",
        formula: "What emission pays of the work (miners' effort, the owner's reinvested cut) over itself plus all revenue, in dollars, by quartile among the working \
                  subnets of the month.",
        source: "crates/futures/src/people/measure.rs, dependence",
    },
    Definition {
        key: "alike",
        name: "Hazard ratio, alike",
        formula: "Ratio of the hazards of two quartiles within each quartile of the other measure, summed after Mantel and \
                  Haenszel: Σ a·T₀/T over Σ b·T₁/T. Interval from resamples of futures.",
        source: "summary.json: hazard; crates/futures/src/hazard.rs, ratio_alike",
    },
    Definition {
        key: "dilution",
        name: "Dilution tax",
        formula: "TAO issued to subnets whose owner extracts or has left, or whose quality against the frontier and revenue \
                  both fell in that week, times the part of the alpha created with it that owner and miners got; over \
                  issuance at the end and over years. A part of all emission.",
        source: "futures.parquet: dilution_tax_year; crates/futures/src/people/measure.rs, measure",
    },
    Definition {
        key: "inflation",
        name: "All emission",
        formula: "TAO issued to the subnets over issuance at the end and over years; median over the futures.",
        source: "futures.parquet: emission_year; crates/futures/src/outcome.rs",
    },
    Definition {
        key: "tornado",
        name: "Tornado",
        formula: "The answer over the fifth of the futures in which a parameter is lowest, and over the fifth in which it \
                  is highest, all others as drawn; lines are intervals of 95 %. Pale bars differ by no more than the \
                  furthest of 999 random pairs of fifths: with this many futures they are noise.",
        source: "crates/futures/src/report/tornado.rs",
    },
    Definition {
        key: "shares",
        name: "Parameters and noise",
        formula: "A twin has a future's parameters and other noise. The correlation of a number over pairs of twins is the \
                  part of its variance that the parameters explain alone; the rest is noise, alone and together with them.",
        source: "twins.parquet; crates/futures/src/twins.rs",
    },
    Definition {
        key: "sobol",
        name: "Sobol indices",
        formula: "First order (Saltelli 2010): mean of f_B (f_AB − f_A) over the variance. Total order (Jansen 1999): mean \
                  of (f_A − f_AB)² / 2 over the variance. A and B are halves of a scrambled Sobol sequence over all \
                  uncertain parameters; all noise is one factor, and so are all parameters that the Morris screen ranked \
                  low. Intervals from resampled rows.",
        source: "sensitivity.json; crates/futures/src/sensitivity/",
    },
    Definition {
        key: "flows",
        name: "Cash flows",
        formula: "Every TAO that enters or leaves a pool is booked in rao by who brought or got it; after each step what \
                  came in less what went out must be what the pools gained, or the run stops. Dollars are TAO at the price \
                  of that day. Costs of serving are revenue less what owners keep and reinvest.",
        source: "futures.parquet: tao_*, usd_*; crates/futures/src/chain/flows.rs, crates/futures/src/report/flows.rs",
    },
    Definition {
        key: "elasticity",
        name: "Elasticity to the price of TAO",
        formula: "Slope by least squares of the logarithm of a number on that of X(T)/X(0), among the futures whose \
                  coverage over the future is at most its median; interval from resamples.",
        source: "crates/futures/src/report/claims.rs, follows",
    },
    Definition {
        key: "paired",
        name: "Paired differences",
        formula: "Both scenarios run with one seed, so that each future meets the same parameters and noise; differences \
                  future by future, their mean with its normal interval.",
        source: "comparison.json; crates/futures/src/compare.rs",
    },
];

/// The definition of a key.
pub fn of(key: &str) -> Option<&'static Definition> {
    ALL.iter().find(|definition| definition.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn definitions_name_files_that_exist() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for definition in ALL {
            let mut files = 0;
            for word in definition
                .source
                .split([' ', ',', ';'])
                .filter(|word| word.starts_with("crates/"))
            {
                assert!(root.join(word).exists(), "{}: {word}", definition.key);
                files += 1;
            }
            assert!(files > 0, "{}", definition.key);
            assert_eq!(ALL.iter().filter(|other| other.key == definition.key).count(), 1);
        }
    }
}
