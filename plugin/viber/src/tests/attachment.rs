//! Media as pictures, videos and files, and what is refused before Viber refuses it.

use conversation::ProblemClass;

use super::*;
use crate::message::Message;

/// `kind url size [name=…] [ms=…] => what is sent, in which other form | a word of why`
const CASES: &str = "
image https://f.example/a.jpg 1000          => picture
image https://f.example/a.JPEG 1000         => picture
image https://f.example/a.png -             => picture
image https://f.example/a.png?x=y.pdf -     => picture
image https://f.example/a.jpg 1000000       => picture
image https://f.example/a.jpg 1000001       => file a.jpg, sent-as-file | 1000001
image https://f.example/a.gif 1000          => file a.gif, sent-as-file | .jpg
image https://f.example/a.webp 1000         => file a.webp, sent-as-file | .jpg
image https://f.example/a.webp -            => url https://f.example/a.webp, sent-as-link | size
image https://f.example/a 1000 name=a.jpg   => file a.jpg, sent-as-file | .jpg
image https://f.example/a 1000              => url https://f.example/a, sent-as-link | extension
image - 1000                                => unsupported-part | link
image file:///etc/a.jpg 1000                => unsupported-part | link
image /files/a.jpg 1000                     => unsupported-part | link
video https://f.example/v.mp4 1000 ms=1500  => video 2
video https://f.example/v.mp4 1000          => video -
video https://f.example/v.mp4 1000 ms=0     => video -
video https://f.example/v.mp4 27262976      => video -
video https://f.example/v.mp4 27262977      => file v.mp4, sent-as-file | 27262977
video https://f.example/v.mp4 52428801      => url https://f.example/v.mp4, sent-as-link | 52428801
video https://f.example/v.mp4 1000 ms=180000 => video 180
video https://f.example/v.mp4 1000 ms=180001 => file v.mp4, sent-as-file | 181
video https://f.example/v.mov 1000          => file v.mov, sent-as-file | .mp4
video https://f.example/v.mp4 -             => url https://f.example/v.mp4, sent-as-link | size
file https://f.example/x/doc.pdf 1          => file doc.pdf
file https://f.example/x/doc.pdf 0          => url https://f.example/x/doc.pdf, sent-as-link | size
file https://f.example/x/doc.pdf 52428800   => file doc.pdf
file https://f.example/x/doc.pdf 52428801   => url https://f.example/x/doc.pdf, sent-as-link | 52428801
file https://f.example/x/doc.pdf 52428801 name=Doc.pdf => text Doc.pdf\\nhttps://f.example/x/doc.pdf, sent-as-link | 52428801
file https://f.example/1/2.pdf 9 name=Bill  => file Bill.pdf
file https://f.example/1/2.pdf 9 name=a/b.txt => file b.txt
file https://f.example/1/2.pdf 9 name=a\\b.txt => file b.txt
file https://f.example/1/2.pdf 9 name=Звіт.PDF => file Звіт.pdf
file https://f.example/1/2.pdf 9 name=b\u{7}\u{202e}.txt => file b.txt
file https://f.example/1/2.pdf 9 name=..    => file 2.pdf
file https://f.example/1/2 9 name=Bill.pdf  => file Bill.pdf
file https://f.example/noext 9              => url https://f.example/noext, sent-as-link | extension
file https://f.example/noext 9 name=Audio   => text Audio\\nhttps://f.example/noext, sent-as-link | extension
file https://f.example/a.exe 9              => url https://f.example/a.exe, sent-as-link | .exe
file https://f.example/a.pdf 9 name=run.BAT => text run.BAT\\nhttps://f.example/a.pdf, sent-as-link | .bat
file https://f.example/a.apk?x=a.pdf 9 name=fine.pdf => text fine.pdf\\nhttps://f.example/a.apk?x=a.pdf, sent-as-link | .apk
file https://f.example/x.exe.zip 9          => file x.exe.zip
";

/// S40, T21, T22, T24.
#[test]
fn media_become_what_viber_takes() {
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let (given, expected) = line.split_once("=>").unwrap();
        let words: Vec<&str> = given.split_whitespace().collect();
        let option = |key: &str| words.iter().find_map(|word| word.strip_prefix(key));
        let media = Media {
            url: (words[1] != "-").then(|| words[1].to_owned()),
            size_bytes: words[2].parse().ok(),
            name: option("name=").map(str::to_owned),
            duration_ms: option("ms=").map(|ms| ms.parse().unwrap()),
            ..Media::default()
        };
        let draft = match words[0] {
            "image" => image(&media),
            "video" => video(&media),
            _ => file(&media),
        };
        let (expected, word) = expected.split_once(" | ").unwrap_or((expected, ""));
        let (shown, why) = show(draft);
        assert_eq!(shown, expected.trim(), "{line}");
        assert!(why.contains(word) && why.is_empty() == word.is_empty(), "{line}: {why}");
    }
}

/// What is sent, and what the operator is told.
fn show(draft: Draft) -> (String, String) {
    let Message { fields, changed } = match draft {
        Ok(message) => message,
        Err(problem) => {
            assert_eq!(problem.class, ProblemClass::Unsupported);
            assert!(!problem.advice.is_empty());
            return (problem.code, problem.text);
        }
    };
    let field = |key: &str| fields[key].as_str().unwrap().to_owned();
    let shown = match field("type").as_str() {
        "file" => format!("file {}", field("file_name")),
        "video" => format!("video {}", fields.get("duration").map_or("-".to_owned(), ToString::to_string)),
        "text" => format!("text {}", field("text").replace('\n', "\\n")),
        "url" => format!("url {}", field("media")),
        kind => kind.to_owned(),
    };
    match changed {
        Some(problem) => (format!("{shown}, {}", problem.code), problem.text),
        None => (shown, String::new()),
    }
}

#[test]
fn a_long_name_keeps_its_extension() {
    let media = Media {
        url: Some("https://f.example/a.pdf".to_owned()),
        size_bytes: Some(1),
        name: Some(format!("{}.pdf", "ж".repeat(400))),
        ..Media::default()
    };
    let fields = file(&media).unwrap().fields;
    let name = fields["file_name"].as_str().unwrap();
    assert_eq!((name.chars().count(), name.ends_with("ж.pdf")), (256, true));
}

#[test]
fn odd_names_do_not_panic() {
    for name in ["a.pdf?x", "я.", ".pdf", "..", "a.ж", "con.tar.gz", "a#b.pdf", ""] {
        let media = Media {
            url: Some("https://f.example/a.pdf".to_owned()),
            size_bytes: Some(1),
            name: Some(name.to_owned()),
            ..Media::default()
        };
        let fields = file(&media).unwrap().fields;
        assert!(fields["file_name"].as_str().unwrap().contains('.'), "{name}");
    }
}

#[test]
fn thumbnails_travel_if_they_are_public() {
    let media = |thumbnail: &str| Media {
        url: Some("https://f.example/a.jpg".to_owned()),
        thumbnail: Some(thumbnail.to_owned()),
        ..Media::default()
    };
    assert_eq!(
        image(&media("https://f.example/t.jpg")).unwrap().fields["thumbnail"],
        "https://f.example/t.jpg"
    );
    for none in ["http://f.example/t.jpg", "https://f.example/a b.jpg", "data:image/png;base64,AAAA", ""] {
        assert!(!image(&media(none)).unwrap().fields.contains_key("thumbnail"), "{none}");
    }
}

/// A link may be longer than Viber's message for links takes, and than any message: then there is nothing to open.
#[test]
fn a_long_link_is_a_text_and_one_that_no_message_holds_is_refused() {
    let sent = |length: usize| {
        let url = format!("https://f.example/{}.pdf", "x".repeat(length));
        show(file(&Media { url: Some(url), size_bytes: Some(1), ..Media::default() }))
    };
    assert_eq!(sent(1_978).0, format!("file {}.pdf", "x".repeat(252)));
    let (shown, why) = sent(1_979);
    assert!(shown.starts_with("text https") && shown.ends_with(", sent-as-link"), "{shown}");
    assert!(why.contains("2,000"), "{why}");
    assert_eq!(sent(7_000).0, "unsupported-part");
}
