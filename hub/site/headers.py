"""The headers a host should send with the site, in the words of the hosts that read them from the folder itself.

One list makes all three files, so that they cannot disagree: `_headers` (Netlify, Cloudflare Pages, `hub serve`),
`.htaccess` (Apache) and `_nginx` (to be included in a server block). The policy also stands in every page, for hosts
that read none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hub.pages import Page

if TYPE_CHECKING:
    from hub.site.make import Workshop

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",  # all of it stands on a page
}


def every(csp: str) -> dict[str, str]:
    """What stands with every file. `frame-ancestors` has no effect in a page itself, so it stands here alone."""
    return {
        "Content-Security-Policy": f"{csp}; frame-ancestors 'self'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


Parts = Mapping[str, Mapping[str, str]]  # path below the site's root → headers of what lies there


def parts(websub: str) -> Parts:
    """What stands with some files beside that. The quotes of a Link's rel are left out: hosts have their own."""
    return {
        "assets/": FOREVER,  # a new content has a new name
        "media/": FOREVER,
        "embed/": OPEN,  # what the brand's other sites show
        **({"feeds/": {"Link": f"<{websub}>; rel=hub"}} if websub else {}),
    }


def files(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    root, whole, some = shop.at.url(""), every(shop.shell.csp), parts(shop.texts.settings.publish.websub)
    made = {"_headers": _netlify, ".htaccess": _apache, "_nginx": _nginx}
    return {path: ("\n".join(told(root, whole, some)) + "\n").encode() for path, told in made.items()}


def _netlify(root: str, whole: Mapping[str, str], some: Parts) -> Iterator[str]:
    for path, headers in {"": whole, **some}.items():
        yield f"{root}{path}*"
        yield from (f"  {name}: {value}" for name, value in headers.items())


def _apache(root: str, whole: Mapping[str, str], some: Parts) -> Iterator[str]:
    yield f"ErrorDocument 404 {root}404.html"
    yield '<FilesMatch "^_">\n  Require all denied\n</FilesMatch>'
    yield "AddType application/atom+xml .atom\nAddType application/rss+xml .rss"
    yield "<IfModule mod_headers.c>"
    yield from (f'  Header always set {name} "{value}"' for name, value in whole.items())
    for path, headers in some.items():
        yield f'  <If "%{{REQUEST_URI}} =~ m#^{root}{path}#">'
        yield from (f'    Header always set {name} "{value}"' for name, value in headers.items())
        yield "  </If>"
    yield "</IfModule>"


def _nginx(root: str, whole: Mapping[str, str], some: Parts) -> Iterator[str]:
    """nginx forgets the headers of a block in the blocks inside it: each says all of its own."""
    yield f"# in a server block: include …/output/_nginx;\nerror_page 404 {root}404.html;"
    yield f"location ~ ^{root}(_|\\.(?!well-known)) {{ return 404; }}"
    for path, headers in {"": {}, **some}.items():
        yield f"location {root}{path} {{"
        yield from (f'  add_header {name} "{value}" always;' for name, value in {**whole, **headers}.items())
        yield "}"
