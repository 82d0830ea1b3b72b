"""Posts that left a feed's window: do their pages still stand?

A feed tells of its newest posts alone; of an older one nobody tells but its page. Each sweep asks for some, in turn.
One whose page is gone for good (410), or twice not there (404), is gone. Where hardly any page is there the site has
moved, and nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from hub.channels.loose import Json, mapping, string
from hub.errors import ChannelError, Missing
from hub.model import Item
from hub.web import Web

TURN = 20  # pages of one sweep
SURE = 3  # pages that may all be missing without the site having moved
Past = Callable[[str, int], Sequence[Item]]
"""Posts that the channel brings, by id, behind one of them: so many at most."""


def none(after: str, many: int) -> Sequence[Item]:  # noqa: ARG001
    """The past of a channel that nobody handed one to."""
    return ()


def turn(web: Web, past: Past, window: Collection[str], before: Json) -> tuple[tuple[str, ...], dict[str, object]]:
    """Ids of posts that are gone, and what the next turn has to know. `window`: what the feed shows now."""
    found = past(string(before, "at"), TURN)
    urls = {id: string(before, "away", id) for id in mapping(before, "away")}  # not there in the last turn
    urls |= {item.id: item.url for item in found if item.id not in window}
    said = {id: _state(web, url) for id, url in urls.items()}
    lost = [id for id in urls if said[id] in ("missing", "gone")]
    if len(lost) > SURE and len(lost) * 2 > len(urls):
        lost = []
    gone = tuple(id for id in lost if said[id] == "gone" or id in mapping(before, "away"))
    at = found[-1].id if len(found) == TURN else ""
    return gone, {"at": at, "away": {id: urls[id] for id in lost if id not in gone}}


def _state(web: Web, url: str) -> str:
    """there, missing or gone; "" where nobody can say just now."""
    try:
        web.get(url)
    except Missing as why:
        return "gone" if why.forever else "missing"
    except ChannelError:
        return ""
    return "there"
