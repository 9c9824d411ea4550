//! Pictures, videos and files as messages, and what Viber takes of each; not their bytes, which stay with the host.
//!
//! The customer's app fetches the link itself, and goes by the extension at the end of its path.

use conversation::{Media, Problem};

use crate::chars;
use crate::limits::{
    CAPTION_UTF16_MAX, FILE_BYTES_MAX, FILE_NAME_CHARS_MAX, FORBIDDEN_EXTENSIONS, PICTURE_BYTES_MAX,
    URL_CHARS_MAX, VIDEO_BYTES_MAX, VIDEO_SECONDS_MAX,
};
use crate::message::{
    Draft, Fields, SENT_AS_FILE, SENT_AS_LINK, fields, instead, is_web, text, unsupported, whole,
};
use crate::prelude::*;

/// A medium in one of Viber's forms, or why it cannot have that form.
type Form = Result<Fields, String>;

/// A picture; where Viber would not show it a file, else a link.
pub(crate) fn image(media: &Media) -> Draft {
    let url = url(media)?;
    match picture(media, url) {
        Ok(fields) => whole(fields),
        Err(why) => file_instead(media, url, &why),
    }
}

/// A video; where Viber would not show it a file, else a link.
pub(crate) fn video(media: &Media) -> Draft {
    let url = url(media)?;
    match clip(media, url) {
        Ok(fields) => whole(fields),
        Err(why) => file_instead(media, url, &why),
    }
}

/// A file of any kind; where Viber would not deliver it a link.
pub(crate) fn file(media: &Media) -> Draft {
    let url = url(media)?;
    match document(media, url) {
        Ok(fields) => whole(fields),
        Err(why) => link_instead(media, url, &why),
    }
}

fn file_instead(media: &Media, url: &str, why: &str) -> Draft {
    match document(media, url) {
        Ok(fields) => instead(fields, SENT_AS_FILE, why),
        Err(worse) => link_instead(media, url, &format!("{why}, and {worse}")),
    }
}

/// The name and the address; a message of Viber's for links where there is no name.
fn link_instead(media: &Media, url: &str, why: &str) -> Draft {
    let fields = match given_name(media) {
        Some(name) => text(&format!("{name}\n{url}")),
        None if chars::utf16(url) <= URL_CHARS_MAX => Some(fields("url", [("media", url.into())])),
        None => text(url),
    };
    let fields =
        fields.ok_or_else(|| unsupported(&format!("{why}, and its link is longer than a message")))?;
    instead(fields, SENT_AS_LINK, why)
}

/// `text` is demanded even when empty. A GIF may move, which Viber does not show: it is none.
fn picture(media: &Media, url: &str) -> Form {
    short(url)?;
    if let Some(size) = media.size_bytes.filter(|size| *size > PICTURE_BYTES_MAX) {
        return Err(format!(
            "Viber shows pictures of at most {PICTURE_BYTES_MAX} bytes, and this has {size}"
        ));
    }
    if !matches!(url_extension(url).as_deref(), Some("jpg" | "jpeg" | "png")) {
        return Err("Viber shows pictures whose link ends in .jpg, .jpeg or .png".to_owned());
    }
    let picture = fields("picture", [("media", url.into()), ("text", caption(media).into())]);
    Ok(with_thumbnail(picture, media))
}

/// Viber wants seconds here, and a real size.
fn clip(media: &Media, url: &str) -> Form {
    short(url)?;
    let size = media.size_bytes.filter(|size| *size > 0).ok_or(NO_SIZE)?;
    if size > VIDEO_BYTES_MAX {
        return Err(format!("Viber shows videos of at most {VIDEO_BYTES_MAX} bytes, and this has {size}"));
    }
    let seconds = media.duration_ms.map(|ms| ms.div_ceil(1_000)).filter(|seconds| *seconds > 0);
    if let Some(seconds) = seconds.filter(|seconds| *seconds > VIDEO_SECONDS_MAX) {
        return Err(format!(
            "Viber shows videos of at most {VIDEO_SECONDS_MAX} seconds, and this has {seconds}"
        ));
    }
    if url_extension(url).as_deref() != Some("mp4") {
        return Err("Viber shows videos whose link ends in .mp4".to_owned());
    }
    let mut video =
        fields("video", [("media", url.into()), ("size", size.into()), ("text", caption(media).into())]);
    if let Some(seconds) = seconds {
        video.insert("duration".to_owned(), seconds.into());
    }
    Ok(with_thumbnail(video, media))
}

/// It has no caption, and needs a name with an extension: without one the customer cannot open it.
fn document(media: &Media, url: &str) -> Form {
    short(url)?;
    let size = media.size_bytes.filter(|size| *size > 0).ok_or(NO_SIZE)?;
    if size > FILE_BYTES_MAX {
        return Err(format!("Viber takes files of at most {FILE_BYTES_MAX} bytes, and this has {size}"));
    }
    let name = file_name(media, url).ok_or("Viber takes files whose name has an extension")?;
    let words = [extension(&name), url_extension(url)];
    if let Some(word) = words.iter().flatten().find(|word| FORBIDDEN_EXTENSIONS.contains(&word.as_str())) {
        return Err(format!("Viber delivers no files that end in .{word}"));
    }
    Ok(fields("file", [("media", url.into()), ("size", size.into()), ("file_name", name.into())]))
}

const NO_SIZE: &str = "Viber demands a size, and that is not known";

fn with_thumbnail(mut fields: Fields, media: &Media) -> Fields {
    let public = |url: &&str| url.starts_with("https://") && is_web(url) && short(url).is_ok();
    if let Some(thumbnail) = media.thumbnail.as_deref().filter(public) {
        fields.insert("thumbnail".to_owned(), thumbnail.into());
    }
    fields
}

/// The caption if the message can carry it; if not, it goes as a text of its own.
fn caption(media: &Media) -> &str {
    media.caption.as_deref().filter(|caption| chars::utf16(caption) <= CAPTION_UTF16_MAX).unwrap_or_default()
}

/// The public link, without which there is nothing that a customer could open.
fn url(media: &Media) -> Result<&str, Problem> {
    let url = media.url.as_deref().map(str::trim).filter(|url| is_web(url));
    url.ok_or_else(|| unsupported("there is no public link to the file"))
}

fn short(url: &str) -> Result<(), String> {
    let fits = chars::utf16(url) <= URL_CHARS_MAX;
    if fits { Ok(()) } else { Err("Viber takes links of at most 2,000 characters".to_owned()) }
}

/// The file's name with an extension, its own or the link's.
fn file_name(media: &Media, url: &str) -> Option<String> {
    let name = given_name(media).unwrap_or_else(|| last_segment(url).to_owned());
    let (stem, word) = match extension(&name) {
        Some(word) => (&name[..name.len() - word.len() - 1], word),
        None => (name.as_str(), url_extension(url)?),
    };
    let stem = chars::truncate_utf16(stem, FILE_NAME_CHARS_MAX - word.len() - 1);
    Some(format!("{stem}.{word}"))
}

/// What the sender called it: never a path, and nothing that hides where it ends.
fn given_name(media: &Media) -> Option<String> {
    let name = media.name.as_deref()?.rsplit(['/', '\\']).next()?;
    let is_seen =
        |c: &char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = name.chars().filter(is_seen).collect();
    let name = name.trim_start().trim_end_matches([' ', '.']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// A link's last segment, without query and fragment.
fn last_segment(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// The extension of a file's name, in lower case.
fn extension(name: &str) -> Option<String> {
    let (stem, word) = name.rsplit_once('.')?;
    let fits = !stem.is_empty()
        && (1..=10).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| word.to_ascii_lowercase())
}

fn url_extension(url: &str) -> Option<String> {
    extension(last_segment(url))
}

#[cfg(test)]
#[path = "tests/attachment.rs"]
mod tests;
