"""A hub whose store holds every state that a page must show: the real journal, the real pictures, the real pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from hub import tidy
from hub.index.whoosh import Whoosh
from hub.model import Account, Batch, Choice, Emoji, Item, Media, Poll, Rating
from hub.pictures import write
from hub.rules import parse
from hub.scaling import scaled
from hub.store import File, codec
from tests.site.conftest import Folder, lay

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = """
[brand]
name = "Wheels & Co"
url = "{root}"
language = "{language}"
description = "Bicycles made to be repaired, and what people say about them."
contact = "hello@wheels.example"
timezone = "Europe/Amsterdam"

[channels.blog]
kind = "feed"
url = "https://wheels.example/feed"
label = "Journal"

[channels.empty]
kind = "feed"
url = "https://press.example/feed"
label = "Press"

[channels.social]
kind = "mastodon"
url = "https://social.example/@wheels"

[channels.sky]
kind = "bluesky"
handle = "wheels.example"

[channels.films]
kind = "youtube"
account = "@wheels"

[channels.x]
kind = "twitter"
handle = "wheels"
token = "env:X"
label = "X"

[channels.forum]
kind = "discourse"
url = "https://forum.example/"

[channels.code]
kind = "github"
repo = "wheels/frames"

[channels.questions]
kind = "stackexchange"
tags = ["wheels"]

[collections.mending]
query = "freewheel OR repair"
title = "Mending"

[media]
fetch = false
"""
RULES = """
[[hide]]
id = "spam-1"
reason = "advertising"
word = "cheap watches"

[[show]]
id = "kind-1"
reason = "a good answer"
item = "https://forum.example/h0"
"""
WHEELS = "https://social.example/@wheels"
BRAND = Account(name="Wheels & Co", handle="@wheels@social.example", url=WHEELS, id=WHEELS)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ZALGO = "Z̴̢̛̖͙͕͈̪̦̹̽̅̌̀͒͛͗̕͜ͅa̸̡̛͚̲͉̯̤̅̐̑̄̓͝l̶̨̛̻̗̹̏̎̄g̷̢̛̭̪̊̽̈́ỏ̶̢̡̲̬̄"
PEOPLE = (
    Account(
        name="Ana Roy",
        handle="@ana@social.example",
        url="https://social.example/@ana",
        id="https://social.example/@ana",
        avatar="https://pic.example/ana",
    ),
    Account(name="يوسف الحداد", handle="@yusuf@social.example", url="https://social.example/@yusuf"),
    Account(name="佐藤 恵子", url="https://keiko.example/"),
    Account(name=LONG, handle="@danube@social.example", url="https://social.example/@danube"),
    Account(name=ZALGO, url="https://zalgo.example/"),
    Account(name="👩🏽‍🔧 Mira", url="https://mira.example/"),
    Account(name="Q", url="https://q.example/"),
    Account(),
    Account(name="repair-bot", handle="@bot@social.example", url="https://social.example/@bot", automated=True),
)
PROSE = """<p>We build frames so that a shop without a workshop can mend them.</p><h2>What broke</h2>
<p>Mostly <strong>freewheels</strong>, and the <a href="https://wheels.example/lamp">lamp bracket</a>.</p>
<ul><li>41 freewheels</li><li>12 brackets<ul><li>nine of them in winter</li></ul></li></ul>
<blockquote><p>A bicycle you cannot mend is a bicycle you rent.</p></blockquote>
<pre><code>torque = {'stem': 5.5, 'seat': 7, 'crank': 40}  # newton metres, please do read this</code></pre>
<table><thead><tr><th>Part</th><th>Price in euros</th><th>Kept in stock until at least</th><th>Made in</th></tr></thead>
<tbody><tr><td>Freewheel</td><td>38.00</td><td>2046</td><td>Gelderland</td></tr></tbody></table>"""


def picture(name: str, alt: str = "", kind: str = "image", **more: object) -> Media:
    return replace(Media(url=f"https://pic.example/{name}", alt=alt, type=kind), **more)  # type: ignore[arg-type]


def said(key: str, html: str, channel: str = "social", day: float = 0, **more: object) -> Item:
    """A post of the brand, so many days after the start."""
    given: dict[str, object] = {
        "id": f"https://{channel}.example/{key}",
        "url": f"https://{channel}.example/{key}",
        "channel": channel,
        "author": BRAND,
        "published": START + timedelta(days=day),
        "html": html,
        "ours": True,
        "language": "en",
    }
    return Item(**{**given, **more})  # type: ignore[arg-type]


def answer(key: str, to: Item, html: str, who: int = 0, **more: object) -> Item:
    """Somebody's answer, some hours after what it answers."""
    when = to.published + timedelta(hours=len(key)) if to.published else None
    channel = str(more.get("channel", to.channel))
    given: dict[str, object] = {
        "author": PEOPLE[who % len(PEOPLE)],
        "ours": False,
        "reply_to": to.id,
        "published": when,
    }
    return replace(said(key, html, channel), **{**given, **more})  # type: ignore[arg-type]


def posts() -> dict[str, Item]:
    """One post for each state, by a word for it."""
    arabic = "<p>كل يوم سبت من الساعة العاشرة حتى الثانية، أحضر دراجتك وسنصلحها معًا.</p>"
    japanese = "<p>新しい工具箱を作りました。六角レンチ一本で、すべてのねじが回せます。</p>"
    sound = picture("hub.mp3", "A humming hub", "audio", duration=61)
    film = picture("film", "", "video", poster="https://pic.example/poster", duration=192, width=1280, height=720)
    lamp, map_ = picture("lamp", "A lamp"), picture("map", "A hand-drawn map of the ride along the river. " * 6)
    poll = Poll(
        choices=(Choice(title="Yes", votes=12), Choice(title="No, never", votes=3)), closes=START + timedelta(days=3)
    )
    german = "<p>Der neue Rahmen ist leichter. Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz!</p>"
    rows = (
        said(
            "article",
            PROSE,
            "blog",
            1,
            kind="article",
            title="What a year of repairs taught us",
            tags=("repair", "lamps"),
            media=(picture("bench", "A bicycle in a stand"),),
            edited=START + timedelta(days=2),
        ),
        said("silent", "<p>Nobody has answered this yet.</p>", "blog", 2, kind="article", title="Quiet"),
        said("note", "<p>The kettle is on, two stands are free until six. #repair</p>", day=3, tags=("repair",)),
        said("many", "<p>A few pictures</p>", day=4, media=tuple(picture(f"n{n}", f"Picture {n}") for n in range(6))),
        said("plain", "<p>No words for this one</p>", day=5, media=(picture("plain"), map_)),
        said("absent", "<p>Its picture is not here yet</p>", day=6, media=(picture("absent", "Not fetched"),)),
        said("film", "<p>How to true a wheel</p>", "films", 7, kind="video", title="True a wheel", media=(film,)),
        said("sound", "<p>Hear the hub</p>", "blog", 8, media=(sound,)),
        said("poll", "<p>Shall we make a tandem?</p>", day=9, kind="question", poll=poll),
        said("warned", "<p>A fork after a kerb</p>", day=10, warning="broken parts", media=(lamp,)),
        said("sensitive", "<p>A graze</p>", day=11, sensitive=True, media=(lamp,)),
        said("quote", "<p>What she says</p>", "sky", 12, quotes=("https://blog.example/article",)),
        said("quote-gone", "<p>What they said</p>", "sky", 13, quotes=("https://elsewhere.example/gone",)),
        said("german", german, "sky", 14, language="de"),
        said("arabic", arabic, day=15, language="ar"),
        said("japanese", japanese, day=16, language="ja"),
        said("emoji", "<p>🚲💛</p>", day=17),
        said(
            "custom",
            "<p>Thank you :wheel: all</p>",
            day=18,
            emojis=(Emoji(code="wheel", url="https://pic.example/emoji"),),
        ),
        said("undated", "<p>Nobody knows when</p>", "blog", published=None, title="Undated"),
        said("worded", f"<p>{LONG * 3} https://parts.example/{'a' * 90}</p>", day=19, title=f"{LONG} {LONG}"),
        said("x", "<p>Two stands free until six, come along</p>", "x", 20),
        said(
            "forum",
            "<p>Which grease do you use?</p>",
            "forum",
            21,
            kind="question",
            title="Which grease?",
            state="solved",
        ),
        said("release", "<p>Frames 2.0 is out</p>", "code", 22, kind="article", title="Frames 2.0"),
        said("review", "<p>Good bicycle</p>", "forum", 23, kind="review", rating=Rating(value=4.0)),
        said("odd", "<p>Something new</p>", "questions", 24, kind="hologram"),
        said("large", "<p>Ask us anything</p>", "blog", 25, kind="article", title="Ask us anything", tags=("repair",)),
        said("deep", "<p>A talk between two</p>", "blog", 26, kind="article", title="A talk between two"),
        *_spread(),
        said("parts", "<p>1/3 How we build a wheel, from the hub outwards.</p>", day=28),
        said("partly", "<p>Which saddle lasts longest?</p>", "forum", 29, kind="question", title="Which saddle?"),
    )
    return {item.id.rpartition("/")[2]: item for item in rows}


def _spread() -> list[Item]:
    """The same piece in three places, in the words of each."""
    place = "https://blog.example/spread"
    long = "<p>A warm light dazzles nobody, and moths like it less. That is why every lamp we build is yellow.</p>" * 3
    short = (
        f'<p>A warm light dazzles nobody, and moths like it less: <a href="{place}">why our lamps are yellow</a></p>'
    )
    return [
        said("spread", long, "blog", 27, kind="article", title="Why our lamps are yellow"),
        said("spread-social", short, "social", 27.02, links=(place,)),
        said("spread-sky", short, "sky", 27.03, links=(place,)),
    ]


def replies(of: dict[str, Item]) -> list[Item]:
    """Answers of every sort."""
    top = of["article"]
    found = [answer(f"a{n}", top, f"<p>Reply number {n}, of a usual length.</p>", n) for n in range(14)]
    first = found[0]
    team = {"author": BRAND, "ours": True}
    found += [
        answer("b0", first, "<p>Thank you, Ana. The new one has two pawls more.</p>", **team),
        answer("b1", found[1], "<p>شكرًا على التوضيح</p>", 1, language="ar", channel="social"),
        answer("b2", found[1], "<p>Same here, on X</p>", 2, channel="x"),
        answer("gone", top, "<p>I take this back</p>", 3),
        answer("spam", top, "<p>cheap watches</p>", 4),
        answer("warned", top, "<p>A graze</p>", 5, warning="blood", media=(picture("lamp", "A lamp"),)),
        answer("joined", top, "<p>Joined from somewhere</p>", 6, reply_to="https://nowhere.example/9", root=top.id),
        answer(
            "unread", top, "<p>Answering a message nobody has</p>", 2, reply_to="https://nowhere.example/8", root=top.id
        ),
    ]
    names = {item.id.rpartition("/")[2]: item for item in found}
    found += [
        answer("after-gone", names["gone"], "<p>What did it say?</p>"),
        answer("after-spam", names["spam"], "<p>No!</p>", 2),
    ]
    return found + _large(of["large"]) + _deep(of["deep"]) + _held(of["partly"]) + _begun(of)


def _held(top: Item) -> list[Item]:
    """One that is shown, one that a rule hides and one that waits for a person to look at it."""
    words = ("<p>Leather, if you grease it</p>", "<p>cheap watches</p>", "<p>The one of my grandmother</p>")
    return [answer(f"h{n}", top, html, n) for n, html in enumerate(words)]


def _begun(of: dict[str, Item]) -> list[Item]:
    """What goes on in further posts of the brand, and what others began: below a post, and on pages of its own."""
    team = {"author": BRAND, "ours": True}
    soon = [START + timedelta(days=28, minutes=minute) for minute in (2, 5)]
    spokes, truing = (
        "<p>2/3 The spokes go in by turns.</p>",
        "<p>3/3 And then you true it, for longer than you think.</p>",
    )
    second = answer("parts-2", of["parts"], spokes, published=soon[0], **team)
    third = answer("parts-3", second, truing, published=soon[1], **team)
    linking = answer("linking", of["spread"], "<p>Yellow lamps, at last</p>", 2, channel="sky", reply_to="")
    asking = answer("asking", of["forum"], "<p>Does anybody else make these?</p>", 5, channel="social", reply_to="")
    return [
        second,
        third,
        answer("parts-asked", third, "<p>How long is longer?</p>", 2),
        replace(linking, links=(of["spread"].url,)),
        asking,
        answer("answering", asking, "<p>We hope so.</p>", **team),
    ]


def _large(top: Item) -> list[Item]:
    """More than a page holds, some with many branches below."""
    words = "<p>A reply of a usual length, which says a thing or two about the matter at hand.</p>"
    roots = [answer(f"l{n}", top, words, n, published=top.published + timedelta(minutes=n)) for n in range(70)]  # type: ignore[operator]
    return roots + [answer(f"l{n}-{m}", roots[n], words, m) for n in (0, 3, 50) for m in range(40)]


def _deep(top: Item) -> list[Item]:
    """Two who answer each other twenty-five times, and a third who breaks in now and then."""
    chain, found = top, []
    for step in range(25):
        chain = answer(f"d{step}", chain, f"<p>Step {step}</p>", step % 2)
        found += [chain, *([answer(f"e{step}", chain, "<p>May I?</p>", 2)] if step % 4 == 0 else [])]
    return found


def laid(path: Path, root: str, language: str = "en") -> Folder:
    """The folder, filled and built."""
    folder = lay(path)
    (path / "content/hub.toml").write_text(SETTINGS.format(root=root, language=language), "utf-8")
    folder.rules = replace(parse(RULES, "rules.toml"), publish={"forum": "hold"})
    folder.store.welcome("answered")
    folder.now = NOW
    of = posts()
    every = [tidy.item(item, NOW) for item in (*of.values(), *replies(of))]
    for channel in sorted({item.channel for item in every}):
        batch = Batch(items=tuple(item for item in every if item.channel == channel), counts=_counts(of, channel))
        folder.store.save(channel, batch, folder.rules.judge)
    folder.store.save("blog", Batch(gone=("https://blog.example/gone",)), folder.rules.judge)
    for url in {url for item in every for url in codec.pictures(item)}:
        if "absent" not in url:
            hang(folder, url)
    folder.build()
    index = Whoosh(path / ".hub/index")
    index.update(folder.store.changed(0))
    index.close()
    return folder


def _counts(of: dict[str, Item], channel: str) -> dict[str, dict[str, int]]:
    counts = {
        of["article"].id: {"likes": 1204, "reposts": 85, "replies": 40, "views": 31000},
        of["note"].id: {"likes": 1},
        of["partly"].id: {"replies": 7},
    }
    return {name: count for name, count in counts.items() if f"//{channel}." in name}


def hang(folder: Folder, url: str) -> None:
    """A picture, as if it had been fetched."""
    size = {"ana": (200, 200), "emoji": (64, 64), "map": (600, 900), "poster": (1280, 720)}.get(
        url.rpartition("/")[2], (1600, 1000)
    )
    out = BytesIO()
    shade = Image.linear_gradient("L").resize(size)
    Image.merge("RGB", (shade, shade.rotate(180), Image.new("L", size, sum(url.encode()) % 256))).save(out, "PNG")
    made = scaled(out.getvalue())
    for width, form in made.forms.items():
        write(folder.path / ".hub/media" / made.digest / f"{width}.webp", form)
    forms = tuple(sorted(made.forms))
    folder.store.keep(
        File(url=url, digest=made.digest, type="image/webp", width=made.width, height=made.height, forms=forms)
    )
