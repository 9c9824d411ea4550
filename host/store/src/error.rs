//! What can go wrong with the store; not what to do about it.

/// An error of the store. After one, nothing of the closure it happened in was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or file cannot be opened.
    #[error("cannot open {path}: {reason}")]
    Open {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Another process has the file.
    #[error("{0} is in use by another process: one desk serves one data folder")]
    InUse(String),
    /// A setting that durability rests on does not hold.
    #[error("SQLite {what} is {has}, and the desk needs {needs}")]
    Unsafe {
        /// The setting.
        what: &'static str,
        /// What it is.
        has: String,
        /// What it must be.
        needs: &'static str,
    },
    /// The file was written by a later version.
    #[error("the file has schema {has}, and this desk knows up to {knows}: use a newer desk")]
    Newer {
        /// In the file.
        has: i64,
        /// In this program.
        knows: i64,
    },
    /// SQLite refused.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A column does not hold the JSON that was written to it.
    #[error("stored JSON is damaged {}", place(.0))]
    Json(#[from] serde_json::Error),
    /// The row was changed by somebody else since it was read.
    #[error("{0} was changed meanwhile")]
    Conflict(&'static str),
    /// What a row refers to is not there.
    #[error("{0} does not exist")]
    Missing(&'static str),
    /// A secret cannot be sealed or opened, as the host says.
    #[error("{0}")]
    Secret(String),
    /// The closure gave its own transaction up, for a reason of its caller's.
    #[error("{0}")]
    Refused(Box<dyn std::error::Error + Send + Sync>),
    /// The disk refused the commit that the closure was part of.
    #[error("the commit was refused")]
    NotCommitted,
    /// The closure panicked: a bug; the transaction was rolled back.
    #[error("a database job panicked")]
    Panicked,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

/// Where JSON is damaged; not what stands there, as serde has it: an error is logged, and a customer may have written it.
pub(crate) fn place(error: &serde_json::Error) -> String {
    format!("at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::StoreError;

    /// G21.
    #[test]
    fn damaged_json_is_not_quoted() {
        let error = serde_json::from_str::<u32>(r#""Olena, 380501112233""#).expect_err("no number");
        assert!(error.to_string().contains("Olena"), "serde quotes it: {error}");
        let said = StoreError::from(error).to_string();
        assert!(!said.contains("Olena") && said.contains("line 1"), "{said}");
    }
}
