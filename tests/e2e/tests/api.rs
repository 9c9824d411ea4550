//! The JSON API as its own document describes it: the document is walked, so that no route is forgotten. Over HTTP, against
//! a running desk. Not here: what each resource means (`requirements`, `rules`), and what bad bodies get (`bad_input`).

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::{Bench, Desk, DeskOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DAY_MS: u64 = 86_400_000;
const SCOPES: [&str; 3] = ["read", "operate", "admin"];

/// One operation of the document, its path filled in with ids of what there is.
struct Route {
    method: Method,
    path: String,
    /// Things that its path names.
    names: usize,
    scope: usize,
    takes_json: bool,
    tagged: bool,
    paged: bool,
}

/// A desk that has one of everything.
struct Stock {
    bench: Bench,
    account: String,
    task: Value,
    action: Value,
    attachment: String,
    /// By resource: an id that may be deleted.
    ids: Vec<(&'static str, String)>,
}

async fn stock() -> anyhow::Result<Stock> {
    let options = DeskOptions { movable_clock: true, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let desk = &bench.desk;
    let task = desk.list("tasks").await?[0]["id"].take();
    let bill = desk.upload("bill.pdf", b"%PDF-1.4").await?["id"].take();
    let action = desk.post(&format!("tasks/{task}/actions"), json!({"attachments": [bill]})).await?;
    let attachment = action["attachments"][0]["id"].as_str().context("a file")?.to_owned();
    let contact = desk.list("contacts").await?[0]["id"].take();
    Hook::of(&bench.viber, &bot).await?.post(b"hello").await?;
    let parked = desk.list("parked").await?[0]["id"].take();
    let token = json!({"name": "to be revoked", "scope": "read"});
    let mut ids = vec![
        ("accounts", account.clone()),
        ("contacts", contact.to_string()),
        ("parked", parked.to_string()),
        ("tasks", task.to_string()),
    ];
    for (resource, body) in [
        ("employees", json!({"name": "Anna"})),
        ("contact_templates", json!({"name": "Customer"})),
        ("task_templates", json!({"name": "Chat"})),
        ("quick_replies", json!({"title": "Hours", "text": "9 to 5"})),
        ("tokens", token),
    ] {
        ids.push((resource, desk.post(resource, body).await?["id"].to_string()));
    }
    Ok(Stock { bench, account, task, action: action["id"].clone(), attachment, ids })
}

async fn document(desk: &Desk) -> anyhow::Result<Value> {
    let response = reqwest::get(format!("{}/api/openapi.json", desk.base)).await?;
    ensure!(response.status() == StatusCode::OK, "the document: {}", response.status());
    Ok(serde_json::from_str(&response.text().await?)?)
}

impl Stock {
    /// Every route of the document, those that delete last.
    async fn routes(&self) -> anyhow::Result<Vec<Route>> {
        let document = document(&self.bench.desk).await?;
        let mut routes = Vec::new();
        for (path, methods) in document["paths"].as_object().context("paths")? {
            for (method, operation) in methods.as_object().context("methods")? {
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let scope = operation["security"][0]["token"][0].as_str().unwrap_or_default();
                routes.push(Route {
                    method: method.to_uppercase().parse()?,
                    path: self.filled(path)?,
                    names: path.matches('{').count(),
                    scope: SCOPES
                        .iter()
                        .position(|it| *it == scope)
                        .with_context(|| format!("{path}: {scope:?}"))?,
                    takes_json: !operation["requestBody"]["content"]["application/json"].is_null(),
                    tagged: !operation["responses"]["200"]["headers"]["ETag"].is_null(),
                    paged: parameters.iter().any(|it| it["name"] == "cursor"),
                });
            }
        }
        // With a contact goes what they wrote.
        routes.sort_by_key(|route| (route.method == Method::DELETE, route.path.starts_with("contacts")));
        Ok(routes)
    }

    fn filled(&self, path: &str) -> anyhow::Result<String> {
        let path = path.strip_prefix("/api/v1/").with_context(|| format!("{path} is below /api/v1"))?;
        let resource = path.split('/').next().unwrap_or_default();
        let id = self.ids.iter().find(|(name, _)| *name == resource).map(|(_, id)| id.as_str());
        let path = path.replace("{action}", &self.action.to_string());
        let path = path.replace("{attachment}", &self.attachment);
        let path = id.map_or(path.clone(), |id| path.replace("{id}", id));
        ensure!(!path.contains('{'), "{path}: the test has no such thing; add one to `stock`");
        Ok(path)
    }
}

/// Calls a route with an empty body of the kind that it takes; the status, and the problem's code.
async fn call(desk: &Desk, route: &Route, token: Option<&str>) -> anyhow::Result<(StatusCode, String)> {
    let mut request = desk.request(route.method.clone(), &route.path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if route.takes_json {
        request = request.json(&json!({}));
    }
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        // Not read: an answer may go on for ever.
        return Ok((status, String::new()));
    }
    let kind = response.headers().get("content-type").and_then(|it| it.to_str().ok()).map(str::to_owned);
    ensure!(kind.as_deref() == Some("application/problem+json"), "{} {}: {kind:?}", route.method, route.path);
    let problem: Value = serde_json::from_str(&response.text().await?)?;
    Ok((status, problem["code"].as_str().unwrap_or_default().to_owned()))
}

/// S26: every route × no token, an unknown one, an expired one, one of each narrower scope; and with a good one it is there.
/// Tokens are of the whole desk, so there is no token of another account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_is_guarded_and_there() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let expiring = desk.post("tokens", json!({"name": "day", "scope": "admin", "expires_days": 1})).await?;
    let expired = expiring["token"].as_str().context("a token")?;
    ensure!(
        desk.request(Method::GET, "tasks").bearer_auth(expired).send().await?.status() == 200,
        "a day is not over"
    );
    desk.advance(DAY_MS)?;
    let mut tokens = Vec::new();
    for scope in SCOPES {
        let made = desk.post("tokens", json!({"name": scope, "scope": scope})).await?;
        tokens.push(made["token"].as_str().context("a token")?.to_owned());
    }
    let mut wrong = Vec::new();
    let routes = stock.routes().await?;
    for route in &routes {
        let which = format!("{} {}", route.method, route.path);
        let mut expect = vec![
            (None, 401, "unauthorized"),
            (Some("desk_unknown"), 401, "unauthorized"),
            (Some(expired), 401, "token-expired"),
        ];
        expect.extend(tokens[..route.scope].iter().map(|token| (Some(token.as_str()), 403, "forbidden")));
        for (token, status, code) in expect {
            let got = call(desk, route, token).await?;
            if got.0.as_u16() != status || got.1 != code {
                wrong.push(format!("{which}: {got:?}, not {status} {code}"));
            }
        }
        let got = call(desk, route, Some(&tokens[route.scope])).await?;
        if matches!(got.0.as_u16(), 401 | 403 | 404 | 405 | 500) {
            wrong.push(format!("{which} with scope {}: {got:?}", SCOPES[route.scope]));
        }
    }
    ensure!(wrong.is_empty(), "{wrong:#?}");
    ensure!(routes.len() > 30, "only {} routes are in the document", routes.len());
    Ok(())
}

/// S26: every route that names a thing in another one × a task of another account: what is not in it is not found there,
/// and nothing is done to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_of_another_account_is_not_found() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let (account, bot) = stock.bench.connect("Other", json!({})).await?;
    stock.bench.viber.add_user(&bot, "Petro", json!({})).await?.write("hello").await?;
    let theirs = desk.list(&format!("tasks?account={account}")).await?;
    ensure!(theirs.len() == 1 && theirs[0]["account"] == *account, "the other account's only: {theirs:?}");
    let theirs = format!("tasks/{}", theirs[0]["id"]);
    let (ours, mut seen) = (format!("tasks/{}", stock.task), 0);
    for mut route in stock.routes().await?.into_iter().filter(|route| route.names > 1) {
        route.path = route.path.replacen(&ours, &theirs, 1);
        let (status, code) = call(desk, &route, Some(&desk.token)).await?;
        ensure!(status == 404 && code == "not-found", "{} {}: {status} {code}", route.method, route.path);
        seen += 1;
    }
    ensure!(seen >= 2, "only {seen} routes name a thing in another one");
    let shown = desk.list(&format!("{ours}/actions")).await?;
    let file =
        shown.iter().find(|it| it["id"] == stock.action).context("the answer")?["attachments"][0].clone();
    ensure!(file["state"] == "kept", "it was taken back: {file}");
    Ok(())
}

/// Every list that has a cursor: page by page it is the same as at once, nothing left out and nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_the_same_page_by_page() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let (_, bot) = stock.bench.connect("Other", json!({})).await?;
    for name in ["Petro", "Maria"] {
        stock.bench.viber.add_user(&bot, name, json!({})).await?.write("hello").await?;
    }
    let hook = Hook::of(&stock.bench.viber, &bot).await?;
    for body in ["one", "two"] {
        hook.post(body.as_bytes()).await?;
    }
    desk.post(&format!("tasks/{}/actions", stock.task), json!({"text": "a note"})).await?;
    let mut seen = 0;
    for route in stock.routes().await?.into_iter().filter(|route| route.paged) {
        let whole = desk.get(&route.path).await?;
        let items = whole["items"].as_array().context("items")?;
        ensure!(items.len() >= 3 && whole["next_cursor"].is_null(), "{}: {whole}", route.path);
        let (mut walked, mut query) = (Vec::new(), "limit=1".to_owned());
        loop {
            let page = desk.get(&format!("{}?{query}", route.path)).await?;
            ensure!(walked.len() <= items.len(), "{} has no end", route.path);
            walked.extend(page["items"].as_array().context("items")?.iter().map(|item| item["id"].clone()));
            if page["next_cursor"].is_null() {
                break;
            }
            query = format!("limit=1&cursor={}", page["next_cursor"]);
        }
        let at_once: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
        ensure!(walked == at_once, "{}: {walked:?}, at once {at_once:?}", route.path);
        seen += 1;
    }
    ensure!(seen >= 4, "only {seen} lists have pages");
    Ok(())
}

async fn tag(desk: &Desk, path: &str) -> anyhow::Result<String> {
    let response = desk.request(Method::GET, path).bearer_auth(&desk.token).send().await?;
    ensure!(response.status() == StatusCode::OK, "{path}: {}", response.status());
    let tag = response.headers().get("etag").with_context(|| format!("{path} has no ETag"))?;
    Ok(tag.to_str()?.to_owned())
}

async fn change(
    desk: &Desk,
    method: Method,
    path: &str,
    tag: &str,
    body: &Value,
) -> anyhow::Result<StatusCode> {
    let request = desk.request(method, path).bearer_auth(&desk.token).header("If-Match", tag).json(body);
    Ok(request.send().await?.status())
}

/// Two people read the same thing, and both change it: the second one is told, and overwrites nothing. For each thing that
/// the document gives an `ETag`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_second_does_not_overwrite() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let mut seen = 0;
    for route in stock.routes().await?.iter().filter(|route| route.method == Method::GET && route.tagged) {
        let path = &route.path;
        let (field, old) = if path.starts_with("quick_replies") || path.starts_with("tasks") {
            ("title", "a")
        } else {
            ("name", "a")
        };
        let read = tag(desk, path).await?;
        let first = change(desk, Method::PATCH, path, &read, &json!({field: old})).await?;
        ensure!(first == StatusCode::OK, "{path}, who comes first: {first}");
        for method in [Method::PATCH, Method::DELETE] {
            let second = change(desk, method.clone(), path, &read, &json!({field: "b"})).await?;
            ensure!(second == StatusCode::PRECONDITION_FAILED, "{method} {path}, who comes second: {second}");
        }
        ensure!(desk.get(path).await?[field] == old, "{path}: it was overwritten");
        let now = tag(desk, path).await?;
        ensure!(now != read, "{path}: the tag is the same");
        let any = change(desk, Method::PATCH, path, &format!("\"other\", {now}"), &json!({})).await?;
        ensure!(any == StatusCode::OK, "{path}: one of two tags stands: {any}");
        desk.patch(path, json!({field: "c"})).await?;
        seen += 1;
    }
    ensure!(seen >= 6, "only {seen} things have tags");
    Ok(())
}

/// What customers do is no change that an operator overwrites.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_leaves_the_tag_of_its_task() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let path = format!("tasks/{}", stock.task);
    let read = tag(desk, &path).await?;
    let actions = format!("{path}/actions");
    desk.post(&actions, json!({"text": "a note"})).await?;
    ensure!(desk.list(&actions).await?.len() == 3, "the note is there");
    ensure!(tag(desk, &path).await? == read, "a note changed the tag");
    Ok(())
}

async fn refused(
    desk: &Desk,
    method: Method,
    path: &str,
    body: Option<Value>,
    code: &str,
) -> anyhow::Result<String> {
    let (status, problem) = desk.call(method.clone(), path, body).await?;
    ensure!(status.is_client_error() && problem["code"] == code, "{method} {path}: {status} {problem}");
    Ok(problem["detail"].as_str().unwrap_or_default().to_owned())
}

/// I1: who still has something to do stays; who has not goes, and no task is left without an assignee.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn employees_and_templates_go_when_nothing_needs_them() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let owner = desk.list("employees").await?[0]["id"].clone();
    let anna = desk.post("employees", json!({"name": "Anna", "avatar": "https://example.com/a.png"})).await?
        ["id"]
        .take();
    let (person, task) = (format!("employees/{anna}"), format!("tasks/{}", stock.task));
    refused(desk, Method::DELETE, &format!("employees/{owner}"), None, "the-owner").await?;
    let template = desk.post("task_templates", json!({"name": "Chat", "assignee": anna})).await?["id"].take();
    let template = format!("task_templates/{template}");
    let token =
        desk.post("tokens", json!({"name": "Anna's", "scope": "operate", "employee": anna})).await?["id"]
            .take();
    desk.patch(&task, json!({"assignees": [anna]})).await?;
    let settings = json!({"settings": {"extra_assignees": [anna.to_string()], "task_template": template.split('/').nth(1)}});
    let account = format!("accounts/{}", stock.account);
    desk.patch(&account, settings).await?;
    let why = refused(desk, Method::DELETE, &person, None, "in-use").await?;
    for part in ["1 open tasks", "1 task templates", "1 tokens", &stock.account] {
        ensure!(why.contains(part), "`{part}` is not said: {why}");
    }
    refused(desk, Method::DELETE, &template, None, "in-use").await?;
    desk.patch(&account, json!({"settings": {"extra_assignees": null, "task_template": null}})).await?;
    ensure!(desk.get(&account).await?["settings"].get("task_template").is_none(), "null puts a setting back");
    ensure!(desk.patch(&template, json!({"assignee": null})).await?["assignee"].is_null(), "null clears");
    desk.delete(&template).await?;
    desk.delete(&format!("tokens/{token}")).await?;
    desk.patch(&task, json!({"status": "completed"})).await?;
    ensure!(desk.patch(&person, json!({"avatar": null})).await?["avatar"].is_null(), "null clears");
    desk.delete(&person).await?;
    refused(desk, Method::GET, &person, None, "not-found").await?;
    let assignees = desk.get(&task).await?["assignees"].take();
    ensure!(assignees[0]["id"] == owner && assignees[1].is_null(), "the owner takes the place: {assignees}");
    Ok(())
}

/// Tokens: shown once, used by day, revoked at once; the last administrator stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_made_and_revoked() -> anyhow::Result<()> {
    let stock = stock().await?;
    let desk = &stock.bench.desk;
    let made = desk.post("tokens", json!({"name": "robot", "scope": "read", "expires_days": 30})).await?;
    let (token, id) = (made["token"].as_str().context("it is shown")?, &made["id"]);
    let life = made["expires_at"].as_i64().zip(made["created_at"].as_i64()).map(|(end, start)| end - start);
    ensure!(life == Some(30 * 86_400_000), "30 days: {made}");
    let look = || desk.request(Method::GET, "tasks").bearer_auth(token).send();
    ensure!(look().await?.status() == StatusCode::OK, "it works");
    let used = e2e::until("its use is noted", || async {
        let all = desk.list("tokens").await?;
        Ok(all.into_iter().find(|it| it["id"] == *id && it["used_on"].is_i64()))
    });
    let used = used.await?;
    ensure!(used["used_on"].as_i64().is_some_and(|day| day % 86_400_000 == 0), "by day: {used}");
    ensure!(!desk.get("tokens").await?.to_string().contains(token), "it is shown once");
    desk.delete(&format!("tokens/{id}")).await?;
    ensure!(look().await?.status() == StatusCode::UNAUTHORIZED, "it was revoked");
    let last =
        desk.list("tokens").await?.into_iter().find(|it| it["scope"] == "admin").context("the first")?;
    refused(desk, Method::DELETE, &format!("tokens/{}", last["id"]), None, "last-admin").await?;
    for (body, code) in [
        (json!({"name": "x", "scope": "root"}), "bad-json"),
        (json!({"name": "x", "scope": "read", "expires_days": 0}), "bad-expiry"),
        (json!({"name": "x", "scope": "read", "employee": 999}), "not-found"),
        (json!({"name": "x", "scope": "read", "expiry": 3}), "bad-json"),
    ] {
        let why = refused(desk, Method::POST, "tokens", Some(body.clone()), code).await?;
        ensure!(!why.contains("root"), "{body}: what came is quoted: {why}");
    }
    refused(desk, Method::GET, "tasks?statsu=active", None, "bad-query").await?;
    Ok(())
}
