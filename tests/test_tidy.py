"""What comes in is hostile, what goes out may stand on a page; tidying twice changes nothing."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import tidy
from hub.model import Account, Choice, Emoji, Item, Media, Poll, Rating
from tests.html_safety import unsafe

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
BASE = "https://blog.example/2026/post/"
SPICES = [
    "<",
    ">",
    "&",
    '"',
    "'",
    "{static}",
    "|filename|",
    "<b>",
    "</p>",
    "<a href=",
    "<img src=x>",
    "<table>",
    "<li>",
]
SPICES += ["<pre>\n\n", "<div>", "<h1>", "<svg>", "<math><mi>", "<iframe>", "<video><source src=x>", "&#1;", "&nbsp;"]
hostile = st.lists(st.sampled_from(SPICES) | st.text(max_size=8), max_size=30).map("".join)


def note(html: str = "", **more: object) -> Item:
    return Item(id="tag:x,2026:1", url=BASE, channel="blog", html=html, **more)  # type: ignore[arg-type]


def tidied(html: str, **more: object) -> str:
    return tidy.item(note(html, **more), NOW).html


def everywhere(text: str) -> Item:
    """An item that says the same thing in every field that a network fills."""
    author = Account(name=text, handle=text, url=text, avatar=text, id=text)
    media = (Media(url=text, alt=text, poster=text, type=text),)
    same = dict.fromkeys(("id", "url", "kind", "html", "title", "reply_to", "root", "warning", "language"), text)
    rows = dict.fromkeys(("quotes", "links", "aliases", "tags"), (text, text))
    poll = Poll(choices=(Choice(title=text, votes=-1),))
    return Item(
        channel="c", author=author, media=media, poll=poll, emojis=(Emoji(code=text, url=text),), **same, **rows
    )  # type: ignore[arg-type]


def vectors(*names: str) -> list[str]:
    found: list[str] = []
    for path in (path for name in names for path in sorted(CORPORA.glob(name))):
        data = json.loads(path.read_text())
        rows = data if isinstance(data, list) else [row for rows in data.values() for row in rows]
        found += [row if isinstance(row, str) else row["input"] for row in rows]
    if not found:
        pytest.skip(f"no attack vectors in {CORPORA}")
    return found


ATTACKS = ["xss-*/*.json"]
ODDITIES = ["naughty-strings/blns.json", "html5lib-tests/tokenizer/*.txt"]


# the corpora


@pytest.mark.parametrize("corpus", ["xss-ammonia-nh3", "xss-bleach", "xss-dompurify"])
def test_nothing_unsafe_is_left_of_any_known_attack(corpus: str) -> None:
    found = {attack: unsafe(tidied(attack)) for attack in vectors(f"{corpus}/*.json")}
    assert {attack: why for attack, why in found.items() if why} == {}


@pytest.mark.slow
@pytest.mark.parametrize("corpus", ATTACKS + ODDITIES)
def test_tidying_twice_is_tidying_once_in_every_field(corpus: str) -> None:
    once = [tidy.item(everywhere(text), NOW) for text in vectors(corpus)]
    assert [tidy.item(item, NOW) for item in once] == once


@pytest.mark.slow
@pytest.mark.parametrize("corpus", ATTACKS + ODDITIES)
def test_a_browser_reads_back_what_was_written(corpus: str) -> None:
    for attack in vectors(corpus):
        html = tidied(attack)
        tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
        again = html5lib.parseFragment(html5lib.serialize(tree, quote_attr_values="always", omit_optional_tags=False))
        assert html5lib.serialize(again) == html5lib.serialize(html5lib.parseFragment(html)), attack


def test_no_known_attack_can_hurt_as_a_name_or_an_address() -> None:
    for attack in vectors(*ATTACKS):
        item = tidy.item(everywhere(attack), NOW)
        addresses = [item.url, item.author.url, item.author.avatar, *item.links, *(medium.url for medium in item.media)]
        assert all(re.fullmatch(r"(https?://[^\s<>\"'{}|\\]+)?", address) for address in addresses), attack
        assert "\n" not in item.title + item.author.name


def test_pelican_finds_no_link_to_expand_in_any_vector() -> None:
    from pelican.contents import Content
    from pelican.settings import DEFAULT_CONFIG

    expander = Content._get_intrasite_link_regex(SimpleNamespace(settings=DEFAULT_CONFIG))  # type: ignore[arg-type]
    tags, keys = ("a", "img", "abbr", "video", "blockquote", "iframe"), ("href", "src", "title", "poster", "cite")
    marks = ("{static}", "|static|", "{static|", "{filename}", "|attach|")
    braces = [f"<{tag} {key}={quote}{mark}/../../secret{quote}>x"
              for tag, key, quote, mark in product(tags, keys, "'\"", marks)]  # fmt: skip
    nested = ["""<abbr title="a href='{static}/secret'">x</abbr>""", "<time datetime='src=\"|attach|x\"'>y</time>"]
    assert not [attack for attack in braces + nested + vectors(*ATTACKS) if expander.search(tidied(attack))]


# properties


@given(hostile)
def test_any_html_is_tidied_to_something_safe_that_stays_as_it_is(source: str) -> None:
    item = tidy.item(note(source), NOW)
    assert unsafe(item.html) == []
    assert tidy.item(item, NOW) == item


@given(st.text(), st.integers(8, 80))
def test_any_text_becomes_one_line_that_stays_as_it_is(text: str, limit: int) -> None:
    line = tidy.plain(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert tidy.plain(line, limit) == line


@given(st.text() | st.builds("http://{}:80/{}?utm_source=1&{}#{}".format, st.text(), st.text(), st.text(), st.text()))
def test_any_address_and_name_is_normalised_once_and_for_all(text: str) -> None:
    assert tidy.url(tidy.url(text)) == tidy.url(text)
    assert tidy.name(tidy.name(text)) == tidy.name(text)
    assert tidy.identity(tidy.identity(text)) == tidy.identity(text)


# bodies


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>Hello <em>you</em></p>", "<p>Hello <em>you</em></p>"),
        ("<p class=x id=y style='color:red' data-z=1 dir=rtl>a", '<p dir="rtl">a</p>'),
        ("<p lang=de-CH>a</p><p lang='x y'>b</p>", '<p lang="de-CH">a</p><p>b</p>'),
        ("<h1>a</h1><h2>b</h2>", "<h3>a</h3><h4>b</h4>"),
        ("<h1>a</h1><h6>b</h6>", "<h3>a</h3><h6>b</h6>"),
        ("<h3>a</h3><h4>b</h4>", "<h3>a</h3><h4>b</h4>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<div><p>one</p></div>", "<p>one</p>"),
        ("<p>&nbsp;</p><p>a</p><ul></ul>", "<p>a</p>"),
        ("a<b></b>b <i> </i>c", "ab  c"),
        ("<li>a</li>", "<p>a</p>"),
        ("<pre>\n\n\n  x\n</pre>", "<pre>  x\n</pre>"),
        ("<b><p>a</p></b><i>b</i>", "<p>a</p><i>b</i>"),
        ("<h2><div>a</div><p>b</p></h2>", "<h3> a b</h3>"),
        ("<pre><div>a</div><div>b</div></pre>", "<pre>a\nb</pre>"),
        ("<rt>a</rt>", "<span>a</span>"),
        ("<script>alert(1)</script><style>p{}</style>a", "a"),
        ("<!-- secret -->a", "a"),
        ("<noscript><p>turn it on</p></noscript>a", "a"),
        ("<strike>a</strike><tt>b</tt>", "<s>a</s><code>b</code>"),
        ("<ruby>漢<rt>kan</rt></ruby>", "<ruby>漢<rt>kan</rt></ruby>"),
        ("<ol start=3 reversed type=a><li value=x>q", '<ol start="3" reversed=""><li>q</li></ol>'),
        ("<time datetime=2026-11-05>x</time>", '<time datetime="2026-11-05">x</time>'),
        ("{{ 7*7 }} {% raw %} {static}", "{{ 7*7 }} {% raw %} {static}"),
        ("a&#1;&#xfffe;\x00\ud800b\r\nc", "ab\nc"),
        ("\u202eevil\u202c", "evil\u202c"),
    ],
)
def test_a_body_keeps_what_it_says_and_loses_what_it_may_not_do(source: str, expected: str) -> None:
    assert tidied(source) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://a.example/x?y=1&z=2", "https://a.example/x?y=1&amp;z=2"),
        ("../other", "https://blog.example/2026/other"),
        ("#note-1", "https://blog.example/2026/post/#note-1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:me@example.org?subject=x", "mailto:me@example.org"),
        ("https://a.example/ü b|c", "https://a.example/%C3%BC%20b%7Cc"),
    ],
)
def test_a_link_is_made_whole(href: str, expected: str) -> None:
    assert tidied(f'<a href="{href}">x</a>') == f'<a href="{expected}" rel="nofollow ugc noopener">x</a>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "java\tscript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://a/",
        "{static}/../../secret",
        "|filename|a",
        " {attach}x",
        "http://u:p@evil.example/",
        "http://",
        "magnet:?xt=1",
    ],
)
def test_a_link_that_may_not_be_followed_is_only_its_text(href: str) -> None:
    assert tidied(f'<a href="{href}">x</a>') == "x"


def test_links_of_others_are_marked_as_theirs_and_ours_are_not() -> None:
    link = '<a href="https://a.example/" rel=me target=_blank>x</a>'
    assert tidied(link) == '<a href="https://a.example/" rel="nofollow ugc noopener">x</a>'
    assert tidied(link, ours=True) == '<a href="https://a.example/" rel="noopener">x</a>'


def test_pictures_move_out_of_the_text() -> None:
    item = tidy.item(
        note('<p>a</p><a href="/big.jpg"><img src="small.jpg" alt="A &lt;cat&gt;" width=300 height="200px"></a>'), NOW
    )
    assert item.html == "<p>a</p>"
    assert item.media == (Media(url=f"{BASE}small.jpg", alt="A <cat>", width=300, height=200),)


def test_a_picture_that_the_channel_named_is_not_shown_twice() -> None:
    known = Media(url="https://blog.example/a.jpg", alt="from the channel")
    assert tidy.item(note('<img src="http://blog.example/a.jpg?utm_source=feed">', media=(known,)), NOW).media == (
        known,
    )


@pytest.mark.parametrize(
    "pixel", ["width=1 height=1 src=/p.gif", "height=2 src=/p.gif", "src=''", "src='data:image/gif,R'"]
)
def test_a_picture_that_only_counts_readers_is_dropped(pixel: str) -> None:
    item = tidy.item(note(f"<p>a<img {pixel}></p>"), NOW)
    assert (item.html, item.media) == ("<p>a</p>", ())


@pytest.mark.parametrize("picture", ["<img alt='🙂' src=x.png>", "<img class=wp-smiley alt='🙂' src=x>"])
def test_an_emoji_drawn_as_a_picture_is_an_emoji(picture: str) -> None:
    item = tidy.item(note(f"Hi {picture}"), NOW)
    assert (item.html, item.media) == ("Hi 🙂", ())


def test_a_foreign_frame_becomes_a_link() -> None:
    html = tidied('<iframe src="//video.example/embed/1" title="Our film"><script>alert(1)</script></iframe>after')
    assert html == '<a href="https://video.example/embed/1" rel="nofollow ugc noopener">Our film</a>after'


def test_a_film_moves_out_with_its_first_source() -> None:
    item = tidy.item(note("<video poster=p.jpg><source src=a.webm><source src=a.mp4>Sorry</video>after"), NOW)
    assert item.html == "after"
    assert item.media == (Media(url=f"{BASE}a.webm", type="video", poster=f"{BASE}p.jpg"),)


def test_where_a_text_says_it_stands_too_is_known_and_stays_known() -> None:
    toot, sky, tweet = (f"https://{name}.example/9" for name in ("social", "sky", "x"))
    quoted = '<blockquote><a class="u-syndication" href="https://else.example/">of another</a></blockquote>'
    html = f"""<link rel="syndication" href="{sky}"><p>Hi <a class="url u-syndication" href="{toot}">toot</a>{quoted}
        <a rel="me Syndication" href="{tweet}"></a><a rel="nofollow" class="syndication" href="/other">more</a>"""
    given = Item(id="a", url="https://b.example/1", channel="b", html=html, syndication=("https://b.example/1/", toot))
    once = tidy.item(given, NOW)
    assert once.syndication == (toot, sky, tweet)
    assert tidy.item(once, NOW) == once


def test_what_the_text_links_to_is_listed_once_in_order() -> None:
    item = tidy.item(note("<a href=/b>1</a><a href=/c>2</a><a href=/b>3</a>", links=("https://a.example/",)), NOW)
    assert item.links == ("https://a.example/", "https://blog.example/b", "https://blog.example/c")


# sizes


@pytest.mark.parametrize(
    "bomb",
    [
        "<b>" * 60_000,
        "<b-b>" * 60_000,
        "<div>" * 19_999,
        "<ul><li>" * 9_999,
        "<a href=/><div>" * 9_999,
        "<table><td>" * 9_999,
        "<p>" + "".join(f"<i lang=a{n}>" for n in range(9_000)) + "<p>x" * 10_000,
        "<p>" + "<b><i><u><em><s><code>" * 3 + "<p>x" * 19_000,
        "&" * 1_000_000,
        "a" + "\u0301" * 200_000,
        "<p>" + "<a href=/x>x</a>" * 12_000,
        "<" * 300_000,
    ],
    ids=lambda bomb: bomb[:12],
)
@pytest.mark.slow
def test_a_bomb_fizzles_out(bomb: str) -> None:
    item = tidy.item(note(bomb), NOW)
    assert len(item.html.encode()) <= 256 * 1024
    assert tidy.item(item, NOW) == item


def test_a_body_that_is_too_long_is_an_excerpt() -> None:
    item = tidy.item(note("<p>some words</p>" * 15_000), NOW)
    assert item.excerpt
    assert item.html.startswith("<p>some words</p><p>some words</p>")


def test_nesting_ends_somewhere_and_loses_no_word() -> None:
    html = tidied("<blockquote>" * 500 + "deep")
    assert html.count("<blockquote>") == 40
    assert tidy.text(html) == "deep"


# words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \n\t b ", "a b"),
        ("e\u0301", "é"),
        ("Z" + "\u0335" * 50, "Z" + "\u0335" * 3),
        ("admin\u202enimda", "adminnimda"),
        ("\u2067x\u2069", "x"),
        ("pay\u200bpal\ufeff\u00ad", "paypal"),
        ("a\u200db", "ab"),
        ("\u3164\u200b", ""),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ක්\u200dරී", "ක්\u200dරී"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("hi\U000e0067\U000e0062", "hi"),
        ("<b>x</b> &amp;", "<b>x</b> &amp;"),
        ("x" * 400, "x" * 299 + "…"),
        ("x" * 298 + "👩\u200d👧", "x" * 298 + "…"),
    ],
)
def test_a_line_of_text_has_no_tricks(text: str, expected: str) -> None:
    assert tidy.plain(text, 300) == expected


def test_text_says_what_the_page_says() -> None:
    html = tidied(
        "<h2>Head</h2><p>One<br>two &amp; <b>th</b>ree</p><ul><li>a</li><li>b</li></ul><table><td>1<td>2</table>"
    )
    assert tidy.text(html) == "Head\nOne\ntwo & three\na\nb\n1 2"


# names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.org/a/", "https://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:443/a", "http://example.org:80/a"),
        ("https://example.org/a?utm_source=x&fbclid=2", "https://example.org/a"),
        ("https://example.org/?p=1&utm_medium=rss", "https://example.org?p=1"),
        ("https://example.org/ü", "https://example.org/%C3%BC"),
        ("TAG:example.org,2026:A", "tag:example.org,2026:A"),
    ],
)
def test_two_spellings_name_the_same_thing(one: str, other: str) -> None:
    assert tidy.name(one) == tidy.name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a#comment-1", "https://example.org/a#comment-2"),
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/A", "https://example.org/a"),
        ("at://did:plc:a/x/1", "at://did:plc:A/x/1"),
    ],
)
def test_two_things_keep_two_names(one: str, other: str) -> None:
    assert tidy.name(one) != tidy.name(other)


def test_a_name_that_is_too_long_stays_one_of_a_kind() -> None:
    one, other = (tidy.identity("tag:x:" + "y" * 3000 + end) for end in "ab")
    assert len(one) == len(other) == 2000
    assert one != other


# the rest of an item


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (datetime(2026, 1, 1, 12), datetime(2026, 1, 1, 12, tzinfo=UTC)),
        (datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 1, 10, tzinfo=UTC)),
        (NOW + timedelta(hours=23), NOW + timedelta(hours=23)),
        (NOW + timedelta(hours=25), None),
        (datetime(1989, 12, 31, tzinfo=UTC), None),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), None),
        (None, None),
    ],
)
def test_a_time_is_in_utc_and_believable_or_unknown(given: datetime | None, expected: datetime | None) -> None:
    assert tidy.item(replace(note(), published=given, edited=given), NOW).published == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en_us", "en-US"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("de", "de"),
        ("english!", ""),
        ("und", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_language_is_a_tag_or_unknown(tag: str, expected: str) -> None:
    assert tidy.language(tag) == expected


def test_a_poll_may_end_in_the_future_and_has_no_negative_votes() -> None:
    closes = NOW + timedelta(days=7)
    poll = tidy.item(note(poll=Poll(choices=(Choice(title=" a ", votes=-3),), closes=closes)), NOW).poll
    assert poll == Poll(choices=(Choice(title="a", votes=0),), closes=closes)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 6.0])
def test_a_rating_that_makes_no_sense_is_none(value: float) -> None:
    assert tidy.item(note(rating=Rating(value=value)), NOW).rating is None


@pytest.mark.parametrize(("said", "kept"), [("solved", "solved"), ("<b>", ""), ("Open", "")])
def test_a_state_is_one_of_few_words(said: str, kept: str) -> None:
    assert tidy.item(note(state=said), NOW).state == kept


def test_tags_are_few_short_and_distinct() -> None:
    tags = tidy.item(note(tags=("a", "a ", "", "x" * 99, *map(str, range(50)))), NOW).tags
    assert tags[:2] == ("a", "x" * 59 + "…")
    assert len(tags) == 30


def test_an_emoji_without_a_picture_or_a_proper_code_is_dropped() -> None:
    good = Emoji(code="blob", url="https://a.example/b.png")
    bad = (Emoji(code="x", url="javascript:x"), Emoji(code="<b>", url="https://a.example/b.png"))
    assert tidy.item(note(emojis=(good, *bad)), NOW).emojis == (good,)


def test_the_judge_of_these_tests_can_tell_bad_from_good() -> None:
    bad = ["<p onclick=x>", "<a href='java\tscript:x'>", "<img src=//x.y/z>", "<noscript><img src=http://q></noscript>"]
    bad += ["<svg><use xlink:href='//x/y'/>", "<style>p{}", "<meta http-equiv=refresh>", "<form action=https://e/>"]
    bad += ["<iframe>", "<base href=/>", "<p style=x>", "<link rel=stylesheet href=https://x/>", "<script>x</script>"]
    good = "<!doctype html><script src=/a.js></script><a href=https://x/>x</a><img src=/a.png><form action=/s></form>"
    assert [document for document in bad if not unsafe(document)] == []
    assert unsafe(good) == []


def test_a_name_fits_a_database_index_whatever_its_script():
    assert len(tidy.identity("tag:x:" + "字" * 1999).encode()) <= 2000
