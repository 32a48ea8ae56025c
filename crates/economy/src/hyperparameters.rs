//! What subnet owners and root may set, by which calls and how often (`docs/rules/hyperparameters.md`). Within which
//! bounds is said in [`crate::bounds`].

/// Who may set a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The subnet's owner and root.
    OwnerOrRoot,
    /// Root alone.
    Root,
}

/// Whether a parameter can be set shortly before an epoch (`docs/rules/epochs.md#freeze-window`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// By nobody, root included.
    All,
    /// As at any other time.
    Open,
}

/// How often an owner may set a parameter. Root may always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As often as it likes.
    None,
    /// Once in `OwnerHyperparamRateLimit` tempos, counted per subnet and parameter.
    Tempos {
        /// The parameter's code in the key of the mark (`docs/rules/hyperparameters.md#rate-limits`).
        code: u8,
    },
    /// Once in `WeightsVersionKeyRateLimit` tempos, counted per owner's account.
    VersionKey,
    /// Once in so many blocks, counted per owner's account.
    PerOwner {
        /// Blocks.
        blocks: u64,
        /// Kind of transaction in the key of the mark (`docs/rules/hyperparameters.md#rate-limits`).
        kind: u16,
    },
}

/// A call that sets a parameter of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setter {
    /// Index of the call in the admin pallet.
    pub index: u8,
    /// Name of the call.
    pub call: &'static str,
    /// Who may make it.
    pub who: Who,
    /// When.
    pub window: Window,
    /// How often.
    pub limit: Limit,
}

const fn setter(index: u8, call: &'static str, who: Who, window: Window, limit: Limit) -> Setter {
    Setter {
        index,
        call,
        who,
        window,
        limit,
    }
}

/// The calls of the admin pallet that set parameters of one subnet, by index (`docs/rules/hyperparameters.md#setters`).
/// The owner's hotkey (64, 67) has rules of its own and is not here.
pub const SETTERS: [Setter; 45] = [
    setter(
        3,
        "sudo_set_serving_rate_limit",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 1 },
    ),
    setter(4, "sudo_set_min_difficulty", Who::Root, Window::All, Limit::None),
    setter(
        5,
        "sudo_set_max_difficulty",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 2 },
    ),
    setter(
        6,
        "sudo_set_weights_version_key",
        Who::OwnerOrRoot,
        Window::All,
        Limit::VersionKey,
    ),
    setter(
        7,
        "sudo_set_weights_set_rate_limit",
        Who::Root,
        Window::Open,
        Limit::None,
    ),
    setter(8, "sudo_set_adjustment_interval", Who::Root, Window::Open, Limit::None),
    setter(
        9,
        "sudo_set_adjustment_alpha",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 3 },
    ),
    setter(
        13,
        "sudo_set_immunity_period",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 5 },
    ),
    setter(
        14,
        "sudo_set_min_allowed_weights",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 6 },
    ),
    setter(
        15,
        "sudo_set_max_allowed_uids",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 25 },
    ),
    setter(16, "sudo_set_kappa", Who::Root, Window::Open, Limit::None),
    setter(
        17,
        "sudo_set_rho",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 8 },
    ),
    setter(
        18,
        "sudo_set_activity_cutoff",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 9 },
    ),
    setter(
        19,
        "sudo_set_network_registration_allowed",
        Who::Root,
        Window::Open,
        Limit::None,
    ),
    setter(
        21,
        "sudo_set_target_registrations_per_interval",
        Who::Root,
        Window::All,
        Limit::None,
    ),
    setter(
        22,
        "sudo_set_min_burn",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 11 },
    ),
    setter(
        23,
        "sudo_set_max_burn",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 12 },
    ),
    setter(24, "sudo_set_difficulty", Who::Root, Window::All, Limit::None),
    setter(
        25,
        "sudo_set_max_allowed_validators",
        Who::Root,
        Window::All,
        Limit::None,
    ),
    setter(
        26,
        "sudo_set_bonds_moving_average",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 13 },
    ),
    setter(
        27,
        "sudo_set_max_registrations_per_block",
        Who::Root,
        Window::All,
        Limit::None,
    ),
    setter(30, "sudo_set_tempo", Who::Root, Window::All, Limit::None),
    setter(
        49,
        "sudo_set_commit_reveal_weights_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 15 },
    ),
    setter(
        50,
        "sudo_set_liquid_alpha_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 16 },
    ),
    setter(
        51,
        "sudo_set_alpha_values",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 17 },
    ),
    setter(
        57,
        "sudo_set_commit_reveal_weights_interval",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 18 },
    ),
    setter(
        60,
        "sudo_set_bonds_penalty",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 14 },
    ),
    setter(
        61,
        "sudo_set_toggle_transfer",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 19 },
    ),
    setter(66, "sudo_set_subtoken_enabled", Who::Root, Window::All, Limit::None),
    setter(
        68,
        "sudo_set_alpha_sigmoid_steepness",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 20 },
    ),
    setter(
        69,
        "sudo_set_yuma3_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 21 },
    ),
    setter(
        70,
        "sudo_set_bonds_reset_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 22 },
    ),
    setter(
        72,
        "sudo_set_owner_immune_neuron_limit",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 23 },
    ),
    setter(
        76,
        "sudo_set_mechanism_count",
        Who::OwnerOrRoot,
        Window::All,
        Limit::PerOwner { blocks: 7_200, kind: 7 },
    ),
    setter(
        77,
        "sudo_set_mechanism_emission_split",
        Who::OwnerOrRoot,
        Window::All,
        Limit::PerOwner { blocks: 7_200, kind: 8 },
    ),
    setter(
        78,
        "sudo_trim_to_max_allowed_uids",
        Who::OwnerOrRoot,
        Window::All,
        Limit::PerOwner {
            blocks: 216_000,
            kind: 9,
        },
    ),
    setter(79, "sudo_set_min_allowed_uids", Who::Root, Window::All, Limit::None),
    setter(
        80,
        "sudo_set_recycle_or_burn",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 24 },
    ),
    setter(84, "sudo_set_min_non_immune_uids", Who::Root, Window::Open, Limit::None),
    setter(
        89,
        "sudo_set_burn_half_life",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 26 },
    ),
    setter(
        90,
        "sudo_set_burn_increase_mult",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 27 },
    ),
    setter(
        92,
        "sudo_set_owner_cut_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::None,
    ),
    setter(
        93,
        "sudo_set_min_childkey_take_per_subnet",
        Who::OwnerOrRoot,
        Window::All,
        Limit::Tempos { code: 29 },
    ),
    setter(
        94,
        "sudo_set_subnet_emission_enabled",
        Who::Root,
        Window::Open,
        Limit::None,
    ),
    setter(
        95,
        "sudo_set_owner_cut_auto_lock_enabled",
        Who::OwnerOrRoot,
        Window::All,
        Limit::None,
    ),
];

/// The rules of the admin pallet's call with this index, if it sets a parameter of a subnet.
pub fn setter_of(index: u8) -> Option<&'static Setter> {
    SETTERS
        .binary_search_by_key(&index, |setter| setter.index)
        .ok()
        .map(|place| &SETTERS[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_codes_are_different_and_sorted() {
        assert!(SETTERS.windows(2).all(|pair| pair[0].index < pair[1].index));
        for setter in &SETTERS {
            assert_eq!(setter_of(setter.index), Some(setter));
            assert!(setter.call.starts_with("sudo_"));
            assert!(
                setter.who == Who::OwnerOrRoot || setter.limit == Limit::None,
                "root has no limits"
            );
        }
        let code = |setter: &Setter| {
            if let Limit::Tempos { code } = setter.limit {
                Some(code)
            } else {
                None
            }
        };
        let mut codes: alloc::vec::Vec<u8> = SETTERS.iter().filter_map(code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
