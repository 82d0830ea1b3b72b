"""People: a page for each account that its network vouches for, one for all of a person's, and the list of them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub.model import Reply
from hub.pages import Page, closed, list_path, person, window
from hub.people import Proof
from hub.site import feeds, jsonld, roll
from hub.site.faces import AccountFacts, PeoplePage, PersonLine, PersonPage, Said
from hub.site.feeds import FeedOf
from hub.site.pieces import Moment
from hub.site.shell import feeds_of
from hub.site.views import Feeds, Head, TextPage
from hub.site.words import later

if TYPE_CHECKING:
    from hub.site.make import Workshop

FEED = 50  # entries

PROOFS = {
    "each other": later("%(one)s and %(other)s name each other"),
    "checked": later("the network of %(one)s or %(other)s has checked that %(page)s belongs to both"),
    "same site": later("%(one)s and %(other)s both hold %(page)s"),
    "stated": later("%(brand)s knows that %(one)s and %(other)s belong together"),
}
"""What says that two accounts are one person's (hub.people)."""


def page(shop: Workshop, page: Page) -> dict[str, bytes]:
    """A page of a person's messages, the open one with all that is known; of another account the way there."""
    db, name = shop.manifest.db, page.name
    here = roll.person_of(db, name)
    total = roll.total(db, name)
    if here != name or page.number > closed(total):
        return _moved(shop, name, here) if here and here != name and not page.number else {}
    found = roll.window(db, name, *window(page.number, total))[::-1]
    ends = [*roll.window(db, name, 0, 1), *roll.window(db, name, max(total - 1, 0), 1)]
    newest = [roll.newest(db, author) for author in roll.accounts(db, name)]
    shop.records([*(ident for pair in (*found, *ends) for ident in pair), *newest])  # all at once
    accounts = tuple(_accounts(shop, name))
    if not accounts:
        return {}
    at, number = accounts[0].home, page.number
    last = closed(total)
    who = _face(shop, name)
    view = PersonPage(
        head=_head(shop, page, who.who.name, accounts),
        title=who.who.name,
        who=who.who,
        said=tuple(_said(shop, found)),
        accounts=accounts if not number else (),
        proofs=tuple(_proofs(shop, name)) if len(accounts) > 1 and not number else (),
        first=_when(shop, ends[:1]),
        last=_when(shop, ends[1:]),
        newer=list_path(at, number + 1 if number < last else 0) if number else "",
        older=list_path(at, (number or last + 1) - 1) if (number or last + 1) > 1 else "",
        oldest=list_path(at, 1) if last and number != 1 else "",
        open=not number,
    )
    made = _feeds(shop, name, who, accounts) if who.who.team and not number else {}
    return made | {f"{list_path(at, number)}index.html": shop.render("person", view)}


def index(shop: Workshop, page: Page) -> dict[str, bytes]:
    """The team and who says the most; below a letter everybody whose name begins with it."""
    db, word = shop.manifest.db, shop.texts.word
    if page.name:
        return _letter(shop, page)
    if shop.texts.settings.people == "none":
        return {}
    title = word("People")
    busiest = [name for name, _ in roll.busiest(db)]
    head = Head(
        title=f"{title} · {shop.shell.name}",
        description=word("Who speaks for %(brand)s, and who answers.", brand=shop.shell.name),
        path="people/",
        jsonld=jsonld.script(jsonld.crumbs([(shop.shell.name, ""), (title, "people/")], shop.at)),
    )
    view = PeoplePage(
        head=head,
        title=title,
        team=tuple(_face(shop, name) for name in roll.team(db)),
        people=tuple(_face(shop, name) for name in busiest),
        letters=tuple((letter, roll.under_letter(letter)) for letter in sorted(roll.letters(db))),
    )
    return {"people/index.html": shop.render("people", view)}


def _letter(shop: Workshop, page: Page) -> dict[str, bytes]:
    letter, number = page.name, page.number
    if ("people", letter) not in shop.listed:
        faces = [_face(shop, name) for name in roll.under(shop.manifest.db, letter)]
        shop.listed.clear()
        shop.listed["people", letter] = sorted(faces, key=lambda face: (face.who.name.casefold(), face.href))
    faces = shop.listed["people", letter]
    some, of = tuple(faces[number * roll.MOST : (number + 1) * roll.MOST]), roll.under_letter(letter)
    if not some:
        return {}
    title = f"{shop.texts.word('People')}: {letter}"
    path = list_path(of, number + 1 if number else 0)
    head = Head(title=f"{title} · {shop.shell.name}", description=title, path=path, noindex=True)
    more = (number + 1) * roll.MOST < len(faces)
    view = PeoplePage(
        head=head,
        title=title,
        people=some,
        letter=letter,
        earlier=list_path(of, number if number > 1 else 0) if number else "",
        later=list_path(of, number + 2) if more else "",
    )
    return {f"{path}index.html": shop.render("people", view)}


def team(shop: Workshop) -> Iterator[tuple[str, str]]:
    """(name, address) of the people who speak for the brand, for the sitemap and the page of feeds: by name, so that
    one more message of one of them moves nobody there."""
    faces = (_face(shop, name) for name in roll.team(shop.manifest.db))
    yield from sorted((face.who.name, face.href) for face in faces)


def feed(href: str) -> str:
    """Where the feeds of a team member stand, below feeds/ and without the ending."""
    return href.rstrip("/")


def _moved(shop: Workshop, author: str, here: str) -> dict[str, bytes]:
    """From the page of an account to that of its person."""
    own, to = (_face(shop, name) for name in (author, here))
    title = shop.texts.word("This person has another page")
    head = Head(title=title, description=title, path=own.home, noindex=True)
    view = TextPage(head=head, title=title, body=Markup(""), data={"to": to.home})
    return {f"{own.home}index.html": shop.render("redirect", view)}


def _face(shop: Workshop, name: str) -> PersonLine:
    """Who it is, as the newest message of the person has it; of an account that stands for nobody, its own."""
    db = shop.manifest.db
    total = roll.total(db, name)
    newest = roll.window(db, name, total - 1, 1)[0][0] if total else roll.newest(db, name)
    (record,), (own,) = shop.records([newest]), shop.records([roll.newest(db, name)])
    who = shop.composer.who(record.shown.author, record.shown.ours)
    home = person(own.shown.author.id)
    return PersonLine(who=who, href=home, home=home, place=shop.composer.place(record.shown.channel), many=total)


def _accounts(shop: Workshop, name: str) -> Iterator[AccountFacts]:
    """The accounts of a person, the one that stands for all first, with what each said where."""
    for author in roll.accounts(shop.manifest.db, name):
        for record in shop.records([roll.newest(shop.manifest.db, author)]):
            account = record.shown.author
            counted: dict[str, dict[str, int]] = {}
            for channel, what, many in roll.tally(shop.manifest.db, author):
                counted.setdefault(channel, {})[what] = many
            places = ((shop.composer.place(channel), _tally(shop, said)) for channel, said in counted.items())
            label = account.handle or account.url
            yield AccountFacts(home=person(account.id), label=label, href=account.url, said=tuple(places))


def _tally(shop: Workshop, said: dict[str, int]) -> str:
    """How often somebody spoke on a channel, and how."""
    words = shop.texts.words
    parts = [words.words("%(num)s post", "%(num)s posts", said["post"])] if "post" in said else []
    if "reply" in said:
        parts.append(words.words("commented %(num)s time", "commented %(num)s times", said["reply"]))
    if "question" in said:
        parts.append(words.words("asked %(num)s time", "asked %(num)s times", said["question"]))
    return " · ".join(parts)


def _proofs(shop: Workshop, name: str) -> Iterator[tuple[str, bool]]:
    """What joins the accounts, in words, and whether it is the operator's word alone."""
    known = {
        record.shown.author.id: record.shown.author
        for author in roll.accounts(shop.manifest.db, name)
        for record in shop.records([roll.newest(shop.manifest.db, author)])
    }
    for one in shop.store.person(name).proofs:
        if one.one in known and one.other in known:
            yield (
                _proof(shop, one, *(known[id].handle or known[id].url for id in (one.one, one.other))),
                one.how == "stated",
            )


def _proof(shop: Workshop, proof: Proof, one: str, other: str) -> str:
    brand = shop.shell.name
    return shop.texts.word(PROOFS[proof.how], one=one, other=other, page=proof.by, brand=brand)


def _said(shop: Workshop, found: list[tuple[str, str]]) -> Iterator[Said]:
    """The messages: posts as cards, answers with what they answer."""
    roots = {record.item.id: record for record in shop.records([root for _, root in found])}
    for record in shop.records([ident for ident, _ in found]):
        root = roots.get(record.thread)
        if root and record.item.id == root.item.id:
            yield Said(card=shop.card(root))
        elif root:
            reply = Reply(depth=0, node=record.item, parent=record.parent)
            line = shop.composer.line(reply, {}, root.item)
            yield Said(line=line, heading=shop.card(root).heading, href=shop.spot(root.item, record.item.id))


def _when(shop: Workshop, found: list[tuple[str, str]]) -> Moment:
    records = shop.records([ident for ident, _ in found])
    return shop.composer.moment(records[0].item.published if records else None)


def _head(shop: Workshop, page: Page, name: str, accounts: tuple[AccountFacts, ...]) -> Head:
    numbered = f" · {shop.texts.word('Page')} {page.number}" if page.number else ""
    path = list_path(accounts[0].home, page.number)
    ours = _face(shop, page.name).who.team
    entity = {"@type": "Person", "name": name, "url": shop.at.absolute(accounts[0].home)}
    entity["sameAs"] = [account.href for account in accounts if account.href]  # type: ignore[assignment]
    steps = [(shop.shell.name, ""), (shop.texts.word("People"), "people/"), (name, accounts[0].home)]
    profile = {"@type": "ProfilePage", "url": shop.at.absolute(path), "mainEntity": entity}
    about = shop.texts.word("What %(name)s says to %(brand)s.", name=name, brand=shop.shell.name)
    if ours:
        about = shop.texts.word("What %(name)s says for %(brand)s.", name=name, brand=shop.shell.name)
    return Head(
        title=f"{name}{numbered} · {shop.shell.name}",
        description=f"{about}{numbered}",
        path=path,
        noindex=not ours,
        feeds=(_named(name, accounts[0].home),) if ours else (),
        jsonld=jsonld.script({"@graph": [profile, jsonld.crumbs(steps, shop.at)]}),
    )


def _named(name: str, home: str) -> Feeds:
    return feeds_of(name, feed(home))


def _feeds(shop: Workshop, name: str, face: PersonLine, accounts: tuple[AccountFacts, ...]) -> dict[str, bytes]:
    """The feeds of somebody who speaks for the brand: posts and answers together."""
    from hub.site.machine import entries

    total = roll.total(shop.manifest.db, name)
    found = roll.window(shop.manifest.db, name, max(total - FEED, 0), FEED)[::-1]
    where = feed(accounts[0].home)
    at = shop.at.absolute(f"feeds/{where}")
    of = FeedOf(
        id=f"{at}.atom",
        title=f"{face.who.name} · {shop.shell.name}",
        description=shop.shell.description,
        home=shop.at.absolute(accounts[0].home),
        base=at,
        language=shop.shell.language,
        hub=shop.texts.settings.publish.websub,
    )
    made = entries(shop, found)
    return {
        f"feeds/{where}.atom": feeds.atom(of, made),
        f"feeds/{where}.rss": feeds.rss(of, made),
        f"feeds/{where}.json": feeds.json_feed(of, made),
    }
