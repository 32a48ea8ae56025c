//! Who takes part in a market of `tributary up`, and with which keys. The plan is written beside the chain, so that a
//! second start goes on with the same one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use tributary_client::Keypair;
use tributary_economy::{
    PerMillion, Tao, UNIT,
    pact::{Route, Terms},
};
use tributary_market_serve as serve;
use tributary_market_train::{Bundled, MinerKind, Rules};

use super::args::Up;
use crate::folder;

/// Name of the plan's file in the market's folder.
pub const FILE: &str = "market.json";
const VERSION: u32 = 3;
const SUBNETS: usize = 3;
/// Validators of each subnet.
pub const VALIDATORS: usize = 2;
/// What the three honest miners of a subnet put into their work.
const STRENGTHS: [f64; 3] = [1.0, 0.5, 0.2];
/// Most parameters of a model on each subnet.
const BUDGETS: [usize; SUBNETS] = [45_000, 30_000, 20_000];
const DISHONEST: [MinerKind; SUBNETS] = [MinerKind::Copycat, MinerKind::Random, MinerKind::Offline];
const DEFAULT_BLOCK_TIME_MS: u64 = 1000;

/// The whole market.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    version: u32,
    /// Seed of the miners' first weights and batches.
    pub seed: u64,
    /// Milliseconds between blocks.
    pub block_time_ms: u64,
    /// The train subnets, in the order of their registration.
    pub subnets: Vec<SubnetPlan>,
    /// The serve subnet, registered after them.
    pub service: ServicePlan,
}

/// A subnet to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its name on the chain.
    pub name: String,
    /// What it does, in a few words.
    pub description: &'static str,
    /// How many miners work there.
    pub miners: usize,
}

/// One subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubnetPlan {
    /// Its name on the chain.
    pub name: String,
    /// A bundled text by name, or a path.
    pub corpus: String,
    /// The competition's hyperparameters.
    pub rules: Rules,
    /// The pact that its owner signs, if any.
    pub terms: Option<Terms>,
    /// Its miners, the honest first.
    pub miners: Vec<MinerPlan>,
}

/// One miner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinerPlan {
    /// How it behaves.
    pub kind: MinerKind,
    /// Above 0, at most 1.
    pub strength: f64,
}

/// The subnet that serves what the first train subnet makes, and sells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// Its name on the chain.
    pub name: String,
    /// The competition's hyperparameters; which train subnet it is for is known once that has a number.
    pub rules: serve::Rules,
    /// The pact that its owner signs.
    pub terms: Terms,
    /// What the gateway asks.
    pub price: serve::meter::Price,
    /// Rao of use beyond vouchers that the gateway grants each customer.
    pub credit: u64,
    /// Its miners, the honest first.
    pub miners: Vec<ServerPlan>,
}

/// One serve miner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerPlan {
    /// How it behaves.
    pub kind: serve::MinerKind,
    /// Milliseconds that its answers wait: how far away it is.
    pub delay_ms: u64,
}

impl ServicePlan {
    /// The same for every market.
    fn new(train: &Rules) -> Self {
        let server = |kind, delay_ms| ServerPlan { kind, delay_ms };
        Self {
            name: "served".to_owned(),
            rules: serve::Rules {
                train: train.clone(),
                probes: 1,
                ..serve::Rules::default()
            },
            terms: Terms {
                pledge: PerMillion(100_000),
                vesting_half_life: 500,
                bond: Tao(100 * UNIT),
                notice: 200,
                revenue_share: PerMillion(200_000),
                route: Route::HOLDERS,
                ..Terms::default()
            },
            price: serve::meter::Price {
                prompt_rao_per_1k: UNIT / 10,
                completion_rao_per_1k: UNIT / 2,
            },
            credit: UNIT / 2,
            miners: vec![
                server(serve::MinerKind::Honest, 0),
                server(serve::MinerKind::Honest, 40),
                server(serve::MinerKind::WrongModel, 0),
            ],
        }
    }
}

/// The pact of a subnet that opens what it makes.
fn opened() -> Terms {
    Terms {
        bond: Tao(50 * UNIT),
        notice: 100,
        open_after: 60,
        artifact_period: 60,
        ..Terms::default()
    }
}

impl Plan {
    /// All subnets, in the order of their registration.
    pub fn seats(&self) -> Vec<Seat> {
        let trained = self.subnets.iter().map(|subnet| Seat {
            name: subnet.name.clone(),
            description: "training byte-level language models",
            miners: subnet.miners.len(),
        });
        let served = Seat {
            name: self.service.name.clone(),
            description: "serving the best model of the first train subnet",
            miners: self.service.miners.len(),
        };
        trained.chain([served]).collect()
    }

    /// The market that the arguments ask for.
    ///
    /// # Errors
    /// If a corpus cannot be found.
    pub fn new(args: &Up) -> Result<Self> {
        let corpora = match args.corpus.as_slice() {
            [] => Bundled::ALL.iter().map(|text| text.name().to_owned()).collect(),
            given => given.iter().map(|name| absolute(name)).collect::<Result<Vec<_>>>()?,
        };
        let dishonest = if args.miner.is_empty() {
            DISHONEST.as_slice()
        } else {
            args.miner.as_slice()
        };
        let subnets: Vec<SubnetPlan> = (0..SUBNETS)
            .map(|index| {
                let corpus = corpora[index % corpora.len()].clone();
                let stem = Path::new(&corpus)
                    .file_stem()
                    .map(|stem| stem.to_string_lossy().into_owned());
                let budget = BUDGETS[index];
                let honest = STRENGTHS.map(|strength| MinerPlan {
                    kind: MinerKind::Honest,
                    strength,
                });
                let other = MinerPlan {
                    kind: dishonest[index % dishonest.len()],
                    strength: 1.0,
                };
                SubnetPlan {
                    name: format!("{} {}k", stem.as_deref().unwrap_or("text"), budget / 1000),
                    corpus,
                    rules: Rules {
                        parameters_max: budget,
                        ..Rules::default()
                    },
                    // The one whose models are sold: the network is never more than a window behind what it funded.
                    terms: (index == 0).then(opened),
                    miners: honest.into_iter().chain([other]).collect(),
                }
            })
            .collect();
        Ok(Self {
            version: VERSION,
            seed: args.seed.unwrap_or(1),
            block_time_ms: args.block_time.unwrap_or(DEFAULT_BLOCK_TIME_MS),
            service: ServicePlan::new(&subnets[0].rules),
            subnets,
        })
    }

    /// The plan of the market in `folder`, if there is one, else a new one; and whether it was there. Arguments that
    /// contradict an existing plan are refused: the market that is there would not be the one asked for.
    ///
    /// # Errors
    /// If the plan cannot be read, or contradicts the arguments.
    pub fn find_or_make(folder: &Path, args: &Up) -> Result<(Self, bool)> {
        let file = folder.join(FILE);
        let wanted = Self::new(args)?;
        let text = match tributary_private::read_text(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((wanted, false)),
            Err(e) => return Err(e).with_context(|| format!("cannot read {}", file.display())),
        };
        let found: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} cannot be read by this version; start anew with --fresh",
                file.display()
            )
        })?;
        let contradiction = if found.version != VERSION {
            Some("version of this program")
        } else if args.seed.is_some() && found.seed != wanted.seed {
            Some("--seed")
        } else if args.block_time.is_some() && found.block_time_ms != wanted.block_time_ms {
            Some("--block-time")
        } else if (!args.corpus.is_empty() || !args.miner.is_empty()) && found.subnets != wanted.subnets {
            Some("--corpus or --miner")
        } else {
            None
        };
        if let Some(what) = contradiction {
            bail!(
                "the market in {} was started with another {what}: leave it out to continue that market, start a new \
                 one with --fresh, or choose another folder with --data",
                folder.display()
            );
        }
        Ok((found, true))
    }

    /// Writes the plan into the folder, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, folder: &Path) -> Result<()> {
        folder::write_whole(&folder.join(FILE), &serde_json::to_vec_pretty(self)?)
    }
}

/// Bundled names stay, paths become independent of where the program was started.
fn absolute(name: &str) -> Result<String> {
    if name.parse::<Bundled>().is_ok() {
        return Ok(name.to_owned());
    }
    let path: PathBuf = std::path::absolute(name).with_context(|| format!("cannot find the corpus {name}"))?;
    Ok(path.to_string_lossy().into_owned())
}

/// A pair of keys of somebody in the market.
#[derive(Clone, Debug)]
pub struct Member {
    /// Holds the money.
    pub coldkey: Keypair,
    /// Does the work.
    pub hotkey: Keypair,
}

impl Member {
    /// The member with this name; the same keys every time.
    ///
    /// # Errors
    /// Never for the names used here.
    pub fn named(name: &str) -> Result<Self> {
        Ok(Self {
            coldkey: Keypair::dev(name)?,
            hotkey: Keypair::dev(&format!("{name}//hotkey"))?,
        })
    }

    /// The owner of the subnet at `index` of the plan.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub fn owner(index: usize) -> Result<Self> {
        Self::named(&format!("owner-{}", index + 1))
    }

    /// A validator.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub fn validator(index: usize, number: usize) -> Result<Self> {
        Self::named(&format!("validator-{}-{}", index + 1, number + 1))
    }

    /// A miner.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub fn miner(index: usize, number: usize) -> Result<Self> {
        Self::named(&format!("miner-{}-{}", index + 1, number + 1))
    }
}
