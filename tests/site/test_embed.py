"""The conversation on pages elsewhere: as a piece of HTML, by the component, as oEmbed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import html5lib
import mf2py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.site.embed import place
from tests.site.conftest import SETTINGS, Folder, lay, post, reply

STATIC = Path(__file__).parents[2] / "theme/static/embed"
P5, P6 = "https://blog.example/?p=5", "https://blog.example/?p=6"
PIECE = "embed/blog.example/5/talk.htm"
X = '\n[channels.x]\nkind = "twitter"\nhandle = "pot"\ntoken = "env:X"\n'
ADDRESSES = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=4).map("/".join)


@pytest.fixture
def talk(folder: Folder) -> Folder:
    """Two posts, the first with an answer on the blog and one on X."""
    (folder.path / "content/hub.toml").write_text(SETTINGS.replace("{prefix}", "talk/") + X, "utf-8")
    (folder.path / "theme/static/logos").mkdir(parents=True)
    (folder.path / "theme/static/logos/twitter.svg").write_text("<svg/>")
    folder.save(post(5), post(6), reply(1, P5))
    folder.save(reply(2, P5, channel="x", html="<p>Kettles on fire</p>", url="https://x.example/2"), channel="x")
    folder.build()
    return folder


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://Blog.example/2026/kettle/", "blog.example/2026/kettle"),
        ("http://blog.example:8080/caf%C3%A9", "blog.example=3A8080/caf=C3=A9"),
        ("https://blog.example/?p=12#top", "blog.example/=3Fp=3D12"),
        ("https://blog.example", "blog.example"),
    ],
)
def test_a_piece_lies_where_the_address_of_its_page_says(url: str, path: str) -> None:
    assert place(url) == f"embed/{path}/talk.htm"


@pytest.mark.parametrize("url", ["https://a.example/../b", "https://a.example/x/./y", "urn:isbn:1", "", "/a/b"])
def test_what_is_no_place_on_a_disk_has_no_piece(url: str) -> None:
    assert place(url) == ""


@given(ADDRESSES)
def test_no_address_leads_out_of_its_folder(path: str) -> None:
    found = place(f"https://blog.example/{path}")
    parts = found.split("/")
    assert not found or (parts[:2] == ["embed", "blog.example"] and not {"", ".", ".."} & set(parts))


def attributes(html: str) -> Iterator[tuple[str, str, str]]:
    for element in html5lib.parse(html, namespaceHTMLElements=False).iter():
        yield from ((element.tag, name, value) for name, value in element.attrib.items())


def test_a_piece_has_neither_script_nor_style_nor_id_and_every_link_is_whole(talk: Folder) -> None:
    html = talk.files()[PIECE].decode()
    told = list(attributes(html))
    assert "<script" not in html
    assert "<style" not in html
    assert "<iframe" not in html
    assert not [name for _, name, _ in told if name in ("id", "style") or name.startswith("on")]
    assert all(value.startswith("https://") for _, name, value in told if name in ("href", "src"))


def test_a_piece_holds_the_answers_and_a_reader_of_microformats_finds_them(talk: Folder) -> None:
    html = f'<div class="h-entry">{talk.files()[PIECE].decode()}</div>'
    (entry,) = mf2py.parse(doc=html)["items"]
    (first, _) = entry["properties"]["comment"]
    assert first["properties"]["content"][0]["value"] == "Words of reply 1"


def test_what_terms_keep_off_other_pages_is_where_and_when(talk: Folder) -> None:
    html = talk.files()[PIECE].decode()
    assert "Kettles on fire" in talk.page(P5)
    assert "Kettles on fire" not in html
    assert "Reader 2" not in html
    assert "https://x.example/2" in html


def test_a_reply_rewrites_the_piece_of_its_own_post_alone(talk: Folder) -> None:
    talk.save(reply(3, P6))
    written = [path for path in talk.build().written if path.startswith("embed/")]
    assert written == ["embed/blog.example/6/talk.htm"]


def test_a_piece_goes_with_its_post(talk: Folder) -> None:
    talk.save(gone=(P5,))
    talk.build()
    assert not (talk.path / "output/embed/blog.example/5").exists()


@pytest.mark.parametrize("order", [(5, 6), (6, 5)])
def test_of_posts_with_one_address_the_same_has_the_piece_whatever_came_first(folder: Folder, order) -> None:
    both = {5: post(5, url="https://blog.example/one/"), 6: post(6, url="https://blog.example/one/", title="Else")}
    for number in order:
        folder.save(both[number])
        folder.build()
    assert "p/2026-01-06-one" in folder.files()["embed/blog.example/one/talk.htm"].decode()


def test_oembed_quotes_a_post_with_a_link_and_nothing_that_runs(talk: Folder) -> None:
    (path,) = [path for path in talk.files() if path.endswith("oembed.json") and "-5-" in path]
    told = json.loads(talk.files()[path])
    assert (told["type"], told["title"], told["version"]) == ("rich", "Post 5", "1.0")
    assert "Body of post 5" in told["html"]
    assert {tag for tag, *_ in attributes(told["html"])} == {
        "blockquote",
        "p",
        "a",
    }
    assert f'type="application/json+oembed" title="Post 5 · Tin Pot" href="https://talk.example/talk/{path}"' in (
        talk.page(P5)
    )


def test_a_post_whose_network_wants_no_frame_is_neither_quoted_nor_told_to_be(talk: Folder) -> None:
    talk.save(post(7, id="x:7", channel="x", title="Titled", url="https://x.example/7"), channel="x")
    talk.build()
    assert "oembed" not in talk.page("x:7")
    assert not [path for path in talk.files() if "x.example" in path or ("-7-" in path and "oembed" in path)]


def test_other_hosts_may_read_it_and_search_engines_do_not_list_it(talk: Folder) -> None:
    for name in ("_headers", ".htaccess", "_nginx"):
        _, _, part = talk.files()[name].decode().partition("/talk/embed/")
        assert "Access-Control-Allow-Origin" in part
        assert "noindex" in part


def test_the_component_is_small_and_keeps_its_address(talk: Folder) -> None:
    script = (STATIC / "talk.js").read_bytes()
    assert len(script) <= 5000
    assert talk.files()["embed/talk.js"] == script
    assert not [word for word in (b"cookie", b"iframe", b"localStorage", b"eval") if word in script.split(b"=>", 1)[1]]


def test_a_hub_below_a_path_names_itself_so(tmp_path: Path) -> None:
    folder = lay(tmp_path / "hub", "talk/")
    folder.save(post(5))
    folder.build()
    folder.store.close()
    assert "https://talk.example/talk/p/2026-01-06-5" in folder.files()[PIECE].decode()
