//! Contact cards: the people who write.

use rusqlite::{OptionalExtension, Row, params};

use crate::changes::Change;
use crate::{Result, Tx};

/// A person who writes from a messenger.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRow {
    /// The desk's id.
    pub id: i64,
    /// The account they write to.
    pub account: String,
    /// The plugin's id.
    pub plugin_id: String,
    /// The conversation they write in.
    pub conversation: String,
    /// As the messenger shows it.
    pub name: String,
    /// A link to the picture.
    pub avatar: Option<String>,
    /// Only if the customer gave it.
    pub phone: Option<String>,
    /// How the phone number came, in the channel's word: `typed` by the customer, `shared` by their app.
    pub phone_source: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Whether they can be written to; `None` if unknown.
    pub subscribed: Option<bool>,
    /// The contact template it was made from.
    pub template: Option<i64>,
    /// ms.
    pub created_at: i64,
    /// ms; since when nothing but the number is left.
    pub erased_at: Option<i64>,
}

/// What is known of a contact now; `None` leaves a field.
#[derive(Debug, Clone, Default)]
pub struct ContactChange {
    /// See [`ContactRow`].
    pub account: String,
    /// See [`ContactRow`].
    pub plugin_id: String,
    /// See [`ContactRow`].
    pub conversation: String,
    /// See [`ContactRow`].
    pub name: Option<String>,
    /// See [`ContactRow`].
    pub avatar: Option<String>,
    /// See [`ContactRow`].
    pub phone: Option<String>,
    /// See [`ContactRow`]; it goes with `phone`.
    pub phone_source: Option<String>,
    /// See [`ContactRow`].
    pub language: Option<String>,
    /// See [`ContactRow`].
    pub country: Option<String>,
    /// See [`ContactRow`].
    pub subscribed: Option<bool>,
    /// Used when the card is made new.
    pub template: Option<i64>,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "id, account, plugin_id, conversation, name, avatar, phone, phone_source, language, \
                       country, subscribed, template, created_at, erased_at";

fn from_row(row: &Row) -> rusqlite::Result<ContactRow> {
    Ok(ContactRow {
        id: row.get(0)?,
        account: row.get(1)?,
        plugin_id: row.get(2)?,
        conversation: row.get(3)?,
        name: row.get(4)?,
        avatar: row.get(5)?,
        phone: row.get(6)?,
        phone_source: row.get(7)?,
        language: row.get(8)?,
        country: row.get(9)?,
        subscribed: row.get(10)?,
        template: row.get(11)?,
        created_at: row.get(12)?,
        erased_at: row.get(13)?,
    })
}

impl Tx<'_> {
    /// Makes or refreshes a contact; says its id. Repeating it changes nothing.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_contact(&self, change: &ContactChange) -> Result<i64> {
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO contacts (account, plugin_id, conversation, name, avatar, phone, language,
                                       country, subscribed, template, created_at, phone_source)
                 VALUES (?1, ?2, ?3, coalesce(?4, ''), ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                         iif(?6 IS NULL, NULL, ?12))
                 ON CONFLICT (account, plugin_id) DO UPDATE SET
                     name = coalesce(?4, name), avatar = coalesce(?5, avatar), phone = coalesce(?6, phone),
                     language = coalesce(?7, language), country = coalesce(?8, country),
                     subscribed = coalesce(?9, subscribed),
                     phone_source = iif(?6 IS NULL, phone_source, ?12)
                 RETURNING id",
            )?
            .query_row(
                params![
                    change.account,
                    change.plugin_id,
                    change.conversation,
                    change.name,
                    change.avatar,
                    change.phone,
                    change.language,
                    change.country,
                    change.subscribed,
                    change.template,
                    change.at,
                    change.phone_source
                ],
                |row| row.get(0),
            )?;
        self.changed(Change::Contact(id));
        Ok(id)
    }

    /// The contact, by the desk's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contact(&self, id: i64) -> Result<Option<ContactRow>> {
        let sql = format!("SELECT {COLUMNS} FROM contacts WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// The contact, by the plugin's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contact_by_plugin_id(&self, account: &str, plugin_id: &str) -> Result<Option<ContactRow>> {
        let sql = format!("SELECT {COLUMNS} FROM contacts WHERE account = ?1 AND plugin_id = ?2");
        Ok(self.db.prepare_cached(&sql)?.query_row([account, plugin_id], from_row).optional()?)
    }

    /// Contacts after the cursor, oldest first; without those that were erased.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contacts(&self, after: i64, most: i64) -> Result<Vec<ContactRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM contacts WHERE id > ?1 AND erased_at IS NULL ORDER BY id LIMIT ?2"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([after, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
