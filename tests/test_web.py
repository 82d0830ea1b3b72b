"""The polite client, told against a server that is not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused, Unreachable
from hub.web import Answer, Seen, Web, shown
from tests.hostile.server import CERTIFICATE, EXPIRED, Hostile, conditional, in_turn, moved, page

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _retries_do_not_sleep() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(scope="module")
def bad() -> Iterator[Hostile]:
    """One hostile server for tests that only read its traps."""
    with Hostile() as server:
        yield server


@pytest.fixture
def server() -> Iterator[Hostile]:
    """A server of a test's own, whose requests may be counted."""
    with Hostile() as server:
        yield server


def client(*servers: Hostile, **settings: Any) -> Web:
    allow = [entry for server in servers for entry in server.allow]
    return Web(**{"agent": "brandhub/test (+mailto:x@example.org)", "allow": allow, "now": lambda: NOW, **settings})


def test_a_good_answer_brings_status_address_headers_and_body(bad: Hostile) -> None:
    with client(bad) as web:
        answer = web.get(bad.url("/ok"))
    assert (answer.status, answer.text, answer.url) == (200, "ok", bad.url("/ok"))
    assert answer.headers["Content-Length"] == answer.headers["content-length"] == "2"


def test_the_client_says_who_it_is(server: Hostile) -> None:
    with client(server) as web:
        web.get(server.url("/ok"))
    assert server.hits[0].headers["user-agent"] == "brandhub/test (+mailto:x@example.org)"


def test_a_contact_in_any_script_leaves_a_plain_agent(server: Hostile) -> None:
    with client(server, agent="brandhub/1 (+mailto:grüße\n@example.org)") as web:
        web.get(server.url("/ok"))
    assert server.hits[0].headers["user-agent"] == "brandhub/1 (+mailto:gre@example.org)"


@pytest.mark.parametrize("headers", [{"X-Key": "s3cret…"}, {"X-Key": "s3cret\n"}, {"Ключ": "s3cret"}])
def test_a_header_that_cannot_be_sent_is_told_without_its_value(server: Hostile, headers: dict[str, str]) -> None:
    with client(server) as web, pytest.raises(Unreachable, match="no header may hold") as told:
        web.get(server.url("/ok"), headers=headers)
    assert "s3cret" not in str(told.value)
    assert not server.hits


# 1, 2: bombs and endless answers


@pytest.mark.parametrize(
    "trap",
    ["gzip-bomb", "deflate-bomb", "raw-deflate-bomb", "endless-body", "endless-chunks", "endless-framing"],
)
def test_a_body_is_cut_at_the_limit(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable, match="larger"):
        web.get(bad.url(f"/{trap}"), limit=2**20)


@pytest.mark.parametrize("trap", ["stacked-bomb", "unasked-packing", "broken-packing"])
def test_packing_nobody_asked_for_is_refused(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Malformed, match="packed"):
        web.get(bad.url(f"/{trap}"))


@pytest.mark.parametrize("trap", ["endless-header", "endless-line", "endless-patience"])
def test_a_header_without_end_is_cut(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable):
        web.get(bad.url(f"/{trap}"), limit=2**16)


def test_a_body_of_exactly_the_limit_is_welcome(server: Hostile) -> None:
    server.routes["/full"] = page(b"x" * 1000)
    with client(server) as web:
        assert len(web.get(server.url("/full"), limit=1000).body) == 1000


# 3: the deadline


@pytest.mark.parametrize("trap", ["slow-header", "slow-body", "slow-redirect", "hang"])
def test_the_deadline_is_for_the_whole_fetch(bad: Hostile, trap: str) -> None:
    with client(bad, deadline=0.1) as web, pytest.raises(Unreachable, match=r"within 0\.1 s"):
        web.get(bad.url(f"/{trap}"))


def test_redirects_share_one_deadline(server: Hostile) -> None:
    server.routes["/start"] = moved("/hang")
    with client(server, deadline=0.5) as web, pytest.raises(Unreachable, match="within"):
        web.get(server.url("/start"))
    assert server.paths() == ["/start", "/hang"]


def test_an_origin_that_ran_into_the_deadline_is_left_alone(server: Hostile) -> None:
    with client(server, deadline=0.1) as web:
        for path in ("/hang", "/ok", "/ok"):
            with pytest.raises(Unreachable):
                web.get(server.url(path))
    assert server.paths() == ["/hang"]


def test_a_slow_port_is_no_reason_to_avoid_its_neighbour(server: Hostile, bad: Hostile) -> None:
    with client(server, bad, deadline=0.5) as web:
        with pytest.raises(Unreachable):
            web.get(server.url("/hang"))
        assert web.get(bad.url("/ok")).text == "ok"


def test_a_name_server_that_hangs_meets_the_deadline() -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait()
        return []

    with client(resolve=hang, deadline=0.1) as web, pytest.raises(Unreachable, match="within"):
        web.get("http://slow.example/")
    release.set()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_never_takes_the_call_meets_the_deadline(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        with client(allow=["127.0.0.1"], deadline=0.1) as web, pytest.raises(Unreachable, match="within"):
            web.get(url)


# 4, 7: redirects


def test_five_redirects_are_followed_and_the_last_address_is_told(bad: Hostile) -> None:
    with client(bad) as web:
        assert web.get(bad.url("/chain?5")).url == bad.url("/chain?0")


@pytest.mark.parametrize("trap", ["chain?6", "chain?30", "loop", "ping"])
def test_more_than_five_redirects_are_refused(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable, match="redirects more than 5 times"):
        web.get(bad.url(f"/{trap}"))


@pytest.mark.parametrize("trap", ["nowhere", "to-file", "to-data", "to-gopher", "to-ftp", "to-nonsense"])
def test_a_redirect_leads_to_a_web_address_or_nowhere(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable):
        web.get(bad.url(f"/{trap}"))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:,x",
        "gopher://a.example/",
        "ftp://a.example/",
        "http://",
        "//x/y",
        "feed",
        "",
        "http://a.example:0/",
        "http://a.example:99999/",
        "http://[::1",
        "http://a\x00b/",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with client() as web, pytest.raises(Unreachable):
        web.get(url)


# 8: credentials


def test_credentials_stay_with_their_origin(server: Hostile, bad: Hostile) -> None:
    server.routes["/away"] = moved(bad.url("/ok?arrived"))
    secrets = {"Authorization": "Bearer s3cret", "Cookie": "a=b", "X-Api-Key": "s3cret", "Accept": "text/xml"}
    with client(server, bad) as web:
        web.get(server.url("/away"), headers=secrets)
    arrived = next(request for request in bad.hits if request.path == "/ok?arrived")
    assert arrived.headers["accept"] == "text/xml"
    assert not {"authorization", "cookie", "x-api-key"} & set(arrived.headers)


def test_credentials_follow_a_redirect_on_their_own_origin(server: Hostile) -> None:
    server.routes["/here"] = moved("/ok")
    with client(server) as web:
        web.get(server.url("/here"), headers={"Authorization": "Bearer s3cret"})
    assert server.hits[1].headers["authorization"] == "Bearer s3cret"


def test_a_password_in_the_address_is_sent_but_never_told(server: Hostile) -> None:
    with client(server) as web:
        answer = web.get(server.url("/ok", host="ann:pw@127.0.0.1"))
    assert server.hits[0].headers["authorization"].startswith("Basic ")
    assert answer.url == server.url("/ok")


def test_cookies_are_not_kept(server: Hostile) -> None:
    server.routes["/cookie"] = page(set_cookie="id=1; Path=/")
    with client(server) as web:
        web.get(server.url("/cookie"))
        web.get(server.url("/ok"))
    assert "cookie" not in server.hits[1].headers


# 9: later


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("3600", 3600),
        ("Sun, 22 Nov 2026 13:00:00 GMT", 3600),
        ("soon, promised", 900),
        ("-5", 900),
        ("", 900),
        ("9" * 30, 7 * 86400),
        ("1500000000", 7 * 86400),
        ("Sun, 22 Nov 9999 13:00:00 GMT", 7 * 86400),
    ],
)
def test_a_server_that_says_later_is_believed_for_a_week_at_most(server: Hostile, said: str, wait: int) -> None:
    server.routes["/x"] = page(b"", 429, retry_after=said)
    with client(server) as web, pytest.raises(RateLimited) as told:
        web.get(server.url("/x"))
    assert told.value.until == web.waits[server.url("")] == NOW + timedelta(seconds=wait)


def test_rate_headers_say_when_too(server: Hostile) -> None:
    server.routes["/x"] = page(b"", 429, x_ratelimit_reset="2026-11-22T13:00:00.000Z")
    with client(server) as web, pytest.raises(RateLimited) as told:
        web.get(server.url("/x"))
    assert told.value.until == NOW + timedelta(hours=1)


def test_an_origin_that_asked_for_peace_is_not_called_again(server: Hostile) -> None:
    with client(server) as web:
        for path in ("/later", "/ok"):
            with pytest.raises(RateLimited):
                web.get(server.url(path))
    assert server.paths() == ["/later"]


def test_peace_holds_over_runs(server: Hostile) -> None:
    with client(server, waits={server.url(""): NOW + timedelta(hours=1)}) as web, pytest.raises(RateLimited):
        web.get(server.url("/ok"))
    assert not server.hits


def test_peace_ends(server: Hostile) -> None:
    with client(server, waits={server.url(""): NOW - timedelta(seconds=1)}) as web:
        assert web.get(server.url("/ok")).text == "ok"
    assert not web.waits


def test_a_wait_from_a_clock_gone_wrong_is_a_week_at_most() -> None:
    with client(waits={"http://a.example:80": NOW + timedelta(days=9999)}) as web:
        assert web.waits == {"http://a.example:80": NOW + timedelta(days=7)}


def test_a_short_wait_is_waited_for(server: Hostile) -> None:
    server.routes["/x"] = in_turn(page(b"", 429, retry_after=5), page(b"now"))
    slept: list[float] = []
    with client(server, sleep=slept.append) as web:
        assert web.get(server.url("/x")).text == "now"
    assert (slept, dict(web.waits)) == ([5.0], {})


def test_a_server_that_only_says_later_is_asked_three_times_a_run(server: Hostile) -> None:
    server.routes["/x"] = page(b"", 429, retry_after=1)
    with client(server, sleep=lambda _: None) as web:
        for _ in range(3):
            with pytest.raises(RateLimited):
                web.get(server.url("/x"))
    assert len(server.hits) == 3
    assert web.waits == {server.url(""): NOW + timedelta(minutes=15)}


def test_a_503_with_a_time_is_a_wait_and_one_without_an_accident(server: Hostile) -> None:
    server.routes["/503"] = page(b"", 503)
    with client(server) as web:
        with pytest.raises(Unreachable, match="503"):
            web.get(server.url("/503"))
        with pytest.raises(RateLimited):
            web.get(server.url("/maintenance"))
    assert server.paths() == ["/503", "/503", "/503", "/maintenance"]


# 10, 14: no


def test_an_accident_is_tried_again(server: Hostile) -> None:
    server.routes["/flaky"] = in_turn(page(b"", 500), page(b"", 502), page(b"fine"))
    with client(server) as web:
        assert web.get(server.url("/flaky")).text == "fine"


@pytest.mark.parametrize("trap", ["broken", "no-answer", "early-close"])
def test_an_accident_is_tried_three_times(server: Hostile, trap: str) -> None:
    with client(server) as web, pytest.raises(Unreachable):
        web.get(server.url(f"/{trap}"))
    assert len(server.hits) == 3
    assert web.requests == {server.url(""): 3}


@pytest.mark.parametrize(
    ("trap", "error"),
    [("missing", Missing), ("gone", Missing), ("forbidden", Refused), ("login", Refused), ("teapot", Unreachable)],
)
def test_a_plain_no_is_asked_once(server: Hostile, trap: str, error: type[ChannelError]) -> None:
    server.routes["/teapot"] = page(b"", 418)
    with client(server) as web, pytest.raises(error):
        web.get(server.url(f"/{trap}"))
    assert len(server.hits) == 1


def test_gone_is_forever_and_missing_is_not(bad: Hostile) -> None:
    with client(bad) as web:
        with pytest.raises(Missing) as gone:
            web.get(bad.url("/gone"))
        with pytest.raises(Missing) as missing:
            web.get(bad.url("/missing"))
    assert (gone.value.forever, missing.value.forever) == (True, False)


def test_the_server_s_reason_is_told_in_one_clean_line(bad: Hostile) -> None:
    with client(bad) as web, pytest.raises(Refused) as told:
        web.get(bad.url("/forbidden"))
    assert told.value.what.endswith("/forbidden answered 403: no [31m such token")


@pytest.mark.parametrize("packing", ["gzip", "identity", "gzip, gzip, gzip"])
@pytest.mark.parametrize("body", [b"x" * 2**20, b'{"message": 7}'])
def test_the_body_of_an_error_cannot_change_the_error(server: Hostile, packing: str, body: bytes) -> None:
    server.routes["/404"] = page(body, 404, content_encoding=packing)
    with client(server) as web, pytest.raises(Missing, match=r"answered 404$"):
        web.get(server.url("/404"), limit=10)


def test_an_error_carries_no_secret(server: Hostile) -> None:
    server.routes["/x?access_token=t0psecret&page=2"] = page(b'{"error": {"message": "bad t0psecret, k3y3"}}', 401)
    url = server.url("/x?access_token=t0psecret&page=2", host="ann:passw0rd@127.0.0.1")
    with client(server) as web, pytest.raises(Refused) as told:
        web.get(url, headers={"X-Key": "k3y3"})
    assert told.value.what == f"{server.url('/x?access_token=…&page=2')} answered 401: bad …, …"


def test_addresses_are_shown_without_secrets() -> None:
    assert shown("https://u:p@a.example/x?key=1&q=2#f") == "https://a.example/x?key=…&q=2"
    assert shown("http://[::1") == "an address that cannot be read"


# 11: only if it changed


def test_what_was_seen_is_asked_for_conditionally(server: Hostile) -> None:
    server.routes["/feed"] = conditional(b"news", '"v1"')
    with client(server) as web:
        first = web.get(server.url("/feed"))
        again = web.get(server.url("/feed"), seen=Seen.load(first.seen.dump()))
    assert (first.unchanged, again.unchanged, again.status, again.body) == (False, True, 304, b"")
    assert again.seen == first.seen


def test_the_same_bytes_are_nothing_new_even_without_a_304(bad: Hostile) -> None:
    with client(bad) as web:
        first = web.get(bad.url("/ok"))
        again = web.get(bad.url("/ok"), seen=first.seen)
    assert (again.unchanged, again.status, again.body) == (True, 200, b"ok")


def test_last_modified_is_sent_back(server: Hostile) -> None:
    server.routes["/x"] = page(last_modified="Sun, 22 Nov 2026 10:00:00 GMT")
    with client(server) as web:
        web.get(server.url("/x"), seen=web.get(server.url("/x")).seen)
    assert server.hits[1].headers["if-modified-since"] == "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize("etag", ["x" * 2000, "\x01", "é"])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(server: Hostile, etag: str) -> None:
    server.routes["/x"] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: " + etag.encode() + b"\r\n\r\n"
    with client(server) as web:
        try:
            assert web.get(server.url("/x")).seen.etag == ""
        except Unreachable:
            assert etag == "\x01"


@pytest.mark.parametrize("kept", [None, [], "x", {"etag": None}, {"other": 1}])
def test_an_unreadable_memory_is_as_if_nothing_was_seen(kept: object) -> None:
    assert Seen.load(kept) == Seen()


# 12: broken answers


@pytest.mark.parametrize("trap", ["early-close", "no-answer", "half-header", "two-lengths", "bad-chunk", "cut-chunk"])
def test_half_an_answer_is_none(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable):
        web.get(bad.url(f"/{trap}"))


@pytest.mark.parametrize("trap", ["not-http", "part", "unasked-304", "switch"])
def test_what_was_not_asked_for_is_no_answer(bad: Hostile, trap: str) -> None:
    with client(bad) as web, pytest.raises(Unreachable):
        web.get(bad.url(f"/{trap}"))


def test_tls_to_a_plain_port_fails_cleanly(bad: Hostile) -> None:
    with client(bad) as web, pytest.raises(Unreachable, match="cannot be reached"):
        web.get(bad.url("/ok").replace("http:", "https:"))


def test_a_closed_port_fails_cleanly() -> None:
    with Hostile() as server:
        pass
    with client(server) as web, pytest.raises(Unreachable, match="cannot be reached"):
        web.get(server.url("/ok"))


@pytest.mark.parametrize("pem", [CERTIFICATE, EXPIRED])
def test_a_certificate_nobody_vouches_for_is_refused_once(pem: Any) -> None:
    with (
        Hostile(tls=pem) as server,
        client(server) as web,
        pytest.raises(Unreachable, match="certificate verify failed"),
    ):
        web.get(server.url("/ok", host="localhost"))
    assert (len(server.hits), web.requests.total()) == (0, 1)


def test_a_certificate_is_held_against_the_name_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Hostile(tls=CERTIFICATE) as server, client(server) as web:
        assert web.get(server.url("/ok", host="localhost")).text == "ok"
        with pytest.raises(Unreachable, match="IP address mismatch"):
            web.get(server.url("/ok"))


def test_an_expired_certificate_is_refused_even_from_a_trusted_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    with Hostile(tls=EXPIRED) as server, client(server) as web, pytest.raises(Unreachable, match="expired"):
        web.get(server.url("/ok", host="localhost"))


# 13: politeness


def test_at_most_two_requests_run_at_once_on_one_origin(server: Hostile) -> None:
    running, most = [0], [0]
    meeting = threading.Barrier(2)

    def count(server: Hostile, connection: Any, request: Any) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        meeting.wait(5)
        running[0] -= 1
        connection.sendall(page())

    server.routes["/x"] = count
    with client(server) as web:
        threads = [threading.Thread(target=web.get, args=[server.url("/x")]) for _ in range(8)]
        _run(threads)
    assert (most[0], len(server.hits)) == (2, 8)


def _run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# the form


def test_a_form_is_sent_once(server: Hostile) -> None:
    with client(server) as web, pytest.raises(Unreachable):
        web.post(server.url("/broken"), {"grant_type": "refresh", "client_secret": "s3cret"})
    assert [(hit.method, hit.body) for hit in server.hits] == [("POST", b"grant_type=refresh&client_secret=s3cret")]


def test_a_form_s_answer_comes_back(server: Hostile) -> None:
    server.routes["/token"] = page(b'{"access_token": "new"}')
    with client(server) as web:
        assert web.post(server.url("/token"), {"a": "b"}).json() == {"access_token": "new"}


def test_json_is_sent_as_json(server: Hostile) -> None:
    server.routes["/login"] = page(b"{}")
    with client(server) as web:
        web.post(server.url("/login"), json={"identifier": "jo"})
    assert [hit.body for hit in server.hits] == [b'{"identifier":"jo"}']


def test_a_refusal_carries_what_the_server_told(server: Hostile) -> None:
    server.routes["/x"] = page(b'{"error": "NotFound", "message": "Post not found"}', status=400)
    with client(server) as web, pytest.raises(Unreachable, match="400: Post not found") as caught:
        web.get(server.url("/x"))
    assert caught.value.told == {"error": "NotFound", "message": "Post not found"}


def test_a_form_is_not_sent_on(server: Hostile) -> None:
    server.routes["/x"] = moved("/ok", 307)
    with client(server) as web, pytest.raises(Unreachable, match="not sent on"):
        web.post(server.url("/x"), {"a": "b"})


# what answers say


def answer(body: bytes, **headers: str) -> Answer:
    return Answer(status=200, url="http://a.example/x", headers=headers, body=body, seen=Seen())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b"[NaN]",
        b"[Infinity]",
        b"[1e999]",
        b"[-1e999]",
        b"[" * 5000,
        b"9" * 5000,
        b"\xff\xfe\x00",
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'"\x00"',
    ],
)
def test_bad_json_is_malformed_and_never_worse(body: bytes) -> None:
    with pytest.raises(Malformed):
        answer(body).json()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        ("[1]".encode("utf-16"), [1]),
        (b'["\xff"]', ["�"]),
        (rb'["\ud83d\ude00"]', ["😀"]),
        (rb'["\ud83d", "\ude00x", "\\ud83d"]', ["�", "�x", r"\ud83d"]),
    ],
)
def test_json_in_odd_dress_is_read(body: bytes, value: object) -> None:
    assert answer(body).json() == value


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (b"\xe9", "iso-8859-1", "é"),
        (b"\xc3\xa9", "utf-8", "é"),
        (b"\xc3\xa9", "no-such", "é"),
        (b"\xe9", "", "�"),
        (b"\xef\xbb\xbfx", "", "x"),
        (b"x", "rot13", "x"),
    ],
)
def test_text_is_decoded_as_claimed(body: bytes, charset: str, text: str) -> None:
    assert answer(body, **{"content-type": f'text/plain; charset="{charset}"'}).text == text
