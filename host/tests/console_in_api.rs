//! An API user can do everything that the console does: each route of the console stands here beside the API's for it, and
//! a new one fails until somebody says how a program does the same. Not here: what the routes do.

use std::collections::BTreeSet;

use serde_json::Value;

const SOURCES: [&str; 2] =
    [include_str!("../src/http/console/mod.rs"), include_str!("../src/http/console/settings/mod.rs")];

/// A route of the console, and those of the API by which a program does or sees the same.
const SAME: &[(&str, &[&str])] = &[
    ("get /", &["get /tasks", "get /contacts/{id}", "get /employees", "get /accounts"]),
    (
        "get /tasks/{id}",
        &[
            "get /tasks/{id}",
            "get /tasks/{id}/actions",
            "get /contacts/{id}",
            "post /tasks/{id}/read",
            "get /me",
        ],
    ),
    ("post /tasks/{id}/answer", &["post /tasks/{id}/actions"]),
    ("post /tasks/{id}/change", &["patch /tasks/{id}", "delete /tasks/{id}"]),
    ("get /tasks/{id}/quick", &["get /quick_replies"]),
    ("post /uploads", &["post /uploads"]),
    ("post /tasks/{id}/actions/{action}/retry", &["post /tasks/{id}/actions/{action}/retry"]),
    ("get /events", &["get /events"]),
    ("get /settings", &["get /accounts", "get /channels"]),
    ("get /settings/new/{channel}", &["get /channels"]),
    ("post /settings/new/{channel}", &["post /accounts"]),
    ("get /settings/accounts/{id}", &["get /accounts/{id}", "get /channels"]),
    ("post /settings/accounts/{id}", &["patch /accounts/{id}"]),
    ("post /settings/accounts/{id}/check", &["post /accounts/{id}/check"]),
    ("post /settings/accounts/{id}/disconnect", &["delete /accounts/{id}"]),
    ("get /settings/people", &["get /employees", "get /contact_templates", "get /task_templates"]),
    ("post /settings/people/{what}", &["post /employees", "post /contact_templates", "post /task_templates"]),
    (
        "post /settings/people/{what}/{id}",
        &[
            "patch /employees/{id}",
            "delete /employees/{id}",
            "patch /contact_templates/{id}",
            "delete /contact_templates/{id}",
            "patch /task_templates/{id}",
            "delete /task_templates/{id}",
        ],
    ),
    ("get /settings/quick", &["get /quick_replies"]),
    ("post /settings/quick", &["post /quick_replies"]),
    ("post /settings/quick/{id}", &["patch /quick_replies/{id}", "delete /quick_replies/{id}"]),
    ("get /settings/system", &["get /channels", "get /parked", "get /held"]),
    ("get /settings/doctor", &["get /doctor"]),
    ("post /settings/parked", &["post /parked/replay"]),
    ("post /settings/parked/{id}", &["post /parked/{id}/replay", "delete /parked/{id}"]),
    ("post /settings/held", &["post /held/release", "post /held/drop"]),
];

/// What only a browser needs, and what a program has instead.
const ONLY_FOR_BROWSERS: &[(&str, &str)] = &[
    ("get /login", "a token in each request"),
    ("post /login", "a token in each request"),
    ("post /logout", "`delete /tokens/{id}`"),
    ("post /language", "ids and codes, which have no language"),
    ("get /console/{file}", "styles and scripts"),
];

/// Every `method path` of the console, as its sources have them.
fn routes() -> BTreeSet<String> {
    let all = SOURCES.iter().flat_map(|source| source.split(".route(\"").skip(1));
    let routes = all.flat_map(|route| {
        let (path, rest) = route.split_once('"').expect("the path ends");
        let line = rest.lines().next().unwrap_or_default();
        let methods = ["get", "post", "put", "patch", "delete"].into_iter();
        let methods = methods.filter(move |method| line.contains(&format!("{method}(")));
        methods.map(move |method| format!("{method} {path}"))
    });
    routes.collect()
}

#[test]
fn every_route_of_the_console_has_its_like_in_the_api() {
    let known = SAME.iter().map(|(route, _)| *route).chain(ONLY_FOR_BROWSERS.iter().map(|(route, _)| *route));
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    let routes = routes();
    assert!(routes.len() > 20, "only {} routes of the console were found", routes.len());
    let new: Vec<_> = routes.difference(&known).collect();
    assert!(new.is_empty(), "say in this file by which routes of the API a program does this: {new:?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "the console has these no more: {gone:?}");
}

#[test]
fn what_is_said_to_be_the_same_is_in_the_api() {
    let document: Value = serde_json::from_str(&desk::http::openapi()).expect("it is JSON");
    for (route, same) in SAME {
        assert!(!same.is_empty(), "{route} has nothing beside it");
        for one in *same {
            let (method, path) = one.split_once(' ').expect("a method and a path");
            let operation = &document["paths"][format!("/api/v1{path}")][method];
            assert!(operation.is_object(), "{route}: the API has no {one}");
        }
    }
}
