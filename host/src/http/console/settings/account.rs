//! One account: its settings beside the guide, its health, and how customers come in. A new one as well.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use channel_engine::contract::Localized;
use desk_store::{AccountRow, Tx};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::answer::Created;
use super::super::super::api;
use super::super::super::auth;
use super::super::super::extract::{IfMatch, Json, Path};
use super::super::look::Look;
use super::super::problem;
use super::super::refusal::{self, Refusal};
use super::super::session::{Admin, Reader};
use super::super::words::put;
use super::accounts::health;
use super::form::{self, Choices, Schema};
use super::{Tab, body, field, guide, refuse, version};
use crate::app::App;
use crate::desk::entry;

type Pairs = Vec<(String, String)>;

/// What an account's page is drawn from.
pub(in super::super) struct View {
    /// None: a new one.
    pub(in super::super) row: Option<AccountRow>,
    pub(in super::super) channel: String,
    /// The channel's texts in the visitor's language.
    pub(in super::super) texts: Localized,
    pub(in super::super) choices: Choices,
    /// The account's name, as it is or as it was to be.
    pub(in super::super) name: String,
    /// As they are, or as they were to be.
    pub(in super::super) settings: Value,
    pub(in super::super) webhook: String,
    /// The page that customers are sent to.
    pub(in super::super) landing: String,
}

impl View {
    fn schema(&self) -> Schema {
        // A channel whose schema is none would have no settings; it says so itself when it is inspected.
        serde_json::from_str(&self.texts.settings_schema).unwrap_or_default()
    }
}

fn choices(tx: &Tx) -> desk_store::Result<Choices> {
    Ok(Choices {
        employees: tx.employees()?,
        contact_templates: tx.contact_templates()?,
        task_templates: tx.task_templates()?,
    })
}

/// The channel's texts; in English where it does not speak the visitor's language.
fn texts(app: &App, look: &Look, channel: &str) -> Option<Localized> {
    let all = &app.channels.find(channel)?.manifest().texts;
    let own = all.iter().find(|texts| texts.language == look.language.code());
    own.or(all.first()).cloned()
}

async fn load_new(app: &App, reader: &Reader, channel: &str) -> Result<View, Refusal> {
    let texts = texts(app, &reader.look, channel).ok_or_else(|| Refusal::not_found(reader.look.clone()))?;
    let choices = app.store.read(choices).await.map_err(|error| refuse(reader, error))?;
    Ok(View {
        row: None,
        channel: channel.to_owned(),
        name: texts.name.clone(),
        texts,
        choices,
        settings: json!({}),
        webhook: String::new(),
        landing: String::new(),
    })
}

async fn load(app: &App, reader: &Reader, id: String) -> Result<View, Refusal> {
    let loaded = app.store.read(move |tx| Ok((tx.account(&id)?, choices(tx)?))).await;
    let (row, choices) = loaded.map_err(|error| refuse(reader, error))?;
    let row = row.ok_or_else(|| Refusal::not_found(reader.look.clone()))?;
    Ok(View {
        texts: texts(app, &reader.look, &row.channel).unwrap_or_default(),
        channel: row.channel.clone(),
        choices,
        name: row.name.clone(),
        settings: row.settings.clone(),
        webhook: app.webhook_url(&row.id),
        landing: app.landing_url(&row.id),
        row: Some(row),
    })
}

fn show(reader: &Reader, view: &View, problem: Option<&str>) -> Response {
    super::page(reader, Tab::Accounts, problem, &draw(&reader.look, view))
}

/// `GET /settings/new/{channel}`.
pub(super) async fn blank(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(channel): Path<String>,
) -> Result<Response, Refusal> {
    Ok(show(&reader, &load_new(&app, &reader, &channel).await?, None))
}

/// `GET /settings/accounts/{id}`.
pub(super) async fn page(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    Ok(show(&reader, &load(&app, &reader, id).await?, None))
}

/// The page. Pure.
pub(in super::super) fn draw(look: &Look, view: &View) -> Markup {
    let words = look.words;
    let action = match &view.row {
        Some(row) => format!("/settings/accounts/{}", row.id),
        None => format!("/settings/new/{}", view.channel),
    };
    let is_new = view.row.is_none();
    html! {
        div.two {
            div.stack {
                @if let Some(row) = &view.row { (state(look, row, view)) }
                form.card.stack method="post" action=(action) {
                    @if let Some(row) = &view.row { (version(&api::accounts::tag(row))) }
                    h2 { @if is_new { (put(words.connect_with, "channel", &view.texts.name)) } @else { (words.settings) } }
                    (field("name", words.name, &html! {
                        input #name name="name" value=(view.name) required maxlength="200" autocomplete="off" aria-describedby="name-help";
                        p.faint #name-help { (words.name_help) }
                    }))
                    (form::fields(words, &view.schema(), &view.choices, &view.settings, is_new))
                    button.send { @if is_new { (words.first_connect_do) } @else { (words.save_and_check) } }
                }
            }
            details.card.guide open {
                summary { (words.guide) }
                (guide::shown(&view.texts.guide))
            }
        }
    }
}

/// How it is, and how customers come in.
fn state(look: &Look, row: &AccountRow, view: &View) -> Markup {
    let words = look.words;
    let why = row.problem.clone().unwrap_or_default();
    let here = format!("/settings/accounts/{}", row.id);
    html! {
        section.card.stack #health data-live="hold" aria-label=(row.name) {
            div.row { h2 { (row.name) } (health(words, &row.health)) }
            @if row.health == "failed" {
                p.bad { (problem::class(words, &why)) }
                p { (problem::text(&why)) " " (problem::advice(&why)) }
            }
            @if let Some(bot) = row.profile.as_ref() {
                p { (words.bot) ": " strong { (bot["name"].as_str().unwrap_or_default()) } " " span.faint { (bot["uri"].as_str().unwrap_or_default()) } }
            }
            @if let Some(deep) = entry::deep_link(row) { (ways_in(look, row, view, deep)) }
            (copied(look, "webhook", words.webhook, &view.webhook, None))
            div.row.start {
                form method="post" action={ (here) "/check" } { button { (words.check) } }
                @if row.health != "disconnected" {
                    form method="post" action={ (here) "/disconnect" } {
                        details {
                            summary { (words.disconnect) }
                            p { (words.disconnect_warning) }
                            button { (words.disconnect) }
                        }
                    }
                }
            }
        }
    }
}

fn ways_in(look: &Look, row: &AccountRow, view: &View, deep: &str) -> Markup {
    let words = look.words;
    let code = format!("/go/{}/qr.svg", row.id);
    html! {
        h3 { (words.ways_in) }
        div.ways {
            div.stack {
                (copied(look, "landing", words.landing, &view.landing, Some(words.landing_help)))
                (copied(look, "deep", words.deep_link, deep, Some(words.deep_help)))
            }
            a href=(code) download="qr.svg" { img.qr src=(code) alt=(words.qr); }
        }
    }
}

/// An address with a button that copies it.
fn copied(look: &Look, id: &str, label: &str, value: &str, help: Option<&str>) -> Markup {
    let words = look.words;
    let id = format!("copy-{id}");
    html! {
        div.field {
            label for=(id) { (label) }
            div.row { input.mono #(id) readonly value=(value); button.plain type="button" data-copy=(id) data-done=(words.copied) { (words.copy) } }
            @if let Some(help) = help { p.faint { (help) } }
        }
    }
}

/// What the form gives, and what it is refused with: the page again, with what was entered, but for the secrets.
fn entered(view: &mut View, pairs: &Pairs) -> (Option<String>, Value) {
    let settings = Value::Object(form::settings(&view.schema(), &view.choices, pairs));
    let name = given(pairs, "name").map(str::to_owned);
    view.name = name.clone().unwrap_or_default();
    view.settings = settings.clone();
    (name, settings)
}

fn given<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// `POST /settings/new/{channel}`.
pub(super) async fn create(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(channel): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Refusal> {
    let mut view = load_new(&app, &reader, &channel).await?;
    let (name, settings) = entered(&mut view, &pairs);
    let fields = json!({"channel": channel, "name": name, "settings": settings});
    let body = body(fields).map_err(|error| refuse(&reader, error))?;
    let admin = auth::Admin(reader.token.clone());
    match api::accounts::create(admin, State(app), Json(body)).await {
        Ok(Created(made)) => Ok(Redirect::to(&format!("/settings/accounts/{}", made.id)).into_response()),
        Err(error) => Ok(show(&reader, &view, Some(&refusal::says(reader.look.words, &error)))),
    }
}

/// `POST /settings/accounts/{id}`.
pub(super) async fn change(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Refusal> {
    let mut view = load(&app, &reader, id.clone()).await?;
    let (name, settings) = entered(&mut view, &pairs);
    let if_match = IfMatch::version(given(&pairs, "version").unwrap_or_default());
    let body = body(json!({"name": name, "settings": settings})).map_err(|error| refuse(&reader, error))?;
    let admin = auth::Admin(reader.token.clone());
    match api::accounts::change(admin, State(app.clone()), Path(id.clone()), if_match, Json(body)).await {
        Ok(_) => Ok(Redirect::to(&format!("/settings/accounts/{id}")).into_response()),
        Err(error) => {
            // What somebody else saved meanwhile is shown, and not overwritten unseen by saving once more.
            let view = if error.code() == "changed" { load(&app, &reader, id).await? } else { view };
            Ok(show(&reader, &view, Some(&refusal::says(reader.look.words, &error))))
        }
    }
}

/// `POST /settings/accounts/{id}/check`.
pub(super) async fn check(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let admin = auth::Admin(reader.token.clone());
    let done = api::accounts::check(admin, State(app), Path(id.clone())).await;
    done.map_err(|error| refuse(&reader, error))?;
    Ok(Redirect::to(&format!("/settings/accounts/{id}")).into_response())
}

/// `POST /settings/accounts/{id}/disconnect`.
pub(super) async fn disconnect(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let admin = auth::Admin(reader.token.clone());
    let done = api::accounts::disconnect(admin, State(app), Path(id.clone()), IfMatch::any()).await;
    done.map_err(|error| refuse(&reader, error))?;
    Ok(Redirect::to(&format!("/settings/accounts/{id}")).into_response())
}
