//! The target `answer` as a program of libFuzzer's; what must hold is in `fuzz::answer`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::answer::run(data));
