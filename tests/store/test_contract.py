"""What any store promises, on SQLite and on a real PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.model import Account, Batch, Changes, Choice, Complete, Health, Media, Poll, Reaction
from hub.store import File
from hub.store.archive import Archive
from hub.store.schema import reactions
from tests.store.said import START, bring, entries, item, lose, post, short, tree, url, visible

# the journal


def test_an_empty_archive_has_nothing_to_tell(archive: Archive) -> None:
    assert (archive.seq, entries(archive), list(archive.records())) == (0, [], [])


def test_each_thing_stands_in_the_journal_once_at_its_newest_number(archive: Archive) -> None:
    bring(archive, post("a"), post("b"))
    bring(archive, post("a", html="<p>again</p>"))
    assert entries(archive) == [("b", True, "b"), ("a", True, "a")]
    assert archive.seq == 3


def test_the_same_again_writes_nothing(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"))
    mark = archive.seq
    assert not bring(archive, item("b", to="a"), post("a"))
    assert archive.seq == mark


def test_a_follower_hears_only_what_came_after_its_mark(archive: Archive) -> None:
    bring(archive, post("a"))
    mark = archive.seq
    bring(archive, item("b", to="a"))
    assert entries(archive, mark) == [("b", True, "a")]


def test_a_journal_longer_than_one_answer_is_told_whole_and_in_order(archive: Archive) -> None:
    bring(archive, *(post(f"p{n:04}", at=n) for n in range(1000)))
    assert [one.seq for one in archive.changed(0)] == list(range(1, 1001))
    assert [short(one.item.id) for one in archive.records()] == [f"p{n:04}" for n in range(1000)]


def test_what_changes_while_a_follower_reads_comes_at_its_newer_number(archive: Archive) -> None:
    bring(archive, *(post(f"p{n:04}") for n in range(500)))
    reader = archive.changed(0)
    next(reader)
    bring(archive, post("p0499", html="<p>new</p>"))
    assert [short(one.id) for one in reader] == [f"p{n:04}" for n in range(1, 499)]
    assert entries(archive, 500) == [("p0499", True, "p0499")]


# versions


def test_changes_name_what_was_added_edited_gone_and_restored(archive: Archive) -> None:
    assert bring(archive, post("a")) == Changes(added=(url("a"),))
    assert bring(archive, post("a", html="<p>b</p>")) == Changes(edited=(url("a"),))
    assert lose(archive, "a") == Changes(gone=(url("a"),))
    assert bring(archive, post("a")) == Changes(restored=(url("a"),))


def test_a_preview_names_the_same_changes_and_keeps_nothing(archive: Archive) -> None:
    bring(archive, post("a"))
    mark = archive.seq
    batch = Batch(items=(post("a", html="<p>b</p>"), post("c")), cursor={"at": 7})
    told = archive.preview("blog", batch)
    assert (archive.seq, archive.item(url("c")), archive.health("blog").cursor) == (mark, None, {})
    assert told == archive.save("blog", batch) == Changes(added=(url("c"),), edited=(url("a"),))


def test_the_newest_pull_of_a_channel_wins_even_with_an_older_date(archive: Archive) -> None:
    bring(archive, post("a", at=9, html="<p>late</p>"))
    bring(archive, post("a", at=1, html="<p>early</p>"))
    assert archive.item(url("a")).html == "<p>early</p>"


def test_of_two_channels_the_later_edited_version_is_shown(archive: Archive) -> None:
    bring(archive, post("a", html="<p>new</p>", edited=START + timedelta(days=1)))
    bring(archive, post("a", html="<p>old</p>", channel="feed"), channel="feed")
    assert archive.item(url("a")).html == "<p>new</p>"
    assert archive.thread(url("a")).channels == ("blog", "feed")


def test_of_two_channels_a_whole_text_is_shown_before_an_excerpt(archive: Archive) -> None:
    bring(archive, post("a", html="<p>z</p>", excerpt=True, kind="article"))
    bring(archive, post("a", html="<p>a</p>", channel="feed"), channel="feed")
    assert archive.item(url("a")).html == "<p>a</p>"


def test_an_item_is_gone_only_when_every_channel_that_brought_it_says_so(archive: Archive) -> None:
    bring(archive, post("a"))
    bring(archive, post("a", channel="feed"), channel="feed")
    assert not lose(archive, "a")
    assert archive.thread(url("a")).channels == ("feed",)
    assert lose(archive, "a", channel="feed") == Changes(gone=(url("a"),))


def test_a_channel_that_never_brought_an_item_cannot_say_it_is_gone(archive: Archive) -> None:
    bring(archive, post("a"))
    assert not lose(archive, "a", channel="feed")
    assert visible(archive) == ["a"]


def test_everything_an_item_says_comes_back_as_it_was(archive: Archive) -> None:
    said = post(
        "a",
        kind="question",
        author=Account(name="Ana", handle="@ana", id="https://acme.example/@ana"),
        media=(Media(url="https://acme.example/a.jpg", alt="a", width=3),),
        poll=Poll(choices=(Choice(title="yes", votes=40), Choice(title="no")), closes=START),
        tags=("x", "y"),
        language="ar",
    )
    bring(archive, said)
    assert archive.item(url("a")) == said


# what is gone


def test_a_gone_reply_keeps_its_place_while_something_hangs_below_it(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), item("c", to="b"))
    lose(archive, "b")
    assert tree(archive, "a") == ["b†", ".c"]
    lose(archive, "c")
    assert tree(archive, "a") == []


def test_what_is_restored_returns_to_its_place(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), item("c", to="b"))
    lose(archive, "b")
    bring(archive, item("b", to="a"))
    assert tree(archive, "a") == ["b", ".c"]


def test_a_late_child_finds_the_place_of_a_gone_parent_by_any_of_its_names(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", aliases=("urn:b",)))
    lose(archive, "b")
    bring(archive, item("c", reply_to="urn:b"))
    assert tree(archive, "a") == ["b†", ".c"]


def test_a_parent_only_ever_named_as_gone_is_told_as_deleted(archive: Archive) -> None:
    lose(archive, "b")
    bring(archive, post("a"), item("c", to="b", root="a"))
    assert tree(archive, "a") == ["b†", ".c~"]


def test_a_parent_named_as_gone_after_its_child_came_is_told_as_deleted(archive: Archive) -> None:
    bring(archive, post("a"), item("c", to="b", root="a"))
    assert tree(archive, "a") == ["b?", ".c~"]
    mark = archive.seq
    lose(archive, "b")
    assert tree(archive, "a") == ["b†", ".c~"]
    assert entries(archive, mark) == [("c", True, "a")]


def test_with_its_root_gone_a_whole_thread_leaves_and_returns(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"))
    mark = archive.seq
    lose(archive, "a")
    assert (tree(archive, "a"), visible(archive)) == (None, [])
    assert entries(archive, mark) == [("a", False, "a"), ("b", False, "a")]
    bring(archive, post("a"))
    assert (tree(archive, "a"), visible(archive)) == (["b"], ["a", "b"])


def test_a_list_that_was_read_whole_removes_what_is_not_on_it(archive: Archive) -> None:
    bring(archive, post("a"), post("b"), item("c", to="a"))
    bring(archive, post("d", channel="feed"), channel="feed")
    archive.save("blog", Batch(complete=(Complete(ids=frozenset({url("a")}), kind="post"),)))
    assert visible(archive) == ["a", "c", "d"]


def test_a_whole_list_of_one_conversation_touches_no_other(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), item("c", to="b"), post("x"), item("y", to="x"))
    claim = Complete(ids=frozenset({url("c")}), under=f"{url('a')}/page")
    assert archive.save("blog", Batch(complete=(claim,))) == Changes(gone=(url("b"),))
    assert (tree(archive, "a"), tree(archive, "x")) == (["b†", ".c"], ["y"])


def test_a_whole_list_of_replies_never_removes_the_post_they_answer(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"))
    archive.save("blog", Batch(complete=(Complete(ids=frozenset(), under=url("a")),)))
    assert visible(archive) == ["a"]


def test_a_whole_list_reaches_replies_that_still_wait_for_their_post(archive: Archive) -> None:
    bring(archive, item("b", to="a"), item("c", to="zz"))
    archive.save("blog", Batch(complete=(Complete(ids=frozenset(), under=url("a")),)))
    bring(archive, post("a"), post("zz"))
    assert visible(archive) == ["a", "c", "zz"]


def test_absence_without_a_claim_removes_nothing(archive: Archive) -> None:
    bring(archive, post("a"), post("b"))
    bring(archive, post("a"))
    assert visible(archive) == ["a", "b"]


# threads


def test_a_reply_that_came_first_is_on_no_page_until_its_post_comes(archive: Archive) -> None:
    bring(archive, item("b", to="a"), item("c", to="b"))
    assert (visible(archive), entries(archive)) == ([], [])
    bring(archive, post("a"))
    assert tree(archive, "a") == ["b", ".c"]
    assert sorted(entries(archive)) == [("a", True, "a"), ("b", True, "a"), ("c", True, "a")]


def test_names_are_compared_however_they_are_written(archive: Archive) -> None:
    bring(archive, post("a"), item("b", reply_to="http://ACME.example:80/a/page/?utm_source=x"))
    assert tree(archive, "a") == ["b"]


def test_a_missing_parent_stands_once_above_all_that_name_it(archive: Archive) -> None:
    bring(
        archive,
        post("a"),
        item("b", at=3, to="x", root="a"),
        item("c", at=2, to="x", root="a"),
        item("d", at=1, to="a"),
    )
    assert tree(archive, "a") == ["d", "x?", ".c~", ".b~"]


def test_a_parent_that_comes_late_takes_the_place_that_was_kept_for_it(archive: Archive) -> None:
    bring(archive, post("a"), item("c", to="b", root="a"))
    mark = archive.seq
    bring(archive, item("b", to="a"))
    assert tree(archive, "a") == ["b", ".c"]
    assert entries(archive, mark) == [("b", True, "a"), ("c", True, "a")]


def test_a_reply_of_the_brand_to_something_unknown_is_a_post_of_its_own(archive: Archive) -> None:
    bring(archive, post("a", to="elsewhere"), item("b", to="a"))
    assert (tree(archive, "a"), archive.item(url("a")).reply_to) == (["b"], url("elsewhere"))


def test_what_the_brand_answers_to_a_waiting_stranger_is_a_post_of_its_own(archive: Archive) -> None:
    bring(archive, item("s"), post("a", to="s"), item("b", to="a"))
    assert (tree(archive, "a"), visible(archive)) == (["b"], ["a", "b"])
    assert [record.parent for record in archive.records()] == ["", url("a")]


def test_two_threads_that_turn_out_to_be_one_are_merged_and_the_old_address_leads_on(archive: Archive) -> None:
    bring(archive, post("a"), post("b", at=5, to="m"), item("c", at=6, to="b"))
    mark = archive.seq
    bring(archive, item("m", at=3, to="a"))
    assert (tree(archive, "a"), tree(archive, "b")) == (["m", ".b", "..c"], None)
    ((address, root),) = archive.redirects().items()
    assert (address[:15], root) == ("p/2026-01-01-pa", url("a"))
    assert {(one.what, one.id) for one in archive.changed(mark)} >= {("redirect", address), ("item", url("c"))}


def test_a_thread_that_stands_alone_again_needs_no_redirect(archive: Archive) -> None:
    bring(archive, post("a"), post("b", to="m"))
    bring(archive, item("m", to="a"))
    mark = archive.seq
    bring(archive, post("b", to=""))
    assert (archive.redirects(), tree(archive, "b"), tree(archive, "a")) == ({}, [], ["m"])
    assert url("a") in {one.id for one in archive.changed(mark)}


def test_a_circle_of_replies_is_shown_once_each(archive: Archive) -> None:
    bring(archive, post("a"), item("b", at=1, to="d", root="a"), item("c", at=2, to="b"), item("d", at=3, to="c"))
    assert tree(archive, "a") == ["b~", ".c", "..d"]


def test_a_circle_that_was_mended_hangs_as_if_it_had_never_been_one(archive: Archive) -> None:
    bring(archive, post("a"), item("b", at=1, to="d", root="a"), item("c", at=2, to="b"), item("d", at=3, to="c"))
    bring(archive, item("d", at=3, to="a"))
    assert tree(archive, "a") == ["d", ".b", "..c"]


def test_a_reply_to_itself_is_tied_by_its_conversation(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="b", root="a"), post("c", to="c"))
    assert (tree(archive, "a"), tree(archive, "c")) == (["b~"], [])


def test_an_address_claimed_by_two_leads_to_the_brands_own(archive: Archive) -> None:
    bring(archive, item("b", at=1, to="a", url=f"{url('a')}/page"), post("a", at=5))
    bring(archive, item("c", reply_to=f"{url('a')}/page"))
    assert tree(archive, "a") == ["c", "b"]


def test_an_address_claimed_by_two_strangers_leads_to_the_earlier(archive: Archive) -> None:
    shared = {"url": url("shared"), "root": "a"}
    bring(archive, post("a"), item("b", at=2, **shared), item("c", at=1, **shared), item("d", to="shared"))
    assert tree(archive, "a") == ["c~", ".d", "b~"]


def test_nobody_takes_another_items_own_id_for_an_address(archive: Archive) -> None:
    bring(archive, post("a"), item("b", at=1, to="a", aliases=(url("c"),)), item("c", at=2, to="a"), item("d", to="c"))
    assert tree(archive, "a") == ["b", "c", ".d"]


def test_an_item_by_itself_is_found_by_any_name_and_only_while_shown(archive: Archive) -> None:
    bring(archive, post("a", aliases=("urn:a",)))
    assert archive.item("urn:a") == archive.item(f"{url('a')}/page") == archive.item(url("a")) is not None
    lose(archive, "a")
    assert archive.item("urn:a") is None is archive.item("urn:never")


# rules


def test_what_a_rule_hides_is_kept_and_not_shown(archive: Archive) -> None:
    archive.save(
        "blog", Batch(items=(post("a"), item("b", to="a"), item("c", to="b"))), lambda one: "r1" * ("b" in one.html)
    )
    assert (tree(archive, "a"), archive.item(url("b"))) == (["b‡", ".c"], None)


def test_changed_rules_journal_only_what_turns(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), item("c", to="a"))
    mark = archive.seq
    assert archive.rejudge(lambda one: "r1" * ("<p>b" in one.html), "v1") == Changes(gone=(url("b"),))
    assert entries(archive, mark) == [("b", False, "a")]
    assert archive.rejudge(lambda one: "", "v2") == Changes(restored=(url("b"),))


def test_rules_that_were_applied_are_not_applied_again(archive: Archive) -> None:
    bring(archive, post("a"))
    archive.rejudge(lambda one: "", "v1")
    assert not archive.rejudge(lambda one: "r1", "v1")


# figures


def test_figures_are_shown_with_two_digits_and_only_their_change_is_news(archive: Archive) -> None:
    bring(archive, post("a"), counts={url("a"): {"likes": 1249, "replies": 12}})
    mark = archive.seq
    bring(archive, counts={url("a"): {"likes": 1151, "replies": 12}})
    assert (archive.seq, archive.thread(url("a")).counts) == (mark, {"likes": 1200})
    bring(archive, counts={url("a"): {"likes": 1251}})
    assert (archive.seq, archive.thread(url("a")).counts) == (mark + 1, {"likes": 1300})


def test_a_thread_tells_what_each_network_reports_of_its_replies(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), counts={url("a"): {"replies": 7}})
    (told,) = archive.thread(url("a")).coverage
    assert (told.channel, told.shown, told.reported) == ("blog", 1, 7)


def test_moved_votes_are_no_edit(archive: Archive) -> None:
    poll = Poll(choices=(Choice(title="yes", votes=101), Choice(title="no", votes=3)))
    bring(archive, post("a", poll=poll))
    mark = archive.seq
    assert not bring(archive, post("a", poll=replace(poll, choices=(Choice(title="yes", votes=104), poll.choices[1]))))
    assert (archive.seq, archive.item(url("a")).poll.choices[0].votes) == (mark, 100)


def test_figures_that_came_before_their_item_are_kept_for_it(archive: Archive) -> None:
    bring(archive, counts={url("a"): {"likes": 5}})
    bring(archive, post("a"))
    assert [record.counts for record in archive.records()] == [{"likes": 5}]


def test_reactions_are_kept_once_for_each_account(archive: Archive) -> None:
    like = Reaction(target=url("a"), type="like", account=Account(name="Ana", id="urn:ana"))
    bring(archive, post("a"), reactions=(like, like))
    bring(archive, reactions=(like,))
    assert archive.settle()


def test_a_reaction_that_is_withdrawn_leaves_nothing(archive: Archive) -> None:
    like = Reaction(target=url("a"), type="like", account=Account(name="Ana", id="urn:ana"))
    bring(archive, post("a"), reactions=(like, replace(like, type="repost")))
    bring(archive, reactions=(replace(like, withdrawn=True),))
    with archive.database.reading() as c:
        assert c.scalars(select(reactions.c.type)).all() == ["repost"]


# channels


def test_the_cursor_is_part_of_the_save(archive: Archive) -> None:
    bring(archive, post("a"), cursor={"etag": 'W/"1"', "page": 2})
    assert archive.health("blog").cursor == {"etag": 'W/"1"', "page": 2}


def test_a_channel_is_known_by_the_facts_of_its_last_pull(archive: Archive) -> None:
    bring(archive, post("a"), cursor={"page": 2})
    health = Health(channel="blog", kind="feed", last_try=START, failures=2, error="Missing", warnings=("w",))
    archive.note(health)
    assert archive.health("blog") == replace(health, cursor={"page": 2})


def test_how_many_items_a_channel_brings_is_counted_on_request(archive: Archive) -> None:
    bring(archive, post("a"), post("b"))
    lose(archive, "b")
    assert (archive.brings("blog"), archive.brings("other")) == (1, 0)


def test_followers_hear_of_a_channel_when_its_state_turns_not_at_every_pull(archive: Archive) -> None:
    archive.note(Health(channel="blog", last_try=START))
    mark = archive.seq
    archive.note(Health(channel="blog", last_try=START + timedelta(hours=1)))
    assert archive.seq == mark
    archive.note(Health(channel="blog", error="Missing"))
    assert [(one.what, one.id) for one in archive.changed(mark)] == [("channel", "blog")]


def test_hosts_are_remembered_with_the_time_they_asked_for(archive: Archive) -> None:
    archive.note_hosts({"https://acme.example": START})
    assert archive.hosts() == {"https://acme.example": START}


# pictures


def pictured(name: str, picture: str, **more: object) -> object:
    return post(name, media=(Media(url=url(picture)),), **more)


def test_pictures_of_shown_items_are_wanted_until_they_are_here(archive: Archive) -> None:
    bring(archive, pictured("a", "1.jpg"), item("w", to="nowhere", media=(Media(url=url("2.jpg")),)))
    assert archive.wanted(START) == [url("1.jpg")]
    archive.keep(File(url=url("1.jpg"), digest="d1", type="image/jpeg", width=4, height=3))
    assert (archive.wanted(START), archive.file(url("1.jpg")).width) == ([], 4)


def test_a_picture_that_failed_is_wanted_again_when_its_time_has_come(archive: Archive) -> None:
    bring(archive, pictured("a", "1.jpg"))
    archive.keep(File(url=url("1.jpg"), tries=1, not_before=START + timedelta(hours=1), error="404"))
    assert archive.wanted(START) == []
    assert archive.wanted(START + timedelta(hours=2)) == [url("1.jpg")]


def test_every_item_that_shows_a_picture_hears_of_it(archive: Archive) -> None:
    bring(archive, pictured("a", "1.jpg"), pictured("b", "1.jpg"), post("c"))
    mark = archive.seq
    archive.keep(File(url=url("1.jpg"), digest="d1"))
    assert entries(archive, mark) == [("a", True, "a"), ("b", True, "b")]


def test_a_picture_is_unused_when_the_last_item_that_showed_it_is_gone(archive: Archive) -> None:
    bring(archive, pictured("a", "1.jpg"), pictured("b", "1.jpg"))
    archive.keep(File(url=url("1.jpg"), digest="d1"))
    lose(archive, "a")
    assert archive.unused() == []
    lose(archive, "b")
    assert (archive.unused(), archive.unused(), archive.file(url("1.jpg"))) == (["d1"], [], None)


def test_bytes_that_another_address_still_needs_are_not_unused(archive: Archive) -> None:
    bring(archive, pictured("a", "1.jpg"), pictured("b", "2.jpg"))
    for name in ("1.jpg", "2.jpg"):
        archive.keep(File(url=url(name), digest="same"))
    lose(archive, "a")
    assert archive.unused() == []


# transactions


def test_a_save_that_fails_leaves_no_trace(archive: Archive) -> None:
    def broken(_: object) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        archive.save("blog", Batch(items=(post("a"),), cursor={"page": 2}), broken)
    assert (archive.seq, archive.health("blog").cursor) == (0, {})


def test_a_reader_sees_one_moment_while_a_writer_goes_on(archive: Archive) -> None:
    bring(archive, post("a"))
    with archive.database.reading() as c:
        before = c.exec_driver_sql("SELECT count(*) FROM items").scalar()
        bring(archive, post("b"))
        assert c.exec_driver_sql("SELECT count(*) FROM items").scalar() == before
    assert visible(archive) == ["a", "b"]
