//! An input as lines that a person can read: words, then named lines, then a body; the fuzzer's format, nobody else's.
//!
//! ```text
//! send 429 3
//! retry-after: 17
//!
//! {"status": 0}
//! ```

use conversation::Header;

/// The parts of an input; whatever its bytes are, it has them.
pub(crate) struct Sheet<'a> {
    /// The first line.
    pub(crate) first: String,
    /// `name: value` in the lines until an empty one.
    pub(crate) headers: Vec<Header>,
    /// What follows the empty line.
    pub(crate) body: &'a [u8],
}

impl<'a> Sheet<'a> {
    pub(crate) fn read(data: &'a [u8]) -> Self {
        let (first, mut rest) = line(data);
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let (next, after) = line(rest);
            rest = after;
            if next.is_empty() {
                break;
            }
            headers.push(header(&String::from_utf8_lossy(next)));
        }
        Self { first: String::from_utf8_lossy(first).into_owned(), headers, body: rest }
    }

    /// A word of the first line; empty if there are fewer.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.first.split_ascii_whitespace().nth(at).unwrap_or_default()
    }
}

/// The first line without its end, and what follows.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

fn header(line: &str) -> Header {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    Header { name: name.to_owned(), value: value.to_owned() }
}
