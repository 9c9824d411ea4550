//! Hostile deeds in numbers, among good calls, in one process: this one, which is the engine's host. Not here: each deed's
//! bounds on both sides; the engine's tests have them.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use channel_engine::contract::{Account, Conversation, Header, HttpRequest, Inbound, Secret};
use channel_engine::{CallError, Channel, Engine, EngineConfig, Limits};

/// What goes wrong when something does.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How often, and how many.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Runs of each deed and file.
    pub runs: usize,
    /// Good calls among them, at least.
    pub good_calls: u64,
    /// The limits of a call. What is expected are the default ones: with others this must end otherwise.
    pub limits: Limits,
}

/// What was seen. That each deed ended as its kind each time is not among it: otherwise there is an error instead.
#[derive(Debug)]
pub struct Seen {
    /// Kinds of deeds and files.
    pub hostile: usize,
    /// Runs of them all.
    pub runs: usize,
    /// Good calls.
    pub good_calls: u64,
    /// Of these, those that were not answered as they should be.
    pub failed: u64,
    /// The longest time over the deadline, and the deed.
    pub worst: (Duration, &'static str),
    /// By how much this process grew, bytes.
    pub grown_bytes: u64,
}

/// Between two good calls: the deeds need the processors too.
const GOOD_PAUSE: Duration = Duration::from_millis(2);
/// Of what never ends by itself so many run at once, each with this part of the time: in turn they would take long.
const ENDLESS_AT_ONCE: usize = 2;
const ENDLESS_PART: u64 = 4;

/// What is done to the engine, and the kind of error that it ends with; none where the engine has nothing against it.
#[derive(Debug, Clone, Copy)]
enum Case {
    /// A call of [`crate::HOSTILE`], with these settings.
    Deed(&'static str, Option<&'static str>),
    /// Loading a file.
    File(&'static str, &'static str),
}

use Case::{Deed, File};

#[rustfmt::skip]
const CASES: &[Case] = &[
    Deed("trap", Some("trap")), Deed("half", Some("trap")), Deed("deep_recursion", Some("stack")),
    Deed("memory_bomb", Some("memory")), Deed("memory 70000000", Some("memory")), Deed("state 100000000", Some("memory")),
    Deed("state 262145", Some("output")), Deed("state 5000000", Some("output")), Deed("commands 65", Some("output")),
    Deed("commands 10000", Some("output")), Deed("foreign_call", Some("output")), Deed("long_title 121", Some("output")),
    Deed("nowhere", Some("output")), Deed("bad_text", Some("output")), Deed("bad_case", Some("output")),
    Deed("outside", Some("output")), Deed("aliases 100", Some("output")), Deed("endless_text 100000000", Some("output")),
    Deed("endless_text 4294967295", Some("output")), Deed("realloc_outside", Some("output")),
    Deed("sleep", Some("import")), Deed("exit", Some("import")), Deed("random 1073741824", Some("import")),
    Deed("handles 1000000", Some("import")), Deed("surroundings", None), Deed("stderr_flood 1000", None),
    Deed("ansi", None),
    // A host that knows the messengers' hosts, and whose the replies are, refuses these.
    Deed("metadata_url", None), Deed("foreign_delivery", None),
    Deed("endless_loop", Some("deadline")), Deed("fill", Some("deadline")), Deed("realloc_loop", Some("deadline")),
    File(crate::LOOP_IN_START, "describe"), File(crate::IMPORTS_SOCKETS, "import"), File(crate::IMPORTS_UNKNOWN, "import"),
    File(crate::OTHER_VERSION, "version"), File(crate::MISSING_EXPORT, "interface"),
    File(crate::MISSING_FUNCTION, "function"), File(crate::WRONG_TYPE, "function"),
    File(crate::CORE_MODULE, "not_a_component"), File(crate::TWO_MEMORIES, "invalid"),
    File(crate::MANY_TABLES, "invalid"),
];

/// Carries the plan out; says each case that is done. Compiled components go to a folder of the caller's.
///
/// # Errors
/// Something did not end as its kind.
pub fn run(plan: &Plan, compiled: &Path, mut done: impl FnMut(&str)) -> Result<Seen> {
    let hurried = Limits { time_ms: plan.limits.time_ms / ENDLESS_PART, ..plan.limits.clone() };
    let (host, hurried) = (Host::start(plan.limits.clone(), compiled)?, Host::start(hurried, compiled)?);
    let good = Good::start(&host, plan.good_calls)?;
    let run = |case: &Case| case.run(if case.is_endless() { &hurried } else { &host });
    // Once each first: what is kept for good, as the pool's memories, is there before it is measured.
    CASES.iter().try_for_each(|case| run(case).map(drop))?;
    let (before, mut worst) = (resident_bytes()?, (Duration::ZERO, ""));
    for case in CASES {
        let at_once = if case.is_endless() { ENDLESS_AT_ONCE } else { 1 };
        let over = repeat(plan.runs, at_once, || run(case))?;
        worst = worst.max((over, case.name()));
        done(&format!("{} ({} MiB)", case.name(), resident_bytes()? >> 20));
    }
    let (good_calls, failed) = good.end();
    let grown_bytes = resident_bytes()?.saturating_sub(before);
    Ok(Seen { hostile: CASES.len(), runs: CASES.len() * plan.runs, good_calls, failed, worst, grown_bytes })
}

impl Case {
    fn name(self) -> &'static str {
        match self {
            Deed(deed, _) => deed,
            File(file, _) => file.rsplit('/').next().unwrap_or(file),
        }
    }

    fn is_endless(self) -> bool {
        matches!(self, Deed(_, Some("deadline")) | File(crate::LOOP_IN_START, _))
    }

    /// Does it, and it must end as its kind; says how long a call went on over its deadline.
    fn run(self, host: &Host) -> Result<Duration> {
        let (began, mut took) = (Instant::now(), Duration::ZERO);
        let (found, expected) = match self {
            Deed(deed, kind) => {
                let account = Account { id: "a".into(), settings: settings(deed), ..Account::default() };
                let (conversation, inbound) = (Conversation::default(), Inbound::default());
                let ended = host.hostile.handle_inbound(&account, &conversation, &inbound);
                took = began.elapsed();
                (ended.as_ref().err().map(CallError::kind), kind)
            }
            File(file, kind) => {
                let loaded = host.engine.load(Path::new(file));
                (loaded.err().map(|error| error.kind()), Some(kind))
            }
        };
        if found != expected {
            return Err(format!("{}: {found:?}, expected {expected:?}", self.name()).into());
        }
        let part = if self.is_endless() { ENDLESS_PART } else { 1 };
        Ok(took.saturating_sub(Duration::from_millis(Limits::default().time_ms / part)))
    }
}

/// An engine and the hostile channel in it.
struct Host {
    engine: Engine,
    hostile: Channel,
}

impl Host {
    fn start(limits: Limits, compiled: &Path) -> Result<Self> {
        let config = EngineConfig { limits, cache_dir: Some(compiled.to_owned()), ..EngineConfig::default() };
        let engine = Engine::new(config)?;
        let hostile = engine.load(Path::new(crate::HOSTILE))?;
        Ok(Self { engine, hostile })
    }
}

/// The settings that tell [`crate::HOSTILE`] a deed. Two are told to its allocator, by their length.
#[must_use]
pub fn settings(deed: &str) -> String {
    match deed {
        "realloc_loop" => format!("{deed:<7050}"),
        "realloc_outside" => format!("{deed:<7150}"),
        _ => deed.to_owned(),
    }
}

/// Does something so often, on so many threads; the longest that it says.
fn repeat(times: usize, threads: usize, act: impl Fn() -> Result<Duration> + Sync) -> Result<Duration> {
    let left = AtomicUsize::new(times);
    let take = || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    let work = || {
        let mut longest = Duration::ZERO;
        while take() {
            longest = longest.max(act()?);
        }
        Ok(longest)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let all = workers.into_iter().map(|worker| worker.join().map_err(|_| "a panic")?);
        all.reduce(|one, other| Ok(one?.max(other?))).unwrap_or(Ok(Duration::ZERO))
    })
}

/// Good calls of a good channel, one after another, on a thread of their own.
struct Good {
    thread: thread::JoinHandle<()>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    calls: AtomicU64,
    failed: AtomicU64,
}

impl Good {
    fn start(host: &Host, least: u64) -> Result<Self> {
        let echo = host.engine.load(Path::new(crate::PLUGIN_ECHO))?;
        let shared = Arc::<Shared>::default();
        let told = shared.clone();
        let thread = thread::spawn(move || {
            while !told.stop.load(Ordering::SeqCst) || told.calls.load(Ordering::SeqCst) < least {
                let number = told.calls.fetch_add(1, Ordering::SeqCst);
                if !is_good(&echo, number) {
                    told.failed.fetch_add(1, Ordering::SeqCst);
                }
                thread::sleep(GOOD_PAUSE);
            }
        });
        Ok(Self { thread, shared })
    }

    /// How many there were, and how many failed.
    fn end(self) -> (u64, u64) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let is_whole = self.thread.join().is_ok();
        let failed = self.shared.failed.load(Ordering::SeqCst) + u64::from(!is_whole);
        (self.shared.calls.load(Ordering::SeqCst), failed)
    }
}

/// A message from its webhook to its commands.
fn is_good(echo: &Channel, number: u64) -> bool {
    let account = Account { id: "a".into(), settings: "{}".into(), ..Account::default() };
    let secrets = [Secret { name: "token".into(), value: "t0p-secret".into() }];
    let token = Header { name: "x-echo-token".into(), value: "t0p-secret".into() };
    let body = format!(r#"{{"id": "{number}", "user": "ann", "text": "hello"}}"#).into_bytes();
    let request = HttpRequest { method: "POST".into(), headers: vec![token], body, ..HttpRequest::default() };
    let Ok(Ok(receipt)) = echo.receive_webhook(&account, &secrets, &request) else { return false };
    let [inbound] = &receipt.inbound[..] else { return false };
    let outcome = echo.handle_inbound(&account, &Conversation::default(), inbound);
    matches!(outcome, Ok(Ok(outcome)) if outcome.commands.len() == 3)
}

/// Memory that this process holds, bytes; only Linux says it so.
fn resident_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no line VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? << 10)
}
