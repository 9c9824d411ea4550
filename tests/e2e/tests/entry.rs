//! How customers come in: the landing page and the QR code of an account's link, as a browser and a phone see them. Not
//! here: what becomes of the conversation.

use anyhow::{Context, ensure};
use e2e::Bench;
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};
use serde_json::json;

/// What a context may try: to end the attribute, to be markup, to be a header, to add a field of its own.
const HOSTILE: &str = "\"><script>alert(1)</script>\r\nX-Evil: 1 'ї' {{x}} &context=other#+%00";

/// An answer as it came.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the element's attribute `href`, decoded as a browser does it.
    fn href_of(&self, id: &str) -> anyhow::Result<String> {
        let tag = self.body.split('<').find(|tag| tag.contains(&format!("id=\"{id}\"")));
        let href = tag.and_then(|tag| tag.split("href=\"").nth(1)).and_then(|rest| rest.split('"').next());
        let href = href.with_context(|| format!("no href of #{id} in {}", self.body))?;
        Ok(href.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    }
}

/// A browser without cookies, in some language.
async fn get(url: &str, query: &[(&str, &str)], language: &str) -> anyhow::Result<Page> {
    let http = Client::builder().no_proxy().build()?;
    let mut url = reqwest::Url::parse(url)?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let response = http.get(url).header("accept-language", language).send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Page { status, headers, body: response.text().await? })
}

/// A bench with a bot; the account's id, the bot's alias, its landing page.
async fn published(name: &str) -> anyhow::Result<(Bench, String, String, String)> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect(name, json!({})).await?;
    let landing = bench.desk.get(&format!("accounts/{account}")).await?["links"]["landing"].take();
    let landing = landing.as_str().context("a connected account has a landing page")?.to_owned();
    Ok((bench, account, bot, landing))
}

/// S19, S20, I17: the API names the link, the page and the code, and they are there; without a login or a cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connected_account_says_where_customers_come_in() -> anyhow::Result<()> {
    let (bench, account, _, landing) = published("Bike Shop").await?;
    let links = bench.desk.get(&format!("accounts/{account}")).await?["links"].take();
    let base = &bench.desk.base;
    ensure!(links["deep"] == "viber://pa?chatURI=bikeshop", "S19: {links}");
    ensure!(landing == format!("{base}/go/{account}"), "{links}");
    ensure!(links["qr"] == format!("{base}/go/{account}/qr.svg"), "{links}");
    let page = get(&landing, &[], "en").await?;
    ensure!(page.status == StatusCode::OK && page.header("content-type") == "text/html; charset=utf-8");
    ensure!(page.href_of("open")? == "viber://pa?chatURI=bikeshop", "S19");
    ensure!(page.body.contains("<h1>Bike Shop</h1>"), "{}", page.body);
    for asset in ["/go/assets/go.css", "/go/assets/go.js", "/go/assets/go.svg"] {
        ensure!(page.body.contains(asset), "{asset} is used");
        let file = get(&format!("{base}{asset}"), &[], "en").await?;
        ensure!(
            file.status == StatusCode::OK && file.header("x-content-type-options") == "nosniff",
            "{asset}"
        );
    }
    ensure!(get(&format!("{base}/go/assets/mod.rs"), &[], "en").await?.status == StatusCode::NOT_FOUND);
    Ok(())
}

/// S22, I17: the page itself has the help, so it is there without a script, in the visitor's language.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_helps_in_the_visitors_language() -> anyhow::Result<()> {
    let (_bench, _, _, landing) = published("Bike Shop").await?;
    for (accepted, asked, code, nothing_happens, install) in [
        ("de,en;q=0.5", None, "en", "On a computer without Viber Desktop it does nothing", "Get Viber"),
        (
            "uk-UA,ru;q=0.8",
            None,
            "uk",
            "На комп’ютері без Viber Desktop нічого не станеться",
            "Завантажити Viber",
        ),
        ("uk-UA", Some("ru"), "ru", "На компьютере без Viber Desktop ничего не произойдёт", "Скачать Viber"),
        (
            "ru",
            Some("no such"),
            "ru",
            "На компьютере без Viber Desktop ничего не произойдёт",
            "Скачать Viber",
        ),
    ] {
        let query: Vec<_> = asked.iter().map(|lang| ("lang", *lang)).collect();
        let page = get(&landing, &query, accepted).await?;
        ensure!(page.body.contains(&format!("<html lang=\"{code}\">")), "{accepted}: {}", page.body);
        ensure!(page.header("content-language") == code && page.header("vary") == "accept-language");
        ensure!(page.body.contains(nothing_happens), "S22, {code}: {}", page.body);
        ensure!(page.body.contains("href=\"https://www.viber.com/download/\""), "{code}");
        ensure!(page.body.contains(install) && page.body.contains("<svg "), "{code}");
        ensure!(!page.body.contains("{app}"), "{code}: every word is put in");
    }
    Ok(())
}

/// I17: what a link carries comes to the customer's Viber unchanged, and is nothing but a part of the link.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_link_carries_is_never_markup() -> anyhow::Result<()> {
    let (bench, account, bot, landing) = published("Bike Shop").await?;
    let query =
        [("context", HOSTILE), ("text", "Добрий день & <b>"), ("other", "x"), ("context", "given-twice")];
    let page = get(&landing, &query, "en").await?;
    ensure!(page.status == StatusCode::OK);
    for part in ["alert(1)", "<b>", "X-Evil:", "given-twice"] {
        ensure!(!page.body.contains(part), "`{part}` is in {}", page.body);
    }
    ensure!(page.headers.get("x-evil").is_none());
    let link = reqwest::Url::parse(&page.href_of("open")?)?;
    let pairs: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let expected = [("chatURI", "bikeshop"), ("context", HOSTILE), ("text", "Добрий день & <b>")];
    ensure!(pairs == expected.map(|(name, value)| (name.to_owned(), value.to_owned())), "{pairs:?}");
    // The other languages carry the same.
    let other = page.body.split("href=\"").find(|rest| rest.starts_with("?lang=uk")).context("a language")?;
    let other = other.split('"').next().unwrap_or_default().replace("&amp;", "&");
    let other = get(&format!("{landing}{other}"), &[], "en").await?;
    ensure!(other.href_of("open")? == link.as_str(), "{}", other.body);
    // And so the operator reads it in the task.
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.act("open", json!({"context": pairs[1].1})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    let description = task["description"].as_str().unwrap_or_default();
    let line =
        "\n\nCame by a link with: \"><script>alert(1)</script> X-Evil: 1 'ї' {{x}} &context=other#+%00";
    ensure!(description.strip_prefix("hello") == Some(line), "{description}");
    Ok(())
}

/// S21, I17: the code leads a phone to the same link, also with a long context.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_qr_code_is_read_as_the_link() -> anyhow::Result<()> {
    let (bench, account, _, landing) = published("Bike Shop").await?;
    let long = "каталог/велосипеди?розмір=28\"&".repeat(4);
    for context in [None, Some("shop window"), Some(HOSTILE), Some(long.as_str())] {
        let query: Vec<_> = context.iter().map(|context| ("context", *context)).collect();
        let page = get(&landing, &query, "en").await?;
        let link = page.href_of("open")?;
        let url = format!("{}/go/{account}/qr.svg", bench.desk.base);
        let code = get(&url, &query, "en").await?;
        ensure!(
            code.header("content-type") == "image/svg+xml"
                && code.header("x-content-type-options") == "nosniff"
        );
        ensure!(read_code(&code.body)? == link, "{context:?}");
        ensure!(page.body.contains(code.body.trim()), "the page shows the same code");
    }
    Ok(())
}

/// Draws the SVG's boxes on white paper and reads it, as a phone's camera would, with a decoder of other people's.
fn read_code(svg: &str) -> anyhow::Result<String> {
    const PIXELS: usize = 4;
    let side: usize = svg
        .split("viewBox=\"0 0 ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .context("a size")?
        .parse()?;
    let path =
        svg.split("fill=\"#000\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).context("a path")?;
    let mut dark = vec![false; side * side];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').context("x")?;
        let (y, rest) = rest.split_once('h').context("y")?;
        let width: usize = rest.split('v').next().context("width")?.parse()?;
        let from = y.parse::<usize>()? * side + x.parse::<usize>()?;
        dark[from..from + width].fill(true);
    }
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, |x, y| {
        if dark[y / PIXELS * side + x / PIXELS] { 0 } else { 255 }
    });
    // In a large code chance draws what looks like a second one; it cannot be read.
    let read: Vec<_> = image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).collect();
    ensure!(read.len() == 1, "{} codes are read", read.len());
    Ok(read[0].1.clone())
}

/// The page is public and shows what others chose: a browser is told to run nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_runs_nothing_but_our_files_and_keeps_nothing() -> anyhow::Result<()> {
    let (bench, _, _, landing) = published("<i>\"Shop\"</i> & Söhne").await?;
    let page = get(&landing, &[("context", HOSTILE)], "en").await?;
    ensure!(page.body.contains("<h1>&lt;i&gt;"), "the bot's name is text: {}", page.body);
    let policy = page.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-src viber:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        ensure!(policy.split("; ").any(|has| has == rule), "`{rule}` in {policy}");
    }
    ensure!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    ensure!(!page.body.contains(" style=") && !page.body.contains("<style"), "no style inside");
    for script in page.body.split("<script").skip(1) {
        ensure!(script.starts_with(" src=\"/go/assets/go.js\"></script>"), "no script inside: {script}");
    }
    let handler = |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with('=');
    ensure!(!page.body.split(" on").skip(1).any(handler), "nor in an attribute: {}", page.body);
    ensure!(page.headers.get("set-cookie").is_none() && page.header("x-content-type-options") == "nosniff");
    ensure!(
        page.header("cache-control") == "public, max-age=300"
            && page.header("referrer-policy") == "no-referrer"
    );
    ensure!(!bench.desk.log()?.contains("X-Evil"), "what a link carries is in no log");
    Ok(())
}

/// A link that leads nowhere says so, and what to do; not in a language of machines.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_no_chat_says_what_to_do() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let unconnected = bench.add_account("Bike Shop", &json!("no-such-key"), json!({})).await?;
    let failed = bench.health(&unconnected, "failed").await?;
    ensure!(failed["links"] == json!({}), "nothing is published: {failed}");
    let (closed, _) = bench.connect("Ski Shop", json!({})).await?;
    bench.desk.delete(&format!("accounts/{closed}")).await?;
    let shown = bench.health(&closed, "disconnected").await?;
    ensure!(shown["links"]["landing"].is_null(), "nor this: {shown}");
    for account in [unconnected.as_str(), closed.as_str(), "viber-0", "%3Cscript%3E", "..%2f.."] {
        let url = format!("{}/go/{account}", bench.desk.base);
        let page = get(&url, &[], "uk").await?;
        ensure!(page.status == StatusCode::NOT_FOUND, "{account}: {}", page.status);
        ensure!(
            page.body.contains("Це посилання не веде до чату") && page.body.contains("хелпдеску"),
            "{account}"
        );
        ensure!(!page.body.contains("<script"), "{account}");
        ensure!(
            page.header("cache-control") == "no-store" && !page.header("content-security-policy").is_empty()
        );
        ensure!(get(&format!("{url}/qr.svg"), &[], "uk").await?.status == StatusCode::NOT_FOUND, "{account}");
    }
    Ok(())
}

/// What does not fit into a link is refused, and the chat is still to be reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_context_that_is_too_long_is_refused_with_a_way_on() -> anyhow::Result<()> {
    let (bench, account, _, landing) = published("Bike Shop").await?;
    // The limit is that of the whole link, 1,000 bytes.
    let room = 1_000 - "viber://pa?chatURI=bikeshop&context=".len();
    for (length, status) in [(room, StatusCode::OK), (room + 1, StatusCode::BAD_REQUEST)] {
        let context = "x".repeat(length);
        let page = get(&landing, &[("context", &context)], "en").await?;
        ensure!(page.status == status, "{length}: {}", page.status);
        let code =
            get(&format!("{}/go/{account}/qr.svg", bench.desk.base), &[("context", &context)], "en").await?;
        ensure!(code.status == status, "{length}: {}", code.status);
        if status == StatusCode::OK {
            ensure!(read_code(&code.body)? == page.href_of("open")?);
        } else {
            ensure!(page.body.contains("href=\"?lang=en\""), "a way on: {}", page.body);
        }
    }
    Ok(())
}
