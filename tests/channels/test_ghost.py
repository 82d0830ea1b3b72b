"""Ghost: comments that are hidden or for members, and the token of the Admin API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from hub.channels.ghost import Ghost, token
from hub.errors import Refused
from tests.channels.test_forums import NOW, Tape, public

SITE = "https://kettle.example"
HERE = Ghost("ghost", SITE, "c0ntent", admin_key="abc123:00ff")


@pytest.fixture
def site(tmp_path: Path) -> Tape:
    return Tape("ghost", tmp_path)


def test_a_token_is_signed_with_the_secret_half_of_the_key() -> None:
    said, _, signed = token("abc123:00ff", NOW).rpartition(".")
    head, body = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in said.split("."))
    assert (head["kid"], head["alg"], body["aud"], body["exp"] - body["iat"]) == ("abc123", "HS256", "/admin/", 300)
    assert base64.urlsafe_b64decode(signed + "=") == hmac.new(b"\x00\xff", said.encode(), hashlib.sha256).digest()


@pytest.mark.parametrize("key", ["", "abc123", "abc123:", ":00ff", "abc123:secret"])
def test_a_key_of_another_shape_is_refused_with_a_hint(key: str) -> None:
    with pytest.raises(Refused, match="no Admin API key"):
        token(key, NOW)


def test_without_an_admin_key_there_are_posts_alone(site: Tape) -> None:
    assert len(public(site.pull(Ghost("ghost", SITE, "c0ntent")))) == 3


def test_a_comment_that_is_hidden_goes(site: Tape) -> None:
    before = site.pull(HERE)[-1].cursor
    site["admin/comments"]["comments"][0]["status"] = "hidden"
    gone = {name for batch in site.pull(HERE, before) for name in batch.gone}
    assert f"{SITE}/copper/#ghost-comments-c6" in gone


def test_what_members_say_to_each_other_stays_among_them(site: Tape) -> None:
    site["content/posts"]["posts"][0]["visibility"] = "paid"
    assert not [item for item in public(site.pull(HERE)).values() if item.reply_to]


def test_a_post_that_says_where_it_came_from_names_that_place(site: Tape) -> None:
    site["content/posts"]["posts"][0]["canonical_url"] = "https://log.example/copper"
    assert "https://log.example/copper" in {
        name for item in public(site.pull(HERE)).values() for name in item.syndication
    }


def test_no_address_of_a_member_is_kept(site: Tape) -> None:
    assert "mail.example" not in repr(site.pull(HERE))
