//! What every file takes for granted: the part of std's prelude that core's does not have. No std, since a component
//! would import from its host what std wants of a system.

pub(crate) use alloc::borrow::ToOwned;
pub(crate) use alloc::boxed::Box;
pub(crate) use alloc::string::{String, ToString};
pub(crate) use alloc::vec::Vec;
pub(crate) use alloc::{format, vec};
