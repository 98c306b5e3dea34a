//! What holds for any text: sanitising twice is sanitising once, nothing gets through, and the cost is linear.

use std::time::{Duration, Instant};

use deskbell_html::{from_text, is_html, sanitise, to_text};
use proptest::prelude::*;

/// Pieces that a broken text is made of.
fn piece() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "a",
        "b",
        "i",
        "p",
        "div",
        "table",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "caption",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "pre",
        "br",
        "hr",
        "img",
        "font",
        "span",
        "blockquote",
        "script",
        "style",
        "svg",
        "math",
        "title",
        "select",
        "form",
        "center",
        "address",
        "iframe",
        "template",
        "plaintext",
    ]);
    let attribute = prop::sample::select(vec![
        "",
        " href=https://x.example",
        " href='javascript:x'",
        " onclick=x",
        " style=\"x:url(y)\"",
        " title=\"a>b\"",
        " dir=rtl",
        " colspan=3",
        " src=cid:x",
        " src=https://x.example",
        " alt='&quot;'",
        " x=\"",
        " '",
        " /",
    ]);
    prop_oneof![
        (tag.clone(), attribute).prop_map(|(tag, attribute)| format!("<{tag}{attribute}>")),
        tag.prop_map(|tag| format!("</{tag}>")),
        prop::sample::select(vec![
            "x",
            " ",
            "\n",
            "\r\n",
            "&amp;",
            "&lt;",
            "&#10;",
            "&nbsp;",
            "&",
            "<",
            ">",
            "\"",
            "'",
            "<!--",
            "-->",
            "é",
            "\u{202E}",
            "<!",
            "</",
            "<?x",
            "]]>",
            "<![CDATA[",
            "&#x202E;",
            "\u{0}",
            "word",
        ])
        .prop_map(str::to_owned),
    ]
}

fn html() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

/// Whether any tag or value has an effect.
fn is_harmless(shown: &str) -> bool {
    let lower = shown.to_ascii_lowercase();
    let tags = lower.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tags.into_iter().all(|tag| {
        ["script", "style", "svg", "math", "iframe", "form", "template", " on", "javascript:", "url("]
            .iter()
            .all(|word| {
                let within = word.starts_with(' ') && tag.contains(word);
                !within && !tag.trim_start_matches('/').starts_with(word)
            })
            && !tag.contains("src=\"http")
            && !tag.contains("href=\"java")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn sanitising_again_changes_nothing(html in html()) {
        let once = sanitise(&html);
        prop_assert!(is_harmless(&once), "{once}");
        prop_assert_eq!(sanitise(&once), once);
    }

    #[test]
    fn any_text_can_be_taken(text in "\\PC{0,60}") {
        let once = sanitise(&text);
        prop_assert_eq!(sanitise(&once), &*once);
        let _ = (to_text(&once), is_html(&text));
    }

    #[test]
    fn plain_text_shows_as_it_is(text in "[ -~é]{0,60}") {
        let shown = from_text(&text);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(&to_text(&shown)), words(&text));
        prop_assert!(is_harmless(&shown));
    }
}

/// Texts that cost some programs minutes.
#[test]
fn the_cost_is_linear_and_no_text_is_lost() {
    let texts = [
        format!("<p>x{}</p>", "&nbsp; ".repeat(150_000)),
        "\n \t".repeat(300_000),
        "<font>".repeat(50_000) + "end",
        "<b>".repeat(300_000) + "end",
        (0..40_000).map(|n| format!("<p><b title={n}><i>")).collect::<String>() + "end",
        "<table><tr><td>".repeat(60_000) + "end",
        "<div>".repeat(200_000) + "end",
        "<div>x</b></i>".repeat(70_000) + "end",
        format!("<table>{}</table>end", "a<b></b>".repeat(100_000)),
        "x".repeat(1_000_000) + "end",
        "<o:p></o:p>".repeat(90_000) + "end",
        format!("<p style=\"{}\">end", "x:y;".repeat(250_000)),
        format!("<a {}>end", (0..150_000).map(|n| format!("a{n} ")).collect::<String>()),
        "<a href=https://x.example>".repeat(38_000) + "end",
        "<a>".repeat(300_000) + "end",
        "<ul><li>".repeat(120_000) + "end",
        "<".repeat(1_000_000) + " end",
        "<a".repeat(400_000) + ">end",
        "<script>".repeat(100_000) + "</script>end",
        "<!--".repeat(200_000) + "-->end",
        "<svg>".repeat(200_000),
        "&amp".repeat(250_000) + "end",
        "<h1><p>".repeat(140_000) + "end",
        "<p></b></a></p>".repeat(60_000) + "end",
        "&lt;".repeat(200_000) + "end",
        "\u{A0}<o:p>".repeat(100_000) + "end",
        format!("<abbr title='{}'>end", "&amp;".repeat(180_000)),
        format!("<abbr title='{}'>", "&amp;".repeat(800)).repeat(200) + "end",
    ];
    for text in &texts {
        let began = Instant::now();
        let shown = sanitise(text);
        let plain = to_text(&shown);
        let took = began.elapsed();
        // Far above what it takes, in a build without optimisation on a busy machine; what is not linear takes minutes.
        let start: String = text.chars().take(30).collect();
        println!("{start}: {took:?}");
        assert!(took < Duration::from_secs(20), "{start}: {took:?}");
        assert!(plain.contains("end") || !text.ends_with("end"), "{start}");
        assert!(shown.len() < 12 * text.len() + 100, "{start}: {}", shown.len());
    }
}
