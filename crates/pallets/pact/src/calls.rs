//! Calls: each checks its origin and hands the rest to the rules.

use frame_support::pallet_macros::*;

#[pallet_section]
mod calls {
    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Proposes terms to a subnet, for its owner to sign. Anybody may; nothing is stored but the event.
        #[pallet::call_index(0)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn propose(
            origin: OriginFor<T>,
            netuid: NetUid,
            terms: Terms,
            arbiters: Arbiters<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::propose(chain, &who, netuid, terms, arbiters))
        }

        /// Signs a pact for a subnet and puts the bond on hold. Its owner's coldkey only.
        #[pallet::call_index(1)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn sign(
            origin: OriginFor<T>,
            netuid: NetUid,
            terms: Terms,
            arbiters: Arbiters<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::sign(chain, &who, netuid, terms, arbiters))
        }

        /// Promises more, at once. Owner only.
        #[pallet::call_index(2)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn tighten(origin: OriginFor<T>, netuid: NetUid, terms: Terms) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::tighten(chain, &who, netuid, terms))
        }

        /// Announces other terms or arbiters, in force after the notice unless holders object. Owner only.
        #[pallet::call_index(3)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn loosen(
            origin: OriginFor<T>,
            netuid: NetUid,
            terms: Terms,
            arbiters: Arbiters<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::loosen(chain, &who, netuid, terms, arbiters))
        }

        /// Objects to announced terms with the alpha staked to a hotkey.
        #[pallet::call_index(4)]
        #[pallet::weight(weights::count::<T>())]
        pub fn object(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::object(chain, &who, netuid, &hotkey))
        }

        /// Puts announced terms into force, or drops them if objections hold. Anybody may, when it is time.
        #[pallet::call_index(5)]
        #[pallet::weight(weights::count::<T>())]
        pub fn apply_loosening(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            ensure_signed(origin)?;
            Self::apply(|chain| rules::apply_loosening(chain, netuid))
        }

        /// Announces to leave. Owner only.
        #[pallet::call_index(6)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn announce_exit(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::announce_exit(chain, &who, netuid))
        }

        /// Stays after all. Owner only, before the notice is over.
        #[pallet::call_index(7)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn cancel_exit(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::cancel_exit(chain, &who, netuid))
        }

        /// Ends a pact whose notice is over. Anybody may.
        #[pallet::call_index(8)]
        #[pallet::weight(weights::end::<T>())]
        pub fn exit(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            ensure_signed(origin)?;
            Self::apply(|chain| rules::exit(chain, netuid))
        }

        /// Establishes a broken promise that the chain sees by itself. Anybody may.
        #[pallet::call_index(9)]
        #[pallet::weight(weights::end::<T>())]
        pub fn establish_breach(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            ensure_signed(origin)?;
            Self::apply(|chain| rules::establish_breach(chain, netuid))
        }

        /// Reports a broken promise, with a deposit and the hash of the evidence.
        #[pallet::call_index(10)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn report(origin: OriginFor<T>, netuid: NetUid, evidence: [u8; 32]) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::report(chain, &who, netuid, evidence))
        }

        /// Decides a report as an arbiter, or votes with the alpha staked to a hotkey where there are none.
        #[pallet::call_index(11)]
        #[pallet::weight(weights::count::<T>())]
        pub fn vote(
            origin: OriginFor<T>,
            netuid: NetUid,
            report: u32,
            hotkey: T::AccountId,
            uphold: bool,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::vote(chain, &who, netuid, report, &hotkey, uphold))
        }

        /// Closes a report that is decided or past its deadline. Anybody may.
        #[pallet::call_index(12)]
        #[pallet::weight(weights::count::<T>().saturating_add(weights::end::<T>()))]
        pub fn resolve(origin: OriginFor<T>, netuid: NetUid, report: u32) -> DispatchResult {
            ensure_signed(origin)?;
            Self::apply(|chain| rules::resolve(chain, netuid, report))
        }

        /// Commits an artefact: hashes of plaintext and ciphertext, the drand round that opens it, where it is. The
        /// owner, its hotkey or the best miner.
        #[pallet::call_index(13)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn commit_artifact(
            origin: OriginFor<T>,
            netuid: NetUid,
            plaintext: [u8; 32],
            ciphertext: [u8; 32],
            round: u64,
            location: Vec<u8>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::commit_artifact(chain, &who, netuid, plaintext, ciphertext, round, location))
        }

        /// Confirms, as a validator, that the ciphertext of the last artefact holds its plaintext.
        #[pallet::call_index(14)]
        #[pallet::weight(weights::confirm::<T>())]
        pub fn confirm_artifact(origin: OriginFor<T>, netuid: NetUid, number: u32) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::confirm_artifact(chain, &who, netuid, number))
        }

        /// Posts the bond, after taking a subnet over or after a breach. Owner only.
        #[pallet::call_index(15)]
        #[pallet::weight(weights::one_pact::<T>())]
        pub fn post_bond(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::post_bond(chain, &who, netuid))
        }

        /// Pays for a service of a subnet. The subnet's pact takes its tribute of it.
        #[pallet::call_index(20)]
        #[pallet::weight(weights::payment::<T>())]
        pub fn pay(
            origin: OriginFor<T>,
            netuid: NetUid,
            payee: T::AccountId,
            amount: Tao,
            receipt: [u8; 32],
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::pay(chain, &who, netuid, &payee, amount, receipt))
        }

        /// Opens a payment channel to a payee: the deposit goes on hold.
        #[pallet::call_index(21)]
        #[pallet::weight(weights::payment::<T>())]
        pub fn open_channel(
            origin: OriginFor<T>,
            netuid: NetUid,
            payee: T::AccountId,
            deposit: Tao,
            expiry: u64,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::open_channel(chain, &who, netuid, &payee, deposit, expiry))
        }

        /// Adds to the deposit of a channel. Payer only.
        #[pallet::call_index(22)]
        #[pallet::weight(weights::payment::<T>())]
        pub fn top_up(origin: OriginFor<T>, channel: u64, amount: Tao) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| rules::top_up(chain, &who, channel, amount))
        }

        /// Redeems a voucher for a cumulative amount, signed by the payer. Payer or payee.
        #[pallet::call_index(23)]
        #[pallet::weight(weights::voucher::<T>())]
        pub fn settle(origin: OriginFor<T>, channel: u64, amount: Tao, signature: [u8; 64]) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::check_voucher(channel, amount, &signature)?;
            Self::apply(|chain| rules::settle(chain, &who, channel, amount))
        }

        /// Closes a channel, with a last voucher if there is one: the payee at once, the payer after a while.
        #[pallet::call_index(24)]
        #[pallet::weight(weights::voucher::<T>())]
        pub fn close(origin: OriginFor<T>, channel: u64, voucher: Option<(Tao, [u8; 64])>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            if let Some((amount, signature)) = &voucher {
                Self::check_voucher(channel, *amount, signature)?;
            }
            Self::apply(|chain| rules::close(chain, &who, channel, voucher.map(|(amount, _)| amount)))
        }

        /// Returns what is left of a channel that has expired or whose challenge period is over. Anybody may.
        #[pallet::call_index(25)]
        #[pallet::weight(weights::payment::<T>())]
        pub fn finalise_close(origin: OriginFor<T>, channel: u64) -> DispatchResult {
            ensure_signed(origin)?;
            Self::apply(|chain| rules::finalise_close(chain, channel))
        }

        /// Sets the parameters of all pacts. Root only.
        #[pallet::call_index(30)]
        #[pallet::weight(weights::payment::<T>())]
        pub fn set_parameters(origin: OriginFor<T>, parameters: Parameters) -> DispatchResult {
            ensure_root(origin)?;
            Self::apply(|_| parameters.check())?;
            ParametersOf::<T>::put(parameters);
            Self::deposit_event(Event::ParametersSet { parameters });
            Ok(())
        }
    }
}
