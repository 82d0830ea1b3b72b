"""Mastodon over real HTTP, at its documented limits: what is said, hidden, cut and deleted there agrees with here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.loose import mapping
from hub.channels.mastodon import Mastodon
from hub.channels.mastodon_items import Site, status, uri
from hub.errors import RateLimited, Refused
from hub.model import REST, Batch, Item, Profile
from hub.web import Web
from tests.channels.fediverse import NOW, Server, a_long_thread, replies, served


class Shelf:
    """What a store would keep of one channel: items by id, claims obeyed, the cursor of the last saved batch."""

    def __init__(self, server: Server, **settings: object) -> None:
        self.server, self.settings = server, settings
        self.kept, self.cursor = dict[str, Item](), dict[str, object]()
        self.profiles = list[Profile]()
        self.absent = dict[str, Mapping[str, int]]()
        self.counts, self.warnings, self.times = dict[str, dict[str, int]](), list[str](), list[str]()

    def pull(self, later: timedelta = timedelta(minutes=20), **ask: bool) -> None:
        CLOCK["now"] += later
        channel = Mastodon("social", f"{self.server.site}/@brand", **self.settings)  # type: ignore[arg-type]
        for batch in channel.pull(self.server.web, self.cursor, Ask(now=CLOCK["now"], **ask)):
            self.save(batch)

    def save(self, batch: Batch) -> None:
        self.times += [item.id for item in batch.items if not item.private]
        self.kept |= {item.id: item for item in batch.items if not item.private}
        for claim in batch.complete:
            under = {name for name in self.kept if self.hangs(name, claim.under)} if claim.under else set(self.kept)
            sort = {name for name in under if (claim.kind == "reply") == bool(self.kept[name].reply_to)}
            self.kept = {name: item for name, item in self.kept.items() if name not in sort - claim.ids}
        self.kept = {name: item for name, item in self.kept.items() if name not in batch.gone}
        for name, said in batch.counts.items():
            self.counts.setdefault(name, {}).update(said)
        self.absent |= batch.absent
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.warnings += batch.warnings
        self.profiles += batch.profiles

    def hangs(self, name: str, under: str) -> bool:
        item = self.kept.get(name)
        return bool(item) and (item.root == under or item.reply_to == under or self.hangs(item.reply_to, under))

    def replies(self) -> set[str]:
        return {name for name, item in self.kept.items() if item.reply_to}


CLOCK = {"now": NOW}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        web = Web(agent="test", now=lambda: CLOCK["now"], allow=["127.0.0.1"], sleep=lambda _: None)
        stack.enter_context(web)
        yield stack.enter_context(served(web)), stack.enter_context(served(web))


@pytest.fixture
def servers(running: tuple[Server, Server]) -> tuple[Server, Server]:
    CLOCK["now"] = NOW
    running[0].web.waits.clear()
    for server in running:
        server.reset()
    return running


@pytest.fixture
def server(servers: tuple[Server, Server]) -> Server:
    return servers[0]


@pytest.fixture
def shelf(server: Server) -> Shelf:
    return Shelf(server)


@pytest.mark.slow
def test_300_replies_at_60_an_answer_all_come_once(servers: tuple[Server, Server]) -> None:
    a_long_thread(*servers)
    shelf = Shelf(servers[0])
    for _ in range(3):
        shelf.pull()
    assert len(shelf.replies()) == 300
    assert shelf.replies() == replies(servers[0])
    assert shelf.warnings == []


@pytest.mark.slow
def test_a_server_that_asks_for_peace_in_the_middle_loses_no_reply(servers: tuple[Server, Server]) -> None:
    a_long_thread(*servers)
    shelf, runs = Shelf(servers[0]), 0
    while not shelf.replies() >= replies(servers[0]):
        servers[0].left, runs = 8, runs + 1
        try:
            shelf.pull()
        except RateLimited:
            assert runs < 12
    came = [name for name in shelf.times if name in replies(servers[0])]
    assert len(came) == len(set(came)) > 290


@pytest.mark.slow
def test_with_a_token_one_answer_holds_the_whole_thread(servers: tuple[Server, Server]) -> None:
    a_long_thread(*servers)
    shelf = Shelf(servers[0], token="sesame")
    shelf.pull()
    assert shelf.replies() == replies(servers[0])
    assert sum("/context" in path for path in servers[0].asked) == 1


def test_what_stays_missing_is_counted_and_told(servers: tuple[Server, Server]) -> None:
    server, far = servers
    root = server.say("brand")
    for _ in range(65):
        server.copy(far, far.say("far"), root)
    far.rows.clear()
    shelf = Shelf(server)
    shelf.pull()
    name = server.rows[root]["uri"]
    assert (shelf.counts[name]["replies"], shelf.absent[name]) == (65, {"limit": 5})
    assert shelf.warnings == [
        f"5 replies below {server.rows[root]['uri']} are missing: {far.site} does not show 5 of them"
    ]


def test_a_reply_only_its_own_server_knows_is_found_there(servers: tuple[Server, Server]) -> None:
    server, far = servers
    root, there = server.say("brand"), far.say("far")
    copy = server.copy(far, there, root)
    server.rows[copy]["replies_count"] = 1
    answer = far.say("far", there)
    shelf = Shelf(server)
    shelf.pull()
    found = shelf.kept[far.rows[answer]["uri"]]
    assert (found.reply_to, found.root) == (far.rows[there]["uri"], server.rows[root]["uri"])


def test_a_foreign_server_is_not_believed_about_others(servers: tuple[Server, Server]) -> None:
    server, far = servers
    root, there = server.say("brand"), far.say("far")
    copy = server.copy(far, there, root)
    server.rows[copy]["replies_count"] = 1
    forged = {"uri": f"{server.site}/users/brand/statuses/77", "account": server.account("brand")}
    far.say("far", there, **forged)
    shelf = Shelf(server)
    shelf.pull()
    assert forged["uri"] not in shelf.kept


def test_a_foreign_server_vouches_for_nobody_elses_account(servers: tuple[Server, Server]) -> None:
    server, far = servers
    root, there = server.say("brand"), far.say("far")
    server.rows[server.copy(far, there, root)]["replies_count"] = 1
    forged = far.say("far", there, account=server.account("brand"))
    shelf = Shelf(server)
    shelf.pull()
    assert shelf.kept[far.rows[there]["uri"]].author.id == f"{far.site}/users/far"
    assert shelf.kept[far.rows[forged]["uri"]].author.id == ""


FIELDS = [
    {"name": "Blog", "value": '<a href="https://fan.example/?a&amp;b" rel="me">x</a>', "verified_at": "2026-01-01"},
    {"name": "Shop", "value": "https://shop.example/", "verified_at": None},
    {"name": "Words", "value": "none"},
]


def test_pages_of_a_profile_are_told_and_those_its_own_server_checked(servers: tuple[Server, Server]) -> None:
    server, far = servers
    root, there = server.say("brand"), far.say("far")
    fan = server.say("fan", root, account=server.account("fan") | {"fields": FIELDS})
    server.rows[server.copy(far, there, root)]["replies_count"] = 1
    far.say("liar", there, account=far.account("liar") | {"fields": FIELDS})
    shelf = Shelf(server)
    shelf.pull()
    (told,) = {one for one in shelf.profiles if one.links}
    assert (told.account.id, server.rows[fan]["account"]["uri"]) == (f"{server.site}/users/fan",) * 2
    assert told.links == ("https://fan.example/?a&b", "https://shop.example/")
    assert told.verified == ("https://fan.example/?a&b",)


def test_a_quiet_pull_asks_once(server: Server, shelf: Shelf) -> None:
    server.say("fan", server.say("brand"))
    shelf.pull()
    server.asked.clear()
    shelf.pull(timedelta(minutes=1))
    assert len(server.asked) == 1


def test_all_posts_come_however_many(server: Server) -> None:
    shelf = Shelf(server, watch_days=0)
    for _ in range(95):
        server.say("brand")
    shelf.pull()
    assert len(shelf.kept) == 95


def test_more_new_posts_than_a_page_holds_leave_no_gap(server: Server) -> None:
    shelf = Shelf(server, watch_days=0)
    server.say("brand")
    shelf.pull()
    for _ in range(90):
        server.say("brand")
    shelf.pull()
    assert len(shelf.kept) == 91


def test_a_backfill_that_is_cut_goes_on(server: Server, shelf: Shelf) -> None:
    for _ in range(60):
        server.say("fan", server.say("brand"))
    for left in (3, 20):
        server.left = left
        with pytest.raises(RateLimited):
            shelf.pull()
    server.left = 100
    shelf.pull()
    assert len(shelf.kept) == 120


def test_a_reply_to_a_reply_is_found_though_the_count_of_the_post_stands_still(server: Server, shelf: Shelf) -> None:
    first = server.say("fan", server.say("brand"))
    shelf.pull()
    server.say("critic", first)
    shelf.pull(timedelta(hours=7))
    assert shelf.replies() == replies(server)


def test_a_deleted_reply_goes_when_its_thread_is_read_again(server: Server, shelf: Shelf) -> None:
    root = server.say("brand")
    gone, stays = server.say("fan", root), server.say("critic", root)
    shelf.pull()
    del server.rows[gone]
    shelf.pull()
    assert shelf.replies() == {server.rows[stays]["uri"]}


def test_a_deleted_post_goes_with_the_next_pull(server: Server, shelf: Shelf) -> None:
    gone, stays = server.say("brand"), server.say("brand")
    shelf.pull()
    del server.rows[gone]
    shelf.pull()
    assert set(shelf.kept) == {server.rows[stays]["uri"]}


def test_the_sweep_finds_what_vanished_long_ago(server: Server, shelf: Shelf) -> None:
    roots = [server.say("brand") for _ in range(60)]
    replies = [server.say("fan", roots[0]), server.say("fan", roots[1])]
    shelf.pull()
    del server.rows[replies[0]], server.rows[roots[5]]
    shelf.pull(timedelta(days=60), sweep=True)
    assert set(shelf.kept) == {row["uri"] for row in server.rows.values()}


def test_an_edit_follows(server: Server, shelf: Shelf) -> None:
    root = server.say("brand")
    shelf.pull()
    server.rows[root] |= {"content": "<p>better</p>", "edited_at": "2026-11-22T11:00:00.000Z"}
    shelf.pull()
    item = shelf.kept[server.rows[root]["uri"]]
    assert (item.html, bool(item.edited)) == ("<p>better</p>", True)


def test_the_brands_answer_brings_what_it_answers(server: Server, shelf: Shelf) -> None:
    asked = server.say("fan", None, "How hot?")
    answer = server.say("brand", asked, "85 degrees.")
    server.say("fan", answer, "Thanks!")
    shelf.pull()
    assert set(shelf.kept) == {row["uri"] for row in server.rows.values()}
    assert {item.root for item in shelf.kept.values()} == {"", server.rows[asked]["uri"]}


def test_the_brands_answer_reads_the_same_from_the_list_and_from_its_thread(server: Server, shelf: Shelf) -> None:
    answer = server.say("brand", server.say("fan", server.say("brand")))
    shelf.pull()
    before = shelf.kept[server.rows[answer]["uri"]]
    server.say("brand")
    shelf.pull()
    assert before.root
    assert shelf.kept[server.rows[answer]["uri"]] == before


def test_what_the_brand_answered_goes_when_it_is_deleted_there(server: Server, shelf: Shelf) -> None:
    asked = server.say("fan")
    answer = server.say("brand", asked)
    shelf.pull()
    del server.rows[asked]
    shelf.pull(sweep=True)
    assert set(shelf.kept) == {server.rows[answer]["uri"]}


HIDDEN = [
    {"visibility": "unlisted"},
    {"visibility": "private"},
    {"visibility": "direct"},
    {"visibility": None},
    {"local_only": True},
    {"account": {"id": "x", "acct": "x", "noindex": True}},
    {"account": {"id": "x", "acct": "x", "note": "<p>I said <a>#<span>NoBot</span></a></p>"}},
    {"account": {"id": "x", "acct": "x", "fields": [{"name": "bridges", "value": "#nobridge"}]}},
]


@pytest.mark.parametrize("asked", HIDDEN, ids=str)
def test_what_is_not_for_the_public_web_stays_out(server: Server, shelf: Shelf, asked: dict[str, object]) -> None:
    server.say("fan", server.say("fan", server.say("brand"), **asked))
    shelf.pull()
    assert len(shelf.replies()) == 1


def test_what_is_not_public_and_whose_author_objects_is_told_apart(server: Server, shelf: Shelf) -> None:
    root = server.say("brand")
    for asked in (HIDDEN[0], HIDDEN[1], HIDDEN[5]):
        server.say("fan", root, **asked)
    shelf.pull()
    name = server.rows[root]["uri"]
    assert shelf.absent[name] == {"private": 2, "consent": 1, "limit": 0}
    assert shelf.counts[name]["replies"] == 3


def test_replies_of_a_server_that_shows_none_are_its_limit(server: Server) -> None:
    server.open, shelf = False, Shelf(server)
    server.say("fan", root := server.say("brand"))
    shelf.pull()
    name = server.rows[root]["uri"]
    assert (shelf.counts[name]["replies"], shelf.absent[name]) == (1, {"limit": REST})


def test_the_brands_own_unlisted_posts_stay_in(server: Server, shelf: Shelf) -> None:
    server.say("brand", visibility="unlisted")
    server.say("brand", visibility="private")
    shelf.pull()
    assert len(shelf.kept) == 1


def test_boosts_say_nothing_of_their_own(server: Server, shelf: Shelf) -> None:
    server.say("brand", reblog={"id": "1", "uri": "https://far.example/1"})
    shelf.pull()
    assert shelf.kept == {}


def test_where_replies_need_a_token_the_posts_come_and_the_server_is_not_asked_again(server: Server) -> None:
    server.open, shelf = False, Shelf(server)
    server.say("fan", server.say("brand"))
    server.say("fan", server.say("brand"))
    for _ in range(2):
        shelf.pull()
    assert len(shelf.kept) == 2
    assert sum("/context" in path for path in server.asked) == 1
    assert len(shelf.warnings) == 2 * len(set(shelf.warnings)) == 2


def test_a_token_that_is_set_later_brings_the_replies(server: Server) -> None:
    server.open, shelf = False, Shelf(server)
    server.say("fan", server.say("brand"))
    shelf.pull()
    shelf.settings = {"token": "sesame"}
    shelf.pull()
    assert shelf.replies() == replies(server)


def test_a_token_that_expires_is_told_and_keeps_what_is_there(server: Server) -> None:
    shelf = Shelf(server, token="sesame")
    server.say("fan", server.say("brand"))
    shelf.pull()
    server.token = "another"
    with pytest.raises(Refused):
        shelf.pull()
    assert len(shelf.kept) == 2


def test_replies_that_are_still_being_fetched_are_asked_for_again(server: Server, shelf: Shelf) -> None:
    root = server.say("brand")
    first = server.say("fan", root)
    server.refreshing = {root}
    shelf.pull()
    server.say("late", first)
    shelf.pull(timedelta(minutes=3))
    assert shelf.replies() == replies(server)


def test_a_status_that_counts_replies_nobody_shows_is_asked_about_once(server: Server, shelf: Shelf) -> None:
    root = server.say("brand")
    server.say("fan", root, replies_count=3)
    shelf.pull()
    server.asked.clear()
    shelf.pull(timedelta(hours=12))
    assert sum("/context" in path for path in server.asked) == 1


CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared/corpora")) / "mastodon-api"


def recorded(value: object) -> Iterator[dict[str, object]]:
    """Every status that occurs anywhere in an answer."""
    if isinstance(value, dict) and {"uri", "visibility", "content"} <= value.keys():
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from recorded(part)


@pytest.fixture(scope="module")
def real() -> list[dict[str, object]]:
    if not CORPORA.is_dir():
        pytest.skip("the recorded answers of a real Mastodon are not here")
    files = sorted(CORPORA.glob("*.json"))
    return [row for file in files for row in recorded(json.loads(file.read_text("utf-8")))]


SITE = Site("social", "http://localhost:3000")


def test_real_statuses_give_what_stands_in_them(real: list[dict[str, object]]) -> None:
    assert len(real) > 200
    for row in real:
        item, who = status(row, SITE), mapping(row["account"])
        assert str(row["content"]).endswith(item.html)
        assert item.author.url == who["url"]
        assert item.published == datetime.fromisoformat(str(row["created_at"]))
        assert bool(item.edited) == bool(row["edited_at"])
        assert item.author.handle == f"@{who['acct']}@localhost:3000"


def test_real_statuses_have_one_id_and_name_their_parent_by_an_alias(real: list[dict[str, object]]) -> None:
    said = {str(row["id"]): status(row, SITE) for row in real if uri(row)}
    assert all(uri(row) == row["uri"] for row in real if not row["reblog"])
    answers = [(row, status(row, SITE)) for row in real if row["in_reply_to_id"] in said and uri(row)]
    assert answers
    assert all(item.reply_to in said[str(row["in_reply_to_id"])].aliases for row, item in answers)


def test_of_real_statuses_boosts_and_what_is_not_public_stay_out(real: list[dict[str, object]]) -> None:
    assert {row["visibility"] for row in real if not status(row, SITE).private} == {"public"}
    assert not any(uri(row) for row in real if row["reblog"])


def test_of_real_quotes_only_those_that_were_agreed_to_count(real: list[dict[str, object]]) -> None:
    quoting = [(status(row, SITE).quotes, mapping(row["quote"])) for row in real if row["quote"]]
    assert quoting
    for quotes, quote in quoting:
        assert quotes == ((quote["quoted_status"]["uri"],) if quote["state"] == "accepted" else ())  # type: ignore[index]


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["id", "uri", "url", "account", "created_at", "content", "poll", "quote", "media_attachments", "emojis", "tags"]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*KEYS, "visibility", "edited_at", "in_reply_to_id", "language"]), odd))
def test_no_status_however_odd_is_a_crash(row: dict[str, object]) -> None:
    assert isinstance(status(row, SITE).private, bool)
    assert isinstance(uri(row), str)


def test_an_account_that_moved_is_told_of_until_the_settings_agree(server: Server) -> None:
    server.say("brand")
    here, there = Shelf(server), "https://new.example/@brand"
    server.moved = {"id": "9", "acct": "brand@new.example", "url": there}
    for _ in range(3):
        here.warnings.clear()
        here.pull()
        assert here.warnings == [f'{server.site}/@brand moved to {there}: write url = "{there}"']
    server.moved = None
    here.pull()
    here.warnings.clear()
    here.pull()
    assert here.warnings == []


def quoted(server: Server, root: int, many: int) -> None:
    """So many more people quote a post."""
    for _ in range(many):
        server.say("fan", quoting=root, quote={"state": "accepted", "quoted_status": server.show(root)})
    server.rows[root]["quotes_count"] = server.rows[root].get("quotes_count", 0) + many


def test_all_who_quote_a_post_come_though_nobody_answered_it(server: Server) -> None:
    root, here = server.say("brand"), Shelf(server, token="sesame")
    quoted(server, root, 90)
    here.pull()
    assert len(here.kept) == 91
    quoted(server, root, 1)
    here.pull()
    assert len(here.kept) == 92
    server.asked.clear()
    here.pull()
    assert not [path for path in server.asked if "quotes" in path]


def test_pages_of_quotes_go_on_where_they_were_cut(server: Server) -> None:
    quoted(server, server.say("brand"), 90)
    here = Shelf(server, token="sesame")
    server.left = 5  # for the account, both pages of its list, one context and the first page of quotes
    with pytest.raises(RateLimited):
        here.pull()
    assert len(here.kept) == 41
    server.left, server.asked = 10**6, []
    here.pull()
    assert len(here.kept) == 91
    assert sum("quotes" in path for path in server.asked) == 2


def test_without_a_token_nobody_is_asked_who_quotes(server: Server) -> None:
    quoted(server, server.say("brand"), 1)
    Shelf(server).pull()
    assert not [path for path in server.asked if "quotes" in path]
