//! Whether bytes are a channel that this host can run, decided before any of it runs. Not here: its limits while it runs.

use serde::Serialize;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower};

use crate::calls::{
    AnswerCall, DescribeCall, InboundCall, ManageCall, OutcomeResult, ReplyCall, TaskEventCall, WebhookCall,
    WebhookResult,
};
use crate::contract::Manifest;
use crate::store::Guest;
use crate::{CONTRACT_INTERFACE, CONTRACT_VERSION, LoadError, wasi};

/// What a component is, found out without running it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The file, or the name it was loaded under.
    pub file: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub digest: String,
    /// The contract's version that it implements.
    pub contract_version: String,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
}

/// Where the contract's functions are in a component, looked up once.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) describe: ComponentExportIndex,
    pub(crate) receive_webhook: ComponentExportIndex,
    pub(crate) handle_inbound: ComponentExportIndex,
    pub(crate) handle_task_event: ComponentExportIndex,
    pub(crate) handle_reply: ComponentExportIndex,
    pub(crate) handle_answer: ComponentExportIndex,
    pub(crate) manage_account: ComponentExportIndex,
}

/// Says no to whatever is not even a component.
pub(crate) fn check_header(file: &str, bytes: &[u8]) -> Result<(), LoadError> {
    let found = match bytes {
        [0, b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => "a core WebAssembly module",
        [0, b'a', b's', b'm', ..] => "WebAssembly of another version",
        [0x7f, b'E', b'L', b'F', ..] => "native machine code",
        [] => "empty",
        _ => "no WebAssembly",
    };
    Err(LoadError::NotAComponent { file: file.to_owned(), found })
}

/// Reads what the component says about itself, and refuses imports that a channel does not get.
pub(crate) fn inspect(
    file: &str,
    size_bytes: u64,
    digest: String,
    component: &Component,
) -> Result<Inspection, LoadError> {
    let kind = component.component_type();
    let imports: Vec<String> = kind.imports(component.engine()).map(|(name, _)| name.to_owned()).collect();
    let exports: Vec<String> = kind.exports(component.engine()).map(|(name, _)| name.to_owned()).collect();
    if let Some(found) = imports.iter().find(|import| !wasi::is_allowed(import)) {
        return Err(LoadError::Import { file: file.to_owned(), found: found.clone() });
    }
    let contract_version = contract_version(file, &exports)?;
    Ok(Inspection { file: file.to_owned(), size_bytes, digest, contract_version, imports, exports })
}

/// The version of the contract among the exports, if it is the one that this host speaks.
fn contract_version(file: &str, exports: &[String]) -> Result<String, LoadError> {
    let file = file.to_owned();
    let versions = exports.iter().filter_map(|name| {
        let (interface, version) = name.split_once('@')?;
        (interface == CONTRACT_INTERFACE).then_some((name, version))
    });
    let versions: Vec<_> = versions.collect();
    if versions.iter().any(|(_, version)| *version == CONTRACT_VERSION) {
        return Ok(CONTRACT_VERSION.to_owned());
    }
    match versions.first() {
        Some((found, _)) => Err(LoadError::Version { file, found: (*found).clone() }),
        None if exports.is_empty() => Err(LoadError::Interface { file, found: "nothing".into() }),
        None => Err(LoadError::Interface { file, found: exports.join(", ") }),
    }
}

/// Finds every function of the contract, with the type that this host calls it by.
pub(crate) fn find_functions(file: &str, pre: &InstancePre<Guest>) -> Result<Functions, LoadError> {
    let name = format!("{CONTRACT_INTERFACE}@{CONTRACT_VERSION}");
    let Some(interface) = pre.component().get_export_index(None, name.as_str()) else {
        return Err(LoadError::Interface { file: file.to_owned(), found: format!("no instance `{name}`") });
    };
    let look = Lookup { file, pre, interface };
    Ok(Functions {
        describe: look.up::<DescribeCall, (Manifest,)>("describe")?,
        receive_webhook: look.up::<WebhookCall<'_>, (WebhookResult,)>("receive-webhook")?,
        handle_inbound: look.up::<InboundCall<'_>, (OutcomeResult,)>("handle-inbound")?,
        handle_task_event: look.up::<TaskEventCall<'_>, (OutcomeResult,)>("handle-task-event")?,
        handle_reply: look.up::<ReplyCall<'_>, (OutcomeResult,)>("handle-reply")?,
        handle_answer: look.up::<AnswerCall<'_>, (OutcomeResult,)>("handle-answer")?,
        manage_account: look.up::<ManageCall<'_>, (OutcomeResult,)>("manage-account")?,
    })
}

/// A search for functions in one interface of one component.
struct Lookup<'a> {
    file: &'a str,
    pre: &'a InstancePre<Guest>,
    interface: ComponentExportIndex,
}

impl Lookup<'_> {
    /// Finds a function, if it has the type.
    fn up<P, R>(&self, function: &'static str) -> Result<ComponentExportIndex, LoadError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let fail = |found: String| LoadError::Function { file: self.file.to_owned(), function, found };
        match self.pre.component().get_export(Some(&self.interface), function) {
            // The same check as in code that `bindgen!` writes, before anything of the component runs.
            Some((ComponentItem::ComponentFunc(kind), index)) => kind
                .typecheck::<P, R>(&self.pre.instance_type())
                .map(|()| index)
                .map_err(|error| fail(format!("has another type ({error:#})"))),
            Some(_) => Err(fail("is no function".into())),
            None => Err(fail("is missing".into())),
        }
    }
}
