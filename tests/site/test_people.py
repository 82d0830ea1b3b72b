"""People on the site: who said what where, joined by proof alone, on pages of which a change rewrites few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.model import Account, Batch, Item, Profile
from hub.pages import person
from hub.rules import parse
from tests.site.conftest import Folder, lay, post, reply
from tests.site.test_build import changes

pytestmark = pytest.mark.slow

HOME = Account(name="Anna Ba", url="https://anna.example/", id="https://anna.example/")
ANNA = Account(
    name="Anna",
    handle="@anna@social.example",
    url="https://social.example/@anna",
    id="https://social.example/users/anna",
)
INES = Account(name="Ines", url="https://blog.example/ines", id="https://blog.example/?author=2")
POST = "https://blog.example/?p=1"


def said(number: int, author: Account = ANNA, **more: object) -> Item:
    return reply(number, POST, author=author, **more)


def prove(folder: Folder, *verified: str) -> None:
    told = Profile(account=ANNA, verified=verified)
    folder.store.save("blog", Batch(profiles=(told,)), folder.rules.judge)


def text(folder: Folder, path: str) -> str:
    return " ".join(folder.files()[f"{path}index.html"].decode().split())


def rules(folder: Folder, *lines: str) -> None:
    folder.rules = parse("\n".join(lines), "rules.toml")
    folder.store.rejudge(folder.rules.judge, folder.rules.digest)


def test_a_person_is_told_with_every_message_and_how_often_where(folder: Folder) -> None:
    folder.save(post(1), said(1), said(2, html="<p>How do I open the lid?</p>"))
    folder.save(said(3, channel="news"), channel="news")
    folder.build()
    page = text(folder, person(ANNA.id))
    assert "commented 1 time · asked 1 time" in page
    assert page.count("in reply to") == 3
    assert '<meta name="robots" content="noindex">' in page


def test_names_of_authors_lead_to_their_pages(folder: Folder) -> None:
    folder.save(post(1, author=INES), said(1), said(2, Account(name="Guest", url="https://guest.example/")))
    folder.build()
    page = folder.page(POST)
    assert [f'href="/{person(one.id)}"' in page for one in (ANNA, INES)] == [True, True]
    assert "/person/guest" not in page


def test_machines_are_led_to_the_page_of_an_author(folder: Folder) -> None:
    folder.save(post(1, author=INES), said(1))
    folder.build()
    page = folder.page(POST)
    assert f'"url":"https://talk.example/{person(ANNA.id)}"' in page.replace(": ", ":").replace("\\/", "/")


def test_accounts_with_proof_share_a_page_and_the_other_leads_there(folder: Folder) -> None:
    folder.save(post(1), said(1), said(2, HOME))
    prove(folder, HOME.url)
    folder.build()
    pages = [text(folder, person(one.id)) for one in (ANNA, HOME)]
    (moved,) = (one for one in pages if 'http-equiv="refresh"' in one)
    (whole,) = (one for one in pages if one != moved)
    assert "Words of reply 1" in whole
    assert "Words of reply 2" in whole
    assert "has checked that https://anna.example belongs to both" in whole


def test_an_account_that_loses_its_proof_has_its_own_page_again(folder: Folder) -> None:
    folder.save(post(1), said(1), said(2, HOME))
    folder.build()
    before = folder.files()
    prove(folder, HOME.url)
    folder.build()
    assert folder.files() != before
    prove(folder)
    folder.build()
    assert folder.files() == before


def test_a_look_alike_has_neither_the_page_nor_the_mark_of_the_team(folder: Folder) -> None:
    fake = replace(INES, id="https://evil.example/users/ines", url="https://evil.example/@ines")
    folder.save(post(1, author=INES), said(1, fake), said(2, replace(fake, id="")))
    folder.store.recruit([INES.id], folder.rules.judge)
    folder.build()
    assert [text(folder, person(one.id)).count("badge team") for one in (INES, fake)] == [2, 0]
    assert folder.page(POST).count('class="badge team"') == 1


def test_pages_of_the_team_are_indexed_and_have_feeds(folder: Folder) -> None:
    folder.save(post(1, author=INES), said(1), said(2, INES, ours=True))
    folder.build()
    files, home = folder.files(), person(INES.id)
    assert "noindex" not in text(folder, home)
    assert b"Body of post 1" in files[f"feeds/{home.rstrip('/')}.atom"]
    assert b"Words of reply 2" in files[f"feeds/{home.rstrip('/')}.json"]
    assert home.encode() in files["sitemap/pages.xml"]
    assert person(ANNA.id).encode() not in files["sitemap/pages.xml"]


def test_people_are_the_team_first_then_by_what_they_say(folder: Folder) -> None:
    folder.save(post(1, author=INES), said(1, HOME), said(2), said(3))
    folder.build()
    page = text(folder, "people/")
    places = [page.index(f'href="/{person(one.id)}"') for one in (INES, ANNA, HOME)]
    assert places == sorted(places)
    assert text(folder, "people/a/").count('class="h-card"') == 2


def test_pages_of_visitors_and_of_all_can_be_switched_off(folder: Folder) -> None:
    folder.save(post(1, author=INES), said(1))
    settings = folder.path / "content/hub.toml"
    plain = settings.read_text("utf-8")
    found = []
    for mode in ("all", "team", "none"):
        settings.write_text(f'people = "{mode}"\n{plain}', "utf-8")
        folder.build()
        found.append({path.split("/")[0] + path.count("/") * "/" for path in folder.files() if path.startswith("pe")})
        assert ("/person/" in folder.page(POST)) == (mode != "none")
        assert (f"{person(ANNA.id)}index.html" in folder.files()) == (mode == "all")
    assert found[2] == set()


def test_a_message_rewrites_no_closed_page_and_nobody_elses(folder: Folder) -> None:
    folder.save(post(1), said(100, HOME), *(said(number) for number in range(45)))
    folder.build()
    rewritten = {
        path for path in changes(folder, lambda: folder.save(said(45))) if path.startswith(("person", "people"))
    }
    assert rewritten == {f"{person(ANNA.id)}index.html", "people/index.html"}


def test_an_old_message_that_goes_moves_what_came_later(folder: Folder) -> None:
    folder.save(post(1), *(said(number) for number in range(65)))
    folder.build()
    folder.save(gone=(said(30).id,))
    folder.build()
    assert "Words of reply 31<" in text(folder, f"{person(ANNA.id)}page/2/")
    assert "Words of reply 30<" not in "".join(str(body) for body in folder.files().values())


def test_whatever_came_in_between_people_are_those_of_one_build(folder: Folder, tmp_path: Path) -> None:
    many = [said(number, (ANNA, HOME, INES)[number % 3], ours=number % 3 == 2) for number in range(70)]
    folder.save(post(1, author=INES), *many[::-1])
    prove(folder, HOME.url)
    folder.build()
    folder.save(gone=(many[3].id, many[10].id))
    folder.build()
    folder.save(post(1, title="Another title"), said(80, HOME), replace(many[1], author=replace(HOME, name="Zoe")))
    folder.build()
    prove(folder)
    folder.build()
    prove(folder, HOME.url)
    folder.build()
    other = lay(tmp_path / "other")
    kept = [one for one in many if one not in (many[3], many[10], many[1])]
    other.save(post(1, title="Another title"))
    other.save(said(80, HOME), replace(many[1], author=replace(HOME, name="Zoe")), *kept)
    prove(other, HOME.url)
    other.build()
    names = {*folder.files(), *other.files()}
    assert [name for name in sorted(names) if folder.files().get(name) != other.files().get(name)] == []


def test_who_is_hidden_has_no_page(folder: Folder) -> None:
    folder.save(post(1), said(1), said(2, HOME))
    folder.build()
    rules(folder, "[[hide]]", 'id = "a"', 'reason = "spam"', f'account = "{ANNA.id}"')
    folder.build()
    assert (f"{person(ANNA.id)}index.html" in folder.files(), f"{person(HOME.id)}index.html" in folder.files()) == (
        False,
        True,
    )
