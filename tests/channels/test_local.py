"""The brand's own files: what stays out, what leaves, what a broken one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.channels import Ask
from hub.channels.local import Document, Local, Unreadable
from hub.errors import Malformed
from hub.model import Batch
from hub.web import Web

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WEB = Web(agent="test", now=lambda: NOW, replay=Path(__file__).parent / "feed" / "pull.json")
GOOD = Document(path=Path("2026/tea.md"), title="Tea", html="<p>Hot.</p>", date=NOW - timedelta(days=1), author="Mara")


def pull(*files: Document | Unreadable, cursor: Mapping[str, object] | None = None) -> Batch:
    """One pull of a folder that holds these files; an empty batch when there is nothing to say."""

    def read(_: Path) -> Iterator[Document | Unreadable]:
        yield from files

    batches = list(Local("notes", reader=read).pull(WEB, cursor or {}, Ask(now=NOW)))
    return batches[0] if batches else Batch(cursor=cursor or {})


def test_a_file_is_an_item_whose_home_is_here() -> None:
    item = pull(GOOD).items[0]
    assert (item.id, item.url, item.title, item.ours) == ("urn:hub:local:2026/tea", "", "Tea", True)


def test_nothing_comes_of_files_that_stayed_as_they_were() -> None:
    assert pull(GOOD, cursor=pull(GOOD).cursor) == Batch(cursor=pull(GOOD).cursor)


def test_a_changed_file_comes_again_alone() -> None:
    other = replace(GOOD, path=Path("soup.md"))
    batch = pull(replace(GOOD, html="<p>Cold.</p>"), other, cursor=pull(GOOD, other).cursor)
    assert [item.html for item in batch.items] == ["<p>Cold.</p>"]


@pytest.mark.parametrize(
    "change", [{"status": "draft"}, {"status": "hidden"}, {"date": NOW + timedelta(seconds=1)}], ids=str
)
def test_drafts_hidden_and_future_posts_stay_out_and_leave(change: Mapping[str, object]) -> None:
    batch = pull(replace(GOOD, **change), cursor=pull(GOOD).cursor)
    assert batch.items == ()
    assert batch.complete[0].ids == frozenset()


def test_a_deleted_file_takes_its_post_along() -> None:
    assert pull(cursor=pull(GOOD).cursor).complete[0].ids == frozenset()


@pytest.mark.parametrize(
    ("broken", "warning"),
    [
        (Unreadable(path=GOOD.path, why="no front matter", line=3), "2026/tea.md:3: no front matter"),
        (replace(GOOD, title=""), "2026/tea.md:1: it has no title; add it on top of the file"),
        (replace(GOOD, date=None, title=""), "2026/tea.md:1: it has no title and no date; add it on top of the file"),
    ],
)
def test_a_broken_file_is_a_warning_and_keeps_its_post(broken: Document | Unreadable, warning: str) -> None:
    other = replace(GOOD, path=Path("soup.md"))
    batch = pull(broken, other, cursor=pull(GOOD).cursor)
    assert batch.warnings == (warning,)
    assert batch.complete[0].ids == {"urn:hub:local:2026/tea", "urn:hub:local:soup"}


def test_without_a_reader_it_says_so() -> None:
    with pytest.raises(Malformed, match="nobody reads"):
        next(Local("notes").pull(WEB, {}, Ask(now=NOW)))
