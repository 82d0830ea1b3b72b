"""content/hub.toml becomes typed settings, or one readable list of everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hub import settings, toml
from hub.errors import SettingsError

BRAND = '[brand]\nname = "Ada"\nurl = "https://talk.ada.example/hub"\n'
Write = Callable[[str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Writes content/hub.toml and gives the brand's folder."""

    def write(text: str) -> Path:
        (tmp_path / "content").mkdir(exist_ok=True)
        (tmp_path / "content/hub.toml").write_text(text, "utf-8")
        return tmp_path

    return write


def wrong(folder: Path, **env: str) -> list[SettingsError]:
    with pytest.raises(SettingsError) as caught:
        settings.load(folder, env)
    return [caught.value, *caught.value.also]


def test_the_smallest_file_is_enough(folder: Write) -> None:
    found = settings.load(folder(BRAND), {})
    assert (found.brand.name, found.brand.language, dict(found.channels)) == ("Ada", "en", {})


def test_a_site_address_ends_with_a_slash(folder: Write) -> None:
    assert settings.load(folder(BRAND), {}).brand.url == "https://talk.ada.example/hub/"


def test_a_channel_is_an_instance_of_its_kind(folder: Write) -> None:
    text = BRAND + '[channels.blog]\nkind = "feed"\nurl = "https://ada.example/feed"\ncomments = false\n'
    channel = settings.load(folder(text), {}).channels["blog"]
    assert (type(channel).__name__, channel.name, channel.comments) == ("Feed", "blog", False)  # type: ignore[attr-defined]


def test_an_unknown_key_names_file_line_key_and_the_nearest(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + 'langauge = "de"\n'))
    assert str(one) == "content/hub.toml:4: brand.langauge: unknown key\n  fix: did you mean 'language'?"


def test_an_unknown_table_offers_the_nearest_one(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + '[netwrok]\nallow = ["x"]\n'))
    assert (one.where, one.key) == ("content/hub.toml:4", "netwrok")
    assert "'network'" in one.fix


def test_a_channels_unknown_key_is_compared_with_its_kind(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + '[channels.a]\nkind = "feed"\nurl = "https://a.example/"\ncoments = true\n'))
    assert (one.where, one.key, one.fix) == ("content/hub.toml:7", "channels.a.coments", "did you mean 'comments'?")


def test_a_channels_missing_field_points_at_its_table(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + '\n[channels.a]\nkind = "feed"\n'))
    assert (one.where, one.key, one.why) == ("content/hub.toml:5", "channels.a.url", "is missing")


def test_a_misspelt_kind_is_named_at_its_line(folder: Write) -> None:
    misspelt, _ = wrong(folder(BRAND + '[channels.a]\nknd = "feed"\n'))
    assert (misspelt.where, misspelt.key, misspelt.fix) == (
        "content/hub.toml:5",
        "channels.a.knd",
        "did you mean 'kind'?",
    )


def test_an_unknown_kind_offers_the_nearest_one(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + '[channels.a]\nkind = "fead"\n'))
    assert (one.where, one.fix) == ("content/hub.toml:5", "did you mean 'feed'?")


def test_every_mistake_is_told_at_once(folder: Write) -> None:
    text = (
        '[brand]\nname = 7\nurl = "ftp://x"\naccent = "red;}"\ntimezone = "Mars/One"\nlanguage = "a b"\nhosts = "x"\n'
    )
    found = wrong(folder(text + '[media]\nfetch = "yes"\n[channels.B]\nkind = "x"\n'))
    assert {error.key.split(".")[-1] for error in found} == {
        *("name", "url", "accent", "timezone", "language", "hosts", "fetch", "B", "kind"),
    }


@pytest.mark.parametrize(
    ("text", "line"), [("[brand\nname=1", 1), ('[brand]\nname = "a', 2), ("a = 1\na = 2\n", 2), ("[b]\nx = \x00\n", 2)]
)
def test_broken_toml_names_the_line(folder: Write, text: str, line: int) -> None:
    (one,) = wrong(folder(text))
    assert one.where == f"content/hub.toml:{line}"


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    (one,) = wrong(tmp_path)
    assert "hub init" in one.fix


def test_a_file_that_is_not_utf8_is_one_readable_error(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/hub.toml").write_bytes(b'[brand]\nname = "\xff"\n')
    assert "UTF-8" in str(wrong(tmp_path)[0])


@given(st.text(max_size=200))
def test_no_text_whatever_is_worse_than_a_settings_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.mktemp("any")
    (place / "content").mkdir()
    (place / "content/hub.toml").write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(SettingsError):
        settings.load(place, {})


def test_the_environment_wins_over_the_file_and_flags_over_both(folder: Write) -> None:
    place = folder(BRAND + '[network]\nallow = ["a"]\n')
    env = {"HUB_BRAND_NAME": "Env", "HUB_NETWORK_ALLOW": "127.0.0.1, ::1", "HUB_MEDIA_FETCH": "false"}
    found = settings.load(place, env, {"brand.name": "Flag"})
    assert (found.brand.name, found.network.allow, found.media.fetch) == ("Flag", ("127.0.0.1", "::1"), False)


def test_a_wrong_value_from_the_environment_names_the_variable(folder: Write) -> None:
    (one,) = wrong(folder(BRAND), HUB_MEDIA_FETCH="perhaps")
    assert (one.where, one.key) == ("env HUB_MEDIA_FETCH", "media.fetch")


def test_origins_tell_where_each_value_came_from(folder: Write) -> None:
    found = settings.origins(folder(BRAND), {"HUB_STORE_URL": "postgresql+psycopg://u:pw@h/d"}, {"theme": "look"})
    told = {one.key: (one.value, one.origin) for one in found}
    assert told["brand.name"] == ("Ada", "content/hub.toml:2")
    assert told["brand.language"] == ("en", "default")
    assert told["store.url"] == ("postgresql+psycopg://u:***@h/d", "env HUB_STORE_URL")
    assert told["theme"] == ("look", "--set")


SECRETIVE = """
from collections.abc import Callable
from dataclasses import dataclass
@dataclass(frozen=True, kw_only=True, slots=True)
class Club:
    name: str
    token: str = ""
    reader: Callable[[str], str] | None = None
    def pull(self, web, cursor, ask): ...
"""


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind from another package, that wants a secret and a thing no file can hold."""
    (tmp_path / "acme_club.py").write_text(SECRETIVE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return BRAND + '[channels.club]\nkind = "acme_club:Club"\n'


def test_a_secret_stands_as_written_until_it_is_needed(folder: Write, club: str) -> None:
    place = folder(club + 'token = "env:CLUB"\n')
    channel = settings.load(place, {"CLUB": "s3cret"}).channels["club"]
    assert "s3cret" not in repr(channel)
    opened, secrets = settings.revealed(channel, place, {"CLUB": "s3cret"})
    assert (opened.token, secrets) == ("s3cret", ["s3cret"])  # type: ignore[attr-defined]


def test_a_secret_may_lie_in_a_file(folder: Write, club: str) -> None:
    place = folder(club + 'token = "file:.hub-token"\n')
    (place / ".hub-token").write_text("from-file\n")
    assert settings.revealed(settings.load(place, {}).channels["club"], place, {})[1] == ["from-file"]


@pytest.mark.parametrize("source", ["env:NOT_THERE", "file:not-there"])
def test_a_secret_that_is_not_there_names_its_source(folder: Write, club: str, source: str) -> None:
    place = folder(club + f'token = "{source}"\n')
    with pytest.raises(SettingsError, match=r"channels\.club\.token.*(NOT_THERE|not-there)"):
        settings.revealed(settings.load(place, {}).channels["club"], place, {})


def test_a_secret_written_down_is_refused_and_not_repeated(folder: Write, club: str) -> None:
    (one,) = wrong(folder(club + 'token = "hunter2"\n'))
    assert "hunter2" not in str(one)
    assert "env:NAME" in str(one)


def test_a_field_no_file_can_hold_is_no_setting(folder: Write, club: str) -> None:
    (one,) = wrong(folder(club + 'reader = "x"\n'))
    assert one.why == "unknown key"


@pytest.mark.parametrize("kind", ["os:system", "json:loads", "feed:Nothing", "no.such.module:Thing", ""])
def test_what_is_no_kind_is_refused(folder: Write, kind: str) -> None:
    (one,) = wrong(folder(BRAND + f'[channels.a]\nkind = "{kind}"\n'))
    assert one.key == "channels.a.kind"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "data:,x", "gopher://a", "//a", "http://", "https://[", "http://a:x"]
)
def test_only_web_addresses_are_channels(folder: Write, url: str) -> None:
    (one,) = wrong(folder(BRAND + f'[channels.a]\nkind = "feed"\nurl = "{url}"\n'))
    assert one.key == "channels.a.url"


def test_channels_that_are_no_tables_are_told(folder: Write) -> None:
    assert wrong(folder("channels = 3\n" + BRAND))[0].key.startswith("channels")
    assert wrong(folder(BRAND + "[channels]\na = 3\n"))[0].key == "channels.a"


def test_an_allowed_host_must_be_one(folder: Write) -> None:
    (one,) = wrong(folder(BRAND + '[network]\nallow = ["127.0.0.1:8080", "10.0.0.0/8", "a b"]\n'))
    assert (one.where, one.key) == ("content/hub.toml:5", "network.allow")


def test_the_schema_accepts_what_the_program_accepts(folder: Write) -> None:
    told = Draft202012Validator(json.loads(json.dumps(settings.schema())))
    told.check_schema(told.schema)
    brand = {"name": "A", "url": "https://a.example/"}
    feed = {"kind": "feed", "url": "https://a.example/feed"}
    assert told.is_valid({"brand": brand, "channels": {"a": feed, "b": {"kind": "acme.forum:Forum", "x": 1}}})
    assert not told.is_valid({"brand": brand, "channels": {"a": {**feed, "coments": True}}})


def test_lines_are_found_under_dotted_and_quoted_keys() -> None:
    found = toml.lines('a.b = 1\n["x y".z] # note\n"k=1" = 2\nlist = [\n  "v = 3",\n]\n')
    assert (found["a", "b"], found["x y", "z"], found["x y", "z", "k=1"], found["x y", "z", "list"]) == (1, 2, 3, 4)


@pytest.mark.parametrize("name", ["theme", "demo"])
def test_what_is_shipped_is_found_in_a_checkout_and_in_a_wheel(tmp_path: Path, name: str) -> None:
    package = tmp_path / "site-packages/hub"
    beside = settings.shipped(name, package)
    assert beside == package.parent / {"theme": "theme", "demo": "content"}[name]
    (package / f"_{name}").mkdir(parents=True)
    assert settings.shipped(name, package) == package / f"_{name}"
