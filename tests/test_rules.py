"""Only a named rule hides, it hides exactly what it names, and a mistake in the file is told with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import rules
from hub.errors import SettingsError
from hub.model import Account, Item

WHERE = "content/rules.toml"
ANNA = Account(
    name="Anna Ba",
    handle="@Anna@social.example",
    url="https://social.example/@anna",
    id="https://social.example/users/1",
)


def note(**more: object) -> Item:
    said = {"id": "tag:x,2026:1", "url": "https://social.example/@anna/1", "channel": "c", "author": ANNA}
    return Item(**(said | more))  # type: ignore[arg-type]


def rule(what: str, value: str, id: str = "r") -> str:
    return f'[[hide]]\nid = "{id}"\nreason = "because"\n{what} = "{value}"\n'


def hidden(item: Item, what: str, value: str) -> bool:
    return rules.parse(rule(what, value), WHERE).judge(item) == "r"


def test_without_rules_everything_is_shown(tmp_path: Path) -> None:
    assert rules.load(tmp_path / "rules.toml") == rules.Rules()
    assert rules.Rules().judge(note()) == ""


def test_a_rule_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("\ufeff# ours\n" + rule("word", "Casino"))
    assert rules.load(tmp_path / "rules.toml").hides == (
        rules.Hide(id="r", what="word", value="Casino", reason="because"),
    )


@pytest.mark.parametrize(
    "name",
    ["tag:x,2026:1", "https://social.example/@anna/1", "http://social.example/@anna/1/?utm_source=a", "at://x/1"],
)
def test_an_item_is_hidden_by_any_of_its_names(name: str) -> None:
    assert hidden(note(aliases=("at://x/1",)), "item", name)


def test_posts_are_merged_and_split_by_any_of_their_names_in_one_line() -> None:
    text = '[[merge]]\nitems = ["http://a.example/1/", "tag:b"]\n[[split]]\nitems = ["https://a.example/1"]\n'
    found = rules.parse(text, WHERE)
    assert found.rulings.merges == (frozenset({"https://a.example/1", "tag:b"}),)
    assert found.rulings.splits == (frozenset({"https://a.example/1"}),)
    assert found.digest != rules.Rules().digest


def test_a_merge_of_one_post_is_a_mistake() -> None:
    with pytest.raises(SettingsError, match="names one post alone"):
        rules.parse('[[merge]]\nitems = ["https://a.example/1"]', WHERE)


def test_another_item_is_not_hidden() -> None:
    assert not hidden(note(), "item", "https://social.example/@anna/2")


@pytest.mark.parametrize(
    "value",
    ["https://social.example/users/1", "http://social.example/@anna/", "@anna@social.example", "ANNA@social.example"],
)
def test_an_account_is_hidden_by_id_address_or_handle(value: str) -> None:
    assert hidden(note(), "account", value)


def test_nobody_is_hidden_for_having_no_account() -> None:
    assert not hidden(note(author=Account()), "account", "@x")


@pytest.mark.parametrize(
    "item",
    [
        note(author=Account(url="https://casino.example/me")),
        note(links=("https://a.example/", "http://WWW.casino.example:8080/x")),
        note(links=("https://shop.casino.example/",)),
        note(url="https://casino.example/1"),
    ],
)
@pytest.mark.parametrize(
    "value", ["casino.example", "www.Casino.example", "*.casino.example", "https://casino.example/x"]
)
def test_a_domain_is_hidden_with_all_below_it(item: Item, value: str) -> None:
    assert hidden(item, "domain", value)


def test_a_domain_that_only_looks_alike_is_shown() -> None:
    links = ("https://notcasino.example/", "https://casino.example.org/")
    assert not hidden(note(links=links), "domain", "casino.example")


@pytest.mark.parametrize(
    ("word", "html"),
    [
        ("casino", "<p>Best CASINO!</p>"),
        ("casino", "<p>ca<b>si</b>no</p>"),
        ("casino", "ca\u200bsi\u00adno"),
        ("lucky  jackpot", "<p>a lucky<br>jackpot</p>"),
        ("strasse", "Straße"),
        ("café", "cafe\u0301"),
        ("賭博", "新しい賭博場です"),
        ("도박", "도박을 하자"),
        ("كازينو", "أفضل كازينو هنا"),
        ("c++", "learn c++ now"),
        ("50%", "now 50% off"),
    ],
)
def test_a_word_is_found_however_it_is_written(word: str, html: str) -> None:
    assert hidden(note(html=html), "word", word)


@pytest.mark.parametrize(
    ("word", "html"),
    [
        ("casino", "casinos"),
        ("ass", "class"),
        ("कम", "कमी"),
        ("a b", "a, b"),
        ("casino", '<a href="https://casino/">x</a>'),
    ],
)
def test_a_word_inside_another_word_is_shown(word: str, html: str) -> None:
    assert not hidden(note(html=html), "word", word)


@pytest.mark.parametrize(
    "item",
    [note(title="A casino"), note(author=Account(name="Casino Joe")), note(tags=("casino",)), note(warning="casino")],
)
def test_a_word_counts_in_titles_names_and_tags(item: Item) -> None:
    assert hidden(item, "word", "casino")


values = st.sampled_from(["casino", "jackpot", "x.example", "@anna@social.example", "tag:x,2026:1"])
tables = st.builds(rule, st.sampled_from(rules.TARGETS), values, st.uuids().map(str))


@given(st.lists(tables, max_size=8, unique=True), st.randoms())
def test_the_order_of_rules_never_matters(written: list[str], random: object) -> None:
    item = note(html="casino jackpot", links=("https://x.example/",))
    shuffled = random.sample(written, len(written))  # type: ignore[attr-defined]
    one, other = rules.parse("".join(written), WHERE), rules.parse("".join(shuffled), WHERE)
    assert (one.judge(item), one.digest) == (other.judge(item), other.digest)


def test_of_several_rules_the_first_by_id_says_so() -> None:
    both = rules.parse(rule("word", "casino", "b") + rule("word", "jackpot", "a"), WHERE)
    assert both.judge(note(html="casino jackpot")) == "a"


def test_the_digest_moves_with_every_word_of_a_rule() -> None:
    one, other = (rules.parse(rule("word", word), WHERE) for word in ("a", "b"))
    assert len({one.digest, other.digest, rules.Rules().digest}) == 3


ONE_OF = "name exactly one of item, account, domain, word"
EMPTY = "must be a text that is not empty"


@pytest.mark.parametrize(
    ("text", "line", "message", "cure"),
    [
        ("hide = 1", 1, "hide: must be tables", "write each rule under its own [[hide]]"),
        ("[[hid]]", 1, "hid: unknown table", "did you mean 'hide'?"),
        ("\n[[hide]]\nid = 'a'\nreson = 'b'", 4, "hide.reson: unknown key", "did you mean 'reason'?"),
        ("[[hide]]\nid = 'a'\nword = 'b'", 1, f"hide.reason: {EMPTY}", 'write reason = "…"'),
        ("[[hide]]\nid = 3\nreason = 'b'", 2, f"hide.id: {EMPTY}", 'write id = "…"'),
        ("[[hide]]\nid = 'a'\nreason = 'b'", 1, "hide: names nothing to hide", ONE_OF),
        (rule("word", "a") + rule("word", "b"), 6, "hide.id: 'r' is used twice", "give each rule an id of its own"),
        (rule("account", "@"), 4, "hide.account: '@' can match nothing", "write it in full"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_cure(text: str, line: int, message: str, cure: str) -> None:
    with pytest.raises(SettingsError) as told:
        rules.parse(text, WHERE)
    assert str(told.value) == f"{WHERE}:{line}: {message}\n  fix: {cure}"


@pytest.mark.parametrize("text", ["x = ", "[[hide", "a = " + "[" * 5000])
def test_what_is_not_toml_is_told_as_such(text: str) -> None:
    with pytest.raises(SettingsError, match=r"content/rules\.toml:1: is not TOML"):
        rules.parse(text, WHERE)


def test_a_file_that_is_not_utf8_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        rules.load(tmp_path / "rules.toml")


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(SettingsError):
        assert rules.parse(text, WHERE).hides == ()


# what a person let through, and what waits for one


def shown(text: str, item: Item, **publish: str) -> str:
    decided = rules.parse(text, WHERE)
    return rules.Rules(hides=decided.hides, shows=decided.shows, publish=publish).judge(item)


def show(what: str, value: str, id: str = "s") -> str:
    return rule(what, value, id).replace("[[hide]]", "[[show]]")


def test_an_item_that_was_let_through_is_shown_against_a_rule_of_words_and_against_its_channels_hold() -> None:
    spoken, text = note(html="<p>Jackpot</p>"), rule("word", "jackpot")
    assert [shown(text, spoken), shown(text + show("item", spoken.id), spoken)] == ["r", ""]
    assert [shown("", spoken, c="hold"), shown(show("item", spoken.id), spoken, c="hold")] == ["held:c", ""]


def test_a_rule_that_hides_this_very_item_is_stronger_than_one_that_shows_it() -> None:
    assert shown(show("item", "tag:x,2026:1") + rule("item", "tag:x,2026:1"), note()) == "r"


def test_a_channel_for_the_known_holds_all_but_accounts_that_were_let_through_and_the_brand() -> None:
    typed = note(author=Account(name="Anna Ba", url=ANNA.url))
    said = [shown(show("account", ANNA.id) + show("item", "tag:y", "t"), one, c="known") for one in (note(), typed)]
    assert [*said, shown("", note(), c="known"), shown("", note(ours=True), c="hold")] == ["", "held:c", "held:c", ""]


def test_a_decision_may_tell_its_day() -> None:
    (read,) = rules.parse(rule("word", "a") + "date = 2026-11-05\n", WHERE).hides
    assert read.day == "2026-11-05"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('[[show]]\nid = "a"\nreason = "b"\nword = "c"\n', 4, "unknown key"),
        ('[[hide]]\nid = "held:a"\nreason = "b"\nword = "c"\n', 2, "own"),
        ('[[hide]]\nid = "a"\nreason = "b"\nword = "c"\ndate = "today"\n', 5, "a date"),
        ('[[forget]]\nwhat = "word"\ndigests = ["a"]\n', 2, "neither"),
        ('[[forget]]\nwhat = "item"\ndigests = []\n', 3, "a list"),
        ('[[person]]\naccounts = "a"\n', 2, "a list"),
    ],
)
def test_what_cannot_be_a_decision_is_told_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as told:
        rules.parse(text, WHERE)
    assert told.value.where == f"{WHERE}:{line}"
