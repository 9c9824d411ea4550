//! Builds the components that tests load: our own for `wasm32-wasip2` by a nested cargo, hand-written ones from text.
//! Not here: the file that is shipped; `cargo xtask build` makes that one, from the same folder `target/wasm`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Done = Result<(), Box<dyn Error>>;

const TARGET: &str = "wasm32-wasip2";

/// All that may change what is built. An unchanged tree builds nothing.
const INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "examples/plugin-echo/Cargo.toml",
    "examples/plugin-echo/src",
    "plugin/Cargo.toml",
    "plugin/build.rs",
    "plugin/conversation/Cargo.toml",
    "plugin/conversation/src",
    "plugin/src",
    "plugin/viber/Cargo.toml",
    "plugin/viber/build.rs",
    "plugin/viber/src",
    "plugin/viber/texts",
    "rust-toolchain.toml",
    "tests/guests/build.rs",
    "tests/guests/hostile/Cargo.toml",
    "tests/guests/hostile/src",
    "tests/guests/wat",
    "wit",
];

fn main() -> Done {
    let build = Build::from_env()?;
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", build.root.join(input).display());
    }
    build.require_target()?;
    build.component("viber-channel", "viber_channel", "viber_channel", &[])?;
    build.component("plugin-echo", "plugin_echo", "plugin_echo", &[])?;
    let hostile = ["--manifest-path", "tests/guests/hostile/Cargo.toml"];
    build.component("hostile", "hostile", "hostile", &hostile)?;
    let in_start = [hostile[0], hostile[1], "--features", "loop_in_start"];
    build.component("hostile", "hostile", "loop_in_start", &in_start)?;
    let tattler = [hostile[0], hostile[1], "--features", "tattler"];
    build.component("hostile", "hostile", "tattler", &tattler)?;
    build.texts()
}

/// Where things are.
struct Build {
    root: PathBuf,
    out: PathBuf,
}

impl Build {
    fn from_env() -> Result<Self, Box<dyn Error>> {
        let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
        let root = folder.ancestors().nth(2).ok_or("the workspace is two folders up")?.to_owned();
        Ok(Self { root, out: env::var("OUT_DIR")?.into() })
    }

    /// Asks the compiler itself, since there may be no rustup.
    fn require_target(&self) -> Done {
        let mut rustc = Command::new(env::var("RUSTC")?);
        let output = rustc.args(["--print", "target-libdir", "--target", TARGET]).output()?;
        let library = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if output.status.success() && library.is_dir() {
            return Ok(());
        }
        Err(format!("the target {TARGET} is missing; run: rustup target add {TARGET}").into())
    }

    /// Builds a package and copies its component to where the constants say. A copy, because the folder is shared: it
    /// may be cleaned, or built anew from another checkout state, without this script running again.
    fn component(&self, package: &str, artifact: &str, name: &str, more: &[&str]) -> Done {
        let folder = self.root.join("target/wasm");
        let mut cargo = Command::new(env::var("CARGO")?);
        cargo.current_dir(&self.root).args(["build", "--release", "--quiet", "--target", TARGET]);
        cargo.args(["--package", package]).arg("--target-dir").arg(&folder).args(more);
        clean_environment(&mut cargo);
        if !cargo.status()?.success() {
            return Err(format!("{package} does not build for {TARGET}; run: {cargo:?}").into());
        }
        let built = folder.join(TARGET).join("release").join(artifact).with_extension("wasm");
        fs::copy(&built, self.out.join(name).with_extension("wasm"))?;
        Ok(())
    }

    /// Turns the hand-written components into bytes.
    fn texts(&self) -> Done {
        for entry in fs::read_dir(self.root.join("tests/guests/wat"))? {
            let path = entry?.path();
            let bytes = wat::parse_file(&path)?;
            let name = path.file_stem().map(Path::new).ok_or("a file has a name")?;
            fs::write(self.out.join(name).with_extension("wasm"), bytes)?;
        }
        Ok(())
    }
}

/// Nothing of the outer build reaches the inner one: not clippy's wrapper, not the flags of a coverage run, not the outer
/// target folder, whose lock is held.
fn clean_environment(cargo: &mut Command) {
    const KEPT: &[&str] = &["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_HTTP_PROXY", "CARGO_HTTP_CAINFO"];
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let is_cargo = name.starts_with("CARGO") && !KEPT.contains(&name);
        let is_rustc =
            name.starts_with("RUSTC") || name.starts_with("RUSTFLAGS") || name.starts_with("CLIPPY");
        let is_script =
            matches!(name, "TARGET" | "HOST" | "OUT_DIR" | "PROFILE" | "OPT_LEVEL" | "DEBUG" | "NUM_JOBS");
        if is_cargo || is_rustc || is_script {
            cargo.env_remove(name);
        }
    }
}
