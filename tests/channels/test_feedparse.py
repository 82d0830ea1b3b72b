"""The parser's child: hostile documents end there, and only there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.channels.feedentry import Document
from hub.channels.feedparse import Parser
from hub.errors import Malformed
from hub.web import Answer, Seen

ENTRY = "<item><guid>g{0}</guid><title>t{0}</title><link>https://f.example/{0}</link></item>"


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser() as parser:
        yield parser


def answer(body: bytes | str, kind: str = "application/rss+xml") -> Answer:
    whole = body.encode() if isinstance(body, str) else body
    return Answer(status=200, url="https://f.example/feed", headers={"content-type": kind}, body=whole, seen=Seen())


def rss(*items: str, end: str = "</channel></rss>") -> str:
    return f"<rss version='2.0'><channel><title>F</title>{''.join(items)}{end}"


def ids(document: Document) -> list[str]:
    return [entry.id.rpartition("/")[2] for entry in document.entries]


@pytest.mark.slow
def test_a_flood_of_attributes_costs_five_seconds_and_the_next_feed_is_read(parser: Parser) -> None:
    flood = " ".join(f"a{n}='x'" for n in range(200_000))
    with pytest.raises(Malformed, match="too much for the parser"):
        parser.read(answer(rss(f"<item {flood}></item>")))
    assert ids(parser.read(answer(rss(ENTRY.format(1))))) == ["g1"]


def test_a_feed_that_needs_too_much_memory_is_malformed(parser: Parser) -> None:
    with pytest.raises(Malformed, match="too much for the parser"):
        parser.read(answer(rss(*(f"<item><title>{'x' * 9000}</title><a><b>{n}</b></a></item>" for n in range(20_000)))))


def test_of_too_many_entries_the_first_are_read(parser: Parser) -> None:
    found = ids(parser.read(answer(rss(*(ENTRY.format(n) for n in range(30_000))))))
    assert (len(found), found[-1]) == (5_000, "g4999")


def test_a_child_that_is_silent_is_ended(parser: Parser) -> None:
    parser.deadline = 0.0
    with pytest.raises(Malformed, match="too much for the parser"):
        parser.read(answer(rss(ENTRY.format(1))))


def test_a_laughing_bomb_is_survived(parser: Parser) -> None:
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
    bomb = f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>{rss('<item><title>&e11;</title></item>')}"
    assert len(parser.read(answer(bomb)).entries) <= 1


def test_no_file_is_read_by_an_external_entity(parser: Parser) -> None:
    asks = "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + rss("<item><title>a&f;b</title></item>")
    assert all("root" not in entry.title for entry in parser.read(answer(asks)).entries)


@pytest.mark.parametrize("cut", ["<item><guid>g2</guid><title>ha", "<item><guid>g2</guid><title>half</title>", "<item"])
def test_of_a_truncated_feed_the_whole_entries_are_kept(cut: str, parser: Parser) -> None:
    assert ids(parser.read(answer(rss(ENTRY.format(1), cut, end="")))) == ["g1"]


def test_a_truncated_feed_in_utf_16_keeps_its_whole_entries_too(parser: Parser) -> None:
    text = rss(ENTRY.format(1), "<item><guid>g2</guid>", end="").encode("utf-16")
    assert ids(parser.read(answer(text, "application/xml; charset=utf-16"))) == ["g1"]


@pytest.mark.parametrize("body", [b"", b"\0\0\0", b"\x89PNG\r\n\x1a\n\0\0", b"<html><p>Hi</p></html>", b"plain words"])
def test_what_is_no_feed_is_malformed(body: bytes, parser: Parser) -> None:
    with pytest.raises(Malformed, match="not a feed"):
        parser.read(answer(body))


def test_a_feed_without_entries_is_a_feed(parser: Parser) -> None:
    assert parser.read(answer(rss())) == Document(title="F")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("jo@example.coffee (Jo)", "Jo"),
        ("Jo &lt;jo@example.coffee&gt;", "Jo"),
        ("jo@example.coffee", ""),
        ("Jo (Ed.)", "Jo (Ed.)"),
    ],
)
def test_an_author_is_a_name_and_never_an_address_of_mail(author: str, name: str, parser: Parser) -> None:
    item = f"<item><author>{author}</author><title>t</title></item>"
    assert parser.read(answer(rss(item))).entries[0].author.name == name


def test_the_prefix_of_a_namespace_does_not_matter(parser: Parser) -> None:
    space = "xmlns='http://www.w3.org/2005/Atom' xmlns:t='http://purl.org/syndication/thread/1.0'"
    entry = "<entry><id>urn:x:1</id><t:in-reply-to ref='urn:x:0'/><t:total>4</t:total></entry>"
    found = parser.read(answer(f"<feed {space}>{entry}</feed>")).entries[0]
    assert (found.parent, found.count) == (("urn:x:0",), 4)


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("&#55357;&#56832;", "😀"),
        ("&#xD83D;&#xde00;!", "😀!"),
        ("&#x61;&#55357;&#56832;", "a😀"),
        ("&#55357;", "\ufffd"),
        ("&#56832;&#55357;", "\ufffd\ufffd"),
        ("&#0;", "\ufffd"),
        ("&#99999999999;", "\ufffd"),
        ("&#xFFFFFFFFFF;", "\ufffd"),
        ("&amp;#55357;&amp;#56832;", "😀"),
        ("&#0000128512;", "😀"),
    ],
)
def test_a_reference_to_no_character_costs_no_entry(reference: str, title: str, parser: Parser) -> None:
    item = f"<item><guid>g2</guid><title>{reference}</title></item>"
    found = parser.read(answer(rss(ENTRY.format(1), item)))
    assert (ids(found), found.entries[1].title) == (["g1", "g2"], title)


def test_what_the_child_stumbles_over_is_told_and_the_child_goes_on(parser: Parser) -> None:
    body = rss("<item><title>&#99999999999;</title></item>").encode("utf-16")
    with pytest.raises(Malformed) as told:
        parser.read(answer(body, "application/xml; charset=utf-16"))
    child = parser._child
    assert "OverflowError" in told.value.where
    assert ids(parser.read(answer(rss(ENTRY.format(1))))) == ["g1"]
    assert parser._child is child


@pytest.mark.parametrize("rel", ["canonical", "syndication"])
def test_an_entry_names_where_it_stands_too(parser: Parser, rel: str) -> None:
    link = f"<link xmlns='http://www.w3.org/2005/Atom' rel='{rel}' href='https://log.example/1'/>"
    (entry,) = parser.read(answer(rss(f"<item><guid>g</guid><link>https://f.example/1</link>{link}</item>"))).entries
    assert (entry.link, entry.syndication) == ("https://f.example/1", ("https://log.example/1",))
