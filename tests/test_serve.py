"""The preview host and the search API, asked through ASGI as a browser asks them."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from hub.api import Limiter
from hub.index.whoosh import Whoosh
from hub.model import Account, Entry, Item
from hub.serve import app, mounted

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
SEARCH = """<!doctype html><title>Search</title><body><main data-root="../" data-api="">
<form><input id="q" name="q"></form><p id="status" role="status"></p>
<div><!--hits--><ol id="hits"></ol></div></main></body>"""
PAGE = "<!doctype html><title>Hello</title><body><p>Hello " + "world " * 200 + "</p></body>"


def message(number: int, text: str, **more: Any) -> Entry:
    id = f"https://example.org/{number}"
    when = datetime(2026, 1, 1 + number % 28, tzinfo=UTC)
    author = Account(name="Ana <i>Roy</i>", handle="@ana")
    item = Item(id=id, url=id, channel="blog", author=author, published=when, html=f"<p>{text}</p>", **more)
    return Entry(seq=number + 1, what="item", id=id, item=item, thread=id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    files = {
        "index.html": PAGE,
        "404.html": "<title>Not here</title>",
        "search/index.html": SEARCH,
        "p/hello/index.html": PAGE,
        "static/hub.css": "body{}",
        "static/a.png": "\x89PNG",
        ".secret": "secret",
        ".well-known/security.txt": "Contact",
        "_headers": "/*\n  X-Site: yes\n/static/*\n  Cache-Control: max-age=9\n",
        "_redirects": "# moved\n/old /p/hello/ 301\n/was/* /p/:splat 302\n",
    }
    for name, text in files.items():
        path = root / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "secret.txt").write_text("secret")
    (root / "output" / "leak.txt").symlink_to(root / "secret.txt")
    with_index = Whoosh(root / "index")
    bikes = [message(n, f"A red bicycle number {n}", title=f"Bicycle {n}") for n in range(30)]
    with_index.update([*bikes, message(40, "Brakes squeak <b>badly</b>", title="<script>alert(1)</script>")])
    return root


@pytest.fixture(scope="module")
def site(folder: Path) -> Starlette:
    return made(folder)


def made(folder: Path, **options: Any) -> Starlette:
    options = {"limiter": Limiter(burst=100_000)} | options
    return app(folder / "output", folder / "index", **options)


def ask(site: Starlette, path: str, method: str = "GET", **options: Any) -> httpx2.Response:
    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=site)
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(go())


# the host


def test_a_folder_shows_its_index(site: Starlette) -> None:
    answer = ask(site, "/p/hello/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_folder_without_slash_is_redirected_with_its_question(site: Starlette) -> None:
    answer = ask(site, "/p/hello?x=1")
    assert (answer.status_code, answer.headers["location"]) == (301, "/p/hello/?x=1")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/.secret",
        "/_headers",
        "/_redirects",
        "/leak.txt",
        "/../secret.txt",
        "/p/%2e%2e/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/p/..%5c..%5csecret.txt",
        "/p//hello/",
        "/static/",
        "/index.html/",
        "/index.html%00.txt",
        "/" + "x" * 3000,
        "/p/hello/.%2e/hello/",
    ],
)
def test_what_may_not_be_seen_is_not_there(site: Starlette, path: str) -> None:
    answer = ask(site, path)
    assert (answer.status_code, "secret" in answer.text) == (404, False)


def test_the_missing_page_is_the_sites_own(site: Starlette) -> None:
    assert "Not here" in ask(site, "/nothing").text


def test_well_known_files_are_seen(site: Starlette) -> None:
    assert ask(site, "/.well-known/security.txt").text == "Contact"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(site: Starlette, method: str) -> None:
    assert [ask(site, path, method).status_code for path in ("/", "/api/v1/search")] == [405, 405]


def test_head_says_the_same_without_a_body(site: Starlette) -> None:
    got, asked = ask(site, "/"), ask(site, "/", "HEAD")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["etag"] == got.headers["etag"]


def test_a_page_that_the_visitor_has_is_not_sent_again(site: Starlette) -> None:
    etag = ask(site, "/").headers["etag"]
    assert ask(site, "/", headers={"If-None-Match": f'"other", W/{etag}'}).status_code == 304


def test_a_picture_that_the_visitor_has_is_not_sent_again(site: Starlette) -> None:
    etag = ask(site, "/static/a.png").headers["etag"]
    assert ask(site, "/static/a.png", headers={"If-None-Match": etag}).status_code == 304


def test_pages_are_compressed_for_who_can_read_it(site: Starlette) -> None:
    packed = ask(site, "/", headers={"Accept-Encoding": "gzip"})
    plain = ask(site, "/", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text == PAGE


def test_the_headers_file_is_honoured(site: Starlette) -> None:
    answer = ask(site, "/static/hub.css")
    assert (answer.headers["x-site"], answer.headers["cache-control"]) == ("yes", "max-age=9")


def test_nothing_is_sniffed(site: Starlette) -> None:
    paths = ("/", "/nothing", "/static/a.png", "/api/v1/search?q=x", "/api/v1/search?page=0", "/healthz")
    assert {ask(site, path).headers["x-content-type-options"] for path in paths} == {"nosniff"}


@pytest.mark.parametrize(("path", "to"), [("/old", "/p/hello/"), ("/was/x/", "/p/x/")])
def test_the_redirects_file_is_honoured(site: Starlette, path: str, to: str) -> None:
    assert ask(site, path).headers["location"] == to


def test_a_new_version_is_seen_at_once(folder: Path, site: Starlette) -> None:
    page = folder / "output" / "p" / "new.html"
    page.write_text("one")
    first = ask(site, "/p/new.html").text
    page.write_text("three")
    assert (first, ask(site, "/p/new.html").text) == ("one", "three")


def test_a_site_stands_under_its_prefix(folder: Path) -> None:
    site = made(folder, prefix="talk")
    codes = [ask(site, path).status_code for path in ("/talk/", "/talk/p/hello/", "/p/hello/", "/talk", "/")]
    assert codes == [200, 200, 404, 301, 301]


def test_the_api_answers_under_the_prefix_too(folder: Path) -> None:
    site = made(folder, prefix="/talk/")
    assert [ask(site, f"{base}api/v1/search?q=red").json()["total"] for base in ("/", "/talk/")] == [30, 30]


# reload while one works


def test_the_preview_reloads_by_a_script_of_its_own(folder: Path) -> None:
    page = ask(made(folder, live=(), prefix="/talk/"), "/talk/").text
    assert '<script type="module" src="/talk/__hub/live.js"></script></body>' in page


def test_without_preview_a_page_is_as_it_was_built(folder: Path, site: Starlette) -> None:
    assert ask(site, "/").text == (folder / "output" / "index.html").read_text()
    assert ask(site, "/__hub/live.js").status_code == 404


# the API


def search(site: Starlette, query: str, **options: Any) -> Any:
    return ask(site, f"/api/v1/search?{query}", **options).json()


def test_a_search_answers_with_hits_and_pages(site: Starlette) -> None:
    found = search(site, "q=red+bicycle&per_page=7&page=2&facets=channel,type")
    assert (found["total"], found["pages"], len(found["hits"]), found["partial"]) == (30, 5, 7, False)
    assert found["facets"]["channel"] == [{"value": "blog", "label": "blog", "count": 30, "selected": False}]
    assert (found["links"]["prev"], found["links"]["next"]) == (
        "?q=red+bicycle&per_page=7&facets=channel%2Ctype&page=1",
        "?q=red+bicycle&per_page=7&facets=channel%2Ctype&page=3",
    )


def test_a_hit_has_its_address_here_and_at_home(site: Starlette) -> None:
    hit = search(site, "q=squeak")["hits"][0]
    assert hit["url"].startswith("p/2026-01-13-40-")
    assert (hit["origin"], hit["person"]["handle"]) == ("https://example.org/40", "@ana")


def test_marks_are_offsets_into_plain_text(site: Starlette) -> None:
    piece = search(site, "q=squeak")["hits"][0]["snippet"][0]
    assert [piece["text"][start:end] for start, end in piece["marks"]] == ["squeak"]


def test_an_answer_that_the_visitor_has_is_not_sent_again(site: Starlette) -> None:
    etag = ask(site, "/api/v1/search?q=red").headers["etag"]
    again = ask(site, "/api/v1/search?q=red", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_neighbouring_pages_stand_in_the_link_header(site: Starlette) -> None:
    links = ask(site, "/api/v1/search?q=red").headers["link"]
    assert 'rel="self"' in links
    assert 'rel="next"' in links


WRONG = ["page=0", "page=51", "page=x", "page=²", "per_page=101", "page=20&per_page=100", "sort=best", "type=thing"]
WRONG += ["has=teeth", "from=yesterday", "to=2026-02-30", "facets=shoes", "q=" + "x" * 257, "&".join(["topic=x"] * 51)]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_question_is_a_problem_with_a_hint(site: Starlette, query: str) -> None:
    answer = ask(site, f"/api/v1/search?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["status"] == 400
    assert answer.json()["hint"]


def test_an_unknown_resource_is_a_problem(site: Starlette) -> None:
    assert ask(site, "/api/v2/search").json()["title"] == "Not found"


def test_who_asks_too_often_is_told_to_wait(folder: Path) -> None:
    now = [0.0]
    site = made(folder, limiter=Limiter(rate=1, burst=2, clock=lambda: now[0]))
    codes = [ask(site, "/api/v1/search?q=red").status_code for _ in range(3)]
    now[0] = 1.0
    assert [*codes, ask(site, "/api/v1/search?q=red").status_code] == [200, 200, 429, 200]


def test_the_limiter_says_how_long_to_wait() -> None:
    limiter = Limiter(rate=0.1, burst=1, clock=lambda: 5.0)
    assert [limiter.wait("a"), limiter.wait("a"), limiter.wait("b")] == [0, 10, 0]


def test_the_limiter_forgets_the_oldest_addresses() -> None:
    limiter = Limiter(rate=1, burst=1, clock=lambda: 0.0, most=2)
    assert [limiter.wait(address) > 0 for address in ("a", "b", "c", "a", "c")] == [False, False, False, False, True]


def test_suggestions_have_the_form_of_opensearch(site: Starlette) -> None:
    answer = ask(site, "/api/v1/suggest?q=red+bicy")
    assert answer.json() == ["red bicy", ["red bicycle"]]
    assert answer.headers["content-type"] == "application/x-suggestions+json"


def test_what_is_like_an_item_can_be_asked(site: Starlette) -> None:
    answer = ask(site, "/api/v1/like", params={"id": "https://example.org/3"})
    ids = [hit["id"] for hit in answer.json()["hits"]]
    assert (len(ids), "https://example.org/3" in ids) == (8, False)
    assert [ask(site, f"/api/v1/like?{query}").status_code for query in ("id=nobody", "")] == [404, 404]


def test_facets_can_be_asked_alone(site: Starlette) -> None:
    assert set(ask(site, "/api/v1/facets?q=red").json()["facets"]) >= {"channel", "person", "month"}


def test_health_says_how_far_the_index_is(site: Starlette) -> None:
    assert ask(site, "/healthz").json() == {"status": "ok", "mark": 41}


def test_a_damaged_index_is_unwell_and_says_how_to_mend_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{}")
    site = app(folder / "output", tmp_path)
    for path in ("/healthz", "/api/v1/search?q=x"):
        answer = ask(site, path)
        assert (answer.status_code, "hub index" in answer.json()["hint"]) == (503, True)


def test_only_the_sites_origin_may_ask_from_elsewhere(folder: Path) -> None:
    site = made(folder, cors="https://brand.example")
    origins = ("https://brand.example", "https://other.example")
    answers = [ask(site, "/api/v1/search?q=x", headers={"Origin": origin}) for origin in origins]
    assert [answer.headers.get("access-control-allow-origin") for answer in answers] == ["https://brand.example", None]


SETTINGS = '[brand]\nname = "Ada"\nurl = "https://brand.example/talk/"\n[serve]\napi = "{api}"\n'


@pytest.mark.parametrize("api", ["https://search.example", ""])
def test_the_brands_pages_may_ask_an_api_that_stands_elsewhere(
    api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/hub.toml").write_text(SETTINGS.format(api=api))
    monkeypatch.setenv("HUB_SITE", str(tmp_path))
    answer = ask(mounted(), "/talk/api/v1/search?q=x", headers={"Origin": "https://brand.example"})
    assert answer.headers.get("access-control-allow-origin", "") == ("https://brand.example" if api else "")


def test_an_update_elsewhere_is_found_at_once(tmp_path: Path) -> None:
    site = app(tmp_path, tmp_path / "index")
    before = search(site, "q=sudden")["total"]
    Whoosh(tmp_path / "index").update([message(1, "a sudden post")])
    assert (before, search(site, "q=sudden")["total"]) == (0, 1)


def naughty() -> Iterator[str]:
    yield from ["[a TO z]", "*a* *e* *i* *o* *u*", "bicycle~9", "*a*", "((((" * 64, "NOT " * 64, "x" * 256, "\udcff"]
    yield from ["NOT OR foobar", "when:[x to y", '"red bicycle"~', "from:", 'a:"', "'; DROP TABLE", "\x00\x01"]
    file = CORPORA / "naughty-strings" / "blns.json"
    yield from json.loads(file.read_text()) if file.exists() else ()


@pytest.mark.slow
def test_no_question_is_a_server_error(site: Starlette) -> None:
    codes = set()
    for text in naughty():
        codes.add(ask(site, "/api/v1/search", params={"q": text.encode("utf-8", "replace").decode()}).status_code)
    assert codes <= {200, 400}


# the search page without scripts


def test_the_search_page_answers_without_scripts(site: Starlette) -> None:
    page = ask(site, "/search/?q=squeak").text
    assert '<input id="q" value="squeak" name="q">' in page
    assert '<p id="status" role="status">1 result.</p>' in page
    assert "<mark>squeak</mark>" in page


def test_what_people_wrote_is_escaped_on_the_search_page(site: Starlette) -> None:
    page = ask(site, "/search/", params={"q": 'squeak "><script>alert(2)</script>'}).text
    assert "<script>" not in page
    assert "<i>" not in ask(site, "/search/?q=squeak").text
    assert "&lt;script&gt;" in page


def test_the_search_page_names_the_server_as_its_api(folder: Path) -> None:
    assert 'data-api="/talk/"' in ask(made(folder, prefix="/talk"), "/talk/search/").text


def test_a_search_page_with_an_answer_is_compressed_too(site: Starlette) -> None:
    answer = ask(site, "/search/?q=red", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.compress(answer.content)


def test_the_search_page_leads_to_the_next_one(site: Starlette) -> None:
    found = ask(site, "/search/?q=red+bicycle&channel=blog&from=2026").text
    link = '<a rel="next" href="?q=red+bicycle&amp;channel=blog&amp;from=2026-01-01&amp;page=2">Next page</a>'
    assert link in found


def test_the_search_page_speaks_the_sites_language(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "search" / "index.html"
    page.parent.mkdir()
    words = "1 Treffer.|{} Treffer.|Antwort auf {}|Ohne Titel|Ohne Namen|Datum unbekannt|{}|{}|x|y"
    page.write_text('<html lang="de">' + SEARCH.replace("data-api", f'data-words="{words}" data-api'))
    text = ask(app(tmp_path, folder / "index"), "/search/?q=squeak").text
    assert ("1 Treffer." in text, "13. Januar 2026" in text) == (True, True)


def test_the_search_page_names_channels_as_the_site_does(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "search" / "index.html"
    label = "<span class=place data-kind=blog data-value=blog>Our “Blog”</span>"
    page.parent.mkdir()
    page.write_text(SEARCH.replace("<form>", f"<form><template>{label}</template>"))
    assert f'<p class="meta">{label} · ' in ask(app(tmp_path, folder / "index"), "/search/?q=squeak").text


def test_a_wrong_question_is_answered_on_the_page(site: Starlette) -> None:
    assert "Ask with fewer words." in ask(site, "/search/?q=" + "x" * 257).text
