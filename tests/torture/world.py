"""A seeded world that does everything conversations do wrong, and ways to let it arrive in any order.

What one channel says of one id keeps its order (the newest pull wins); everything else comes as it may: parents after
their replies, circles closed late, copies from a second channel, items that are gone before anyone answered them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from hub.model import Account, Batch, Item, Media

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=400)
CHANNELS = ("blog", "news")
SETTINGS = """
[brand]
name = "Tin Pot"
url = "https://talk.example/"
contact = "hello@pot.example"

[media]
fetch = false

[channels.blog]
kind = "feed"
url = "https://blog.example/feed"

[channels.news]
kind = "feed"
url = "https://news.example/feed"

[channels.toots]
kind = "feed"
url = "https://social.example/feed"

[channels.sky]
kind = "feed"
url = "https://sky.example/feed"
"""
RULES = """
[[hide]]
id = "spam"
reason = "advertising"
word = "casino"

[[hide]]
id = "bot"
reason = "a robot"
account = "https://spam.example/@bot"

[[hide]]
id = "withdrawn"
reason = "withdrawn by the brand"
item = "https://blog.example/?p=7"

[[split]]
items = ["https://social.example/5", "https://blog.example/5/"]

[[merge]]
items = ["https://sky.example/6", "https://blog.example/6/"]
"""


@dataclass(frozen=True)
class Step:
    """What a channel says of an id at one time: a version, or (None) that it is gone."""

    channel: str
    id: str
    item: Item | None


@dataclass
class World:
    """For each channel the lives of what it brings: steps that keep their order."""

    lives: dict[tuple[str, str], list[Step]] = field(default_factory=dict)

    def say(self, item: Item, channel: str = "blog") -> Item:
        """The channel's next version of an item."""
        step = Step(channel, item.id, replace(item, channel=channel))
        self.lives.setdefault((channel, item.id), []).append(step)
        return item

    def end(self, id: str, channel: str = "blog") -> None:
        """The channel says that the item is gone."""
        self.lives.setdefault((channel, id), []).append(Step(channel, id, None))

    @property
    def ids(self) -> set[str]:
        return {id for _, id in self.lives}

    def final(self) -> list[Item]:
        """What each channel says at last."""
        return [life[-1].item for life in self.lives.values() if life[-1].item]

    def arrivals(self, chance: Random, largest: int = 50) -> Iterator[tuple[str, Batch]]:
        """Everything in one random order, in batches of 1 to `largest` from one channel each."""
        for name, steps in _runs(self._shuffled(chance)):
            rest = list(steps)
            while rest:
                taken = _whole(rest[: chance.randint(1, largest)])
                rest = rest[len(taken) :]
                yield name, _batch(taken)

    def _shuffled(self, chance: Random) -> list[Step]:
        """All steps in one order, the lives within it kept."""
        order = [key for key, life in self.lives.items() for _ in life]
        chance.shuffle(order)
        if chance.random() < 0.6:  # long runs of one channel, as pulls bring them, else as mixed as can be
            order.sort(key=lambda key: (chance.random() < 0.05, key[0]))
        at = {key: iter(life) for key, life in self.lives.items()}
        return [next(at[key]) for key in order]


def _runs(steps: Sequence[Step]) -> Iterator[tuple[str, list[Step]]]:
    run: list[Step] = []
    for step in steps:
        if run and run[0].channel != step.channel:
            yield run[0].channel, run
            run = []
        run.append(step)
    if run:
        yield run[0].channel, run


def _whole(steps: list[Step]) -> list[Step]:
    """As many steps as fit in one batch: in a batch what is gone comes after every item."""
    gone: set[str] = set()
    for number, step in enumerate(steps):
        if step.item and step.id in gone:
            return steps[:number]
        if not step.item:
            gone.add(step.id)
    return steps


def _batch(steps: list[Step]) -> Batch:
    items = tuple(step.item for step in steps if step.item)
    return Batch(items=items, gone=tuple(step.id for step in steps if not step.item))


# what there is


def world(seed: int = 1) -> World:
    """Over 300 items: every trouble of the issue's list, each several times."""
    chance, made = Random(seed), World()
    posts = _posts(made, chance)
    replies = _replies(made, chance, posts)
    _circles(made, chance, posts)
    _merges(made, chance)
    _copies(made, chance, posts)
    _pieces(made, chance, posts)
    _lives(made, chance, [*posts[10:], *replies])
    return made


def post(number: int, **changed: object) -> Item:
    """The brand's n-th post; two of them share each moment."""
    given: dict[str, object] = {
        "id": f"https://blog.example/?p={number}",
        "url": f"https://blog.example/{number}/",
        "channel": "blog",
        "kind": "article",
        "author": Account(name="Ines"),
        "published": START + timedelta(days=3 * (number // 2)),
        "html": f"<p>Body of post {number}</p>",
        "title": f"Post {number}",
        "tags": (f"Topic {number % 7}", f"topic {number % 5}"),
        "ours": True,
    }
    return Item(**(given | changed))  # type: ignore[arg-type]


def reply(number: int, to: str, **changed: object) -> Item:
    """Somebody's answer; several share each hour."""
    given: dict[str, object] = {
        "id": f"https://blog.example/?c={number}",
        "url": f"https://blog.example/#comment-{number}",
        "channel": "blog",
        "author": Account(name=f"Reader {number % 40}", id=f"https://read.example/@{number % 40}"),
        "published": START + timedelta(days=100, hours=number // 3),
        "html": f"<p>Words of reply {number}</p>",
        "reply_to": to,
    }
    return Item(**(given | changed))  # type: ignore[arg-type]


def _posts(made: World, chance: Random) -> list[Item]:
    posts = [post(number) for number in range(64)]
    posts[3:7] = [replace(one, published=None) for one in posts[3:7]]
    posts[8] = replace(posts[8], html="<p>The casino is open</p>")
    posts[9] = replace(posts[9], aliases=("tag:blog.example,2026:nine", "https://short.example/9"))
    return [made.say(one, chance.choice(CHANNELS)) for one in posts]


def _replies(made: World, chance: Random, posts: list[Item]) -> list[Item]:
    """Answers to posts and to each other, by id, by address, by alias, or only to the conversation."""
    replies: list[Item] = []
    for number in range(230):
        above = chance.choice([*posts, *replies, *replies])
        spelled = chance.choice([above.id, above.url, above.id.replace("https", "http"), *above.aliases])
        one = reply(number, spelled, ours=number % 9 == 0)
        if number % 13 == 0:
            one = replace(one, reply_to="", root=chance.choice(posts).id)
        elif number % 17 == 0:
            one = replace(one, reply_to=f"https://nowhere.example/{number % 4}", root=chance.choice(posts).url)
        elif number % 19 == 0:
            one = replace(one, reply_to=f"https://nowhere.example/{number % 4}")
        elif number % 23 == 0:
            one = replace(one, published=None)
        elif number % 29 == 0:
            one = replace(one, author=Account(name="Bot", id="https://spam.example/@bot"))
        elif number % 31 == 0:
            one = replace(one, media=(Media(url=f"https://pic.example/{number}.png", alt=f"Picture {number}"),))
        replies.append(made.say(one, chance.choice(CHANNELS)))
    return replies


def _circles(made: World, chance: Random, posts: list[Item]) -> None:
    """Answers that go round, with and without a conversation to fall back to, and answers to themselves."""
    for group in range(8):
        size = group % 4 + 1
        numbers = [1000 + group * 10 + place for place in range(size)]
        for place, number in enumerate(numbers):
            to = f"https://blog.example/?c={numbers[(place + 1) % size]}"
            root = chance.choice(posts).id if group % 2 and place == 0 else ""
            made.say(reply(number, to, root=root, ours=group in (2, 5) and place == 1), chance.choice(CHANNELS))
        made.say(reply(1005 + group * 10, f"https://blog.example/?c={numbers[0]}"))


def _merges(made: World, chance: Random) -> None:
    """Two posts that turn out to answer a third, one of them by way of a reader; each has answers of its own."""
    for group in range(4):
        first, second, top, via = (2000 + group * 10 + place for place in range(4))
        made.say(post(top, published=START + timedelta(days=30 + group)), chance.choice(CHANNELS))
        made.say(reply(via, f"https://blog.example/?p={first}"), chance.choice(CHANNELS))
        made.say(post(first, published=START + timedelta(days=33), reply_to=f"https://blog.example/?p={top}"), "news")
        made.say(post(second, published=START + timedelta(days=32), reply_to=f"https://blog.example/?c={via}"))
        made.say(reply(first + 5, f"https://blog.example/?p={first}"))
        made.say(reply(second + 5, f"https://blog.example/?p={second}"))


def _copies(made: World, chance: Random, posts: list[Item]) -> None:
    """The same ids from the other channel: edited, shorter, of another time, or word for word the same."""
    held = {id: channel for channel, id in made.lives}
    for number, one in enumerate(posts[16:40]):
        other = "news" if held[one.id] == "blog" else "blog"
        forms = (
            replace(one, html=f"<p>Second edition {number}</p>", edited=START + timedelta(days=200)),
            replace(one, html="<p>Body…</p>", excerpt=True),
            replace(
                one, kind="note", html=f"<p>Told otherwise {number}</p>", aliases=(f"https://short.example/{number}",)
            ),
            replace(one, published=START + timedelta(days=150 + number), tags=("Topic 1",)),
            one,
        )
        made.say(forms[number % len(forms)], other)


def _pieces(made: World, chance: Random, posts: list[Item]) -> None:
    """Posts told again in two more places, with answers there: by a link, by name, in the same words week after week;
    some taken back, some said twice, one split off and one joined by hand."""
    for number, one in enumerate(posts[:30]):
        soon = (one.published or START) + timedelta(minutes=number % 4)
        words = (
            f"<p>A word about our kettles and who mends them, in the week of {['steam', 'rust'][number // 2 % 2]}</p>"
        )
        link, name = (one.url,) if number % 3 else (), (one.url,) if number % 10 == 9 else ()
        toot = _told("social", number, words, soon, links=link, aliases=name)
        sky = _told("sky", number, words, soon + timedelta(minutes=3), links=link if number % 2 else ())
        again = _told("social", number + 500, words, soon + timedelta(hours=1), links=link)
        said = [("toots", toot), ("sky", sky), ("toots", again)][: 3 if number % 4 == 0 else 2]
        for place, (channel, each) in enumerate(said):
            made.say(each, channel)
            made.say(reply(3000 + number * 10 + place, each.id), channel)
        if number % 7 == 3:
            made.end(chance.choice([toot, sky]).id, "toots" if number % 2 else "sky")
        answer = made.say(reply(4000 + number, toot.id, ours=True), "toots")
        if number % 5 == 0:
            made.say(reply(5000 + number, sky.id, ours=True, aliases=(answer.id,), published=answer.published), "sky")


def _told(place: str, number: int, words: str, when: datetime, **more: object) -> Item:
    """A note of the brand's on another network."""
    name = f"https://{place}.example/{number}"
    given = {"id": f"{name}/object", "url": name, "kind": "note", "title": "", "tags": (), "html": words}
    return post(number, **given, published=when, **more)


def _lives(made: World, chance: Random, told: list[Item]) -> None:
    """Earlier versions, deletions, returns; names that are said to be gone and were never brought."""
    keys = {id: channel for channel, id in made.lives}
    for number, one in enumerate(chance.sample(told, 90)):
        life = made.lives[(keys[one.id], one.id)]
        if number % 3 == 0:
            life.insert(0, replace(life[0], item=replace(life[0].item or one, html="<p>First draft</p>", reply_to="")))
        elif number % 3 == 1:
            made.end(one.id, keys[one.id])
        else:
            life.insert(0, replace(life[0], item=replace(life[0].item or one, published=START, title="Was here")))
            life.insert(1, replace(life[0], item=None))
    for number in range(2):
        made.end(f"https://nowhere.example/{number}")
        made.end(told[number].id, "news" if keys[told[number].id] == "blog" else "blog")
