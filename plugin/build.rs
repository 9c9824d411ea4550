//! Tells the linker which world the component has; it checks the exports against it. Not here: what is exported.

use std::env;

fn main() {
    let wit = format!("{}/../wit", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed={wit}");
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--component-type={wit}");
    }
}
