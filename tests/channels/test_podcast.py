"""A podcast whose episodes are talked about elsewhere: what comes when those networks move, fail or forget."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from hub.channels.podcast import Podcast
from hub.errors import RateLimited
from hub.web import Web
from tests.channels.shelf import Shelf
from tests.channels.test_contract import NAME, Case, Response, items, public, said

EPISODES = {f"https://steam.example/feed.xml#steam-{number}" for number in (1, 2, 3)}
HEAD = "https://social.example/users/steam/statuses/1001"
MASTODON, BLUESKY = "social.example/api", "getPostThread"


class Tape:
    """The recording, with other answers where an address holds a word."""

    def __init__(self, tmp_path: Path) -> None:
        self.case, self.place = Case("podcast", tmp_path), tmp_path / "tape.json"
        self.shelf = Shelf(Podcast("pod", "https://steam.example/feed.xml"), self.case.web(), self.case.now)

    def web(self, answers: dict[str, Response]) -> Web:
        exchanges = []
        for one in self.case.tape["exchanges"]:
            other = [answers[word] for word in answers if word in one["request"]["url"]]
            exchanges.append({**one, "response": [one["response"], *other][-1]})
        self.place.write_text(json.dumps({"origin": "changed", "exchanges": exchanges}), "utf-8")
        return Web(agent="test", now=lambda: self.shelf.now, replay=self.place, sleep=lambda _: None)

    def pull(self, answers: dict[str, Response] | None = None, **ask: bool) -> Shelf:
        self.shelf.web = self.web(answers or {})
        self.shelf.pull(**ask)
        return self.shelf


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    return Tape(tmp_path)


def test_an_episode_answers_to_the_post_its_talk_hangs_below(tape: Tape) -> None:
    kept = tape.pull().kept
    talk = [item for item in kept.values() if item.root == HEAD]
    assert [item.id for item in kept.values() if HEAD in item.aliases] == ["https://steam.example/feed.xml#steam-3"]
    assert [item.ours for item in talk] == [False, True]


@pytest.mark.parametrize("word", [MASTODON, BLUESKY])
def test_a_network_that_fails_keeps_no_episode_back(word: str, tape: Tape) -> None:
    shelf = tape.pull({word: {"status": 500}})
    assert set(shelf.kept) > EPISODES
    assert len(shelf.warnings) == 1


def test_a_network_that_asks_to_wait_keeps_no_episode_back(tape: Tape) -> None:
    with pytest.raises(RateLimited):
        tape.pull({MASTODON: {"status": 429, "headers": {"Retry-After": "3600"}}})
    assert set(tape.shelf.kept) == EPISODES
    whole = {row["id"] for row in public(tape.case)}
    assert set(tape.pull().kept) == whole
    assert HEAD in tape.shelf.kept["https://steam.example/feed.xml#steam-3"].aliases


def test_a_deleted_answer_follows_while_the_talk_is_warm(tape: Tape) -> None:
    tape.pull()
    tape.shelf.now += timedelta(days=1)
    tape.pull({"context": {"status": 200, "json": {"ancestors": [], "descendants": []}}})
    assert not [item for item in tape.shelf.kept.values() if item.root == HEAD]


def test_a_talk_whose_post_is_gone_goes_and_the_episode_stays(tape: Tape) -> None:
    tape.pull()
    tape.pull({MASTODON: {"status": 404}}, recheck=True)
    assert "https://steam.example/feed.xml#steam-3" in tape.shelf.kept
    assert not [item for item in tape.shelf.kept.values() if item.root == HEAD]


def test_without_comments_no_other_network_is_asked(tape: Tape) -> None:
    tape.shelf.channel = Podcast("pod", "https://steam.example/feed.xml", comments=False)
    tape.pull()
    assert (set(tape.shelf.kept), tape.shelf.web.requests.total()) == (EPISODES, 1)


@pytest.mark.parametrize("field", ["in_reply_to_id", "descendants", "acct", "note", "replies"])
def test_a_payload_without_a_field_that_counts_does_not_give_the_same_items(field: str, tmp_path: Path) -> None:
    case = Case("podcast", tmp_path)
    changed = case.web(lambda answer: json.loads(json.dumps(answer).replace(f'"{field}"', '"other"')))
    came = [said(asdict(item)) for item in items(case.pull(changed)) if not item.private]
    assert came != [{**row, "channel": NAME} for row in public(case)]
