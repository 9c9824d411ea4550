//! All that a desk keeps and shows, searched: its answers on every route to everybody, its commands' output, its log, its
//! data folder. Not here: what is looked for.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Busy, FORGED, KEYS};
use crate::canary::Canaries;
use crate::{Feed, desk_program, feed_folder, run_desk};

/// For an answer; of a stream of events only the beginning is read.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// How much was searched, bytes.
#[derive(Debug, Default, Clone, Copy)]
pub struct Searched {
    /// Answers, and how many there were.
    pub answers: u64,
    /// How many answers there were.
    pub requests: u64,
    /// Output of commands.
    pub output: u64,
    /// The data folder: database, write-ahead log, files; and the desk's log.
    pub files: u64,
}

impl Searched {
    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.answers + self.output + self.files
    }
}

impl Busy {
    /// Looks for every secret in everything that the desk shows and keeps, while it runs.
    ///
    /// # Errors
    /// One was found; where, in which form.
    pub async fn shows_no_secret(&self) -> anyhow::Result<Searched> {
        let master = std::fs::read_to_string(self.bench.desk.data().join("desk.key"))?;
        let master = master.lines().map(|line| ("the master key", line.trim()));
        let canaries = Canaries::of(self.secrets().into_iter().chain(master))?;
        let mut searched = Searched::default();
        self.search_answers(&canaries, &mut searched).await?;
        searched.answers += canaries.absent("an answer to a mistake", &self.answered)?;
        searched.output += canaries.absent("what the desk printed", self.bench.desk.printed.as_bytes())?;
        searched.output += self.search_commands(&canaries)?;
        // Its own file is the one place for the master key.
        searched.files = canaries.absent_from_files(self.bench.desk.data(), &["desk.key"])?;
        ensure!(searched.requests > 100 && searched.files > 100_000, "hardly anything: {searched:?}");
        Ok(searched)
    }

    /// Every route that there is, asked by each who may, and by who may not.
    async fn search_answers(&self, canaries: &Canaries, searched: &mut Searched) -> anyhow::Result<()> {
        let http = crate::desk::client();
        for path in self.paths().await? {
            for token in self.tokens.iter().map(Some).chain([None, Some(&FORGED[0].to_owned())]) {
                let mut request = http.get(format!("{}{path}", self.bench.desk.base)).timeout(ANSWER_MAX);
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let mut answer = request.send().await.with_context(|| path.clone())?;
                let (status, head) = (answer.status(), format!("{:?}", answer.headers()));
                let body = if head.contains("text/event-stream") {
                    answer.chunk().await?.unwrap_or_default()
                } else {
                    answer.bytes().await.unwrap_or_default()
                };
                searched.answers += canaries.absent(&format!("{path} ({status})"), head.as_bytes())?;
                searched.answers += canaries.absent(&format!("{path} ({status})"), &body)?;
                searched.requests += 1;
            }
        }
        Ok(())
    }

    /// The paths of every route in the desk's source and in its API's document, with things that are there in the places of
    /// names, and some that are not.
    async fn paths(&self) -> anyhow::Result<BTreeSet<String>> {
        let mut routes = Vec::new();
        routes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/src/http"), &mut routes)?;
        let own = routes.len();
        let document = format!("{}/api/openapi.json", self.bench.desk.base);
        let document: Value =
            serde_json::from_str(&crate::desk::client().get(document).send().await?.text().await?)?;
        let of_api = document["paths"].as_object().into_iter().flatten();
        routes.extend(of_api.filter(|(_, methods)| methods["get"].is_object()).map(|(path, _)| path.clone()));
        ensure!(own > 20 && routes.len() > own + 20, "{routes:?}");
        let names = [self.account.as_str(), "1", "2", "console.js", "go.js"];
        let mut paths = BTreeSet::new();
        for route in routes {
            let mut filled = vec![route];
            while filled.iter().any(|path| path.contains('{')) {
                let split = filled.iter().filter_map(|path| parts(path));
                let named = |(before, after)| names.map(|name| format!("{before}{name}{after}"));
                filled = split.flat_map(named).collect();
            }
            paths.extend(filled);
        }
        Ok(paths)
    }

    /// What the commands print: of this desk's folder, of the channel, of a channel that is fed.
    fn search_commands(&self, canaries: &Canaries) -> anyhow::Result<u64> {
        let mut searched = 0;
        for arguments in [&[][..], &["--json"]] {
            let output = self.bench.desk.doctor(arguments)?;
            searched += canaries.absent("desk doctor", &[output.stdout, output.stderr].concat())?;
        }
        for plugin in [guests::VIBER_CHANNEL, guests::TATTLER] {
            let output = run_desk(Command::new(desk_program()?).args(["inspect", "--json", plugin]))?;
            searched += canaries.absent("desk inspect", &[output.stdout, output.stderr].concat())?;
        }
        let secrets = tempfile::NamedTempFile::new()?;
        std::fs::write(secrets.path(), json!({"api_key": KEYS[0]}).to_string())?;
        let feed = Feed::new(Some(&feed_folder().join("settings.json")), Some(secrets.path()));
        for events in ["conversation.jsonl", "connect.jsonl", "reply.jsonl", "shapes.jsonl"] {
            let printed = feed.file(&feed_folder().join(events))?;
            searched += canaries.absent("desk feed", printed.as_bytes())?;
        }
        Ok(searched)
    }

    /// What a desk says that has no room: 503 on everything that would change something.
    ///
    /// # Errors
    /// It does not say so, or shows a secret.
    pub async fn refuses_without_room(&mut self) -> anyhow::Result<()> {
        self.bench.desk.restart_with(&["--free-disk-min-mb", "999999999999"])?;
        let canaries = Canaries::of(self.secrets())?;
        crate::until("there is no room", || async {
            let body = json!({"name": KEYS[0], "settings": {"api_key": KEYS[1]}});
            let (status, answer) = self.bench.desk.call(Method::POST, "accounts", Some(body)).await?;
            canaries.absent("a refusal", answer.to_string().as_bytes())?;
            Ok((status == StatusCode::SERVICE_UNAVAILABLE).then_some(()))
        })
        .await
    }
}

/// What stands before the first `{name}`, and what after it.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (before, rest) = path.split_once('{')?;
    Some((before, rest.split_once('}')?.1))
}

/// The patterns of routes in the sources of a folder.
fn routes_in(folder: &Path, routes: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            routes_in(&path, routes)?;
        } else {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let quoted = text.split(".route(").skip(1).filter_map(|after| after.split('"').nth(1));
            routes.extend(quoted.filter(|quoted| quoted.starts_with('/')).map(str::to_owned));
        }
    }
    Ok(())
}
