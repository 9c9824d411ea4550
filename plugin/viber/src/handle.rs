//! The second step of a webhook and what becomes of tasks: events in, commands out; not replies, not calls.

use conversation::routing::{self, Effect, Policy, Previous};
use conversation::{
    Account, Action, Command, Conversation, DeliveryReceipt, DeliveryState, Inbound, Note, Outcome,
    PreviousTask, Problem, ProblemClass, ReceiptTarget, RetryScope, Task, TaskEvent,
};

use crate::callback::{self, Callback, Event, Message, User};
use crate::inbound::{self, Content};
use crate::limits::CONTEXT_CHARS_MAX;
use crate::outbound::sent;
use crate::prelude::*;
use crate::settings::{self, Settings};
use crate::state::Dialogue;
use crate::{account, chars, contact, ids, phone};

/// Handles one thing that `receive_webhook` named.
///
/// # Errors
/// Class `internal` for bytes that are not this channel's (`payload-unreadable`, `state-unreadable`,
/// `state-from-the-future`), class `account` for settings that cannot be read.
pub fn handle_inbound(
    account: &Account,
    conversation: &Conversation,
    inbound: &Inbound,
) -> Result<Outcome, Problem> {
    let callback =
        callback::parse(&inbound.payload).map_err(|error| payload_unreadable(&error.to_string()))?;
    if conversation.id.is_empty() {
        if let Event::Webhook = callback.event {
            return account::on_called_back(account, conversation);
        }
        // Receipts without a user: the account's state is not this file's, and stays.
        let commands = receipt(&callback, inbound.at).map(Command::Receipt).into_iter().collect();
        return Ok(Outcome { state: conversation.state.clone(), commands, facts: Vec::new() });
    }
    let mut turn = Turn::new(account, conversation)?;
    turn.handle(&callback, inbound);
    turn.end()
}

/// Learns what became of a task.
///
/// # Errors
/// As [`handle_inbound`]. An event for a task of another conversation changes nothing and is no error.
pub fn handle_task_event(
    account: &Account,
    conversation: &Conversation,
    event: &TaskEvent,
) -> Result<Outcome, Problem> {
    if conversation.id.is_empty() {
        return Ok(Outcome { state: conversation.state.clone(), ..Outcome::default() });
    }
    let mut turn = Turn::new(account, conversation)?;
    if let Some(number) = ids::task_number(&conversation.id, &event.task) {
        turn.route(routing::Event::Task { number, change: event.change.clone() });
    }
    turn.end()
}

fn payload_unreadable(error: &str) -> Problem {
    let text = format!("the inbound's payload is not what this channel gave: {error}");
    Problem::new(ProblemClass::Internal, "payload-unreadable", text, "Report this with the payload.")
}

/// One call: the customer's dialogue, and the commands so far.
struct Turn<'a> {
    user: &'a str,
    settings: Settings,
    dialogue: Dialogue,
    commands: Vec<Command>,
}

impl<'a> Turn<'a> {
    fn new(account: &Account, conversation: &'a Conversation) -> Result<Self, Problem> {
        Ok(Self {
            user: &conversation.id,
            settings: settings::parse(&account.settings)?,
            dialogue: Dialogue::read(&conversation.state)?,
            commands: Vec::new(),
        })
    }

    fn end(mut self) -> Result<Outcome, Problem> {
        let facts = self.dialogue.facts();
        Ok(Outcome { state: self.dialogue.write()?, commands: self.commands, facts })
    }

    fn handle(&mut self, callback: &Callback, inbound: &Inbound) {
        match &callback.event {
            Event::Message { sender, message } => {
                let id = ids::message(callback.message_token.as_deref(), &inbound.payload);
                self.on_message(sender, message, &id, inbound.at);
            }
            Event::Subscribed(user) => {
                // Viber forgets a link's context with this event. developers.viber.com, Callbacks, Subscribed.
                self.dialogue.context = None;
                self.set_subscribed(true);
                self.refresh(user);
            }
            Event::Unsubscribed { .. } => self.on_unsubscribed(callback, inbound),
            Event::ConversationStarted { user, context, subscribed } => {
                if let Some(context) = context {
                    self.dialogue.context = Some(chars::truncate(context, CONTEXT_CHARS_MAX).to_owned());
                }
                if let Some(subscribed) = subscribed {
                    self.set_subscribed(*subscribed);
                }
                self.refresh(user);
            }
            Event::Delivered { .. } | Event::Seen { .. } | Event::Failed { .. } => {
                self.settle_lost(callback.message_token.as_deref());
                self.commands.extend(receipt(callback, inbound.at).map(Command::Receipt));
            }
            // The first step names none of these for a customer.
            Event::Webhook | Event::ChatExtension | Event::Ignored | Event::Unknown(_) => {}
        }
    }

    fn on_message(&mut self, sender: &User, message: &Message, id: &str, at: u64) {
        let effects = self.route(routing::Event::Message(id.to_owned()));
        if effects.is_empty() {
            return; // A repeat.
        }
        self.dialogue.customer_wrote(at);
        // The limit of an hour is counted anew. developers.viber.com, Rate limits; checked 2026-11.
        if core::mem::take(&mut self.dialogue.limited) {
            self.commands.push(Command::Resume(RetryScope::Conversation));
        }
        self.dialogue.api_version = sender.api_version.or(self.dialogue.api_version);
        // Who writes is subscribed, silently. developers.viber.com, Subscribed; checked 2026-11.
        self.set_subscribed(true);
        let phone = phone::given(message, self.settings.ask_for_phone);
        let told = contact::refresh(&mut self.dialogue, self.user, sender, phone, Some(&self.settings));
        self.commands.extend(told.map(Command::SaveContact));
        let content = inbound::read(message, self.dialogue.name());
        for effect in effects {
            self.carry_out(effect, &content, id, at);
        }
    }

    fn carry_out(&mut self, effect: Effect, content: &Content, id: &str, at: u64) {
        let contact = ids::contact(self.user);
        let command = match effect {
            Effect::OpenTask { number, previous } => Command::OpenTask(self.task(number, previous, content)),
            Effect::AddAction { number } => Command::AddAction(Action {
                id: ids::action(id),
                task: ids::task(self.user, number),
                contact,
                at,
                parts: content.parts.clone(),
                extras: Vec::new(),
            }),
        };
        self.commands.push(command);
    }

    fn task(&mut self, number: u64, previous: Option<Previous>, content: &Content) -> Task {
        let context = self.dialogue.context.take();
        Task {
            id: ids::task(self.user, number),
            contact: ids::contact(self.user),
            title: content.title.clone(),
            description: content.description.clone(),
            previous: previous.map(|before| PreviousTask {
                task: ids::task(self.user, before.number),
                deleted: before.deleted,
            }),
            template: self.settings.task_template.clone(),
            assignees: self.settings.extra_assignees.clone(),
            extras: context.map(|context| ("context".to_owned(), context)).into_iter().collect(),
        }
    }

    fn on_unsubscribed(&mut self, callback: &Callback, inbound: &Inbound) {
        let already = self.dialogue.subscribed == Some(false);
        self.set_subscribed(false);
        let Some(task) = self.dialogue.routing().current().filter(|_| !already) else { return };
        let id = ids::message(callback.message_token.as_deref(), &inbound.payload);
        self.commands.push(Command::Note(Note {
            id: ids::note(&id),
            task: ids::task(self.user, task.number),
            code: "unsubscribed".to_owned(),
            text: "The customer switched messages off in Viber: answers do not reach them until they write again."
                .to_owned(),
        }));
    }

    /// A receipt for a message whose answer was lost says that it arrived. Viber sends receipts for the customer's own
    /// messages too. What was changed to send it is told no more: it would be in every state, for the few that are lost.
    fn settle_lost(&mut self, token: Option<&str>) {
        let Some(token) = token.filter(|token| !self.dialogue.has_received(token)) else { return };
        self.dialogue.sends.heard(token);
        if let Some((lost, token)) = self.dialogue.sends.settled() {
            self.commands.push(sent(&lost.reply, lost.part, Some(token), None));
        }
    }

    fn refresh(&mut self, user: &User) {
        let told = contact::refresh(&mut self.dialogue, self.user, user, None, None);
        self.commands.extend(told.map(Command::SaveContact));
    }

    fn set_subscribed(&mut self, subscribed: bool) {
        let told = contact::subscribe(&mut self.dialogue, self.user, subscribed);
        self.commands.extend(told.map(Command::SaveContact));
    }

    fn route(&mut self, event: routing::Event) -> Vec<Effect> {
        let policy = Policy { new_task_when_none_active: self.settings.new_task_when_none_active };
        let (routing, effects) = routing::step(self.dialogue.routing(), policy, event);
        self.dialogue.set_routing(routing);
        effects
    }
}

/// What a receipt reports. `seen` speaks of the whole chat: Viber sends it once, however many messages were unread.
/// developers.viber.com, Callbacks, Message receipts; checked 2026-11.
fn receipt(callback: &Callback, at: u64) -> Option<DeliveryReceipt> {
    let token = callback.message_token.clone()?;
    let (target, state, problem) = match &callback.event {
        Event::Delivered { .. } => (ReceiptTarget::Message(token), DeliveryState::Delivered, None),
        Event::Seen { .. } => (ReceiptTarget::UpToMessage(token), DeliveryState::Seen, None),
        Event::Failed { desc, .. } => {
            (ReceiptTarget::Message(token), DeliveryState::Failed, Some(refused_by_app(desc.as_deref())))
        }
        _ => return None,
    };
    Some(DeliveryReceipt { target, state, at, problem })
}

fn refused_by_app(desc: Option<&str>) -> Problem {
    let text = match desc {
        Some(desc) => format!("the customer's Viber app refused the message: {}", chars::cut(desc, 300)),
        None => "the customer's Viber app refused the message".to_owned(),
    };
    let advice = "Check the file's type and size and send it again, or send it as plain text.";
    Problem::new(ProblemClass::Recipient, "refused-by-app", text, advice)
}

#[cfg(test)]
#[path = "tests/handle.rs"]
mod tests;
