"""A network that lets us in no more: one clear line tells so, what came stays as long as its terms allow, then there is
a count and a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.channels.appview import JO
from tests.channels.appview import US as AUTHOR
from tests.channels.appview import served as appview
from tests.channels.fediverse import NOW as THEN
from tests.channels.fediverse import served as mastodon
from tests.channels.loopback import Answer
from tests.channels.tube import US, Tube, refused, served
from tests.e2e.folder import Folder, Ran, Snapshot

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def rest(folder: Folder) -> Snapshot:
    """The site but for the pages that tell how a channel fares: its own, and the one about the site."""
    return {path: file for path, file in folder.output().items() if not re.match("about/|channel/[a-z]+/index", path)}


@dataclass
class Films:
    """A hub that has read a channel on YouTube, whose texts may be kept for 30 days."""

    folder: Folder
    tube: Tube
    away: Callable[[], None]

    def update(self, days: int) -> Ran:
        return self.folder.update("--now", at=NOW + DAY * days)

    def page(self) -> str:
        (page,) = self.folder.path.glob("output/p/*/index.html")
        return page.read_text("utf-8")

    def rest(self) -> Snapshot:
        return rest(self.folder)

    def words(self) -> bool:
        """Does a comment's text stand in any file, of the site or of the program?"""
        files = [path for path in self.folder.path.rglob("*") if path.is_file()]
        return any(b"quite unheard of" in path.read_bytes() for path in files)

    def status(self) -> str:
        return self.folder.hub("status").out


@pytest.fixture
def films(tmp_path: Path) -> Iterator[Films]:
    with ExitStack() as stack:
        tube = stack.enter_context(served())
        tube.videos["film"] = "2026-11-20T00:00:00Z"
        tube.say("said", "film", "2026-11-20T01:00:00Z")
        tube.comments["said"]["snippet"]["textDisplay"] = "quite unheard of"
        folder = Folder(tmp_path)
        folder.write("key", "sesame")
        account = {"kind": "youtube", "account": US, "api_key": "file:key", "service": tube.site, "site": tube.site}
        folder.settings({"tube": account})
        films = Films(folder, tube, stack.close)
        assert (films.update(0).code, films.words()) == (0, True)
        yield films


def says(answer: Answer) -> Callable[[Films], None]:
    """From now on the API says this to every question."""
    return lambda films: setattr(films.tube, "before", lambda _: answer)


TROUBLES: dict[str, tuple[Callable[[Films], None], str]] = {
    "a key that is refused": (says(refused(403, "forbidden")), "Refused"),
    "an account that is gone": (says(refused(404, "playlistNotFound")), "Missing"),
    "a network that vanished": (lambda films: films.away(), "Unreachable"),
}


@pytest.mark.parametrize("what", TROUBLES)
def test_what_came_stays_for_its_time_and_then_is_a_count_and_a_link(films: Films, what: str) -> None:
    trouble, error = TROUBLES[what]
    before = films.rest()
    trouble(films)
    assert [films.update(day).code for day in (1, 29)] != [0, 0]
    assert (films.rest(), films.words()) == (before, True)
    assert films.status().count(f"tube: {error}: ") == 1
    assert "until 2026-12-22, then as counts and links" in films.status()
    films.update(31)
    assert (films.words(), '<h2 id="replies">1 reply</h2>' in films.page()) == (False, True)
    assert films.page().count('">Read it on Tube</a>') == 2


def test_the_next_good_answer_brings_the_words_back(films: Films) -> None:
    before = films.folder.bytes()
    says((503, {}))(films)
    films.update(31)
    assert not films.words()
    films.tube.before = lambda _: None
    assert (films.update(33).code, films.folder.bytes()) == (0, before)


def test_where_terms_set_no_time_what_came_stays_as_it_was(tmp_path: Path) -> None:
    with appview() as view:
        view.post(JO, "answer", THEN.isoformat(), view.post(AUTHOR, "root", (THEN - DAY).isoformat()))
        folder = Folder(tmp_path)
        folder.settings({"sky": {"kind": "bluesky", "handle": "us.example", "service": view.site, "login": view.site}})
        assert folder.update(at=THEN).code == 0
        before = rest(folder)
        view.before = lambda _: (400, {"error": "InvalidRequest", "message": "Profile not found"})
        assert folder.update("--now", at=THEN + 400 * DAY).code == 69
    assert rest(folder) == before
    assert re.findall("sky: .*stays as it was", folder.hub("status").out)


def test_what_a_person_has_to_mend_is_told_until_it_is_mended(tmp_path: Path) -> None:
    with appview() as view, mastodon() as server:
        view.post(AUTHOR, "root", (THEN - DAY).isoformat())
        server.open = False
        server.say("fan", server.say("brand"))
        sky = {"kind": "bluesky", "handle": "was.example", "service": view.site, "login": view.site}
        channels = {"sky": sky, "social": {"kind": "mastodon", "url": f"{server.site}/@brand"}}
        folder = Folder(tmp_path).settings(channels)
        lines = 'sky: warning: was.example is called us.example now: write handle = "us.example"', "set token to"
        for hours in (0, 7, 14):
            assert folder.update(at=THEN + timedelta(hours=hours)).code == 0
            assert [folder.hub("status").out.count(line) for line in lines] == [1, 1]
        folder.settings({"sky": {**sky, "handle": "us.example"}})
        assert folder.update(at=THEN + timedelta(hours=15)).code == 0
        assert lines[0] not in folder.hub("status").out


def test_a_channel_that_cannot_be_read_for_long_says_so_on_its_own_page_alone(films: Films) -> None:
    before = films.folder.bytes()
    says((503, {}))(films)
    films.update(2)
    assert films.folder.bytes() == before
    films.update(4)
    pages = {"channel/tube/index.html", "about/index.html"}
    assert {path for path, digest in films.folder.bytes().items() if digest != before[path]} == pages
    assert all("cannot be read at the moment" in (films.folder.path / "output" / page).read_text() for page in pages)
    films.tube.before = lambda _: None
    films.update(6)
    assert films.folder.bytes() == before
