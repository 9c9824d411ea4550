//! A result that is neither of its cases: the generated code cannot write one, so it is changed after that. Not here: which
//! deed wants it.

use std::sync::atomic::{AtomicBool, Ordering};

static LIES: AtomicBool = AtomicBool::new(false);

/// From now on `handle-inbound` returns a case that there is not.
pub(crate) fn begin() {
    LIES.store(true, Ordering::Relaxed);
}

/// Where `export!` looks for the generated functions.
pub(crate) mod exports {
    pub(crate) mod helpdesk {
        pub(crate) mod channel {
            pub(crate) mod messenger_channel {
                pub(crate) use crate::exports::helpdesk::channel::messenger_channel::*;

                /// Stands for the generated function of this name.
                pub(crate) unsafe fn _export_handle_inbound_cabi<T: Guest>(arguments: *mut u8) -> *mut u8 {
                    use crate::exports::helpdesk::channel::messenger_channel as generated;
                    // SAFETY: the host's arguments, passed on.
                    let result = unsafe { generated::_export_handle_inbound_cabi::<T>(arguments) };
                    if crate::lying::LIES.load(std::sync::atomic::Ordering::Relaxed) {
                        // SAFETY: the result begins with the number of its case.
                        unsafe { result.write(7) };
                    }
                    result
                }
            }
        }
    }
}
