"""The webmention endpoint: what it takes, what it refuses, and what an update makes of it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from hub.channels import Ask
from hub.channels.inbox import Inbox as Channel
from hub.inbox import MOST, Inbox
from hub.model import Batch
from hub.receive import receiving
from hub.serve import app
from hub.web import Web

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE, TARGET = "https://ann.example/1", "https://blog.example/kettle"
REPLY = f"<div class='h-entry'><p class='e-content'>Hi</p><a class='u-in-reply-to' href='{TARGET}'></a></div>"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox", ("blog.example",))


def send(inbox: Inbox, source: str = SOURCE, target: str = TARGET, **other: str) -> httpx2.Response:
    return post(inbox, urlencode({"source": source, "target": target, **other}))


def post(inbox: Inbox, body: str, kind: str = "application/x-www-form-urlencoded") -> httpx2.Response:
    site = receiving(app(inbox.folder / "output", inbox.folder / "index"), inbox)

    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://hub") as client:
            return await client.post("/webmention", content=body, headers={"content-type": kind})

    return asyncio.run(ask())


class Update:
    """Pulls of the queue, one after the other, with pages that a test may alter."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.cursor, self.now = inbox, dict[str, object](), NOW
        self.pages: dict[str, Mapping[str, object]] = {SOURCE: {"text": REPLY}}
        self.asked = 0

    def pull(self, **ask: bool) -> list[Batch]:
        tape = [{"request": {"url": url}, "response": page} for url, page in self.pages.items()]
        place = self.inbox.folder / "tape"
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps({"origin": "made up", "exchanges": tape}))
        with Web(agent="test", now=lambda: self.now, replay=place, sleep=lambda _: None) as web:
            channel = Channel("inbox", queue=lambda: self.inbox)
            batches = list(channel.pull(web, self.cursor, Ask(now=self.now, **ask)))
            self.asked = web.requests.total()
        self.cursor = json.loads(json.dumps(batches[-1].cursor)) if batches else self.cursor
        return batches


def replies(batches: list[Batch]) -> list[tuple[str, str]]:
    return [(item.id, item.reply_to) for batch in batches for item in batch.items]


def gone(batches: list[Batch]) -> list[str]:
    return [name for batch in batches for name in batch.gone]


def test_a_webmention_is_taken_at_once_and_verified_by_the_update(inbox: Inbox) -> None:
    assert send(inbox).status_code == 202
    assert replies(Update(inbox).pull()) == [(SOURCE, TARGET)]


def test_what_was_saved_leaves_the_queue_and_is_not_asked_again(inbox: Inbox) -> None:
    send(inbox)
    update = Update(inbox)
    update.pull()
    assert (update.pull(), update.asked, dict(inbox.waiting())) == ([], 0, {})


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("", TARGET),
        (SOURCE, ""),
        ("ftp://ann.example/1", TARGET),
        (SOURCE, "https://elsewhere.example/"),
        (TARGET, TARGET),
        (f"{TARGET}#x", TARGET),
        ("https://[", TARGET),
        ("https://ann.example/" + "a" * 3000, TARGET),
        ("https://ann.example/\n", TARGET),
        ("javascript:alert(1)", TARGET),
    ],
)
def test_what_cannot_be_meant_for_this_site_is_refused_with_a_reason(inbox: Inbox, source: str, target: str) -> None:
    answer = send(inbox, source, target)
    assert (answer.status_code, len(answer.text) > 10, dict(inbox.waiting())) == (400, True, {})


@pytest.mark.parametrize("body", ["", "x" * 9000, "source=a&source=b&target=c", "a=1&" * 50, "source=%ff%fe"])
def test_an_odd_request_is_refused(inbox: Inbox, body: str) -> None:
    assert post(inbox, body).status_code == 400


def test_only_a_form_is_read(inbox: Inbox) -> None:
    assert post(inbox, json.dumps({"source": SOURCE, "target": TARGET}), "application/json").status_code == 400


def test_a_full_queue_takes_no_more(inbox: Inbox) -> None:
    inbox.folder.mkdir()
    for number in range(MOST):
        (inbox.folder / f"{number}.json").touch()
    assert send(inbox).status_code == 503


def test_the_same_pair_sent_often_waits_once(inbox: Inbox) -> None:
    for _ in range(5):
        send(inbox)
    assert len(inbox.waiting()) == 1


def test_a_source_is_asked_once_in_five_minutes(inbox: Inbox) -> None:
    send(inbox)
    update = Update(inbox)
    update.pull()
    update.pull()
    send(inbox)
    update.now += timedelta(minutes=4)
    update.pull()
    assert update.asked == 0
    update.now += timedelta(minutes=2)
    update.pull()
    assert update.asked == 1


@pytest.mark.parametrize("page", [{"status": 410}, {"status": 404}, {"text": "<p>Nothing.</p>"}])
def test_a_mention_whose_source_is_gone_goes_when_it_is_sent_again(inbox: Inbox, page: dict[str, object]) -> None:
    send(inbox)
    update = Update(inbox)
    update.pull()
    update.pages[SOURCE] = page
    send(inbox)
    later(inbox)
    update.now += timedelta(hours=1)
    assert gone(update.pull()) == [SOURCE]


def test_a_sweep_asks_every_source_again(inbox: Inbox) -> None:
    send(inbox)
    update = Update(inbox)
    update.pull()
    update.pages[SOURCE] = {"status": 500}
    assert gone(update.pull(sweep=True)) == []
    update.pages[SOURCE] = {"status": 410}
    assert gone(update.pull(sweep=True)) == [SOURCE]


@pytest.mark.parametrize("page", [{"text": "<p>no link</p>"}, {"json": {"a": TARGET}}, {"status": 500}])
def test_nothing_is_kept_of_what_cannot_be_verified(inbox: Inbox, page: dict[str, object]) -> None:
    send(inbox)
    update = Update(inbox)
    update.pages[SOURCE] = page
    batches = update.pull()
    assert (replies(batches), [one for batch in batches for one in batch.reactions]) == ([], [])


def test_a_source_that_does_not_answer_is_asked_again_after_a_while(inbox: Inbox) -> None:
    send(inbox)
    update = Update(inbox)
    update.pages[SOURCE] = {"status": 500}
    update.pull()
    update.pull()
    assert update.asked == 0
    update.pages[SOURCE] = {"text": REPLY}
    update.now += timedelta(minutes=15)
    assert replies(update.pull()) == [(SOURCE, TARGET)]
    update.now += timedelta(days=1)
    assert (update.pull(), update.asked) == ([], 0)


def test_a_source_that_never_answers_is_given_up(inbox: Inbox) -> None:
    send(inbox)
    update, tries = Update(inbox), 0
    update.pages[SOURCE] = {"status": 500}
    for _ in range(24 * 7):
        update.pull()
        tries, update.now = tries + bool(update.asked), update.now + timedelta(hours=1)
    assert tries == 9


@pytest.mark.parametrize("patience", [0.05])
def test_a_body_that_does_not_come_is_not_waited_for(inbox: Inbox, patience: float) -> None:
    site = receiving(app(inbox.folder / "output", inbox.folder / "index"), inbox, patience)
    told: list[dict[str, object]] = []

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def keep(message: object) -> None:
        told.append(message)  # type: ignore[arg-type]

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/webmention", "headers": headers, "query_string": b""}
    asyncio.run(site(scope, never, keep))
    assert told[0]["status"] == 408


def test_more_than_64_at_once_are_sent_away(inbox: Inbox) -> None:
    site = receiving(app(inbox.folder / "output", inbox.folder / "index"), inbox, 1.0)
    body = urlencode({"source": SOURCE, "target": TARGET})

    async def ask() -> list[int]:
        gate = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            await gate.wait()
            yield body.encode()

        kind = {"content-type": "application/x-www-form-urlencoded"}
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://hub") as client:
            sent = [asyncio.create_task(client.post("/webmention", content=slowly(), headers=kind)) for _ in range(70)]
            done: set[asyncio.Task[httpx2.Response]] = set()
            while len(done) < 6:
                done, _ = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
            gate.set()
            return [(await one).status_code for one in sent]

    answers = asyncio.run(ask())
    assert (answers.count(202), answers.count(503)) == (64, 6)


def test_pairs_that_came_to_nothing_are_forgotten(inbox: Inbox) -> None:
    update = Update(inbox)
    for number in range(5):
        send(inbox, f"https://nobody.example/{number}")
        update.pull()
        update.now += timedelta(hours=1)
    assert len(update.cursor["pairs"]) <= 2  # type: ignore[arg-type]


def later(inbox: Inbox) -> None:
    """Let what waits have come a minute later."""
    for file in inbox.folder.glob("*.json"):
        moment = file.stat().st_mtime + 60
        os.utime(file, (moment, moment))
