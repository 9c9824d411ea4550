//! Word of what was changed, for who shows it: rung after the commit, so that whoever looks then sees it. Nothing is kept:
//! who was away looks anew.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::Tx;

/// Commits that a listener may be behind before it loses word of them.
const KEPT: usize = 256;

/// What was changed, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// The task, its actions, or how far they have come.
    Task(i64),
    /// The contact.
    Contact(i64),
    /// The account's settings or health.
    Account(String),
    /// Events that were parked.
    Parked,
}

/// Word of commits to come. It is behind when it was not listened to: [`broadcast::error::RecvError::Lagged`] says that
/// anything may have changed.
pub type Changes = broadcast::Receiver<Arc<[Change]>>;

/// Tells listeners. Clones tell the same.
#[derive(Debug, Clone)]
pub(crate) struct Bell(broadcast::Sender<Arc<[Change]>>);

impl Bell {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(KEPT).0)
    }

    pub(crate) fn listen(&self) -> Changes {
        self.0.subscribe()
    }

    /// Tells of one commit, each change once.
    pub(crate) fn ring(&self, mut changes: Vec<Change>) {
        let mut seen = std::collections::HashSet::new();
        changes.retain(|change| seen.insert(change.clone()));
        if !changes.is_empty() {
            // Nobody listens: nobody has to be told.
            let _ = self.0.send(changes.into());
        }
    }
}

impl Tx<'_> {
    /// Notes a change; it is told when the transaction is on disk.
    pub(crate) fn changed(&self, change: Change) {
        self.changes.borrow_mut().push(change);
    }

    /// The task of an action was changed.
    pub(crate) fn changed_action(&self, action: i64) -> crate::Result<()> {
        let mut statement = self.db.prepare_cached("SELECT task FROM actions WHERE id = ?1")?;
        if let Some(task) = statement.query([action])?.next()? {
            self.changed(Change::Task(task.get(0)?));
        }
        Ok(())
    }
}
