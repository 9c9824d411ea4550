//! Pictures, videos and files as messages, and what Viber takes of each; not their bytes, which stay with the host.
//!
//! The customer's app fetches the link itself, and goes by the extension at the end of its path.

use conversation::{Media, Problem, ProblemClass};

use crate::chars;
use crate::limits::{
    CAPTION_UTF16_MAX, FILE_BYTES_MAX, FILE_NAME_CHARS_MAX, FORBIDDEN_EXTENSIONS, PICTURE_BYTES_MAX,
    URL_CHARS_MAX, VIDEO_BYTES_MAX, VIDEO_SECONDS_MAX,
};
use crate::message::{Draft, fields, unsupported};
use crate::prelude::*;

/// A picture; one that is too large, or of another kind, is sent as a file. `text` is demanded even when empty.
pub(crate) fn image(media: &Media) -> Draft {
    let url = url(media)?;
    let small = media.size_bytes.is_none_or(|size| size <= PICTURE_BYTES_MAX);
    let shown = matches!(url_extension(url).as_deref(), Some("jpg" | "jpeg" | "png"));
    if !small || !shown {
        return file(media);
    }
    let mut picture = fields("picture", [("media", url.into()), ("text", caption(media).into())]);
    if let Some(thumbnail) = media.thumbnail.as_deref().filter(|url| url.starts_with("https://")) {
        picture.insert("thumbnail".to_owned(), thumbnail.into());
    }
    Ok(picture)
}

/// A video; one that is too large, too long or no MP4 is sent as a file. Viber wants seconds here.
pub(crate) fn video(media: &Media) -> Draft {
    let url = url(media)?;
    let seconds = media.duration_ms.map(|ms| ms.div_ceil(1_000));
    let size = media.size_bytes.filter(|size| (1..=VIDEO_BYTES_MAX).contains(size));
    let short = seconds.is_none_or(|seconds| seconds <= VIDEO_SECONDS_MAX);
    let (Some(size), true, Some("mp4")) = (size, short, url_extension(url).as_deref()) else {
        return file(media);
    };
    let mut video =
        fields("video", [("media", url.into()), ("size", size.into()), ("text", caption(media).into())]);
    if let Some(seconds) = seconds.filter(|seconds| *seconds > 0) {
        video.insert("duration".to_owned(), seconds.into());
    }
    if let Some(thumbnail) = media.thumbnail.as_deref().filter(|url| url.starts_with("https://")) {
        video.insert("thumbnail".to_owned(), thumbnail.into());
    }
    Ok(video)
}

/// A file of any kind that Viber does not forbid. It has no caption.
pub(crate) fn file(media: &Media) -> Draft {
    let url = url(media)?;
    let size = media.size_bytes.filter(|size| *size > 0);
    let size = size.ok_or_else(|| unsupported("the file's size is not known, and Viber demands it"))?;
    if size > FILE_BYTES_MAX {
        return Err(too_large(size));
    }
    let name = name(media, url)?;
    let words = [extension(&name), url_extension(url)];
    if let Some(word) = words.iter().flatten().find(|word| FORBIDDEN_EXTENSIONS.contains(&word.as_str())) {
        return Err(forbidden(word));
    }
    Ok(fields("file", [("media", url.into()), ("size", size.into()), ("file_name", name.into())]))
}

/// The caption if the message can carry it; if not, it goes as a text of its own.
fn caption(media: &Media) -> &str {
    media.caption.as_deref().filter(|caption| chars::utf16(caption) <= CAPTION_UTF16_MAX).unwrap_or_default()
}

fn url(media: &Media) -> Result<&str, Problem> {
    let url = media.url.as_deref().filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| unsupported("there is no public link to the file"))?;
    if url.chars().count() > URL_CHARS_MAX {
        return Err(unsupported("the link to the file is longer than Viber takes"));
    }
    Ok(url)
}

/// The file's name with an extension: without one the customer cannot open it. Names are never paths.
fn name(media: &Media, url: &str) -> Result<String, Problem> {
    let given = media.name.as_deref().and_then(|name| name.rsplit(['/', '\\']).next()).map(str::trim);
    let name = given.filter(|name| !name.is_empty()).unwrap_or_else(|| last_segment(url));
    let (stem, word) = match (extension(name), url_extension(url)) {
        (Some(word), _) => (&name[..name.len() - word.len() - 1], word),
        (None, Some(word)) => (name, word),
        (None, None) => return Err(unsupported("the file's name has no extension")),
    };
    let room = FILE_NAME_CHARS_MAX - word.len() - 1;
    Ok(format!("{}.{word}", chars::truncate(stem, room)))
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

fn too_large(size: u64) -> Problem {
    let text = format!("the file has {size} bytes, and Viber takes at most {FILE_BYTES_MAX}");
    Problem::new(ProblemClass::Unsupported, "file-too-large", text, "Send a link to it, or make it smaller.")
}

fn forbidden(word: &str) -> Problem {
    let text = format!("Viber delivers no files that end in .{word}");
    Problem::new(
        ProblemClass::Unsupported,
        "file-type-forbidden",
        text,
        "Pack it into an archive, or send a link.",
    )
}

#[cfg(test)]
#[path = "tests/attachment.rs"]
mod tests;
