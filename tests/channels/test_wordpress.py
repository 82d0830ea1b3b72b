"""WordPress over real HTTP: what is written, moderated and cut short there agrees with what is kept here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels import wordpress_items as made
from hub.channels.wordpress import Wordpress
from hub.errors import Malformed, Refused
from hub.model import Batch
from hub.web import Web
from tests.channels.blog import NOW, Blog, served


class Shelf:
    """What a store would keep of one channel: items by id, claims obeyed, the cursor of the last saved batch."""

    def __init__(self, blog: Blog, web: Web) -> None:
        self.web, self.blog, self.kept, self.cursor = web, blog, dict[str, str](), dict[str, object]()
        self.roots, self.warnings, self.ours = dict[str, str](), list[str](), set[str]()
        self.team: tuple[int, ...] = ()

    def pull(self, steps: int | None = None, *, comments: bool = True, now: datetime = NOW, **ask: bool) -> None:
        channel = Wordpress("blog", self.blog.site, comments=comments, team=self.team)
        for batch in islice(channel.pull(self.web, self.cursor, Ask(now=now, **ask)), steps):
            self.save(batch)

    def save(self, batch: Batch) -> None:
        for item in (item for item in batch.items if not item.private):
            self.kept[item.id], self.roots[item.id] = item.html, item.root
            (self.ours.add if item.ours else self.ours.discard)(item.id)
        left = {
            name
            for claim in batch.complete
            for name in self.kept
            if claimed(claim.under, claim.kind, self.roots[name], name)
        }
        still = {name for claim in batch.complete for name in claim.ids}
        for name in (left - still) | {*batch.gone, *batch.missing}:
            self.kept.pop(name, None)
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.warnings += batch.warnings

    def agrees(self) -> bool:
        """Whether exactly what is public there is kept here."""
        blog = self.blog
        there = {f"{blog.site}/?p={row}": text(post) for row, post in blog.posts.items() if open_to_all(post)}
        for row, comment in blog.comments.items():
            if f"{blog.site}/?p={comment['post']}" in there:
                there[f"{blog.site}/?p={comment['post']}#comment-{row}"] = text(comment)
        return self.kept == there


def claimed(under: str, kind: str, root: str, name: str) -> bool:
    return under in ("", root, name) and kind in ("", "reply" if root else "post")


def text(row: Mapping[str, object]) -> str:
    return str(row["content"]["rendered"])  # type: ignore[index]


def open_to_all(row: Mapping[str, object]) -> bool:
    return not row["content"]["protected"]  # type: ignore[index]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(agent="test", now=lambda: NOW, allow=["127.0.0.1"], sleep=lambda _: None) as web:
        yield web


@pytest.fixture
def blog() -> Iterator[Blog]:
    with served() as blog:
        for number in range(1, 4):
            blog.post(number, f"2026-11-0{number}T00:00:00")
            blog.comment(number, number, f"2026-11-1{number}T00:00:00")
        yield blog


@pytest.fixture
def shelf(blog: Blog, web: Web) -> Shelf:
    shelf = Shelf(blog, web)
    shelf.pull()
    blog.asked.clear()
    return shelf


def test_a_quiet_pull_asks_twice(shelf: Shelf) -> None:
    shelf.pull()
    assert shelf.blog.asked == ["posts", "comments"]


def test_new_posts_and_comments_come_with_the_next_pull(shelf: Shelf) -> None:
    shelf.blog.post(9, "2026-11-21T00:00:00")
    shelf.blog.comment(9, 9, "2026-11-21T01:00:00")
    shelf.pull()
    assert shelf.agrees()


def test_a_comment_that_is_edited_approved_late_or_trashed_follows_on_demand(shelf: Shelf) -> None:
    shelf.blog.comment(1, 1, "2026-11-11T00:00:00", "edited")
    shelf.blog.comment(4, 1, "2026-11-11T00:00:00", "approved late", parent=1)
    del shelf.blog.comments[2]
    shelf.pull(recheck=True)
    assert shelf.agrees()


def test_a_comment_comes_back_under_its_id(shelf: Shelf) -> None:
    before, comment = dict(shelf.kept), shelf.blog.comments.pop(1)
    shelf.pull(recheck=True)
    shelf.blog.comments[1] = comment
    shelf.pull(recheck=True)
    assert shelf.kept == before


def test_a_trashed_post_takes_its_comments_along_and_back(shelf: Shelf) -> None:
    post = shelf.blog.posts.pop(1)
    shelf.pull(recheck=True)
    assert shelf.agrees()
    shelf.blog.posts[1] = {**post, "modified_gmt": "2026-11-21T00:00:00"}
    shelf.pull()
    assert shelf.agrees()


@pytest.mark.parametrize("ask", [{}, {"recheck": True}, {"sweep": True}], ids=str)
@pytest.mark.parametrize("mute", [("posts",), ("comments",), ("posts", "comments")], ids="-".join)
def test_an_answer_that_counts_rows_and_shows_none_loses_nothing(
    shelf: Shelf, ask: dict[str, bool], mute: tuple[str, ...]
) -> None:
    shelf.blog.post(9, "2026-11-21T00:00:00")
    shelf.blog.comment(9, 1, "2026-11-21T01:00:00")
    before, shelf.blog.mute = set(shelf.kept), set(mute)
    with suppress(Malformed):
        shelf.pull(**ask)
    assert set(shelf.kept) >= before
    shelf.blog.mute = set()
    shelf.pull()
    assert shelf.agrees()


@pytest.mark.parametrize("ask", [{"recheck": True}, {"sweep": True}], ids=str)
def test_a_post_that_is_counted_and_not_shown_is_not_gone(shelf: Shelf, ask: dict[str, bool]) -> None:
    before, shelf.blog.blind = dict(shelf.kept), {2}
    shelf.pull(**ask)
    assert shelf.kept == before


def test_a_post_behind_a_password_goes_with_its_comments(shelf: Shelf) -> None:
    shelf.blog.post(1, "2026-11-21T00:00:00", content={"rendered": "", "protected": True})
    shelf.pull()
    assert shelf.agrees()


def test_the_sweep_finds_what_was_deleted_long_ago(blog: Blog, web: Web) -> None:
    blog.post(7, "2020-01-01T00:00:00", date_gmt="2020-01-01T00:00:00")
    blog.comment(7, 7, "2020-01-02T00:00:00")
    shelf = Shelf(blog, web)
    shelf.pull()
    del blog.posts[7]
    shelf.pull(recheck=True)
    assert not shelf.agrees()
    shelf.pull(sweep=True)
    assert shelf.agrees()


def test_a_list_that_moves_while_it_is_read_deletes_nothing(shelf: Shelf) -> None:
    for number in range(100, 350):
        shelf.blog.comment(number, 1, "2026-11-12T00:00:00")
    shelf.pull(recheck=True)
    kept = set(shelf.kept)
    shelf.blog.before = lambda what: shelf.blog.comments.pop(min(shelf.blog.comments)) and None  # type: ignore[func-returns-value]
    shelf.pull(recheck=True)
    assert set(shelf.kept) == kept


def test_more_comments_in_one_second_than_a_page_holds_all_come(blog: Blog, web: Web) -> None:
    for number in range(100, 350):
        blog.comment(number, 1, "2026-11-12T00:00:00")
    shelf = Shelf(blog, web)
    shelf.pull()
    assert shelf.agrees()


@pytest.mark.parametrize("ask", [{}, {"recheck": True}, {"sweep": True}])
def test_a_server_that_promises_pages_without_end_is_malformed(shelf: Shelf, ask: dict[str, Any]) -> None:
    shelf.blog.post(9, "2026-11-21T00:00:00")
    shelf.blog.stuck = True
    with pytest.raises(Malformed, match="repeats"):
        shelf.pull(**ask)
    assert len(shelf.blog.asked) < 9


def test_comments_that_are_shut_are_a_warning(blog: Blog, web: Web) -> None:
    blog.shut["comments"] = 401
    shelf = Shelf(blog, web)
    shelf.pull()
    assert len(shelf.kept) == 3
    assert len(shelf.warnings) == 1


def test_comments_whose_posts_could_not_be_learnt_come_later(shelf: Shelf) -> None:
    blog = shelf.blog
    blog.comment(77, next(iter(blog.posts)), "2026-11-21T01:00:00")
    blog.before = lambda what: blog.shut.update(posts=401) if what == "comments" else None
    shelf.pull()
    assert "the comments cannot be read" in shelf.warnings[-1]
    blog.before = lambda what: None
    blog.shut.clear()
    shelf.pull()
    assert any(name.endswith("#comment-77") for name in shelf.kept)


def test_a_refusal_is_an_error_where_there_are_no_feeds_either(shelf: Shelf) -> None:
    before, shelf.blog.shut["posts"] = shelf.cursor, 401
    with pytest.raises(Refused):
        shelf.pull()
    assert shelf.cursor == before


def test_an_api_behind_a_query_is_found(blog: Blog, web: Web) -> None:
    blog.pretty = False
    shelf = Shelf(blog, web)
    shelf.pull()
    assert shelf.agrees()


def test_without_comments_none_are_asked_for(blog: Blog, web: Web) -> None:
    shelf = Shelf(blog, web)
    shelf.pull(comments=False)
    assert "comments" not in blog.asked
    assert len(shelf.kept) == 3


FEEDS = {
    "/feed/": """<rss version="2.0" xmlns:wfw="http://wellformedweb.org/CommentAPI/"><channel><item>
        <guid isPermaLink="false">{0}/?p=1</guid><link>{0}/post-1/</link><description>text</description>
        <wfw:commentRss>{0}/post-1/feed/</wfw:commentRss></item></channel></rss>""",
    "/post-1/feed/": """<rss version="2.0"><channel><item><guid isPermaLink="false">{0}/?p=1#comment-1</guid>
        <link>{0}/post-1/#comment-1</link><description>text</description></item></channel></rss>""",
}


def shut(blog: Blog) -> None:
    """Switch the API off; the feeds go on."""
    blog.shut["posts"] = 401
    blog.files = {path: feed.format(blog.site) for path, feed in FEEDS.items()}


def test_where_the_api_is_shut_the_feeds_bring_the_same_ids(blog: Blog, web: Web) -> None:
    shut(blog)
    shelf = Shelf(blog, web)
    for _ in range(2):
        shelf.pull()
    assert shelf.kept == {f"{blog.site}/?p=1": "text", f"{blog.site}/?p=1#comment-1": "text"}


def test_an_api_that_is_shut_later_is_a_warning_and_loses_nothing(shelf: Shelf) -> None:
    before = dict(shelf.kept)
    shut(shelf.blog)
    shelf.pull()
    shelf.pull()
    assert (shelf.kept, len(shelf.warnings)) == (before, 2)
    assert shelf.blog.asked.count("posts") == 1


@pytest.mark.parametrize("ask", [{"sweep": True}, {"recheck": True}, {"now": NOW + timedelta(days=1)}])
def test_the_feeds_are_left_when_the_api_is_found_open(shelf: Shelf, ask: dict[str, Any]) -> None:
    shut(shelf.blog)
    shelf.pull()
    shelf.blog.shut.clear()
    del shelf.blog.comments[2]  # which no feed tells
    shelf.pull(**ask)
    assert shelf.agrees()
    assert "feed" not in shelf.cursor


def test_a_team_that_was_named_later_speaks_for_the_brand_in_what_is_known(shelf: Shelf) -> None:
    shelf.blog.comments[1]["author"] = 7
    shelf.pull(recheck=True)
    name = f"{shelf.blog.site}/?p=1#comment-1"
    assert name not in shelf.ours
    shelf.team = (7,)
    shelf.pull()
    assert name in shelf.ours


def test_a_blog_that_moved_is_read_at_its_new_address(shelf: Shelf) -> None:
    with served() as moved:
        moved.post(4, "2026-11-04T00:00:00")
        shelf.blog = moved
        shelf.pull(sweep=True)
        assert shelf.agrees()


def test_feeds_are_read_again_under_other_settings(blog: Blog, web: Web) -> None:
    shut(blog)
    shelf = Shelf(blog, web)
    shelf.pull()
    shelf.team = (7,)
    blog.asked.clear()
    shelf.pull()
    assert blog.asked.count("posts") == 1


STEPS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 5), st.sampled_from(["", "a", "b"]), st.integers(0, 3)), max_size=12
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_and_wherever_pulls_are_cut_the_next_on_demand_agrees(
    blog: Blog, web: Web, steps: list[tuple[int, int, str, int]]
) -> None:
    blog.posts.clear()
    blog.comments.clear()
    shelf = Shelf(blog, web)
    for minute, (post, comment, words, batches) in enumerate(steps):
        blog.post(post, f"2026-11-20T00:{minute:02}:00", words)
        blog.comments.pop(comment, None)
        if words:
            blog.comment(comment, post, f"2026-11-20T00:0{comment}:00", words)
        shelf.pull(batches)
    shelf.pull()
    shelf.pull(recheck=True)
    assert shelf.agrees()


def test_a_post_whose_canonical_address_is_elsewhere_names_that_place() -> None:
    row = {"link": "https://b.example/1", "guid": {"rendered": "https://b.example/?p=1"}, "id": 1}
    said = [
        made.post({**row, "yoast_head_json": {"canonical": at}}, made.Blog("blog", "https://b.example")).syndication
        for at in ("https://b.example/1", "https://log.example/1")
    ]
    assert said == [(), ("https://log.example/1",)]
