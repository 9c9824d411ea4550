//! A loaded channel and its calls, each in an instance of its own. Not here: what may be loaded, and what may be returned.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use wasmtime::component::{ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower};
use wasmtime::{Trap, WasmBacktrace};

use crate::admit::{Functions, Inspection};
use crate::calls::{OutcomeResult, WebhookResult};
use crate::contract::{
    Account, AccountRequest, Answer, Conversation, HttpRequest, Inbound, Manifest, Outcome, Problem, Receipt,
    Rejection, Reply, Secret, TaskEvent,
};
use crate::engine::Shared;
use crate::leak::Leaks;
use crate::store::{Guest, MemoryRefused, new_store};
use crate::wasi::Refused;
use crate::{CallError, logs, output, ticker};

/// A component, ready to be called. Cloning it costs nothing; it can be called from many threads at once.
///
/// Each call has an instance of its own that ends with it, so nothing of a call reaches the next one but what the host
/// passes on. A call blocks its thread, for a few dozen microseconds normally and for [`Limits::time_ms`] at the most;
/// it may be made on any thread, those of an async runtime too.
///
/// The outer `Result` of a call says whether it came to an end ([`CallError`] if not: a bug in the channel), the inner
/// one is the channel's own answer.
///
/// [`Limits::time_ms`]: crate::Limits::time_ms
#[derive(Clone)]
pub struct Channel {
    inner: Arc<Inner>,
}

struct Inner {
    binding: Binding,
    manifest: Manifest,
    inspection: Inspection,
}

/// A component whose imports and functions fit.
pub(crate) struct Binding {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pre: InstancePre<Guest>,
    pub(crate) functions: Functions,
}

impl Channel {
    pub(crate) fn new(binding: Binding, manifest: Manifest, inspection: Inspection) -> Self {
        Self { inner: Arc::new(Inner { binding, manifest, inspection }) }
    }

    /// What the channel says about itself. It was asked once, when it was loaded.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// SHA-256 of the component's bytes, hexadecimal: the same digest is the same behaviour.
    pub fn digest(&self) -> &str {
        &self.inner.inspection.digest
    }

    /// What was found out about the file.
    pub fn inspection(&self) -> &Inspection {
        &self.inner.inspection
    }

    /// Authenticates and reads a raw webhook request. An answer with the value of a secret in it is refused as a whole: it
    /// would go to rows and to other machines. Where the request itself has the value, somebody wrote it who knew it, and
    /// what they wrote must not be lost: then it is masked in the answer.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn receive_webhook(
        &self,
        account: &Account,
        secrets: &[Secret],
        request: &HttpRequest,
    ) -> Result<Result<Receipt, Rejection>, CallError> {
        let (function, leaks) = (&self.functions().receive_webhook, Leaks::of(secrets));
        let mut result: WebhookResult = self.call(function, (account, secrets, request), &leaks)?;
        let limits = &self.inner.binding.shared.limits;
        let (verdict, leaked) = match &result {
            Ok(receipt) => (output::check_receipt(receipt, limits), leaks.in_receipt(receipt)),
            Err(rejection) => (output::check_rejection(rejection, limits), leaks.in_rejection(rejection)),
        };
        verdict.map_err(|reason| CallError::Output { reason })?;
        if let Some(name) = leaked {
            if leaks.in_request(request).is_some() {
                match &mut result {
                    Ok(receipt) => leaks.mask_receipt(receipt),
                    Err(rejection) => leaks.mask_problem(&mut rejection.problem),
                }
                return Ok(result);
            }
            return Err(CallError::Output {
                reason: format!("the value of the secret `{name}` stands in it"),
            });
        }
        Ok(result)
    }

    /// Handles one inbound thing of a receipt.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn handle_inbound(
        &self,
        account: &Account,
        conversation: &Conversation,
        inbound: &Inbound,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        self.handle(&self.functions().handle_inbound, (account, conversation, inbound))
    }

    /// Tells what became of a task.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn handle_task_event(
        &self,
        account: &Account,
        conversation: &Conversation,
        event: &TaskEvent,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        self.handle(&self.functions().handle_task_event, (account, conversation, event))
    }

    /// Turns an operator's reply into calls.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn handle_reply(
        &self,
        account: &Account,
        conversation: &Conversation,
        reply: &Reply,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        self.handle(&self.functions().handle_reply, (account, conversation, reply))
    }

    /// Tells what became of a call.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn handle_answer(
        &self,
        account: &Account,
        conversation: &Conversation,
        answer: &Answer,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        self.handle(&self.functions().handle_answer, (account, conversation, answer))
    }

    /// Connects, checks or takes down the account.
    ///
    /// # Errors
    /// [`CallError`], if the channel did not come to an answer that can be used.
    pub fn manage_account(
        &self,
        account: &Account,
        conversation: &Conversation,
        request: &AccountRequest,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        self.handle(&self.functions().manage_account, (account, conversation, request))
    }

    fn functions(&self) -> &Functions {
        &self.inner.binding.functions
    }

    fn call<P, R>(&self, function: &ComponentExportIndex, params: P, leaks: &Leaks) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower,
        R: Lift + Send + Sync + 'static,
    {
        self.inner.binding.call(&self.inner.manifest.id, function, params, leaks)
    }

    /// A call whose answer is an outcome.
    fn handle<P>(&self, function: &ComponentExportIndex, params: P) -> Result<OutcomeResult, CallError>
    where
        P: ComponentNamedList + Lower,
    {
        let result: OutcomeResult = self.call(function, params, &Leaks::of(&[]))?;
        if let Ok(outcome) = &result {
            output::check_outcome(outcome, &self.inner.binding.shared.limits)
                .map_err(|reason| CallError::Output { reason })?;
        }
        Ok(result)
    }
}

impl Binding {
    /// Calls a function in a fresh instance. `plugin` is the name in the log, `leaks` what must not be in it.
    pub(crate) fn call<P, R>(
        &self,
        plugin: &str,
        function: &ComponentExportIndex,
        params: P,
        leaks: &Leaks,
    ) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower,
        R: Lift + Send + Sync + 'static,
    {
        let limits = &self.shared.limits;
        let _pass = self.shared.gate.enter();
        let mut store = new_store(&self.shared.wasmtime, limits, ticker::ticks(limits.time_ms));
        // A panic here is a bug of ours or of wasmtime's; it costs this call, not the process. Nothing of the store is
        // used after it but the bytes of standard error.
        let result = catch_unwind(AssertUnwindSafe(|| -> wasmtime::Result<R> {
            let instance = self.pre.instantiate(&mut store)?;
            let function = instance.get_typed_func::<P, (R,)>(&mut store, function)?;
            Ok(function.call(&mut store, params)?.0)
        }));
        let (stderr, shows) = (store.data().stderr(), self.shared.shows_stderr);
        logs::log_stderr(plugin, &stderr, shows, limits.stderr_lines_max, leaks);
        match result {
            Ok(result) => result.map_err(|error| self.explain(&error)),
            Err(panic) => Err(CallError::Host { message: panic_message(&*panic) }),
        }
    }

    /// What an error of wasmtime's means.
    fn explain(&self, error: &wasmtime::Error) -> CallError {
        let limits = &self.shared.limits;
        if error.is::<MemoryRefused>() {
            return CallError::Memory { limit_bytes: limits.memory_bytes_max };
        }
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return CallError::Import { message: refused.to_string() };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => CallError::Deadline { limit_ms: limits.time_ms },
            Some(Trap::StackOverflow) => CallError::Stack,
            Some(trap) => CallError::Trap { message: trap_message(*trap, error) },
            // With a backtrace it happened while the component ran, so in something that it imports; without, while its
            // result was read.
            None if error.is::<WasmBacktrace>() => {
                CallError::Import { message: logs::escaped(&error.root_cause().to_string()) }
            }
            None => CallError::Output { reason: logs::escaped(&error.root_cause().to_string()) },
        }
    }
}

/// The trap and the innermost function with a name that says something.
fn trap_message(trap: Trap, error: &wasmtime::Error) -> String {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    let is_telling = |name: &&str| !["panic", "unwind", "abort"].iter().any(|part| name.contains(part));
    match frames.iter().filter_map(|frame| frame.func_name()).find(is_telling) {
        Some(name) => format!("{trap}, in {}", logs::escaped(name)),
        None => trap.to_string(),
    }
}

/// The text of a panic, if it stands in the source as it is: one that was put together may quote what was passed.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic.downcast_ref::<&'static str>().map_or("a panic", |text| text).to_owned()
}
