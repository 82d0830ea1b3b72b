"""A real WordPress of 200 posts: whatever its moderators do is what the hub shows after the next update."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.folder import Folder
from tests.peers.wordpress import Comment, Wordpress, started
from tests.torture.served import Visitors, visited
from tests.torture.traces import holding

pytestmark = [pytest.mark.peers, pytest.mark.slow]
FIRST, SECOND, ANSWER, SECRET = "Zyxwfirst", "Qvjxsecond", "Kwyzanswer", "Vqzxsecret"
POST, COMMENT, LATE = "Wqzypost", "Xkqzcomment", "Jxqvlate"
NO_PICTURES = ("--set", "media.fetch=false")  # the only addresses outside of this machine


@pytest.fixture(scope="module")
def blog() -> Iterator[Wordpress]:
    with started(200) as blog:
        yield blog


@dataclass(frozen=True)
class Brand:
    """A blog, the hub that follows it, and those who read the hub's site all the while."""

    blog: Wordpress
    folder: Folder
    visitors: Visitors

    def update(self, *args: str) -> dict[str, Any]:
        """An update on demand that ends well and leaves nothing half erased; what the blog's pull came to."""
        done = self.folder.update("--now", *args, *NO_PICTURES)
        assert (done.code, done.json["erasing"]) == (0, False), done
        return done.channels["blog"]

    def posts(self) -> set[str]:
        return {item["id"] for item in self.folder.export() if item["kind"] == "post" and item["channel"] != "notes"}

    def talk(self) -> set[Comment]:
        """Every reply as the hub exports it; below one that left its place empty counts as below the post."""
        items = {item["id"]: item for item in self.folder.export()}
        parents = {id: one["parent_id"] if one["parent_id"] in items else one["thread_id"] for id, one in items.items()}
        replies = (one for one in items.values() if one["kind"] == "reply")
        return {Comment(one["id"], one["thread_id"], one["text"], parents[one["id"]]) for one in replies}

    def found(self, word: str) -> list[str]:
        """Where the command and the server find a word; they agree."""
        told = self.folder.hub("--json", "search", word).json, json.loads(self.read(f"/api/v1/search?q={word}"))
        command, server = ([hit["url"] for hit in one["hits"]] for one in told)
        assert command == server
        return server

    def read(self, path: str) -> bytes:
        """What the running server answers; from an address of its own, so that the visitors' haste is not ours."""
        parts = urlsplit(self.visitors.root)
        line = HTTPConnection(parts.hostname or "", parts.port, timeout=30, source_address=("127.0.0.2", 0))
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return body if answer.status == 200 else b""

    def shows(self, word: str) -> str:
        """The address of the one message that holds a word, when page, feeds and both searches agree on it."""
        (url,) = self.found(word)
        page, _, anchor = url.partition("#")
        body = self.read(f"/{page}")
        assert word.encode() in body
        assert anchor.encode() in body
        lists = {"feeds/replies.atom", "feeds/replies.json", "feeds/replies.rss"} if anchor else {"feeds/all.atom"}
        assert {f"{page}index.html", *lists} <= set(holding(self.folder.path / "output", word))
        return url

    def forgot(self, word: str) -> bool:
        """Whether a word is in no file of the folder and nobody finds it."""
        return (self.found(word), holding(self.folder.path, word)) == ([], [])


def started_hub(blog: Wordpress, path: Path) -> Folder:
    folder = Folder(path)
    done = folder.hub("init", str(path), "--url", blog.site)
    assert done.code == 0, done
    return folder


@pytest.fixture(scope="module")
def brand(blog: Wordpress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    """A hub made from the blog's address alone; the blog has some talk that is nobody's business."""
    for status in ("private", "draft", "publish"):
        post = blog.write("Inside", SECRET, post_status=status, post_password="pw" if status == "publish" else "")
        blog.say(post, SECRET)
    post, above = blog.write("Kettles", "Deep"), 0
    for depth in range(7):
        above = blog.say(post, f"Deep {depth}", to=above, user_id=depth % 2)
    for approved in (0, "spam", "trash"):
        blog.say(post, f"An answer to {approved}", to=blog.say(post, SECRET, comment_approved=approved))
    folder = started_hub(blog, tmp_path_factory.mktemp("peer") / "talk")
    assert folder.update(*NO_PICTURES).code == 0
    with visited(folder) as visitors:
        yield Brand(blog, folder, visitors)


def test_every_public_post_and_comment_is_there_under_its_parent(brand: Brand) -> None:
    talk = brand.blog.talk()
    assert len(talk) > 500
    assert brand.posts() == brand.blog.posts()
    assert {(one.id, one.post, one.to) for one in brand.talk()} == {(one.id, one.post, one.to) for one in talk}
    assert brand.forgot(SECRET)


def test_a_second_update_finds_nothing_and_changes_no_file(brand: Brand) -> None:
    brand.update()
    before = brand.folder.output()
    assert (brand.update()["edited"], brand.folder.output()) == (0, before)


W = Wordpress
LIFE: tuple[tuple[Callable[..., None], tuple[str, ...], str], ...] = (
    (W.approve, (), FIRST),
    (W.hold, (), ""),
    (W.approve, (), FIRST),
    (W.edit, (SECOND,), SECOND),
    (W.trash, (), ""),
    (W.untrash, (), SECOND),
    (W.spam, (), ""),
    (W.unspam, (), SECOND),
    (W.delete, (), ""),
)


def test_a_comment_lives_and_dies_here_as_it_does_there(brand: Brand) -> None:
    blog, post = brand.blog, brand.blog.write("Life", "Of a comment")
    comment = blog.say(post, FIRST, to=blog.say(post, "Before"), comment_approved=0)
    blog.say(post, ANSWER, to=comment)
    brand.update()
    assert brand.forgot(FIRST)
    addresses = set()
    brand.visitors.errors.clear()
    for step, words, shown in LIFE:
        step(blog, comment, *words)
        brand.update()
        addresses |= {brand.shows(shown)} if shown else set()
        assert [brand.forgot(word) for word in (FIRST, SECOND)] == [word != shown for word in (FIRST, SECOND)], step
        assert brand.talk() == set(blog.talk()), step
        assert brand.shows(ANSWER)
    assert (len(addresses), brand.visitors.errors) == (1, [])


def test_a_trashed_post_goes_with_its_talk_and_comes_back_at_its_address(brand: Brand) -> None:
    blog = brand.blog
    post = blog.write("Gone for a while", POST)
    blog.say(post, COMMENT)
    brand.update()
    before = brand.shows(POST), brand.shows(COMMENT)
    blog.trash_post(post)
    brand.update()
    assert [brand.forgot(POST), brand.forgot(COMMENT), brand.read(f"/{before[0]}")] == [True, True, b""]
    blog.untrash_post(post)
    brand.update()
    assert (brand.shows(POST), brand.shows(COMMENT)) == before
    assert brand.posts() == blog.posts()


def test_when_the_api_is_switched_off_the_feeds_carry_on_under_the_same_ids(brand: Brand) -> None:
    blog, post = brand.blog, brand.blog.write("No API", "Feeds only")
    above = blog.say(post, "Before")
    brand.update()
    with blog.without_rest():
        blog.say(post, LATE, to=above)
        pulled = brand.update()
        assert (pulled["added"], pulled["gone"], len(pulled["warnings"])) == (1, 0, 1)
        assert brand.shows(LATE)
        assert (brand.posts(), brand.talk()) == (blog.posts(), set(blog.talk()))
    assert (brand.update()["added"], brand.talk()) == (0, set(blog.talk()))


def test_a_blog_whose_api_was_never_on_has_the_same_ids(brand: Brand, tmp_path: Path) -> None:
    with brand.blog.without_rest():
        folder = started_hub(brand.blog, tmp_path / "talk")
        assert folder.update(*NO_PICTURES).code == 0
    here = Brand(brand.blog, folder, brand.visitors)
    posts = here.posts()
    assert len(posts) == 9  # the feed has ten, one of them behind a password
    assert posts < brand.blog.posts()
    assert here.talk() == {one for one in brand.blog.talk() if one.post in posts}
