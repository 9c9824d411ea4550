//! How the API shows files: what is kept, by a link of the desk's own; what is not, with why.

use desk_store::{ActionRow, ContactRow, FileRow, MediaRow, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Why;
use crate::app::App;
use crate::attachments::Linked;
use crate::clock::now_ms;

/// A file in an action.
#[derive(Serialize, JsonSchema)]
pub(super) struct Attachment {
    /// The action's, with the part that it is.
    id: String,
    /// What it is.
    #[schemars(with = "FileKind")]
    kind: String,
    /// Until when the messenger's link works, ms; null: it is not known.
    url_until: Option<i64>,
    /// What became of it.
    #[serde(flatten)]
    file: KeptFile,
}

/// A file and what became of it.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct KeptFile {
    /// What became of it.
    #[schemars(with = "FileState")]
    state: String,
    /// Where it can be read now, for a day or two: ask again for a new one. In state `remote` it is the messenger's link, which
    /// may die. Null: nowhere.
    url: Option<String>,
    /// The messenger's link that it was fetched from, which may die; null: it is not of a messenger, or is not fetched.
    remote_url: Option<String>,
    /// With its real extension, if it is kept; null: it has none.
    name: Option<String>,
    /// By its first bytes, if it is kept; null: it is not known.
    media_type: Option<String>,
    /// Bytes; null: it is not known.
    size: Option<i64>,
    /// Why it was not fetched.
    #[serde(flatten)]
    why: NotFetched,
}

/// Why a file was not fetched, or not yet.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct NotFetched {
    /// A stable word for programs; null: there is no problem.
    code: Option<String>,
    /// What is wrong, for people.
    reason: Option<String>,
}

/// What a file is.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the contract has the names")]
enum FileKind {
    /// A photo, or another picture.
    Image,
    /// A film.
    Video,
    /// A voice message, or other sound.
    Audio,
    /// Any other.
    File,
    /// The picture of a sticker.
    Sticker,
}

/// What became of a file.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum FileState {
    /// The messenger gave no link to it.
    Missing,
    /// Only the messenger has it.
    Remote,
    /// It will be fetched; with a reason if it was tried in vain.
    Waiting,
    /// The desk has it.
    Kept,
    /// It was not fetched; `remote_url` may still work until `url_until`.
    Failed,
    /// It was sent, and taken back.
    Revoked,
}

/// A link to a file in an export.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExportedFile")]
pub(super) struct Exported {
    /// The action that it is in; null: it is the contact's picture.
    action: Option<i64>,
    /// What it is called.
    name: String,
    /// By its first bytes.
    media_type: Option<String>,
    /// Where it can be read, for a day or two.
    url: String,
}

/// The parts of an action that are files, those that are the desk's or a customer's with what became of them.
pub(super) fn of_action(tx: &Tx, app: &App, row: &ActionRow) -> desk_store::Result<Vec<Attachment>> {
    let mut attachments = named_in(row);
    if attachments.is_empty() {
        return Ok(attachments);
    }
    let of_part = |part: i64| format!("{}-{part}", row.id);
    for media in tx.media_of_action(row.id)? {
        if let Some(shown) = attachments.iter_mut().find(|shown| shown.id == of_part(media.part)) {
            add(&mut shown.file, app, media);
        }
    }
    for file in tx.files_of_action(row.id)? {
        if let Some(shown) = attachments.iter_mut().find(|shown| shown.id == of_part(file.part)) {
            add_sent(&mut shown.file, app, file);
        }
    }
    Ok(attachments)
}

/// The files as the action's parts name them, by the messenger's links.
fn named_in(row: &ActionRow) -> Vec<Attachment> {
    let parts = row.parts.as_array().map(Vec::as_slice).unwrap_or_default();
    let files = parts.iter().enumerate().filter_map(|(index, part)| {
        let (kind, media) = part.as_object()?.iter().next()?;
        let is_file = matches!(kind.as_str(), "image" | "video" | "audio" | "file" | "sticker");
        is_file.then(|| Attachment {
            id: format!("{}-{index}", row.id),
            kind: kind.clone(),
            url_until: media["url_until"].as_i64(),
            file: KeptFile {
                state: if media["url"].is_null() { "missing" } else { "remote" }.into(),
                url: text(&media["url"]),
                name: text(&media["name"]),
                media_type: text(&media["media_type"]),
                size: media["size_bytes"].as_i64(),
                ..KeptFile::default()
            },
        })
    });
    files.collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The contact's picture; `None` if there is none.
pub(super) fn of_contact(tx: &Tx, app: &App, row: &ContactRow) -> desk_store::Result<Option<KeptFile>> {
    let found = row.avatar.as_ref().map(|url| tx.media_of_contact(row.id, url)).transpose()?.flatten();
    Ok(found.map(|row| {
        let mut shown = KeptFile::default();
        add(&mut shown, app, row);
        shown
    }))
}

fn add(shown: &mut KeptFile, app: &App, row: MediaRow) {
    let why = Why::of(row.problem.as_ref());
    shown.why = NotFetched { code: why.code, reason: why.reason };
    shown.state = row.state;
    shown.url = None;
    shown.remote_url = Some(row.url);
    if row.sha256.is_some() {
        let name = row.name.as_deref().unwrap_or_default();
        shown.url = Some(link(app, &Linked::Media(row.id), name));
        shown.name = row.name;
        shown.media_type = row.media_type;
        shown.size = row.size;
    }
}

/// A file that an operator sent. What the customer has is in the action's part, and ends at `url_until`.
fn add_sent(shown: &mut KeptFile, app: &App, row: FileRow) {
    let is_revoked = row.revoked_at.is_some();
    shown.state = if is_revoked { "revoked" } else { "kept" }.into();
    let linked = row.link_id.filter(|_| !is_revoked).map(Linked::File);
    shown.url = linked.map(|file| link(app, &file, &row.name));
}

fn link(app: &App, file: &Linked, name: &str) -> String {
    format!("{}{}", app.public_url, app.links.for_operator(file, name, now_ms()))
}

/// Links to the files that are in rows, for a day or two.
pub(super) fn links(app: &App, tables: &Map<String, Value>) -> Vec<Exported> {
    let rows = |table: &str| tables.get(table).and_then(Value::as_array).into_iter().flatten();
    let shown = |row: &Value, linked: &Linked| {
        let name = text(&row["name"]).unwrap_or_default();
        let url = link(app, linked, &name);
        Exported { action: row["action"].as_i64(), name, media_type: text(&row["media_type"]), url }
    };
    let media = rows("media").filter(|row| row["state"] == "kept");
    let media = media.filter_map(|row| Some(shown(row, &Linked::Media(row["id"].as_i64()?))));
    let files = rows("files").filter(|row| row["revoked_at"].is_null());
    let files = files.filter_map(|row| Some(shown(row, &Linked::File(row["link_id"].as_str()?.to_owned()))));
    media.chain(files).collect()
}
