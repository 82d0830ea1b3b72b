"""The standing pages of words: the brand's own, about, privacy, transparency, feeds, search and 404."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_skeleton
from markupsafe import Markup

from hub.insight.answers import delay
from hub.model import HELD, Account, Coverage, Item, Thread
from hub.pages import MENTIONS
from hub.settings import Settings
from hub.site import people
from hub.site.assets import Assets
from hub.site.compose import Composer
from hub.site.lacks import elsewhere, totals
from hub.site.shell import feeds_of
from hub.site.talk import Part, Talk
from hub.site.views import Feeds, Head, TextPage
from hub.site.words import Words, later, laters

if TYPE_CHECKING:
    from hub.site.make import Workshop


DOES = {
    "item": later("hides one message"),
    "account": later("hides one account"),
    "domain": later("hides messages from a domain, or with a link to it"),
    "word": later("hides messages with a word"),
}
"""What a rule of each kind does, for the transparency page: never whom it is about."""


ABSENT = {
    "hidden": laters("%(num)s is hidden by a rule of this site.", "%(num)s are hidden by rules of this site."),
    "held": laters("%(num)s waits to be looked at.", "%(num)s wait to be looked at."),
    "private": laters("%(num)s is not public there.", "%(num)s are not public there."),
    "consent": laters(
        "%(num)s is left out because its author asks programs for that.",
        "%(num)s are left out because their authors ask programs for that.",
    ),
    "host": laters(
        "%(num)s was hidden there by whoever began the conversation.",
        "%(num)s were hidden there by whoever began the conversation.",
    ),
    "gone": laters("%(num)s was deleted.", "%(num)s were deleted."),
    "limit": laters("%(num)s is not given out by the network.", "%(num)s are not given out by the network."),
    "later": laters("%(num)s is not fetched yet.", "%(num)s are not fetched yet."),
    "": laters(
        "%(num)s is not public there, was deleted or is not fetched yet.",
        "%(num)s are not public there, were deleted or are not fetched yet.",
    ),
}
"""Why replies that exist elsewhere do not stand here, the surest reason first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPage:
    """A page of content/pages/: the brand's own words, trusted like its templates."""

    slug: str
    title: str
    html: str
    language: str = ""
    summary: str = ""

    @property
    def path(self) -> str:
        return f"{self.slug}/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """What these pages are made of. `words` speaks the language of the interface."""

    settings: Settings
    assets: Assets
    statics: Mapping[str, bytes]
    pages: tuple[OwnPage, ...]
    rules: tuple[tuple[str, str, str], ...]  # (id, what it does, reason)
    words: Words
    composer: Composer = field(repr=False)

    @property
    def word(self) -> Callable[..., str]:
        return self.words.word

    # sentences other pages need
    def month(self, name: str) -> str:
        if name == "undated":
            return self.word("Date unknown")
        year, number = name.split("-")
        return format_skeleton("yMMMM", date(int(year), int(number), 1), locale=self.words.locale)

    def list_description(self, name: str, title: str, number: int) -> str:
        """Of a list (see hub.pages.base) that is called by this title."""
        brand = self.settings.brand
        if name.startswith(("topic/", "collection/")):
            text = self.word(
                "What %(brand)s says about %(topic)s, and what people answer.", brand=brand.name, topic=title
            )
        elif name == MENTIONS:
            text = self.word("What people say to %(brand)s and about it, of their own accord.", brand=brand.name)
        elif name:
            text = self.word(
                "What %(brand)s says on %(channel)s, and what people answer.", brand=brand.name, channel=title
            )
        else:
            text = brand.description or self.word(
                "Everything %(brand)s says, and what people answer.", brand=brand.name
            )
        return self.word("%(text)s Page %(number)s.", text=text, number=number) if number else text

    def month_description(self, title: str) -> str:
        return self.word("Everything %(brand)s said in %(month)s.", brand=self.settings.brand.name, month=title)

    def archive_description(self, year: str) -> str:
        brand = self.settings.brand.name
        if year:
            return self.word("All posts of %(brand)s in %(year)s, month by month.", brand=brand, year=year)
        return self.word("All posts of %(brand)s, year by year.", brand=brand)

    def replies_title(self, heading: str = "") -> str:
        return self.word("Replies to “%(title)s”", title=heading) if heading else self.word("Replies")

    def reply_title(self, author: Account, heading: str) -> str:
        return self.word("%(name)s on “%(title)s”", name=self.composer.name(author), title=heading)

    def part_title(self, talk: Talk, part: Part, heading: str) -> str:
        """What a further page of a conversation holds."""
        words = {
            "newest": later("Newest replies to “%(title)s”"),
            "most": later("Most answered replies to “%(title)s”"),
            "": later("Replies to “%(title)s”"),
            "branch": later("%(name)s and the replies, on “%(title)s”"),
        }
        node = talk.replies[part.head].node if part.head >= 0 else None
        name = self.composer.name(node.author) if isinstance(node, Item) else self.word("A message")
        title = self.word(words["branch" if node else part.order], title=heading, name=name)
        return f"{title} · {self.word('Page')} {part.number}" if part.number > 1 else title

    def answered(self, thread: Thread) -> Iterator[str]:
        """How long the brand took to answer the first question of a thread."""
        if (waited := delay(thread)) is not None:
            yield self.word("Answered in %(time)s", time=self.words.span(waited))

    def coverage(self, thread: Thread) -> Iterator[str]:
        """What a thread says of itself where there are more replies than stand here."""
        for cover in thread.coverage:
            if cover.reported > cover.shown:
                whole = self.words.words(
                    "%(shown)s of %(num)s reply on %(channel)s is here.",
                    "%(shown)s of %(num)s replies on %(channel)s are here.",
                    cover.reported,
                    shown=self.words.number(cover.shown),
                    channel=self.composer.place(cover.channel).label,
                )
                yield " ".join([whole, *self._elsewhere(cover)])

    def _elsewhere(self, cover: Coverage) -> Iterator[str]:
        """Why the others are not."""
        for rule, many in cover.hidden.items():
            yield self.words.words(
                "%(num)s is hidden by the rule “%(rule)s” of this site.",
                "%(num)s are hidden by the rule “%(rule)s” of this site.",
                many,
                rule=rule,
            )
        yield from self._absent({why: many for why, many in elsewhere(cover).items() if why != "hidden"})

    def _absent(self, why: Mapping[str, int]) -> Iterator[str]:
        for reason, (one, more) in ABSENT.items():
            if reason in why:
                yield self.words.words(one, more, why[reason])

    def paths(self) -> list[str]:
        """What of these belongs into the sitemap."""
        return [*(page.path for page in self.pages), "feeds/", "about/", "privacy/", "transparency/"]

    # the pages
    def files(self, shop: Workshop) -> dict[str, bytes]:
        made = {f"{page.path}index.html": self._own(shop, page) for page in self.pages}
        for name, title, words, data in self._standing(shop):
            noindex = name in ("search", "404")
            path = f"{name}/" if name != "404" else "404.html"
            head = Head(title=f"{title} · {shop.shell.name}", description=words, path=path, noindex=noindex)
            view = TextPage(head=head, title=title, data=data)
            made[path if path.endswith(".html") else f"{path}index.html"] = shop.render(name, view)
        return made

    def _own(self, shop: Workshop, page: OwnPage) -> bytes:
        head = Head(
            title=f"{page.title} · {shop.shell.name}",
            description=page.summary or page.title,
            path=page.path,
        )
        body = Markup(page.html)  # noqa: S704  the brand's own file
        return shop.render("text", TextPage(head=head, title=page.title, body=body, language=page.language))

    def _standing(self, shop: Workshop) -> Iterator[tuple[str, str, str, dict[str, object]]]:
        word, brand = self.word, {"brand": self.settings.brand.name}
        yield (
            "about",
            word("About this site"),
            word("What this site gathers, and from where."),
            self._about(shop),
        )
        yield "privacy", word("Privacy"), word("What is copied here, and how to have it removed."), self._about(shop)
        yield "transparency", word("Transparency"), word("What is hidden here, and by which rule."), self._rules(shop)
        yield "feeds", word("Feeds"), word("Follow %(brand)s in a feed reader.", **brand), {"feeds": self._feeds(shop)}
        yield "search", word("Search"), word("Search everything %(brand)s said and what people answered.", **brand), {}
        yield "404", word("Nothing here"), word("This address leads nowhere."), {}

    def _about(self, shop: Workshop) -> dict[str, object]:
        """Per channel the date of its newest item; never a pull time, which would move without news."""
        rows = []
        for name in self.settings.channels:
            records = shop.records(shop.manifest.newest(name, 1))
            newest = records[0].item.published if records else None
            rows.append((self.composer.place(name), self.composer.moment(newest), shop.store.health(name).stale))
        return {"channels": tuple(rows)}

    def _rules(self, shop: Workshop) -> dict[str, object]:
        tally = shop.store.hidden()
        rows = [(ident, self.word(DOES[what]), reason, tally.get(ident, 0)) for ident, what, reason in self.rules]
        waits = self.word("waits until somebody has looked at it")
        rows += [(rule, waits, "–", many) for rule, many in sorted(tally.items()) if rule.startswith(HELD)]
        removed = sorted(shop.store.removed().items(), reverse=True)
        return {
            "rules": tuple(rows),
            "removals": tuple((self.month(month), many) for month, many in removed),
            "coverage": tuple(
                (self.composer.place(one.channel), one.threads, one.shown, one.reported, tuple(self._absent(one.why)))
                for one in totals(shop.manifest)
            ),
        }

    def _feeds(self, shop: Workshop) -> tuple[tuple[Feeds, str], ...]:
        out = [(shop.shell.feeds, self.word("Every post"))]
        out.append((feeds_of(self.replies_title(), "replies"), self.word("Every reply")))
        for name in self.settings.channels:
            label = self.composer.place(name).label
            out.append((feeds_of(label, f"channel/{name}"), self.word("Posts on %(channel)s", channel=label)))
        for name, one in self.settings.collections.items():
            title = one.title or name
            out.append((feeds_of(title, f"collection/{name}"), self.word("Posts on %(channel)s", channel=title)))
        for name, href in people.team(shop):
            out.append((feeds_of(name, people.feed(href)), self.word("What %(name)s says", name=name)))
        return tuple(out)
