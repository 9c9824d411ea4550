//! The API's routes and, in the same breath, their OpenAPI 3.1 document: a route cannot be added without its description,
//! nor described otherwise than it is. Not here: the routes themselves (`http`), and what handlers say of themselves
//! (`describe`).

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use serde_json::{Map, Value, json};

use super::codes::CODES;
use super::describe::{Described, Operation, Schemas};
use super::error::Problem;
use crate::app::App;

/// Where the routes are, below the desk's address.
pub(super) const BASE: &str = "/api/v1";

/// What holds for every route.
const RULES: &str = "\
Everything that the console does. JSON in and out; times are milliseconds since the epoch; ids of accounts are text, all \
others are numbers and are never given twice.

**Tokens.** Every call needs `Authorization: Bearer …`. Scope `operate` may all that `read` may, `admin` all that `operate` \
may. Tokens are of the whole desk, not of one account: whoever has one sees every account.

**Lists** are `{items, next_cursor}`. Give `next_cursor` back as `cursor` for the page behind; null: there is none. What is \
in a cursor may change. `limit` is 50 unless given, and at most 200.

**Changes.** PATCH changes what it names; null clears a field that may be empty. A GET of one thing that two people could \
overwrite has an `ETag`; with `If-Match` a PATCH or DELETE answers 412 if it was changed since, without it goes through.

**Events.** `/api/v1/events` tells what was changed, by id, and keeps nothing: listen first, then read; after a break \
read again. It ends with its token.

**Errors** are RFC 9457 problem details with a stable `code`; `detail` is a sentence for people and may change.";

/// Routes with their document.
pub(super) struct Api {
    routes: Router<Arc<App>>,
    paths: Map<String, Value>,
    schemas: Schemas,
}

impl Api {
    pub(super) fn new() -> Self {
        Self { routes: Router::new(), paths: Map::new(), schemas: Schemas::new() }
    }

    pub(super) fn get<H, T, P>(self, path: &'static str, says: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>> + Described<P>,
        T: 'static,
    {
        self.add(MethodFilter::GET, "get", path, says, handler)
    }

    pub(super) fn post<H, T, P>(self, path: &'static str, says: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>> + Described<P>,
        T: 'static,
    {
        self.add(MethodFilter::POST, "post", path, says, handler)
    }

    pub(super) fn patch<H, T, P>(self, path: &'static str, says: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>> + Described<P>,
        T: 'static,
    {
        self.add(MethodFilter::PATCH, "patch", path, says, handler)
    }

    pub(super) fn delete<H, T, P>(self, path: &'static str, says: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>> + Described<P>,
        T: 'static,
    {
        self.add(MethodFilter::DELETE, "delete", path, says, handler)
    }

    fn add<H, T, P>(
        mut self,
        filter: MethodFilter,
        method: &'static str,
        path: &'static str,
        says: &str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>> + Described<P>,
        T: 'static,
    {
        let mut operation = Operation { path, shown: Map::new(), schemas: &mut self.schemas };
        H::describe(&mut operation);
        let mut shown = operation.shown;
        shown.insert("summary".into(), says.into());
        shown.insert("operationId".into(), name_of::<H>().into());
        shown.insert("tags".into(), json!([path.split('/').nth(1).unwrap_or_default()]));
        self.paths.entry(format!("{BASE}{path}")).or_insert_with(|| json!({}))[method] = shown.into();
        self.routes = self.routes.route(path, on(filter, handler));
        self
    }

    /// The routes, and the document that describes them.
    pub(super) fn finish(mut self) -> (Router<Arc<App>>, Value) {
        let problem = self.schemas.answered::<Problem>();
        let mut schemas = self.schemas.all();
        schemas["Problem"]["properties"]["code"] = codes();
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "desk", "version": env!("CARGO_PKG_VERSION"), "description": RULES},
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "responses": {"Problem": {
                    "description": "It was not done; `code` says why",
                    "content": {"application/problem+json": {"schema": problem}},
                }},
                "securitySchemes": {"token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the scope that the route names, or of a wider one: read < operate < admin",
                }},
            },
        });
        (self.routes, document)
    }
}

/// Every code, with what it means.
fn codes() -> Value {
    let known = CODES.iter().map(|(code, means)| json!({"const": code, "description": means}));
    json!({"description": "Stable: what programs decide by", "oneOf": known.collect::<Vec<_>>()})
}

/// `accounts_create` for `…::api::accounts::create`.
fn name_of<H>() -> String {
    let path = std::any::type_name::<H>();
    let names: Vec<_> = path.rsplit("::").take(2).collect();
    names.into_iter().rev().collect::<Vec<_>>().join("_")
}
