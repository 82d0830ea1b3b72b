"""Comments exported from elsewhere: what stays out, and what a damaged file does. What comes: tests/test_import.py."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hub.errors import DataError, InputError
from hub.imports import Found, Target, disqus, isso, wxr
from hub.model import Item
from tests.imports.corpus import corpus

TARGET = Target(channel="talk", site="https://old.example/")
WXR = "comments-export-isso/wordpress.xml"
DISQUS = [
    "comments-export-isso/disqus.xml",
    *(f"comments-export-disqus-wxr/{name}.xml" for name in ("disqus", "disqus-deleted-post", "disqus-deleted-thread")),
]
PRIVATE = r"[\w.-]+@[\w-]+\.\w+|\b\d{1,3}(?:\.\d{1,3}){3}\b"


def replies(found: Found) -> dict[str, Item]:
    return {item.id: item for item in found.items if item.reply_to}


@pytest.mark.parametrize("name", [WXR, *DISQUS])
def test_addresses_of_mail_and_network_are_not_taken_over(name: str) -> None:
    reader = wxr.read if name == WXR else disqus.read
    assert re.search(PRIVATE, corpus(name).read_text("utf-8"))
    assert not re.search(PRIVATE, repr(reader(corpus(name), TARGET)))


def test_what_disqus_deleted_is_nowhere() -> None:
    text = "The quick brown fox"
    assert text in repr(disqus.read(corpus(DISQUS[1]), TARGET))
    assert text not in repr([disqus.read(corpus(name), TARGET) for name in DISQUS[2:]])


# what stays out


def post(more: str = "", comments: str = "") -> str:
    said = "<title>One</title><link>https://old.example/one/</link><guid>https://old.example/?p=7</guid>"
    return f"<item>{said}<wp:post_id>7</wp:post_id>{more}{comments}</item>"


def export(tmp_path: Path, *items: str) -> Path:
    path = tmp_path / "export.xml"
    spaces = "xmlns:wp='http://wordpress.org/export/1.2/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    path.write_text(f"<rss {spaces} version='2.0'><channel>{''.join(items)}</channel></rss>")
    return path


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("<wp:status>draft</wp:status>", "not published"),
        ("<wp:status>private</wp:status>", "not published"),
        ("<wp:post_password>x</wp:post_password>", "behind a password"),
        ("<wp:post_type>attachment</wp:post_type>", "attachment: no post or page"),
    ],
)
def test_a_post_that_is_not_public_stays_out_with_its_comments(tmp_path: Path, more: str, reason: str) -> None:
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>x</wp:comment_content></wp:comment>"
    found = wxr.read(export(tmp_path, post(more, comment)), TARGET)
    assert (found.items, found.skipped) == ((), {reason: 1})


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        *(("approved", "1", 1), ("approved", "0", 0), ("approved", "spam", 0), ("approved", "trash", 0)),
        *(("type", "", 1), ("type", "comment", 1), ("type", "pingback", 0), ("type", "trackback", 0)),
    ],
)
def test_of_comments_only_approved_ones_by_people_come(tmp_path: Path, field: str, value: str, kept: int) -> None:
    line = f"<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_{field}>{value}</wp:comment_{field}></wp:comment>"
    assert len(replies(wxr.read(export(tmp_path, post("", line)), TARGET))) == kept


def test_a_line_end_of_the_editor_is_one_on_the_page(tmp_path: Path) -> None:
    raw = "One\ntwo\n\n<ul><li>three</li></ul>\n\n<pre>a\n\nb</pre>"
    text = f"<content:encoded><![CDATA[{raw}]]></content:encoded>"
    (one,) = wxr.read(export(tmp_path, post(text)), TARGET).items
    assert one.html == "<p>One<br>two</p>\n<ul><li>three</li></ul>\n<pre>a\n\nb</pre>"


def test_an_entity_is_not_resolved_and_no_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    secret = tmp_path / "secret"
    secret.write_text("Wqzy")
    head = f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
    path.write_text(head + export(tmp_path, post("<content:encoded>a &x; b</content:encoded>")).read_text())
    assert "Wqzy" not in repr(wxr.read(path, TARGET))


# Isso's database


def database(path: Path, *rows: tuple[object, ...]) -> Path:
    with closing(sqlite3.connect(path)) as kept:
        kept.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT, title TEXT)")
        kept.execute(
            "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created FLOAT, modified FLOAT, mode INTEGER,"
            " remote_addr, text, author, email, website, likes, dislikes, voters)"
        )
        kept.execute("INSERT INTO threads VALUES (1, '/lid/', 'The lid')")
        line = (
            "INSERT INTO comments VALUES (1, ?, ?, ?, NULL, ?, '192.0.2.7', ?, ?, 'ann@mail.example', NULL, 0, 0, '')"
        )
        kept.executemany(line, rows)
        kept.commit()
    return path


def test_of_issos_database_only_what_is_shown_comes_with_its_parents(tmp_path: Path) -> None:
    path = database(
        tmp_path / "comments.db",
        (1, None, 1793610000.0, 1, "It *sticks*", "Ann"),
        (2, 1, 1793610060.5, 1, "Mine too", None),
        (3, None, 1793610100.0, 2, "waiting", "Bob"),
        (4, 1, 1793610100.0, 4, "", None),
    )
    found = isso.database(path, TARGET)
    page = "https://old.example/lid/"
    assert {one.id: one.reply_to for one in replies(found).values()} == {
        f"{page}#isso-1": page,
        f"{page}#isso-2": f"{page}#isso-1",
    }
    assert found.items[1].html == "<p>It <em>sticks</em></p>"
    assert found.skipped == {"waits for moderation": 1, "deleted": 1}
    assert not re.search(PRIVATE, repr(found))


def test_a_file_that_is_no_such_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(isso.SQLITE + b"\0" * 100)
    with pytest.raises(DataError, match="no database of Isso"):
        isso.database(tmp_path / "x.db", TARGET)


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    for read in (wxr.read, disqus.read, isso.plain):
        with pytest.raises(InputError, match="cannot be opened"):
            read(tmp_path / "none", TARGET)
