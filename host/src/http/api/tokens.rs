//! `/api/v1/tokens`: who may call the API. A token itself is shown once, when it is made.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{KeptToken, StoreError, TokenRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::{Created, Done};
use super::super::auth::{Admin, DAY_MS, Scope, hash_token, new_token};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path};
use super::{List, named};
use crate::app::App;
use crate::clock::{now_ms, to_column};

/// A token, without the token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// What it is for.
    name: String,
    /// What it may do.
    #[schemars(with = "Scope")]
    scope: String,
    /// The employee who uses it: comments without an author are theirs. Null: the owner's.
    employee: Option<i64>,
    /// When it was made, ms.
    created_at: i64,
    /// From when on it counts no more, ms; null: never.
    expires_at: Option<i64>,
    /// The beginning of the day (UTC) on which it was last used, ms; null: it was not.
    used_on: Option<i64>,
}

/// A new token. This is the only time that it can be read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MadeToken")]
pub(crate) struct Made {
    /// For the header `Authorization: Bearer …`. Only its hash is kept.
    token: String,
    /// What is known of it.
    #[serde(flatten)]
    shown: Shown,
}

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewToken")]
pub(crate) struct New {
    /// What it is for; 1 to 200 characters.
    name: String,
    /// What it may do.
    scope: Scope,
    /// The employee who uses it.
    employee: Option<i64>,
    /// After how many days it counts no more; without it never.
    #[schemars(range(min = 1, max = 36_500))]
    expires_days: Option<u16>,
}

pub(crate) async fn list(_: Admin, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let rows = app.store.read(|tx| tx.tokens()).await?;
    Ok(Json(List::whole(rows.into_iter().map(shown))))
}

pub(crate) async fn create(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Made>> {
    let token = new_token().map_err(|error| ApiError::unavailable("no-randomness", error.to_string()))?;
    let (hash, at) = (hash_token(&token), to_column(now_ms()));
    if body.expires_days.is_some_and(|days| !(1..=36_500).contains(&days)) {
        return Err(ApiError::bad_request("bad-expiry", "`expires_days` must be 1 to 36500"));
    }
    let expires_at = body.expires_days.map(|days| at + i64::from(days) * DAY_MS);
    let row = TokenRow { name: named(&body.name)?, scope: body.scope.name().into(), employee: body.employee };
    let kept = app.store.write(move |tx| {
        if let Some(id) = row.employee {
            tx.employee(id)?.ok_or(StoreError::Missing("the employee"))?;
        }
        let id = tx.add_token(&hash, &row, at, expires_at)?;
        Ok(KeptToken { id, token: row, created_at: at, expires_at, used_on: None })
    });
    Ok(Created(Made { token, shown: shown(kept.await?) }))
}

/// The last token that can administrate stays: without it only somebody at the machine could make another one.
pub(crate) async fn revoke(_: Admin, State(app): State<Arc<App>>, Path(id): Path<i64>) -> ApiResult<Done> {
    let now = to_column(now_ms());
    let revoked = app.store.write(move |tx| {
        let mut all = tx.tokens()?;
        let found = all.iter().any(|row| row.id == id);
        all.retain(|row| row.id != id && row.token.scope == "admin" && row.is_good(now));
        match (found, all.is_empty()) {
            (false, _) => Err(StoreError::Missing("the token")),
            (true, true) => {
                let detail =
                    "nobody could administrate without this token: make another one of scope admin first";
                Err(ApiError::conflict("last-admin", detail).into())
            }
            (true, false) => tx.delete_token(id),
        }
    });
    revoked.await?;
    Ok(Done)
}

fn shown(row: KeptToken) -> Shown {
    Shown {
        id: row.id,
        name: row.token.name,
        scope: row.token.scope,
        employee: row.token.employee,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_on: row.used_on,
    }
}
