//! How the API shows files: what is kept, by a link of the desk's own; what is not, with why.

use desk_store::{ContactRow, FileRow, MediaRow, Tx};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::attachments::Linked;
use crate::clock::now_ms;

/// The attachments of an action, those that are the desk's or a customer's with what became of them:
///
/// - `waiting`: it will be fetched; with a reason if it was tried in vain.
/// - `kept`: `url` is the desk's, for a day or two; ask again for a new one.
/// - `failed`: it was not fetched; `remote_url` may still work until `url_until`.
/// - `revoked`: it was sent, and taken back.
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
    for row in tx.files_of_action(action)? {
        let id = format!("{action}-{}", row.part);
        if let Some(shown) = attachments.iter_mut().find(|shown| shown["id"] == id.as_str()) {
            add_sent(shown, app, row);
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
        shown["url"] = link(app, &Linked::Media(row.id), row.name.as_deref().unwrap_or_default());
        shown["name"] = row.name.as_deref().into();
        shown["media_type"] = row.media_type.as_deref().into();
        shown["size"] = row.size.into();
    }
}

/// A file that an operator sent. What the customer has is in the action's part, and ends at `url_until`.
fn add_sent(shown: &mut Value, app: &App, row: FileRow) {
    let is_revoked = row.revoked_at.is_some();
    shown["state"] = if is_revoked { "revoked" } else { "kept" }.into();
    shown["url"] = match row.link_id {
        Some(id) if !is_revoked => link(app, &Linked::File(id), &row.name),
        _ => Value::Null,
    };
}

fn link(app: &App, file: &Linked, name: &str) -> Value {
    format!("{}{}", app.public_url, app.links.for_operator(file, name, now_ms())).into()
}

/// Links to the files that are in rows, for a day or two.
pub(super) fn links(app: &App, tables: &Map<String, Value>) -> Vec<Value> {
    let rows = |table: &str| tables.get(table).and_then(Value::as_array).into_iter().flatten();
    let shown = |row: &Value, linked: &Linked| {
        let name = row["name"].as_str().unwrap_or_default();
        json!({"action": row["action"], "name": name, "media_type": row["media_type"], "url": link(app, linked, name)})
    };
    let media = rows("media").filter(|row| row["state"] == "kept");
    let media = media.filter_map(|row| Some(shown(row, &Linked::Media(row["id"].as_i64()?))));
    let files = rows("files").filter(|row| row["revoked_at"].is_null());
    let files = files.filter_map(|row| Some(shown(row, &Linked::File(row["link_id"].as_str()?.to_owned()))));
    media.chain(files).collect()
}
