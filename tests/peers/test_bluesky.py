"""A real Bluesky: what people post, answer, hide and delete there is what the hub shows after the next update."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.lexicon import complaints
from tests.e2e.folder import CORPORA, Folder
from tests.peers.bluesky import APPVIEW, PASSWORD, PDS, Bluesky, started

pytestmark = [pytest.mark.peers, pytest.mark.slow]


@pytest.fixture(scope="module")
def network() -> Iterator[Bluesky]:
    with started() as network:
        yield network


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("password", PASSWORD)
    sky = {"kind": "bluesky", "handle": "alice.test", "service": APPVIEW, "login": PDS}
    return folder.settings({"sky": sky}, network={"allow": ["localhost", "127.0.0.1", "::1"]})


def update(folder: Folder) -> dict[str, dict[str, Any]]:
    done = folder.update("--now")
    assert done.code == 0, done
    return {item["id"]: item for item in folder.export()}


def test_a_post_its_answers_a_hidden_one_and_deletions_follow(network: Bluesky, folder: Folder) -> None:
    post = network.say("alice", "The Wqzy kettle is here 🫖")
    first = network.say("bob", "Is it Kwyz?", post)
    second = network.say("carla", "It leaks Jxqv", post, first)
    kept = update(folder)
    assert {kept[one["uri"]]["thread_id"] for one in (first, second)} == {post["uri"]}
    assert kept[second["uri"]]["parent_id"] == first["uri"]

    answer = network.say("alice", "We send a new lid", post, second)
    third = network.say("bob", "Buy mine: Vqzx", post)
    network.hide("alice", post, third)
    network.delete("carla", second)
    kept = update(folder)
    assert answer["uri"] in kept
    assert not {second["uri"], third["uri"]} & kept.keys()
    assert not [one for one in kept.values() if "Jxqv" in one["text"] or "Vqzx" in one["text"]]


def test_a_talk_deeper_than_an_answer_comes_whole(network: Bluesky, folder: Folder) -> None:
    line = [network.say("alice", "How deep?")]
    for depth in range(24):
        line.append(network.say(("bob", "carla")[depth % 2], f"Depth {depth}", line[0], line[-1]))
    kept = update(folder)
    assert {kept[one["uri"]]["thread_id"] for one in line} == {line[0]["uri"]}


def test_a_deleted_post_takes_its_talk_along(network: Bluesky, folder: Folder) -> None:
    post = network.say("alice", "Too early")
    reply = network.say("bob", "What is?", post)
    assert {post["uri"], reply["uri"]} <= update(folder).keys()
    network.delete("alice", post)
    assert not {post["uri"], reply["uri"]} & update(folder).keys()


def test_an_update_without_news_brings_nothing(network: Bluesky, folder: Folder) -> None:
    network.say("alice", "Quiet")
    update(folder)
    told = folder.update("--now").channels["sky"]
    assert (told["added"], told["edited"], told["gone"]) == (0, 0, 0)


def test_what_the_real_network_answers_is_what_the_lexicons_say(network: Bluesky) -> None:
    lexicons = CORPORA / "atproto-lexicons"
    if not lexicons.is_dir():
        pytest.skip(f"{lexicons} is missing")
    method = "app.bsky.feed.getAuthorFeed"
    assert complaints(lexicons, f"/xrpc/{method}", network.ask(method, actor="alice.test", limit=100)) == []
