//! The way out: calls that plugins asked for, sent in order within a conversation, their answers fed back. When a call
//! is sent again, or given up, is the plugin's to say; here is only that nothing is sent twice in silence.

mod dispatcher;
mod egress;
pub mod held;

pub use dispatcher::{recover, run};
pub use egress::{Egress, EgressError, elsewhere};
