//! The family of models: the embeddings of the last bytes, one hidden layer, logits of the next byte.

use candle_core::{D, DType, Device, Tensor, Var};
use candle_nn::ops::log_softmax;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Names of a model's tensors, in the order of its layers.
pub const TENSORS: [&str; 5] = [
    "embedding",
    "hidden.weight",
    "hidden.bias",
    "output.weight",
    "output.bias",
];

/// Contexts evaluated at once.
const BATCH: usize = 1024;

/// The tensor library failed. Its message says where.
#[derive(Debug, thiserror::Error)]
#[error("tensor library: {0}")]
pub struct ModelError(#[from] candle_core::Error);

/// Widths of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes of context.
    pub context: usize,
    /// Width of an embedding.
    pub embedding: usize,
    /// Units of the hidden layer.
    pub hidden: usize,
}

impl Shape {
    /// Dimensions of a tensor of [`TENSORS`].
    pub fn dims(&self, name: &str) -> Vec<usize> {
        match name {
            "embedding" => vec![256, self.embedding],
            "hidden.weight" => vec![self.hidden, self.context * self.embedding],
            "hidden.bias" => vec![self.hidden],
            "output.weight" => vec![256, self.hidden],
            _ => vec![256],
        }
    }
}

/// A model's weights, f32.
#[derive(Clone, Debug)]
pub struct Model {
    shape: Shape,
    embedding: Tensor,
    hidden_weight: Tensor,
    hidden_bias: Tensor,
    output_weight: Tensor,
    output_bias: Tensor,
}

impl Model {
    /// Assembles a model from tensors of [`Shape::dims`].
    pub fn from_tensors(shape: Shape, tensor: impl Fn(&'static str) -> Tensor) -> Self {
        let [embedding, hidden_weight, hidden_bias, output_weight, output_bias] = TENSORS.map(tensor);
        Self {
            shape,
            embedding,
            hidden_weight,
            hidden_bias,
            output_weight,
            output_bias,
        }
    }

    /// Fresh weights from a seed: uniform, scaled by the square root of the inputs; biases 0.
    pub fn random(shape: Shape, seed: u64, device: &Device) -> Result<Self, ModelError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut tensors = Vec::new();
        for name in TENSORS {
            let dims = shape.dims(name);
            let scale = match name {
                "embedding" => 0.5,
                "hidden.weight" | "output.weight" => (3.0 / dims[1] as f32).sqrt(),
                _ => 0.0,
            };
            let values: Vec<f32> = (0..dims.iter().product())
                .map(|_| scale * rng.random_range(-1.0f32..1.0))
                .collect();
            tensors.push(Tensor::from_vec(values, dims, device)?);
        }
        Ok(Self::from_tensors(shape, |name| tensors[index_of(name)].clone()))
    }

    /// A trainable copy: the variables, and the model made of them.
    pub fn trainable(&self) -> Result<(Vec<Var>, Self), ModelError> {
        let vars: Vec<Var> = self
            .tensors()
            .iter()
            .map(|(_, tensor)| Var::from_tensor(tensor))
            .collect::<Result<_, _>>()?;
        let model = Self::from_tensors(self.shape, |name| vars[index_of(name)].as_tensor().clone());
        Ok((vars, model))
    }

    /// A copy whose weights have noise on them: uniform, `part` of the tensor's root mean square.
    pub fn disturbed(&self, part: f64, seed: u64) -> Result<Self, ModelError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut tensors = Vec::new();
        for (_, tensor) in self.tensors() {
            let mut values = tensor.flatten_all()?.to_vec1::<f32>()?;
            let square: f32 = values.iter().map(|value| value * value).sum();
            let scale = part as f32 * (3.0 * square / values.len() as f32).sqrt();
            values
                .iter_mut()
                .for_each(|value| *value += scale * rng.random_range(-1.0f32..1.0));
            tensors.push(Tensor::from_vec(values, tensor.dims(), tensor.device())?);
        }
        Ok(Self::from_tensors(self.shape, |name| tensors[index_of(name)].clone()))
    }

    /// Its widths.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Its tensors by name, in the order of [`TENSORS`].
    pub fn tensors(&self) -> [(&'static str, &Tensor); 5] {
        let tensors = [
            &self.embedding,
            &self.hidden_weight,
            &self.hidden_bias,
            &self.output_weight,
            &self.output_bias,
        ];
        std::array::from_fn(|i| (TENSORS[i], tensors[i]))
    }

    /// Logits of the next byte, shape (batch, 256), for contexts of shape (batch × context) in one row of bytes.
    pub fn logits(&self, contexts: &[u8]) -> Result<Tensor, ModelError> {
        let batch = contexts.len() / self.shape.context;
        let ids = contexts.iter().map(|byte| u32::from(*byte)).collect::<Vec<_>>();
        let ids = Tensor::from_vec(ids, contexts.len(), self.embedding.device())?;
        let input = self.embedding.index_select(&ids, 0)?.reshape((batch, ()))?;
        let hidden = input
            .matmul(&self.hidden_weight.t()?)?
            .broadcast_add(&self.hidden_bias)?
            .relu()?;
        Ok(hidden
            .matmul(&self.output_weight.t()?)?
            .broadcast_add(&self.output_bias)?)
    }

    /// Probabilities of the next byte, 256 for each context.
    pub fn predict(&self, contexts: &[u8]) -> Result<Vec<f32>, ModelError> {
        let logits = self.logits(contexts)?;
        Ok(candle_nn::ops::softmax(&logits, D::Minus1)?.flatten_all()?.to_vec1()?)
    }

    /// Mean of `-log2 p(byte)` over every byte of the windows but the first `context` of each.
    pub fn bits_per_byte(&self, windows: &[Vec<u8>]) -> Result<f64, ModelError> {
        let context = self.shape.context;
        let (mut bits, mut count) = (0.0, 0usize);
        let (mut contexts, mut targets) = (Vec::new(), Vec::new());
        let mut places = windows.iter().flat_map(|window| window.windows(context + 1)).peekable();
        while let Some(place) = places.next() {
            contexts.extend_from_slice(&place[..context]);
            targets.push(u32::from(place[context]));
            if targets.len() == BATCH || places.peek().is_none() {
                let rows = targets.len();
                let logits = log_softmax(&self.logits(&contexts)?, D::Minus1)?;
                let targets = Tensor::from_vec(std::mem::take(&mut targets), (rows, 1), logits.device())?;
                let sum = logits
                    .gather(&targets, 1)?
                    .to_dtype(DType::F64)?
                    .sum_all()?
                    .to_scalar::<f64>()?;
                bits -= sum / std::f64::consts::LN_2;
                count += rows;
                contexts.clear();
            }
        }
        Ok(bits / count.max(1) as f64)
    }
}

fn index_of(name: &str) -> usize {
    TENSORS
        .iter()
        .position(|known| *known == name)
        .expect("a name from the list")
}
