//! The calls that this program makes, by pallet, from one table: the names are the chain's, arguments too. A test holds the
//! table against the runtime of this repository.

macro_rules! calls {
    ($($(#[$about:meta])* $module:ident = $pallet:ident {
        $($(#[$doc:meta])* $call:ident($($argument:ident: $ty:ty),*);)*
    })*) => {
        $($(#[$about])*
        pub mod $module {
            #[allow(unused_imports)] // Not every pallet needs all of them.
            use sp_core::{H256, crypto::AccountId32};
            #[allow(unused_imports)] // As above.
            use tributary_economy::{
                Alpha, NetUid, Tao,
                fixed::I96F32,
                pact::{Arbiters, Terms},
            };

            #[allow(unused_imports)] // As above.
            use crate::{Call, commitment::Information, stored::Identity};

            $($(#[$doc])*
            pub fn $call($($argument: $ty),*) -> Call {
                Call::new(stringify!($pallet), stringify!($call))$(.with(stringify!($argument), $argument))*
            })*

            /// Checks every call against a description.
            #[cfg(test)]
            pub(super) fn check(metadata: &crate::metadata::Metadata) -> usize {
                let mut count = 0;
                $(
                    let pallet = metadata.pallet(stringify!($pallet)).unwrap();
                    let call = pallet.call_variant_by_name(stringify!($call)).expect(stringify!($call));
                    let names: &[&str] = &[$(stringify!($argument)),*];
                    let wanted: Vec<&str> = call.fields.iter().map(|field| field.name.as_deref().unwrap()).collect();
                    assert_eq!(wanted, names, stringify!($call));
                    let mut ids = call.fields.iter().map(|field| field.ty.id);
                    $(
                        metadata.takes::<$ty>(stringify!($call.$argument), ids.next().unwrap()).unwrap();
                    )*
                    assert!(ids.next().is_none());
                    count += 1;
                )*
                count
            }
        })*

        /// Checks every call of every pallet against a description.
        #[cfg(test)]
        fn check_all(metadata: &crate::metadata::Metadata) -> usize {
            0 $(+ $module::check(metadata))*
        }
    };
}

calls! {
    /// The market.
    subtensor = SubtensorModule {
        /// Buys alpha of a subnet and stakes it to a hotkey.
        add_stake(hotkey: AccountId32, netuid: NetUid, amount_staked: Tao);
        /// The same, at no higher a price than the limit, in rao an alpha.
        add_stake_limit(
            hotkey: AccountId32, netuid: NetUid, amount_staked: Tao, limit_price: Tao, allow_partial: bool
        );
        /// Sells staked alpha.
        remove_stake(hotkey: AccountId32, netuid: NetUid, amount_unstaked: Alpha);
        /// The same, at no lower a price than the limit, in rao an alpha.
        remove_stake_limit(
            hotkey: AccountId32, netuid: NetUid, amount_unstaked: Alpha, limit_price: Tao, allow_partial: bool
        );
        /// Sells all alpha staked to a hotkey on a subnet.
        remove_stake_full_limit(hotkey: AccountId32, netuid: NetUid, limit_price: Option<Tao>);
        /// Buys a uid.
        burned_register(netuid: NetUid, hotkey: AccountId32);
        /// Takes a place on root.
        root_register(hotkey: AccountId32);
        /// Buys a subnet.
        register_network(hotkey: AccountId32);
        /// Buys a subnet and says what it is.
        register_network_with_identity(hotkey: AccountId32, identity: Option<Identity>);
        /// Starts emission and trade on a subnet.
        start_call(netuid: NetUid);
        /// Sets weights openly.
        set_weights(netuid: NetUid, dests: Vec<u16>, weights: Vec<u16>, version_key: u64);
        /// Commits to weights.
        commit_weights(netuid: NetUid, commit_hash: H256);
        /// Reveals weights.
        reveal_weights(netuid: NetUid, uids: Vec<u16>, values: Vec<u16>, salt: Vec<u16>, version_key: u64);
    }
    /// Hyperparameters, set by owners or by root.
    admin = AdminUtils {
        /// How quickly the average price follows, for all subnets.
        sudo_set_subnet_moving_alpha(alpha: I96F32);
        /// Blocks after which it follows half as quickly.
        sudo_set_ema_price_halving_period(netuid: NetUid, ema_halving: u64);
        /// Whether a subnet takes part in emission.
        sudo_set_subnet_emission_enabled(netuid: NetUid, enabled: bool);
        /// Registrations in one block.
        sudo_set_max_registrations_per_block(netuid: NetUid, max_registrations_per_block: u16);
        /// Registrations in one interval.
        sudo_set_target_registrations_per_interval(netuid: NetUid, target_registrations_per_interval: u16);
        /// Blocks between two weights of a validator.
        sudo_set_weights_set_rate_limit(netuid: NetUid, weights_set_rate_limit: u64);
        /// Blocks between two announcements of an axon.
        sudo_set_serving_rate_limit(netuid: NetUid, serving_rate_limit: u64);
        /// Whether weights are committed and revealed.
        sudo_set_commit_reveal_weights_enabled(netuid: NetUid, enabled: bool);
    }
    /// Commitments of neurons.
    commitments = Commitments {
        /// Commits to up to three fields.
        set_commitment(netuid: NetUid, info: Information);
    }
    /// Pacts, payments and channels.
    pact = Pact {
        /// Proposes terms.
        propose(netuid: NetUid, terms: Terms, arbiters: Arbiters<AccountId32>);
        /// Signs a pact.
        sign(netuid: NetUid, terms: Terms, arbiters: Arbiters<AccountId32>);
        /// Tightens its terms.
        tighten(netuid: NetUid, terms: Terms);
        /// Announces looser terms.
        loosen(netuid: NetUid, terms: Terms, arbiters: Arbiters<AccountId32>);
        /// Objects to them.
        object(netuid: NetUid, hotkey: AccountId32);
        /// Puts them into force.
        apply_loosening(netuid: NetUid);
        /// Announces to leave.
        announce_exit(netuid: NetUid);
        /// Stays.
        cancel_exit(netuid: NetUid);
        /// Leaves.
        exit(netuid: NetUid);
        /// Reports a breach.
        report(netuid: NetUid, evidence: [u8; 32]);
        /// Votes on a report.
        vote(netuid: NetUid, report: u32, hotkey: AccountId32, uphold: bool);
        /// Closes a report.
        resolve(netuid: NetUid, report: u32);
        /// Establishes a breach that the chain can verify.
        establish_breach(netuid: NetUid);
        /// Posts the bond.
        post_bond(netuid: NetUid);
        /// Commits to an artifact.
        commit_artifact(
            netuid: NetUid, plaintext: [u8; 32], ciphertext: [u8; 32], round: u64, location: Vec<u8>
        );
        /// Confirms an artifact.
        confirm_artifact(netuid: NetUid, number: u32);
        /// Pays for a service.
        pay(netuid: NetUid, payee: AccountId32, amount: Tao, receipt: [u8; 32]);
        /// Opens a channel.
        open_channel(netuid: NetUid, payee: AccountId32, deposit: Tao, expiry: u64);
        /// Puts more into a channel.
        top_up(channel: u64, amount: Tao);
        /// Takes what a voucher is worth out of a channel.
        settle(channel: u64, amount: Tao, signature: [u8; 64]);
        /// Closes a channel, or begins to.
        close(channel: u64, voucher: Option<(Tao, [u8; 64])>);
        /// Closes it for good.
        finalise_close(channel: u64);
    }
}

#[cfg(test)]
mod tests {
    use codec::Decode as _;
    use tributary_runtime::RuntimeCall;

    use crate::{Call, market::serve, testing::metadata};

    #[test]
    fn the_table_is_that_of_the_runtime() {
        assert!(super::check_all(&metadata()) > 40);
    }

    #[test]
    fn calls_of_calls_are_what_the_runtime_reads() {
        let metadata = metadata();
        let read = |call: &Call| RuntimeCall::decode(&mut &*call.encode(&metadata).unwrap()).unwrap();
        let bob = crate::Keypair::dev("Bob").unwrap().account();
        let pay = Call::transfer(&bob, 1_000);
        let paid = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
            dest: bob.into(),
            value: 1_000,
        });
        assert_eq!(read(&pay), paid);
        let both = RuntimeCall::Utility(pallet_utility::Call::batch_all {
            calls: vec![paid.clone(), paid.clone()],
        });
        assert_eq!(read(&Call::batch_all(vec![pay.clone(), pay.clone()])), both);
        let forced = RuntimeCall::Utility(pallet_utility::Call::force_batch {
            calls: vec![paid.clone()],
        });
        assert_eq!(read(&Call::force_batch(vec![pay.clone()])), forced);
        let sudo = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(paid) });
        assert_eq!(read(&Call::sudo(pay.clone())), sudo);
        let axon = RuntimeCall::SubtensorModule(pallet_subtensor::Call::serve_axon {
            netuid: tributary_economy::NetUid(2),
            version: 1,
            ip: 0x0102_0304,
            port: 8091,
            ip_type: 4,
            protocol: 4,
            placeholder1: 0,
            placeholder2: 0,
        });
        assert_eq!(
            read(&serve(tributary_economy::NetUid(2), "1.2.3.4:8091".parse().unwrap())),
            axon
        );
        let deep = (0..20).fold(pay, |call, _| Call::sudo(call));
        assert!(deep.encode(&metadata).is_err(), "no chain takes calls that deep");
    }
}
