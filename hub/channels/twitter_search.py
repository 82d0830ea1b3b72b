"""Which search of X finds what is new in a conversation, and what the list it answers says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.channels.loose import Json, at, rows, string
from hub.channels.twitter_items import FIELDS
from hub.channels.twitter_price import Question
from hub.channels.twitter_state import Talk
from hub.channels.twitter_text import is_number, moment
from hub.errors import Malformed
from hub.web import Answer, shown

WINDOW = timedelta(days=7) - timedelta(hours=1)  # how far back the recent search sees
OVERLAP = timedelta(hours=1)  # a search finds new posts a little late
PAGE = 100
FULL = {**FIELDS, "expansions": "attachments.media_keys,attachments.poll_ids,author_id"}
BARE = {**FIELDS, "expansions": "attachments.poll_ids,author_id"}  # pictures cost more than words
BRIEF = {"tweet.fields": "edit_history_tweet_ids,public_metrics,referenced_tweets,withheld"}
RECENT, ALL = "/tweets/search/recent", "/tweets/search/all"


def search(talk: Talk, now: datetime, *, archive: bool) -> tuple[str, dict[str, str], bool]:
    """Which search sees all that is new in a conversation ("" for none), from where on it shall look, and whether it
    sees less than there may be: only the search of the whole archive reaches further back than seven days."""
    edge, span = now - WINDOW, talk.span
    since, until = moment(span.since), moment(span.until) if span.until else None
    if until and until <= edge and not archive:
        return "", {}, True
    if since and since > edge:
        return RECENT, span.params(), False
    under = {"until_id": span.until} if span.until else {}
    if talk.asked and talk.asked > edge:
        return RECENT, {**under, "start_time": f"{talk.asked - OVERLAP:%Y-%m-%dT%H:%M:%SZ}"}, False
    return (ALL, span.params(), False) if archive else (RECENT, under, True)


def afford(talk: Talk, money: int) -> tuple[int, Question, Mapping[str, str]]:
    """How many answers may be read at once; where pictures are too dear, posts that have some wait for later."""
    wanted = min(max(talk.told - talk.read + 5, 10), PAGE)
    for question, fields in ((Question(), FULL), (Question(pictures=False), BARE)):
        if size := question.size(money, 10, wanted):
            return size, question, fields
    return 0, Question(authors=False, pictures=False), BARE


def told(answer: Answer) -> Json:
    """What X answered; Malformed where that is no answer of its API."""
    payload = answer.json()
    if not isinstance(payload, dict) or not payload.keys() & {"data", "errors", "meta"}:
        raise Malformed("X answered something that is no list of posts", where=shown(answer.url))
    return payload


def listed(payload: Json) -> tuple[list[str], bool]:
    """The numbers of a page, and whether there is another."""
    numbers = [string(row, "id") for row in rows(payload, "data") if is_number(string(row, "id"))]
    return numbers, bool(string(payload, "meta", "next_token"))


def answers(row: Json) -> int:
    """Replies and quotes, as X counts them."""
    counted = [at(row, "public_metrics", name) for name in ("reply_count", "quote_count")]
    return sum(one for one in counted if isinstance(one, int) and one > 0)
