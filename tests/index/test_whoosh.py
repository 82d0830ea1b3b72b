"""The contract of an index, on Whoosh: what it follows, what it finds, what it forgets, and what it survives."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.query import Or, Term
from whoosh.searching import Searcher

from hub.errors import SearchError
from hub.index import Results, shelf, volume
from hub.index.volume import SIZE
from hub.index.whoosh import Whoosh, open_index
from hub.model import Account, Entry, Item, Media
from hub.pages import address, anchor
from hub.query import parse

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def item(number: int, text: str = "", **more: Any) -> Item:
    id = f"https://example.org/{number}"
    usual = {"channel": "blog", "author": Account(name="Ana Roy"), "published": START + timedelta(days=number)}
    return Item(**({"id": id, "url": id, "html": f"<p>{text}</p>"} | usual | more))


def line(seq: int, thing: Item, root: Item | None = None) -> Entry:
    return Entry(seq=seq, what="item", id=thing.id, item=thing, thread=(root or thing).id)


def gone(seq: int, number: int) -> Entry:
    return Entry(seq=seq, what="item", id=f"https://example.org/{number}")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Whoosh]:
    made = open_index(tmp_path / "index", "en")
    made.patience = 60
    yield made
    made.close()


@pytest.fixture
def filled(index: Whoosh) -> Whoosh:
    root = item(1, "We fitted new <b>hydraulic</b> brakes to every bicycle. #WetBrakes 🚲", title="Better brakes")
    things = [
        (root, None),
        (item(2, "Do they squeak in the rain?", author=Account(name="Jörg Müller", handle="@joerg")), root),
        (item(3, "Die Häuser am Fluss sind größer geworden", language="de-AT", ours=True, channel="feed"), None),
        (item(4, "新しい自転車を買いました", language="ja", tags=("自転車",)), None),
        (item(5, "الدراجات الجديدة سريعة", language="ar"), None),
        (item(6, "Chargers are running late", media=(Media(url="https://example.org/a.png", alt="a red tram"),)), None),
        (item(7, "The café has bicycles, don't worry", published=None, tags=("Coffee", "bikes", "First_Year")), None),
    ]
    index.update(line(seq, thing, top) for seq, (thing, top) in enumerate(things, 1))
    return index


def found(index: Whoosh, text: str, **filters: Any) -> list[int]:
    hits = index.search(parse(text, per_page=100, **filters)).hits
    return sorted(int(hit.id.rpartition("/")[2]) for hit in hits)


# following


def test_a_new_index_is_at_the_journals_beginning(index: Whoosh) -> None:
    assert (index.mark, index.ids(), found(index, "x")) == (0, frozenset(), [])


def test_the_mark_is_that_of_the_last_line(filled: Whoosh) -> None:
    filled.update([Entry(seq=90, what="channel", id="blog")])
    assert (filled.mark, Whoosh(filled.folder).mark) == (90, 90)


def test_nothing_new_changes_no_byte(filled: Whoosh) -> None:
    before = {path: path.stat().st_mtime_ns for path in filled.folder.rglob("*.*")}
    filled.update([])
    assert {path: path.stat().st_mtime_ns for path in filled.folder.rglob("*.*")} == before


def test_a_journal_that_breaks_off_changes_nothing(filled: Whoosh) -> None:
    def broken() -> Iterator[Entry]:
        yield line(50, item(50, "halfway"))
        raise StopAsyncIteration

    with pytest.raises(StopAsyncIteration):
        filled.update(broken())
    assert (filled.mark, found(filled, "halfway")) == (7, [])


def test_what_an_update_that_broke_off_left_is_swept(filled: Whoosh) -> None:
    (filled.folder / "v-left").mkdir()
    (filled.folder / "v-left" / "text.seg").write_text("left")
    filled.update([])
    assert not (filled.folder / "v-left").exists()


def test_an_item_that_came_again_unchanged_rewrites_no_volume(filled: Whoosh) -> None:
    before = shelf.read(filled.folder).volumes
    filled.update(
        [
            line(
                30,
                item(6, "Chargers are running late", media=(Media(url="https://example.org/b.png", alt="a red tram"),)),
            )
        ]
    )
    assert (shelf.read(filled.folder).volumes, filled.mark) == (before, 30)


def test_an_edited_item_is_found_by_its_new_words_only(filled: Whoosh) -> None:
    filled.update([line(30, item(6, "Trains are late"))])
    assert (found(filled, "trains "), found(filled, "chargers ")) == ([6], [])


def test_of_one_items_lines_in_an_update_the_last_counts(index: Whoosh) -> None:
    index.update([line(1, item(1, "first")), gone(2, 1), line(3, item(1, "third"))])
    assert (found(index, "first "), found(index, "third "), len(index.ids())) == ([], [1], 1)


def test_a_gone_item_is_found_no_more(filled: Whoosh) -> None:
    filled.update([gone(30, 6)])
    assert found(filled, "chargers ") == []
    assert "https://example.org/6" not in filled.ids()


def test_the_last_item_gone_leaves_an_empty_index(index: Whoosh) -> None:
    index.update([line(1, item(1, "alone"))])
    index.update([gone(2, 1)])
    assert (index.ids(), index.mark, found(index, "alone")) == (frozenset(), 2, [])


def test_of_an_erased_text_no_byte_is_left(index: Whoosh) -> None:
    index.update([line(1, item(1, "zyxmarker secret", title="zyxmarker", author=Account(name="Zyxmarker")))])
    index.update([line(2, item(2, "another zyxother"))])
    index.update([gone(3, 1), line(4, item(2, "another"))])
    raw = b"".join(path.read_bytes().lower() for path in index.folder.rglob("*") if path.is_file())
    assert (b"zyx" in raw, b"another" in raw) == (False, True)
    assert kept(index) == ["another"]


def kept(index: Whoosh) -> list[str]:
    """The texts that lie compressed beside the terms, those of deleted documents too."""
    index.ids()
    books = index._shown.books.values()
    return [book.kept(number)[0].text for book in books for number in range(len(book))]


def test_an_item_that_hangs_nowhere_is_not_found(index: Whoosh) -> None:
    waiting = Entry(seq=1, what="item", id="https://example.org/1", item=item(1, "waiting"), thread="")
    index.update([waiting])
    assert (index.ids(), index.mark) == (frozenset(), 1)


@pytest.mark.slow
def test_a_bulk_load_writes_volumes_beside_each_other(index: Whoosh) -> None:
    many = 2 * SIZE + 40
    index.update([*(line(n, item(n, f"word{n} common")) for n in range(1, many)), gone(many, 7)])
    assert sorted(row.docs for row in shelf.read(index.folder).volumes) == [39, SIZE - 1, SIZE]
    assert (index.search(parse("common ")).total, item(7).id in index.ids(), index.mark) == (many - 2, False, many)


def test_whoosh_itself_can_search_a_volume(filled: Whoosh) -> None:
    [row] = shelf.read(filled.folder).volumes
    with Searcher(volume.opened(filled.folder / row.name)) as searcher:
        query = Or([Term("body", "bicycles"), Term("title", "better")])
        assert sorted(searcher.search(query).docs()) == [0, 6]


@pytest.mark.slow
def test_many_small_commits_stay_few_volumes(index: Whoosh) -> None:
    for number in range(60):
        index.update([line(number + 1, item(number, f"word{number} common"))])
    assert len(shelf.read(index.folder).volumes) < 12
    assert len(found(index, "common ")) == 60


def test_only_the_volume_that_held_the_item_is_rewritten(index: Whoosh) -> None:
    index.update([line(1, item(1, "one"))])
    index.update([line(2, item(2, "two"))])
    before = {row.name for row in shelf.read(index.folder).volumes}
    index.update([line(3, item(2, "three"))])
    assert len(before & {row.name for row in shelf.read(index.folder).volumes}) == 1


def test_two_writers_at_once_are_refused(filled: Whoosh) -> None:
    with shelf.locked(filled.folder), pytest.raises(SearchError, match="another process"):
        filled.update([])


def test_a_disk_that_refuses_is_told_as_such(filled: Whoosh) -> None:
    broken = Whoosh(filled.folder / shelf.NAME)
    with pytest.raises(SearchError, match="cannot be written"):
        broken.update([])


def test_the_folder_is_nobody_elses(filled: Whoosh) -> None:
    assert filled.folder.stat().st_mode & 0o777 == 0o700


# damage


@pytest.mark.parametrize("harm", ["zeroes", "empty", "short", "missing"])
@pytest.mark.parametrize("part", ["*.seg", "*.toc", "index.json"])
def test_damage_anywhere_is_noticed_and_the_index_made_anew(filled: Whoosh, part: str, harm: str) -> None:
    path = next(filled.folder.rglob(part))
    whole, middle = path.read_bytes(), path.stat().st_size // 2
    path.write_bytes({"zeroes": whole[:middle] + bytes(64) + whole[middle + 64 :], "short": whole[:-9]}.get(harm, b""))
    if harm == "missing":
        path.unlink()
    again = open_index(filled.folder)
    assert (again.mark, again.ids()) == (0, frozenset())
    again.update([line(1, item(1, "mended"))])
    assert found(again, "mended ") == [1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file it stumbled over
def test_what_seems_as_it_was_written_is_read_whole_on_request(filled: Whoosh) -> None:
    path = next(filled.folder.rglob("*.seg"))
    whole, times = path.read_bytes(), path.stat()
    harmed = bytearray(whole)
    harmed[-1] ^= 1
    path.write_bytes(harmed)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(SearchError, match="not as it was written"):
        Whoosh(filled.folder).verify()
    assert open_index(filled.folder).mark == 0


@pytest.mark.slow
@pytest.mark.parametrize("part", ["*.seg", "*.toc", "*.ids"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file it stumbled over
def test_a_byte_that_differs_unseen_is_damage_or_does_no_harm(filled: Whoosh, part: str) -> None:
    path = next(filled.folder.rglob(part))
    whole, times = path.read_bytes(), path.stat()
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        reader = Whoosh(filled.folder, patience=60)
        with contextlib.suppress(SearchError):
            assert isinstance(reader.search(parse('brakes OR "in the rain"', facets=["topic", "month"])), Results)
        reader.close()
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file it stumbled over
def test_damage_found_while_writing_is_told_as_such(filled: Whoosh) -> None:
    path = next(filled.folder.rglob("*.seg"))
    times = path.stat()
    path.write_bytes(bytes(times.st_size))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(SearchError, match="damaged"):
        filled.update([gone(30, 6)])
    gc.collect()


def test_a_copy_of_an_index_is_read_whole_and_holds(filled: Whoosh, tmp_path: Path) -> None:
    shutil.copytree(filled.folder, tmp_path / "copy", copy_function=shutil.copyfile)
    assert open_index(tmp_path / "copy").mark == 7


def test_a_reader_does_not_mend_but_says_how(filled: Whoosh) -> None:
    (filled.folder / "index.json").write_text("")
    with pytest.raises(SearchError, match="hub index"):
        Whoosh(filled.folder).search(parse("x"))


def test_an_index_of_another_version_is_made_anew(filled: Whoosh) -> None:
    body = (filled.folder / "index.json").read_bytes().partition(b"\n")[2].replace(b'"format": ', b'"format": 99')
    (filled.folder / "index.json").write_bytes(shelf._digest(body) + b"\n" + body)
    assert open_index(filled.folder).mark == 0


def test_a_reader_sees_what_another_process_commits(filled: Whoosh) -> None:
    reader = Whoosh(filled.folder)
    before = found(reader, "zeppelin ")
    filled.update([line(30, item(30, "zeppelin")), line(31, item(6, "Chargers are here"))])
    assert (before, found(reader, "zeppelin ")) == ([], [30])
    reader.close()


# finding


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("brakes ", [1]),
        ("BRAKES ", [1]),
        ("bicycle ", [1, 7]),  # its stem too
        ("brakes bicycle ", [1]),
        ("brakes rain ", []),
        ("brakes OR rain ", [1, 2]),
        ("bicycle -brakes", [7]),
        ("-brakes -rain", [3, 4, 5, 6, 7]),
        ('"hydraulic brakes"', [1]),
        ('"brakes hydraulic"', []),
        ("(rain OR river) (squeak OR x) ", [2]),
        ("hydr", [1]),
        ("hydr* bicycle ", [1]),
        ("hy", []),
        ("häuser ", [3]),
        ("hauser ", [3]),
        ("haus -has ", [3]),  # German stem
        ("grosser ", [3]),
        ("cafe ", [7]),
        ("run ", [6]),
        ("自転車", [4]),
        ("車", [4]),
        ("自車", []),
        ("دراجة ", [5]),
        ("#wetbrakes", [1]),
        ("wetbrakes ", [1]),
        ("#brakes", []),
        ("🚲", [1]),
        ("don't ", [7]),
        ("tram ", [6]),  # said by a picture's description
        ("from:ana brakes ", [1]),
        ("from:joerg", [2]),
        ('from:"Jorg Muller"', [2]),
        ("muller ", [2]),
        ("channel:feed", [3]),
        ("topic:coffee", [7]),
        ("topic:first-year", [7]),
        ('topic:"First Year"', [7]),
        ("topic:自転車", [4]),
        ("type:reply", [2]),
        ("lang:de", [3]),
        ("lang:en -type:reply", [1, 6, 7]),
        ("before:2026-01-04", [1, 2]),
        ("after:2026-01-06", [5, 6]),
        ("after:2026-01-03 before:2026-01-05", [2, 3]),
        ("has:image", [6]),
        ("is:ours", [3]),
        ("brakes OR type:reply", [1, 2]),
        ("!!!", []),
        ("", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_a_question_finds_what_it_means(filled: Whoosh, text: str, numbers: list[int]) -> None:
    assert found(filled, text) == numbers


def test_filters_are_or_inside_and_and_across(filled: Whoosh) -> None:
    assert found(filled, "", topic=["coffee", "自転車"]) == [4, 7]
    assert found(filled, "", topic=["coffee", "自転車"], language=["ja"]) == [4]


def test_days_bound_a_search_on_both_sides(filled: Whoosh) -> None:
    assert found(filled, "", since="2026-01-03", until="2026-01-04") == [2, 3]


def test_facets_count_what_each_value_would_leave(filled: Whoosh) -> None:
    facets = filled.search(parse("", facets=["channel", "type", "topic", "month"], channel=["feed"])).facets
    assert facets["channel"] == (("blog", 6), ("feed", 1))
    assert (facets["topic"], facets["month"]) == ((), (("2026-01", 1),))
    assert facets["type"] == (("post", 1), ("reply", 0))  # told though it leaves nothing


def test_what_the_brand_has_a_word_below_is_answered(index: Whoosh) -> None:
    def below(seq: int, number: int, above: int, **more: Any) -> Entry:
        one = item(number, "said", **more)
        return Entry(seq=seq, what="item", id=one.id, item=one, thread=item(1).id, above=item(above).id)

    index.update([line(1, item(1, "post", ours=True)), below(2, 2, 1), below(3, 3, 2), below(4, 4, 3), below(5, 5, 1)])
    none = index.search(parse("", facets=["answered"])).facets["answered"]
    index.update([below(6, 6, 3, ours=True)])
    assert (none, found(index, "is:answered")) == ((("unanswered", 4), ("answered", 0)), [2, 3])
    index.update([gone(7, 6)])
    assert (found(index, "is:answered"), found(index, "is:unanswered said")) == ([], [2, 3, 4, 5])


def test_days_are_counted(filled: Whoosh) -> None:
    assert filled.search(parse("brakes", facets=["day"])).facets["day"] == (("2026-01-02", 1),)


def test_a_typo_still_finds_and_is_said(filled: Whoosh) -> None:
    results = filled.search(parse("hydrolic braks"))
    assert [hit.id[-1] for hit in results.hits] == ["1"]
    assert (results.corrected, results.suggestions) == ("hydraulic brakes", ("hydraulic brakes",))


def test_an_inflection_in_a_language_that_says_nothing_of_the_kind_is_a_typo(index: Whoosh) -> None:
    index.update(line(number, item(number, "to express is an expression")) for number in (1, 2, 3))
    index.update([line(4, item(4, "an espresso for me")), line(5, item(5, "la casa è bella", language="it"))])
    assert found(index, "expresso ") == [1, 2, 3, 4]


def test_a_word_that_nobody_says_finds_one_that_ends_otherwise(index: Whoosh) -> None:
    index.update([line(1, item(1, "unser Lautsprecher")), line(2, item(2, "die Laute"))])
    assert found(index, "lautsprechende ") == [1]


def test_exact_hits_stand_before_those_of_a_typo(index: Whoosh) -> None:
    index.update([line(1, item(1, "brakes " * 9)), line(2, item(2, "one brake here among many other words"))])
    index.update([line(3, item(3, "the brakez of old", published=START - timedelta(days=900)))])
    assert index.search(parse("brakez ")).hits[0].id.endswith("/3")


@pytest.mark.parametrize("text", ["bra", "xrakes ", "braaakes ", "squaek squeek sqeaku "])
def test_what_is_too_far_from_any_word_finds_nothing(filled: Whoosh, text: str) -> None:
    assert filled.search(parse(text + " zzz ")).hits == ()


def test_a_post_stands_before_a_reply_and_the_new_before_the_old(index: Whoosh) -> None:
    root = item(1, "tram tram", published=START - timedelta(days=1000))
    young = item(3, "tram tram")
    index.update([line(1, root), line(2, item(2, "tram tram", published=root.published), root), line(3, young)])
    assert [hit.id[-1] for hit in index.search(parse("tram ")).hits] == ["3", "1", "2"]


@pytest.mark.parametrize(("sort", "order"), [("newest", "6543217"), ("oldest", "1234567")])
def test_hits_can_stand_by_time_with_the_undated_last(filled: Whoosh, sort: str, order: str) -> None:
    assert "".join(hit.id[-1] for hit in filled.search(parse("", sort=sort)).hits) == order


def test_pages_of_hits_join_without_gap_or_repetition(filled: Whoosh) -> None:
    pages = [filled.search(parse("", page=page, per_page=3)).hits for page in (1, 2, 3, 4)]
    assert [len(hits) for hits in pages] == [3, 3, 1, 0]
    assert len({hit.id for hits in pages for hit in hits}) == 7


@pytest.mark.parametrize("text", ["tram ", "tram OR rain OR river ", "tram rain ", "lang:en", "tra"])
def test_the_first_hits_are_those_of_all_weighed_together(index: Whoosh, text: str) -> None:
    chance = random.Random(4)
    for part in range(3):
        things = [
            item(n, " ".join(chance.choices(["tram", "rain", "river", "tracks"], k=chance.randrange(1, 9))))
            for n in chance.sample(range(part * 30, 4000, 90), 30)
        ]
        index.update(line(part * 100 + n, one, chance.choice([one, None])) for n, one in enumerate(things, 1))
    every = index.search(parse(text, per_page=100)).hits
    assert index.search(parse(text, per_page=7)).hits == every[:7]


# answers


def test_a_reply_is_shown_under_the_post_it_answers(filled: Whoosh) -> None:
    (hit,) = filled.search(parse("squeak ")).hits
    page = address(item(1))
    assert (hit.type, hit.title, hit.parent) == ("reply", "Better brakes", page)
    assert hit.url == f"{page}#{anchor(hit.id)}"


def test_a_root_that_changed_shows_at_its_replies_without_touching_them(filled: Whoosh) -> None:
    moved = item(1, "We moved", title="Best brakes", published=START + timedelta(days=99))
    filled.update([line(30, moved)])
    (hit,) = filled.search(parse("squeak ")).hits
    assert (hit.title, hit.parent) == ("Best brakes", address(moved))


def test_who_asked_to_stay_out_of_search_is_not_found_but_replies_below_are(index: Whoosh) -> None:
    root = item(1, "quiet words", unsearchable=True)
    index.update(
        [line(1, root), line(2, item(2, "loud answer"), root), line(3, item(3, "quiet too", unsearchable=True), root)]
    )
    assert (found(index, "quiet OR loud"), found(index, ""), found(index, "-loud")) == ([2], [2], [])
    assert index.search(parse("loud ")).hits[0].parent == address(root)
    assert index.ids() == {"https://example.org/2"}


def test_who_asks_later_to_stay_out_of_search_is_found_no_more(filled: Whoosh) -> None:
    filled.update([line(30, item(1, "We fitted new brakes", unsearchable=True))])
    assert (found(filled, "brakes "), found(filled, "squeak ")) == ([], [2])


def test_a_copy_on_another_channel_leads_to_the_posts_page(index: Whoosh) -> None:
    root = item(1, "news")
    index.update([line(1, root), line(2, item(2, "same elsewhere", ours=True, channel="feed"), root)])
    (hit,) = index.search(parse("elsewhere ")).hits
    assert (hit.type, hit.url) == ("post", address(root))


def test_marks_say_what_matched_in_plain_text(filled: Whoosh) -> None:
    (hit,) = filled.search(parse("bicycle hydraulic brakes")).hits
    marked = [piece.text[start:end] for piece in hit.snippets for start, end in piece.marks]
    assert marked == ["hydraulic", "brakes", "bicycle"]


def test_a_long_text_is_shown_in_two_fragments_of_200_characters(index: Whoosh) -> None:
    filler = "so it goes on and on " * 30
    index.update([line(1, item(1, f"{filler} zebra {filler} giraffe {filler}"))])
    pieces = index.search(parse("zebra giraffe ")).hits[0].snippets
    assert [piece.text[a:b] for piece in pieces for a, b in piece.marks] == ["zebra", "giraffe"]
    assert sum(len(piece.text) for piece in pieces) <= 200


def test_words_are_offered_to_end_a_question(filled: Whoosh) -> None:
    assert filled.suggest("new hyd") == ("new hydraulic",)


def test_what_is_said_in_much_the_same_words_is_like_it(index: Whoosh) -> None:
    texts = ["the kettle whistles on the stove", "a stove and a kettle", "trams run late", "whistles and stove", "x"]
    index.update(line(number, item(number, text)) for number, text in enumerate(texts, 1))
    assert {hit.id[-1] for hit in index.like(item(1).id) or ()} == {"2", "4"}
    assert (index.like(item(5).id), index.like("nobody")) == ((), None)


def test_a_note_says_what_could_not_be_meant(filled: Whoosh) -> None:
    assert "not closed" in filled.search(parse('"brakes')).note


# whatever comes


def hostile() -> list[str]:
    texts = ["[a TO z]", "*a* *e* *i* *o* *u*", "bicycle~9", "*a*", "x" * 100_000, "((((" * 2000, "NOT " * 3000]
    texts += [
        "NOT OR foobar",
        "when:[x to y",
        '"',
        "-",
        "- -",
        "OR OR OR",
        "()",
        "-()",
        "\udcff",
        "\x00",
        "a" * 64 + "*",
    ]
    texts += [
        " OR ".join(["the*"] * 40),
        '"the the the"',
        "before:0001",
        "after:9999-12-31",
        "topic:#",
        "from:*",
        "#",
        "＃タグ",
    ]
    file = CORPORA / "naughty-strings" / "blns.json"
    return texts + (json.loads(file.read_text()) if file.exists() else [])


@pytest.mark.slow
def test_no_question_breaks_the_search(filled: Whoosh) -> None:
    answers = [filled.search(parse(text, facets=["channel", "topic"])) for text in hostile()]
    assert all(isinstance(answer, Results) for answer in answers)


@pytest.mark.slow
def test_no_text_breaks_the_index(index: Whoosh) -> None:
    texts = [text for text in hostile() if "\udcff" not in text]
    index.update(
        line(n, item(n % 3000, text[:2000], title=text[:300], tags=(text[:60],))) for n, text in enumerate(texts, 1)
    )
    assert len(index.ids()) == len(texts)


def test_a_search_that_takes_too_long_is_cut_short_and_says_so(index: Whoosh, tmp_path: Path) -> None:
    from hub.index.answer import Search

    index.update(line(n, item(n, "slow")) for n in range(1, 400))
    index.ids()
    search = Search(index._shown, parse("slow "))
    search.until = 0.0
    assert search.results().partial


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_neither_order_nor_batches_matter(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, size: int
) -> None:
    words = ["tram", "brake", "rain", "river", "bicycle"]
    things = [item(n, " ".join(words[n % 5 :] + words[: n % 3]), tags=(words[n % 2],)) for n in range(24)]
    once = Whoosh(tmp_path_factory.mktemp("once"), patience=60)
    once.update(line(n, thing) for n, thing in enumerate(things, 1))
    chance.shuffle(things)
    often = Whoosh(tmp_path_factory.mktemp("often"), patience=60)
    for at in range(0, len(things), size):
        often.update(line(at + n, thing) for n, thing in enumerate(things[at : at + size], 1))
    for text in ("tram river ", '"brake rain"', "bic", "rain -tram", "topic:tram"):
        question = parse(text, facets=["topic", "month"])
        assert once.search(question) == often.search(question)
    once.close()
    often.close()


@pytest.mark.slow
def test_readers_are_answered_whole_while_another_writes(tmp_path: Path) -> None:
    writer, failed, stop = Whoosh(tmp_path), [], threading.Event()
    writer.update(line(n, item(n, "always here")) for n in range(1, 20))

    def read() -> None:
        reader = Whoosh(tmp_path, patience=60)
        while not stop.is_set():
            if reader.search(parse("always ", facets=["month"])).total < 19:
                failed.append("lost")
        reader.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(20, 50):
        writer.update([line(n, item(n, "always here")), line(n, item(5, f"always here {n}"))])
    stop.set()
    for thread in threads:
        thread.join()
    assert (failed, writer.search(parse("always ", facets=["month"])).total) == ([], 49)
