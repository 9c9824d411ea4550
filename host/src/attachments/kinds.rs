//! What a file is by its bytes, and what it may be called. Its sender says both and may lie about both (G18).

use channel_engine::contract::{Media, Part};

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

/// The part's file, if it is one.
#[must_use]
pub fn media(part: &Part) -> Option<(Kind, &Media)> {
    match part {
        Part::Image(media) => Some((Kind::Image, media)),
        Part::Video(media) => Some((Kind::Video, media)),
        Part::Audio(media) => Some((Kind::Audio, media)),
        Part::File(media) => Some((Kind::File, media)),
        Part::Text(_)
        | Part::Location(_)
        | Part::Contact(_)
        | Part::Sticker(_)
        | Part::Link(_)
        | Part::Other(_) => None,
    }
}

/// The type and the usual extension, by the first bytes of the file.
///
/// # Errors
/// It is not of the kind that it was said to be; then with the type that it is.
pub fn sniff(kind: Kind, first: &[u8]) -> Result<(&'static str, &'static str), &'static str> {
    let known = infer::get(first).map(|found| (found.mime_type(), found.extension()));
    let (media_type, extension) = known.unwrap_or((UNKNOWN, "bin"));
    if kind.takes(media_type) { Ok((media_type, extension)) } else { Err(media_type) }
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
}
