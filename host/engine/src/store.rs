//! What belongs to one call: its memory limits, its empty world and what it wrote to standard error. Not here: the call.

use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::Limits;
use crate::wasi;

/// Handles that a call may hold; a runtime opens five.
const HANDLES_MAX: usize = 1_024;
/// Entries of a table; a function pointer each.
pub(crate) const TABLE_ELEMENTS_MAX: usize = 20_000;
/// Core instances of a component; a Rust component has five.
pub(crate) const CORE_INSTANCES_MAX: u32 = 16;
/// Tables of a component; a Rust component has three.
pub(crate) const TABLES_MAX: u32 = 8;

/// The state behind one instance.
pub(crate) struct Guest {
    memory_bytes_max: usize,
    stderr_bytes_max: usize,
    /// Made when it is first asked for: a call that goes well never does.
    world: Option<World>,
    table: ResourceTable,
}

/// What WASI shows.
struct World {
    context: WasiCtx,
    stderr: MemoryOutputPipe,
}

/// The reason for which a call was ended: memory.
#[derive(Debug, thiserror::Error)]
#[error("memory limit reached")]
pub(crate) struct MemoryRefused;

impl Guest {
    /// What the call wrote to standard error.
    pub(crate) fn stderr(&self) -> Vec<u8> {
        self.world.as_ref().map(|world| world.stderr.contents().to_vec()).unwrap_or_default()
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let world = self.world.get_or_insert_with(|| {
            let stderr = MemoryOutputPipe::new(self.stderr_bytes_max);
            World { context: wasi::empty_context(stderr.clone()), stderr }
        });
        WasiCtxView { ctx: &mut world.context, table: &mut self.table }
    }
}

impl ResourceLimiter for Guest {
    /// An error instead of a refusal, so that the call ends as `memory` and not as whatever the guest makes of it.
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes_max { Err(MemoryRefused.into()) } else { Ok(true) }
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > TABLE_ELEMENTS_MAX { Err(MemoryRefused.into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES_MAX as usize
    }

    fn tables(&self) -> usize {
        TABLES_MAX as usize
    }

    fn memories(&self) -> usize {
        1
    }
}

/// A store with every limit set. The deadline stands before anything of the component runs, its start functions too.
pub(crate) fn new_store(engine: &wasmtime::Engine, limits: &Limits, deadline_ticks: u64) -> Store<Guest> {
    let mut table = ResourceTable::new();
    table.set_max_capacity(HANDLES_MAX);
    let guest = Guest {
        memory_bytes_max: limits.memory_bytes_max,
        stderr_bytes_max: limits.stderr_bytes_max,
        world: None,
        table,
    };
    let mut store = Store::new(engine, guest);
    store.set_epoch_deadline(deadline_ticks);
    store.limiter(|guest| guest);
    store.set_hostcall_fuel(limits.transfer_bytes_max);
    store.set_max_component_handles(HANDLES_MAX);
    store
}
