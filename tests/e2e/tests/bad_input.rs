//! What must not come in does not, and leaves no trace; what cannot be read is kept for a person. Over HTTP, against a
//! running desk. Not here: the signature check bit by bit and byte by byte, which the plugin's own tests exhaust.

use std::collections::BTreeMap;

use anyhow::ensure;
use e2e::callback::{self, Hook, sign};
use e2e::{Bench, Desk};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// Largest webhook body, by the contract.
const BODY_BYTES_MAX: usize = 128 << 10;

/// All that a webhook may change.
async fn stored(desk: &Desk) -> anyhow::Result<BTreeMap<&'static str, Value>> {
    let mut all = BTreeMap::new();
    for list in ["accounts", "contacts", "tasks", "parked"] {
        let items = desk.all(list).await?;
        for task in items.iter().filter(|_| list == "tasks") {
            let actions = desk.all(&format!("tasks/{}/actions", task["id"])).await?;
            all.entry("actions").or_insert_with(|| json!({}))[task["id"].to_string()] = json!(actions.len());
        }
        all.insert(list, items.into());
    }
    Ok(all)
}

async fn connected() -> anyhow::Result<(Bench, Hook)> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    Ok((bench, hook))
}

/// T10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_viber_did_not_sign_is_refused_and_leaves_no_trace() -> anyhow::Result<()> {
    let (bench, hook) = connected().await?;
    let before = stored(&bench.desk).await?;
    let body = callback::text(1, USER, "let me in");
    let right = sign(&hook.key, &body);
    let (wrong, other_body) = (sign("not the key", &body), sign(&hook.key, b"{}"));
    let cut = &right[..62];
    let cases: &[(&str, Option<&str>, Option<&str>)] = &[
        ("no signature", None, None),
        ("another key", Some(&wrong), None),
        ("another body", Some(&other_body), None),
        ("too short", Some(cut), None),
        ("empty", Some(""), Some("")),
        ("no hex", Some("signature"), None),
        ("wrong in the query", None, Some(&wrong)),
        ("header right, query wrong", Some(&right), Some(&wrong)),
        ("header wrong, query right", Some(&wrong), Some(&right)),
    ];
    for (what, header, query) in cases {
        let (status, answer) = hook.post_with(*header, *query, &body).await?;
        ensure!(status == StatusCode::UNAUTHORIZED, "{what}: {status}");
        ensure!(answer.is_empty(), "{what}: the answer tells something: {answer:?}");
    }
    ensure!(stored(&bench.desk).await? == before, "a refused request left a trace");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_holds_in_the_header_in_the_query_and_in_capitals() -> anyhow::Result<()> {
    let (bench, hook) = connected().await?;
    for (token, capitals, header, query) in
        [(1, false, true, false), (2, true, true, false), (3, false, false, true), (4, false, true, true)]
    {
        let body = callback::text(token, USER, &format!("message {token}"));
        let right = sign(&hook.key, &body);
        let right = if capitals { right.to_uppercase() } else { right };
        let given = |wanted: bool| wanted.then_some(right.as_str());
        let (status, _) = hook.post_with(given(header), given(query), &body).await?;
        ensure!(status == StatusCode::OK, "message {token}: {status}");
    }
    let tasks = bench.desk.list("tasks").await?;
    let actions = bench.desk.list(&format!("tasks/{}/actions", tasks[0]["id"])).await?;
    ensure!(tasks.len() == 1 && actions.len() == 4, "{actions:?}");
    Ok(())
}

/// G22: a sample of the flips that the plugin's tests exhaust: each bit of the MAC, and 250 bits all over the body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_flipped_bit_anywhere_is_refused() -> anyhow::Result<()> {
    let (bench, hook) = connected().await?;
    let bare = callback::text(1, USER, "").len();
    let body = callback::text(1, USER, &"x".repeat(300_usize.saturating_sub(bare)));
    let right = sign(&hook.key, &body);
    let before = stored(&bench.desk).await?;
    let bits = body.len() * 8;
    for position in (0..250).map(|step| step * bits / 250) {
        let mut flipped = body.clone();
        flipped[position / 8] ^= 1 << (position % 8);
        let (status, _) = hook.post_with(Some(&right), None, &flipped).await?;
        ensure!(status == StatusCode::UNAUTHORIZED, "bit {position} of the body: {status}");
    }
    for bit in 0..256 {
        let digit = usize::from_str_radix(&right[bit / 4..=bit / 4], 16)? ^ (1 << (bit % 4));
        let mac = format!("{}{digit:x}{}", &right[..bit / 4], &right[bit / 4 + 1..]);
        let (status, _) = hook.post_with(Some(&mac), None, &body).await?;
        ensure!(status == StatusCode::UNAUTHORIZED, "bit {bit} of the MAC: {status}");
    }
    ensure!(stored(&bench.desk).await? == before, "a flipped request left a trace");
    let (status, _) = hook.post(&body).await?;
    ensure!(status == StatusCode::OK, "unflipped: {status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_methods_and_sizes_have_their_answers() -> anyhow::Result<()> {
    let (bench, hook) = connected().await?;
    let elsewhere = Hook::new(&format!("{}/webhooks/viber-nobody", bench.desk.base), &hook.key);
    let body = callback::text(1, USER, "hello");
    ensure!(elsewhere.post(&body).await?.0 == StatusCode::NOT_FOUND, "an account that does not exist");
    let http = reqwest::Client::builder().no_proxy().build()?;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let signed =
            http.request(method.clone(), &hook.url).header(callback::SIGNATURE, sign(&hook.key, b""));
        let status = signed.send().await?.status();
        ensure!(status == StatusCode::METHOD_NOT_ALLOWED, "{method}: {status}");
    }
    let before = stored(&bench.desk).await?;
    // White space around JSON is JSON: the size is all that differs.
    let padded = |size: usize| [body.clone(), vec![b' '; size - body.len()]].concat();
    let (status, _) = hook.post(&padded(BODY_BYTES_MAX + 1)).await?;
    ensure!(status == StatusCode::PAYLOAD_TOO_LARGE, "128 KiB and a byte: {status}");
    ensure!(stored(&bench.desk).await? == before, "a refused request left a trace");
    let (status, _) = hook.post(&padded(BODY_BYTES_MAX)).await?;
    ensure!(status == StatusCode::OK, "128 KiB: {status}");
    ensure!(bench.desk.list("tasks").await?.len() == 1, "128 KiB are handled");
    Ok(())
}

/// Signed, so it is Viber's, and useless all the same: 200, for anything else brings it back for an hour; and kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_parked_once_with_its_reason() -> anyhow::Result<()> {
    const CASES: &[(&str, &str)] = &[
        (r#"[{"event":"message"}]"#, "not-an-object"),
        ("\"message\"", "not-an-object"),
        ("", "not-json"),
        ("{\"event\":\"message\",", "not-json"),
        ("hello", "not-json"),
        (r#"{"timestamp":1}"#, "missing-field"),
        (r#"{"event":7}"#, "missing-field"),
        (r#"{"event":"message","message_token":9}"#, "missing-field"),
        (r#"{"event":"message","sender":{"id":"a"}}"#, "missing-field"),
        (r#"{"event":"unsubscribed"}"#, "missing-field"),
        (r#"{"event":"delivered"}"#, "missing-field"),
        (r#"{"event":"reaction","message_token":8}"#, "unknown-event"),
    ];
    let (bench, hook) = connected().await?;
    for (index, (body, code)) in CASES.iter().enumerate() {
        for time in ["first", "second"] {
            let (status, answer) = hook.post(body.as_bytes()).await?;
            ensure!(status == StatusCode::OK && answer.is_empty(), "{body}, {time}: {status}");
            let parked = bench.desk.list("parked").await?;
            ensure!(parked.len() == index + 1, "{body}, {time}: {} are parked", parked.len());
            // The newest comes first.
            let problem = &parked[0]["problem"];
            ensure!(problem["code"] == *code && parked[0]["kind"] == "unreadable", "{body}: {}", parked[0]);
            ensure!(problem["reason"].as_str().is_some_and(|it| !it.is_empty()), "{body}: no reason");
        }
    }
    let invalid_utf8 = [b"\xff\xfe{\"event\"".as_slice(), &[0]].concat();
    ensure!(hook.post(&invalid_utf8).await?.0 == StatusCode::OK, "bytes that are no text");
    ensure!(bench.desk.list("parked").await?.len() == CASES.len() + 1, "bytes that are no text are kept");
    ensure!(bench.desk.list("tasks").await?.is_empty(), "nothing of this is a message");
    Ok(())
}

/// T6.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_that_nobody_knows_is_an_action_with_its_payload() -> anyhow::Result<()> {
    let (bench, hook) = connected().await?;
    let message = json!({"type": "hologram", "depth": 3, "text": "look"});
    let (status, _) = hook.post(&callback::message(1, USER, &message)).await?;
    ensure!(status == StatusCode::OK, "{status}");
    let tasks = bench.desk.list("tasks").await?;
    let actions = bench.desk.list(&format!("tasks/{}/actions", tasks[0]["id"])).await?;
    let part = &actions[0]["parts"][0]["other"];
    ensure!(part["kind"] == "hologram", "I15: it names the type: {actions:?}");
    let kept: Value = serde_json::from_str(part["json"].as_str().unwrap_or_default())?;
    ensure!(kept == message, "I15: it keeps the payload: {kept}");
    ensure!(actions[0]["text"].as_str().is_some_and(|it| it.contains("hologram")), "{}", actions[0]["text"]);
    ensure!(bench.desk.list("parked").await?.is_empty(), "it is no failure");
    Ok(())
}

/// Whose token, method, path, body, and what is answered: status and the problem's code.
type ApiCase<'a> = (&'a str, Method, String, &'a str, u16, &'a str);

/// Every refusal; the tokens are of a reader, an operator and an administrator.
fn refusals<'a>(
    [reader, operator, admin]: [&'a str; 3],
    account: &str,
    task: &str,
    long: &'a str,
) -> Vec<ApiCase<'a>> {
    let (tasks, one, actions) =
        ("tasks".to_owned(), format!("tasks/{task}"), format!("tasks/{task}/actions"));
    let (accounts, connection) = ("accounts".to_owned(), format!("accounts/{account}"));
    vec![
        ("", Method::GET, tasks.clone(), "", 401, "unauthorized"),
        ("desk_wrong", Method::GET, tasks.clone(), "", 401, "unauthorized"),
        ("", Method::POST, actions.clone(), r#"{"text":"hi"}"#, 401, "unauthorized"),
        (reader, Method::PATCH, one.clone(), r#"{"status":"completed"}"#, 403, "forbidden"),
        (reader, Method::POST, actions.clone(), r#"{"text":"hi"}"#, 403, "forbidden"),
        (reader, Method::DELETE, one.clone(), "", 403, "forbidden"),
        (operator, Method::POST, accounts.clone(), "{}", 403, "forbidden"),
        (operator, Method::PATCH, connection.clone(), "{}", 403, "forbidden"),
        (operator, Method::DELETE, connection.clone(), "", 403, "forbidden"),
        (operator, Method::POST, "employees".into(), r#"{"name":"Eve"}"#, 403, "forbidden"),
        (admin, Method::POST, actions.clone(), "{", 400, "bad-json"),
        (admin, Method::POST, actions.clone(), r#"{"text":7}"#, 422, "bad-json"),
        (admin, Method::POST, actions.clone(), r#"{"notify":[1]}"#, 400, "empty-text"),
        (admin, Method::POST, actions.clone(), r#"{"text":"  "}"#, 400, "empty-text"),
        (admin, Method::POST, actions.clone(), long, 400, "too-long"),
        (admin, Method::POST, actions, r#"{"text":"hi","notify":[999]}"#, 404, "not-found"),
        (admin, Method::POST, "tasks/999/actions".into(), r#"{"text":"hi"}"#, 404, "not-found"),
        (admin, Method::GET, "tasks/999".into(), "", 404, "not-found"),
        (admin, Method::GET, "contacts/999".into(), "", 404, "not-found"),
        (admin, Method::GET, "accounts/nobody".into(), "", 404, "not-found"),
        (admin, Method::GET, "nothing/here".into(), "", 404, "not-found"),
        (admin, Method::GET, "tasks/first".into(), "", 400, "bad-path"),
        (admin, Method::GET, "tasks?cursor=first".into(), "", 400, "bad-query"),
        (admin, Method::GET, "tasks?status=burning".into(), "", 400, "bad-status"),
        (admin, Method::PATCH, one.clone(), r#"{"assignees":[]}"#, 400, "no-assignee"),
        (admin, Method::PATCH, one.clone(), r#"{"title":" "}"#, 400, "empty-title"),
        (admin, Method::PATCH, one.clone(), r#"{"status":"burning"}"#, 400, "bad-status"),
        (admin, Method::PATCH, one, r#"{"assignees":[999]}"#, 404, "not-found"),
        (admin, Method::POST, accounts.clone(), r#"{"channel":"icq"}"#, 400, "unknown-channel"),
        (admin, Method::POST, accounts.clone(), r#"{"settings":{}}"#, 400, "missing-setting"),
        (admin, Method::POST, accounts, r#"{"settings":{"api_key":" "}}"#, 400, "bad-setting"),
        (admin, Method::POST, "employees".into(), r#"{"name":" "}"#, 400, "bad-name"),
    ]
}

/// S26, I1.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_refuses_with_problem_details() -> anyhow::Result<()> {
    let (mut bench, hook) = connected().await?;
    hook.post(&callback::text(1, USER, "hello")).await?;
    let reader = bench.desk.add_token("read")?;
    let operator = bench.desk.add_token("operate")?;
    let account = bench.desk.list("accounts").await?[0]["id"].as_str().unwrap_or_default().to_owned();
    let task = bench.desk.list("tasks").await?[0]["id"].to_string();
    let before = stored(&bench.desk).await?;
    let long = json!({"text": "x".repeat(20_001)}).to_string();
    let tokens = [reader.as_str(), operator.as_str(), bench.desk.token.as_str()];
    for case in &refusals(tokens, &account, &task, &long) {
        refused(&bench.desk, case).await?;
    }
    ensure!(stored(&bench.desk).await? == before, "a refused call changed something");
    Ok(())
}

async fn refused(desk: &Desk, case: &ApiCase<'_>) -> anyhow::Result<()> {
    let (token, method, path, body, status, code) = case;
    let mut request = desk.request(method.clone(), path);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if !body.is_empty() {
        request = request.header("Content-Type", "application/json").body((*body).to_owned());
    }
    let response = request.send().await?;
    let found = response.status().as_u16();
    let kind = response.headers().get("content-type").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let text = response.text().await?;
    let what = format!("{method} {path} {}", &body[..body.len().min(60)]);
    ensure!(found == *status, "{what}: {found}, not {status}: {text}");
    ensure!(kind.as_deref() == Some("application/problem+json"), "{what}: {kind:?}: {text}");
    let problem: Value = serde_json::from_str(&text)?;
    ensure!(problem["code"] == *code && problem["status"] == *status, "{what}: {problem}");
    ensure!(problem["title"].is_string() && problem["detail"].is_string(), "{what}: {problem}");
    Ok(())
}
