//! The operators' pages over HTTP, as a browser without a script uses them: signing in, forms, what is refused, and the
//! stream that says what was changed. Not here: how a page looks, and what a script does with it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::plain_browser::PlainBrowser;
use e2e::{Bench, until};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// S16, S17, S18: an operator's day without a script: find the task, comment, answer, complete it; and the customer comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_works_in_pages_and_forms() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let browser = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    let (_, first) = browser.get("/").await?;
    ensure!(first.contains("viber://pa?chatURI=bikeshop"), "an empty inbox says how a customer comes in");
    let person = bench.viber.add_user(&bot, "Olena <b>", json!({})).await?;
    person.write("A bell & <i>two</i> wheels?").await?;
    let (status, list) = browser.get("/").await?;
    ensure!(
        status == StatusCode::OK && list.contains("Olena &lt;b&gt;") && list.contains("class=\"unread\"")
    );
    ensure!(browser.get("/?q=bel+ole").await?.1.contains("/tasks/1?q=bel%20ole"), "it is found by words");
    ensure!(browser.get("/?q=nobody").await?.1.contains("Nothing found"));
    let (_, page) = browser.get("/tasks/1").await?;
    ensure!(page.contains("A bell &amp; &lt;i&gt;two&lt;/i&gt; wheels?") && !page.contains("<i>two"));
    ensure!(!browser.get("/").await?.1.contains("class=\"unread\""), "what was opened is read");

    let contact = "1";
    let inside = browser.post("/tasks/1/answer", &[("text", "Ask the warehouse.")]).await?;
    ensure!(inside.status() == StatusCode::SEE_OTHER, "{}", inside.status());
    let sent = browser.post("/tasks/1/answer", &[("text", "Yes,\r\nblue."), ("notify", contact)]).await?;
    ensure!(sent.headers()["location"] == "/tasks/1#end", "{:?}", sent.headers());
    until("the answer is on the phone", || async {
        Ok((person.texts().await? == ["Yes,\nblue."]).then_some(()))
    })
    .await?;
    let request =
        browser.ask(Method::POST, "/uploads?name=offer.txt").header("sec-fetch-site", "same-origin");
    let uploaded: serde_json::Value = request.body("A blue one: 300.").send().await?.json().await?;
    let id = uploaded["id"].to_string();
    let form = [("text", ""), ("notify", contact), ("attachments", id.as_str())];
    ensure!(browser.post("/tasks/1/answer", &form).await?.status() == StatusCode::SEE_OTHER);
    until("the file is on the phone", || async { Ok((person.received().await?.len() == 2).then_some(())) })
        .await?;
    ensure!(browser.get("/tasks/1").await?.1.contains("offer.txt"));
    let empty = browser.post("/tasks/1/answer", &[("text", " "), ("notify", contact)]).await?;
    ensure!(
        empty.status() == StatusCode::UNPROCESSABLE_ENTITY
            && empty.text().await?.contains("Write something first.")
    );

    let done = browser.post("/tasks/1/change", &[("status", "completed")]).await?;
    ensure!(done.status() == StatusCode::SEE_OTHER, "{}", done.status());
    person.write("One more thing").await?;
    let (_, next) = browser.get("/tasks/2").await?;
    ensure!(
        next.contains("href=\"/tasks/1\"") && next.contains("Earlier task"),
        "the new task leads to the old one"
    );
    Ok(())
}

/// Nobody without a token sees anything; a token that may read does not answer; only an administrator sees the settings.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_asks_who_is_there() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let (read, operate) = (bench.desk.add_token("read")?, bench.desk.add_token("operate")?);
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("secret wish").await?;
    let settings = [
        "/settings",
        "/settings/new/viber",
        "/settings/people",
        "/settings/quick",
        "/settings/system",
        "/settings/doctor",
    ];
    let pages = ["/", "/tasks/1", "/tasks/1/quick", "/events"];
    let stranger = PlainBrowser::new(&bench.desk)?;
    for path in pages.iter().chain(&settings) {
        let (status, page) = stranger.get(path).await?;
        ensure!(
            status == StatusCode::UNAUTHORIZED && page.contains("name=\"token\"") && !page.contains("wish"),
            "{path}"
        );
    }
    let wrong = stranger.post("/login", &[("token", "desk_wrong")]).await?;
    ensure!(wrong.status() == StatusCode::UNAUTHORIZED && wrong.headers().get("set-cookie").is_none());

    let reader = PlainBrowser::signed_in(&bench.desk, &read).await?;
    let operator = PlainBrowser::signed_in(&bench.desk, &operate).await?;
    ensure!(reader.get("/tasks/1").await?.1.contains("secret wish"));
    for form in ["/tasks/1/answer", "/tasks/1/change", "/tasks/1/actions/1/retry"] {
        let refused = reader.post(form, &[("text", "x"), ("status", "completed")]).await?;
        ensure!(refused.status() == StatusCode::FORBIDDEN, "{form}: {}", refused.status());
    }
    for path in settings {
        ensure!(operator.get(path).await?.0 == StatusCode::FORBIDDEN, "{path}");
    }
    for form in ["/settings/new/viber", "/settings/people/employee", "/settings/quick"] {
        let refused = operator.post(form, &[("name", "x"), ("title", "x"), ("text", "x")]).await?;
        ensure!(refused.status() == StatusCode::FORBIDDEN, "{form}: {}", refused.status());
    }
    ensure!(bench.desk.list("quick_replies").await?.is_empty());

    let out = operator.post("/logout", &[]).await?;
    ensure!(out.status() == StatusCode::SEE_OTHER);
    ensure!(operator.get("/").await?.0 == StatusCode::UNAUTHORIZED, "the old cookie is worth nothing");
    Ok(())
}

/// A form that another site sends does nothing, though the browser sends the cookie with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_form_is_refused() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let browser = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    let form = || browser.form("/tasks/1/change", &[("status", "completed")]);
    let foreign = [
        form().header("sec-fetch-site", "cross-site"),
        form().header("sec-fetch-site", "same-site"),
        form().header("origin", "https://evil.example"),
        form().header("origin", "null"),
        form(),
        browser.form("/login", &[("token", &bench.desk.token)]).header("sec-fetch-site", "cross-site"),
    ];
    for request in foreign {
        let refused = request.send().await?;
        ensure!(refused.status() == StatusCode::FORBIDDEN && refused.headers().get("set-cookie").is_none());
    }
    let tasks = bench.desk.list("tasks").await?;
    ensure!(tasks[0]["status"] == "active", "{}", tasks[0]);
    let own = form().header("origin", &bench.desk.base).send().await?;
    ensure!(own.status() == StatusCode::SEE_OTHER, "an older browser says it with another header");
    let headers = browser.ask(Method::GET, "/").send().await?.headers().clone();
    let policy = headers["content-security-policy"].to_str()?;
    ensure!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    ensure!(headers["cache-control"] == "no-store");
    Ok(())
}

/// Open pages hear of a new message within a second, and the stream ends with the session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_hears_of_a_message_within_a_second() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let browser = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    let mut stream = browser.ask(Method::GET, "/events").send().await?;
    ensure!(stream.headers()["content-type"] == "text/event-stream");
    let began = Instant::now();
    person.write("again").await?;
    let mut heard = String::new();
    let wait = async {
        while !heard.contains("event: change") || !heard.contains("\"tasks\":[1]") {
            let bytes = stream.chunk().await?.context("the stream goes on")?;
            heard.push_str(std::str::from_utf8(&bytes)?);
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(5), wait).await.with_context(|| "no word came")??;
    ensure!(began.elapsed() < Duration::from_secs(1), "it took {:?}", began.elapsed());
    ensure!(!heard.contains("again") && !heard.contains("Olena"), "ids only: {heard}");
    browser.post("/logout", &[]).await?;
    let end = async {
        while stream.chunk().await?.is_some() {}
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(12), end)
        .await
        .context("the stream ends with its session")??;
    Ok(())
}

/// S25, S26: an administrator connects a bot by the form; a wrong key says what to do; no key comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_connected_by_its_form() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let browser = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    ensure!(browser.get("/").await?.1.contains("href=\"/settings\""), "an empty desk says what to do first");
    let blank = browser.get("/settings/new/viber").await?.1;
    for name in ["api_key", "task_template", "new_task_when_none_active", "welcome_message"] {
        ensure!(blank.contains(&format!("name=\"{name}\"")), "a field {name}");
    }
    let key = "0123456789abcdef-0123456789abcdef-0123456789abcdef";
    let made = browser
        .post("/settings/new/viber", &[("name", "Shop"), ("api_key", key), ("welcome_message", "Hi!")])
        .await?;
    let there = made.headers().get("location").context("it was made")?.to_str()?.to_owned();
    let failed = until("the key is refused", || async {
        let (_, page) = browser.get(&there).await?;
        Ok(page.contains("chip failed").then_some(page))
    })
    .await?;
    ensure!(failed.contains("Hi!") && !failed.contains(key));
    let bot = bench.viber.add_bot("Bike Shop").await?;
    let right = bot["token"].as_str().context("a bot has a key")?;
    let saved =
        browser.post(&there, &[("name", "Shop"), ("api_key", right), ("welcome_message", "Hi!")]).await?;
    ensure!(saved.status() == StatusCode::SEE_OTHER, "{}", saved.status());
    let connected = until("it is connected", || async {
        let (_, page) = browser.get(&there).await?;
        Ok(page.contains("chip connected").then_some(page))
    })
    .await?;
    ensure!(
        connected.contains("viber://pa?chatURI=bikeshop")
            && connected.contains("/qr.svg")
            && !connected.contains(right)
    );
    let account = bench.desk.list("accounts").await?.remove(0);
    ensure!(
        account["settings"]["welcome_message"] == "Hi!"
            && account["settings"]["new_task_when_none_active"] == false
    );
    for (path, form) in [
        ("/settings/people/employee", [("name", "Anna"), ("assignee", "")]),
        ("/settings/people/task_template", [("name", "Chats"), ("assignee", "1")]),
        ("/settings/quick", [("title", "Hours"), ("text", "At 9, {{contact.name}}")]),
    ] {
        ensure!(browser.post(path, &form).await?.status() == StatusCode::SEE_OTHER, "{path}");
    }
    let odd = browser.post("/settings/quick", &[("title", "a"), ("text", "{{contact.phone}}")]).await?;
    ensure!(
        odd.status() == StatusCode::UNPROCESSABLE_ENTITY && odd.text().await?.contains("is no placeholder")
    );
    let (status, system) = browser.get("/settings/system").await?;
    ensure!(
        status == StatusCode::OK && system.contains("sha256:") && system.contains("every event was handled")
    );
    Ok(())
}
