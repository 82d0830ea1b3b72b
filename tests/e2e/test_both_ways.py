"""A bridge sends as webmentions what the network's own channel brings, too: a page tells each message once."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.channels.test_contract import HERE
from tests.e2e.folder import Folder

pytestmark = pytest.mark.slow
SAID = {name: json.loads((HERE / name / "items.json").read_text("utf-8")) for name in ("mastodon", "webmention")}
AT = datetime.fromisoformat(SAID["mastodon"]["now"])
TOOT = "https://social.example/@kettle/116000000000000001"
POST = f"""<rss version="2.0"><channel><title>Kettle</title><link>https://blog.example/</link><item><guid>
https://blog.example/?p=1</guid><link>https://blog.example/kettle</link><title>A kettle that whistles</title>
<pubDate>Wed, 18 Nov 2026 07:55:00 GMT</pubDate><description>&lt;p&gt;We made one, at last.
&lt;a class="u-syndication" href="{TOOT}"&gt;Mastodon&lt;/a&gt;&lt;/p&gt;</description></item></channel></rss>"""
BOTH = [one for one in SAID["mastodon"]["items"] if one.get("reply_to") and "asker" not in one["reply_to"]][:2]
"""Ada's answer to the toot, and the brand's to hers."""


def bridged(item: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """What webmention.io lists of a toot that Bridgy sent, and the exchange with Bridgy's page of it."""
    who, number = item["author"], str(item["url"]).rpartition("/")[2]
    source = f"https://brid.gy/comment/mastodon/@kettle@social.example/116000000000000001/{number}"
    card = {"type": "card", "name": who["name"], "photo": who["avatar"], "url": who["url"]}  # type: ignore[index]
    about = {"wm-source": source, "wm-target": "https://blog.example/kettle", "wm-property": "in-reply-to"}
    line = {
        "type": "entry",
        "author": card,
        "url": item["url"],
        "published": item["published"],
        "wm-id": 1900 + int(number) % 100,
    }
    content = {"html": item["html"], "text": re.sub("<[^>]*>", "", str(item["html"]))}
    page = f"""<article class="h-entry"><span class="p-author h-card"><a class="u-url p-name" href="{card["url"]}">
        {card["name"]}</a></span><a class="u-url" href="{item["url"]}"></a><time class="dt-published"
        datetime="{item["published"]}"></time><div class="e-content">{item["html"]}</div>
        <a class="u-in-reply-to" href="{about["wm-target"]}"></a></article>"""
    answer = {"status": 200, "headers": {"content-type": "text/html; charset=utf-8"}, "text": page}
    row = {**line, **about, "content": content, "wm-received": item["published"], "wm-private": False}
    return row, {"request": {"method": "GET", "url": source}, "response": answer}


def recorded(folder: Folder) -> None:
    """The network's own recording, and the bridge's with these two messages, and a blog that names its toot."""
    tapes = {name: json.loads((HERE / name / "pull.json").read_text("utf-8")) for name in SAID}
    rows, pages = zip(*map(bridged, BOTH), strict=True)
    tapes["webmention"]["exchanges"][0]["response"]["json"]["children"] += rows
    tapes["webmention"]["exchanges"] += pages
    feed = {"status": 200, "headers": {"content-type": "application/rss+xml"}, "text": POST}
    tapes["blog"] = {
        "origin": "made up",
        "exchanges": [{"request": {"method": "GET", "url": "https://blog.example/feed"}, "response": feed}],
    }
    for name, tape in tapes.items():
        folder.write(f"content/tapes/{name}.json", json.dumps(tape))


@pytest.mark.parametrize("first", ["toots", "mentions"])
def test_what_a_bridge_sends_of_what_is_here_is_told_once(tmp_path: Path, first: str) -> None:
    folder = Folder(tmp_path)
    recorded(folder)
    toots = {"kind": "mastodon", **SAID["mastodon"]["settings"]}
    mentions = {"kind": "webmention", "publish": "auto", "domain": "blog.example", "token": "file:key"}
    folder.write("key", "t0ken")
    blog = {"kind": "feed", "url": "https://blog.example/feed"}
    network = {"replay": "tapes", "shorteners": []}
    some = {"toots": toots} if first == "toots" else {"mentions": mentions}
    for channels in (some, {"blog": blog, "toots": toots, "mentions": mentions}):
        folder.settings(channels, network=network)
        assert folder.hub("update", "--now", at=AT).code == 0
    (page,) = [
        text
        for path in folder.path.glob("output/p/*/index.html")
        if "We made one, at last" in (text := path.read_text("utf-8"))
    ]
    ids = re.findall(r'<article[^>]*\bid="([^"]+)"', page)
    words = [re.sub("<[^>]*>", "", str(item["html"])).strip() for item in BOTH]
    plain = re.sub(r"(?s)<script.*?</script>|<[^>]*>", "", page)
    assert len(ids) == len(set(ids))
    assert [plain.count(word) for word in words] == [1, 1]
    assert "Mine leaks." in plain
