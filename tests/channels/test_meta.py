"""Facebook and Instagram: comments stay there unless asked for, hidden ones always; errors mean what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.channels.facebook import Facebook
from hub.channels.instagram import Instagram
from hub.errors import ChannelError, Missing, RateLimited, Refused, Unreachable
from tests.channels.test_forums import Tape, public

PAGE, ACCOUNT = Facebook("fb", "55", "made-up", replies=True), Instagram("ig", "56", "made-up", replies=True)


@pytest.fixture
def page(tmp_path: Path) -> Tape:
    return Tape("facebook", tmp_path)


@pytest.fixture
def account(tmp_path: Path) -> Tape:
    return Tape("instagram", tmp_path)


def test_unless_they_are_wanted_comments_are_figures_alone(page: Tape, account: Tape) -> None:
    for batches in (page.pull(Facebook("fb", "55", "made-up")), account.pull(Instagram("ig", "56", "made-up"))):
        assert all(item.ours and not item.reply_to for item in public(batches).values())
        assert [figures["replies"] for figures in batches[0].counts.values()] == [4]


@pytest.mark.parametrize("sign", [{"is_published": False}, {"privacy": {"value": "ALL_FRIENDS"}}])
def test_a_post_that_is_not_for_everybody_stays_out_and_goes(page: Tape, sign: dict[str, object]) -> None:
    before = page.pull(PAGE)[-1].cursor
    page["55_7?"].update(sign)
    gone = {name for batch in page.pull(PAGE, before, sweep=True) for name in batch.gone}
    assert "https://www.facebook.com/55_7" in gone


def test_a_comment_that_is_hidden_later_is_gone(page: Tape, account: Tape) -> None:
    before = page.pull(PAGE)[-1].cursor
    page["after=c1"]["data"][1]["is_hidden"] = True
    claims = [claim for batch in page.pull(PAGE, before, recheck=True) for claim in batch.complete if claim.ids]
    assert claims[0].ids == {"https://www.facebook.com/7_1", "https://www.facebook.com/7_2"}


def test_an_answer_below_a_hidden_comment_stays_out(account: Tape) -> None:
    account["1807/comments"]["data"][0]["hidden"] = True
    assert len(public(account.pull(ACCOUNT))) == 3


def test_fewer_comments_than_are_counted_delete_nothing(account: Tape) -> None:
    account["56/media"]["data"][0]["comments_count"] = 9
    account["1807?"]["comments_count"] = 9
    claims = [claim for batch in account.pull(ACCOUNT) for claim in batch.complete]
    assert not claims


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"code": 190, "error_subcode": 463}, Refused),
        ({"code": 200}, Refused),
        ({"code": 10}, Refused),
        ({"code": 4}, RateLimited),
        ({"code": 613}, RateLimited),
        ({"code": 100, "error_subcode": 33}, Missing),
        ({"code": 100}, Unreachable),
        ({"code": "odd"}, Unreachable),
    ],
)
def test_an_error_means_what_its_number_says(page: Tape, said: dict[str, object], error: type[ChannelError]) -> None:
    next(iter(page.answers.values())).update({"status": 400, "json": {"error": {"message": "no", **said}}})
    with pytest.raises(error):
        page.pull(PAGE)
