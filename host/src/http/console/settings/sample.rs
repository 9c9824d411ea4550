//! Every page of the settings with one text in every place where people's texts stand, for the tests of the console.

use channel_engine::contract::Localized;
use desk_store::{
    AccountRow, Employee, Held, HeldConversation, ParkedRow, QuickReply, TaskTemplate, Template,
};
use maud::{Markup, html};
use serde_json::json;

use super::super::look::Look;
use super::account::{self, View};
use super::form::Choices;
use super::held::Row;
use super::system::{self, Loaded};
use super::{accounts, people, quick};
use crate::doctor::Finding;

/// All of them, one below the other.
pub(in super::super) fn sample(look: &Look, text: &str) -> Markup {
    let row = AccountRow {
        id: "viber-1".into(),
        channel: "viber".into(),
        name: text.into(),
        settings: json!({"line": text, "text": text}),
        health: "failed".into(),
        problem: Some(json!({"text": text, "advice": text})),
        profile: Some(json!({"name": text, "uri": text, "links": [["deep", "viber://pa?chatURI=x"]]})),
        configured_by: None,
        created_at: 1,
    };
    let reply = QuickReply { id: 1, title: text.into(), text: text.into() };
    let finding = Finding { area: "area", good: false, says: text.into(), advice: text.into() };
    let channels = [("viber".to_owned(), text.to_owned())];
    html! {
        (accounts::draw(look, std::slice::from_ref(&row), &channels))
        (account::draw(look, &view(text, row)))
        (people::draw(look, &choices(text)))
        (quick::draw(look, &[reply]))
        (system::draw(look, &[loaded(text)], &[held(text)], &[parked(text)]))
        (system::diagnosis(look, &[finding]))
    }
}

fn view(text: &str, row: AccountRow) -> View {
    let about =
        json!({"title": text, "description": text, "type": "string", "maxLength": 60, "default": text});
    let mut properties =
        json!({"line": about.clone(), "text": about.clone(), "one": about.clone(), "several": about});
    properties["text"]["maxLength"] = 999.into();
    properties["one"]["x-picker"] = "task-template".into();
    properties["several"]["x-picker"] = "employees".into();
    View {
        channel: row.channel.clone(),
        texts: Localized {
            language: "en".into(),
            name: text.into(),
            settings_schema: json!({"properties": properties}).to_string(),
            guide: String::new(),
        },
        choices: choices(text),
        name: text.into(),
        settings: row.settings.clone(),
        webhook: text.into(),
        landing: text.into(),
        row: Some(row),
    }
}

fn choices(text: &str) -> Choices {
    Choices {
        employees: vec![Employee { id: 1, name: text.into(), avatar: None, owner: true }],
        contact_templates: vec![Template { id: 1, name: text.into() }],
        task_templates: vec![TaskTemplate { id: 1, name: text.into(), assignee: Some(1) }],
    }
}

fn loaded(text: &str) -> Loaded {
    Loaded { name: text.into(), version: text.into(), contract: text.into(), digest: text.into(), bytes: 5 }
}

fn held(text: &str) -> Row {
    let sum = Held { calls: 2, replies: 1, taken_at: Some(1) };
    let held =
        HeldConversation { account: text.into(), conversation: text.into(), contact: Some(1), held: sum };
    Row { held, name: text.into() }
}

fn parked(text: &str) -> ParkedRow {
    ParkedRow {
        id: 1,
        account: text.into(),
        conversation: text.into(),
        kind: text.into(),
        problem: json!({"text": text, "advice": text}),
        event: json!({"any": text}),
        attempts: 1,
        at: 1,
    }
}
