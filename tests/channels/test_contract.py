"""What every kind must do, over every tests/channels/*/{pull.json, items.json}: a new kind adds a folder, no code.

Kinds that read what they are handed (files, letters, a queue of webmentions) name it in items.json as `handed`; what
depends on a server's own word (304, an error, half a page) is asked of the others alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from hub import channels
from hub.channels import Ask
from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused, Unreachable
from hub.guard import resolve
from hub.inbox import Inbox
from hub.mail import opener
from hub.model import Batch, Item
from hub.record import suspicious
from hub.settings import schema
from hub.site.content import document
from hub.web import Web

HERE = Path(__file__).parent
TOLD = {file.parent.name: json.loads(file.read_text("utf-8")) for file in sorted(HERE.glob("*/items.json"))}
HANDED = [name for name, told in TOLD.items() if "handed" in told]
CASES = [name for name in TOLD if name not in HANDED]
NAME = "ours"
Response = dict[str, object]


class Case:
    """A recording and what must come of it."""

    def __init__(self, name: str, tmp_path: Path) -> None:
        self.name, self.recording = name, HERE / name / "pull.json"
        self.tape = json.loads(self.recording.read_text(encoding="utf-8"))
        self.said = json.loads((HERE / name / "items.json").read_text(encoding="utf-8"))
        self.now = datetime.fromisoformat(self.said["now"])
        self.tmp_path = tmp_path
        self.requests = 0
        self.handed = handed(self.said.get("handed", {}), self.recording.parent, tmp_path, self.now)

    def web(self, change: Callable[[Response], Response] | None = None) -> Web:
        """A client that plays the recording, with every answer changed."""
        place = self.recording
        if change:
            exchanges = [{**one, "response": change(one["response"])} for one in self.tape["exchanges"]]
            place = self.tmp_path / "changed.json"
            place.write_text(json.dumps({"origin": "changed", "exchanges": exchanges}), encoding="utf-8")
        return Web(agent="test", now=lambda: self.now, replay=place, sleep=lambda _: None)

    def pull(self, web: Web, cursor: Mapping[str, object] | None = None, **ask: bool) -> list[Batch]:
        settings = {
            key: tuple(value) if isinstance(value, list) else value for key, value in self.said["settings"].items()
        }
        channel = channels.kind(self.said["kind"])(NAME, **settings, **self.handed)  # type: ignore[call-arg]
        before = web.requests.total()
        batches = list(channel.pull(web, cursor or {}, Ask(now=self.now, **ask)))
        self.requests = web.requests.total() - before
        return batches

    def kept(self) -> Mapping[str, object]:
        """The cursor after a first pull, as it comes back from the store."""
        return stored(self.pull(self.web()))


def handed(named: Mapping[str, Any], folder: Path, tmp_path: Path, now: datetime) -> dict[str, object]:
    """What a kind is given to read, by the field that takes it."""
    found: dict[str, object] = {}
    if "reader" in named:
        found["reader"] = lambda place: [
            document(path, folder / place, UTC) for path in sorted((folder / place).rglob("*.md"))
        ]
    if "post" in named:
        found["post"] = opener(folder, (), resolve)
    if "queue" in named:
        queue = Inbox(tmp_path / "inbox", [urlsplit(target).netloc for _, target in named["queue"]])
        assert [queue.take(source, target) for source, target in named["queue"]] == [""] * len(named["queue"])
        for file in queue.folder.iterdir():
            os.utime(file, (now.timestamp(), now.timestamp()))  # when it came
        found["queue"] = lambda: queue
    return found


def stored(batches: list[Batch]) -> Mapping[str, object]:
    """The cursor of the last of some batches, as it comes back from the store."""
    return json.loads(json.dumps((batches or [Batch()])[-1].cursor))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """A kind that asks a server."""
    return Case(request.param, tmp_path)


@pytest.fixture(params=list(TOLD))
def any_case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return Case(request.param, tmp_path)


def items(batches: list[Batch]) -> list[Item]:
    return [item for batch in batches for item in batch.items]


def said(value: object) -> object:
    """An item as items.json writes it: times in ISO 8601, empty fields left out."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: said(part) for key, part in value.items() if part not in ("", None, (), [], 0, False)}
    return [said(part) for part in value] if isinstance(value, list | tuple) else value


def public(case: Case) -> list[dict[str, object]]:
    return [row for row in case.said["items"] if not row.get("private")]


def test_a_recording_brings_exactly_the_items_written_beside_it(any_case: Case) -> None:
    came = [said(asdict(item)) for item in items(any_case.pull(any_case.web())) if not item.private]
    assert came == [{**row, "channel": NAME} for row in public(any_case)]


def test_ids_are_unique_and_times_are_aware(any_case: Case) -> None:
    came = items(any_case.pull(any_case.web()))
    assert len({item.id for item in came}) == len(came)
    assert all(time.tzinfo is UTC for item in came for time in (item.published, item.edited) if time)


def test_private_items_are_marked_or_not_brought_at_all(any_case: Case) -> None:
    open_to_all = {item.id for item in items(any_case.pull(any_case.web())) if not item.private}
    assert open_to_all == {row["id"] for row in public(any_case)}


def test_a_second_pull_brings_nothing_and_asks_one_request_per_question(any_case: Case) -> None:
    cursor = any_case.kept()
    assert items(any_case.pull(any_case.web(), cursor)) == []
    assert any_case.requests <= any_case.said["questions"]


def test_a_304_brings_nothing_and_deletes_nothing(case: Case) -> None:
    web = case.web(lambda answer: {**answer, "headers": {**answer["headers"], "ETag": '"same"'}})  # type: ignore[dict-item]
    cursor: Mapping[str, object] = {}
    for _ in range(2):
        cursor = (case.pull(web, cursor) or [Batch(cursor=cursor)])[-1].cursor
    assert not any(batch.items or batch.gone or batch.complete for batch in case.pull(web, cursor))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401}, Refused),
        ({"status": 403}, Refused),
        ({"status": 404}, Missing),
        ({"status": 410}, Missing),
        ({"status": 429}, RateLimited),
        ({"status": 500}, Unreachable),
        ({"status": 200, "fault": "timeout"}, Unreachable),
        ({"status": 200, "headers": {"Content-Type": "text/html"}, "text": "<html><p>Sorry.</p></html>"}, Malformed),
        ({"status": 200, "json": {"code": "odd", "items": 7}}, Malformed),
        ({"status": 200, "json": 7}, Malformed),
        ({"status": 200, "text": ""}, Malformed),
    ],
)
def test_a_bad_answer_is_the_right_error(case: Case, answer: Response, error: type[ChannelError]) -> None:
    with pytest.raises(error):
        case.pull(case.web(lambda _: answer))


def test_what_is_gone_for_good_is_told_from_what_is_not_there_just_now(case: Case) -> None:
    for status in (404, 410):
        with pytest.raises(Missing) as caught:
            case.pull(case.web(lambda _, status=status: {"status": status}))
        assert caught.value.forever == (status == 410)


def test_a_bad_answer_later_on_deletes_nothing(case: Case) -> None:
    cursor = case.kept()
    for answer in ({"status": 200, "text": "<html><p>Sorry.</p></html>"}, {"status": 200, "json": []}):
        try:
            batches = case.pull(case.web(lambda _, answer=answer: answer), cursor)
        except Malformed:
            continue
        assert not any(batch.gone or batch.complete for batch in batches)


def test_half_a_page_brings_whole_items_or_an_error_and_deletes_nothing(case: Case) -> None:
    whole = {item.id: item for item in items(case.pull(case.web()))}
    try:
        batches = case.pull(case.web(halved))
    except Malformed:
        return
    assert all(whole[item.id].html == item.html for item in items(batches))
    assert not any(batch.complete for batch in batches)


def test_fields_nobody_knows_alter_nothing(case: Case) -> None:
    came = [said(asdict(item)) for item in items(case.pull(case.web(widened))) if not item.private]
    assert came == [{**row, "channel": NAME} for row in public(case)]


def widened(answer: Response) -> Response:
    return {**answer, "json": wider(answer["json"])} if "json" in answer else answer


def wider(value: object) -> object:
    """JSON with one field more in every object that has names for its fields (not where ids are the keys)."""
    if isinstance(value, list):
        return [wider(part) for part in value]
    if isinstance(value, dict):
        return {name: wider(part) for name, part in value.items()} | {"x_unheard_of": [{"id": {}}]}
    return value


@pytest.mark.slow
@pytest.mark.parametrize("odd", [None, "odd", {"id": []}], ids=repr)
def test_wrong_types_anywhere_are_no_accident(case: Case, odd: object) -> None:
    for place in range(7):
        with suppress(ChannelError):
            case.pull(case.web(partial(turned, odd, place)))


def turned(odd: object, place: int, answer: Response) -> Response:
    return {**answer, "json": turn(answer["json"], odd, place)} if "json" in answer else answer


def turn(value: object, odd: object, place: int) -> object:
    """JSON in which every seventh field, another one for each place, holds something odd."""
    count = iter(range(10**6))

    def inside(part: object, depth: int = 0) -> object:
        if depth > 1 and next(count) % 7 == place:
            return odd
        if isinstance(part, list):
            return [inside(one, depth + 1) for one in part]
        return {name: inside(one, depth + 1) for name, one in part.items()} if isinstance(part, dict) else part

    return inside(value)


def halved(answer: Response) -> Response:
    text = json.dumps(answer["json"]) if "json" in answer else str(answer.get("text") or answer.get("base64"))
    left = {name: value for name, value in answer.items() if name not in ("json", "text", "base64")}
    return {**left, "base64" if "base64" in answer else "text": text[: len(text) // 8 * 4]}


# Where they are cut decides what they ask next, and a recording holds one course of questions.
ONE_COURSE = ("github", "webmention_list", "wordpress")


def test_a_pull_that_is_cut_anywhere_goes_on_where_it_stopped(any_case: Case) -> None:
    whole = any_case.pull(any_case.web())
    for place in range(1, 2 if any_case.name in ONE_COURSE else len(whole)):
        rest = any_case.pull(any_case.web(), stored(whole[:place]))
        came = {item.id for item in items(whole[:place] + rest) if not item.private}
        assert came == {row["id"] for row in public(any_case)}


def test_looking_again_on_demand_and_sweeping_keep_every_item(any_case: Case) -> None:
    cursor = any_case.kept()
    there = {str(row["id"]) for row in public(any_case)}
    for ask in ({"recheck": True}, {"sweep": True}):
        for batch in any_case.pull(any_case.web(), cursor, **ask):
            claims = [claim for claim in batch.complete if not claim.under and not claim.kind]
            assert not there & set(batch.gone)
            assert all(there <= claim.ids for claim in claims)


def test_a_recording_names_its_origin_and_holds_no_secret(any_case: Case) -> None:
    texts = [file.read_text("utf-8") for file in any_case.recording.parent.rglob("*.*")]
    assert len(any_case.tape["origin"]) > 20
    assert [found for text in texts for found in suspicious(text)] == []


def test_every_kind_is_in_the_contract() -> None:
    known: Any = schema()["properties"]["channels"]["additionalProperties"]["anyOf"]
    kinds = {one["properties"]["kind"].get("const") for one in known} - {None}
    assert {told["kind"] for told in TOLD.values()} == kinds


# settings that say who is read, or where
PLACES = ("url", "handle", "account", "repo", "forum", "organization", "page", "domain", "search", "site")
NUMBERS = {"twitter": "3108351777"}  # a handle that leads to the same number is the same account


def moved(case: Case) -> Case:
    """The same channel under the name of another one, whose recording says the same of that one."""
    text = json.dumps(case.tape)
    names = [str(value).strip("/@").removeprefix("UC") for key, value in case.said["settings"].items() if key in PLACES]
    for name in [*names, *([NUMBERS[case.name]] if case.name in NUMBERS else [])]:
        place = urlsplit(name).hostname or name
        other = place[:-1] + ("8" if place[-1].isdigit() else "q")
        text = text.replace(place, other).replace(quote(place, safe=""), quote(other, safe=""))
        case.said["settings"] = json.loads(json.dumps(case.said["settings"]).replace(place, other))
    case.tape = json.loads(text)
    return case


def test_what_is_known_of_one_account_is_not_believed_of_another(case: Case) -> None:
    known, there = case.kept(), moved(case)
    if there.said["settings"] == json.loads((HERE / case.name / "items.json").read_text("utf-8"))["settings"]:
        pytest.skip("its token alone says whose account it is")
    anew = [(item.html, item.ours) for item in items(there.pull(there.web(dict)))]
    assert anew
    assert [(item.html, item.ours) for item in items(there.pull(there.web(dict), known))] == anew
