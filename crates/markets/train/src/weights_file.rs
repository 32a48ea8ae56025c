//! Weights as they travel: a safetensors file with exactly the family's tensors, and its SHA-256.

use std::collections::BTreeMap;

use bytes::Bytes;
use candle_core::{Device, Tensor};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use tributary_neuron::envelope::sha256;

use crate::{
    model::{Model, ModelError, Shape, TENSORS},
    rules::Rules,
};

/// Largest magnitude of a weight: far above what training makes, far below where sums stop being finite.
const WEIGHT_MAX: f32 = 1e6;

/// A file of weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    bytes: Bytes,
    digest: [u8; 32],
}

/// Why a file of weights is no model of this market.
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// Larger than any model within the budget.
    #[error("the file has {bytes} bytes, the budget allows {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// Not safetensors.
    #[error("the file is not safetensors: {0}")]
    Format(String),
    /// Other tensors than the family has.
    #[error("tensor {0} is missing, of another type than f32, or not of the family's shape")]
    Tensor(&'static str),
    /// More tensors than the family has.
    #[error("the file holds tensors that the family does not have")]
    Extra,
    /// Over the budget.
    #[error("the model has {parameters} parameters, the budget is {parameters_max}")]
    Budget {
        /// What it has.
        parameters: usize,
        /// What it may have.
        parameters_max: usize,
    },
    /// Infinite, not a number, or absurdly large.
    #[error("tensor {0} holds numbers that are not finite or above 1e6")]
    Number(&'static str),
    /// The tensor library failed.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Artefact {
    /// Takes bytes as they came; [`Artefact::open`] looks into them.
    pub fn new(bytes: Bytes) -> Self {
        let digest = sha256(&bytes);
        Self { bytes, digest }
    }

    /// Writes a model.
    ///
    /// # Errors
    /// If the tensor library fails.
    pub fn pack(model: &Model) -> Result<Self, ArtefactError> {
        let mut packed = Vec::new();
        for (name, tensor) in model.tensors() {
            let values = tensor
                .flatten_all()
                .and_then(|flat| flat.to_vec1::<f32>())
                .map_err(ModelError::from)?;
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            packed.push((name, tensor.dims().to_vec(), bytes));
        }
        let views = packed.iter().map(|(name, dims, bytes)| {
            let view = TensorView::new(Dtype::F32, dims.clone(), bytes);
            view.map(|view| (*name, view))
                .map_err(|error| ArtefactError::Format(error.to_string()))
        });
        let views: Vec<_> = views.collect::<Result<_, _>>()?;
        let bytes = safetensors::serialize(views, None).map_err(|error| ArtefactError::Format(error.to_string()))?;
        Ok(Self::new(bytes.into()))
    }

    /// The file.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its SHA-256.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The model, if it is one of the market's: size, tensors, shapes, budget and every number are checked.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn open(&self, rules: &Rules, device: &Device) -> Result<Model, ArtefactError> {
        let bytes_max = rules.artefact_bytes_max();
        if self.bytes.len() > bytes_max {
            return Err(ArtefactError::TooLarge {
                bytes: self.bytes.len(),
                bytes_max,
            });
        }
        let file = SafeTensors::deserialize(&self.bytes).map_err(|error| ArtefactError::Format(error.to_string()))?;
        if file.len() != TENSORS.len() {
            return Err(ArtefactError::Extra);
        }
        let bias = file
            .tensor("hidden.bias")
            .map_err(|_| ArtefactError::Tensor("hidden.bias"))?;
        let hidden = bias.shape().first().copied().unwrap_or(0);
        if hidden == 0 || hidden > rules.hidden_width_max {
            return Err(ArtefactError::Tensor("hidden.bias"));
        }
        let parameters = rules.parameters(hidden);
        if parameters > rules.parameters_max {
            return Err(ArtefactError::Budget {
                parameters,
                parameters_max: rules.parameters_max,
            });
        }
        let shape = Shape {
            context: rules.context_bytes,
            embedding: rules.embedding_width,
            hidden,
        };
        let mut tensors = BTreeMap::new();
        for name in TENSORS {
            let dims = shape.dims(name);
            let view = file.tensor(name).map_err(|_| ArtefactError::Tensor(name))?;
            if view.dtype() != Dtype::F32 || view.shape() != dims {
                return Err(ArtefactError::Tensor(name));
            }
            let values = view
                .data()
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            let values: Vec<f32> = values.collect();
            // Written so that NaN fails too.
            if !values.iter().all(|value| value.abs() <= WEIGHT_MAX) {
                return Err(ArtefactError::Number(name));
            }
            tensors.insert(name, Tensor::from_vec(values, dims, device).map_err(ModelError::from)?);
        }
        Ok(Model::from_tensors(shape, |name| tensors[name].clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(seed: u64, hidden: usize) -> Model {
        Model::random(
            Shape {
                context: 8,
                embedding: 16,
                hidden,
            },
            seed,
            &Device::Cpu,
        )
        .unwrap()
    }

    #[test]
    fn packs_and_opens() {
        let rules = Rules::default();
        let artefact = Artefact::pack(&model(1, 40)).unwrap();
        assert_eq!(artefact, Artefact::pack(&model(1, 40)).unwrap());
        let opened = artefact.open(&rules, &Device::Cpu).unwrap();
        assert_eq!(Artefact::pack(&opened).unwrap().digest(), artefact.digest());
    }

    #[test]
    fn refuses_what_is_no_model_of_the_market() {
        let rules = Rules::default();
        let open = |artefact: &Artefact, rules: &Rules| artefact.open(rules, &Device::Cpu).err().unwrap();
        let wide = Artefact::pack(&model(1, 97)).unwrap();
        assert!(matches!(open(&wide, &rules), ArtefactError::Tensor("hidden.bias")));
        let tight = Rules {
            parameters_max: rules.parameters(20),
            ..rules.clone()
        };
        assert!(matches!(
            open(&Artefact::pack(&model(1, 21)).unwrap(), &tight),
            ArtefactError::Budget { .. }
        ));
        assert!(matches!(open(&wide, &tight), ArtefactError::TooLarge { .. }));
        let longer = Rules {
            context_bytes: 9,
            parameters_max: 100_000,
            ..rules.clone()
        };
        assert!(matches!(
            open(&Artefact::pack(&model(1, 20)).unwrap(), &longer),
            ArtefactError::Tensor("hidden.weight")
        ));
        assert!(matches!(
            open(&Artefact::new(Bytes::from_static(b"junk")), &rules),
            ArtefactError::Format(_)
        ));

        let mut bytes = Artefact::pack(&model(1, 20)).unwrap().bytes().to_vec();
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(matches!(
            open(&Artefact::new(bytes.into()), &rules),
            ArtefactError::Number(_)
        ));
    }
}
