//! The smallest host: loads the Viber channel, gives it one signed callback and prints the commands that come back.
//! Not here: a store, HTTP, or carrying anything out; see `host/` for that.
//!
//! `cargo xtask build && cargo run --package embed-minimal`

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use channel_engine::contract::{Account, Conversation, Header, HttpRequest, Secret};
use channel_engine::{Engine, EngineConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};

/// The bot's token. A real host keeps it encrypted.
const API_KEY: &str = "4453b6ac1c3d2e1f-0123456789abcdef-4453b6ac1c3d2e1f";

/// A text message as Viber documents it: developers.viber.com, "Receive message from user".
const CALLBACK: &str = r#"{"event": "message", "timestamp": 1767225600000, "message_token": 6164500000000000001,
    "sender": {"id": "ZW1iZWQtbWluaW1hbC4uLg==", "name": "Olena", "country": "UA", "language": "uk", "api_version": 10},
    "message": {"type": "text", "text": "Is the blue bicycle still there?"}}"#;

fn main() -> anyhow::Result<()> {
    let path =
        std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/viber_channel.wasm"), PathBuf::from);
    let engine = Engine::new(EngineConfig::default())?;
    let channel = engine.load(&path).context("`cargo xtask build` makes target/viber_channel.wasm")?;
    eprintln!("{} {}, digest {}", channel.manifest().id, channel.manifest().version, channel.digest());

    let account = Account {
        id: "1".into(),
        settings: "{}".into(),
        webhook_url: "https://desk.example/webhooks/1".into(),
        now: 1_767_225_600_070,
        ..Account::default()
    };
    let secrets = [Secret { name: "api_key".into(), value: API_KEY.into() }];
    let request = HttpRequest {
        method: "POST".into(),
        path: "/webhooks/1".into(),
        query: String::new(),
        headers: vec![Header { name: "x-viber-content-signature".into(), value: signature(CALLBACK) }],
        body: CALLBACK.into(),
    };

    let receipt = match channel.receive_webhook(&account, &secrets, &request)? {
        Ok(receipt) => receipt,
        Err(rejection) => bail!("the channel answers {}: {}", rejection.status, rejection.problem.text),
    };
    for inbound in &receipt.inbound {
        // A host loads the conversation's state and stores the new one, together with the commands.
        let conversation = Conversation { id: inbound.conversation.clone(), state: Vec::new() };
        match channel.handle_inbound(&account, &conversation, inbound)? {
            Ok(outcome) => println!("{}", serde_json::to_string_pretty(&outcome.commands)?),
            Err(problem) => bail!("the channel cannot: {}", problem.text),
        }
    }
    Ok(())
}

/// HMAC-SHA256 of the body, keyed by the bot's token, hexadecimal: as Viber signs.
fn signature(body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(API_KEY.as_bytes()).expect("any key length is right");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
