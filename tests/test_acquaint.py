"""Pages are asked whom they call their own: seldom, few at a time, and what goes wrong there harms nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub import acquaint
from hub.model import Account, Batch, Item, Profile
from hub.store import authors
from hub.store.archive import Archive, open_archive
from hub.web import Web
from tests.hostile.server import Hostile, page

TODAY = date(2026, 5, 1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive("", tmp_path) as opened:
        yield opened


def asking(*allow: str) -> Web:
    return Web(agent="test", now=lambda: datetime(2026, 5, 1, tzinfo=UTC), allow=allow, sleep=lambda _: None)


def said(archive: Archive, author: Account, *links: str) -> None:
    post = Item(id="https://b.example/1", url="https://b.example/1", channel="blog", ours=True)
    reply = replace(post, id=f"{author.id}#1", ours=False, author=author, reply_to=post.id)
    archive.save("blog", Batch(items=(post, reply), profiles=(Profile(account=author, links=links),)))


def joined(archive: Archive, one: Account) -> int:
    return len(archive.persons([authors.key(one)])[authors.key(one)])


def met(archive: Archive, server: Hostile, anna: Account) -> Account:
    """A site, and an account that calls it its own; the site is written by the test."""
    home = Account(name="Anna", url=server.url("/anna"), id=server.url("/anna"))
    said(archive, home)
    said(archive, anna, home.url)
    return home


ANNA = Account(name="Anna", url="https://social.example/@anna", id="https://social.example/users/anna")
ME = f'<p>I am <a rel="me" href="{ANNA.url}">here</a>, too.'


def test_a_page_that_links_back_joins(archive: Archive) -> None:
    with Hostile() as server, asking("127.0.0.1") as web:
        home = met(archive, server, ANNA)
        server.routes["/anna"] = page(ME.encode())
        acquaint.ask(archive, web, TODAY)
        assert joined(archive, home) == 2


def test_a_link_without_rel_me_is_none(archive: Archive) -> None:
    with Hostile() as server, asking("127.0.0.1") as web:
        home = met(archive, server, ANNA)
        server.routes["/anna"] = page(ME.replace('rel="me"', "").encode())
        acquaint.ask(archive, web, TODAY)
        assert joined(archive, home) == 1


def test_it_is_asked_again_a_month_later_and_what_it_takes_back_parts(archive: Archive) -> None:
    with Hostile() as server, asking("127.0.0.1") as web:
        home = met(archive, server, ANNA)
        server.routes["/anna"] = page(ME.encode())
        for days in (0, 1, 29):
            acquaint.ask(archive, web, TODAY + timedelta(days=days))
        assert server.paths() == ["/anna"]
        server.routes["/anna"] = page(status=404)
        acquaint.ask(archive, web, TODAY + timedelta(days=31))
        assert joined(archive, home) == 1


def test_a_page_that_cannot_be_read_keeps_its_last_word(archive: Archive) -> None:
    with Hostile() as server, asking("127.0.0.1") as web:
        home = met(archive, server, ANNA)
        server.routes["/anna"] = page(ME.encode())
        acquaint.ask(archive, web, TODAY)
    with asking("127.0.0.1") as web:
        acquaint.ask(archive, web, TODAY + timedelta(days=31))
    assert joined(archive, home) == 2


def test_a_private_address_is_not_asked(archive: Archive) -> None:
    with Hostile() as server, asking() as web:
        met(archive, server, ANNA)
        acquaint.ask(archive, web, TODAY)
        assert server.paths() == []
