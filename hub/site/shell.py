"""What every page shares: names, addresses, navigation and the content security policy."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from hub.channels.inbox import Inbox as InboxChannel
from hub.channels.webmention import Webmention
from hub.settings import Settings
from hub.site.assets import Assets
from hub.site.compose import Composer
from hub.site.views import Feeds, Shell


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Turns a path in the site into what a page links to. `root` is absolute and ends with a slash."""

    root: str

    @property
    def prefix(self) -> str:
        return urlsplit(self.root).path or "/"

    def url(self, path: str) -> str:
        """For an href on our own pages: from the host's root, so that it is right on every page; foreign ones as is."""
        return path if path.startswith("#") or _foreign(path) else self.prefix + path.lstrip("/")

    def absolute(self, path: str) -> str:
        return path if _foreign(path) else self.root + path.lstrip("/")


def _foreign(path: str) -> bool:
    return ":" in path and bool(urlsplit(path).scheme)  # most are our own, and there are many


def addresses(url: str, prefix: str = "") -> Addresses:
    return Addresses(root=urljoin(url.rstrip("/") + "/", prefix))


def policy(api: str = "") -> str:
    """The content security policy of every page (CSP 3): own host only, nothing inline."""
    with_api = f"'self' {api}" if api else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            "font-src 'self'",
            f"connect-src {with_api}",
            "manifest-src 'self'",
            "base-uri 'none'",
            f"form-action {with_api}",
        )
    )


def feeds_of(title: str, base: str) -> Feeds:
    return Feeds(title=title, atom=f"feeds/{base}.atom", rss=f"feeds/{base}.rss", json=f"feeds/{base}.json")


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme else ""


def endpoint(settings: Settings, root: str) -> str:
    """Where webmentions to pages of the site are sent (https://www.w3.org/TR/webmention/): to `hub serve` where it
    takes them in, else to the service that is asked for those of this host; "" where nobody would hear of them."""
    for channel in settings.channels.values():
        if isinstance(channel, InboxChannel):
            return urljoin(settings.serve.api or root, f"{urlsplit(root).path}webmention")
    for channel in settings.channels.values():
        if isinstance(channel, Webmention) and channel.domain and channel.domain == urlsplit(root).hostname:
            return f"{channel.service.rstrip('/')}/{channel.domain}/webmention"
    return ""


def shell(composer: Composer, assets: Assets, own_pages: tuple[tuple[str, str], ...], root: str, about: str) -> Shell:
    """What the settings and the theme's files say; `own_pages` are (title, path), `about` is a sentence on the site."""
    settings, names = composer.settings, assets.names
    brand = settings.brand
    return Shell(
        name=brand.name,
        description=brand.description,
        language=brand.language,
        dir=composer.words.direction,
        url=root,
        contact=brand.contact,
        logo=brand.logo,
        icon=brand.logo or names.get("icon.svg", ""),
        nav=tuple(composer.place(name) for name in settings.channels),
        own_pages=own_pages,
        mentions=settings.mentions != "none",
        people=settings.people != "none",
        feeds=feeds_of(brand.name, "all"),
        css=names.get("hub.css", ""),
        js=names.get("hub.js", ""),
        search_js=names.get("search.js", ""),
        lookup_js=names.get("lookup.js", ""),
        wall_css=names.get("wall.css", ""),
        wall_js=names.get("wall.js", ""),
        csp=policy(origin(settings.serve.api)),
        api=settings.serve.api,
        about=about,
        card=names.get("card.png", ""),
        webmention=endpoint(settings, root),
        unnamed=composer.words.word("Unnamed"),
    )
