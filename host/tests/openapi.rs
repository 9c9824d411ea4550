//! The OpenAPI document that the code generates: it is the one that is kept beside it, and it leaves nothing undescribed.
//! What the routes do is tested over HTTP (`tests/e2e/tests/api.rs`), by walking this document.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// Beside the code that it describes, so that a change of the API is seen where changes are read.
const KEPT: &str = "openapi.json";

fn document() -> Value {
    serde_json::from_str(&desk::http::openapi()).expect("it is JSON")
}

/// A change of the API is a change of the kept document: whoever reviews one sees the other.
#[test]
fn the_document_is_the_one_that_is_kept() {
    let (file, now) = (Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT), desk::http::openapi());
    if std::env::var_os("DESK_KEEP_OPENAPI").is_some() {
        std::fs::write(&file, &now).expect("it can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = kept.lines().zip(now.lines()).position(|(one, other)| one != other);
    assert!(
        kept == now,
        "host/{KEPT} is not what the code says, from line {} on. If that is meant:\n\
         DESK_KEEP_OPENAPI=1 cargo test -p desk --test openapi",
        differs.unwrap_or_else(|| kept.lines().count().min(now.lines().count())) + 1,
    );
}

/// Every operation with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

#[test]
fn every_operation_says_what_it_is_and_who_may() {
    let document = document();
    let mut names = BTreeSet::new();
    for (which, operation) in operations(&document) {
        assert!(operation["summary"].as_str().is_some_and(|it| it.len() > 5), "{which} has no summary");
        assert!(names.insert(operation["operationId"].to_string()), "{which}: its operationId is another's");
        let scope = operation["security"][0]["token"][0].as_str();
        let allowed: &[_] =
            if which.starts_with("get ") { &["read", "operate", "admin"] } else { &["operate", "admin"] };
        assert!(scope.is_some_and(|it| allowed.contains(&it)), "{which} is guarded by {scope:?}");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.contains_key("default"), "{which} knows no problem");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{which} never succeeds");
    }
    assert!(names.len() > 30, "only {} operations", names.len());
}

/// Each field of each type, and each parameter, has its sentence.
#[test]
fn every_field_and_parameter_is_described() {
    let document = document();
    let mut silent = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (field, is) in schema["properties"].as_object().into_iter().flatten() {
            if !is["description"].is_string() {
                silent.push(format!("{name}.{field}"));
            }
        }
    }
    for (which, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if !parameter["description"].is_string() {
                silent.push(format!("{which}: {}", parameter["name"]));
            }
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the document points to is in it, and what is in it is pointed to.
#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some_and(|it| !it.is_null()), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(found.contains(reference.as_str()), "nothing uses {name}");
    }
}
