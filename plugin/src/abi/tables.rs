//! What turns a table of the contract's types or functions into code: the order of a table is the order in memory.

/// Records: every field with its type, in the order of the contract.
macro_rules! record {
    ($name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        // SAFETY: the fields are the contract's.
        unsafe impl Value for $name {
            const SHAPE: Shape = Shape::EMPTY$(.then(<$kind>::SHAPE))*.padded();

            #[inline(never)]
            unsafe fn load(from: *const u8) -> Self {
                let mut fields = Fields::of(from);
                // SAFETY: every field lies there.
                unsafe { $name { $($field: <$kind>::load(fields.next::<$kind>())),* } }
            }

            #[inline(never)]
            unsafe fn store(&self, to: *mut u8) {
                let mut fields = Fields::of(to);
                // SAFETY: there is room for every field.
                unsafe { $(self.$field.store(fields.next::<$kind>());)* }
            }

            #[cfg(test)]
            fn wit() -> String {
                stringify!($name).into()
            }
        }
    };
    (@wit $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        crate::tests::declaration(
            "record",
            stringify!($name),
            &[$((stringify!($field), Some(<$kind>::wit()))),*],
        )
    };
}

/// Variants: every case with its value's type, in the order of the contract.
macro_rules! variant {
    ($name:ident { $($case:ident $(($kind:ty))?),* $(,)? }) => {
        // SAFETY: the cases are the contract's.
        unsafe impl Value for $name {
            const SHAPE: Shape = Shape::EMPTY$($(.or(<$kind>::SHAPE))?)*.behind_case();

            #[inline(never)]
            unsafe fn load(from: *const u8) -> Self {
                enum Number { $($case),* }
                let _value = Self::SHAPE.case_value(from.cast_mut());
                // SAFETY: the case lies there, and its value if it has one.
                match unsafe { from.read() } {
                    $(number if number == Number::$case as u8 => {
                        $name::$case $((unsafe { <$kind>::load(_value) }))?
                    })*
                    _ => unreachable!("the host passes no case that the contract does not have"),
                }
            }

            #[inline(never)]
            unsafe fn store(&self, to: *mut u8) {
                enum Number { $($case),* }
                match self {
                    $($name::$case { .. } => {
                        // SAFETY: there is room for the case and its value.
                        unsafe { to.write(Number::$case as u8) };
                        $(if let $name::$case(value) = self {
                            unsafe { <$kind>::store(value, Self::SHAPE.case_value(to)) };
                        })?
                    })*
                }
            }

            #[cfg(test)]
            fn wit() -> String {
                stringify!($name).into()
            }
        }
    };
    (@wit $name:ident { $($case:ident $(($kind:ty))?),* $(,)? }) => {
        crate::tests::declaration(
            "variant",
            stringify!($name),
            &[$((stringify!($case), None$(.or(Some(<$kind>::wit())))?)),*],
        )
    };
}

/// Records and variants, written as in WIT.
macro_rules! contract {
    ($($kind:ident $name:ident $body:tt)*) => {
        $($kind!($name $body);)*

        /// What was written, in WIT.
        #[cfg(test)]
        pub(crate) fn declarations() -> Vec<String> {
            vec![$($kind!(@wit $name $body)),*]
        }
    };
}

/// Functions of the crate `viber` as the component's exports, each with its name in the contract.
macro_rules! exports {
    ($($wit:literal: $function:ident($($name:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(exports!(@one $wit: $function($($name: $kind),*) -> $result);)*

        /// The functions as they stand in WIT.
        #[cfg(test)]
        fn functions() -> Vec<String> {
            use $crate::abi::Value;
            vec![$(crate::tests::function(
                $wit,
                &[$((stringify!($name), <$kind>::wit())),*],
                &<$result>::wit(),
            )),*]
        }
    };
    (@one $wit:literal: $function:ident() -> $result:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the host calls by name and passes addresses")]
        const _: () = {
            #[unsafe(export_name = concat!("helpdesk:channel/messenger-channel@0.1.0#", $wit))]
            extern "C" fn call() -> *const u8 {
                $crate::abi::answer::<$result>(viber::$function())
            }
            exports!(@after $wit);
        };
    };
    (@one $wit:literal: $function:ident($($name:ident: $kind:ty),*) -> $result:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the host calls by name and passes addresses")]
        const _: () = {
            /// # Safety
            /// The host wrote the arguments.
            #[unsafe(export_name = concat!("helpdesk:channel/messenger-channel@0.1.0#", $wit))]
            unsafe extern "C" fn call(arguments: *const u8) -> *const u8 {
                use $crate::abi::{Fields, Value, answer};
                let mut arguments = Fields::of(arguments);
                // SAFETY: as the caller says.
                $(let $name = unsafe { <$kind>::load(arguments.next::<$kind>()) };)*
                // The arena frees them.
                $(let $name = core::mem::ManuallyDrop::new($name);)*
                answer::<$result>(viber::$function($(&$name),*))
            }
            exports!(@after $wit);
        };
    };
    (@after $wit:literal) => {
        #[unsafe(export_name = concat!("cabi_post_helpdesk:channel/messenger-channel@0.1.0#", $wit))]
        extern "C" fn after(_answer: *const u8) {
            $crate::arena::rewind();
        }
    };
}

pub(crate) use {contract, exports, record, variant};
