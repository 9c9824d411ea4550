//! The target `callback` as a program of libFuzzer's; what must hold is in `fuzz::callback`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::callback::run(data));
