//! Makes calls from a table.

/// The calls of the pallet. A row is
///
/// ```text
/// INDEX NAME(ARGUMENT: TYPE) => STORAGE [EVENT] {EVENT} if CHECK;
/// ```
///
/// A row of `root` is for root and sets a value of the chain. One of `subnet` starts with the netuid and is for those
/// whom the rules of its index name ([`crate::Pallet::set`]). The event in brackets is one of the market, the one in
/// braces is this pallet's own; both and the check may be missing. `other` holds what fits no row.
macro_rules! setters {
    (
        root { $(
            $(#[$doc:meta])*
            $index:literal $name:ident($value:ident: $($type:tt)+) => $item:ident $([$told:ident])? $(if $check:ident)?;
        )* }
        subnet { $(
            $(#[$subnet_doc:meta])*
            $subnet_index:literal $subnet_name:ident($netuid:ident, $subnet_value:ident: $($subnet_type:tt)+)
                => $subnet_item:ident $([$subnet_told:ident])? $({$own:ident})? $(if $subnet_check:ident)?;
        )* }
        other { $($other:tt)* }
    ) => {
        #[frame_support::pallet_macros::pallet_section]
        mod calls {
            #[pallet::call]
            impl<T: Config> Pallet<T> {
                $(
                    $(#[$doc])*
                    #[pallet::call_index($index)]
                    #[pallet::weight(weights::simple::<T>())]
                    pub fn $name(origin: OriginFor<T>, $value: $($type)+) -> DispatchResult {
                        ensure_root(origin)?;
                        $(Self::$check($value)?;)?
                        pallet_subtensor::$item::<T>::put($value);
                        $(Self::tell(Told::$told($value));)?
                        Ok(())
                    }
                )*
                $(
                    $(#[$subnet_doc])*
                    #[pallet::call_index($subnet_index)]
                    #[pallet::weight(weights::simple::<T>())]
                    pub fn $subnet_name(
                        origin: OriginFor<T>,
                        $netuid: NetUid,
                        $subnet_value: $($subnet_type)+
                    ) -> DispatchResult {
                        Self::set(origin, $subnet_index, $netuid, |_| {
                            $(Self::$subnet_check($netuid, $subnet_value)?;)?
                            pallet_subtensor::$subnet_item::<T>::insert($netuid, $subnet_value);
                            $(Self::tell(Told::$subnet_told($netuid, $subnet_value));)?
                            $(Self::deposit_event(Event::$own { $netuid, $subnet_value });)?
                            Ok(())
                        })
                    }
                )*
                $($other)*
            }
        }
    };
}

pub(crate) use setters;
