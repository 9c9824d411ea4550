//! The target `reply` as a program of libFuzzer's; what must hold is in `fuzz::reply`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::reply::run(data));
