//! Operators' HTML and Markdown as Viber shows it (I9).

use super::*;

fn html(text: &str) -> String {
    plain(&Text { text: text.to_owned(), format: TextFormat::Html }).into_owned()
}

fn markdown(text: &str) -> String {
    plain(&Text { text: text.to_owned(), format: TextFormat::Markdown }).into_owned()
}

#[test]
fn plain_text_stays_as_it_is() {
    for format in [TextFormat::Plain, TextFormat::Other("asciidoc".to_owned())] {
        let text = Text { text: "<b>*a*</b> &amp; ".to_owned(), format };
        assert_eq!(plain(&text), "<b>*a*</b> &amp; ");
    }
}

/// I9.
#[test]
fn html_becomes_text() {
    for (given, shown) in [
        (
            "<p>Hello <b>Olena</b>,</p><p>it is <i>on its way</i>.</p>",
            "Hello *Olena*,\n\nit is _on its way_.",
        ),
        ("<strong>a</strong> <em>b</em> <s>c</s> <del>d</del> <code>e</code>", "*a* _b_ ~c~ ~d~ ```e```"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>one</li><li>two <b>!</b></li></ul>end", "• one\n• two *!*\n\nend"),
        (
            r#"See <a href="https://x.example/a?b=1&amp;c=2">our page</a>."#,
            "See our page (https://x.example/a?b=1&c=2).",
        ),
        (r#"<a href='https://x.example/'>https://x.example</a>"#, "https://x.example/"),
        (r#"<a class="y" href="mailto:a@x.example">a@x.example</a>"#, "a@x.example"),
        (r#"<a href="mailto:a@x.example">write</a>"#, "write (a@x.example)"),
        (r#"<a href="tel:+380441112233">call us</a>"#, "call us (+380441112233)"),
        (r#"<a href="https://www.x.example/"><b>x.example</b></a>"#, "https://www.x.example/"),
        (r#"<a href="javascript:alert(1)">click</a>"#, "click"),
        (r#"<a href="https://x.example/"></a>"#, "https://x.example/"),
        ("<a href=\"#top\">up</a>", "up"),
        (
            "5 &lt; 6 &amp;&amp; 7 &gt; 6 &#1078; &#x416; &nbsp;&euro; &unknown; &",
            "5 < 6 && 7 > 6 ж Ж \u{a0}€ &unknown; &",
        ),
        ("&lt;b&gt;not a tag&lt;/b&gt;", "<b>not a tag</b>"),
        ("a<!-- secret <b>x</b> -->b", "ab"),
        ("<style>p { color: red }</style><script>if (a<b) alert(1)</script>text", "text"),
        ("<pre>a  b\n  c</pre>", "```a  b```\n  ```c```"),
        ("  lots \n of \t space  ", "lots of space"),
        ("<B>LOUD</B>", "*LOUD*"),
        ("<b> padded </b>x", "*padded* x"),
        ("<b></b>x", "x"),
        ("<b>two<br>lines</b>", "*two*\n*lines*"),
    ] {
        assert_eq!(html(given), shown, "{given}");
    }
}

#[test]
fn what_editors_nest_becomes_text() {
    for (given, shown) in [
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td><p>c</p></td><td><p>d</p></td></tr></table>e",
            "a | b\nc | d\n\ne",
        ),
        (r#"<img src="https://x.example/l.png" alt="a lamp">"#, "a lamp (https://x.example/l.png)"),
        (r#"<img src="https://x.example/l.png">"#, "https://x.example/l.png"),
        (r#"<img src="data:image/png;base64,AAAA" alt="">"#, ""),
        (
            "<ol><li>one</li><li>two<ul><li>deep</li></ul></li><li>three</li></ol>end",
            "1. one\n2. two\n  • deep\n3. three\n\nend",
        ),
        ("<ul><li><p>one</p></li><li><p>two</p></li></ul><p>end</p>", "• one\n• two\n\nend"),
        ("<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>", "a\n\n> b\n> \n> c\n\nd"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> \n> > b"),
        ("<?xml:namespace prefix=o /><o:p>a</o:p><![endif]>", "a"),
        ("Stra&szlig;e &Uuml;ber &yuml;&nbsp;&frac12; &times;", "Straße Über ÿ\u{a0}½ ×"),
        ("<b>a <strong>b</strong> c</b> d", "*a b c* d"),
        ("<pre><code>a <b>b</b></code></pre>", "```a b```"),
        ("<title>page</title>x", "x"),
        (
            "<ul><li></li><li>b</li></ul>",
            "•
• b",
        ),
        (
            "<table><tr><td>a</td><td></td></tr><tr><td>b</td></tr></table>",
            "a |
b",
        ),
        (r#"<img src="x.png" alt="a lamp">"#, "a lamp"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("a <b unclosed", "a"),
        (r#"<p title="a > b">x</p>"#, "x"),
        ("<h1>Title</h1>text", "*Title*\n\ntext"),
        ("<h2><b>Title</b></h2>text", "*Title*\n\ntext"),
        ("</b></a></p>odd", "odd"),
        ("<a href=x><b>in</a></b>", "in (x)"),
        ("", ""),
    ] {
        assert_eq!(html(given), shown, "{given}");
    }
}

/// I9.
#[test]
fn markdown_becomes_text() {
    for (given, shown) in [
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("*it* and _it_", "_it_ and _it_"),
        ("~~gone~~ `code`", "~gone~ ```code```"),
        ("***both***", "*_both_*"),
        ("a **b *c* d** e", "a *b _c_ d* e"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2_3_4"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("# Title\ntext", "*Title*\ntext"),
        ("- one\n* two\n+ three\n1. four", "• one\n• two\n• three\n1. four"),
        ("[our page](https://x.example/a \"title\")", "our page (https://x.example/a)"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("![lamp](https://x.example/l.png)", "lamp (https://x.example/l.png)"),
        ("<https://x.example/?a=1&b=2>", "https://x.example/?a=1&b=2"),
        ("a <b>tag</b><br>b", "a tag\nb"),
        ("> quoted", "> quoted"),
        ("```rust\nlet a = *b;\n```\nafter", "```\nlet a = *b;\n```\nafter"),
        ("```\nopen", "```\nopen\n```"),
        (r"\*not\* \_it\_ \\", r"*not* _it_ \"),
        ("a\n\n---\n\nb", "a\n\n\n\nb"),
        ("1 < 2 &amp; 3", "1 < 2 & 3"),
        ("`a && b &lt;`", "```a && b &lt;```"),
        ("**open", "**open"),
        ("[odd](", "[odd]("),
        ("привіт **усім** 🙂", "привіт *усім* 🙂"),
        ("", ""),
    ] {
        assert_eq!(markdown(given), shown, "{given}");
    }
}

/// I9: what helpdesks' editors write beyond the marks.
#[test]
fn markdown_blocks_and_addresses_become_text() {
    for (given, shown) in [
        ("| a | **b** |\n|---|:-:|\n| c | d \\| e |\n| f |\nend", "a | *b*\nc | d | e\nf\nend"),
        ("a | b\n--|--\nc |\n\nx | y", "a | b\nc\n\nx | y"),
        ("Title\n=====\ntext", "*Title*\ntext"),
        ("**Title**\n---\ntext", "*Title*\ntext"),
        ("- item\n---\ntext", "• item\n\ntext"),
        ("1. item\n---", "1. item"),
        ("> quote\n---\nx", "> quote\n\nx"),
        ("a\n\n---\nb", "a\n\n\nb"),
        ("- [ ] call\n- [x] pay **now**\n- [y] x", "☐ call\n☑ pay *now*\n• [y] x"),
        ("https://x.example/_a_/b*c*d and *it*", "https://x.example/_a_/b*c*d and _it_"),
        ("https://x.example/a\\_b\\_c", "https://x.example/a_b_c"),
        ("www.x.example/__a__~~b~~c", "www.x.example/__a__~~b~~c"),
        ("**see https://x.example/a*b_c_d**", "*see https://x.example/a*b_c_d*"),
        ("*https://x.example/a_b* _https://x.example/c_", "_https://x.example/a_b_ _https://x.example/c_"),
        ("`https://x.example/_a_`", "```https://x.example/_a_```"),
        ("```\nget https://x.example/_a_b\n```", "```\nget https://x.example/_a_b\n```"),
        ("<https://x.example/_a_b>", "https://x.example/_a_b"),
        ("[a](https://x.example/u_(b)_c) d", "a (https://x.example/u_(b)_c) d"),
        ("([a](https://x.example/u))", "(a (https://x.example/u))"),
        ("[a](u(b)", "[a](u(b)"),
        ("[https://x.example/_a_b](https://x.example/_a_b)", "https://x.example/_a_b"),
        (
            r#"see <a class="y" href="https://x.example/_a_b?c=1&amp;d=2">**our** page</a>."#,
            "see *our* page (https://x.example/_a_b?c=1&d=2).",
        ),
        ("<a name=\"top\"></a>x <a href=y>z", "x z"),
    ] {
        assert_eq!(markdown(given), shown, "{given}");
    }
}

#[test]
fn nothing_panics_and_no_tag_survives() {
    let pieces = [
        "<", ">", "b", "</", "&", ";", "*", "_", "`", "[", "](", ")", "\"", "=", "ж", "🙂", " ", "\n",
        "<!--", "<a href=", "~~", "\\", "#",
    ];
    let mut seed = 11_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..5_000 {
        let text: String = (0..next(24)).map(|_| pieces[next(pieces.len())]).collect();
        let (html, markdown) = (html(&text), markdown(&text));
        assert!(!html.contains("</b>") && !markdown.contains("<b>"), "{text}");
    }
}

/// An operator's paste must not end the call: neither by its depth nor by its length.
#[test]
fn deep_and_long_texts_come_to_an_end() {
    let long = 64 << 10;
    for (piece, shown) in [
        (">", "> > "),
        ("*a ", "*a *a"),
        ("[", "[[["),
        ("<", "<<<"),
        ("![", "![!["),
        ("*_", "*_"),
        ("**a", "a"),
        ("`", ""),
        ("<b", "<b"),
        ("a~~", "a"),
        ("[a](b) ", "a (b) a (b)"),
        ("[a](", "[a]("),
        ("<a ", "<a"),
        ("<a x></a", ""),
        ("|", "|"),
        ("a|\n-|\n", "a"),
        ("http://*", "http://*"),
        ("www._ ", "www._"),
    ] {
        let text = markdown(&piece.repeat(long / piece.len()));
        assert!(text.contains(shown), "{piece}: {}", text.chars().take(40).collect::<String>());
    }
    let nested = format!("{}x{}", "*_".repeat(5_000), "_*".repeat(5_000));
    assert!(markdown(&nested).contains('x'));
    assert_eq!(markdown("> > a"), "> > a");
}

/// As Markdown, HTML of any depth ends in time, and what is too deep for a mark is still read.
#[test]
fn deep_html_comes_to_an_end() {
    let deep = 100_000;
    for (open, close) in [
        ("<b>", "</b>"),
        ("<b>", "</i>"),
        ("<a href=x>", "</a>"),
        ("<ul><li>", "</li></ul>"),
        ("<blockquote>", "</blockquote>"),
    ] {
        let text = html(&format!("{}x{}", open.repeat(deep), close.repeat(deep)));
        assert!(text.contains('x') && text.len() < deep * 30, "{open}{close}: {}", text.len());
    }
}
