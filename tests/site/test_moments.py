"""What a visitor meets while a build is under way: after every file that is moved to its place, all links lead on."""

import os
import re
import sys
from functools import cache
from pathlib import Path

from hub.model import Account
from tests.site.conftest import Folder, post, reply

LINK = re.compile(r"""\s(?:href|src)=["']?/([^"'\s>#?]*)""")


@cache
def links(path: Path, written: int) -> frozenset[str]:
    found = LINK.findall(path.read_text("utf-8"))
    return frozenset(f"{link}index.html" if link.endswith("/") or not link else link for link in found)


def dead(output: Path) -> set[str]:
    """Links of the pages there to files that are not."""
    files = {path.relative_to(output).as_posix(): path for path in output.rglob("*.*")}
    pages = [(name, path) for name, path in files.items() if name.endswith(".html") and not name.startswith(".")]
    held = {(name, link) for name, path in pages for link in links(path, path.stat().st_mtime_ns)}
    return {f"{name} → {link}" for name, link in held if link not in files}


def watched(folder: Folder) -> set[str]:
    """Every dead link that stood at any moment of a build."""
    found: set[str] = set()

    def look(frame: object, event: str, called: object) -> None:
        if event == "c_return" and called in (os.replace, os.unlink):
            found.update(dead(folder.path / "output"))

    sys.setprofile(look)
    try:
        folder.build()
    finally:
        sys.setprofile(None)
    return found


def test_new_posts_side_by_side_never_link_to_one_that_is_not_there_yet(folder):
    folder.save(*map(post, range(1, 4)))
    folder.build()
    folder.save(*map(post, range(2, 9)))
    assert watched(folder) == set()


def test_new_pages_of_a_conversation_never_link_to_one_that_is_not_there_yet(folder):
    folder.save(post(1), post(2))
    folder.build()
    talk = [reply(number, post(3).id) for number in range(200)]
    folder.save(post(3), *talk, *(reply(300 + number, talk[0].id) for number in range(90)))
    assert watched(folder) == set()


def test_posts_that_go_together_never_link_to_one_that_went(folder):
    folder.save(*map(post, range(1, 9)))
    folder.build()
    folder.save(gone=tuple(post(number).id for number in range(3, 7)))
    assert watched(folder) == set()


def test_new_topics_months_and_numbered_pages_never_link_to_what_is_not_there_yet(folder):
    folder.save(*(post(number, tags=("tin", f"t{number % 3}")) for number in range(1, 19)))
    folder.build()
    folder.save(*(post(number, tags=("tin", f"t{number % 4}", f"u{number}")) for number in range(16, 42)))
    assert watched(folder) == set()


def test_conversations_that_become_one_never_lead_to_what_is_not_there_yet(folder):
    folder.save(post(1), post(2))
    folder.save(post(3, channel="news", id="n", url="https://news.example/n", links=("https://blog.example/9/",)))
    folder.build()
    folder.save(post(9, published=post(3).published), post(10), *(reply(number, post(9).id) for number in range(3)))
    assert watched(folder) == set()


def test_pages_of_people_never_link_to_what_is_not_there_yet(folder):
    who = [Account(name=name, id=f"https://social.example/users/{name}") for name in ("ann", "bob", "zoe")]
    folder.save(post(1, author=who[0]), *(reply(number, post(1).id, author=who[1]) for number in range(38)))
    folder.build()
    fresh = [reply(100 + number, post(number % 3 + 1).id, author=who[number % 3]) for number in range(30)]
    folder.save(post(2, author=who[2]), post(3, author=who[0]), *fresh)
    assert watched(folder) == set()
