"""Cost follows the change, never the archive: counted in statements and rows, not in seconds."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from hub.model import Batch, Complete
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import bring, item, lose, post, url


@dataclass
class Work:
    """What an archive did: SQLite counts the steps of its own machine, near enough a row each."""

    statements: int = 0
    steps: int = 0


def work(archive: Archive, act: Callable[[], object]) -> Work:
    done = Work()

    def count(*_: object) -> None:
        done.statements += 1

    def tick() -> None:
        done.steps += 10

    event.listen(archive.database.engine, "before_cursor_execute", count)
    with archive.database.alone() as c:
        c.connection.driver_connection.set_progress_handler(tick, 10)
    act()
    event.remove(archive.database.engine, "before_cursor_execute", count)
    return done


def crowded(archive: Archive, threads: int, wide: int) -> Archive:
    posts = [post(f"p{n:04}", at=n) for n in range(threads)]
    replies = [
        item(f"p{n:04}-{m:04}", to=f"p{n:04}", root=f"p{n:04}", at=m) for n in range(threads) for m in range(wide)
    ]
    bring(archive, *posts, *replies, post("q"), item("q1", to="q", root="q"))
    return archive


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("threads", "wide"), [(300, 2), (1, 600)], ids=["many threads", "a wide thread"])
@pytest.mark.parametrize(
    "act",
    [
        lambda archive: bring(archive, item("x", to="p0000", root="p0000")),
        lambda archive: bring(archive, item("x", to="p0000-0001", root="p0000")),
        lambda archive: bring(archive, item("p0000-0001", to="p0000", root="p0000", html="edited")),
        lambda archive: lose(archive, "p0000-0001"),
        lambda archive: bring(archive, post("p0000", html="edited")),
        lambda archive: archive.save("blog", Batch(complete=(Complete(ids=frozenset({url("q")}), under=url("q")),))),
        lambda archive: bring(archive, post("y"), item("z", to="y")),
    ],
    ids=["a reply", "a reply to a reply", "an edit", "a gone reply", "an edited post", "a whole list", "a new thread"],
)
def test_a_change_costs_the_same_in_a_large_archive(
    fresh: Fresh, threads: int, wide: int, act: Callable[[Archive], object]
) -> None:
    small, large = crowded(fresh(), 2, 2), crowded(fresh(), threads, wide)
    little, much = work(small, lambda: act(small)), work(large, lambda: act(large))
    assert much.statements == little.statements
    assert 0 < much.steps <= little.steps * 1.5 + 1000


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
def test_a_thread_is_read_at_its_own_cost(fresh: Fresh) -> None:
    small, large = crowded(fresh(), 2, 2), crowded(fresh(), 300, 2)
    little, much = (work(one, lambda one=one: one.thread(url("p0000"))) for one in (small, large))
    assert much.statements == little.statements
    assert 0 < much.steps <= little.steps * 1.5 + 1000


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
def test_a_quiet_pull_writes_nothing(fresh: Fresh) -> None:
    archive = crowded(fresh(), 3, 3)
    same = Batch(items=(post("p0000", at=0),), cursor={"etag": "x"})
    archive.save("blog", same)
    file = archive.database.file
    before = [path.read_bytes() for path in sorted(file.parent.glob("archive.sqlite*")) if "shm" not in path.name]
    archive.save("blog", same)
    assert before == [
        path.read_bytes() for path in sorted(file.parent.glob("archive.sqlite*")) if "shm" not in path.name
    ]
