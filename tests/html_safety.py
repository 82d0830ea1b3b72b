"""An independent judge of what we publish: reads a page as a browser would (html5lib) and lists all that is not safe.

It knows nothing of the sanitiser. `unsafe` takes a page or a fragment; `in_feed` and `in_json` take the HTML out of
feeds.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from xml.etree import ElementTree

import html5lib
from html5lib.constants import namespaces

_FRAMES = {"iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "foreignobject"}
_MOVES = {"animate", "set", "animatetransform", "animatemotion", "handler", "listener"}  # they can write attributes
_ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "cite",
    "background",
    "ping",
    "longdesc",
    "manifest",
}
_ADDRESSES |= {
    "dynsrc",
    "lowsrc",
    "code",
    "codebase",
    "archive",
    "classid",
    "profile",
    "from",
    "to",
    "values",
    "xml:base",
}
_LOADS = {"src", "poster", "background", "data", "dynsrc", "lowsrc", "srcset", "imagesrcset"}
_LOADING_RELS = {"stylesheet", "import", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "icon"}
_LOADING_RELS |= {"manifest", "apple-touch-icon", "mask-icon", "prerender"}
_HARMLESS_EQUIV = {"content-security-policy", "content-type", "x-ua-compatible", "content-language"}
_DATA_PICTURE = re.compile(r"data:image/(png|gif|jpeg|webp|avif)[;,]", re.IGNORECASE)


def unsafe(document: str | bytes, own: str = "") -> list[str]:
    """Sentences about every script, handler, address, frame, form, style or third-party load; [] for a safe document.

    `own` is the site's own host (with port); addresses without a host are its own as well.
    """
    found: list[str] = []
    for scripting in (True, False):  # noscript means different things to different readers
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(document, scripting=scripting)
        for element in tree.iter():
            if isinstance(element.tag, str):
                found += _judge(element, own)
    return list(dict.fromkeys(found))


def in_feed(document: bytes) -> Iterator[str]:
    """Every text of an Atom or RSS file that a reader may take for HTML."""
    for element in ElementTree.fromstring(document).iter():
        if element.text and "<" in element.text:
            yield element.text


def in_json(document: str | bytes) -> Iterator[str]:
    """Every string of a JSON file that could be taken for HTML."""
    waiting = [json.loads(document)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and "<" in value:
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _judge(element: ElementTree.Element, own: str) -> Iterator[str]:
    tag = _plain(element.tag)
    given = {_plain(key): value for key, value in element.attrib.items()}
    yield from _by_name(tag, element.text or "", given, own)
    for key, value in given.items():
        if key.startswith("on"):
            yield f"handler {key} on <{tag}>"
        if key in ("style", "srcdoc", "is"):
            yield f"{key} on <{tag}>"
        if key in _ADDRESSES and _bad_scheme(value, picture=(tag, key) == ("img", "src")):
            yield f"address {value[:60]!r} in {key} of <{tag}>"
    yield from _loads(tag, given, own)


def _by_name(tag: str, text: str, given: dict[str, str], own: str) -> Iterator[str]:
    is_data = given.get("type", "").lower() in ("application/ld+json", "application/json")
    if tag == "script" and not is_data and ("src" not in given or _foreign(given["src"], own)):
        yield f"script {given.get('src', text)[:60]!r}"
    if tag in _FRAMES or tag in _MOVES or tag in ("style", "base"):
        yield f"<{tag}>"
    if tag == "meta" and given.get("http-equiv", "content-type").strip().lower() not in _HARMLESS_EQUIV:
        yield f"meta http-equiv {given['http-equiv']!r}"
    for key in ("action", "formaction"):
        if _foreign(given.get(key, ""), own):
            yield f"form of <{tag}> to {given[key][:60]!r}"


def _loads(tag: str, given: dict[str, str], own: str) -> Iterator[str]:
    addresses = [given[key] for key in _LOADS & given.keys() if not key.endswith("srcset")]
    for key in ("srcset", "imagesrcset"):
        addresses += [part.split()[0] for part in given.get(key, "").split(",") if part.split()]
    rels = set(given.get("rel", "").lower().split())
    if (tag == "link" and rels & _LOADING_RELS) or tag in ("use", "image", "feimage", "pattern"):
        addresses.append(given.get("href", ""))
    for address in addresses:
        if _foreign(address, own):
            yield f"third-party load {address[:60]!r} in <{tag}>"


def _plain(name: str) -> str:
    """A tag or attribute in lower case without its namespace: {http://www.w3.org/1999/xlink}href → href."""
    for space in namespaces.values():
        name = name.replace(f"{{{space}}}", "")
    return name.lower().removeprefix("xlink:")


def _bare(address: str) -> str:
    """An address as browsers take it: no tabs, no line ends, no controls in front, backslashes as slashes."""
    return re.sub(r"[\t\n\r]", "", address).strip("".join(map(chr, range(33)))).replace("\\", "/")


def _bad_scheme(address: str, *, picture: bool) -> bool:
    bare = _bare(address)
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", bare)
    if scheme is None or scheme[1].lower() in ("http", "https", "mailto"):
        return False
    return not (picture and _DATA_PICTURE.match(bare))


def _foreign(address: str, own: str) -> bool:
    there = re.match(r"(?:https?:)?/{2,}(?:[^/?#@]*@)?([^/?#]*)|https?:/?([^/?#]+)", _bare(address), re.IGNORECASE)
    return there is not None and (there[1] or there[2] or "").lower() != own.lower()
