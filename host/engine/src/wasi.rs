//! What a component may import, and what it gets: WASI 0.2 without a world behind it. Not here: the contract, which
//! imports nothing.
//!
//! Languages' runtimes drag these interfaces in; a channel needs none of them. So there is an empty environment, no file,
//! a clock that stands still and numbers that are always the same: the same arguments give the same bytes (C2). What
//! would wait is refused, because no time limit ends a wait inside the host, and because wasmtime-wasi waits by tokio's
//! `block_on`, which panics on a thread that already runs tokio tasks.

use std::time::Duration;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sync::io::streams::StreamError;
use wasmtime_wasi::p2::pipe::{MemoryOutputPipe, SinkOutputStream};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};
use wasmtime_wasi::{Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiView as _};

use crate::store::Guest;

/// The interfaces that a component may import, in any version 0.2.x.
pub const ALLOWED_IMPORTS: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// Where wasmtime-wasi 48 defines `wasi:io`, for any version 0.2.x; a test finds out when that changes.
const IO_VERSION: &str = "0.2.12";

/// The most random bytes at once, for a runtime's hash tables.
const RANDOM_BYTES_MAX: u64 = 64 << 10;

/// What an output stream says it has room for: always the same, since what does not fit is forgotten.
const ROOM_BYTES: u64 = 4_096;

/// What a host function is given.
type Context<'a> = StoreContextMut<'a, Guest>;
/// The arguments of a function of an output stream that has no others.
type Stream = (Resource<DynOutputStream>,);

/// Whether a component may import this.
pub(crate) fn is_allowed(import: &str) -> bool {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    ALLOWED_IMPORTS.contains(&interface) && (version == "0.2" || version.starts_with("0.2."))
}

/// Something that a channel asked of the WASI interfaces and does not get.
#[derive(Debug, thiserror::Error)]
#[error("{0} is refused, since a channel never waits")]
pub(crate) struct Refused(&'static str);

/// Time as a channel sees it through WASI: none passes. The contract's `account.now` is its clock.
struct StoppedClock;

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for StoppedClock {
    fn resolution(&self) -> u64 {
        1
    }
    fn now(&self) -> u64 {
        0
    }
}

/// The world of one call; standard error goes to the pipe.
pub(crate) fn empty_context(stderr: MemoryOutputPipe) -> WasiCtx {
    let numbers = || Deterministic::new(vec![0x9e, 0x37, 0x79, 0xb9, 0x7f, 0x4a, 0x7c, 0x15]);
    WasiCtx::builder()
        .stdout(SinkOutputStream)
        .stderr(stderr)
        .wall_clock(StoppedClock)
        .monotonic_clock(StoppedClock)
        .secure_random(numbers())
        .insecure_random(numbers())
        .insecure_random_seed(0)
        .max_random_size(RANDOM_BYTES_MAX)
        .allow_ip_name_lookup(false)
        .allow_tcp(false)
        .allow_udp(false)
        .build()
}

/// Defines what components may import.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    link_poll(&mut linker.instance(&format!("wasi:io/poll@{IO_VERSION}"))?)?;
    link_streams(&mut linker.instance(&format!("wasi:io/streams@{IO_VERSION}"))?)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Refuses to wait.
fn link_poll(poll: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    for name in ["poll", "[method]pollable.block", "[method]pollable.ready"] {
        poll.func_new(name, move |_, _, _, _| Err(Refused(name).into()))?;
    }
    Ok(())
}

/// Writes at once what has room and forgets the rest, so that a flood of messages neither waits nor fails.
fn link_streams(streams: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    for name in [
        "[method]input-stream.blocking-read",
        "[method]input-stream.blocking-skip",
        "[method]output-stream.blocking-splice",
        "[method]output-stream.blocking-write-zeroes-and-flush",
    ] {
        streams.func_new(name, move |_, _, _, _| Err(Refused(name).into()))?;
    }
    for name in ["[method]output-stream.blocking-write-and-flush", "[method]output-stream.write"] {
        streams.func_wrap(name, write_what_fits)?;
    }
    for name in ["[method]output-stream.blocking-flush", "[method]output-stream.flush"] {
        streams.func_wrap(name, |_: Context<'_>, _: Stream| Ok((Ok::<(), StreamError>(()),)))?;
    }
    let has_room = |_: Context<'_>, _: Stream| Ok((Ok::<u64, StreamError>(ROOM_BYTES),));
    streams.func_wrap("[method]output-stream.check-write", has_room)?;
    streams.resource("input-stream", ResourceType::host::<DynInputStream>(), |mut store, rep| {
        store.data_mut().ctx().table.delete(Resource::<DynInputStream>::new_own(rep))?;
        Ok(())
    })?;
    streams.resource("output-stream", ResourceType::host::<DynOutputStream>(), |mut store, rep| {
        store.data_mut().ctx().table.delete(Resource::<DynOutputStream>::new_own(rep))?;
        Ok(())
    })
}

/// `write` that never waits and never fails.
fn write_what_fits(
    mut store: Context<'_>,
    (stream, mut bytes): (Resource<DynOutputStream>, Vec<u8>),
) -> wasmtime::Result<(Result<(), StreamError>,)> {
    let stream = store.data_mut().ctx().table.get_mut(&stream)?;
    if let Ok(room) = stream.check_write() {
        bytes.truncate(room);
        let _ = stream.write(bytes.into());
    }
    Ok((Ok(()),))
}
