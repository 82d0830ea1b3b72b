"""Threads and LinkedIn: figures and links alone, nobody's words, and what is over is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.channels.linkedin import Linkedin
from hub.channels.threads import Threads
from hub.errors import Unreachable
from hub.model import Batch
from tests.channels.test_forums import Tape, public

ACCOUNT, PAGE = Threads("threads", "made-up"), Linkedin("linkedin", "55", "made-up")
POST, SHARE = "https://www.threads.com/@kettle/post/AbC", "urn:li:share:707"


@pytest.fixture
def account(tmp_path: Path) -> Tape:
    return Tape("threads", tmp_path)


@pytest.fixture
def page(tmp_path: Path) -> Tape:
    return Tape("linkedin", tmp_path)


def counts(batches: list[Batch]) -> dict[str, dict[str, int]]:
    return {name: dict(figures) for batch in batches for name, figures in batch.counts.items()}


def warnings(batches: list[Batch]) -> str:
    return " ".join(one for batch in batches for one in batch.warnings)


def test_figures_come_and_no_words(account: Tape, page: Tape) -> None:
    assert counts(account.pull(ACCOUNT))[POST] == {"likes": 9, "replies": 4, "reposts": 1, "quotes": 0}
    assert counts(page.pull(PAGE))[SHARE] == {"replies": 4, "likes": 10}
    said = [*public(account.pull(ACCOUNT)).values(), *public(page.pull(PAGE)).values()]
    assert {(item.html, item.title, item.ours) for item in said} == {("", "", True)}


@pytest.mark.parametrize("kind", [Threads, Linkedin])
def test_nothing_of_them_may_stand_anywhere(kind: type[Threads | Linkedin]) -> None:
    terms = kind.terms
    assert {terms.page, terms.feed, terms.json, terms.search, terms.embed, terms.wall, terms.mail} == {"no"}


def test_words_that_come_unasked_are_not_kept(account: Tape, page: Tape) -> None:
    account["me/threads"]["data"][0]["text"] = "SECRET"
    assert "SECRET" not in repr(account.pull(ACCOUNT))
    assert "Our own words" not in repr(page.pull(PAGE))


def test_figures_are_not_asked_for_again_at_once(account: Tape) -> None:
    before = account.pull(ACCOUNT)
    assert counts(account.pull(ACCOUNT, before[-1].cursor)) == {}
    assert POST in counts(account.pull(ACCOUNT, before[-1].cursor, recheck=True))


def test_a_post_that_vanished_has_no_figures_and_goes(account: Tape) -> None:
    before = account.pull(ACCOUNT)[-1].cursor
    del account["me/threads"]["data"][0]
    (claim,) = [one for batch in account.pull(ACCOUNT, before, sweep=True) for one in batch.complete]
    assert claim.ids == {"https://www.threads.com/@kettle/post/XyZ"}


@pytest.mark.parametrize("sign", [{"visibility": "CONNECTIONS"}, {"lifecycleState": "DRAFT"}])
def test_a_post_that_is_not_for_everybody_goes(page: Tape, sign: dict[str, object]) -> None:
    before = page.pull(PAGE)[-1].cursor
    page["start=0"]["elements"][0] |= sign
    assert SHARE in {name for batch in page.pull(PAGE, before) for name in batch.gone}


def test_a_version_that_ends_soon_is_told_in_time(page: Tape) -> None:
    assert "soon" in warnings(page.pull(Linkedin("linkedin", "55", "made-up", version="202510")))
    assert warnings(page.pull(PAGE)) == ""


def test_a_version_that_is_over_is_told_with_its_cure(page: Tape) -> None:
    next(iter(page.answers.values())).update({"status": 426, "json": {"code": "NONEXISTENT_VERSION", "status": 426}})
    with pytest.raises(Unreachable, match="set a newer month"):
        page.pull(PAGE)
