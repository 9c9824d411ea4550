//! `/api/v1/me`: who calls, as the desk knows them by their token.

use std::sync::Arc;

use axum::extract::State;
use desk_store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::auth::{Reader, Scope};
use super::super::error::ApiResult;
use super::super::extract::Json;
use crate::app::App;

/// Who calls.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Me")]
pub(crate) struct Shown {
    /// The employee in whose name comments without an author are written: the token's, else the owner.
    employee: i64,
    /// Their name.
    name: String,
    /// What the token may do.
    #[schemars(with = "Scope")]
    scope: String,
}

pub(crate) async fn show(reader: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Shown>> {
    let token = reader.token;
    let read = app.store.read(move |tx| {
        let employee = tx.employee_of(&token)?.ok_or(StoreError::Missing("the employee"))?;
        Ok(Shown { employee: employee.id, name: employee.name, scope: token.scope })
    });
    Ok(Json(read.await?))
}
