//! The smallest channel: a messenger whose webhooks are `{"id", "user", "text"}`. Where a plugin's author starts.
//! Not here: what a real messenger needs besides, such as signatures, media, receipts and retries; see `plugin/`.

#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "channel" });
    // Only in a component: natively these exports would be symbols that do not link.
    #[cfg(target_arch = "wasm32")]
    export!(Echo with_types_in self);
    #[cfg(target_arch = "wasm32")]
    use super::Echo;
}

#[allow(clippy::wildcard_imports, reason = "a channel uses nearly all of the contract's names")]
use bindings::exports::helpdesk::channel::messenger_channel::*;

/// The channel. It has no fields: all that it knows, it is given.
pub struct Echo;

/// What the messenger sends.
#[derive(serde::Deserialize)]
struct Message {
    id: String,
    user: String,
    text: String,
}

const SETTINGS: &str = r#"{"type": "object", "required": ["token"],
    "properties": {"token": {"type": "string", "title": "Token", "x-secret": true}}}"#;

fn problem(class: ProblemClass, code: &str, text: &str) -> Problem {
    Problem { class, code: code.into(), text: text.into(), advice: String::new() }
}

/// The state of a conversation is the id of its open task, as text; empty if there is none.
fn outcome(state: Vec<u8>, commands: Vec<Command>) -> Result<Outcome, Problem> {
    Ok(Outcome { state, commands, facts: vec![] })
}

fn delivery(reply: String, state: DeliveryState, problem: Option<Problem>) -> Command {
    Command::Delivery(Delivery { reply, part: 0, state, message_id: None, problem })
}

impl Guest for Echo {
    fn describe() -> Manifest {
        let guide = "Choose a token and give it to the messenger.".into();
        let (language, settings_schema) = ("en".into(), SETTINGS.into());
        Manifest {
            id: "echo".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            headers: vec!["x-echo-token".into()],
            hosts: vec!["echo.example".into()],
            secrets: vec!["token".into()],
            features: vec![],
            limits: vec![],
            texts: vec![Localized { language, name: "Echo".into(), settings_schema, guide }],
            extras: vec![],
        }
    }

    /// Step one sees secrets and no state: is it authentic, and what does it say? A real messenger signs the body.
    fn receive_webhook(_: Account, secrets: Vec<Secret>, request: HttpRequest) -> Result<Receipt, Rejection> {
        let reject = |status, class, code, text| Rejection { status, problem: problem(class, code, text) };
        let token = secrets.iter().find(|secret| secret.name == "token").map(|secret| &secret.value);
        let shown =
            request.headers.iter().find(|header| header.name == "x-echo-token").map(|header| &header.value);
        if token.is_none() || token != shown {
            return Err(reject(401, ProblemClass::Unauthenticated, "wrong-token", "The token is wrong."));
        }
        let Message { id: dedupe, user: conversation, .. } = serde_json::from_slice(&request.body)
            .map_err(|_| reject(404, ProblemClass::Malformed, "no-message", "The body is no message."))?;
        let inbound = Inbound { conversation, dedupe, at: 0, payload: request.body, extras: vec![] };
        let response = HttpResponse { status: 200, headers: vec![], body: vec![] };
        Ok(Receipt { response, inbound: vec![inbound], unreadable: vec![] })
    }

    /// Step two sees state and no secrets: what follows? Ids are made from what is given: repeating is harmless (C4).
    fn handle_inbound(account: Account, talk: Conversation, inbound: Inbound) -> Result<Outcome, Problem> {
        let Message { id, user, text } = serde_json::from_slice(&inbound.payload)
            .map_err(|_| problem(ProblemClass::Internal, "no-message", "The payload is no message."))?;
        let (mut task, mut commands) = (String::from_utf8_lossy(&talk.state).into_owned(), vec![]);
        if task.is_empty() {
            task = format!("task-{id}");
            commands.push(Command::SaveContact(Contact {
                id: user.clone(),
                name: Some(user.clone()),
                avatar: None,
                phone: None,
                language: None,
                country: None,
                subscribed: Some(true),
                template: None,
                extras: vec![],
            }));
            commands.push(Command::OpenTask(Task {
                id: task.clone(),
                contact: user.clone(),
                title: format!("Message {id}").chars().take(120).collect(),
                description: text.clone(),
                previous: None,
                template: None,
                assignees: vec![],
                extras: vec![],
            }));
        }
        let parts = vec![Part::Text(Text { text, format: TextFormat::Plain })];
        let (id, at, state) = (format!("action-{id}"), account.now, task.clone().into_bytes());
        commands.push(Command::AddAction(Action { id, task, contact: user, at, parts, extras: vec![] }));
        outcome(state, commands)
    }

    /// After a task is done, the next message opens a new one.
    fn handle_task_event(_: Account, talk: Conversation, event: TaskEvent) -> Result<Outcome, Problem> {
        let is_over = matches!(event.change, TaskChange::Completed | TaskChange::Deleted);
        let is_ours = talk.state == event.task.as_bytes();
        outcome(if is_over && is_ours { vec![] } else { talk.state }, vec![])
    }

    /// A reply becomes one call. The secret is named, not known: the host puts it in when it sends (C5).
    fn handle_reply(_: Account, talk: Conversation, reply: Reply) -> Result<Outcome, Problem> {
        let texts = reply
            .parts
            .iter()
            .filter_map(|part| if let Part::Text(it) = part { Some(&*it.text) } else { None });
        let text = texts.collect::<Vec<_>>().join("\n");
        let call = Call {
            id: format!("call-{}", reply.id),
            method: "POST".into(),
            url: "https://echo.example/send".into(),
            headers: vec![CallHeader {
                name: "x-echo-token".into(),
                value: CallValue::Secret("token".into()),
            }],
            body: serde_json::json!({ "user": talk.id, "text": text }).to_string().into_bytes(),
            secret_fields: vec![],
            timeout_ms: 30_000,
            context: reply.id.clone().into_bytes(),
            extras: vec![],
        };
        outcome(talk.state, vec![delivery(reply.id, DeliveryState::Pending, None), Command::Call(call)])
    }

    /// The call's answer becomes the reply's state.
    fn handle_answer(_: Account, talk: Conversation, answer: Answer) -> Result<Outcome, Problem> {
        let failed = |text: &str| Some(problem(ProblemClass::Transport, "not-sent", text));
        let (state, problem) = match &answer.result {
            AnswerResult::Response(it) if it.status / 100 == 2 => (DeliveryState::Sent, None),
            AnswerResult::Response(_) => (DeliveryState::Failed, failed("The messenger refused it.")),
            AnswerResult::NotSent(it) | AnswerResult::RefusedByPolicy(it) => {
                (DeliveryState::Failed, failed(it))
            }
            AnswerResult::Unknown(it) | AnswerResult::Other(it) => (DeliveryState::Unconfirmed, failed(it)),
        };
        let reply = String::from_utf8_lossy(&answer.context).into_owned();
        outcome(talk.state, vec![delivery(reply, state, problem)])
    }

    /// There is nothing to set up at this messenger.
    fn manage_account(_: Account, talk: Conversation, request: AccountRequest) -> Result<Outcome, Problem> {
        let state = match request {
            AccountRequest::Connect | AccountRequest::Check => ConnectionState::Connected,
            AccountRequest::Disconnect => ConnectionState::Disconnected,
            AccountRequest::Other(it) => {
                return Err(problem(ProblemClass::Unsupported, "unknown-request", &it));
            }
        };
        let status = AccountStatus { state, problem: None, profile: None };
        outcome(talk.state, vec![Command::AccountStatus(status)])
    }
}
