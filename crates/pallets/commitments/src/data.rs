//! What a commitment may say (`docs/rules/commitments.md#fields`).

use alloc::vec;

use codec::{Decode, DecodeWithMemTracking, Encode, EncodeLike, Error, Input, MaxEncodedLen, Output};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::{Path, Type, TypeInfo, build::Fields, build::Variants};

/// Longest raw field with a type of its own, in bytes.
pub const MAX_RAW: u32 = 128;
/// Longest raw field, in bytes.
pub const MAX_BIG_RAW: u32 = 512;
/// Longest ciphertext, in bytes.
pub const MAX_TIMELOCKED: u32 = 1024;

/// One field of a commitment. On the wire the first byte says which: 0 nothing, 1 to 129 raw bytes of that length
/// less one, then the rest in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    #[default]
    None,
    /// Up to 128 bytes.
    Raw(BoundedVec<u8, ConstU32<MAX_RAW>>),
    /// Blake2-256 of something.
    BlakeTwo256([u8; 32]),
    /// SHA-256 of something.
    Sha256([u8; 32]),
    /// Keccak-256 of something.
    Keccak256([u8; 32]),
    /// SHA3-256 of something.
    ShaThree256([u8; 32]),
    /// Readable when a round of the drand beacon is out.
    TimelockEncrypted {
        /// The ciphertext.
        encrypted: BoundedVec<u8, ConstU32<MAX_TIMELOCKED>>,
        /// The round.
        reveal_round: u64,
    },
    /// Asks to forget all bonds towards this neuron.
    ResetBondsFlag,
    /// Up to 512 bytes.
    BigRaw(BoundedVec<u8, ConstU32<MAX_BIG_RAW>>),
}

impl Data {
    /// Bytes that count against the space of an account.
    pub fn space(&self) -> u64 {
        let bytes = match self {
            Self::None | Self::ResetBondsFlag => 0,
            Self::Raw(bytes) => bytes.len(),
            Self::BlakeTwo256(_) | Self::Sha256(_) | Self::Keccak256(_) | Self::ShaThree256(_) => 32,
            Self::TimelockEncrypted { encrypted, .. } => encrypted.len(),
            Self::BigRaw(bytes) => bytes.len(),
        };
        bytes as u64
    }
}

impl Encode for Data {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        match self {
            Self::None => dest.push_byte(0),
            Self::Raw(bytes) => {
                // At most 128 bytes, so at most 129.
                dest.push_byte(bytes.len() as u8 + 1);
                dest.write(bytes);
            }
            Self::BlakeTwo256(hash) => (130u8, hash).encode_to(dest),
            Self::Sha256(hash) => (131u8, hash).encode_to(dest),
            Self::Keccak256(hash) => (132u8, hash).encode_to(dest),
            Self::ShaThree256(hash) => (133u8, hash).encode_to(dest),
            Self::TimelockEncrypted {
                encrypted,
                reveal_round,
            } => (134u8, encrypted, reveal_round).encode_to(dest),
            Self::ResetBondsFlag => dest.push_byte(135),
            Self::BigRaw(bytes) => (136u8, bytes).encode_to(dest),
        }
    }
}

impl EncodeLike for Data {}

impl Decode for Data {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        Ok(match input.read_byte()? {
            0 => Self::None,
            first @ 1..=129 => {
                let mut bytes = vec![0; usize::from(first) - 1];
                input.read(&mut bytes)?;
                Self::Raw(BoundedVec::try_from(bytes).map_err(|_| "a raw field has at most 128 bytes")?)
            }
            130 => Self::BlakeTwo256(Decode::decode(input)?),
            131 => Self::Sha256(Decode::decode(input)?),
            132 => Self::Keccak256(Decode::decode(input)?),
            133 => Self::ShaThree256(Decode::decode(input)?),
            134 => Self::TimelockEncrypted {
                encrypted: Decode::decode(input)?,
                reveal_round: Decode::decode(input)?,
            },
            135 => Self::ResetBondsFlag,
            136 => Self::BigRaw(Decode::decode(input)?),
            _ => return Err("no such kind of field".into()),
        })
    }
}

impl DecodeWithMemTracking for Data {}

impl MaxEncodedLen for Data {
    fn max_encoded_len() -> usize {
        1 + BoundedVec::<u8, ConstU32<MAX_TIMELOCKED>>::max_encoded_len() + u64::max_encoded_len()
    }
}

macro_rules! raw_variants {
    ($variants:ident: $($length:literal)*) => {
        $(
            let $variants = $variants.variant(concat!("Raw", $length), |variant| {
                variant.index($length + 1).fields(Fields::unnamed().field(|field| field.ty::<[u8; $length]>()))
            });
        )*
    };
}

impl TypeInfo for Data {
    type Identity = Self;

    fn type_info() -> Type {
        let variants = Variants::new().variant("None", |variant| variant.index(0));
        raw_variants! { variants:
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38
            39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74
            75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107
            108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127 128
        }
        macro_rules! hash_variants {
            ($($name:literal $index:literal)*) => {
                variants$(.variant($name, |variant| {
                    variant.index($index).fields(Fields::unnamed().field(|field| field.ty::<[u8; 32]>()))
                }))*
            };
        }
        let variants = hash_variants!("BlakeTwo256" 130 "Sha256" 131 "Keccak256" 132 "ShaThree256" 133)
            .variant("TimelockEncrypted", |variant| {
                variant.index(134).fields(
                    Fields::named()
                        .field(|field| field.name("encrypted").ty::<BoundedVec<u8, ConstU32<MAX_TIMELOCKED>>>())
                        .field(|field| field.name("reveal_round").ty::<u64>()),
                )
            })
            .variant("ResetBondsFlag", |variant| variant.index(135))
            .variant("BigRaw", |variant| {
                variant
                    .index(136)
                    .fields(Fields::unnamed().field(|field| field.ty::<BoundedVec<u8, ConstU32<MAX_BIG_RAW>>>()))
            });
        Type::builder()
            .path(Path::new("Data", module_path!()))
            .variant(variants)
    }
}

/// Fields of one commitment at most.
pub type MaxFields = ConstU32<3>;

/// What a neuron commits to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct CommitmentInfo {
    /// The fields.
    pub fields: BoundedVec<Data, MaxFields>,
}

impl CommitmentInfo {
    /// Bytes that count against the space of an account: at least 100.
    pub fn space(&self) -> u64 {
        self.fields.iter().map(Data::space).sum::<u64>().max(100)
    }

    /// Whether the commitment asks to forget bonds.
    pub fn resets_bonds(&self) -> bool {
        self.fields.contains(&Data::ResetBondsFlag)
    }
}

/// A commitment as stored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Registration {
    /// What was held back for it: nothing.
    pub deposit: u64,
    /// Block of the commitment.
    pub block: u32,
    /// What it says.
    pub info: CommitmentInfo,
}

/// Space that an account has used on a subnet.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct UsageTracker {
    /// `SubnetEpochIndex` to which the count belongs.
    pub last_epoch: u64,
    /// Bytes used since then.
    pub used_space: u64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounded<S: frame_support::traits::Get<u32>>(bytes: Vec<u8>) -> BoundedVec<u8, S> {
        BoundedVec::try_from(bytes).expect("the strategy keeps the bound")
    }

    fn data() -> impl Strategy<Value = Data> {
        let bytes = |most: u32| proptest::collection::vec(any::<u8>(), 0..=most as usize);
        prop_oneof![
            Just(Data::None),
            bytes(MAX_RAW).prop_map(|bytes| Data::Raw(bounded(bytes))),
            any::<[u8; 32]>().prop_map(Data::BlakeTwo256),
            any::<[u8; 32]>().prop_map(Data::Sha256),
            any::<[u8; 32]>().prop_map(Data::Keccak256),
            any::<[u8; 32]>().prop_map(Data::ShaThree256),
            (bytes(MAX_TIMELOCKED), any::<u64>()).prop_map(|(bytes, reveal_round)| Data::TimelockEncrypted {
                encrypted: bounded(bytes),
                reveal_round
            }),
            Just(Data::ResetBondsFlag),
            bytes(MAX_BIG_RAW).prop_map(|bytes| Data::BigRaw(bounded(bytes))),
        ]
    }

    proptest! {
        #[test]
        fn fields_survive_the_wire(data in data()) {
            let encoded = data.encode();
            prop_assert!(encoded.len() <= Data::max_encoded_len());
            let mut rest = &encoded[..];
            prop_assert_eq!(Data::decode(&mut rest), Ok(data));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn no_input_breaks_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Data::decode(&mut &bytes[..]);
        }
    }

    #[test]
    fn the_first_byte_is_the_index_in_the_metadata() {
        let scale_info::TypeDef::Variant(variants) = Data::type_info().type_def else {
            panic!("an enum")
        };
        let index_of = |name: &str| {
            variants
                .variants
                .iter()
                .find(|variant| variant.name == name)
                .map(|v| v.index)
        };
        assert_eq!(variants.variants.len(), 137);
        assert_eq!(index_of("Raw128"), Some(129));
        assert_eq!(Data::Raw(bounded(vec![7; 128])).encode()[0], 129);
        assert_eq!(index_of("Raw0"), Some(1));
        assert_eq!(Data::Raw(bounded(vec![])).encode(), [1]);
        assert_eq!(index_of("BigRaw"), Some(136));
        assert!(Data::decode(&mut &[137u8][..]).is_err());
    }

    #[test]
    fn small_commitments_count_as_a_hundred_bytes() {
        assert_eq!(CommitmentInfo::default().space(), 100);
        let info = CommitmentInfo {
            fields: vec![Data::Raw(bounded(vec![0; 128])), Data::Sha256([0; 32])]
                .try_into()
                .expect("two fields"),
        };
        assert_eq!(info.space(), 160);
    }
}
