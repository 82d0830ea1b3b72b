"""Newsletters: issues come, as everybody was told them; what people send back is kept in no form."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.newsletter import Newsletter
from hub.channels.newsletter_letter import Sender, issue
from hub.channels.newsletter_text import Recipient, impersonal, readable
from hub.errors import Malformed, Missing
from hub.mail import opener
from hub.model import Batch
from hub.web import Web
from tests.channels.letters import LIST, SENDER, letter, maildir, mbox, plain
from tests.imports.corpus import CORPORA

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OURS = Sender("news", SENDER, LIST)
ANN = "ann@reader.example"
REPLIES = sorted(file for name in ("email-replies", "email-replies-html") for file in (CORPORA / name).rglob("*.*"))
NONE = pytest.param(Path("email-replies"), marks=pytest.mark.skip(reason="the corpora email-replies are missing"))


def said(body: str, **headers: str) -> str:
    """The text of an issue with this body."""
    found = issue(letter(body, **headers), OURS)
    assert found
    return found.html


def test_an_issue_is_an_article_of_the_brand_under_the_number_of_its_letter() -> None:
    found = issue(letter(), OURS)
    assert found
    assert (found.id, found.title, found.ours, found.author.name) == (
        "mid:issue1@kettle.example",
        "Tips 1",
        True,
        "Kettle & Sons",
    )
    assert found.published == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert SENDER not in repr(found)


@pytest.mark.parametrize(
    "headers",
    [
        {"from": "Ann <ann@reader.example>"},
        {"from": f"{SENDER} <ann@reader.example>"},
        {"from": f"Ann <ann@reader.example>, {SENDER}"},
        {"in_reply_to": "<issue1@kettle.example>"},
        {"references": "<issue1@kettle.example>"},
        {"subject": "Re: Tips"},
        {"subject": "=?utf-8?q?AW=3A_Tips?="},
        {"list_id": "<other.kettle.example>"},
        {"list_id": ""},
        {"auto_submitted": "auto-replied"},
        {"authentication_results": "mx.kettle.example; dkim=fail; spf=softfail; dmarc=none"},
        {"authentication_results": "mx.kettle.example; dmarc=fail header.from=kettle.example"},
    ],
)
def test_a_letter_that_is_no_issue_is_nothing(headers: dict[str, str]) -> None:
    assert issue(letter(**headers), OURS) is None


def test_without_a_list_to_know_it_by_a_letter_to_one_person_is_no_issue() -> None:
    assert issue(letter(list_id="", list_unsubscribe=""), Sender("news", SENDER)) is None
    assert issue(letter(list_id=""), Sender("news", SENDER))


@pytest.mark.parametrize("file", REPLIES or [NONE], ids=lambda file: file.name)
def test_no_real_answer_is_an_issue_whoever_it_says_it_is_from(file: Path) -> None:
    body = file.read_bytes()
    for sender in (ANN, SENDER):
        answer = letter(body.decode("utf-8", "replace"), **{"from": sender}, in_reply_to="<issue1@kettle.example>")
        assert issue(answer, OURS) is None
    assert issue(body, OURS) is None


# what was made for one recipient


@pytest.mark.parametrize(
    "pixel",
    [
        "<img src='https://cdn.example/a.gif' width=1 height=1>",
        "<img src='https://cdn.example/a.gif' style='width:1px;height:1px'>",
        "<img src='https://cdn.example/open?who=7' width=600>",
        "<img src='https://go.mailer.example/a.gif' width=600>",
        "<img src='https://cdn.example/a.gif' style='display:none'>",
    ],
)
def test_a_picture_that_counts_readers_is_gone(pixel: str) -> None:
    assert "img" not in said(f"<p>One</p>{pixel}<p>Two</p>")


def test_a_picture_that_is_one_stays() -> None:
    assert '<img src="https://cdn.example/kettle.jpg"' in said(
        "<p>A<img src='https://cdn.example/kettle.jpg' width=600></p>"
    )


@pytest.mark.parametrize("words", ["Unsubscribe", "Manage your preferences", "Newsletter abmelden", "Se désinscrire"])
def test_the_way_out_goes_with_the_line_it_stands_in(words: str) -> None:
    text = said(f"<p>Tip</p><div>Sent to you. <a href='https://brand.example/x'>{words}</a> at any time.</div>")
    assert ("Tip" in text, "any time" in text, words in text) == (True, False, False)


@pytest.mark.parametrize(
    "field",
    [
        "*|FNAME|*",
        "{{ first_name }}",
        "{{{name}}}",
        "%%FirstName%%",
        "%recipient.name%",
        "[[NAME]]",
        "${name}",
        "%NAME%",
    ],
)
def test_a_merge_field_leaves_no_trace(field: str) -> None:
    assert said(f"<p>Hello {field}, tea!</p>") == "<p>Hello, tea!</p>"


@pytest.mark.parametrize(
    "mark",
    [
        ANN,
        "ANN@reader.example",
        base64.b64encode(ANN.encode()).decode().rstrip("="),
        hashlib.md5(ANN.encode()).hexdigest(),
        "ann%40reader.example",
    ],
)
def test_who_the_copy_went_to_stands_in_no_word_and_no_link(mark: str) -> None:
    text = said(
        f"<p>For {ANN}: <a href='https://kettle.example/a?x={mark}&page=2'>read</a> <a href='https://k.example/{mark}'>on</a></p>"
    )
    assert text == '<p>For: <a href="https://kettle.example/a?page=2">read</a> on</p>'


def test_a_greeting_names_nobody() -> None:
    assert said("<p>Dear Ann, this Ann Reader is another.</p>") == "<p>Dear, this Ann Reader is another.</p>"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://kettle.example/lid?utm_source=mail&mc_eid=abc&colour=red", "https://kettle.example/lid?colour=red"),
        ("https://l.example/?u=https%3A%2F%2Fkettle.example%2Flid%3Fe%3D9&id=7", "https://kettle.example/lid"),
        ("https://go.mailer.example/c/abc123/1", ""),
        ("mailto:ann@reader.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_link_leads_everybody_to_the_same_place(link: str, kept: str) -> None:
    assert impersonal(link, Recipient(addresses=frozenset({ANN}), mailers=frozenset({"go.mailer.example"}))) == kept


def test_where_the_mailer_shows_it_to_all_is_its_address_and_no_part_of_the_text() -> None:
    body = "<div><a href='https://kettle.example/tips/1?e=abc'>View this email in your browser</a></div><p>Tip</p>"
    found = issue(letter(body), OURS)
    assert found
    assert (found.url, found.html) == ("https://kettle.example/tips/1", "<p>Tip</p>")


def test_a_plain_letter_loses_its_signature_and_the_way_out() -> None:
    text = (
        "Steep well: https://kettle.example/a?utm_source=x\n\nTo unsubscribe go to https://l.example/u/1\n-- \nKettle"
    )
    found = issue(plain(text), OURS)
    assert found
    assert found.html == '<p>Steep well: <a href="https://kettle.example/a">https://kettle.example/a</a></p>'


@given(st.text(alphabet=st.sampled_from('<>/="ap div*|{}%ann@reader.example&;'), max_size=200))
def test_whatever_stands_in_a_letter_the_recipient_does_not_stand_in_its_text(body: str) -> None:
    read = readable(body, Recipient(addresses=frozenset({ANN})))
    assert ANN not in read.html.lower()


@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    assert issue(raw, OURS) is None


def test_a_letter_nested_without_bottom_is_read_or_left() -> None:
    assert said("<div>" * 5000 + "Tip").count("Tip") == 1
    deep = b"From: news@kettle.example\nList-Id: <x>\n" + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 3000
    assert issue(deep, OURS) is None


# folders


def pull(place: Path, cursor: Mapping[str, object] | None = None, **ask: Any) -> list[Batch]:
    channel = Newsletter("news", SENDER, path=str(place), list_id=LIST, post=opener(place.parent, (), lambda *_: []))
    web = Web(agent="test", now=lambda: NOW)
    return list(channel.pull(web, json.loads(json.dumps(dict(cursor or {}))), Ask(now=NOW, **ask)))


def ids(batches: list[Batch]) -> list[str]:
    return [item.id for batch in batches for item in batch.items]


@pytest.mark.parametrize("make", [mbox, maildir])
def test_issues_come_once_and_nothing_when_nothing_moved(tmp_path: Path, make: Any) -> None:
    place = make(tmp_path / "mail", letter(number=1), letter(number=2), letter(number=3, in_reply_to="<x@y>"))
    first = pull(place)
    assert sorted(ids(first)) == ["mid:issue1@kettle.example", "mid:issue2@kettle.example"]
    assert pull(place, first[-1].cursor) == []


def test_a_new_issue_comes_and_one_that_left_the_folder_leaves(tmp_path: Path) -> None:
    one, two, more = (letter(number=number) for number in (1, 2, 30))
    first = pull(mbox(tmp_path / "mail", one, two))
    second = pull(mbox(tmp_path / "mail", two, more), first[-1].cursor, recheck=True)
    assert ids(second) == ["mid:issue30@kettle.example"]
    assert [name for batch in second for name in batch.gone] == ["mid:issue1@kettle.example"]


def test_an_issue_that_lies_there_twice_stays_while_one_of_them_does(tmp_path: Path) -> None:
    here, there = letter("<p>a</p>"), letter("<p>b</p>")
    first = pull(mbox(tmp_path / "mail", here, there))
    second = pull(mbox(tmp_path / "mail", there), first[-1].cursor, recheck=True)
    assert [name for batch in second for name in batch.gone] == []


def test_nothing_of_an_answer_is_in_the_cursor(tmp_path: Path) -> None:
    batches = pull(mbox(tmp_path / "mail", letter(), letter("<p>Wqzy</p>", 2, subject="Re: Jxqv", in_reply_to="<a@b>")))
    assert not re.search("Wqzy|Jxqv|issue2|ann@", repr(batches))


def test_a_file_that_went_away_or_is_no_mbox_deletes_nothing(tmp_path: Path) -> None:
    cursor = pull(mbox(tmp_path / "mail", letter()))[-1].cursor
    (tmp_path / "mail").write_text("Dear diary")
    with pytest.raises(Malformed, match="is no mbox file"):
        pull(tmp_path / "mail", cursor, sweep=True)
    (tmp_path / "mail").unlink()
    with pytest.raises(Missing, match="cannot be read"):
        pull(tmp_path / "mail", cursor, sweep=True)
