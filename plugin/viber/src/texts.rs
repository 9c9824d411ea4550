//! Unpacks the texts of the manifest, which `build.rs` has packed; not what they say, which stands in the files of `texts`.

use crate::prelude::*;

// The letters, and how many rules there are.
include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The rules, two symbols each, then the texts; ten bits a symbol. The first symbols are the letters, the next ones stand
/// for what a rule says.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"));

/// The settings' schema and the guide, in English, in Russian and in Ukrainian.
pub(crate) fn unpack() -> [String; 6] {
    let letters: Vec<char> = ALPHABET.chars().collect();
    let mut text = String::new();
    for place in RULES * 2..PACKED.len() * 8 / 10 {
        write(symbol(place), &letters, &mut text);
    }
    let mut texts = text.split('\0');
    [(); 6].map(|()| texts.next().unwrap_or_default().to_owned())
}

fn write(symbol: usize, letters: &[char], text: &mut String) {
    match symbol.checked_sub(letters.len()) {
        None => text.extend(letters.get(symbol)),
        Some(rule) => {
            write(self::symbol(rule * 2), letters, text);
            write(self::symbol(rule * 2 + 1), letters, text);
        }
    }
}

/// The symbol at a place; it lies in two bytes.
fn symbol(place: usize) -> usize {
    let byte = |at: usize| PACKED.get(at).copied().map_or(0, usize::from);
    let bit = place * 10;
    (byte(bit / 8) | byte(bit / 8 + 1) << 8) >> (bit % 8) & 0x3ff
}
