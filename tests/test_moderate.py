"""What is held is nowhere, what a person decided stays decided, and a decision takes effect at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import cli, log, rules, run, settings
from hub.commands.moderate import Case, Decision, keyed, lines
from hub.model import Account, Batch, Item, Reaction
from hub.screen import Screen

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
EVE = Account(name="Eve", id="https://eve.example/", url="https://eve.example/")
TOML = """[brand]
name = "Ada"
url = "https://talk.ada.example/"
[media]
fetch = false
[channels.talk]
kind = "feed"
url = "https://t.example/"
publish = "{}"
"""


def item(name: str, **more: object) -> Item:
    id = f"https://t.example/{name}"
    said = {"id": id, "url": id, "channel": "talk", "html": f"<p>Word{name}</p>", "published": NOW, "author": EVE}
    return Item(**(said | more))  # type: ignore[arg-type]


POST = item("post", ours=True, author=Account(name="Ada"))
SPAM = item("spam", reply_to=POST.id, html="<p>Check out my channel and subscribe to win free money</p>")
REPLY = item("reply", reply_to=POST.id)


@dataclass
class Site:
    """A brand's folder, with what its one channel brought."""

    path: Path
    capsys: pytest.CaptureFixture[str]

    def lay(self, gate: str) -> Site:
        (self.path / "content").mkdir()
        (self.path / "content/hub.toml").write_text(TOML.format(gate))
        return self

    def bring(self, *items: Item, reactions: tuple[Reaction, ...] = ()) -> None:
        """One more pull that brings these, and the pages after it."""
        with run.opened(settings.load(self.path, {}), {}, lambda: NOW) as hub:
            run.begin(hub)
            hub.store.save("talk", run.tidied(Batch(items=items, reactions=reactions), NOW, []), hub.rules.judge)
            run.index(hub)
            run.follow(hub, NOW)

    def hub(self, *words: str, code: int = 0) -> list[dict[str, str]]:
        assert cli.run(["--site", str(self.path), "--json", *words], lambda: NOW) == code
        out = self.capsys.readouterr().out
        return json.loads(out) if out else []

    def shows(self, word: str) -> set[str]:
        """Where a word stands: pages and feeds, the search, and what the store counts as shown."""
        files = [path for path in (self.path / "output").rglob("*") if path.is_file()]
        found = {"site"} if any(word in path.read_text("utf-8", "replace") for path in files) else set()
        found |= {"search"} if self.hub("search", word)["total"] else set()  # type: ignore[call-overload]
        with run.opened(settings.load(self.path, {}), {}, lambda: NOW) as hub:
            shown = any(word in one.item.html for one in hub.store.records())
        return found | ({"store"} if shown else set())


EVERYWHERE = {"site", "search", "store"}


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], Site]]:
    yield lambda gate: Site(tmp_path, capsys).lay(gate)
    log.stop()


@pytest.mark.slow
def test_a_held_message_is_nowhere_until_it_is_let_through_and_stays_so_after_ten_pulls(
    site: Callable[[str], Site],
) -> None:
    hub = site("hold")
    hub.bring(POST, REPLY)
    assert (hub.shows("Wordreply"), [one["held"] for one in hub.hub("moderate")]) == (set(), ["held:talk"])
    hub.hub("moderate", "approve", REPLY.id)
    assert hub.shows("Wordreply") == EVERYWHERE
    for number in range(10):
        hub.bring(POST, item("reply", reply_to=POST.id, html=f"<p>Wordreply {number}</p>"))
    assert (hub.shows("Wordreply"), hub.hub("moderate")) == (EVERYWHERE, [])


@pytest.mark.slow
def test_what_is_hidden_by_hand_stays_hidden_until_that_is_undone(site: Callable[[str], Site]) -> None:
    hub = site("auto")
    hub.bring(POST, REPLY)
    hub.hub("moderate", "hide", REPLY.id, "--reason", "gives away a number")
    hub.bring(POST, REPLY)
    assert (hub.shows("Wordreply"), [one["reason"] for one in hub.hub("moderate", "log")]) == (
        set(),
        ["gives away a number"],
    )
    hub.hub("moderate", "undo", REPLY.id)
    assert (hub.shows("Wordreply"), hub.hub("moderate", "log")) == (EVERYWHERE, [])


def test_blocking_an_account_hides_all_it_said_and_will_say(site: Callable[[str], Site]) -> None:
    hub = site("auto")
    hub.bring(POST, REPLY)
    hub.hub("moderate", "block", REPLY.id)
    hub.bring(POST, REPLY, item("more", reply_to=POST.id))
    assert (hub.shows("Wordreply"), hub.shows("Wordmore")) == (set(), set())


def test_who_was_let_through_once_is_known_where_the_known_are_shown(site: Callable[[str], Site]) -> None:
    hub = site("known")
    hub.bring(POST, REPLY, item("other", reply_to=POST.id, author=Account(name="Eve")))
    hub.hub("moderate", "approve", REPLY.id)
    hub.bring(item("more", reply_to=POST.id))
    assert [one["id"] for one in hub.hub("moderate")] == ["https://t.example/other"]


def test_the_doubtful_are_listed_with_their_signs_and_shown_all_the_same(site: Callable[[str], Site]) -> None:
    hub = site("auto")
    hub.bring(POST, SPAM, REPLY)
    (one,) = hub.hub("moderate")
    assert (one["id"], one["held"], "asks to look" in one["why"]) == (SPAM.id, "", True)
    assert "store" in hub.shows("subscribe")
    hub.hub("moderate", "approve", one["key"])
    assert hub.hub("moderate") == []


def test_a_dry_run_writes_nothing(site: Callable[[str], Site]) -> None:
    hub = site("auto")
    hub.bring(POST, REPLY)
    hub.hub("moderate", "hide", REPLY.id, "--dry-run")
    assert (hub.hub("moderate", "log"), rules.load(hub.path / "content/rules.toml")) == ([], rules.Rules())


@pytest.mark.parametrize("words", [("hide", "https://t.example/none"), ("undo", "https://t.example/none")])
def test_what_does_not_exist_cannot_be_decided_about(site: Callable[[str], Site], words: tuple[str, str]) -> None:
    hub = site("auto")
    hub.bring(POST)
    hub.hub("moderate", *words, code=1)
    assert hub.hub("moderate", "log") == []


def test_decisions_are_read_from_a_file(site: Callable[[str], Site]) -> None:
    hub = site("hold")
    hub.bring(POST, REPLY, SPAM)
    (hub.path / "list").write_text(f"# today\napprove {REPLY.id}\nhide {SPAM.id} advertising for a channel\n")
    hub.hub("moderate", "--from-file", str(hub.path / "list"))
    assert [(one["verb"], one["reason"]) for one in hub.hub("moderate", "log")] == [
        ("show", "let through"),
        ("hide", "advertising for a channel"),
    ]


def test_a_line_that_decides_nothing_is_told_with_its_number() -> None:
    with pytest.raises(Exception, match="line 2: write a verb"):
        list(lines(["approve a", "delete b"]))


def test_at_the_keyboard_u_takes_the_last_decision_back_and_q_ends() -> None:
    cases = [Case(key=name, item=item(name)) for name in "abc"]
    pressed = iter("huasq")
    made = keyed(cases, Screen(quiet=True), lambda: next(pressed))
    assert made == [Decision(verb="approve", target=cases[0].item.id, reason="let through")]


def test_the_team_sees_which_questions_nobody_answered(site: Callable[[str], Site]) -> None:
    hub = site("auto")
    open_, done = (item(name, reply_to=POST.id, html="<p>Does it whistle?</p>") for name in ("open", "done"))
    hub.bring(POST, open_, done, REPLY, item("answer", ours=True, reply_to=done.id))
    assert [one["id"] for one in hub.hub("status", "--waiting")] == [open_.id]


def test_the_team_sees_questions_that_are_held(site: Callable[[str], Site]) -> None:
    hub = site("hold")
    hub.bring(POST, item("ask", html="<p>Does Ada whistle?</p>"), item("note"))
    (one,) = hub.hub("status", "--waiting")
    assert (one["id"], one["shown"]) == ("https://t.example/ask", False)


def test_the_answer_of_the_brand_shows_a_held_question(site: Callable[[str], Site]) -> None:
    hub = site("hold")
    ask = item("ask", html="<p>Wordask?</p>")
    hub.bring(ask, item("answer", ours=True, reply_to=ask.id))
    assert (hub.shows("Wordask"), hub.hub("moderate"), hub.hub("status", "--waiting")) == (EVERYWHERE, [], [])


def test_a_mention_in_a_talk_of_others_waits_for_a_person_and_is_shown_when_let_through(
    site: Callable[[str], Site],
) -> None:
    hub = site("auto")
    ada = Account(name="Ada", id="https://t.example/@ada", url="https://t.example/@ada")
    html = f'<p><a href="{ada.url}">@ada</a> Wordbeside?</p>'
    hub.bring(replace(POST, author=ada), item("beside", reply_to="https://t.example/nowhere", html=html))
    (one,) = hub.hub("moderate")
    assert (one["id"], one["held"], hub.shows("Wordbeside")) == ("https://t.example/beside", "unplaced", set())
    assert [asked["id"] for asked in hub.hub("status", "--waiting")] == [one["id"]]
    hub.hub("moderate", "approve", one["key"])
    assert (hub.shows("Wordbeside"), hub.hub("moderate")) == (EVERYWHERE, [])


@pytest.mark.parametrize("gate", ["hold", "known"])
def test_a_held_like_is_listed_and_stands_by_name_when_let_through(site: Callable[[str], Site], gate: str) -> None:
    hub = site(gate)
    eve = Account(name="Wordeve", id="https://eve.example/", url="https://eve.example/")
    hub.bring(POST, reactions=(Reaction(target=POST.id, type="like", account=eve),))
    (one,) = hub.hub("moderate")
    assert (one["author"], one["text"], one["held"]) == ("Wordeve", f"like of {POST.id}", "held:talk")
    assert hub.shows("Wordeve") == set()
    hub.hub("moderate", "approve", one["key"])
    assert (hub.shows("Wordeve"), hub.hub("moderate")) == ({"site"}, [])
    hub.hub("moderate", "undo", one["id"])
    assert hub.shows("Wordeve") == (set() if gate == "hold" else {"site"})


def test_who_bears_the_brands_name_is_listed_once_with_that_reason_and_hidden_by_nobody(
    site: Callable[[str], Site],
) -> None:
    hub = site("auto")
    ada = Account(name="Ada", id="https://t.example/@ada", url="https://t.example/@ada")
    fake = Account(name="Аdа", id="https://t.example/@x", url="https://t.example/@x")
    said = [item(name, reply_to=POST.id, author=fake) for name in ("fake", "again")]
    hub.bring(replace(POST, author=ada), *said, item("own", reply_to=POST.id, author=ada, ours=True), REPLY)
    (one,) = hub.hub("moderate")
    assert (one["author"], one["held"], one["why"]) == (fake.name, "", ["bears the name of Ada"])
    assert (hub.shows("Wordfake"), hub.shows("Wordagain")) == (EVERYWHERE, EVERYWHERE)
    hub.hub("moderate", "approve", one["key"])
    assert hub.hub("moderate") == []
