//! Packs the texts of the manifest, so that they take a third of their room in the component; `src/texts.rs` unpacks them.
//!
//! Pair after pair of symbols that stands often gets a symbol of its own, as long as ten bits can name it. What is left is
//! these rules and then the texts, each symbol in ten bits. Deflate packs closer, into 8.4 KB and not 10.2, but wants a
//! library to read it in the component; this takes a few lines.

use std::path::Path;
use std::{env, fs, io};

/// In the order in which `src/manifest.rs` takes them.
const FILES: [&str; 6] =
    ["settings.en.json", "guide.en.md", "settings.ru.json", "guide.ru.md", "settings.uk.json", "guide.uk.md"];

/// Symbols that ten bits can name.
const SYMBOLS_MAX: usize = 1 << 10;

/// A rule takes the room of two symbols, so that a pair has to stand this often to be worth one.
const PAIRS_MIN: u32 = 3;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=texts");
    let texts: Vec<String> = FILES
        .iter()
        .map(|file| fs::read_to_string(Path::new("texts").join(file)))
        .collect::<io::Result<_>>()?;
    // No text has this character: it parts them.
    let text = texts.join("\0");

    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let symbols = text.chars().filter_map(|it| letters.binary_search(&it).ok()).collect();
    let (rules, symbols) = shorten(symbols, letters.len());

    let alphabet: String = letters.into_iter().collect();
    let source = format!("const ALPHABET: &str = {alphabet:?};\nconst RULES: usize = {};\n", rules.len());
    let rules = rules.into_iter().flat_map(|(left, right)| [left, right]);
    let packed = pack(rules.chain(symbols));
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&folder).join("texts.rs"), source)?;
    fs::write(Path::new(&folder).join("texts.bin"), packed)
}

/// Rules, each a pair that the next free symbol stands for, and what is left of the text with them.
fn shorten(mut text: Vec<usize>, letters: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut rules = Vec::new();
    let mut counts = vec![0_u32; SYMBOLS_MAX * SYMBOLS_MAX];
    for symbol in letters..SYMBOLS_MAX {
        let Some(pair) = most_frequent(&text, &mut counts) else { break };
        rules.push(pair);
        let mut shorter = Vec::with_capacity(text.len());
        let mut rest = text.as_slice();
        while let [left, after @ ..] = rest {
            let whole = after.first().is_some_and(|right| (*left, *right) == pair);
            shorter.push(if whole { symbol } else { *left });
            rest = &after[usize::from(whole)..];
        }
        text = shorter;
    }
    (rules, text)
}

/// The pair that stands most often, the first of several; all counts are 0 before and after.
fn most_frequent(text: &[usize], counts: &mut [u32]) -> Option<(usize, usize)> {
    let pairs = || text.iter().copied().zip(text.iter().copied().skip(1));
    let place = |(left, right): (usize, usize)| left * SYMBOLS_MAX + right;
    pairs().for_each(|pair| counts[place(pair)] += 1);
    let (mut best, mut most) = (None, PAIRS_MIN - 1);
    for pair in pairs() {
        let count = std::mem::take(&mut counts[place(pair)]);
        if count > most {
            (best, most) = (Some(pair), count);
        }
    }
    best
}

/// Ten bits a symbol, the lowest first.
fn pack(symbols: impl Iterator<Item = usize>) -> Vec<u8> {
    let (mut bytes, mut bits, mut filled) = (Vec::new(), 0, 0);
    for symbol in symbols {
        bits |= symbol << filled;
        filled += 10;
        while filled >= 8 {
            bytes.push((bits & 0xff) as u8);
            bits >>= 8;
            filled -= 8;
        }
    }
    bytes.push(bits as u8);
    bytes
}
