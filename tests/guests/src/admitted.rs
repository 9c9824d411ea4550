//! Components that make a compiler work, and components with some bytes changed, loaded by an engine whose compiler is a
//! process of its own. Not here: channels that misbehave when they run (`contained`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use channel_engine::{Compiler, Engine, EngineConfig};

use crate::contained::Result;

/// What is loaded.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program `desk`.
    pub desk: PathBuf,
    /// Copies of the Viber channel with some bytes changed.
    pub changed: usize,
    /// Which bytes.
    pub seed: u64,
    /// Whether there are some that take the whole of a compiler's time.
    pub is_patient: bool,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// How many were loaded, and how many refused, by kind.
    pub ends: BTreeMap<&'static str, usize>,
    /// The longest, and which.
    pub longest: (Duration, String),
}

/// How long a compiler may take.
pub const TIME_MAX: Duration = Duration::from_secs(30);

/// Loads all of it, each in an engine that has compiled nothing yet; says how each ended. `compiled` is a folder of the
/// caller's.
///
/// # Errors
/// The engine does not start, or the unchanged Viber channel is not loaded afterwards.
pub fn run(plan: &Plan, compiled: &Path, mut done: impl FnMut(&str)) -> Result<Seen> {
    let arguments = vec!["compile".into(), "--cache".into(), compiled.into()];
    let compiler = Some(Compiler { program: plan.desk.clone(), arguments, time_max: TIME_MAX });
    let config = EngineConfig { cache_dir: Some(compiled.into()), compiler, ..EngineConfig::default() };
    let engine = Engine::new(config)?;
    let mut seen = Seen::default();
    let mut load = |name: String, bytes: &[u8]| -> Result<()> {
        let began = Instant::now();
        let end = engine.load_bytes(&name, bytes).map_or_else(|error| error.kind(), |_| "loaded");
        let took = began.elapsed();
        *seen.ends.entry(end).or_default() += 1;
        done(&format!("{name}: {end} in {took:.1?}"));
        seen.longest = seen.longest.clone().max((took, name));
        // Hundreds of megabytes otherwise.
        for file in fs::read_dir(compiled)? {
            fs::remove_file(file?.path())?;
        }
        Ok(())
    };
    for (name, bytes) in costly(plan.is_patient) {
        load(name.into(), &bytes)?;
    }
    let whole = fs::read(crate::VIBER_CHANNEL)?;
    let mut numbers = Numbers(plan.seed);
    for number in 0..plan.changed {
        load(format!("changed {number}"), &numbers.change(&whole))?;
    }
    engine.load_bytes("the Viber channel", &whole)?;
    Ok(seen)
}

/// Components that cost more than they look like.
fn costly(is_patient: bool) -> Vec<(&'static str, Vec<u8>)> {
    let adds = |count| function(&[0x41, 0], &[0x41, 1, 0x6a].repeat(count), &[0x1a]);
    let nested = |count: usize| function(&[], &[0x02, 0x40].repeat(count), &vec![0x0b; count]);
    let table = |targets: u32| {
        let mut body = vec![0x02, 0x40, 0x41, 0, 0x0e];
        body.extend(leb128(targets as usize));
        body.extend(vec![0; targets as usize + 1]);
        function(&body, &[0x0b], &[])
    };
    let mut costly = vec![
        ("200,000 additions", adds(200_000)),
        ("10,000 blocks in one another", nested(10_000)),
        ("a jump to a million places", table(1_000_000)),
        ("17 MiB", [HEADER, &vec![0; 17 << 20]].concat()),
    ];
    if is_patient {
        costly.push(("100,000 blocks in one another", nested(100_000)));
        costly.push(("5,000,000 additions", adds(5_000_000)));
    }
    costly
}

/// How every component begins.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component of one module of one function with these instructions.
fn function(before: &[u8], body: &[u8], after: &[u8]) -> Vec<u8> {
    // No locals; its end.
    let code = [&[0], before, body, after, &[0x0b]].concat();
    let code = [vec![1], leb128(code.len()), code].concat();
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    // The type of a function of nothing, and a function of that type.
    module.extend(section(1, &[1, 0x60, 0, 0]));
    module.extend(section(3, &[1, 0]));
    module.extend(section(10, &code));
    [HEADER, &section(1, &module)].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [vec![id], leb128(content.len()), content.to_vec()].concat()
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let seven = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(seven);
            return bytes;
        }
        bytes.push(seven | 0x80);
    }
}

/// Numbers that come again with their seed (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or_default()
    }

    /// A copy with one to three bytes changed.
    fn change(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        for _ in 0..=self.below(3) {
            let (at, by) = (self.below(bytes.len()), 1 + self.below(255));
            bytes[at] ^= u8::try_from(by).unwrap_or(1);
        }
        bytes
    }
}
