//! Media as pictures, videos and files, and what is refused before Viber refuses it.

use super::*;

/// `kind url size [name=…] [ms=…] => what is sent`
const CASES: &str = "
image https://f.example/a.jpg 1000          => picture
image https://f.example/a.JPEG 1000         => picture
image https://f.example/a.png -             => picture
image https://f.example/a.png?x=y.pdf -     => picture
image https://f.example/a.jpg 1000000       => picture
image https://f.example/a.jpg 1000001       => file a.jpg
image https://f.example/a.gif 1000          => file a.gif
image https://f.example/a.webp 1000         => file a.webp
image https://f.example/a.webp -            => unsupported-part
image - 1000                                => unsupported-part
video https://f.example/v.mp4 1000 ms=1500  => video 2
video https://f.example/v.mp4 1000          => video -
video https://f.example/v.mp4 27262976      => video -
video https://f.example/v.mp4 27262977      => file v.mp4
video https://f.example/v.mp4 1000 ms=180001 => file v.mp4
video https://f.example/v.mov 1000          => file v.mov
video https://f.example/v.mp4 -             => unsupported-part
file https://f.example/x/doc.pdf 1          => file doc.pdf
file https://f.example/x/doc.pdf 0          => unsupported-part
file https://f.example/x/doc.pdf 52428800   => file doc.pdf
file https://f.example/x/doc.pdf 52428801   => file-too-large
file https://f.example/1/2.pdf 9 name=Bill  => file Bill.pdf
file https://f.example/1/2.pdf 9 name=a/b.txt => file b.txt
file https://f.example/1/2.pdf 9 name=Звіт.PDF => file Звіт.pdf
file https://f.example/noext 9              => unsupported-part
file https://f.example/a.exe 9              => file-type-forbidden
file https://f.example/a.pdf 9 name=run.BAT => file-type-forbidden
file https://f.example/a.apk?x=a.pdf 9 name=fine.pdf => file-type-forbidden
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
        assert_eq!(show(draft), expected.trim(), "{line}");
    }
}

fn show(draft: Draft) -> String {
    match draft {
        Ok(fields) => match fields["type"].as_str().unwrap() {
            "file" => format!("file {}", fields["file_name"].as_str().unwrap()),
            "video" => {
                format!("video {}", fields.get("duration").map_or("-".to_owned(), ToString::to_string))
            }
            kind => kind.to_owned(),
        },
        Err(problem) => {
            assert_eq!(problem.class, ProblemClass::Unsupported);
            assert!(!problem.advice.is_empty());
            problem.code
        }
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
    let fields = file(&media).unwrap();
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
        let fields = file(&media).unwrap();
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
    assert_eq!(image(&media("https://f.example/t.jpg")).unwrap()["thumbnail"], "https://f.example/t.jpg");
    assert!(!image(&media("http://f.example/t.jpg")).unwrap().contains_key("thumbnail"));
}
