"""An update, stage by stage."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import Environment, FileSystemLoader

from hub import pace, run
from hub.channels import Ask, Channel
from hub.errors import Missing, RateLimited, StoreError, Unreachable
from hub.index.whoosh import Whoosh
from hub.model import Account, Batch, Cursor, Item, Reaction, Terms
from hub.report import Pulled, Report, Wish
from hub.run import Hub
from hub.sections import PublishSettings
from hub.settings import Brand, Settings
from hub.site.job import Built
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scripted:
    """A kind that brings what it was given, then fails as it was told."""

    name: str
    batches: tuple[Batch, ...] = ()
    why: Exception | None = None
    asked: tuple[list[Ask], ...] = ([],)
    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        self.asked[0].append(ask)
        yield from self.batches[int(str(cursor.get("at", 0))) :]
        if self.why:
            raise self.why


def item(name: str, **more: object) -> Item:
    id = f"https://ada.example/{name}"
    plain = Item(id=id, url=id, channel="blog", title=name, html=f"<p>{name}</p>", published=NOW, ours=True)
    return replace(plain, **more)  # type: ignore[arg-type]


def batch(*items: Item, at: int = 1) -> Batch:
    return Batch(items=items, cursor={"at": at})


def scripted(name: str, *items: Item, why: Exception | None = None) -> Scripted:
    """A channel with one item a batch."""
    steps = tuple(batch(replace(one, channel=name), at=at) for at, one in enumerate(items, 1))
    return Scripted(name=name, batches=steps, why=why, asked=([],))


Make = Callable[..., Hub]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Make]:
    """Opens a hub with these channels, always in the same folder."""
    (tmp_path / "content").mkdir()
    with contextlib.ExitStack() as stack:

        def make(*channels: Channel, publish: tuple[str, ...] = (), team: tuple[str, ...] = ()) -> Hub:
            brand = Brand(name="Ada", url="https://talk.ada.example/", team=team)
            chosen = {channel.name: channel for channel in channels}
            settings = Settings(folder=tmp_path, brand=brand, channels=chosen, publish=PublishSettings(command=publish))
            return stack.enter_context(run.opened(settings, {}, lambda: NOW))

        yield make


def pull(hub: Hub, **wish: bool) -> dict[str, Pulled]:
    return {one.channel: one for one in run.pull(hub, Wish(now=NOW, **wish))}  # type: ignore[arg-type]


def titles(hub: Hub) -> set[str]:
    return {record.item.title for record in hub.store.records()}


def test_what_a_channel_brings_is_tidied_and_saved(hub: Make) -> None:
    one = hub(scripted("blog", item("a", html="<p>a<script>alert(1)</script></p>"), item("b")))
    assert pull(one)["blog"].added == 2
    assert [record.item.html for record in one.store.records()] == ["<p>a</p>", "<p>b</p>"]


def test_private_items_are_never_saved(hub: Make) -> None:
    one = hub(scripted("blog", item("secret", private=True), item("public")))
    pull(one)
    assert titles(one) == {"public"}


def test_the_team_speaks_for_the_brand_by_account_id_alone(hub: Make) -> None:
    grace = Account(name="Grace", id="https://ada.example/?author=2")
    faker = Account(name="Grace", url="https://ada.example/?author=2")
    answers = [
        item(name, ours=False, author=author, reply_to=item("p").id)
        for name, author in zip("xy", (grace, faker), strict=True)
    ]
    channel, said = scripted("blog", item("p"), *answers), {"p": True, "x": False, "y": False}
    pull(hub(channel))
    for team, spoken in (((grace.id.replace("https://ada", "http://ADA"),), True), ((), False)):
        one = hub(channel, team=team)
        run.judge(one)
        assert {record.item.title: record.item.ours for record in one.store.records()} == said | {"x": spoken}


def test_what_came_before_an_error_is_kept_and_the_error_is_a_fact(hub: Make) -> None:
    one = hub(scripted("blog", item("a"), item("b"), why=Unreachable("no answer from ada.example")))
    assert (pull(one)["blog"].error, titles(one)) == ("Unreachable", {"a", "b"})
    health = one.store.health("blog")
    assert (health.error, health.message, health.cursor) == ("Unreachable", "no answer from ada.example", {"at": 2})


def test_a_bug_in_a_kind_is_a_fact_about_that_channel(hub: Make) -> None:
    one = hub(scripted("bad", why=KeyError("guid")), scripted("good", item("a")))
    found = pull(one)
    assert found["bad"].message == "a bug in this kind: KeyError: 'guid'"
    assert (found["good"].added, found["good"].error) == (1, "")


def test_what_comes_beside_the_items_is_tidied_too() -> None:
    fan = Account(name="Eve\ud800\x1b[2J", url="javascript:alert(1)", id="https://x.example/\x07eve")
    like = Reaction(target="https://ada.example/a\n", type="like", account=fan)
    given = Batch(reactions=(like,), warnings=("bad \x1b[2J\ud800 feed",), gone=("https://ada.example/\x07b",))
    found = run.tidied(given, NOW, [])
    assert (found.reactions[0].target, found.gone) == ("https://ada.example/a", ("https://ada.example/b",))
    assert found.reactions[0].account.url == ""
    assert not set("".join((*found.warnings, found.reactions[0].account.name))) & set("\x1b\ud800")


def test_half_a_character_anywhere_does_not_stop_the_update(hub: Make) -> None:
    counts = {"https://ada.example/\ud800": {"li\ud800kes": 3}}
    given = Batch(items=(item("a"),), cursor={"at": 1, "next": "\ud800"}, counts=counts, warnings=("\ud800",))
    one = hub(Scripted(name="blog", batches=(given,), why=Unreachable("\ud800")), scripted("good", item("b")))
    assert pull(one)["good"].error == ""
    assert (titles(one), one.store.health("blog").cursor["next"]) == ({"a", "b"}, "?")


def test_a_wait_that_was_learnt_is_kept_though_the_pull_is_cut_short(hub: Make) -> None:
    def cut(one: Pulled) -> None:
        if one.done:
            raise KeyboardInterrupt

    one = hub(scripted("blog", item("a")))
    one.web.waits["https://ada.example"] = NOW + timedelta(hours=1)
    with pytest.raises(KeyboardInterrupt):
        pull(replace(one, tell=cut))
    assert one.store.hosts() == {"https://ada.example": NOW + timedelta(hours=1)}


def test_a_wait_learnt_by_fetching_pictures_is_kept(hub: Make) -> None:
    one = hub()
    one.web.waits["https://ada.example"] = NOW + timedelta(hours=1)
    run.fetch(one, Wish(now=NOW))
    assert one.store.hosts() == {"https://ada.example": NOW + timedelta(hours=1)}


def test_a_batch_that_cannot_be_tidied_fails_its_channel_alone(hub: Make) -> None:
    broken = item("a", html=None)
    found = pull(hub(scripted("bad", broken), scripted("good", item("b"))))
    assert found["bad"].error
    assert found["good"].added == 1


def test_only_due_channels_are_asked(hub: Make) -> None:
    channel = scripted("blog", item("a"))
    one = hub(channel)
    assert set(pull(one)) == {"blog"}
    assert pull(one) == {}
    assert set(pull(one, recheck=True)) == {"blog"}
    assert [ask.recheck for ask in channel.asked[0]] == [False, True]


def test_everything_asks_for_a_sweep(hub: Make) -> None:
    channel = scripted("blog", item("a"))
    pull(hub(channel), sweep=True)
    assert channel.asked[0] == [Ask(now=NOW, sweep=True)]


def test_a_channel_gone_for_good_keeps_its_items(hub: Make) -> None:
    one = hub(scripted("blog", item("a"), why=Missing("410", forever=True)))
    pull(one)
    assert (one.store.health("blog").error, titles(one)) == ("Gone", {"a"})


def test_a_wait_that_was_asked_for_is_kept(hub: Make) -> None:
    until = NOW + timedelta(hours=2)
    one = hub(scripted("blog", why=RateLimited("later", until=until)))
    assert pull(one)["blog"].next_due == until == one.store.health("blog").next_due


def test_a_pull_that_takes_too_long_ends_at_a_batch_and_goes_on_at_once(hub: Make) -> None:
    one = hub(scripted("blog", item("a"), item("b"), item("c")))
    clock = count()
    slow = replace(one, web=Web(agent="test", now=lambda: NOW + next(clock) * timedelta(minutes=8)))
    (first,) = run.pull(slow, Wish(now=NOW))
    assert (titles(one), first.warnings, first.next_due) == ({"a", "b"}, (pace.MORE,), NOW)
    (second,) = run.pull(one, Wish(now=NOW))
    assert (titles(one), second.warnings) == ({"a", "b", "c"}, ())


def test_a_preview_keeps_nothing(hub: Make) -> None:
    one = hub(scripted("blog", item("a"), item("b")))
    (seen,) = run.preview(one, Wish(now=NOW))
    assert (seen.added, titles(one), one.store.health("blog").last_try) == (2, set(), None)


@pytest.mark.parametrize(
    ("errors", "code"), [([], 0), (["", ""], 0), (["Missing", ""], 1), (["Missing"], 69), (["Missing", "Refused"], 69)]
)
def test_the_exit_code_says_how_many_channels_failed(errors: list[str], code: int) -> None:
    pulled = tuple(Pulled(channel=str(at), error=error) for at, error in enumerate(errors))
    assert Report(pulled=pulled).exit_code == code


def test_a_page_that_fails_is_noted_and_the_archive_failing_is_not() -> None:
    def raises(why: Exception) -> Callable[[], None]:
        def make() -> None:
            raise why

        return make

    built = Built()
    assert run.attempt(built, "post 1", raises(ValueError("x"))) is None  # type: ignore[arg-type]
    assert built.failed == [("post 1", "ValueError: x")]
    with pytest.raises(StoreError):
        run.attempt(built, "post 2", raises(StoreError("gone")))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["a\n{{ nothing.at.all }}", "a\n{% if %}"])
def test_a_template_that_fails_is_told_with_its_file_and_line(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "post.html").write_text(wrong)
    built, theme = Built(), Environment(loader=FileSystemLoader(tmp_path), autoescape=True)
    run.attempt(built, "post 1", lambda: theme.get_template("post.html").render())  # type: ignore[arg-type]
    assert re.search(r"Error in \S+post\.html:2: \S", built.failed[0][1])


def update(hub: Hub, **more: object) -> Report:
    return run.update(hub, Wish(now=NOW, **more))  # type: ignore[arg-type]


def engine(hub: Hub) -> Whoosh:
    return Whoosh(hub.settings.memory / "index", hub.settings.brand.language)


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of the site: its bytes and its time."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_an_update_goes_from_channel_to_page_and_index(hub: Make) -> None:
    one = hub(scripted("blog", item("a")), scripted("dead", why=Unreachable("no answer")))
    report = update(one)
    assert (report.exit_code, report.indexed > 0) == (1, True)
    assert [path for path in (one.settings.output / "p").rglob("index.html") if "<p>a</p>" in path.read_text()]


@pytest.mark.slow
def test_a_quiet_update_changes_no_file(hub: Make) -> None:
    one = hub(scripted("blog", item("a")))
    update(one)
    before = everything(one.settings.output)
    report = update(one, recheck=True)
    assert everything(one.settings.output) == before
    assert (report.indexed, report.built and report.built.written, report.exit_code) == (0, [], 0)


NOTE = (sys.executable, "-c", "open('published', 'a').write('x')")
FAIL = (sys.executable, "-c", "import sys; sys.exit('no space')")


@pytest.mark.slow
def test_publishing_happens_when_something_changed_and_only_then(hub: Make, tmp_path: Path) -> None:
    one = hub(scripted("blog", item("a")), publish=NOTE)
    assert [update(one).published, update(one, recheck=True).published] == [True, False]
    assert (tmp_path / "published").read_text() == "x"


@pytest.mark.slow
def test_publishing_that_failed_is_told_and_tried_again(hub: Make, tmp_path: Path) -> None:
    report = update(hub(scripted("blog", item("a")), publish=FAIL))
    assert (report.exit_code, report.publish_error[-20:]) == (1, "ended with 1: no space"[-20:])
    assert update(hub(scripted("blog"), publish=NOTE)).published
    assert (tmp_path / "published").read_text() == "x"


@pytest.mark.slow
def test_pages_that_another_command_built_are_published_by_the_next_update(hub: Make, tmp_path: Path) -> None:
    one = hub(scripted("blog", item("a")), publish=NOTE)
    pull(one)
    run.index(one)
    run.render(one, NOW)
    assert [update(one).published, update(one).published] == [True, False]
    assert (tmp_path / "published").read_text() == "x"


@pytest.mark.slow
def test_an_index_that_was_deleted_is_made_again(hub: Make) -> None:
    import shutil

    one = hub(scripted("blog", item("a")))
    update(one)
    shutil.rmtree(one.settings.memory / "index")
    assert run.index(one) > 0


@pytest.mark.slow
def test_an_archive_put_back_that_moves_past_the_old_marks_is_followed_from_nothing(hub: Make, tmp_path: Path) -> None:
    import shutil

    for channel in (scripted("blog", item("a")), scripted("news", item("lost"), item("lost2"))):
        before = hub(channel)
        update(before)
        before.store.close()
        (tmp_path / ".hub/archive.sqlite").rename(tmp_path / channel.name)
        shutil.copy(tmp_path / channel.name, tmp_path / ".hub/archive.sqlite")
    shutil.copy(tmp_path / "blog", tmp_path / ".hub/archive.sqlite")
    one = hub(scripted("talk", *(item(f"new{number}") for number in range(9))))
    run.begin(one)
    pull(one)
    update(one)
    assert engine(one).ids() == {record.item.id for record in one.store.records()}
    assert not [path for path in one.settings.output.rglob("*.html") if "<p>lost" in path.read_text("utf-8")]


def test_secrets_are_hidden_before_a_pull(hub: Make) -> None:
    hidden: list[str] = []

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Club(Scripted):
        token: str = "env:CLUB"

    one = replace(hub(), env={"CLUB": "s3cret"}, hide=hidden.append)
    assert run.ready(one, Club(name="club")).token == "s3cret"  # type: ignore[attr-defined]
    assert hidden == ["s3cret"]


def test_a_secret_that_is_missing_fails_its_channel_alone(hub: Make) -> None:
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Club(Scripted):
        token: str = "env:CLUB"

    found = pull(hub(Club(name="club"), scripted("good", item("a"))))
    assert (found["club"].error, found["good"].added) == ("SettingsError", 1)
