//! How the API shows files of customers: what was kept, by a link of the desk's own; what was not, with why.

use desk_store::{ContactRow, MediaRow, Tx};
use serde_json::{Value, json};

use crate::app::App;
use crate::clock::now_ms;

/// The attachments of an action, those that are a customer's with what became of them:
///
/// - `waiting`: it will be fetched; with a reason if it was tried in vain.
/// - `kept`: `url` is the desk's, for a day or two; ask again for a new one.
/// - `failed`: it was not fetched; `remote_url` may still work until `url_until`.
pub(super) fn with_kept(
    tx: &Tx,
    app: &App,
    action: i64,
    mut attachments: Vec<Value>,
) -> desk_store::Result<Vec<Value>> {
    if attachments.is_empty() {
        return Ok(attachments);
    }
    for row in tx.media_of_action(action)? {
        let id = format!("{action}-{}", row.part);
        if let Some(shown) = attachments.iter_mut().find(|shown| shown["id"] == id.as_str()) {
            add(shown, app, &row);
        }
    }
    Ok(attachments)
}

/// The contact's picture; null if there is none.
pub(super) fn of_contact(tx: &Tx, app: &App, row: &ContactRow) -> desk_store::Result<Value> {
    let found = row.avatar.as_ref().map(|url| tx.media_of_contact(row.id, url)).transpose()?.flatten();
    Ok(found.map_or(Value::Null, |row| {
        let mut shown = json!({});
        add(&mut shown, app, &row);
        shown
    }))
}

fn add(shown: &mut Value, app: &App, row: &MediaRow) {
    let problem = row.problem.clone().unwrap_or_default();
    shown["state"] = row.state.as_str().into();
    shown["url"] = Value::Null;
    shown["remote_url"] = row.url.as_str().into();
    shown["code"] = problem["code"].clone();
    shown["reason"] = problem["text"].clone();
    if row.sha256.is_some() {
        let ticket = app.tickets.sign(row.id, now_ms());
        shown["url"] = format!("{}/media/{}/{ticket}", app.public_url, row.id).into();
        shown["name"] = row.name.as_deref().into();
        shown["media_type"] = row.media_type.as_deref().into();
        shown["size"] = row.size.into();
    }
}
