//! A foreign bot as a child process: what it says, what it is told, and its end. Not what it should say.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::packages::Interpreter;

/// Longest wait for a word of the client; an interpreter's start on a busy machine is the slowest.
const WAIT_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);

/// The process. It ends with this value, or when the test process is gone and its standard input closes.
pub struct Client {
    child: Child,
    said: Arc<Mutex<Vec<Value>>>,
}

impl Client {
    /// Starts a script of the folder `foreign`.
    pub fn start(interpreter: &Interpreter, script: &str, api: &str, token: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(script);
        let mut command = interpreter.command();
        command.arg(script).args([api, token]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the interpreter starts");
        let said = Arc::default();
        listen(child.stdout.take().expect("it is piped"), Arc::clone(&said));
        listen(child.stderr.take().expect("it is piped"), Arc::clone(&said));
        Self { child, said }
    }

    /// One line to its standard input.
    pub fn tell(&mut self, command: &str) {
        let input = self.child.stdin.as_mut().expect("it is piped");
        writeln!(input, "{command}").expect("the client listens");
    }

    /// All it has said under this word so far.
    pub fn all(&self, word: &str) -> Vec<Value> {
        self.said.lock().unwrap().iter().filter(|line| line["said"] == word).cloned().collect()
    }

    /// What it says under this word for the `count`th time, once it has.
    pub async fn nth(&self, count: usize, word: &str) -> Value {
        let started = Instant::now();
        loop {
            if let Some(found) = self.all(word).get(count - 1) {
                return found.clone();
            }
            let said = || self.said.lock().unwrap().clone();
            assert!(started.elapsed() < WAIT_MAX, "no \"{word}\" no. {count} in {:#?}", said());
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Collects lines until the stream ends. What is no JSON is an interpreter's complaint.
fn listen(stream: impl Read + Send + 'static, said: Arc<Mutex<Vec<Value>>>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let line = serde_json::from_str(&line).unwrap_or_else(|_| json!({"stderr": line}));
            said.lock().unwrap().push(line);
        }
    });
}
