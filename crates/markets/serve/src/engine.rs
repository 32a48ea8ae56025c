//! The decoder: the market's models, run so that anybody who runs them again gets the same bytes.
//!
//! Tensor libraries add up in whatever order suits the processor, and their exponentials differ; a validator on
//! another machine would then see other tokens and call an honest miner a liar. Here every sum has one order, only
//! operations that IEEE 754 fixes to the bit are used on floats, the exponential is computed in software, and the
//! draw is made among integers. A token of the default model takes about ten microseconds.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};
use tributary_market_train::{Model, ModelError};

/// Bytes of the vocabulary.
const BYTES: usize = 256;
/// What stands before a prompt that is shorter than the context.
const PADDING: u8 = b'\n';
/// Fixed-point one of a token's weight before the draw.
const WEIGHT_ONE: f64 = (1u64 << 40) as f64;

/// How the next byte is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest byte (the lowest of equals); above, the logits are divided by it.
    pub temperature: f64,
    /// Only the likeliest bytes that together have at least this probability are drawn from; 1 for all.
    pub top_p: f64,
    /// Same model, same prompt, same seed: same bytes.
    pub seed: u64,
}

/// A model, laid out for decoding.
pub struct Engine {
    context: usize,
    hidden: usize,
    /// What a byte at a place of the context adds to the hidden layer: place, byte, unit.
    inputs: Vec<f32>,
    hidden_bias: Vec<f32>,
    /// Unit, byte.
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

impl Engine {
    /// Lays a model out.
    ///
    /// # Errors
    /// If the tensor library cannot hand out the weights.
    pub fn new(model: &Model) -> Result<Self, ModelError> {
        let shape = model.shape();
        let mut rows = Vec::new();
        for (_, tensor) in model.tensors() {
            rows.push(tensor.flatten_all()?.to_vec1::<f32>()?);
        }
        let [embedding, hidden_weight, hidden_bias, output_weight, output_bias] = &rows[..] else {
            unreachable!("a model has five tensors")
        };
        let (width, hidden, context) = (shape.embedding, shape.hidden, shape.context);
        let mut inputs = vec![0f32; context * BYTES * hidden];
        for place in 0..context {
            for byte in 0..BYTES {
                let embedded = &embedding[byte * width..(byte + 1) * width];
                let row = (place * BYTES + byte) * hidden;
                for (unit, sum) in inputs[row..row + hidden].iter_mut().enumerate() {
                    let start = unit * context * width + place * width;
                    for (weight, value) in hidden_weight[start..start + width].iter().zip(embedded) {
                        *sum += weight * value;
                    }
                }
            }
        }
        let mut output = vec![0f32; hidden * BYTES];
        for byte in 0..BYTES {
            for unit in 0..hidden {
                output[unit * BYTES + byte] = output_weight[byte * hidden + unit];
            }
        }
        Ok(Self {
            context,
            hidden,
            inputs,
            hidden_bias: hidden_bias.clone(),
            output,
            output_bias: output_bias.clone(),
        })
    }

    /// Logits of the byte after `text`.
    pub fn logits(&self, text: &[u8]) -> [f32; BYTES] {
        let mut hidden = self.hidden_bias.clone();
        for place in 0..self.context {
            let behind = self.context - place;
            let byte = text.len().checked_sub(behind).map_or(PADDING, |at| text[at]);
            let row = (place * BYTES + usize::from(byte)) * self.hidden;
            for (sum, value) in hidden.iter_mut().zip(&self.inputs[row..row + self.hidden]) {
                *sum += value;
            }
        }
        let mut logits = [0f32; BYTES];
        logits.copy_from_slice(&self.output_bias);
        for (unit, value) in hidden.iter().enumerate() {
            if *value > 0.0 {
                let row = &self.output[unit * BYTES..(unit + 1) * BYTES];
                for (sum, weight) in logits.iter_mut().zip(row) {
                    *sum += value * weight;
                }
            }
        }
        logits
    }

    /// Starts to continue a prompt. The bytes do not end by themselves.
    pub fn decode(&self, prompt: &[u8], sampling: Sampling) -> Decoding {
        let kept = prompt.len().saturating_sub(self.context);
        let mut seed = Sha256::new();
        seed.update(b"tributary/sample/1");
        seed.update(sampling.seed.to_le_bytes());
        Decoding {
            text: prompt[kept..].to_vec(),
            sampling,
            rng: ChaCha8Rng::from_seed(seed.finalize().into()),
        }
    }
}

/// A text being continued.
pub struct Decoding {
    text: Vec<u8>,
    sampling: Sampling,
    rng: ChaCha8Rng,
}

impl Decoding {
    /// The next byte.
    pub fn next(&mut self, engine: &Engine) -> u8 {
        let logits = engine.logits(&self.text);
        // One draw a byte, used or not: a byte's draw depends on its place only.
        let draw = self.rng.next_u64();
        let byte = choose(&logits, self.sampling, draw);
        if self.text.len() >= 2 * engine.context.max(64) {
            self.text.drain(..self.text.len() - engine.context);
        }
        self.text.push(byte);
        byte
    }
}

/// The byte that a draw of 64 uniform bits chooses.
fn choose(logits: &[f32; BYTES], sampling: Sampling, draw: u64) -> u8 {
    let (mut best, mut top) = (0u8, f32::NEG_INFINITY);
    for (byte, logit) in (0u8..=255).zip(logits) {
        if *logit > top {
            (best, top) = (byte, *logit);
        }
    }
    if sampling.temperature <= 0.0 {
        return best;
    }
    let weight = |logit: &f32| {
        let scaled = (f64::from(*logit) - f64::from(top)) / sampling.temperature;
        (libm::exp(scaled) * WEIGHT_ONE) as u64
    };
    let mut weights: Vec<u64> = logits.iter().map(weight).collect();
    if sampling.top_p < 1.0 {
        keep_likeliest(&mut weights, sampling.top_p);
    }
    let total: u64 = weights.iter().sum();
    let mut left = ((u128::from(draw) * u128::from(total)) >> 64) as u64;
    for (byte, weight) in (0u8..=255).zip(&weights) {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return byte,
        }
    }
    best
}

/// Sets the weights of all but the likeliest bytes, together at least `part` of the whole, to 0.
fn keep_likeliest(weights: &mut [u64], part: f64) {
    let total: u64 = weights.iter().sum();
    let wanted = (u128::from(total) * ((part.max(0.0) * WEIGHT_ONE) as u128)) >> 40;
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(weights[*at]), *at));
    let mut sum = 0u128;
    for (rank, at) in order.into_iter().enumerate() {
        if rank > 0 && sum >= wanted {
            weights[at] = 0;
        }
        sum += u128::from(weights[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use tributary_market_train::Shape;

    const SHAPE: Shape = Shape {
        context: 8,
        embedding: 16,
        hidden: 32,
    };

    fn model() -> Model {
        Model::random(SHAPE, 7, &Device::Cpu).unwrap()
    }

    fn text(engine: &Engine, prompt: &[u8], sampling: Sampling, count: usize) -> Vec<u8> {
        let mut decoding = engine.decode(prompt, sampling);
        (0..count).map(|_| decoding.next(engine)).collect()
    }

    const SAMPLING: Sampling = Sampling {
        temperature: 0.8,
        top_p: 1.0,
        seed: 42,
    };

    #[test]
    fn agrees_with_the_tensor_library() {
        let (model, context) = (model(), b"In the b");
        let engine = Engine::new(&model).unwrap();
        let theirs = model
            .logits(context)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        for (ours, theirs) in engine.logits(context).iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
        }
    }

    /// What anybody's machine must give: if this changes, validators of two versions call each other's miners liars.
    #[test]
    fn the_bytes_are_fixed_for_all_machines() {
        let engine = Engine::new(&model()).unwrap();
        let greedy = Sampling {
            temperature: 0.0,
            ..SAMPLING
        };
        let nucleus = Sampling { top_p: 0.5, ..SAMPLING };
        let shown = [SAMPLING, greedy, nucleus].map(|sampling| hex::encode(text(&engine, b"And God", sampling, 16)));
        assert_eq!(shown, FIXED);
    }

    const FIXED: [&str; 3] = [
        "fff4f2f9faf1e92fc826d8cbbc85d899",
        "609d7160fdc8ad910dbe46600d145308",
        "fff5f4f8fdf2e229b825d1c7ad6cd297",
    ];

    #[test]
    fn the_seed_decides_and_only_the_context_counts() {
        let engine = Engine::new(&model()).unwrap();
        let other = Sampling { seed: 43, ..SAMPLING };
        let long = text(&engine, b"xxxxAnd God ", SAMPLING, 300);
        assert_eq!(
            long,
            text(&engine, b"yyyyyAnd God ", SAMPLING, 300),
            "8 bytes of context"
        );
        assert_ne!(long, text(&engine, b"xxxxAnd God ", other, 300));
        assert_eq!(text(&engine, b"", SAMPLING, 9), text(&engine, b"\n\n", SAMPLING, 9));
    }

    #[test]
    fn draws_follow_the_weights() {
        let mut logits = [f32::NEG_INFINITY; BYTES];
        (logits[10], logits[20]) = (0.0, 0.0);
        let even = Sampling {
            temperature: 1.0,
            ..SAMPLING
        };
        assert_eq!(choose(&logits, even, 0), 10);
        assert_eq!(choose(&logits, even, u64::MAX / 2 - 1), 10);
        assert_eq!(choose(&logits, even, u64::MAX / 2 + 2), 20);
        assert_eq!(choose(&logits, even, u64::MAX), 20);
        logits[20] = -1.0;
        let narrow = Sampling { top_p: 0.6, ..even };
        assert_eq!(
            choose(&logits, narrow, u64::MAX),
            10,
            "0.73 of the mass is on the first"
        );
        assert_eq!(choose(&[f32::NAN; BYTES], even, 5), 0, "no panic on nonsense");
    }
}
