"""A post or comment of a WordPress blog, asked for by its number. WordPress says in words that there is none.

https://developer.wordpress.org/rest-api/reference/comments/#retrieve-a-comment
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from hub.channels.loose import Json, mapping, string
from hub.channels.wordpress_items import guid, hidden
from hub.errors import Missing, Refused
from hub.model import Item
from hub.web import Answer

COMMENT, POST = re.compile(r"#comment-(\d+)$"), re.compile(r"[?&]p(?:age_id)?=(\d+)$")
# Any other refusal is one of the whole API, and says nothing of the item.
ABSENT = (
    "rest_comment_invalid_id",
    "rest_cannot_read",
    "rest_cannot_read_post",
    "rest_post_invalid_id",
    "rest_forbidden",
)


def shows(get: Callable[[str], Answer], item: Item, kinds: Iterable[str]) -> bool:
    """Whether everybody may read it. `get` asks for a path below the API's root, `kinds` are those of posts."""
    if item.root:
        row = _row(get, "comments", COMMENT, item)
        return bool(row) and string(row, "status") in ("", "approved")
    rows = (_row(get, what, POST, item) for what in kinds)
    return any(guid(row) == item.id and not hidden(row) for row in rows if row)


def _row(get: Callable[[str], Answer], what: str, name: re.Pattern[str], item: Item) -> Json:
    known = next((found[1] for one in (item.id, *item.aliases) if (found := name.search(one))), "")
    try:
        return mapping(get(f"{what}/{known}").json()) if known else {}
    except (Missing, Refused) as why:
        if string(why.told, "code") not in ABSENT:
            raise
        return {}
