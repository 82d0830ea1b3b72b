"""What a visitor meets while a build is under way: after every file that is moved to its place, all links lead on."""

import os
import re
import sys
from pathlib import Path

from tests.site.conftest import Folder, post, reply

LINK = re.compile(r"""\s(?:href|src)=["']?/([^"'\s>#?]*)""")


def dead(output: Path) -> set[str]:
    """Links of the pages there to files that are not."""
    pages = {path: path.read_text("utf-8") for path in output.rglob("*.html") if "/." not in path.as_posix()}
    links = {(path, link) for path, text in pages.items() for link in LINK.findall(text)}
    files = {(path, f"{link}index.html" if link.endswith("/") or not link else link) for path, link in links}
    return {f"{path.relative_to(output)} → {file}" for path, file in files if not (output / file).exists()}


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
