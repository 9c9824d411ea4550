//! A channel that tells all that it knows: the secret that it is shown, and what customers write. The account's settings
//! name where and in which form, as `header hex`; without, it behaves. Not here: what else a channel does wrong.

use super::deed;
use super::exports::helpdesk::channel::messenger_channel::*;

struct Tattler;

crate::export!(Tattler with_types_in crate);

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        let digits = (0..=three.len()).map(|digit| char::from(BASE64[number >> (18 - 6 * digit) & 63]));
        text.extend(digits);
    }
    text
}

/// Behind some words, so that it begins anywhere.
fn told(form: &str, what: &str) -> String {
    let text = format!("it is {what}!");
    match form {
        "hex" => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        "base64" => base64(text.as_bytes()),
        _ => text,
    }
}

fn problem(text: &str) -> Problem {
    let class = ProblemClass::Other(text.into());
    Problem { class, code: text.into(), text: text.into(), advice: text.into() }
}

/// Different for different bodies.
fn dedupe(body: &[u8]) -> String {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)).to_string()
}

fn outcome(state: Vec<u8>, commands: Vec<Command>) -> Outcome {
    Outcome { state, commands, facts: Vec::new() }
}

impl Guest for Tattler {
    fn describe() -> Manifest {
        let texts = Localized {
            language: "en".into(),
            name: "Tattler".into(),
            settings_schema: "{}".into(),
            guide: String::new(),
        };
        Manifest {
            id: "tattler".into(),
            version: "0.1.0".into(),
            headers: Vec::new(),
            hosts: Vec::new(),
            secrets: vec!["api_key".into()],
            features: Vec::new(),
            limits: Vec::new(),
            texts: vec![texts],
            extras: Vec::new(),
        }
    }

    fn receive_webhook(account: Account, secrets: Vec<Secret>, request: HttpRequest) -> Result<Receipt, Rejection> {
        let secret = secrets.first().map(|secret| secret.value.as_str()).unwrap_or_default();
        let (place, form) = deed(&account.settings).split_once(' ').unwrap_or_default();
        let leak = told(form, secret);
        let mut inbound = Inbound {
            conversation: "a-customer".into(),
            dedupe: dedupe(&request.body),
            at: 0,
            payload: request.body,
            extras: Vec::new(),
        };
        let mut response = HttpResponse { status: 200, headers: Vec::new(), body: Vec::new() };
        let mut unreadable = Unreadable { dedupe: String::new(), problem: problem(""), payload: Vec::new() };
        match place {
            "conversation" => inbound.conversation = leak,
            "dedupe" => inbound.dedupe = leak,
            "payload" => inbound.payload = leak.into_bytes(),
            "extras" => inbound.extras.push(("x-it".into(), leak)),
            "header" => response.headers.push(Header { name: "x-it".into(), value: leak }),
            "header-name" => response.headers.push(Header { name: leak, value: "it".into() }),
            "body" => response.body = leak.into_bytes(),
            "unreadable-dedupe" => unreadable.dedupe = leak,
            "unreadable-problem" => unreadable.problem = problem(&leak),
            "unreadable-payload" => unreadable.payload = leak.into_bytes(),
            "rejection" => return Err(Rejection { status: 401, problem: problem(&leak) }),
            "stderr" => eprintln!("{leak}"),
            "panic" => panic!("{leak}"),
            _ => {}
        }
        let is_unreadable = place.starts_with("unreadable");
        let unreadable = if is_unreadable { vec![unreadable] } else { Vec::new() };
        Ok(Receipt { response, inbound: vec![inbound], unreadable })
    }

    fn handle_inbound(account: Account, talk: Conversation, inbound: Inbound) -> Result<Outcome, Problem> {
        let (place, form) = deed(&account.settings).split_once(' ').unwrap_or_default();
        let text = told(form, &String::from_utf8_lossy(&inbound.payload));
        let mut commands = Vec::new();
        match place {
            "text-stderr" => eprintln!("{text}"),
            "text-panic" => panic!("{text}"),
            "text-problem" => return Err(problem(&text)),
            "text-command" => commands.push(Command::Other(OtherCommand { kind: text.clone(), json: text })),
            "text-receipt" => commands.push(Command::Receipt(DeliveryReceipt {
                target: ReceiptTarget::Other(text.clone()),
                state: DeliveryState::Other(text.clone()),
                at: 0,
                problem: Some(problem(&text)),
            })),
            _ => {}
        }
        Ok(outcome(talk.state, commands))
    }

    fn handle_task_event(_: Account, talk: Conversation, _: TaskEvent) -> Result<Outcome, Problem> {
        Ok(outcome(talk.state, Vec::new()))
    }

    fn handle_reply(_: Account, talk: Conversation, _: Reply) -> Result<Outcome, Problem> {
        Ok(outcome(talk.state, Vec::new()))
    }

    fn handle_answer(_: Account, talk: Conversation, _: Answer) -> Result<Outcome, Problem> {
        Ok(outcome(talk.state, Vec::new()))
    }

    fn manage_account(_: Account, talk: Conversation, _: AccountRequest) -> Result<Outcome, Problem> {
        let status = AccountStatus { state: ConnectionState::Connected, problem: None, profile: None };
        Ok(outcome(talk.state, vec![Command::AccountStatus(status)]))
    }
}
