//! The target `state` as a program of libFuzzer's; what must hold is in `fuzz::state`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::state::run(data));
