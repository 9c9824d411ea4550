//! What must hold for every byte that comes from outside, one function a target; not the fuzzer that calls them.
//!
//! | target | its bytes are | what must hold |
//! |---|---|---|
//! | [`callback`] | the body of a signed callback | answered 200; kept, or ignored by rule; handled; a repeat does nothing |
//! | [`signature`] | a request's header lines, query and body | in gets the right MAC, alone, and nothing else |
//! | [`answer`] | what Viber answers to a call, or how the call fails | exactly one end or one repeat |
//! | [`state`] | a stored state | an error that says so, or an outcome whose state is read again |
//! | [`reply`] | an operator's reply | every message within Viber's limits, every part accounted for |
//!
//! Every outcome is also held against the contract's limits, and every function is called twice: the same arguments,
//! the same outcome (C2). `cargo xtask fuzz` runs the targets with libFuzzer, by the programs in `libfuzzer/`, a workspace
//! of its own; `cargo test -p fuzz` runs the inputs in `corpus/`, with stable Rust and nothing else. A finding is copied
//! into `corpus/TARGET/regression-WHAT`, and stays.

pub mod answer;
pub mod callback;
mod check;
mod given;
pub mod reply;
mod sheet;
pub mod signature;
pub mod state;

/// A target: the name of its corpus and its program, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("answer", answer::run),
    ("callback", callback::run),
    ("reply", reply::run),
    ("signature", signature::run),
    ("state", state::run),
];
