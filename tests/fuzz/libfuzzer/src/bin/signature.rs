//! The target `signature` as a program of libFuzzer's; what must hold is in `fuzz::signature`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::signature::run(data));
