"""A large hub, filled through the store as channels fill it: one item in ten is a post, the others are its talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from hub.model import Account, Batch, Item
from hub.store import Store

START = datetime(2016, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SPAN = timedelta(days=3700)
WORDS = """
kettle tin copper handle spout lid water boil morning shop repair order lovely broken sturdy heavy light colour
delivery parcel week answer question thanks please sorry photo kitchen stove gas electric whistle quiet loud
""".split()  # noqa: SIM905  a list of words reads better as words
CHANNELS = ("blog", "news", "video")
BATCH = 500


def items(many: int) -> Iterator[Item]:
    """Posts, then replies to them and to each other, as the seed says."""
    chance, posts = Random(7), many // 10
    for number in range(posts):
        yield _post(number, posts, chance)
    for number in range(many - posts):
        yield _reply(number, posts, chance)


def fill(store: Store, many: int, tell: Callable[[int], None]) -> None:
    """Save them in batches; `tell` hears how many are in."""
    rest, done = items(many), 0
    while step := list(islice(rest, BATCH)):
        for channel in CHANNELS:
            store.save(channel, Batch(items=tuple(item for item in step if item.channel == channel)))
        done += len(step)
        tell(done)


def post_id(number: int) -> str:
    return f"https://{CHANNELS[number % 3]}.example/?p={number}"


def _post(number: int, posts: int, chance: Random) -> Item:
    channel = CHANNELS[number % 3]
    return Item(
        id=post_id(number),
        url=f"https://{channel}.example/posts/{number}/",
        channel=channel,
        kind="article",
        author=Account(name="Ines Kettle"),
        published=START + SPAN * number / posts,
        title=f"{_said(chance, 5).capitalize()} {number}",
        html="".join(f"<p>{_said(chance, 60)}</p>" for _ in range(4)),
        tags=tuple(chance.sample(WORDS[:12], 2)),
        ours=True,
    )


def _reply(number: int, posts: int, chance: Random) -> Item:
    """Each tenth reply opens a talk; the others answer one of the last few of the same talk."""
    of = chance.randrange(posts)
    opens = number < posts or chance.random() < 0.6
    to = post_id(of) if opens else _reply_id(chance.randrange(max(1, number - posts), number))
    return Item(
        id=_reply_id(number),
        url=f"https://blog.example/comments/{number}/",
        channel=CHANNELS[number % 3],
        author=Account(name=f"Reader {chance.randrange(4000)}", url="https://reader.example/"),
        published=START + SPAN * chance.random(),
        html=f"<p>{_said(chance, 25)}</p>",
        reply_to=to,
        ours=number % 15 == 0,
    )


def _reply_id(number: int) -> str:
    return f"https://blog.example/?c={number}"


def _said(chance: Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))
