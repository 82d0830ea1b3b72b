"""Gone means gone: after one update nothing of a deleted or replaced text is in any file, with readers all along."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from hub.pages import anchor
from hub.web import Web
from tests.channels.fediverse import NOW, Server, served
from tests.e2e.folder import Folder
from tests.hostile.server import Hostile, conditional, page
from tests.torture.served import visited
from tests.torture.site import scratch
from tests.torture.traces import holding

pytestmark = pytest.mark.slow
SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:at="http://purl.org/atompub/tombstones/1.0"'
)
POST, SECOND, THIRD = (f"https://blog.example/{name}" for name in ("post", "second", "third"))
MARK = "Zyxwmark"  # in the body, the author, the picture's alt text and the picture itself
DRAFT = "Qvjxdraft"


@dataclass
class Talk:
    """A blog whose talk changes."""

    server: Hostile
    folder: Folder

    def put(self, *entries: str, path: str = "/talk") -> None:
        body = f"<feed {SPACES}><title>Blog</title>{''.join(entries)}</feed>".encode()
        self.server.routes[path] = conditional(body, f'"{hashlib.sha256(body).hexdigest()}"')

    def comment(self, name: str, text: str, author: str = "Jo", more: str = "") -> str:
        to = f'<thr:in-reply-to ref="{POST}"/>'
        return entry(name, "", f"&lt;p&gt;{text}&lt;/p&gt;{more}", author, to)

    @property
    def marked(self) -> str:
        picture = f"&lt;img src='{self.server.url('/picture.png')}' alt='Alt {MARK}'&gt;"
        return self.comment(SECOND, f"Body {MARK}", f"Author {MARK}", picture)

    def update(self) -> None:
        done = self.folder.update("--now")
        assert (done.code, done.json["erasing"]) == (0, False), done


def entry(name: str, title: str, html: str, author: str, more: str = "") -> str:
    return (
        f"<entry><id>{name}</id><title>{title}</title><link href='{name}'/>{more}<author><name>{author}</name></author>"
        f"<published>2026-05-01T10:00:00Z</published><updated>2026-05-01T10:00:00Z</updated>"
        f"<content type='html'>{html}</content></entry>"
    )


def gone(name: str) -> str:
    return f'<at:deleted-entry ref="{name}" when="2026-05-02T10:00:00Z"/>'


def png(text: str) -> bytes:
    """A picture of one dot that says something."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    dots = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"tEXt", f"Comment\0{text}".encode()) + dots + chunk(b"IEND", b"")


@pytest.fixture
def talk() -> Iterator[Talk]:
    with scratch() as path, Hostile() as server:
        folder = Folder(path).settings(
            {
                "blog": {"kind": "feed", "url": server.url("/blog")},
                "talk": {"kind": "feed", "url": server.url("/talk"), "ours": False},
            },
            media={"fetch": True},
        )
        made = Talk(server, folder)
        server.routes["/picture.png"] = page(png(MARK), content_type="image/png")
        made.put(entry(POST, "A post", "About kettles", "Ines"), path="/blog")
        made.put(made.marked, made.comment(THIRD, f"Words {DRAFT}"))
        made.update()
        yield made


def test_deleted_comment_is_in_no_file(talk: Talk) -> None:
    assert {name.partition("/")[0] for name in holding(talk.folder.path, MARK)} == {".hub", "output"}
    with visited(talk.folder) as visitors:
        talk.put(gone(SECOND), talk.comment(THIRD, "Words"))
        talk.update()
        assert holding(talk.folder.path, MARK) == []
    assert visitors.errors == []


def test_replaced_text_is_in_no_file(talk: Talk) -> None:
    assert holding(talk.folder.path, DRAFT)
    with visited(talk.folder) as visitors:
        talk.put(talk.marked, talk.comment(THIRD, "Better words"))
        talk.update()
        assert holding(talk.folder.path, DRAFT) == []
    assert visitors.errors == []
    assert any("Better words" in path.read_text("utf-8") for path in talk.folder.path.glob("output/p/*/index.html"))


def test_restored_comment_comes_back_at_its_old_address(talk: Talk) -> None:
    before = talk.folder.bytes()
    talk.put(gone(SECOND), talk.comment(THIRD, f"Words {DRAFT}"))
    talk.update()
    talk.put(talk.marked, talk.comment(THIRD, f"Words {DRAFT}"))
    talk.update()
    assert talk.folder.bytes() == before
    (post,) = talk.folder.path.glob("output/p/*/index.html")
    assert f'id="{anchor(SECOND)}"' in post.read_text("utf-8").replace("id=r-", 'id="r-')


def told(talk: Talk, *names: str) -> dict[str, object]:
    done = talk.folder.hub("--json", "forget", *names)
    assert done.code == 0, done
    return dict(done.json)


def test_forgotten_comment_is_in_no_file_and_its_address_in_none_of_ours(talk: Talk) -> None:
    with visited(talk.folder) as visitors:
        assert holding(talk.folder.path / ".hub", SECOND)
        proof = told(talk, "--item", SECOND)
        assert (proof["messages"], proof["pictures"], proof["found"], proof["still"]) == (1, 1, 1, [])
        assert (holding(talk.folder.path, MARK), holding(talk.folder.path, SECOND)) == ([], [])
    assert visitors.errors == []


def test_forget_looks_at_what_it_wrote_and_at_every_file_when_asked(talk: Talk) -> None:
    files = [
        path for path in talk.folder.path.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    ]
    few, every = (told(talk, "--item", name, *more) for name, more in ((SECOND, ()), (THIRD, ("--verify",))))
    assert (few["still"], every["still"]) == ([], [])
    assert few["looked"] < len(files) / 2 < every["looked"]


def test_a_name_that_others_keep_is_told(talk: Talk) -> None:
    talk.folder.write("content/pages/thanks.md", f"title: Thanks\n\nThanks to {SECOND} for the hint.\n")
    assert "content/pages/thanks.md" not in told(talk, "--item", SECOND)["still"]
    assert "content/pages/thanks.md" in told(talk, "--item", SECOND, "--verify")["still"]


def test_forgotten_item_never_returns_though_ten_pulls_still_bring_it(talk: Talk) -> None:
    told(talk, "--item", SECOND)
    for number in range(10):
        talk.put(talk.marked, talk.comment(THIRD, f"Words {number}"))
        talk.update()
        assert (holding(talk.folder.path, MARK), holding(talk.folder.path, SECOND)) == ([], [])
    rules = (talk.folder.path / "content/rules.toml").read_text("utf-8")
    assert "[[forget]]" in rules
    assert "blog.example" not in rules


def test_without_the_key_that_keeps_the_forgotten_out_nothing_is_pulled(talk: Talk) -> None:
    told(talk, "--item", SECOND)
    (talk.folder.path / ".hub/key").unlink()
    done = talk.folder.update("--now")
    assert (done.code, "backup" in done.err) == (78, True)


# a person with two accounts, on a network that goes on showing them


@pytest.fixture
def town() -> Iterator[tuple[Server, Folder]]:
    """A network where one person speaks by two accounts that name each other."""
    with scratch() as path, Web(agent="test", now=lambda: NOW) as web, served(web) as server:
        root = server.say("brand")
        names = ("quill", "ink")
        for name, other in (names, names[::-1]):
            fields = [{"name": "Me", "value": f"{server.site}/@{other}", "verified_at": None}]
            who = server.account(name) | {"display_name": f"{MARK} {name}", "fields": fields}
            server.say(name, root, f"Words {DRAFT}", account=who)
        server.say("other", root, "Words of somebody else")
        folder = Folder(path).settings({"social": {"kind": "mastodon", "url": f"{server.site}/@brand"}})
        assert folder.update("--now", at=NOW).code == 0
        yield server, folder


def test_forgotten_person_never_returns_though_ten_pulls_still_bring_them(town: tuple[Server, Folder]) -> None:
    server, folder = town
    assert len(holding(folder.path / "output", MARK)) > 3
    with visited(folder) as visitors:
        done = folder.hub("--json", "forget", "--person", f"{server.site}/@ink", at=NOW)
        assert (done.code, done.json["messages"], done.json["erasing"]) == (0, 2, False)
        for hour in range(10):
            server.say("other", 101, f"More words {hour}")
            assert folder.update("--now", at=NOW + timedelta(hours=hour)).code == 0
            assert [holding(folder.path, mark) for mark in (MARK, DRAFT)] == [[], []]
    assert visitors.errors == []
    assert not [*folder.path.glob("output/person/ink*"), *folder.path.glob("output/person/quill*")]


def test_the_line_that_joined_a_forgotten_person_goes(town: tuple[Server, Folder]) -> None:
    server, folder = town
    names = [f"{server.site}/@{name}" for name in ("quill", "other", "brand")]
    folder.write("content/rules.toml", f"[[person]]\naccounts = {json.dumps(names)}\n")
    done = folder.hub("forget", "--account", f"{server.site}/@quill", at=NOW)
    assert "1 lines that joined its accounts" in done.out
    assert "quill" not in (folder.path / "content/rules.toml").read_text("utf-8")
    assert "@other" in (folder.path / "content/rules.toml").read_text("utf-8")
