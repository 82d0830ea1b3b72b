"""Files beside the pages, for other programs: ActivityStreams of a post, OPML, OpenSearch, manifest, llms.txt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from mimetypes import guess_type
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hub.model import Account, Item, Media
from hub.pages import Page, base, feed
from hub.site.lacks import elsewhere
from hub.site.talk import WHOLE, Talk
from hub.site.views import Card
from hub.store import Record

if TYPE_CHECKING:
    from hub.site.make import Workshop

ACTIVITY = "activity.json"
TYPES = {"article": "Article", "audio": "Audio", "image": "Image", "video": "Video", "question": "Question"}
MEDIA = {"image": "Image", "video": "Video", "audio": "Audio"}
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SHORT = 16  # characters of an OpenSearch ShortName

ET.register_namespace("os", OPENSEARCH)


# a post as ActivityStreams 2.0
def activity(shop: Workshop, record: Record, talk: Talk, card: Card) -> bytes:
    """The post by its address here, with the addresses of its replies. Of a channel whose texts may stand in no data
    there is no more than address, channel and date."""
    item, here = record.shown, shop.at.absolute(card.href)
    entity = {
        "@context": _context(shop, talk),
        "id": here,
        "type": TYPES.get(item.kind, "Note"),
        "url": [here, *([item.url] if item.url and item.url != here else [])],
        "generator": {"type": "Service", "name": shop.composer.place(item.channel).label},
        "published": card.published.iso,
        **(_said(shop, item) if not (item.withheld or item.channel in shop.texts.settings.bare) else {}),
        "replies": _replies(shop, talk, card),
    }
    return json.dumps({name: part for name, part in entity.items() if part}, ensure_ascii=False, indent=1).encode()


def _context(shop: Workshop, talk: Talk) -> object:
    """AS2 §2.1.1: what is not of its vocabulary is defined beside it."""
    plain = "https://www.w3.org/ns/activitystreams"
    own = {"coverage": {"@id": shop.at.absolute("transparency/#coverage"), "@type": "@json"}}
    return [plain, own] if _coverage(shop, talk) else plain


def _said(shop: Workshop, item: Item) -> dict[str, object]:
    covered = bool(item.warning or item.sensitive)
    tags = [{"type": "Hashtag", "name": f"#{tag}"} for tag in item.tags]
    return {
        "attributedTo": _actor(shop, item.author, item.ours),
        "updated": item.edited.isoformat(timespec="seconds") if item.edited else "",
        "name": item.title,
        "summary": item.warning,
        "sensitive": covered,
        ("contentMap" if item.language else "content"): {item.language: item.html} if item.language else item.html,
        "inReplyTo": item.reply_to,
        "tag": tags,
        "attachment": [part for media in item.media if (part := _attached(shop, media))],
    }


def _actor(shop: Workshop, account: Account, ours: bool) -> dict[str, object]:
    sort = "Service" if account.automated else "Organization" if ours else "Person"
    actor = {"type": sort, "name": shop.composer.name(account), "url": account.url}
    return {name: part for name, part in actor.items() if part}


def _attached(shop: Workshop, media: Media) -> dict[str, object]:
    """A picture by its local copy, a film or a recording by its address at the source."""
    source = shop.at.absolute(found) if (found := shop.composer.picture(media).src) else ""
    url = source if media.type == "image" else media.url
    sort = guess_type(url)[0] or ""
    known = {"type": MEDIA.get(media.type, "Document"), "url": url, "mediaType": sort, "name": media.alt}
    return {name: part for name, part in known.items() if part} if url else {}


def _replies(shop: Workshop, talk: Talk, card: Card) -> dict[str, object]:
    said = (reply.node for reply in talk.replies if isinstance(reply.node, Item))
    items = [shop.where(talk.thread.root, item.id) for item in islice(said, WHOLE)]
    return {"type": "Collection", "totalItems": card.replies, "items": items, **_coverage(shop, talk)}


def _coverage(shop: Workshop, talk: Talk) -> dict[str, object]:
    """Where more replies are known of: how many there are and why they are not here, channel by channel."""
    rows = [
        {
            "channel": shop.composer.place(one.channel).label,
            "shown": one.shown,
            "reported": one.reported,
            "absent": {why or "unknown": many for why, many in elsewhere(one).items()},
        }
        for one in talk.thread.coverage
        if one.reported > one.shown
    ]
    return {"coverage": rows} if rows else {}


# files about the whole site
def files(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    """What is the same whatever was said: it moves with the settings alone."""
    return {
        "feeds/all.opml": opml(shop),
        "opensearch.xml": opensearch(shop),
        "manifest.webmanifest": manifest(shop),
        "llms.txt": llms(shop),
    }


def _feeds(shop: Workshop) -> Iterator[tuple[str, str, str]]:
    """(title, path of the feed without its ending, path of the page) of all posts, all replies and each channel."""
    yield shop.shell.name, "feeds/all", ""
    yield f"{shop.texts.replies_title()} · {shop.shell.name}", "feeds/replies", ""
    for name in shop.texts.settings.channels:
        yield f"{shop.list_title(name)} · {shop.shell.name}", f"feeds/{feed(name)}", base(name)


def opml(shop: Workshop) -> bytes:
    """OPML 2.0: every feed of the site but those of topics, to be taken into a reader at once."""
    root = ET.Element("opml", {"version": "2.0"})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = shop.shell.name
    body = ET.SubElement(root, "body")
    for title, at, home in _feeds(shop):
        known = {"type": "rss", "text": title, "title": title, "version": "ATOM"}
        addresses = {"xmlUrl": shop.at.absolute(f"{at}.atom"), "htmlUrl": shop.at.absolute(home)}
        ET.SubElement(body, "outline", known | addresses)
    return _xml(root)


def opensearch(shop: Workshop) -> bytes:
    """OpenSearch 1.1, so that browsers offer the site's own search."""
    root = ET.Element(f"{{{OPENSEARCH}}}OpenSearchDescription")
    name = shop.shell.name

    def add(tag: str, text: str = "", **more: str) -> None:
        ET.SubElement(root, f"{{{OPENSEARCH}}}{tag}", more).text = text or None

    add("ShortName", name if len(name) <= SHORT else name[:SHORT].rsplit(" ", 1)[0].strip())
    add("Description", shop.texts.word("Search everything %(brand)s said and what people answered.", brand=name))
    add("InputEncoding", "UTF-8")
    add("Language", shop.shell.language)
    if shop.shell.icon:
        add("Image", shop.at.absolute(shop.shell.icon), type=_sort(shop.shell.icon))
    add("Url", type="text/html", method="get", template=f"{shop.at.absolute('search/')}?q={{searchTerms}}")
    if shop.shell.api:
        suggest = f"{shop.shell.api.rstrip('/')}/api/v1/suggest?q={{searchTerms}}"
        add("Url", type="application/x-suggestions+json", method="get", template=suggest)
    add("Url", type="application/opensearchdescription+xml", rel="self", template=shop.at.absolute("opensearch.xml"))
    return _xml(root)


def manifest(shop: Workshop) -> bytes:
    """A web app manifest that keeps the site in the browser: no service worker, no window of its own."""
    shell = shop.shell
    icon = {"src": shop.at.url(shell.icon), "sizes": "any", "type": _sort(shell.icon)}
    known = {
        "name": shell.name,
        "short_name": shell.name[:12].strip(),
        "description": shell.description,
        "lang": shell.language,
        "dir": shell.dir,
        "start_url": shop.at.url(""),
        "scope": shop.at.url(""),
        "display": "browser",
        "icons": [icon] if shell.icon else [],
    }
    return json.dumps({name: part for name, part in known.items() if part}, ensure_ascii=False, indent=1).encode()


def _sort(icon: str) -> str:
    return guess_type(icon)[0] or "image/png"


def llms(shop: Workshop) -> bytes:
    """llms.txt: what this is, and where all of it can be read."""
    word, at = shop.texts.word, shop.at.absolute
    about = shop.shell.description or word("Everything %(brand)s says, and what people answer.", brand=shop.shell.name)
    pages = [(word("Archive"), "archive/"), (word("Topics"), "topics/"), (word("About this site"), "about/")]
    lines = [f"# {shop.shell.name}", "", f"> {about}", "", f"## {word('Feeds')}", ""]
    lines += [f"- [{title}]({at(path)}.json)" for title, path, _ in _feeds(shop)]
    lines += ["", f"## {word('Pages')}", ""]
    lines += [f"- [{title}]({at(path)})" for title, path in [*pages, *shop.shell.own_pages]]
    return "\n".join([*lines, ""]).encode()


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
