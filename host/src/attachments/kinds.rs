//! What a file is by its bytes, and what it may be called. Its sender says both and may lie about both (G18).

use std::borrow::Cow;

use channel_engine::contract::{Media, Part};
use desk_store::faults::is_planted;

/// What a message says that a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Shown as a picture.
    Image,
    /// Played.
    Video,
    /// Played without a picture.
    Audio,
    /// Anything; saved, not shown.
    File,
}

/// Longest name of a file, characters; with what a file system allows of bytes in mind.
const NAME_CHARS_MAX: usize = 80;
/// What a file is whose bytes say nothing.
const UNKNOWN: &str = "application/octet-stream";

impl Kind {
    /// As columns and the API have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    /// By its name; whatever is none is a file.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "image" => Self::Image,
            "video" => Self::Video,
            "audio" => Self::Audio,
            _ => Self::File,
        }
    }

    /// By the type of its bytes.
    #[must_use]
    pub fn of_type(media_type: &str) -> Self {
        match media_type.split_once('/') {
            Some(("image", _)) => Self::Image,
            Some(("video", _)) => Self::Video,
            Some(("audio", _)) => Self::Audio,
            _ => Self::File,
        }
    }

    /// Whether bytes of this type may be shown as this. A sound may come in a container made for films.
    fn takes(self, media_type: &str) -> bool {
        match self {
            Self::Image => media_type.starts_with("image/"),
            Self::Video => media_type.starts_with("video/"),
            Self::Audio => media_type.starts_with("audio/") || media_type.starts_with("video/"),
            Self::File => true,
        }
    }
}

/// The part's file, if it is one; a sticker is a picture too.
#[must_use]
pub fn media(part: &Part) -> Option<(Kind, Cow<'_, Media>)> {
    match part {
        Part::Image(media) => Some((Kind::Image, Cow::Borrowed(media))),
        Part::Video(media) => Some((Kind::Video, Cow::Borrowed(media))),
        Part::Audio(media) => Some((Kind::Audio, Cow::Borrowed(media))),
        Part::File(media) => Some((Kind::File, Cow::Borrowed(media))),
        Part::Sticker(sticker) => {
            let media = Media { url: sticker.url.clone(), ..Media::default() };
            Some((Kind::Image, Cow::Owned(media)))
        }
        Part::Text(_) | Part::Location(_) | Part::Contact(_) | Part::Link(_) | Part::Other(_) => None,
    }
}

/// The type and the usual extension, by the first bytes of the file.
///
/// # Errors
/// It is not of the kind that it was said to be; then with the type that it is.
pub fn sniff(kind: Kind, first: &[u8]) -> Result<(&'static str, &'static str), &'static str> {
    let known = infer::get(first).map(|found| (found.mime_type(), found.extension()));
    let (media_type, extension) = known.unwrap_or((UNKNOWN, "bin"));
    if kind.takes(media_type) || is_planted("type-unchecked") {
        Ok((media_type, extension))
    } else {
        Err(media_type)
    }
}

/// A name that is no path, shows what it is, and can be saved anywhere. Without one of its own, the kind's.
#[must_use]
pub fn clean_name(name: Option<&str>, kind: Kind, extension: &str) -> String {
    let last = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let is_kept = |c: &char| !c.is_control() && !turns_text(*c) && !r#"<>:"|?*"#.contains(*c);
    let kept: String = last.chars().filter(is_kept).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if kept.is_empty() {
        return format!("{}.{extension}", kind.name());
    }
    let (stem, end) = match kept.rsplit_once('.') {
        Some((stem, end)) if !end.is_empty() && end.len() <= 10 => (stem, end),
        _ => (kept, extension),
    };
    let stem: String = stem.chars().take(NAME_CHARS_MAX).collect();
    format!("{stem}.{end}")
}

/// What a file is, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileType {
    /// Such as `image/png`.
    pub media_type: &'static str,
    /// The usual one, without the dot.
    pub extension: &'static str,
}

/// By the first bytes of the file. Text is told from other bytes, and not one kind of it from another.
#[must_use]
pub fn type_of(first: &[u8]) -> FileType {
    match infer::get(first) {
        Some(found) => FileType { media_type: found.mime_type(), extension: found.extension() },
        None if is_text(first) => FileType { media_type: "text/plain", extension: "txt" },
        None => FileType { media_type: UNKNOWN, extension: "bin" },
    }
}

/// The last character may be cut: only the first bytes are here.
fn is_text(first: &[u8]) -> bool {
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_whitespace())
}

/// A [`clean_name`] that ends in the real extension: messengers and people go by it. Its own is kept where the bytes do not
/// contradict it, as `csv` of a text; else the real one is added, so that `bill.pdf` that is a program is `bill.pdf.exe`.
#[must_use]
pub fn real_name(name: Option<&str>, found: FileType) -> String {
    let name = clean_name(name, Kind::of_type(found.media_type), found.extension);
    let own = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let is_word = !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_open = found.media_type.starts_with("text/") || OPEN_TYPES.contains(&found.media_type);
    let fits = own == found.extension
        || SAME_EXTENSION.iter().any(|same| same.contains(&own.as_str()) && same.contains(&found.extension))
        || (is_open && is_word && !KNOWN_BY_BYTES.contains(&own.as_str()));
    if fits { name } else { format!("{name}.{}", found.extension) }
}

/// Types that say little: many kinds of files are one of them inside.
const OPEN_TYPES: [&str; 4] = [UNKNOWN, "application/zip", "application/gzip", "application/x-ole-storage"];
/// Extensions of the same type.
const SAME_EXTENSION: [&[&str]; 7] = [
    &["jpg", "jpeg", "jpe", "jfif"],
    &["tif", "tiff"],
    &["heif", "heic"],
    &["mp4", "m4v", "m4a", "mov"],
    &["ogg", "oga", "opus"],
    &["mpg", "mpeg"],
    &["exe", "dll"],
];
/// Extensions of files that their bytes would have shown to be that: who bears one and is not, bears it wrongly.
const KNOWN_BY_BYTES: [&str; 16] = [
    "jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "mp4", "mov", "webm", "avi", "mp3", "m4a", "ogg",
    "wav", "pdf",
];

/// A file as a part of a message, by its type.
#[must_use]
pub fn part(media: Media) -> Part {
    match Kind::of_type(media.media_type.as_deref().unwrap_or_default()) {
        Kind::Image => Part::Image(media),
        Kind::Video => Part::Video(media),
        Kind::Audio => Part::Audio(media),
        Kind::File => Part::File(media),
    }
}

/// Characters that change the order of the others or are not seen: `gpj.exe` would read `exe.jpg`.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    /// G18.
    #[test]
    fn the_bytes_say_what_it_is() {
        assert_eq!(sniff(Kind::Image, PNG), Ok(("image/png", "png")));
        assert_eq!(sniff(Kind::Video, PNG), Err("image/png"));
        assert_eq!(sniff(Kind::File, PNG), Ok(("image/png", "png")));
        assert_eq!(sniff(Kind::Image, b"<html><script>alert(1)</script></html>"), Err("text/html"));
        assert_eq!(sniff(Kind::Image, b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(UNKNOWN));
        assert_eq!(sniff(Kind::Image, b""), Err(UNKNOWN));
        assert_eq!(sniff(Kind::Audio, b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"), Ok(("video/mp4", "mp4")));
        assert_eq!(sniff(Kind::File, b"hello"), Ok((UNKNOWN, "bin")));
    }

    #[track_caller]
    fn check(name: &str, cleaned: &str) {
        assert_eq!(clean_name(Some(name), Kind::Image, "png"), cleaned);
    }

    /// G18.
    #[test]
    fn a_name_is_no_path_and_hides_nothing() {
        check("a.jpg", "a.jpg");
        check("Звіт за травень.pdf", "Звіт за травень.pdf");
        check("../../etc/passwd", "passwd.png");
        check("C:\\Users\\x\\a.jpg", "a.jpg");
        check("a\u{202e}gpj.exe", "agpj.exe");
        check("a\r\nSet-Cookie: b.jpg", "aSet-Cookie b.jpg");
        check("<b>\"?.jpg", "b.jpg");
        check("...", "image.png");
        check("", "image.png");
        check(".htaccess", "htaccess.png");
        check("no extension", "no extension.png");
        check(&"x".repeat(300), &format!("{}.png", "x".repeat(80)));
        check(&format!("{}.jpg", "є".repeat(300)), &format!("{}.jpg", "є".repeat(80)));
        assert_eq!(clean_name(None, Kind::Video, "mp4"), "video.mp4");
    }

    #[track_caller]
    fn check_real(name: &str, bytes: &[u8], real: &str) {
        assert_eq!(real_name(Some(name), type_of(bytes)), real);
    }

    /// G19, T21, T22: an operator's file ends in what it is, whatever it is called.
    #[test]
    fn a_sent_files_name_ends_in_what_it_is() {
        let (text, zip, program): (&[u8], &[u8], &[u8]) =
            (b"a;b\n", b"PK\x03\x04abcdefgh", b"MZ\x90\0abcdef");
        check_real("a.png", PNG, "a.png");
        check_real("A.PNG", PNG, "A.PNG");
        check_real("a", PNG, "a.png");
        check_real("a.jpg", PNG, "a.jpg.png");
        check_real("a.jpeg", b"\xff\xd8\xff\xe0\0\0", "a.jpeg");
        check_real("bill.pdf", b"%PDF-1.4\n", "bill.pdf");
        check_real("bill.v2", b"%PDF-1.4\n", "bill.v2.pdf");
        check_real("bill.pdf", program, "bill.pdf.exe");
        check_real("bill.pdf", text, "bill.pdf.txt");
        check_real("list.csv", text, "list.csv");
        check_real("list", text, "list.txt");
        check_real("Звіт 2.травня", text, "Звіт 2.травня.txt");
        check_real("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg");
        check_real("a.png", b"<html><script>alert(1)</script></html>", "a.png.html");
        check_real("place.kmz", zip, "place.kmz");
        check_real("a.png", zip, "a.png.zip");
        check_real("a.bin", &[0, 1, 2], "a.bin");
        check_real("../../etc/passwd", &[0, 1, 2], "passwd.bin");
        check_real("..", text, "file.txt");
        check_real("a\u{202e}gnp.exe\0\r\n", PNG, "agnp.exe.png");
        assert_eq!(real_name(None, type_of(PNG)), "image.png");
    }

    /// G19.
    #[test]
    fn text_is_told_from_other_bytes() {
        let long = "є".repeat(5_000);
        for text in [b"hello".as_slice(), "привіт\r\n".as_bytes(), &long.as_bytes()[..8_191]] {
            assert_eq!(type_of(text).media_type, "text/plain");
        }
        for other in [b"".as_slice(), b"\0", b"a\x07", b"\xff\xfe", b"\xd0"] {
            assert_eq!(type_of(other).media_type, UNKNOWN, "{other:?}");
        }
    }
}
