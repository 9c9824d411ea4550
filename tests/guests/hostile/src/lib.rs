//! A channel that misbehaves on request: the account's settings name the `deed`. With a `handle_deed` instead, it takes
//! webhooks and misbehaves when it handles, with a `reply_deed` when it handles a reply; a webhook `say USER ID DEED`, which
//! is welcomed in its answer, has one of its own, unless the settings say `fixed`. Not here: components that are refused before they run; those are in
//! `../wat`.

#![cfg_attr(feature = "tattler", allow(dead_code, reason = "another channel takes its place"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashMap;
use std::hint::black_box;
use std::ptr::without_provenance_mut;
use std::time::{Duration, SystemTime};

wit_bindgen::generate!({ path: "../../../wit", world: "channel" });

use exports::helpdesk::channel::messenger_channel::*;

#[cfg(feature = "tattler")]
mod tattler;

struct Hostile;

#[cfg(not(feature = "tattler"))]
export!(Hostile with_types_in lying);

/// The generated functions, with one of ours between them and the host.
#[cfg(not(feature = "tattler"))]
mod lying;

/// Hands out memory honestly, but for texts of two lengths: settings of such a length are a deed before any function is
/// called, while the host writes its arguments.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: none; where it lies, it lies to the host.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match (layout.align(), layout.size()) {
            (1, 7_000..7_100) => spin(),
            (1, 7_100..7_200) => return without_provenance_mut(0xffff_0000),
            _ => {}
        }
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as the caller says.
        unsafe { System.realloc(block, layout, bytes) }
    }
}

/// Functions of WASI that the standard library does not show; their version is the one that it imports itself.
mod wasi {
    #[link(wasm_import_module = "wasi:random/random@0.2.6")]
    unsafe extern "C" {
        #[link_name = "get-random-bytes"]
        pub fn random_bytes(count: u64, list: *mut [usize; 2]);
    }

    #[link(wasm_import_module = "wasi:cli/stderr@0.2.6")]
    unsafe extern "C" {
        #[link_name = "get-stderr"]
        pub safe fn stderr() -> i32;
    }
}

/// Runs before any export, as constructors of C++ do.
#[cfg(feature = "loop_in_start")]
mod start {
    extern "C" fn run() {
        super::spin();
    }
    #[used]
    #[unsafe(link_section = ".init_array")]
    static START: extern "C" fn() = run;
}

fn spin() {
    let mut count = 0u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

static mut BOTTOM: u32 = u32::MAX;

/// Deep, and with nothing on the shadow stack: it is the engine's own stack that ends.
#[inline(never)]
fn descend(depth: u32) -> u32 {
    // SAFETY: there is one thread; volatile, so that the compiler cannot know where it ends.
    if depth == unsafe { (&raw const BOTTOM).read_volatile() } {
        return 0;
    }
    descend(depth + 1).rotate_left(3) ^ depth
}

fn outcome(state: Vec<u8>, commands: Vec<Command>) -> Outcome {
    Outcome { state, commands, facts: Vec::new() }
}

fn notes(count: usize) -> Vec<Command> {
    let note = |id: usize| Note { id: id.to_string(), task: "t".into(), code: "c".into(), text: "n".into() };
    (0..count).map(|id| Command::Note(note(id))).collect()
}

fn foreign_call(scheme: &str) -> Command {
    Command::Call(Call {
        id: "c".into(),
        method: "GET".into(),
        url: format!("{scheme}://169.254.169.254/latest/meta-data/"),
        headers: Vec::new(),
        body: Vec::new(),
        secret_fields: Vec::new(),
        timeout_ms: 30_000,
        context: Vec::new(),
        extras: Vec::new(),
    })
}

/// A text that is none: these bytes at this place, wherever that is. Never dropped, since it was never allocated.
fn forged(place: usize, bytes: usize) -> String {
    // SAFETY: none of it is; it is handed to the host, which must not believe it.
    unsafe { String::from_raw_parts(without_provenance_mut(place), bytes, bytes) }
}

/// As many texts as it takes, all of them the same megabyte.
fn one_text_often(count: usize) -> Vec<String> {
    let text = "x".repeat(1 << 20);
    let place = std::mem::ManuallyDrop::new(text).as_ptr() as usize;
    (0..count).map(|_| forged(place, 1 << 20)).collect()
}

fn note(text: String) -> Command {
    Command::Note(Note { id: "n".into(), task: "t".into(), code: "c".into(), text })
}

fn task(title: String, assignees: Vec<String>) -> Command {
    Command::OpenTask(Task {
        id: "t".into(),
        contact: "c".into(),
        title,
        description: String::new(),
        previous: None,
        template: None,
        assignees,
        extras: Vec::new(),
    })
}

fn nowhere() -> Command {
    let place = Location { latitude: f64::NAN, longitude: f64::INFINITY, caption: None };
    Command::AddAction(Action {
        id: "a".into(),
        task: "t".into(),
        contact: "c".into(),
        at: 0,
        parts: vec![Part::Location(place)],
        extras: Vec::new(),
    })
}

/// For a reply of another account's, or one that does not exist.
fn foreign_delivery(reply: &str) -> Command {
    let (state, message_id, problem) = (DeliveryState::Seen, None, None);
    Command::Delivery(Delivery { reply: reply.into(), part: 0, state, message_id, problem })
}

/// Fills memory by one instruction again and again: no loop of its own that could look at a clock.
fn fill() {
    let mut memory = vec![0u8; 32 << 20];
    for value in (0..=u8::MAX).cycle() {
        black_box(&mut memory).fill(value);
    }
}

/// What a channel could not know: each differs from call to call, unless the host makes it the same.
fn surroundings() -> String {
    let map: HashMap<u32, ()> = (0..50).map(|key| (key, ())).collect();
    let keys: Vec<_> = map.keys().collect();
    let variables: Vec<_> = std::env::vars().collect();
    let files = std::fs::read_dir("/").map(|files| files.count()).unwrap_or(0);
    format!("{:?} {:?} {variables:?} {files}", SystemTime::now(), keys)
}

/// The settings are the deed, or a JSON object that has it: a desk takes nothing else.
fn deed(settings: &str) -> &str {
    setting(settings, "deed").unwrap_or(settings)
}

/// A text among the settings.
fn setting<'a>(settings: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = settings.split_once(&format!("\"{name}\":\""))?;
    rest.split('"').next()
}

/// What a webhook says: `say USER ID DEED`.
struct Said<'a> {
    user: &'a str,
    id: &'a str,
    deed: &'a str,
}

fn said(body: &[u8]) -> Option<Said<'_>> {
    let mut words = std::str::from_utf8(body).ok()?.strip_prefix("say ")?.splitn(3, ' ');
    Some(Said { user: words.next()?, id: words.next()?, deed: words.next().unwrap_or_default() })
}

/// A task of the user's with the message's id as its text.
fn keep(said: &Said, at: u64) -> Vec<Command> {
    let (user, task) = (said.user.to_owned(), format!("task-{}", said.user));
    let part = Part::Text(Text { text: said.id.to_owned(), format: TextFormat::Plain });
    vec![
        Command::SaveContact(Contact {
            id: user.clone(),
            name: Some(user.clone()),
            avatar: None,
            phone: None,
            language: None,
            country: None,
            subscribed: None,
            template: None,
            extras: Vec::new(),
        }),
        Command::OpenTask(Task {
            id: task.clone(),
            contact: user.clone(),
            title: user.clone(),
            description: user.clone(),
            previous: None,
            template: None,
            assignees: Vec::new(),
            extras: Vec::new(),
        }),
        Command::AddAction(Action {
            id: format!("action-{}", said.id),
            task,
            contact: user,
            at,
            parts: vec![part],
            extras: Vec::new(),
        }),
    ]
}

/// What it does when it handles something that is not a message.
fn handle(account: &Account) -> Result<Outcome, Problem> {
    Ok(misbehave(setting(&account.settings, "handle_deed").unwrap_or(&account.settings)))
}

fn misbehave(settings: &str) -> Outcome {
    let deed = deed(settings);
    let (name, number) = deed.split_once(' ').unwrap_or((deed, "0"));
    let number: usize = number.parse().unwrap_or(0);
    match name {
        "trap" => panic!("a secret plan\u{1b}[31m in red"),
        "endless_loop" => spin(),
        "memory_bomb" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1u8; 1 << 20]));
            }
        }
        "memory" => drop(black_box(vec![1u8; number])),
        "deep_recursion" => return outcome(descend(0).to_string().into_bytes(), Vec::new()),
        "commands" => return outcome(Vec::new(), notes(number)),
        "state" => return outcome(vec![b'x'; number], Vec::new()),
        "foreign_call" => return outcome(Vec::new(), vec![foreign_call("http")]),
        "metadata_url" => return outcome(Vec::new(), vec![foreign_call("https")]),
        "foreign_delivery" => return outcome(Vec::new(), vec![foreign_delivery(&format!("r{number}"))]),
        "half" => {
            black_box(notes(30));
            panic!("half of it is enough");
        }
        "fill" => fill(),
        "long_title" => return outcome(Vec::new(), vec![task("x".repeat(number), Vec::new())]),
        "nowhere" => return outcome(Vec::new(), vec![nowhere()]),
        // SAFETY: these bytes are no text.
        "bad_text" => return outcome(Vec::new(), vec![note(unsafe { String::from_utf8_unchecked(vec![0xff; 9]) })]),
        "outside" => return outcome(Vec::new(), vec![note(forged(0xffff_0000, 0x1000))]),
        "endless_text" => return outcome(Vec::new(), vec![note(forged(8, number.max(1)))]),
        "aliases" => return outcome(Vec::new(), vec![task(String::new(), one_text_often(number))]),
        "ansi" => eprintln!("\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{9b}31m red \u{8}"),
        "surroundings" => return outcome(surroundings().into_bytes(), Vec::new()),
        "stderr_flood" => (0..number).for_each(|line| eprintln!("line {line} of a flood\u{7}")),
        "sleep" => std::thread::sleep(Duration::from_secs(3_600)),
        "exit" => std::process::exit(1),
        // SAFETY: the list that is written is one; nobody frees it.
        "random" => unsafe { wasi::random_bytes(number as u64, &mut [0; 2]) },
        "handles" => (0..number).for_each(|_| drop(black_box(wasi::stderr()))),
        #[cfg(not(feature = "tattler"))]
        "bad_case" => lying::begin(),
        _ => {}
    }
    outcome(b"good".to_vec(), Vec::new())
}

impl Guest for Hostile {
    fn describe() -> Manifest {
        let texts = Localized {
            language: "en".into(),
            name: "Hostile".into(),
            settings_schema: "{}".into(),
            guide: String::new(),
        };
        Manifest {
            id: "hostile".into(),
            version: "0.1.0".into(),
            headers: Vec::new(),
            hosts: Vec::new(),
            secrets: Vec::new(),
            features: Vec::new(),
            limits: Vec::new(),
            texts: vec![texts],
            extras: Vec::new(),
        }
    }

    fn receive_webhook(account: Account, _: Vec<Secret>, request: HttpRequest) -> Result<Receipt, Rejection> {
        misbehave(&account.settings);
        if let Some(Said { user, id, deed }) = said(&request.body) {
            let body = format!("welcome, {user}").into_bytes();
            let (conversation, dedupe) = (user.to_owned(), id.to_owned());
            // A deed `at TIME` is none: it says when the message was written.
            let at = deed.strip_prefix("at ").and_then(|at| at.parse().ok()).unwrap_or(account.now);
            let inbound = Inbound { conversation, dedupe, at, payload: request.body, extras: Vec::new() };
            let response = HttpResponse { status: 200, headers: Vec::new(), body };
            return Ok(Receipt { response, inbound: vec![inbound], unreadable: Vec::new() });
        }
        let response = HttpResponse { status: 99, headers: Vec::new(), body: request.body };
        Ok(Receipt { response, inbound: Vec::new(), unreadable: Vec::new() })
    }

    fn handle_inbound(account: Account, _: Conversation, inbound: Inbound) -> Result<Outcome, Problem> {
        let Some(said) = said(&inbound.payload) else { return handle(&account) };
        if setting(&account.settings, "fixed").is_none() {
            misbehave(said.deed);
            handle(&account)?;
        }
        Ok(outcome(inbound.dedupe.clone().into_bytes(), keep(&said, account.now)))
    }

    fn handle_task_event(account: Account, _: Conversation, _: TaskEvent) -> Result<Outcome, Problem> {
        handle(&account)
    }

    fn handle_reply(account: Account, _: Conversation, _: Reply) -> Result<Outcome, Problem> {
        misbehave(setting(&account.settings, "reply_deed").unwrap_or_default());
        handle(&account)
    }

    fn handle_answer(account: Account, _: Conversation, _: Answer) -> Result<Outcome, Problem> {
        handle(&account)
    }

    fn manage_account(account: Account, _: Conversation, _: AccountRequest) -> Result<Outcome, Problem> {
        handle(&account)
    }
}
