"""Short words for what channels bring, and for what an archive then shows."""

from datetime import UTC, datetime, timedelta

from hub.model import Batch, Item, Reply, Tombstone, Unknown
from hub.store.archive import Archive

SITE = "https://acme.example/"
START = datetime(2026, 1, 1, tzinfo=UTC)


def url(name: str) -> str:
    return f"{SITE}{name}" if name else ""


def item(name: str, *, at: int | None = 0, to: str = "", root: str = "", channel: str = "blog", **more: object) -> Item:
    """An item called `name`, said `at` minutes after the start (None: undated), that answers `to`."""
    more.setdefault("html", f"<p>{name}</p>")
    when = None if at is None else START + timedelta(minutes=at)
    ties = {"reply_to": url(to), "root": url(root)}
    return Item(**{"id": url(name), "url": f"{url(name)}/page", "channel": channel, "published": when, **ties, **more})


def post(name: str, **more: object) -> Item:
    """One of the brand's own."""
    return item(name, ours=True, **more)


def bring(archive: Archive, *items: Item, channel: str = "blog", **more: object) -> object:
    return archive.save(channel, Batch(items=items, **more))


def lose(archive: Archive, *names: str, channel: str = "blog") -> object:
    return archive.save(channel, Batch(gone=tuple(url(name) for name in names)))


def short(uri: str) -> str:
    return uri.removeprefix(SITE)


def line(reply: Reply) -> str:
    """A reply as one word: dots for its depth, † gone, ‡ hidden, ? never seen, ~ joined by the conversation alone."""
    match reply.node:
        case Tombstone(id=id, why=why):
            name = short(id) + ("†" if why == "deleted" else "‡")
        case Unknown(name=uri):
            name = short(uri) + "?"
        case seen:
            name = short(seen.id)
    return "." * reply.depth + name + ("~" if reply.joined else "")


def tree(archive: Archive, root: str) -> list[str] | None:
    """A conversation as its lines; None when there is none."""
    found = archive.thread(url(root))
    return None if found is None else [line(reply) for reply in found.replies]


def visible(archive: Archive) -> list[str]:
    return sorted(short(record.item.id) for record in archive.records())


def entries(archive: Archive, since: int = 0) -> list[tuple[str, bool, str]]:
    """The journal since a mark: (what changed, is it shown, its thread)."""
    return [(short(one.id), one.item is not None, short(one.thread)) for one in archive.changed(since)]


def whole(archive: Archive) -> dict[str, object]:
    """Everything a follower can be told, as one value to compare."""
    records = list(archive.records())
    return {
        "records": records,
        "threads": {one.thread: archive.thread(one.thread) for one in records},
        "journal": {one.id: (one.item, one.thread) for one in archive.changed(0) if one.what == "item" and one.item},
    }
