"""A list that came short deletes nothing that its source still shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import doubts
from hub.channels import Ask
from hub.doubts import Doubts
from hub.errors import ChannelError, RateLimited, Unreachable
from hub.model import Batch, Complete, Cursor, Item, Terms
from hub.store.archive import Archive, open_archive
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
POST = "https://ada.example/post"


@dataclass
class Source:
    """A channel that can be asked for single items: it shows those in `there`, or fails with `why`."""

    name: str = "blog"
    there: set[str] = field(default_factory=set)
    why: ChannelError | None = None
    asked: list[str] = field(default_factory=list)
    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        yield from ()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        self.asked += [item.id for item in items]
        if self.why:
            raise self.why
        return [item.id for item in items if item.id in self.there]


def reply(number: int, **more: object) -> Item:
    id = f"https://ada.example/reply/{number}"
    plain = Item(id=id, url=id, channel="blog", html="<p>a</p>", published=NOW, reply_to=POST, root=POST)
    return replace(plain, **more)  # type: ignore[arg-type]


def ids(numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(reply(number).id for number in numbers)


HEAD = Item(id=POST, url=POST, channel="blog", published=NOW, ours=True, html="<p>a</p>")


def claim(numbers: Iterable[int], *, sure: bool = False) -> Batch:
    return Batch(complete=(Complete(ids=ids(numbers), kind="reply", sure=sure),))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive("", tmp_path) as archive:
        archive.save("blog", Batch(items=(HEAD, *map(reply, range(60)))))
        yield archive


def settled(archive: Archive, source: Source, *batches: Batch) -> Batch:
    with Web(agent="test", now=lambda: NOW) as web:
        asked = Doubts(archive, web, source, {}, Ask(now=NOW))
        for batch in batches:
            batch = asked.settled(batch)
            archive.save("blog", batch)
    return batch


def left(archive: Archive) -> set[str]:
    return {record.item.id for record in archive.records()} - {POST}


def test_what_a_list_lacks_and_the_source_shows_stays(archive: Archive) -> None:
    source = Source(there=set(ids([3])))
    settled(archive, source, claim(range(5, 60)))
    assert left(archive) == ids([3, *range(5, 60)])
    assert len(source.asked) == 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 59)), st.sets(st.integers(0, 59)))
def test_nothing_that_is_shown_ever_goes(
    tmp_path_factory: pytest.TempPathFactory, here: set[int], told: set[int]
) -> None:
    with open_archive("", tmp_path_factory.mktemp("a")) as archive:
        archive.save("blog", Batch(items=(HEAD, *map(reply, range(60)))))
        settled(archive, Source(there=set(ids(here))), claim(told))
        lost = ids(range(60)) - left(archive)
        asked = 60 - len(told) <= doubts.FEW
        assert not lost & ids(told)
        assert not lost & ids(here) or not asked


def test_a_long_list_of_missing_is_believed_where_none_of_a_few_is_there(archive: Archive) -> None:
    source = Source()
    settled(archive, source, claim(range(5)))
    assert left(archive) == ids(range(5))
    assert len(source.asked) == doubts.FEW


def test_a_long_list_of_which_some_are_there_takes_none_unasked(archive: Archive) -> None:
    source = Source(there=set(ids(range(0, 60, 2))))
    settled(archive, source, claim([]))
    gone = ids(range(60)) - left(archive)
    assert gone
    assert gone == set(source.asked) - source.there


def test_what_cannot_be_asked_stays_and_is_told(archive: Archive) -> None:
    said = settled(archive, Source(why=Unreachable("no answer")), claim(range(58)), Batch())
    assert left(archive) == ids(range(60))
    assert said.warnings == ()
    assert settled(archive, Source(why=Unreachable("no answer")), claim(range(58))).warnings == (
        doubts.LACK.format(2, "no answer"),
    )


def test_a_source_that_asks_to_wait_is_asked_again_later(archive: Archive) -> None:
    with pytest.raises(RateLimited):
        settled(archive, Source(why=RateLimited("later")), claim(range(58)))
    assert left(archive) == ids(range(60))


def test_what_the_source_says_in_words_is_not_asked_again(archive: Archive) -> None:
    source = Source(there=set(ids(range(60))))
    settled(archive, source, claim(range(50), sure=True))
    assert left(archive) == ids(range(50))
    assert source.asked == []


def test_what_was_seen_to_be_private_in_this_pull_goes(archive: Archive) -> None:
    source = Source(there=set(ids(range(60))))
    settled(archive, source, Batch(items=(reply(1, private=True),)), claim([0, *range(2, 60)]))
    assert left(archive) == ids([0, *range(2, 60)])
    assert source.asked == []


def test_what_should_stand_on_a_page_is_asked_for(archive: Archive) -> None:
    settled(archive, Source(there=set(ids([1]))), Batch(missing=tuple(sorted(ids([1, 2])))))
    assert left(archive) == ids(range(60)) - ids([2])


def test_a_pull_asks_only_so_much(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubts, "MOST", 25)
    source = Source()
    last = settled(archive, source, claim(range(20)), claim(range(10)))
    assert (len(source.asked), last.warnings) == (doubts.FEW, (doubts.TOO_MANY,))
    assert left(archive) == ids(range(20))


def test_a_channel_that_cannot_be_asked_is_believed(archive: Archive) -> None:
    @dataclass
    class Plain:
        name: str = "blog"
        terms: ClassVar[Terms] = Terms()

        def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
            yield from ()

    with Web(agent="test", now=lambda: NOW) as web:
        batch = Doubts(archive, web, Plain(), {}, Ask(now=NOW)).settled(
            Batch(missing=("x:1",), complete=claim([]).complete)
        )
    assert (batch.gone, batch.complete) == (("x:1",), claim([]).complete)
