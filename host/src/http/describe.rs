//! What a handler takes and answers, read from its signature as a part of the OpenAPI document: a description that is not
//! written cannot be wrong. Not here: the document and its routes (`document`).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::auth::{Admin, Operator, Reader};
use super::error::ApiError;
use super::extract::{IfMatch, Json, Path, Query};

/// One operation of the document while it is put together.
pub(super) struct Operation<'a> {
    /// The route's path, as `/tasks/{id}`.
    pub(super) path: &'static str,
    /// What is known of it so far.
    pub(super) shown: Map<String, Value>,
    pub(super) schemas: &'a mut Schemas,
}

/// Types that are named in the document. A type that comes in may leave out what one that goes out always has.
pub(super) struct Schemas {
    taken: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            let settings = SchemaSettings::draft2020_12().with_transform(without_null_default);
            settings.with(|it| it.definitions_path = "/components/schemas".into())
        };
        Self {
            taken: settings().for_deserialize().into_generator(),
            answered: settings().for_serialize().into_generator(),
        }
    }

    /// The schema of what is answered.
    pub(super) fn answered<T: JsonSchema>(&mut self) -> Value {
        self.answered.subschema_for::<T>().to_value()
    }

    /// Every type by its name.
    pub(super) fn all(mut self) -> Map<String, Value> {
        let mut all = self.taken.take_definitions(true);
        all.append(&mut self.answered.take_definitions(true));
        all
    }
}

impl Operation<'_> {
    fn add_parameter(&mut self, parameter: Value) {
        let parameters = self.shown.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(parameter);
        }
    }

    fn take_body(&mut self, media_type: &str, schema: Value) {
        let mut content = Map::new();
        content.insert(media_type.into(), json!({"schema": schema}));
        self.shown.insert("requestBody".into(), json!({"required": true, "content": content}));
    }

    fn respond(&mut self, status: &str, response: Value) {
        self.shown.entry("responses").or_insert_with(|| json!({}))[status] = response;
    }

    /// It answers JSON of this type.
    pub(super) fn respond_json<T: JsonSchema>(&mut self, status: StatusCode, says: &str) {
        let schema = self.schemas.answered::<T>();
        let content = json!({"application/json": {"schema": schema}});
        self.respond(status.as_str(), json!({"description": says, "content": content}));
    }

    /// The answer with this status has an `ETag`.
    pub(super) fn respond_tagged<T: JsonSchema>(&mut self, status: StatusCode, says: &str) {
        self.respond_json::<T>(status, says);
        let etag = json!({"schema": {"type": "string"}, "description": "For `If-Match`: the state of what PATCH can change"});
        self.shown["responses"][status.as_str()]["headers"] = json!({"ETag": etag});
    }

    /// It answers a stream of events whose data are JSON of this type.
    pub(super) fn respond_stream<T: JsonSchema>(&mut self, status: StatusCode, says: &str) {
        let schema = self.schemas.answered::<T>();
        let content = json!({"text/event-stream": {"schema": schema}});
        self.respond(status.as_str(), json!({"description": says, "content": content}));
    }

    /// It answers with this status and nothing, or with something that is no JSON.
    pub(super) fn respond_as(&mut self, status: StatusCode, says: &str, media_type: Option<&str>) {
        let mut response = json!({"description": says});
        if let Some(media_type) = media_type {
            response["content"][media_type] = json!({"schema": {"type": "string"}});
        }
        self.respond(status.as_str(), response);
    }

    fn needs(&mut self, scope: &str) {
        self.shown.insert("security".into(), json!([{"token": [scope]}]));
    }
}

/// An argument of a handler.
pub(super) trait Part {
    fn describe(operation: &mut Operation);
}

/// What a handler returns.
pub(super) trait Answer {
    fn describe(operation: &mut Operation);
}

/// A handler whose arguments `P` and answer can be described.
pub(super) trait Described<P> {
    fn describe(operation: &mut Operation);
}

macro_rules! described {
    ($($part:ident)+) => {
        impl<F, Fut, R, $($part),+> Described<($($part,)+)> for F
        where
            F: Fn($($part),+) -> Fut,
            Fut: Future<Output = R>,
            R: Answer,
            $($part: Part),+
        {
            fn describe(operation: &mut Operation) {
                $($part::describe(operation);)+
                R::describe(operation);
            }
        }
    };
}
described!(A);
described!(A B);
described!(A B C);
described!(A B C D);
described!(A B C D E);
described!(A B C D E G);

impl Part for Reader {
    fn describe(operation: &mut Operation) {
        operation.needs("read");
    }
}

impl Part for Operator {
    fn describe(operation: &mut Operation) {
        operation.needs("operate");
    }
}

impl Part for Admin {
    fn describe(operation: &mut Operation) {
        operation.needs("admin");
    }
}

/// What more is shown to who may more: the route does not need it.
impl Part for Result<Admin, ApiError> {
    fn describe(_: &mut Operation) {}
}

impl<S> Part for State<S> {
    fn describe(_: &mut Operation) {}
}

impl Part for HeaderMap {
    fn describe(_: &mut Operation) {}
}

impl Part for IfMatch {
    fn describe(operation: &mut Operation) {
        operation.add_parameter(json!({
            "name": "If-Match",
            "in": "header",
            "description": "An `ETag` that was read: 412 if somebody changed it since. Without it the change goes through",
            "schema": {"type": "string"},
        }));
    }
}

impl<T: JsonSchema> Part for Json<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schemas.taken.subschema_for::<T>().to_value();
        operation.take_body("application/json", schema);
    }
}

impl Part for axum::body::Body {
    fn describe(operation: &mut Operation) {
        operation.take_body("application/octet-stream", json!({}));
    }
}

impl<T: JsonSchema> Part for Query<T> {
    fn describe(operation: &mut Operation) {
        let schema = T::json_schema(&mut operation.schemas.taken).to_value();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let mut field = without_null(field);
            let says = field.as_object_mut().and_then(|field| field.remove("description"));
            operation.add_parameter(json!({
                "name": name,
                "in": "query",
                "required": required.iter().any(|it| it == name.as_str()),
                "description": says,
                "schema": field,
            }));
        }
    }
}

/// What a parameter can be; one that is not given is not null either.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    for choice in ["type", "anyOf"] {
        if let Some([one, _]) = schema[choice].as_array().map(Vec::as_slice) {
            let one = one.clone();
            if choice == "type" {
                schema[choice] = one;
            } else {
                schema = json!({"allOf": [one], "description": schema["description"]});
            }
        }
    }
    schema
}

/// A field that may be left out and cleared by null is left as it is when it is left out: null is not its default.
fn without_null_default(schema: &mut schemars::Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    schemars::transform::transform_subschemas(&mut without_null_default, schema);
}

/// The names in a path: one, or a tuple of them.
trait Names {
    fn types(schemas: &mut SchemaGenerator) -> Vec<Value>;
}

impl Names for i64 {
    fn types(schemas: &mut SchemaGenerator) -> Vec<Value> {
        vec![schemas.subschema_for::<Self>().to_value()]
    }
}

impl Names for String {
    fn types(schemas: &mut SchemaGenerator) -> Vec<Value> {
        vec![schemas.subschema_for::<Self>().to_value()]
    }
}

impl<A: Names, B: Names> Names for (A, B) {
    fn types(schemas: &mut SchemaGenerator) -> Vec<Value> {
        [A::types(schemas), B::types(schemas)].concat()
    }
}

impl<A: Names, B: Names, C: Names> Names for (A, B, C) {
    fn types(schemas: &mut SchemaGenerator) -> Vec<Value> {
        [A::types(schemas), B::types(schemas), C::types(schemas)].concat()
    }
}

impl<T: Names> Part for Path<T> {
    fn describe(operation: &mut Operation) {
        let path: Vec<_> = operation.path.split('/').collect();
        let names =
            path.windows(2).filter_map(|pair| Some((pair[0], pair[1].strip_prefix('{')?.strip_suffix('}')?)));
        for ((resource, name), schema) in names.zip(T::types(&mut operation.schemas.taken)) {
            operation.add_parameter(json!({
                "name": name,
                "in": "path",
                "required": true,
                "description": format!("The `id` of one of the {}", resource.replace('_', " ")),
                "schema": schema,
            }));
        }
    }
}

impl<T: Answer> Answer for Result<T, ApiError> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
        operation.respond("default", json!({"$ref": "#/components/responses/Problem"}));
    }
}

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.respond_json::<T>(StatusCode::OK, "Here it is");
    }
}
