//! Texts that must not turn up somewhere, looked for in every form that they might have there. Not here: what they are
//! put into, and where they are looked for.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use aho_corasick::AhoCorasick;
use anyhow::Context;

/// A shorter text would be found everywhere by chance.
pub const BYTES_MIN: usize = 8;
/// Of a longer file no more than the first so many are searched.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Base64 of the same bytes differs by where they begin: characters that the bytes before have a part in.
const BASE64_SHARED: [usize; 3] = [0, 2, 3];

/// What is looked for.
pub struct Canaries {
    /// What each pattern is: the canary and its form.
    patterns: Vec<(String, &'static str)>,
    search: AhoCorasick,
}

/// A canary that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is, as it was given.
    pub what: String,
    /// The form in which it was found.
    pub form: &'static str,
    /// What stands around it, with the canary masked.
    pub around: String,
}

impl Canaries {
    /// Looks for these: what each is, and the text itself.
    ///
    /// # Errors
    /// One is too short, or there are too many.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> anyhow::Result<Self> {
        let (mut patterns, mut bytes) = (Vec::new(), Vec::new());
        for (what, text) in texts {
            anyhow::ensure!(text.len() >= BYTES_MIN, "{what} is too short to be looked for");
            let mut seen = BTreeSet::new();
            for (form, pattern) in forms(text) {
                if seen.insert(pattern.clone()) {
                    patterns.push((what.to_owned(), form));
                    bytes.push(pattern);
                }
            }
        }
        Ok(Self { patterns, search: AhoCorasick::new(bytes).context("the canaries")? })
    }

    /// The first one in these bytes.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<Found> {
        let hit = self.search.find(bytes)?;
        let (what, form) = self.patterns.get(hit.pattern().as_usize())?.clone();
        let before = &bytes[hit.start().saturating_sub(60)..hit.start()];
        let after = &bytes[hit.end()..bytes.len().min(hit.end() + 40)];
        let around = format!("{}▒▒▒▒{}", String::from_utf8_lossy(before), String::from_utf8_lossy(after));
        Some(Found { what, form, around })
    }

    /// Fails where one stands in these bytes; says how many were searched.
    ///
    /// # Errors
    /// One was found.
    pub fn absent(&self, place: &str, bytes: &[u8]) -> anyhow::Result<u64> {
        match self.find(bytes) {
            None => Ok(bytes.len() as u64),
            Some(Found { what, form, around }) => {
                anyhow::bail!("{place} has {what} in its {form} form: {}", around.escape_debug())
            }
        }
    }

    /// The same for every file of a folder and of those in it, but for files of these names; links are not followed.
    ///
    /// # Errors
    /// One was found, or a file cannot be read.
    pub fn absent_from_files(&self, folder: &Path, but: &[&str]) -> anyhow::Result<u64> {
        let mut searched = 0;
        let entries =
            std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let (entry, path) = entry.map(|entry| (entry.file_type(), entry.path()))?;
            let (kind, name) = (entry?, path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            if kind.is_dir() {
                searched += self.absent_from_files(&path, but)?;
            } else if kind.is_file() && !but.contains(&name.as_str()) {
                self.absent("a file's name", name.as_bytes())?;
                let mut bytes = Vec::new();
                // It may go away meanwhile, as a database's log does.
                if let Ok(file) = File::open(&path) {
                    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
                }
                searched += self.absent(&name, &bytes)?;
            }
        }
        Ok(searched)
    }
}

/// Every form of a text, and its name.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex = |upper: bool| {
        each_byte(text, |byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") })
    };
    let percent = |kept: fn(u8) -> bool, upper: bool| {
        each_byte(text, |byte| match (kept(byte), upper) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        })
    };
    let is_plain: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let json = serde_json::Value::from(text).to_string();
    let json = &json[1..json.len() - 1];
    let mut all: Vec<(&'static str, String)> = vec![
        ("plain", text.to_owned()),
        ("JSON", json.to_owned()),
        ("JSON in JSON", json.replace('\\', "\\\\").replace('"', "\\\"")),
        ("escaped JSON", utf16_escapes(json, false)),
        ("escaped JSON", utf16_escapes(json, true)),
        ("Debug", text.escape_debug().to_string()),
        ("escaped", text.escape_default().to_string()),
        ("escaped bytes", text.as_bytes().escape_ascii().to_string()),
        ("HTML", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")),
        ("hexadecimal", hex(false)),
        ("hexadecimal", hex(true)),
        ("decimal", text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ")),
        ("decimal", text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",")),
        ("percent-encoded", percent(is_plain, true)),
        ("percent-encoded", percent(is_plain, false)),
        ("percent-encoded", percent(|_| false, true)),
        ("reversed", text.chars().rev().collect()),
    ];
    for encoded in base64_forms(text.as_bytes()) {
        all.push(("base64", encoded.replace('+', "-").replace('/', "_")));
        all.push(("base64", encoded));
    }
    let mut forms: Vec<_> = all.into_iter().map(|(form, text)| (form, text.into_bytes())).collect();
    forms.push(("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    forms
}

fn each_byte(text: &str, shown: impl Fn(u8) -> String) -> String {
    text.bytes().map(shown).collect()
}

fn utf16_escapes(json: &str, upper: bool) -> String {
    let mut out = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = if upper { write!(out, "\\u{unit:04X}") } else { write!(out, "\\u{unit:04x}") };
        }
    }
    out
}

/// Base64 of the bytes wherever they begin, without the characters that other bytes have a part in.
fn base64_forms(bytes: &[u8]) -> impl Iterator<Item = String> {
    BASE64_SHARED.iter().enumerate().map(|(before, shared)| {
        let whole = [&[0, 0][..before], bytes].concat();
        let mut text = base64(&whole);
        if whole.len() % 3 != 0 {
            text.pop();
        }
        text.split_off(*shared)
    })
}

/// Without padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            three.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)) << (8 * (3 - three.len()));
        text.extend((0..=three.len()).map(|digit| char::from(DIGITS[(number >> (18 - 6 * digit)) & 63])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Олена \"K\" & <7>";

    /// G20, G21: what looks for leaks finds them: each form, anywhere, and nothing else.
    #[test]
    fn each_form_is_found_and_masked() -> anyhow::Result<()> {
        let canaries = Canaries::of([("a name", TEXT), ("a key", "4dc8e0b1a5-key")])?;
        let json = serde_json::Value::from(TEXT).to_string();
        for (form, text) in [
            ("plain", format!("I am {TEXT}.")),
            ("JSON", json.clone()),
            ("JSON in JSON", serde_json::Value::from(json).to_string()),
            // Of this text Debug writes the same letters as JSON.
            ("JSON", format!("{TEXT:?}")),
            ("base64", base64(format!("xy{TEXT}z").as_bytes())),
            ("base64", base64(format!("x{TEXT}yz").as_bytes())),
            ("base64", base64(TEXT.as_bytes())),
            ("decimal", format!("{:?}", TEXT.as_bytes())),
        ] {
            let found = canaries.find(text.as_bytes()).with_context(|| text.clone())?;
            assert_eq!((found.what.as_str(), found.form), ("a name", form), "{text}");
            assert!(!found.around.contains("Олена"), "{found:?}");
        }
        assert_eq!(canaries.find(b"%34dc8e0b1a5-kez").map(|found| found.what), None);
        assert!(canaries.find(b"%34%64%63%38%65%30%62%31%61%35%2D%6B%65%79").is_some());
        assert!(canaries.absent("here", b"4DC8: yek-5a1b0e8cd4").is_err(), "reversed");
        Ok(())
    }
}
