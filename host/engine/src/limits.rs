//! The bounds of one call. Not here: how each is enforced (`store.rs`, `output.rs`), and limits of load over time, which
//! are the host's.

/// How far one call may go. A call that goes further ends with a [`CallError`](crate::CallError) and harms nothing else.
///
/// Each default is far above what a channel needs and far below what would hurt a host that runs many of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds until a call is interrupted. 1,000: a messenger waits some seconds for its webhook's answer, and a
    /// call normally takes a fiftieth of a millisecond.
    pub time_ms: u64,
    /// Bytes of a call's linear memory. 64 MiB: a conversation's state is at most 256 KiB.
    pub memory_bytes_max: usize,
    /// Bytes of WebAssembly stack. 512 KiB: a host's threads often have no more than 2 MiB for everything.
    pub stack_bytes_max: usize,
    /// Bytes that one crossing of the boundary may copy to the host. 4 MiB: strings may alias, so that a small memory
    /// could describe an endless result.
    pub transfer_bytes_max: usize,
    /// Commands of one outcome. 64, as the contract says.
    pub commands_max: usize,
    /// Bytes of a conversation's state. 256 KiB, as the contract says.
    pub state_bytes_max: usize,
    /// Bytes of all texts and data of one result. 1 MiB, as the contract says.
    pub total_bytes_max: usize,
    /// Bytes of an inbound thing's payload. 128 KiB, as the contract says.
    pub payload_bytes_max: usize,
    /// Bytes of a call's body. 64 KiB, as the contract says.
    pub body_bytes_max: usize,
    /// Bytes of a call's context. 4 KiB, as the contract says.
    pub context_bytes_max: usize,
    /// Bytes of standard error that are kept of a call. 16 KiB: a panic's message and its place.
    pub stderr_bytes_max: usize,
    /// Lines of standard error that are logged of a call. 50: a log is read by people.
    pub stderr_lines_max: usize,
    /// Bytes of a component's file. 16 MiB: compiling takes time in proportion, and a channel has a few hundred KiB.
    pub component_bytes_max: u64,
    /// Calls that run at once; more wait their turn, each for a bounded time. 64: above any number of CPUs that one host
    /// process should use, and small enough that the reserved address space stays below 300 GiB.
    pub calls_at_once_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time_ms: 1_000,
            memory_bytes_max: 64 << 20,
            stack_bytes_max: 512 << 10,
            transfer_bytes_max: 4 << 20,
            commands_max: 64,
            state_bytes_max: 256 << 10,
            total_bytes_max: 1 << 20,
            payload_bytes_max: 128 << 10,
            body_bytes_max: 64 << 10,
            context_bytes_max: 4 << 10,
            stderr_bytes_max: 16 << 10,
            stderr_lines_max: 50,
            component_bytes_max: 16 << 20,
            calls_at_once_max: 64,
        }
    }
}
