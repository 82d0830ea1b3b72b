"""When its keeping time is over a text is erased, whatever its channel does; that something was said stays."""

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model import Account, Batch, Item
from hub.store.archive import Archive, open_archive
from hub.terms import bare
from tests.store.said import START, item, post, tree, url, whole
from tests.store.test_copies import BLOG, SKY, TALK, TOOT, ties
from tests.store.test_erasing import left

DAY = START.date()
OVER = DAY + timedelta(days=31)


def keep(archive: Archive, *items: Item, day: date = DAY, channel: str = "tube", days: int = 30) -> None:
    archive.save(channel, Batch(items=items), day=day, keep=days)


def test_a_text_stays_until_its_last_day_and_not_longer(archive: Archive) -> None:
    keep(archive, post("a"), item("b", to="a"))
    assert archive.fade(DAY + timedelta(days=30)) == 0
    assert archive.fade(OVER) == 2
    assert archive.item(url("b")) == bare(item("b", to="a"))
    assert tree(archive, "a") == ["b"]


def test_what_is_brought_again_is_kept_anew_though_it_is_the_same(archive: Archive) -> None:
    keep(archive, post("a"), item("b", to="a"))
    keep(archive, item("b", to="a"), day=DAY + timedelta(days=20))
    archive.fade(OVER)
    assert (archive.item(url("a")).withheld, archive.item(url("b")).html) == (True, "<p>b</p>")


def test_a_text_that_faded_comes_back_with_the_next_pull(archive: Archive) -> None:
    keep(archive, post("a"))
    before = whole(archive)
    archive.fade(OVER)
    keep(archive, post("a"), day=OVER)
    assert whole(archive) == before


def test_followers_hear_of_what_faded_and_of_nothing_else(archive: Archive) -> None:
    keep(archive, post("a"))
    keep(archive, post("b"), channel="blog", days=0)
    seq = archive.seq
    archive.fade(OVER)
    assert [entry.id for entry in archive.changed(seq)] == [url("a")]
    assert (archive.fade(OVER), archive.seq) == (0, seq + 1)


def test_no_word_of_it_is_left_in_any_file(template: Path, tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite").write_bytes(template.read_bytes())
    with open_archive("", tmp_path) as archive:
        keep(archive, post("a"), item("b", to="a", title="SECRET", html="<p>SECRET</p>", author=Account(name="SECRET")))
        archive.fade(OVER)
        assert archive.settle()
    assert not left(tmp_path, "SECRET")


def test_it_stays_a_copy_of_what_it_was_a_copy_of(archive: Archive) -> None:
    for one in (BLOG, TOOT, SKY, *TALK):
        keep(archive, one, channel=one.channel, days=30 if one == SKY else 0)
    before = archive.thread(BLOG.id)
    archive.fade(DAY + timedelta(days=3000))
    after = archive.thread(BLOG.id)
    assert ties(archive) == {"mastodon": "links", "bluesky": "words"}
    assert [reply.node for reply in after.replies] == [reply.node for reply in before.replies]


def test_what_a_rule_hid_for_its_words_is_not_shown_when_they_are_gone(archive: Archive) -> None:
    def judge(one: Item) -> str:
        return "spam" if "casino" in one.html else ""

    archive.save("tube", Batch(items=(post("a"), item("b", to="a", html="casino"))), judge, DAY, 30)
    archive.fade(OVER, judge)
    archive.rejudge(judge, "others")
    assert archive.hidden() == {"spam": 1}


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(4)), cut=st.integers(1, 4))
def test_the_order_of_arrival_never_matters(
    template: Path, tmp_path_factory: object, order: list[int], cut: int
) -> None:
    items = (post("a"), item("b", to="a"), item("c", to="b"), post("d", at=9))
    found = []
    for some in ([items[at] for at in order], list(items)):
        folder = tmp_path_factory.mktemp("hub")  # type: ignore[attr-defined]
        (folder / "archive.sqlite").write_bytes(template.read_bytes())
        with open_archive("", folder) as archive:
            keep(archive, *some[:cut])
            keep(archive, *some[cut:])
            archive.fade(OVER)
            found.append(whole(archive))
    assert found[0] == found[1]
