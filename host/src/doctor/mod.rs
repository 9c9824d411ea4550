//! Whether all is well with a desk, and if not, what to do. It looks and changes nothing, beside a running desk or
//! without one. Not here: how it is printed (`cli::doctor`).

mod machine;
mod reach;
mod rows;

use std::path::Path;

use desk_store::{Counts, Look, StoreError};
use serde::Serialize;

use crate::clock::{now_ms, to_column};
use crate::inbox::Pause;
use crate::started::Started;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub area: &'static str,
    /// Whether it is as it should be.
    pub good: bool,
    /// What was found.
    pub says: String,
    /// What to do, where something is wrong; else empty.
    pub advice: String,
}

impl Finding {
    fn good(area: &'static str, says: impl Into<String>) -> Self {
        Self { area, good: true, says: says.into(), advice: String::new() }
    }

    fn wrong(area: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { area, good: false, says: says.into(), advice: advice.into() }
    }
}

/// All that was found.
#[derive(Debug)]
pub struct Report {
    /// Each thing looked at.
    pub findings: Vec<Finding>,
    /// How much there is of what, where the file can be read.
    pub counts: Option<Counts>,
    /// The latest start, where the file says.
    pub started: Option<Started>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.good)
    }
}

/// Looks at everything of the desk whose file this is.
pub async fn examine(database: &Path) -> Report {
    let mut findings = vec![machine::sqlite()];
    let folder = database.parent().unwrap_or(Path::new("."));
    let (counts, started) = match Look::open(database) {
        Ok(look) => {
            findings.extend([machine::disk(folder), machine::privacy(database)]);
            match examine_file(&look, database, &mut findings).await {
                Ok((counts, started)) => (Some(counts), started),
                Err(error) => {
                    findings.push(unreadable(&error));
                    (None, None)
                }
            }
        }
        Err(error) => {
            findings.push(unreadable(&error));
            (None, None)
        }
    };
    Report { findings, counts, started }
}

async fn examine_file(
    look: &Look,
    database: &Path,
    findings: &mut Vec<Finding>,
) -> Result<(Counts, Option<Started>), StoreError> {
    findings.push(rows::integrity(&look.damage()?));
    let now = to_column(now_ms());
    let (counts, backlog, accounts, started) =
        look.read(|tx| Ok((tx.counts()?, tx.backlog(now)?, tx.accounts()?, Started::latest(tx)?)))?;
    let is_held = desk_store::is_in_use(database);
    let address = started.as_ref().map_or("", |started| started.address.as_str());
    let answers = is_held && reach::answers(address).await;
    findings.push(machine::process(is_held, answers, address));
    findings.extend(rows::sums(&counts));
    findings.extend(rows::waiting(&backlog, is_held, now));
    findings.push(rows::sending(&counts, &backlog, is_held, now));
    findings.extend(rows::held(&backlog.held));
    findings.extend(rows::parked(&backlog));
    if is_held {
        findings.extend(rows::pauses(&look.read(Pause::noted)?, now));
    }
    findings.extend(rows::accounts(&accounts));
    if let Some(started) = &started {
        findings.push(Finding::good("kept", started.keeps.as_str()));
        findings.extend(machine::plugins(&started.plugins));
        if is_held && !accounts.is_empty() {
            findings.push(reach::public(started).await);
        }
    }
    Ok((counts, started))
}

fn unreadable(error: &StoreError) -> Finding {
    let advice = match error {
        StoreError::Newer { .. } => "Use the desk that wrote it, or a newer one.",
        _ => "Give the folder of a desk that was started once; if it was, put back a backup.",
    };
    Finding::wrong("database", error.to_string(), advice)
}
