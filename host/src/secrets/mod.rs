//! Secrets of accounts: sealed in the store under a master key, values in memory only, and nothing that prints one. The
//! only place of the desk that encrypts. Not here: where a value goes (`outbox::egress`, `inbox::receive`).
//!
//! | what | where |
//! |---|---|
//! | the cipher, and what a value is bound to | `keys` |
//! | where the master key comes from, and that it is the right one | `unlock` |
//! | rows of the store | `rows` |
//! | the desk's own, that signs links | `own` |
//! | values | `values` |

mod keys;
mod own;
mod rows;
mod unlock;
mod values;

pub use keys::{KeyError, KeyId, Keys, Place, SealError, Slot};
pub use own::link_key;
pub use rows::{accept_candidates, candidates, keep, keep_candidates, seal_anew, values};
pub use unlock::{KeySource, rotate, unlock};
pub use values::Secrets;

/// Lets no core file be written: it would hold every value. One byte and not none: a program that is set to take core dumps
/// gets them whatever the limit is, but for a limit of 1 (Linux, `fs/coredump.c`), and no file is as short.
pub fn forbid_core_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // Who may have none at all stays so: a limit is not raised again.
    let most = getrlimit(Resource::Core).maximum.map_or(1, |most| most.min(1));
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(most), maximum: Some(most) }) {
        tracing::warn!(%error, "core files could not be switched off");
    }
}
