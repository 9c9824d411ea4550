//! The way out: calls that plugins asked for, sent in order within a conversation, their answers fed back. When a call
//! is sent again, or given up, is the plugin's to say; here is only that nothing is sent twice in silence, and that nothing
//! waits for ever.

mod dispatcher;
mod egress;
pub mod held;
mod overdue;
mod resend;

pub use dispatcher::{recover, run};
pub use egress::{Egress, EgressError, elsewhere};
pub use overdue::SEND_HOURS;
pub use overdue::{run as end_in_time, sweep};
