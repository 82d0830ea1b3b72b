"""Blogger: comments that were removed, parents, and who is vouched for."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.channels.blogger import Blogger
from tests.channels.test_forums import Tape, public

SITE, ID = "https://kettle.blogspot.example", "tag:blogger.com,1999:blog-77.post-"
HERE = Blogger("blog", SITE)


@pytest.fixture
def site(tmp_path: Path) -> Tape:
    return Tape("blogger", tmp_path)


def test_a_comment_that_is_removed_goes_and_answers_to_it_stay(site: Tape) -> None:
    before = site.pull(HERE)[-1].cursor
    answered = site["comments/default"]["feed"]["entry"][0]
    answered["gd$extendedProperty"].append({"name": "blogger.contentRemoved", "value": "true"})
    assert f"{ID}24" in {name for batch in site.pull(HERE, before) for name in batch.gone}


def test_a_comment_that_answers_none_answers_its_post(site: Tape) -> None:
    site["comments/default"]["feed"]["entry"][0]["link"].pop()
    assert public(site.pull(HERE))[f"{ID}24"].reply_to == f"{ID}12"


def test_an_address_that_a_commenter_typed_proves_nothing(site: Tape) -> None:
    for address in (SITE, "https://blogger.com.evil.example/profile/001", "http://[", "javascript:1"):
        site["comments/default"]["feed"]["entry"][0]["author"][0]["uri"] = {"$t": address}
        said = public(site.pull(HERE))[f"{ID}24"]
        assert (said.author.id, said.ours) == ("", False)


def test_without_comments_there_are_posts_alone(site: Tape) -> None:
    assert set(public(site.pull(Blogger("blog", SITE, comments=False)))) == {f"{ID}12", f"{ID}10"}
