"""From what the store knows to what a template is given: items become cards, conversations become nested lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from html import unescape
from zoneinfo import ZoneInfo

from markupsafe import Markup

from hub import tidy
from hub.model import Account, Item, Media, Poll, Rating, Reply, Tombstone, Unknown
from hub.pages import address, anchor, base, person, topic
from hub.pictures import CARD
from hub.settings import Settings
from hub.site.phrases import (
    EMOJI,
    HASHTAG,
    ICONS,
    KINDS,
    MIRRORED,
    SPAN,
    TIES,
    WHOLE,
    heading,
    initial,
    licence,
    minutes,
    pictured,
    summary,
    topics,
    web_name,
)
from hub.site.pieces import Ballot, Moment, Picture, Place, Version, Who
from hub.site.quoting import quoted
from hub.site.views import Card, Line
from hub.site.words import Words
from hub.store import File, Record, Store
from hub.threads import announced, unmarked

NONE: Mapping[str, str] = {}
FACE = 96  # pixels wide: faces and emoji
LARGE = (600, 315)  # pixels: what is smaller would be blown up
SHORT = 200  # characters of the HTML of a message that may be emoji alone
SHOWN = 800  # pixels wide: what is named where a browser cannot choose


def picture_path(file: File, width: int) -> str:
    """Where a form of a picture stands in the site: the narrowest that is so wide, else the widest there is."""
    return f"media/{file.digest}/{next((form for form in file.forms if form >= width), file.forms[-1])}.webp"


class Composer:
    """Builds views. `used` collects the pictures the current page shows, by their paths in the site and in .hub/."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        words: Words,
        link: Callable[[str], str] = str,
        logos: Mapping[str, str] = NONE,
    ) -> None:
        """`link` turns a path in the site into what a page links to; `logos`: where that of a channel stands."""
        self.settings, self.store, self.words, self.link, self.logos = settings, store, words, link, logos
        self.zone = ZoneInfo(settings.brand.timezone)
        self.used: set[str] = set()
        self.lost: set[str] = set()  # pictures the store knows and the disk lacks
        self.file = lru_cache(maxsize=4096)(self._known)
        self.place = lru_cache(maxsize=None)(self._place)

    def linking(self, link: Callable[[str], str]) -> Composer:
        """The same, for pages that link in another way; what it uses counts as used here."""
        other = copy(self)
        other.link = link
        return other

    # small things
    def moment(self, when: datetime | None) -> Moment:
        if when is None:
            unknown = self.words.word("Date unknown")
            return Moment(text=unknown, full=unknown)
        local, words = when.astimezone(self.zone), self.words
        iso = when.isoformat(timespec="seconds")
        return Moment(iso=iso, text=words.day(local), full=words.moment(local), clock=words.clock(local))

    def name(self, account: Account) -> str:
        """What a person is called here."""
        return account.name or account.handle or self.words.word("Unnamed")

    def _place(self, name: str) -> Place:
        channel = self.settings.channels.get(name)
        kind = type(channel).__module__.rpartition(".")[2] if channel else "generic"
        label = getattr(channel, "label", "") or name.replace("-", " ").replace("_", " ").capitalize()
        home = getattr(channel, "url", "") if kind != "feed" else ""  # a feed's address is nothing to read
        profile = getattr(channel, "profile", "") or home
        terms = self.settings.terms(name)
        return Place(
            name=name,
            label=label,
            kind=ICONS.get(kind, kind),
            href=f"channel/{name}/",
            profile=profile if isinstance(profile, str) else "",
            logo=self.logos.get(name, ""),
            linked="linked time" in terms.marks,
            licence=licence(terms.licence),
        )

    def picture(self, media: Media) -> Picture:
        file = self._file(media.url) if media.type == "image" else None
        poster = self._file(media.poster) if media.poster else None
        seconds = f"{media.duration // 60}:{media.duration % 60:02}" if media.duration else ""
        measured = file or poster
        return Picture(
            type=media.type,
            href=media.url,
            src=self._use(file),
            srcset=self._forms(file),
            poster=self._use(poster),
            posters=self._forms(poster),
            alt=media.alt,
            described=bool(media.alt),
            width=measured.width if measured else media.width,
            height=measured.height if measured else media.height,
            duration=seconds,
        )

    def social(self, item: Item) -> tuple[str, str]:
        """What stands beside a link to a message elsewhere: (path, description); nothing where terms want its pictures
        untouched, or its author wants them covered."""
        untouched = self.settings.terms(item.channel).page == "untouched"
        if item.withheld or item.sensitive or item.warning or untouched:
            return "", ""
        for media in item.media:
            file = self._file(media.url if media.type == "image" else media.poster)
            if file and file.width >= LARGE[0] and file.height >= LARGE[1]:
                path = f"media/{file.digest}/{CARD}"
                self.used.add(path)
                return path, media.alt
        return "", ""

    def who(self, account: Account, ours: bool) -> Who:
        name = self.name(account)
        return Who(
            name=name,
            handle=account.handle,
            href=account.url,
            avatar=self.face(account.avatar),
            initial=initial(name),
            team=ours,
            automated=account.automated,
        )

    def speaker(self, item: Item) -> Who:
        """Who said it, with the page of that person where there is one (hub.site.roll); of what is withheld no more
        than whether it was the brand."""
        mode = self.settings.people
        known = bool(item.author.id) and (mode == "all" or (mode == "team" and item.ours))
        if not item.withheld:
            who = self.who(item.author, item.ours)
            return replace(who, page=person(item.author.id)) if known else who
        somebody = self.words.word("Somebody on %(place)s", place=self.place(item.channel).label)
        return self.who(Account(name=self.settings.brand.name if item.ours else somebody), item.ours)

    @staticmethod
    def counts(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
        return tuple((kind, number) for kind, number in sorted(counts.items()) if number and kind != "replies")

    def _known(self, url: str) -> File | None:
        file = self.store.file(url)
        if file and file.digest and not (file.forms and (self.settings.memory / "media" / file.digest).is_dir()):
            self.lost.add(url)
            return None
        return file

    def _file(self, url: str) -> File | None:
        file = self.file(url) if url else None
        return file if file and file.forms else None

    def face(self, url: str, width: int = FACE) -> str:
        """Where a small picture stands in the site: a face, an emoji; "" while it is not here."""
        return self._use(self._file(url), width)

    def _use(self, file: File | None, width: int = SHOWN) -> str:
        if file is None:
            return ""
        path = picture_path(file, width)
        self.used.add(path)
        return path

    def _forms(self, file: File | None) -> tuple[tuple[str, int], ...]:
        """What a browser may choose from: (path, pixels wide); nothing where there is no choice."""
        widths = [width for width in file.forms if width > FACE] if file else []
        return tuple((self._use(file, width), width) for width in widths) if len(widths) > 1 else ()

    # posts
    def card(self, record: Record, replies: tuple[int, int], whole: bool = False) -> Card:
        """A post for a list, or with its whole text for its own page. `replies`: (how many, from how many channels)."""
        item, parts = record.shown, record.parts.get(record.shown.id, ())
        texts = [tidy.text(one.html) for one in (item, *parts)]
        text = "\n\n".join(map(unmarked, texts) if parts else texts)
        short = summary(text)
        untouched = self.settings.terms(item.channel).page == "untouched"  # such a text is never clamped
        clamped = not (whole or untouched) and len(text) > len(short) and (bool(item.title) or len(text) > WHOLE)
        return Card(
            key=record.item.id,
            href=address(record.item),
            origin=item.url,
            place=self.place(item.channel),
            also=tuple(self._also(record)),
            posted=tuple(self._posted(record)) if whole else (),
            who=self.speaker(item),
            withheld=item.withheld,
            title=item.title,
            heading=heading(item, "" if untouched else text) or self._kind(item),
            big=pictured(text),
            unknown=item.kind not in KINDS,
            minutes=minutes(text) if item.kind == "article" and not item.excerpt else 0,
            body=Markup() if clamped else self._whole(record, item),
            parts=len(parts) + 1,
            announced=announced(texts),
            poll=self.asked(record),
            rating=self.rated(item.rating),
            state=item.state,
            quotes=quoted(self, item),
            summary="" if untouched else short,
            clamped=clamped,
            published=self.moment(record.item.published),
            edited=self.moment(item.edited) if item.edited else None,
            language=item.language,
            pictures=self._carried(record, item),
            tags=tuple((tag, base(f"topic/{name}")) for name, tag in topics(item).items()),
            warning=item.warning,
            sensitive=item.sensitive,
            reply_to=web_name(item.reply_to),
            replies=replies[0],
            channels=replies[1],
            counts=self.counts(record.counts),
        )

    def _whole(self, record: Record, version: Item) -> Markup:
        """One version of a post with all its parts."""
        every = (version, *record.parts.get(version.id, ()))
        return Markup("\n").join(self.words_of(one, record.shown) for one in every)

    def _carried(self, record: Record, version: Item) -> tuple[Picture, ...]:
        every = (version, *record.parts.get(version.id, ()))
        return tuple(self.picture(media) for one in every for media in one.media)

    def asked(self, record: Record) -> Ballot | None:
        """The poll of a piece: that of the version shown, else of a copy, with the place where it was asked."""
        for one in (record.shown, record.item, *record.copies):
            if (one is record.shown or self._free(one)) and (ballot := self.ballot(one.poll)):
                return ballot if one is record.shown else replace(ballot, place=self.place(one.channel))
        return None

    def _free(self, item: Item) -> bool:
        """May a part of it stand with the words of another?"""
        covered = item.withheld or item.sensitive or item.warning
        return self.settings.terms(item.channel).page == "whole" and not covered

    def _also(self, record: Record) -> Iterator[tuple[Place, str]]:
        """The other places where a piece stands: those of its copies, then channels that brought one of them too."""
        others = [one for one in (record.item, *record.copies) if one is not record.shown]
        yield from ((self.place(one.channel), one.url) for one in others)
        told = {record.shown.channel, *(one.channel for one in others)}
        yield from ((self.place(name), record.shown.url) for name in record.channels if name not in told)

    def _posted(self, record: Record) -> Iterator[Version]:
        """A piece in the words of the other places. What says that it is the same stands with each."""
        for one in (record.item, *record.copies):
            if one is not record.shown:
                why = record.ties.get(one.id) or MIRRORED.get(record.ties[record.shown.id], "")
                other = one.html != record.shown.html and not one.warning and not one.sensitive
                yield Version(
                    place=self.place(one.channel),
                    who=self.speaker(one),
                    href=one.url,
                    why=self.words.word(TIES.get(why, "")) if why in TIES else "",
                    title=one.title,
                    body=self._whole(record, one) if other else Markup(),
                    quotes=quoted(self, one) if other else (),
                    pictures=self._carried(record, one) if other else (),
                    published=self.moment(one.published),
                    language=one.language,
                )

    def words_of(self, item: Item, shown: Item | None = None) -> Markup:
        """A post's text, its hashtags leading to our topics: those of the version that is `shown`, as it counts.

        Where terms want a text untouched, its links stay what they are.
        """
        untouched = self.settings.terms(item.channel).page == "untouched"
        known = {} if untouched else topics(shown or item)

        def here(found: re.Match[str]) -> str:
            name = topic(unescape(found["tag"]))
            return f'<a href="{self.link(base(f"topic/{name}"))}">{found["words"]}</a>' if name in known else found[0]

        html = HASHTAG.sub(here, item.html) if known else item.html
        html = html if "<span " in html else SPAN.sub("", html)
        return Markup(self._with_emojis(html, item))  # noqa: S704  tidied before it was stored

    def _with_emojis(self, html: str, item: Item) -> str:
        """:codes: between the tags become pictures; one whose picture is not here stays as it was written."""
        if not item.emojis or self.settings.terms(item.channel).page == "untouched":
            return html
        drawn = {emoji.code: self.face(emoji.url) for emoji in item.emojis if f":{emoji.code}:" in html}

        def here(found: re.Match[str]) -> str:
            picture = drawn.get(found["code"] or "")
            image = Markup('<img class="emoji" src="{}" alt="{}" width="24" height="24" loading="lazy">')
            return str(image.format(self.link(picture), found[0])) if picture else found[0]

        return EMOJI.sub(here, html) if any(drawn.values()) else html

    def ballot(self, poll: Poll | None) -> Ballot | None:
        """A poll as it stood when its network was last asked."""
        if poll is None:
            return None
        total = sum(choice.votes for choice in poll.choices)
        shares = [round(100 * choice.votes / total) if total else 0 for choice in poll.choices]
        rows = ((choice.title, choice.votes, share) for choice, share in zip(poll.choices, shares, strict=True))
        return Ballot(rows=tuple(rows), total=total, closes=self.moment(poll.closes) if poll.closes else None)

    def rated(self, rating: Rating | None) -> str:
        if rating is None:
            return ""
        number = self.words.number
        return self.words.word("%(value)s of %(best)s", value=number(rating.value), best=number(rating.best))

    # conversations
    def line(self, reply: Reply, parents: Mapping[str, Reply], root: Item) -> Line:
        """One reply, with nothing below it yet."""
        above, node = parents.get(reply.parent), reply.node
        parent_anchor, parent_name = anchor(reply.parent) if above else "", self._named(above)
        if isinstance(node, Unknown):
            return Line(anchor=anchor(node.name), state="unknown", origin=web_name(node.name))
        if isinstance(node, Tombstone):
            return Line(anchor=anchor(node.id), state=node.why, parent_anchor=parent_anchor, parent_name=parent_name)
        parent = above.node if above and isinstance(above.node, Item) else root
        return Line(
            anchor=anchor(node.id),
            origin=node.url,
            place=self.place(node.channel),
            who=self.speaker(node),
            withheld=node.withheld,
            body=Markup(self._with_emojis(node.html, node)),  # noqa: S704  tidied before it was stored
            poll=self.ballot(node.poll),
            rating=self.rated(node.rating),
            quotes=quoted(self, node),
            big=pictured(tidy.text(node.html)) if len(node.html) < SHORT else False,
            unknown=node.kind not in KINDS,
            published=self.moment(node.published),
            edited=self.moment(node.edited) if node.edited else None,
            language=node.language,
            pictures=tuple(self.picture(media) for media in node.media),
            warning=node.warning,
            sensitive=node.sensitive,
            parent_anchor=parent_anchor,
            parent_name=parent_name,
            parent_origin=parent.url,
            joined=reply.joined,
            mention=reply.mention,
        )

    def _named(self, reply: Reply | None) -> str:
        node = reply.node if reply else None
        return self.speaker(node).name if isinstance(node, Item) else ""

    def _kind(self, item: Item) -> str:
        """What stands for a heading where there are no words: its warning, else what sort of thing it is, where and
        when: a list of headings tells one from another."""
        if item.warning:
            return item.warning
        kind = self.words.word(KINDS.get(item.kind, item.kind.capitalize()))
        told = {"kind": kind, "place": self.place(item.channel).label, "day": self.moment(item.published).text}
        return self.words.word("%(kind)s on %(place)s, %(day)s", **told)
