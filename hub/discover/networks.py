"""Which place on a network an address is: kind and fields of the channel that would read it. Pure.

Only addresses of profiles, repositories and the like count: a link to one post, a share button or a search is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from hub.channels.atproto import is_account

Fields = Mapping[str, object]
NOT_PEOPLE = re.compile(
    r"about|account|accounts|ads|apps|business|compose|developer|dialog|direct|download|enterprise|events|explore"
    r"|features|groups|hashtag|help|home|i|intent|jobs|legal|login|logout|marketplace|messages|notifications|orgs"
    r"|pages|plugins|policies|pricing|privacy|reel|reels|search|security|settings|share|sharer|signup|site|sponsors"
    r"|stories|terms|topics|tos|trending|watch",
    re.I,
)
NAME = re.compile(r"[A-Za-z0-9_]{1,15}")
HUB_OF = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
PAGE = re.compile(r"[A-Za-z0-9._-]{2,80}(?<!\.php)")
FORUM = re.compile(r"https?://(?:forums?|community|discuss|discourse|talk|meta|support)\.[^/]+")
REPO = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Lead(NamedTuple):
    """A place that may be the brand's: what kind would read it, with which fields; `address` is where people look.

    `asks` says that the host's software is only a guess: any server may have /@name and /c/name.
    """

    kind: str
    fields: Fields
    address: str
    asks: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The same for two spellings of one place."""
        return self.kind, repr(sorted((name, str(value).lower().rstrip("/")) for name, value in self.fields.items()))


def lead(url: str) -> Lead | None:
    """The place an address is; None for all the rest of the web."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username:
        return None
    path = [unquote(part) for part in parts.path.split("/") if part]
    read = _READERS.get("linkedin.com" if host.endswith(".linkedin.com") else host)
    if read:
        return read(path, parts.query)
    if _CLOSED.fullmatch(host):
        return None
    return _hosted(host, path) or _anywhere(f"{parts.scheme}://{parts.netloc}", path)


def _bluesky(path: list[str], _: str) -> Lead | None:
    if len(path) != 2 or path[0] != "profile" or not is_account(path[1]):
        return None
    return Lead("bluesky", {"handle": path[1]}, f"https://bsky.app/profile/{path[1]}")


def _youtube(path: list[str], _: str) -> Lead | None:
    if path and path[0].startswith("@") and len(path[0]) > 1:
        return Lead("youtube", {"account": path[0]}, f"https://www.youtube.com/{path[0]}")
    if len(path) > 1 and path[0] == "channel" and re.fullmatch(r"UC[\w-]{22}", path[1]):
        return Lead("youtube", {"account": path[1]}, f"https://www.youtube.com/channel/{path[1]}")
    if len(path) > 1 and path[0] in ("c", "user"):
        address = f"https://www.youtube.com/{path[0]}/{path[1]}"
        return Lead("youtube", {"account": address}, address)
    return None


def _github(path: list[str], _: str) -> Lead | None:
    if not 1 <= len(path) <= 2 or not HUB_OF.fullmatch(path[0]) or NOT_PEOPLE.fullmatch(path[0]):
        return None
    name = path[1].removesuffix(".git") if len(path) > 1 else ""
    if name and not REPO.fullmatch(name):
        return None
    return Lead("github", {"repo": f"{path[0]}/{name or '…'}"}, f"https://github.com/{'/'.join(path)}")


def _x(path: list[str], _: str) -> Lead | None:
    if len(path) != 1 or NOT_PEOPLE.fullmatch(path[0]) or not NAME.fullmatch(path[0].lstrip("@")):
        return None
    name = path[0].lstrip("@")
    return Lead("twitter", {"handle": name}, f"https://x.com/{name}")


def _stackoverflow(path: list[str], _: str) -> Lead | None:
    if len(path) < 3 or path[:2] != ["questions", "tagged"]:
        return None
    tags = [tag for tag in re.split(r"[ +]+", path[2]) if tag]
    return Lead("stackexchange", {"tags": tags}, f"https://stackoverflow.com/questions/tagged/{'+'.join(tags)}")


def _hackernews(path: list[str], query: str) -> Lead | None:
    who = parse_qs(query).get("id", [""])[0]
    if path != ["user"] or not NAME.fullmatch(who.replace("-", "_")):
        return None
    return Lead("hackernews", {"user": who}, f"https://news.ycombinator.com/user?id={who}")


def _reddit(path: list[str], _: str) -> Lead | None:
    if len(path) != 2 or path[0] not in ("r", "u", "user") or not REPO.fullmatch(path[1]):
        return None
    part, field = ("r", "subreddit") if path[0] == "r" else ("user", "user")
    return Lead("reddit", {field: path[1]}, f"https://www.reddit.com/{part}/{path[1]}")


def _medium(path: list[str], _: str) -> Lead | None:
    if len(path) != 1 or not path[0].startswith("@"):
        return None
    return Lead("feed", {"url": f"https://medium.com/feed/{path[0]}"}, f"https://medium.com/{path[0]}")


def _is_page(path: list[str]) -> bool:
    return len(path) == 1 and bool(PAGE.fullmatch(path[0])) and not NOT_PEOPLE.fullmatch(path[0])


def _facebook(path: list[str], _: str) -> Lead | None:
    if not _is_page(path):
        return None
    return Lead("facebook", {"page": "…"}, f"https://www.facebook.com/{path[0]}")


def _instagram(path: list[str], _: str) -> Lead | None:
    if not _is_page(path):
        return None
    return Lead("instagram", {"account": "…"}, f"https://www.instagram.com/{path[0]}/")


def _threads(path: list[str], _: str) -> Lead | None:
    if len(path) != 1 or not path[0].startswith("@"):
        return None
    return Lead("threads", {}, f"https://www.threads.com/{path[0]}")


def _linkedin(path: list[str], _: str) -> Lead | None:
    if len(path) < 2 or path[0] not in ("company", "school", "showcase"):
        return None
    return Lead("linkedin", {"organization": "…"}, f"https://www.linkedin.com/{path[0]}/{path[1]}/")


def _hosted(host: str, path: list[str]) -> Lead | None:
    """A newsletter whose host has a name of its own for each writer."""
    if not host.endswith(".substack.com") or path:
        return None
    return Lead("feed", {"url": f"https://{host}/feed"}, f"https://{host}/")


def _anywhere(origin: str, path: list[str]) -> Lead | None:
    """What has this shape on servers that anybody may run: an account on Mastodon, a community or person on Lemmy, a
    forum by the name of its host."""
    if not path and FORUM.fullmatch(origin):
        return Lead("discourse", {"url": f"{origin}/"}, f"{origin}/", asks=True)
    if len(path) == 1 and re.fullmatch(r"@[\w.-]+(@[\w.-]+)?", path[0]):
        address = f"{origin}/{path[0]}"
        return Lead("mastodon", {"url": address}, address, asks=True)
    if len(path) == 2 and path[0] in ("c", "u") and re.fullmatch(r"[\w.-]+(@[\w.-]+)?", path[1]):
        address = f"{origin}/{path[0]}/{path[1]}"
        return Lead("lemmy", {"url": address}, address, asks=True)
    return None


_READERS: Mapping[str, Callable[[list[str], str], Lead | None]] = {
    "bsky.app": _bluesky,
    "youtube.com": _youtube,
    "github.com": _github,
    "twitter.com": _x,
    "x.com": _x,
    "stackoverflow.com": _stackoverflow,
    "news.ycombinator.com": _hackernews,
    "medium.com": _medium,
    "reddit.com": _reddit,
    "facebook.com": _facebook,
    "instagram.com": _instagram,
    "threads.com": _threads,
    "threads.net": _threads,
    "linkedin.com": _linkedin,
}
# They have /@name, too, and nothing behind it that Mastodon's API would bring.
_CLOSED = re.compile(r"(substack|pinterest|tiktok|discord|vk)\.com|t\.me|twitch\.tv|discord\.gg")
