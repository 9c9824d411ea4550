//! wasmtime's settings: safe first, then fast. Not here: limits of a call, which its store carries.

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::store::{CORE_INSTANCES_MAX, TABLE_ELEMENTS_MAX, TABLES_MAX};
use crate::{EngineError, Limits};

/// Bytes of a memory that stay in place between calls, zeroed by hand: a channel's heap fits, and no call needs a system
/// call of the mmap family. That is what lets two threads be twice as fast as one.
const MEMORY_RESIDENT_BYTES: usize = 384 << 10;
/// The same for tables.
const TABLE_RESIDENT_BYTES: usize = 64 << 10;

/// Starts wasmtime with the pool; where the machine does not give address space for it, with small reservations, which
/// costs a bounds check at each access.
pub(crate) fn start(limits: &Limits) -> Result<wasmtime::Engine, EngineError> {
    let first = match wasmtime::Engine::new(&config(limits, Reservation::Whole)) {
        Ok(engine) => return Ok(engine),
        Err(error) => error,
    };
    tracing::warn!(reason = %format!("{first:#}"), "no address space for fast memories, using small ones");
    wasmtime::Engine::new(&config(limits, Reservation::Limit))
        .map_err(|error| EngineError::Runtime { reason: format!("{error:#}; before that: {first:#}") })
}

/// How much address space a memory gets.
enum Reservation {
    /// 4 GiB and a guard: an access needs no check.
    Whole,
    /// What the limit says.
    Limit,
}

fn config(limits: &Limits, reservation: Reservation) -> Config {
    let mut config = Config::new();
    // What a plugin may contain: plain WebAssembly, one memory, the same results on every machine.
    config
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .shared_memory(false)
        .concurrency_support(false)
        .cranelift_nan_canonicalization(true);
    // How a plugin is stopped.
    config.epoch_interruption(true).max_wasm_stack(limits.stack_bytes_max);
    // How it starts fast.
    config.memory_init_cow(true);
    if let Reservation::Limit = reservation {
        config.memory_reservation(limits.memory_bytes_max as u64).memory_guard_size(64 << 10);
    }
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let calls = limits.calls_at_once_max;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_memories(calls)
        .total_core_instances(calls.saturating_mul(CORE_INSTANCES_MAX))
        .total_tables(calls.saturating_mul(TABLES_MAX))
        .total_stacks(0)
        .max_memories_per_component(1)
        .max_memories_per_module(1)
        .max_tables_per_component(TABLES_MAX)
        .max_core_instances_per_component(CORE_INSTANCES_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_memory_size(limits.memory_bytes_max)
        .linear_memory_keep_resident(MEMORY_RESIDENT_BYTES)
        .table_keep_resident(TABLE_RESIDENT_BYTES)
        .pagemap_scan(Enabled::Auto);
    pool
}
