"""An export and the live channel tell of the same things under the same ids: so both merge."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hub.channels.disqus import Disqus
from hub.channels.disqus import comment as said
from hub.channels.mastodon_items import Site, status
from hub.channels.wordpress_items import Blog, comment, guid, hidden
from hub.channels.wordpress_items import post as live
from hub.errors import DataError
from hub.imports import Target, disqus, mastodon_archive, wxr
from hub.model import Item
from tests.imports.corpus import CORPORA, corpus

BLOG = Blog("ours", "https://blog.example", frozenset({2}))
TARGET = Target(channel="ours", site="https://blog.example", team=frozenset({"2"}))
TAPE = Path(__file__).parents[1] / "channels" / "wordpress" / "pull.json"


def told(one: Item) -> tuple[object, ...]:
    """What makes two of an item the same, and where they hang."""
    return one.id, one.url, one.author.id, one.published, one.ours, one.reply_to, one.root, one.aliases, one.title


# WordPress


def answered(part: str) -> list[dict[str, Any]]:
    """Every row of posts or comments that the API answered with."""
    found = [one for one in json.loads(TAPE.read_text("utf-8"))["exchanges"] if f"/{part}?" in one["request"]["url"]]
    rows: dict[int, dict[str, Any]] = {}
    for one in found:
        rows |= {row["id"]: row for row in one["response"]["json"] if "author" in row}
    return list(rows.values())


def element(name: str, text: object) -> str:
    return f"<{name}>{escape(str(text))}</{name}>"


def exported(row: Mapping[str, Any], comments: list[dict[str, Any]]) -> str:
    """A post of the API in the words of the export."""
    login = f"user{row['author']}"
    parts = {
        "title": row["title"]["rendered"],
        "link": row["link"],
        "guid": row["guid"]["rendered"],
        "dc:creator": login,
        "content:encoded": row["content"]["rendered"],
        "wp:post_id": row["id"],
        "wp:post_date_gmt": row["date_gmt"].replace("T", " "),
        "wp:post_modified_gmt": row["modified_gmt"].replace("T", " "),
        "wp:status": row["status"],
        "wp:post_type": row["type"],
        "wp:post_password": "secret" if row["content"]["protected"] else "",
    }
    said = "".join(element(name, text) for name, text in parts.items())
    author = element("wp:author_id", row["author"]) + element("wp:author_login", login)
    below = "".join(spoken(one) for one in comments if one["post"] == row["id"])
    return f"<wp:author>{author}</wp:author><item>{said}{below}</item>"


def spoken(row: Mapping[str, Any]) -> str:
    parts = {
        "id": row["id"],
        "author": row["author_name"],
        "author_email": "ann@mail.example",
        "date_gmt": row["date_gmt"].replace("T", " "),
        "content": row["content"]["rendered"],
        "approved": 1,
        "parent": row["parent"],
        "user_id": row["author"],
    }
    return f"<wp:comment>{''.join(element(f'wp:comment_{name}', text) for name, text in parts.items())}</wp:comment>"


def test_a_wordpress_export_gives_what_the_api_gives(tmp_path: Path) -> None:
    posts, comments = answered("posts"), answered("comments")
    spaces = "xmlns:wp='w' xmlns:dc='d' xmlns:content='content/'"
    body = "".join(exported(row, comments) for row in posts)
    (tmp_path / "blog.xml").write_text(f"<rss {spaces}><channel>{body}</channel></rss>")
    found = wxr.read(tmp_path / "blog.xml", TARGET)
    named = {row["id"]: guid(row) for row in posts if not hidden(row)}
    wanted = [live(row, BLOG) for row in posts if not hidden(row)]
    wanted += [comment(row, named[row["post"]], BLOG) for row in comments if row["post"] in named]
    assert len(wanted) > 5
    assert {told(one) for one in found.items} == {told(one) for one in wanted}


# Disqus

FORUM = Path(__file__).parents[1] / "channels" / "disqus" / "pull.json"


def talk() -> list[dict[str, Any]]:
    """Every comment of the API's recording."""
    exchanges = json.loads(FORUM.read_text("utf-8"))["exchanges"]
    rows: dict[str, dict[str, Any]] = {}
    for one in exchanges:
        rows |= {row["id"]: row for row in one["response"]["json"]["response"]}
    return list(rows.values())


def kept(row: Mapping[str, Any]) -> str:
    """A comment of the API in the words of the export."""
    who, above = row["author"], row.get("parent")
    author = element("name", who["name"]) + element("isAnonymous", str(who["isAnonymous"]).lower())
    author += element("username", who.get("username", "")) + element("email", "ann@mail.example")
    parts = {"message": row["message"], "createdAt": f"{row['createdAt']}Z"}
    parts |= {name: str(row[name]).lower() for name in ("isDeleted", "isSpam")}
    said = "".join(element(name, text) for name, text in parts.items())
    parent = f"<parent dsq:id='{above}'/>" if above else ""
    place = f"<author>{author}</author><thread dsq:id='{row['thread']['id']}'/>{parent}"
    return f"<post dsq:id='{row['id']}'>{said}{place}</post>"


def test_a_disqus_export_gives_what_the_api_gives(tmp_path: Path) -> None:
    rows = talk()
    pages = {row["thread"]["id"]: row["thread"] for row in rows}
    lines = [f"<thread dsq:id='{id}'>{element('link', one['link'])}</thread>" for id, one in pages.items()]
    body = "".join([*lines, *map(kept, rows)])
    (tmp_path / "x.xml").write_text(f"<disqus xmlns:dsq='d'>{body}</disqus>")
    settings = json.loads((FORUM.parent / "items.json").read_text())["settings"]
    forum = Disqus("ours", **settings)
    found = disqus.read(tmp_path / "x.xml", Target(channel="ours", team=frozenset(settings.get("team", ()))))
    wanted = {told(one) for row in rows if (one := said(row, forum))}
    assert len(wanted) > 2
    assert {told(one) for one in found.items if one.reply_to} == wanted


# Mastodon

SERVER = "http://localhost:3000"
ACCOUNT = f"{SERVER}/ap/users/117020565966271181"  # whose posts the corpus holds most of


def statuses(found: object) -> Iterator[dict[str, Any]]:
    """Every status in some JSON of the API."""
    if isinstance(found, dict):
        if "in_reply_to_id" in found and "visibility" in found:
            yield found
        found = list(found.values())
    for one in found if isinstance(found, list) else []:
        yield from statuses(one)


def own() -> dict[str, dict[str, Any]]:
    """The newest row of every status of one account, over all recordings of the corpus."""
    rows: dict[str, dict[str, Any]] = {}
    for file in sorted((CORPORA / "mastodon-api").glob("*.json")):
        for row in statuses(json.loads(file.read_text("utf-8"))):
            if row["account"]["uri"] == ACCOUNT and "content" in row and not row.get("reblog"):
                rows[row["uri"]] = row
    return rows


def activity(row: Mapping[str, Any]) -> dict[str, object]:
    """A status of the API as the ActivityPub that an archive holds."""
    world, followers = "https://www.w3.org/ns/activitystreams#Public", f"{ACCOUNT}/followers"
    to = {"public": [world], "unlisted": [followers], "private": [followers]}.get(
        row["visibility"], [f"{SERVER}/users/x"]
    )
    cc = {"public": [followers], "unlisted": [world]}.get(row["visibility"], [])
    note = {
        "id": row["uri"],
        "type": "Question" if row.get("poll") else "Note",
        "url": row["url"],
        "published": row["created_at"],
        "content": row["content"],
        "summary": row["spoiler_text"] or None,
        "sensitive": row["sensitive"],
        "to": to,
        "cc": cc,
        "updated": row["edited_at"],
        "quote": quoted if (quoted := ((row.get("quote") or {}).get("quoted_status") or {}).get("uri")) else None,
    }
    return {"type": "Create", "object": note, "to": to, "cc": cc}


def archive(tmp_path: Path, activities: list[dict[str, object]], **files: bytes) -> Path:
    """An archive as the server packs it, in a .tar.gz."""
    actor = {"id": ACCOUNT, "preferredUsername": "mastodonpy_test", "type": "Person"}
    actor |= {"url": f"{SERVER}/@mastodonpy_test", "name": "John"}
    named = {"actor.json": json.dumps(actor).encode(), "outbox.json": json.dumps({"orderedItems": activities}).encode()}
    path = tmp_path / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as packed:
        for name, body in {**named, **files}.items():
            part = tarfile.TarInfo(name)
            part.size = len(body)
            packed.addfile(part, BytesIO(body))
    return path


def test_a_mastodon_archive_gives_what_the_api_gives(tmp_path: Path) -> None:
    corpus("mastodon-api")
    rows = own()
    account = ACCOUNT.rpartition("/")[2]
    live = [status(row, Site("ours", SERVER, account)) for row in rows.values()]
    found = mastodon_archive.read(archive(tmp_path, [activity(row) for row in rows.values()]), TARGET)
    want = {
        (one.id, one.url, one.author.id, one.published, one.html, one.edited, one.warning)
        for one in live
        if not one.private
    }
    assert len(want) > 20
    assert {
        (one.id, one.url, one.author.id, one.published, one.html, one.edited, one.warning) for one in found.items
    } == want
    assert found.skipped == {"not for everybody": sum(one.private for one in live)}


def test_what_replies_name_their_parent_by_is_an_alias_of_the_archived_post(tmp_path: Path) -> None:
    corpus("mastodon-api")
    rows = own()
    found = mastodon_archive.read(archive(tmp_path, [activity(row) for row in rows.values()]), TARGET)
    live = {row["uri"]: status(row, Site("ours", SERVER)).aliases for row in rows.values()}
    assert all(set(one.aliases) <= set(live[one.id]) and one.aliases for one in found.items if one.id[-1].isdigit())


def note(**more: object) -> dict[str, object]:
    said = {"id": f"{SERVER}/users/us/statuses/9", "type": "Note", "content": "<p>x</p>", "to": "as:Public"}
    return {"type": "Create", "object": {**said, **more}}


def test_boosts_and_likes_are_counted_and_left_out(tmp_path: Path) -> None:
    found = mastodon_archive.read(
        archive(tmp_path, [note(), {"type": "Announce", "object": "x"}, {"type": "Like"}]), TARGET
    )
    assert (len(found.items), found.skipped) == (1, {"boost": 1, "not readable": 1})


def test_pictures_lie_in_the_archive_under_the_address_they_had(tmp_path: Path) -> None:
    picture = {
        "type": "Document",
        "mediaType": "image/png",
        "url": "/media_attachments/files/1/original/a.png",
        "name": "A lid",
    }
    place = archive(tmp_path, [note(attachment=[picture])], **{"media_attachments/files/1/original/a.png": b"png"})
    found = mastodon_archive.read(place, TARGET)
    (medium,) = found.items[0].media
    assert (medium.url, medium.alt) == (f"{SERVER}/system/media_attachments/files/1/original/a.png", "A lid")
    assert mastodon_archive.file(place, found.files[medium.url]) == b"png"


def test_a_folder_and_a_zip_read_like_the_tar(tmp_path: Path) -> None:
    place = archive(tmp_path, [note()])
    with tarfile.open(place) as packed:
        packed.extractall(tmp_path / "in")  # made here; the first 3.11 know no filter
    with ZipFile(tmp_path / "a.zip", "w") as zipped:
        for file in (tmp_path / "in").iterdir():
            zipped.writestr(f"archive/{file.name}", file.read_bytes())
    first = mastodon_archive.read(place, TARGET)
    assert mastodon_archive.read(tmp_path / "in", TARGET) == mastodon_archive.read(tmp_path / "a.zip", TARGET) == first


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe"])
def test_a_damaged_outbox_is_one_clear_line(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "outbox.json").write_bytes(body)
    with pytest.raises(DataError, match=r"outbox\.json in .* cannot be read"):
        mastodon_archive.read(tmp_path, TARGET)
