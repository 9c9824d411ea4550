//! The component: Viber's functions behind the contract's exports. Nothing here decides; the crate `viber` does.

mod convert;

#[allow(
    unsafe_code,
    clippy::all,
    missing_docs,
    unreachable_pub,
    reason = "generated: the canonical ABI's glue, and wit/, where every item is documented"
)]
mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "channel" });

    // Only a component has exports; a native build of the workspace checks the conversion and links nothing.
    #[cfg(target_arch = "wasm32")]
    export!(Channel with_types_in self);

    /// The component's one export.
    pub(crate) struct Channel;
}

use bindings::Channel;
use bindings::exports::helpdesk::channel::messenger_channel as wit;
use convert::Convert as _;

impl wit::Guest for Channel {
    fn describe() -> wit::Manifest {
        viber::describe().convert()
    }

    fn receive_webhook(
        account: wit::Account,
        secrets: Vec<wit::Secret>,
        request: wit::HttpRequest,
    ) -> Result<wit::Receipt, wit::Rejection> {
        let secrets: Vec<conversation::Secret> = secrets.convert();
        viber::receive_webhook(&account.convert(), &secrets, &request.convert()).convert()
    }

    fn handle_inbound(
        account: wit::Account,
        conversation: wit::Conversation,
        inbound: wit::Inbound,
    ) -> Result<wit::Outcome, wit::Problem> {
        viber::handle_inbound(&account.convert(), &conversation.convert(), &inbound.convert()).convert()
    }

    fn handle_task_event(
        account: wit::Account,
        conversation: wit::Conversation,
        event: wit::TaskEvent,
    ) -> Result<wit::Outcome, wit::Problem> {
        viber::handle_task_event(&account.convert(), &conversation.convert(), &event.convert()).convert()
    }

    fn handle_reply(
        account: wit::Account,
        conversation: wit::Conversation,
        reply: wit::Reply,
    ) -> Result<wit::Outcome, wit::Problem> {
        viber::handle_reply(&account.convert(), &conversation.convert(), &reply.convert()).convert()
    }

    fn handle_answer(
        account: wit::Account,
        conversation: wit::Conversation,
        answer: wit::Answer,
    ) -> Result<wit::Outcome, wit::Problem> {
        viber::handle_answer(&account.convert(), &conversation.convert(), &answer.convert()).convert()
    }

    fn manage_account(
        account: wit::Account,
        conversation: wit::Conversation,
        request: wit::AccountRequest,
    ) -> Result<wit::Outcome, wit::Problem> {
        viber::manage_account(&account.convert(), &conversation.convert(), &request.convert()).convert()
    }
}

#[cfg(test)]
mod tests;
