"""A real snac: what people post, answer, edit and delete there is what the hub shows after the next update."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.folder import Folder
from tests.peers.snac import Snac, started

pytestmark = [pytest.mark.peers, pytest.mark.slow]


@pytest.fixture(scope="module")
def snac() -> Iterator[Snac]:
    with started() as snac:
        yield snac


@pytest.fixture
def folder(snac: Snac, tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("token", snac.token("brand"))
    social = {"kind": "mastodon", "url": f"{snac.site}/brand", "token": "file:token"}
    return folder.settings({"social": social}, network={"allow": ["localhost", "127.0.0.1", "::1"]})


def update(folder: Folder) -> dict[str, dict[str, Any]]:
    done = folder.update("--now")
    assert done.code == 0, done
    return {item["id"]: item for item in folder.export()}


def test_a_post_its_replies_an_edit_and_a_deletion_follow(snac: Snac, folder: Folder) -> None:
    post = snac.say("brand", "The Wqzy kettle is here")
    first = snac.say("fan", "@brand is it Kwyz?", post["id"])
    second = snac.say("critic", "@brand it leaks Jxqv", post["id"])
    snac.until(lambda: len(snac.replies(post["id"])) == 2)
    kept = update(folder)
    assert {first["uri"], second["uri"]} <= kept.keys()
    assert kept[first["uri"]]["thread_id"] == post["uri"]

    answer = snac.say("brand", "@critic we send a new lid", second["id"])
    snac.edit("fan", first["id"], "@brand is it Vqzx?")
    snac.delete("critic", second["uri"])
    snac.until(lambda: second["uri"] not in snac.replies(post["id"]) and "Vqzx" in str(snac.replies(post["id"])))
    kept = update(folder)
    assert "Vqzx" in kept[first["uri"]]["text"]
    assert second["uri"] not in kept
    assert "Jxqv" not in str([item for item in kept.values() if item["thread_id"] == post["uri"]])
    assert answer["uri"] in kept


def test_without_a_token_the_posts_come_and_the_reason_is_told(snac: Snac, folder: Folder) -> None:
    post = snac.say("brand", "Another kettle")
    social = {"kind": "mastodon", "url": f"{snac.site}/brand"}
    folder.settings({"social": social}, network={"allow": ["localhost", "127.0.0.1", "::1"]})
    assert post["uri"] in update(folder)
    assert "set token" in folder.hub("status").out


def test_an_update_without_news_brings_nothing(snac: Snac, folder: Folder) -> None:
    update(folder)
    told = folder.update().channels
    assert not told or told["social"]["added"] == told["social"]["edited"] == 0
