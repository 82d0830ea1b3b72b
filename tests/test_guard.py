"""Which addresses are refused, however they are spelled and whenever they are looked up.

No test speaks to the open internet: an allowed address of this machine plays the public one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import stamina

from hub.errors import SettingsError, Unreachable
from hub.guard import Allow, is_public
from hub.web import Web
from tests.hostile.server import Hostile, moved

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def canary() -> Iterator[Hostile]:
    """A server of the private network. Nobody may ever reach it."""
    with Hostile() as server:
        yield server
        assert server.hits == []


@pytest.fixture(autouse=True)
def _retries_do_not_sleep() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def web(*allow: str, **settings: object) -> Web:
    return Web(agent="test", allow=allow, now=lambda: NOW, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "203.0.113.9",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
    ],
)
def test_special_addresses_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0x7f.1",
        "0",
        "0.0.0.0",
        "127.0.0.2",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
    ],
)
def test_no_spelling_reaches_this_machine(canary: Hostile, host: str) -> None:
    with web() as client, pytest.raises(Unreachable):
        client.get(canary.url("/ok", host=host))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "127.0.0.2", "[::ffff:127.0.0.1]"])
def test_no_redirect_reaches_a_port_that_is_not_allowed(canary: Hostile, host: str) -> None:
    with Hostile(routes={"/x": moved(canary.url("/ok", host=host))}) as server:
        with web(*server.allow) as client, pytest.raises(Unreachable):
            client.get(server.url("/x"))
        assert server.paths() == ["/x"]


def test_a_name_server_that_changes_its_answer_gains_nothing(canary: Hostile) -> None:
    good_then_bad = itertools.chain(["127.0.0.9"], itertools.repeat("127.0.0.1"))
    asked: list[str] = []

    def rebind(host: str, port: int) -> list[str]:
        asked.append(host)
        return [next(good_then_bad)]

    with web("127.0.0.9", resolve=rebind) as client:
        for _ in range(50):
            with pytest.raises(Unreachable):
                client.get(canary.url("/ok", host="rebind.example"))
    assert len(asked) > 50


def test_a_name_is_looked_up_once_and_the_checked_address_is_called() -> None:
    asked: list[str] = []

    def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    with Hostile() as server, web(*server.allow, resolve=once) as client:
        assert client.get(server.url("/ok", host="name.example")).text == "ok"
    assert (asked, server.hits[0].headers["host"]) == (["name.example"], f"name.example:{server.port}")


def test_of_several_addresses_only_the_good_ones_are_called(canary: Hostile) -> None:
    mixed = ["10.0.0.1", "::1", "127.0.0.1"]
    with web("127.0.0.1", resolve=lambda host, port: mixed) as client, Hostile() as server:
        assert client.get(server.url("/ok", host="mixed.example")).text == "ok"


def test_an_address_that_does_not_answer_leaves_its_place_to_the_next() -> None:
    with Hostile() as server, web("127.0.0.0/8", resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"]) as client:
        assert client.get(server.url("/ok", host="two.example")).text == "ok"


@pytest.mark.parametrize("found", [[], ["nonsense"]])
def test_a_name_without_an_address_is_told(found: list[str]) -> None:
    with web(resolve=lambda host, port: found) as client, pytest.raises(Unreachable, match=r"the host a\.example"):
        client.get("http://a.example/")


def test_a_name_that_cannot_be_found_is_told() -> None:
    with web() as client, pytest.raises(Unreachable, match="cannot be found"):
        client.get(f"http://{'a' * 70}.invalid/")


def test_the_guard_says_how_to_trust_a_host(canary: Hostile) -> None:
    with web() as client, pytest.raises(Unreachable) as told:
        client.get(canary.url("/ok", host="[::1]"))
    assert told.value.fix == f'if this host is yours, add "[::1]:{canary.port}" to [network] allow'


@pytest.mark.parametrize(
    ("entry", "host", "address", "port", "passes"),
    [
        ("blog.lan", "blog.lan", "10.0.0.1", 80, True),
        ("Blog.LAN.", "blog.lan", "10.0.0.1", 443, True),
        ("blog.lan:8080", "blog.lan", "10.0.0.1", 8080, True),
        ("blog.lan:8080", "blog.lan", "10.0.0.1", 80, False),
        ("blog.lan", "other.lan", "10.0.0.1", 80, False),
        ("10.0.0.1", "other.lan", "10.0.0.1", 80, True),
        ("10.0.0.0/8", "other.lan", "10.9.9.9", 80, True),
        ("10.0.0.0/8", "other.lan", "192.168.0.1", 80, False),
        ("10.0.0.1:80", "other.lan", "10.0.0.1", 81, False),
        ("127.0.0.1", "x", "::ffff:127.0.0.1", 80, True),
        ("::1", "x", "::1", 80, True),
        ("[::1]:80", "x", "::1", 80, True),
        ("[::1]:80", "x", "::1", 81, False),
        ("fd00::/8", "x", "fd12::1", 80, True),
    ],
)
def test_an_entry_allows_what_it_says(entry: str, host: str, address: str, port: int, passes: bool) -> None:
    allow = Allow.parse([entry])
    assert (allow.name(host, port) or allow.address(ip_address(address), port)) is passes


@pytest.mark.parametrize("entry", ["", "http://blog.lan", "blog.lan:x", "a b", "ann@blog.lan", ":80"])
def test_an_entry_that_cannot_be_meant_is_an_error(entry: str) -> None:
    with pytest.raises(SettingsError, match=r"network.allow"):
        Allow.parse([entry])


def test_the_library_still_has_the_place_where_the_guard_sits() -> None:
    with web() as client:
        assert type(client._client._transport._pool._network_backend).__name__ == "Guarded"  # type: ignore[attr-defined]
