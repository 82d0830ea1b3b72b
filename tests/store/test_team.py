"""Who speaks for the brand is decided by account ids, and a decision reaches what is stored already."""

from pathlib import Path
from random import Random

from sqlalchemy import select

from hub.model import Account
from hub.store import authors
from hub.store.archive import Archive, open_archive
from hub.store.schema import versions
from tests.store.conftest import Fresh
from tests.store.said import bring, item, post, tree, url, visible, whole
from tests.store.test_database import at_revision

ANNA = Account(name="Anna", handle="@Anna@social.example", url="https://social.example/@anna", id=url("users/1"))
TYPED = Account(name="Anna", url=url("users/1"))


def test_a_new_member_owns_what_was_said_before_and_one_who_left_no_more(archive: Archive) -> None:
    bring(archive, item("a", author=ANNA), item("b", to="a"), item("c", author=TYPED))
    assert visible(archive) == []
    archive.recruit([ANNA.id])
    assert (visible(archive), tree(archive, "a")) == (["a", "b"], ["b"])
    archive.recruit([])
    assert visible(archive) == []


def test_the_same_team_again_is_no_news(archive: Archive) -> None:
    bring(archive, item("a", author=ANNA))
    archive.recruit([ANNA.id])
    mark = archive.seq
    assert not archive.recruit([ANNA.id])
    assert archive.seq == mark


def test_it_does_not_matter_whether_the_team_or_its_words_came_first(fresh: Fresh) -> None:
    said = [item("a", author=ANNA), item("b", to="a", author=ANNA), post("c"), item("d", to="c")]
    first, last = fresh(), fresh()
    first.recruit([ANNA.id])
    bring(first, *said)
    bring(last, *Random(3).sample(said, len(said)))
    last.recruit([ANNA.id])
    assert {key: value for key, value in whole(first).items() if key != "journal"} == {
        key: value for key, value in whole(last).items() if key != "journal"
    }


def test_an_author_answers_to_id_address_and_whole_handle_and_a_typed_address_is_nobodys_proof(
    archive: Archive,
) -> None:
    bring(archive, item("a", author=ANNA), item("b", author=TYPED))
    with archive.database.reading() as c:
        found = {name: authors.answering(c, [name]) for name in ("ANNA@social.example", "@anna", ANNA.url, ANNA.id)}
        assert found == {
            "ANNA@social.example": {authors.key(ANNA)},
            "@anna": set(),
            ANNA.url: {authors.key(ANNA)},
            ANNA.id: {authors.key(ANNA), authors.key(TYPED)},
        }


def test_the_authors_of_an_older_archive_are_read_out_of_its_texts(tmp_path: Path) -> None:
    at_revision(tmp_path, "0002", item("c", author=ANNA))
    with open_archive("", tmp_path) as archive, archive.database.reading() as c:
        assert authors.said(c, authors.answering(c, [ANNA.url])) == [url("c")]
        assert set(c.scalars(select(versions.c.author))) == {"", authors.key(ANNA)}
