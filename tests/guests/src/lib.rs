//! Paths of the components that tests load, built by `build.rs`. Not here: what they are expected to do; that stands
//! beside the tests.

pub mod admitted;
pub mod contained;

/// The Viber channel: `plugin/`.
pub const VIBER_CHANNEL: &str = concat!(env!("OUT_DIR"), "/viber_channel.wasm");

/// The smallest channel: `examples/plugin-echo/`.
pub const PLUGIN_ECHO: &str = concat!(env!("OUT_DIR"), "/plugin_echo.wasm");

/// A channel whose account settings name what it does wrong: `hostile/`.
pub const HOSTILE: &str = concat!(env!("OUT_DIR"), "/hostile.wasm");

/// The same, looping before any of its functions is called.
pub const LOOP_IN_START: &str = concat!(env!("OUT_DIR"), "/loop_in_start.wasm");

/// A channel that tells the secret it sees and what customers write, where its account's settings say.
pub const TATTLER: &str = concat!(env!("OUT_DIR"), "/tattler.wasm");

/// Imports `wasi:sockets`.
pub const IMPORTS_SOCKETS: &str = concat!(env!("OUT_DIR"), "/imports_sockets.wasm");

/// Imports an interface that nobody knows.
pub const IMPORTS_UNKNOWN: &str = concat!(env!("OUT_DIR"), "/imports_unknown.wasm");

/// Exports the contract's interface in version 9.9.9.
pub const OTHER_VERSION: &str = concat!(env!("OUT_DIR"), "/other_version.wasm");

/// A component without the contract's interface.
pub const MISSING_EXPORT: &str = concat!(env!("OUT_DIR"), "/missing_export.wasm");

/// The contract's interface without its functions.
pub const MISSING_FUNCTION: &str = concat!(env!("OUT_DIR"), "/missing_function.wasm");

/// The contract's interface with `describe` of another type.
pub const WRONG_TYPE: &str = concat!(env!("OUT_DIR"), "/wrong_type.wasm");

/// A core module, no component.
pub const CORE_MODULE: &str = concat!(env!("OUT_DIR"), "/core_module.wasm");

/// A component with two memories.
pub const TWO_MEMORIES: &str = concat!(env!("OUT_DIR"), "/two_memories.wasm");

/// A component with nine tables.
pub const MANY_TABLES: &str = concat!(env!("OUT_DIR"), "/many_tables.wasm");

/// Calls a macro with the name of every hostile thing: those that are refused when loaded, then the deeds of [`HOSTILE`].
/// A test that makes a case of each name does not compile while one is untested.
#[macro_export]
macro_rules! for_each_hostile {
    ($with:ident) => {
        $with! {
            refused: [loop_in_start imports_sockets imports_unknown other_version missing_export missing_function
                wrong_type core_module two_memories many_tables]
            deeds: [trap endless_loop memory_bomb deep_recursion commands state transfer foreign_call bad_status
                stderr_flood sleep exit surroundings half fill long_title nowhere bad_text outside endless_text aliases
                ansi metadata_url foreign_delivery realloc_loop realloc_outside bad_case random handles]
        }
    };
}
