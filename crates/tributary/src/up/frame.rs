//! What a block looks like from outside: the figures that the screen draws and `--json` prints. Everybody who is on the
//! chain is in it; who belongs to the market's own cast is marked.

use serde::Serialize;

/// Kind of those who came from outside: nobody knows how they behave.
pub const GUEST: &str = "guest";

/// One block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frame {
    /// Height.
    pub block: u32,
    /// Hash.
    pub block_hash: String,
    /// TAO issued, as the market counts it.
    pub issuance_rao: u64,
    /// TAO held by all accounts together, pools' included, counted one by one.
    pub held_rao: u64,
    /// All subnets but root, by number.
    pub subnets: Vec<SubnetFrame>,
    /// What happened since the block before that was shown.
    pub events: Vec<Happened>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Happened {
    /// The block that shows it.
    pub block: u32,
    /// `subnet`, `gone`, `registered`, `epoch`, `payment`, `pact`, `sealed` or `opened`.
    pub what: &'static str,
    /// Where.
    pub netuid: u16,
    /// In words.
    pub text: String,
}

/// One subnet at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SubnetFrame {
    /// Its number.
    pub netuid: u16,
    /// Its name.
    pub name: String,
    /// Whether it belongs to the market's own cast; else somebody registered it from outside.
    pub home: bool,
    /// Its place in the plan.
    #[serde(skip)]
    pub seat: Option<usize>,
    /// `train` or `serve`; `other` for a subnet from outside.
    pub market: &'static str,
    /// Blocks between two epochs.
    pub tempo_blocks: u16,
    /// Block of the last epoch; 0 before the first.
    pub epoch_block: u64,
    /// Price of one alpha.
    pub price_tao: f64,
    /// The average price that emission follows.
    pub moving_price_tao: f64,
    /// Part of the block's TAO that went to this subnet, of what went to all.
    pub emission_share: f64,
    /// That TAO.
    pub emission_rao: u64,
    /// TAO in the pool.
    pub tao_in_pool_rao: u64,
    /// Bits per byte of the best model, measured by the validators on held-out text.
    pub best_bits_per_byte: Option<f64>,
    /// The miners of a train subnet, or of one from outside.
    pub miners: Vec<MinerFrame>,
    /// The miners of a serve subnet.
    pub servers: Vec<ServerFrame>,
    /// Its owner and its validators.
    pub validators: Vec<ValidatorFrame>,
    /// `active`, `leaving`, `left` or `breached`; nothing without a pact.
    pub pact: Option<&'static str>,
    /// What customers paid on the rail so far, tribute included.
    pub revenue_rao: u64,
    /// The part of it that was tribute.
    pub tribute_rao: u64,
    /// Value that the pact has released so far: TAO that bought alpha, and alpha that was pledged or forfeited and is
    /// burned or paid out, at the present price.
    pub returned_rao: u64,
    /// Value that waits in the pact's reservoir to be released, alpha at the present price.
    pub waiting_rao: u64,
    /// TAO that the chain gave the subnet so far.
    pub emitted_rao: u64,
    /// What was returned over what was emitted.
    pub returned_over_emitted: f64,
    /// What waits over what was emitted.
    pub waiting_over_emitted: f64,
    /// The last artifact that was committed under the pact; nothing before the first.
    pub artifact: Option<ArtifactFrame>,
    /// Artifacts that the market's archive has opened so far.
    pub opened: u64,
    /// What the gateway of a serve subnet shows.
    pub gateway: Option<GatewayFrame>,
}

/// A sealed artifact at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ArtifactFrame {
    /// How many were committed before.
    pub number: u32,
    /// The block that committed it.
    pub block: u64,
    /// SHA-256 of its content.
    pub plaintext: String,
    /// The beacon's round that opens it.
    pub round: u64,
    /// Where the sealed file is.
    pub location: String,
    /// Whether validators with three quarters of the weight confirm what it holds.
    pub confirmed: bool,
}

/// One miner of a serve subnet at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServerFrame {
    /// Its slot.
    pub uid: u16,
    /// Whether it belongs to the market's own cast.
    pub home: bool,
    /// How it behaves, or `guest`. Validators and the chain do not know.
    pub kind: String,
    /// Milliseconds that its answers wait before they begin; 0 for a guest.
    pub delay_ms: u64,
    /// Its address.
    pub hotkey: String,
    /// Whether its last answers were the model's, if it answered.
    pub correct: Option<bool>,
    /// Milliseconds of its slowest answer in a validator's last round.
    pub answer_ms: Option<f64>,
    /// Tokens a second.
    pub tokens_per_second: Option<f64>,
    /// Its part of the pay of all miners of the subnet, of 1.
    pub incentive: f64,
    /// Alpha that it has earned, in billionths.
    pub earned_rao: u64,
    /// Why validators give it nothing, if they do.
    pub verdict: Option<String>,
}

/// A gateway at a block. Amounts in rao, counts since the market began.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GatewayFrame {
    /// Where it is; an OpenAI client's base URL is this and `/v1`.
    pub url: String,
    /// The model that it sells.
    pub model: Option<String>,
    /// Requests answered.
    pub requests: u64,
    /// Requests that no miner answered.
    pub failed: u64,
    /// Tokens made.
    pub completion_tokens: u64,
    /// What they and the tokens read cost.
    pub charged_rao: u64,
    /// What customers signed for and is not settled.
    pub unsettled_rao: u64,
    /// What was settled on the chain.
    pub settled_rao: u64,
}

/// One miner at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MinerFrame {
    /// Its slot.
    pub uid: u16,
    /// Whether it belongs to the market's own cast.
    pub home: bool,
    /// How it behaves, or `guest`. Validators and the chain do not know.
    pub kind: String,
    /// Above 0, at most 1; 0 for a guest.
    pub strength: f64,
    /// Its address.
    pub hotkey: String,
    /// Bits per byte of its model as a validator last measured it.
    pub bits_per_byte: Option<f64>,
    /// Its part of the pay of all miners of the subnet, of 1.
    pub incentive: f64,
    /// Alpha that it has earned, in billionths.
    pub earned_rao: u64,
    /// Why validators give it nothing, if they do.
    pub verdict: Option<String>,
}

/// One validator, or the owner, at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ValidatorFrame {
    /// Its slot.
    pub uid: u16,
    /// Whether it belongs to the market's own cast.
    pub home: bool,
    /// `owner`, `validator` or `guest`.
    pub kind: String,
    /// Its address.
    pub hotkey: String,
    /// Alpha staked on it in this subnet, in billionths.
    pub stake_rao: u64,
    /// Its part of the pay of all validators of the subnet, of 1.
    pub dividends: f64,
    /// Rounds of judging that it has finished since it started; nothing if it does not work in this process.
    pub rounds: Option<u64>,
    /// Block of its last weights; 0 before the first.
    pub weights_block: u64,
}
