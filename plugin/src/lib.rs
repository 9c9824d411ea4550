//! The component: Viber's functions behind the contract's exports. Nothing here decides; the crate `viber` does.
//!
//! A call costs what it does, and the file is compiled when a host starts; so values cross the boundary without a detour:
//! `contract` lists how the contract's types lie in memory, `abi` reads and writes them there, `arena` is that memory.
//! There is no std: what it would import from the host, a channel has no use for.

// Only a component has exports, and only it can be called; elsewhere there is nothing but the tests.
#![cfg(any(target_arch = "wasm32", test))]
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod abi;
mod arena;
mod contract;

use alloc::vec::Vec;

use conversation::{
    Account, AccountRequest, Answer, Conversation, HttpRequest, Inbound, Manifest, Outcome, Problem, Receipt,
    Rejection, Reply, Secret, TaskEvent,
};

use abi::tables::exports;

exports! {
    "describe": describe() -> Manifest;
    "receive-webhook": receive_webhook(account: Account, secrets: Vec<Secret>, request: HttpRequest)
        -> Result<Receipt, Rejection>;
    "handle-inbound": handle_inbound(account: Account, conversation: Conversation, inbound: Inbound)
        -> Result<Outcome, Problem>;
    "handle-task-event": handle_task_event(account: Account, conversation: Conversation, event: TaskEvent)
        -> Result<Outcome, Problem>;
    "handle-reply": handle_reply(account: Account, conversation: Conversation, reply: Reply)
        -> Result<Outcome, Problem>;
    "handle-answer": handle_answer(account: Account, conversation: Conversation, answer: Answer)
        -> Result<Outcome, Problem>;
    "manage-account": manage_account(account: Account, conversation: Conversation, request: AccountRequest)
        -> Result<Outcome, Problem>;
}

// Comparing bytes is a call of the compiler's that std would bring along.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "nothing is declared, only linked")]
#[link(name = "c")]
unsafe extern "C" {}

/// A panic ends the call as a trap, and so costs no more than that call. Its message is lost: a component that imports
/// nothing has nowhere to write it.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(test)]
mod tests;
