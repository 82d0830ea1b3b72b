"""Made-up views with every state a template must show, and the means to render them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.site import faces as f
from hub.site import sheets
from hub.site import views as v
from hub.site.charts import bars, pace
from hub.site.words import install, speech

THEME = Path(__file__).parents[2] / "theme"
ROOT = "https://talk.example/talk/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)


def environment(language: str = "en") -> Environment:
    """Jinja2 as the site sets it up."""
    env = Environment(
        loader=FileSystemLoader(THEME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install(env, speech(language, [THEME / "locale"]))
    prefix = urlsplit(ROOT).path
    env.filters["url"] = lambda path: path if urlsplit(path).scheme or path.startswith("#") else prefix + path
    env.filters["absolute"] = lambda path: urljoin(ROOT, path)
    return env


def render(name: str, page: object, shell: v.Shell | None = None) -> str:
    shell = shell or SHELL
    return environment(shell.language).get_template(name).render(shell=shell, page=page)


def moment(day: int, clock: str = "14:05", month: str = "November 2026", number: str = "2026-11") -> v.Moment:
    text = f"{day} {month}"
    return v.Moment(iso=f"{number}-{day:02}T{clock}:00+00:00", text=text, full=f"{text}, {clock}", clock=clock)


BLOG = v.Place(name="blog", label="Journal", kind="blog", href="channel/blog/", profile="https://wheels.example/blog/")
NEWS = v.Place(name="news", label="Press feed", kind="feed", href="channel/news/", profile="https://press.example/")
NOTES = v.Place(name="notes", label="Workshop notes", kind="local", href="channel/notes/")
MASTODON = v.Place(
    name="mastodon",
    label="Mastodon",
    kind="mastodon",
    href="channel/mastodon/",
    profile="https://social.example/@wheels",
)
OTHERS = tuple(
    v.Place(name=kind, label=kind.capitalize(), kind=kind, href=f"channel/{kind}/")
    for kind in ("bluesky", "youtube", "newsletter", "forum", "github", "review", "x", "acme")
)

FEEDS = v.Feeds(title="Wheels & Co", atom="feeds/all.atom", rss="feeds/all.rss", json="feeds/all.json")
BLOG_FEEDS = v.Feeds(
    title="Wheels & Co: Journal",
    atom="feeds/channel/blog.atom",
    rss="feeds/channel/blog.rss",
    json="feeds/channel/blog.json",
)
REPLIES = v.Feeds(title="Replies", atom="p/2026-11-05-first-year-1f0c2a9b3d/replies.atom", rss="", json="")

SHELL = v.Shell(
    about="Everything the wheelwrights say about bicycles, and what people answer.",
    card="assets/card.png",
    name="Wheels & Co",
    description="Bicycles made to be repaired, and what people say about them.",
    language="en",
    dir="ltr",
    url=ROOT,
    contact="hello@wheels.example",
    logo="",
    icon="static/icon.svg",
    nav=(BLOG, NEWS, NOTES, MASTODON),
    own_pages=(("The workshop", "workshop/"),),
    feeds=FEEDS,
    css="static/hub.css",
    js="static/hub.js",
    search_js="static/search.js",
    wall_css="static/wall.css",
    wall_js="static/wall.js",
    csp=POLICY,
)


def arabic() -> v.Shell:
    return replace(SHELL, language="ar", dir="rtl")


BRAND = v.Who(
    name="Wheels & Co", handle="@wheels@social.example", href="https://wheels.example/", initial="W", team=True
)
ANA = v.Who(
    name="Ana Roy",
    handle="@ana@social.example",
    href="https://social.example/@ana",
    initial="A",
    page="person/ana-1f0c2a9b3d/",
)
YUSUF = v.Who(name="يوسف الحداد", handle="@yusuf", href="https://arabic.example/yusuf", initial="ي")
KEIKO = v.Who(name="佐藤 恵子", handle="", href="", initial="佐")
LONG = v.Who(name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter", href="", initial="D")
BOT = v.Who(name="repair-bot 🤖", handle="@bot", href="https://social.example/@bot", initial="r", automated=True)
NOBODY = v.Who(name="", initial="?")


def picture(name: str, width: int, height: int, alt: str = "") -> v.Picture:
    href = f"https://wheels.example/{name}.jpg"
    return v.Picture(
        type="image", href=href, src=f"media/{name}.svg", alt=alt, described=bool(alt), width=width, height=height
    )


BENCH = picture("bench", 1200, 675, "A bicycle in a repair stand, its chain laid out on the bench beside it")
LAMP = picture("lamp", 800, 800)
MAP = picture("map", 600, 900, "A hand-drawn map of the ride. " * 8)
ABSENT = v.Picture(type="image", href="https://elsewhere.example/p.png", alt="Not fetched yet", described=True)
FILM = v.Picture(
    type="video", href="https://films.example/1", poster="media/bench.svg", width=1200, height=675, duration="3:12"
)
SOUND = v.Picture(type="audio", href="https://films.example/2.mp3", duration="12:40")

PROSE = Markup(
    "<p>We build frames so that a shop without a workshop can mend them. This is what we learned in the "
    '<a href="https://wheels.example/first-year/" rel="noopener">first year</a>, and what it cost us.</p>'
    "<h3>What broke</h3><p>Mostly <strong>freewheels</strong>, and the lamp bracket we were so proud of.</p>"
    "<ul><li>41 freewheels of the first series</li><li>12 brackets<ul><li>nine of them in winter</li></ul></li></ul>"
    "<blockquote><p>A bicycle you cannot mend is a bicycle you rent.</p></blockquote>"
    "<pre><code>torque = {'stem': 5.5, 'seat': 7, 'crank': 40}  # newton metres, "
    "and please do read the long comment</code></pre>"
    "<table><thead><tr><th>Part</th><th>Price</th><th>Kept in stock until</th></tr></thead>"
    "<tbody><tr><td>Freewheel</td><td>38.00</td><td>2046</td></tr></tbody></table><p>Use <code>torx 25</code>.</p>"
)

ARTICLE = v.Card(
    key="https://wheels.example/?p=1",
    href="p/2026-11-05-first-year-1f0c2a9b3d/",
    origin="https://wheels.example/first-year/",
    place=BLOG,
    also=((MASTODON, "https://social.example/@wheels/1"),),
    who=BRAND,
    title="What a year of repairs taught us about our own bicycles",
    heading="What a year of repairs taught us about our own bicycles",
    summary="We build frames so that a shop without a workshop can mend them. This is what we learned in the first "
    "year, and what it cost us: 41 freewheels, 12 brackets and one very patient customer in Ghent…",
    clamped=True,
    published=moment(5),
    edited=moment(7),
    language="en",
    pictures=(BENCH,),
    tags=(("repair", "topic/repair/"), ("First Year", "topic/first-year/")),
    replies=12,
    channels=3,
    counts=(("likes", 1200), ("reposts", 85)),
)
VOTE = v.Ballot(
    rows=(("Green, as the last one", 120, 60), ("أزرق", 80, 40), ("Rindfleischetikettierung" * 4, 0, 0)),
    total=200,
    closes=moment(9),
)
NOTE = v.Card(
    key="https://social.example/2",
    href="p/2026-11-04-2-aaaaaaaaaa/",
    origin="https://social.example/@wheels/2",
    place=MASTODON,
    who=BRAND,
    heading="The workshop is warm, the kettle is on, and we have two stands…",
    body=Markup(
        "<p>The workshop is warm, the kettle is on, and we have two stands free until six. Bring a bicycle.</p>"
    ),
    published=moment(4, "09:12"),
    language="en",
    replies=1,
    channels=1,
    poll=VOTE,
    rating="4 of 5",
)
GERMAN = replace(
    NOTE,
    key="urn:3",
    href="p/2026-11-03-3-bbbbbbbbbb/",
    place=NEWS,
    title="Neuer Rahmen: Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz bestanden",
    heading="Neuer Rahmen",
    clamped=True,
    summary="Der neue Rahmen ist leichter, steifer und vor allem: Man bekommt ihn mit einem Werkzeug auseinander…",
    language="de",
    replies=0,
    channels=0,
    pictures=(MAP, LAMP, BENCH, LAMP, BENCH, LAMP),
)
ARABIC = replace(
    NOTE,
    key="urn:4",
    href="p/2026-11-02-4-cccccccccc/",
    place=NOTES,
    origin=urljoin(ROOT, "p/2026-11-02-4-cccccccccc/"),
    title="ورشة مجانية لإصلاح الدراجات",
    heading="ورشة مجانية لإصلاح الدراجات",
    clamped=True,
    summary="كل يوم سبت من الساعة العاشرة حتى الثانية، أحضر دراجتك وسنصلحها معًا. الأدوات متوفرة والشاي ساخن.",
    language="ar",
)
JAPANESE = replace(
    NOTE,
    key="urn:5",
    href="p/2026-11-01-5-dddddddddd/",
    heading="新しい工具箱を作りました。",
    body=Markup("<p>新しい工具箱を作りました。六角レンチ一本で、すべてのねじが回せます。👍🏽</p>"),
    language="ja",
    pictures=(LAMP, ABSENT),
    sensitive=True,
)
WARNED = replace(
    NOTE,
    key="urn:6",
    href="p/undated-6-eeeeeeeeee/",
    heading="A broken fork",
    body=Markup("<p>This is what a fork looks like after a kerb. Nobody was hurt.</p>"),
    warning="broken parts, bent metal",
    pictures=(FILM, SOUND),
    published=v.Moment(text="Date unknown", full="Date unknown"),
)
CARDS = (ARTICLE, NOTE, GERMAN, ARABIC, JAPANESE, WARNED)


def say(anchor: str, who: v.Who, text: str, place: v.Place = BLOG, **more: object) -> v.Line:
    line = v.Line(
        anchor=f"r-{anchor}",
        origin=f"https://wheels.example/first-year/#comment-{anchor}",
        place=place,
        who=who,
        body=Markup("<p>{}</p>").format(text),
        published=moment(6, "08:30"),
        language="en",
    )
    return replace(line, **more)


def answer(anchor: str, who: v.Who, text: str, to: v.Line, place: v.Place = BLOG, **more: object) -> v.Line:
    name = to.who.name if to.who else ""
    known = {"parent_anchor": to.anchor, "parent_name": name, "parent_origin": to.origin}
    return say(anchor, who, text, place, **{**known, **more})


FIRST = say(
    "01", ANA, "I have one from the first series. The freewheel went after 900 km, and you replaced it without a word."
)
SECOND = answer("02", BRAND, "Thank you, Ana. The new one has two pawls more. If it ever slips, write to us.", FIRST)
THIRD = answer("03", ANA, "It has not slipped since. 4,000 km!", SECOND, MASTODON, edited=moment(8), flat=True)
CRITIC = say(
    "04",
    LONG,
    "Forty euros for a freewheel is not “made to be repaired”. It is a subscription with grease on it. " * 3,
)
DEEP = answer("09", KEIKO, "日本からも注文できますか？", CRITIC, MASTODON, language="ja")
for number, who in enumerate((BRAND, YUSUF, ANA, BOT), start=10):
    twin = answer(f"{number}b", NOBODY, "Same here.", CRITIC, NEWS)
    DEEP = answer(
        str(number), who, "And one step deeper, since the talk branches here.", CRITIC, below=(DEEP, twin), size=number
    )

LINES = (
    replace(FIRST, below=(), size=2),
    replace(SECOND, flat=True, size=1),
    THIRD,
    replace(
        CRITIC,
        size=14,
        below=(answer("05", BRAND, "You are right that it is dear. Here is what it costs us to make.", CRITIC), DEEP),
    ),
    v.Line(
        anchor="r-06",
        state="deleted",
        size=2,
        below=(
            say("07", YUSUF, "شكرًا على التوضيح، هذا ما كنت أبحث عنه.", MASTODON, language="ar", parent_anchor="r-06"),
            say("08", NOBODY, "😀", NEWS, parent_anchor="r-06", pictures=(LAMP,), warning="a lamp"),
        ),
    ),
    v.Line(anchor="r-20", state="hidden", size=1),
    say("21", BOT, "Parts list: https://parts.example/" + "a" * 90, MASTODON, flat=True, parent_anchor="r-20"),
    v.Line(anchor="r-22", state="unknown", origin="https://gone.example/9", size=1),
    say(
        "23", KEIKO, "Joined from somewhere.", MASTODON, joined=True, origin="", published=v.Moment(text="Date unknown")
    ),
)


def head(path: str, title: str, **more: object) -> v.Head:
    page = v.Head(
        title=f"{title} · Wheels & Co",
        description=f"{title}: what Wheels & Co says, and what people answer.",
        path=path,
    )
    return replace(page, **more)


JSONLD = Markup('{"@context":"https://schema.org","@type":"WebPage"}')
HOME = v.ListPage(
    head=head("", "Stream", jsonld=JSONLD),
    title="Wheels & Co",
    intro=SHELL.description,
    cards=CARDS,
    older="page/4/",
    oldest="page/1/",
    latest=((SECOND, ARTICLE.heading, ARTICLE.href + "#r-02"), (DEEP, ARTICLE.heading, ARTICLE.href + "#r-13")),
    topics=(("repair", "topic/repair/", 12), ("first year", "topic/first-year/", 1)),
    is_home=True,
)
CHANNEL = v.ListPage(
    head=head("channel/blog/", "Journal", feeds=(BLOG_FEEDS,)),
    title="Journal",
    intro="Everything from our journal.",
    cards=CARDS[:2],
    newer="channel/blog/",
    place=BLOG,
    followers=1200,
)
TOPIC = v.ListPage(
    head=head("topic/repair/", "repair"),
    title="repair",
    intro="",
    cards=CARDS[:2],
    topic=v.TopicFacts(
        name="repair",
        chart=bars(
            (("September 2026", 3), ("October 2026", 0), ("November 2026", 12)),
            "Posts per month",
            "Most was posted in November 2026: 12 posts.",
        ),
        months=(("November 2026", 12), ("September 2026", 3)),
        beside=(("first year", "topic/first-year/", 2), ("إصلاح", "topic/1f0c2a/", 1)),
    ),
)
TOPICS = sheets.TopicsPage(
    head=head("topics/", "Topics"),
    title="Topics",
    rows=(("repair", "topic/repair/", 1204), ("إصلاح", "topic/1f0c2a/", 1)),
)
WALL = sheets.WallPage(
    head=head("wall/", "Wall", noindex=True),
    title="Wall",
    items=tuple(
        sheets.WallItem(
            key=card.key,
            href=card.href,
            who=card.who,
            place=card.place,
            text=card.heading,
            published=card.published,
            language=card.language,
            picture=LAMP,
        )
        for card in CARDS
    ),
    address="talk.example/talk/",
    hashtag="#MendingDay",
)
RECAP = sheets.RecapPage(
    head=head("wall/recap/", "Recap", noindex=True),
    title="Recap",
    wall="wall/",
    days=(("3 November 2026", WALL.items[:2]), ("2 November 2026", WALL.items[2:])),
)
WEEKS = bars(
    (("1 November", 3), ("8 November", 0), ("15 November", 12)),
    "Journal",
    "Journal: at most 12 replies, from 15 November.",
)
INSIGHTS = sheets.InsightsPage(
    head=head("insights/", "Insights"),
    title="Insights",
    days=90,
    ranges=((7, "insights/last-7-days/"), (90, "insights/")),
    channels=((BLOG, "insights/blog/"),),
    numbers=((12, 9), (1204, 1204), (9, 4)),
    followers=(1200, 1100),
    pictures=((12, 4), (9, 0)),
    soon=("2 hours", "3 hours", "-33%"),
    within=(62, 40),
    paces=((BLOG, pace(7200, 90000, "Blog", "Half within 2 hours.", ("1 minute", "1 hour", "1 day", "1 week"))),),
    shares=(("Blog", 30, "2 hours", "25 hours", 9, 8, 3, 10),),
    questions=(("p/2026-11-05-x/#r-1", "Which bag?", "5 November 2026"),),
    until="24 November 2026",
    charts=((BLOG, WEEKS), (MASTODON, WEEKS)),
    columns=("Journal", "Mastodon"),
    table=(("1 November", 3, 3), ("8 November", 0, 0)),
    hours=tuple((day, tuple((hour % 5, hour % 5) for hour in range(24))) for day in ("Monday", "الثلاثاء")),
    top=((ARTICLE.href, ARTICLE.heading, 12),),
    topics=(("topic/repair/", "repair", 12, 3),),
    csv="insights/",
)
EMPTY = v.ListPage(head=head("channel/news/", "Press"), title="Press feed", intro="", cards=(), place=NEWS)
POST = v.PostPage(
    head=head(ARTICLE.href, "A year of repairs", feeds=(REPLIES,), published=ARTICLE.published.iso, jsonld=JSONLD),
    card=replace(ARTICLE, clamped=False, body=PROSE),
    lines=LINES,
    places=(BLOG, MASTODON, NEWS),
    newer=(NOTE.href, NOTE.heading),
    older=(GERMAN.href, GERMAN.title),
    related=((GERMAN.href, GERMAN.title, GERMAN.published), (ARABIC.href, ARABIC.title, ARABIC.published)),
    replies_atom=ARTICLE.href + "replies.atom",
    later=ARTICLE.href + "replies/2/",
    orders=("newest", "most"),
    notes=("Mastodon reports 40 replies; 12 stand here, because the rest was not addressed to the public.",),
)
PART = v.PartPage(
    head=head(ARTICLE.href + "t/1f0c2a9b3d/", "Ana Roy and the replies"),
    card=POST.card,
    title="Ana Roy and the replies, on “A year of repairs”",
    lines=(replace(CRITIC, size=1, below=(replace(FIRST, more=(ARTICLE.href + "t/9b3d1f0c2a/", 23)),)),),
    places=(BLOG,),
    branch=True,
    up=ARTICLE.href,
)
NEWEST = replace(
    PART,
    head=head(ARTICLE.href + "newest/", "Newest replies", noindex=True),
    lines=LINES[:3],
    places=(BLOG, MASTODON),
    order="newest",
    branch=False,
    up="",
    earlier=ARTICLE.href,
    later=ARTICLE.href + "replies/3/",
)
SILENT = v.PostPage(
    head=head(NOTE.href, "The kettle is on", published=NOTE.published.iso),
    card=replace(NOTE, replies=0, channels=0, reply_to="https://social.example/@ana/1"),
    lines=(),
    places=(),
)
MONTH = v.MonthPage(
    head=head("archive/2026/11/", "November 2026"),
    title="November 2026",
    days=tuple(
        (
            card.published,
            (
                v.MonthLine(
                    href=card.href,
                    heading=card.heading,
                    clock="14:05",
                    place=card.place,
                    replies=card.replies,
                    language=card.language,
                ),
            )
            * 2,
        )
        for card in CARDS
    ),
    older=("archive/2026/10/", "October 2026"),
)
YEARS = v.ArchivePage(
    head=head("archive/", "Archive"),
    title="Archive",
    rows=(("2026", "archive/2026/", 1), ("2025", "archive/2025/", 1204)),
)
PERSON = f.PersonPage(
    head=head("person/ana-1f0c2a9b3d/", "Ana Roy", noindex=True),
    title="Ana Roy",
    who=ANA,
    said=(f.Said(line=FIRST, heading=ARTICLE.heading, href=f"{ARTICLE.href}#r-1"), f.Said(card=NOTE)),
    accounts=(
        f.AccountFacts(
            home="person/ana-1f0c2a9b3d/",
            label="@ana@social.example",
            href="https://social.example/@ana",
            said=((MASTODON, "commented 3 times · asked 2 times"), (BLOG, "commented 1 time")),
        ),
        f.AccountFacts(home="person/ana-2/", label="https://ana.example/", href="https://ana.example/"),
    ),
    proofs=(("@ana@social.example and https://ana.example/ name each other", False),),
    first=moment(1),
    last=moment(5),
    older="person/ana-1f0c2a9b3d/page/1/",
    oldest="person/ana-1f0c2a9b3d/page/1/",
)
PEOPLE = f.PeoplePage(
    head=head("people/", "People"),
    title="People",
    team=(f.PersonLine(who=BRAND, href="person/wheels-3/", home="person/wheels-3/", place=BLOG, many=1204),),
    people=tuple(
        f.PersonLine(who=who, href=f"person/{at}/", home=f"person/{at}/", place=MASTODON, many=at + 1)
        for at, who in enumerate((ANA, YUSUF, KEIKO, LONG, BOT))
    ),
    letters=(("A", "people/a/"), ("#", "people/other/"), ("ي", "people/u064a/")),
)
LETTER = replace(PEOPLE, team=(), letters=(), letter="A", earlier="people/a/", later="people/a/page/3/")
CHANNELS = ((BLOG, moment(5), False), (NEWS, moment(3), True), (NOTES, v.Moment(), False))


def words(path: str, title: str, data: dict[str, object] | None = None, **more: object) -> v.TextPage:
    noindex = path.split("/", 1)[0] in ("search", "404.html")
    return v.TextPage(head=head(path, title, noindex=noindex), title=title, data=data or {}, **more)  # type: ignore[arg-type]


RULES = (
    ("spam-1", "hides two accounts", "They sell watches.", 14),
    ("law-3", "hides one reply", "A court order of 3 May.", 1),
)
PAGES: dict[str, tuple[str, object]] = {
    "index.html": ("list.html", HOME),
    "channel/blog/index.html": ("list.html", CHANNEL),
    "channel/news/index.html": ("list.html", EMPTY),
    "topic/repair/index.html": ("list.html", TOPIC),
    "wall/index.html": ("wall.html", WALL),
    "wall/empty/index.html": ("wall.html", replace(WALL, items=())),
    "wall/recap/index.html": ("recap.html", RECAP),
    "insights/index.html": ("insights.html", INSIGHTS),
    "insights/empty/index.html": (
        "insights.html",
        replace(INSIGHTS, until="", charts=(), hours=(), table=(), top=(), topics=(), place=BLOG),
    ),
    "topics/index.html": ("topics.html", TOPICS),
    "topics/empty/index.html": ("topics.html", replace(TOPICS, rows=())),
    "person/ana-1f0c2a9b3d/index.html": ("person.html", PERSON),
    "person/wheels-3/page/1/index.html": (
        "person.html",
        replace(PERSON, who=BRAND, title=BRAND.name, open=False, newer="person/wheels-3/"),
    ),
    "people/index.html": ("people.html", PEOPLE),
    "people/a/page/2/index.html": ("people.html", LETTER),
    "people/empty/index.html": ("people.html", replace(PEOPLE, people=(), team=(), letters=())),
    ARTICLE.href + "index.html": ("post.html", POST),
    ARTICLE.href + "t/1f0c2a9b3d/index.html": ("part.html", PART),
    ARTICLE.href + "newest/index.html": ("part.html", NEWEST),
    NOTE.href + "index.html": ("post.html", SILENT),
    "archive/2026/11/index.html": ("month.html", MONTH),
    "archive/index.html": ("archive.html", YEARS),
    "archive/empty/index.html": ("archive.html", replace(YEARS, rows=())),
    "workshop/index.html": ("text.html", words("workshop/", "The workshop", body=PROSE, language="en")),
    "about/index.html": ("about.html", words("about/", "About", {"channels": CHANNELS})),
    "privacy/index.html": ("privacy.html", words("privacy/", "Privacy", {"channels": CHANNELS})),
    "transparency/index.html": (
        "transparency.html",
        words(
            "transparency/",
            "Transparency",
            {
                "rules": RULES,
                "coverage": ((BLOG, 2, 40, 44, ("Four wait for approval.",)), (NEWS, 1, 3, 4, ())),
                "removals": (("May 2026", 2),),
            },
        ),
    ),
    "transparency/empty/index.html": ("transparency.html", words("transparency/empty/", "Transparency")),
    "feeds/index.html": (
        "feeds.html",
        words("feeds/", "Feeds", {"feeds": ((FEEDS, "Every post."), (BLOG_FEEDS, "The journal alone."))}),
    ),
    "search/index.html": ("search.html", words("search/", "Search")),
    "404.html": ("404.html", words("404.html", "Not found")),
    "p/old/index.html": ("redirect.html", words("p/old/", "Moved", {"to": ARTICLE.href})),
}
