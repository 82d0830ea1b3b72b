"""The archive: years, and the months of each, with how many posts they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.pages import Page
from hub.site import jsonld
from hub.site.views import ArchivePage, Head

if TYPE_CHECKING:
    from hub.site.make import Workshop


def month_path(month: str) -> str:
    return f"archive/{month.replace('-', '/')}/"


def year(shop: Workshop, page: Page) -> dict[str, bytes]:
    months = shop.manifest.months(page.name) if page.name.isdigit() else []
    rows = tuple((shop.texts.month(month), month_path(month), many) for month, many in months)
    return _page(shop, page.name, f"archive/{page.name}/", rows) if rows else {}


def archive(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    years: dict[str, int] = {}
    for month, many in shop.manifest.months():
        years[month[:4]] = years.get(month[:4], 0) + many
    undated = years.pop("unda", 0)
    rows = [(year, f"archive/{year}/", many) for year, many in years.items()]
    rows += [(shop.texts.month("undated"), month_path("undated"), undated)] if undated else []
    return _page(shop, shop.texts.word("Archive"), "archive/", tuple(rows))


def _page(shop: Workshop, title: str, path: str, rows: tuple[tuple[str, str, int], ...]) -> dict[str, bytes]:
    about = shop.texts.archive_description(title if path != "archive/" else "")
    data = jsonld.script(jsonld.gathered(title, path, (href for _, href, _ in rows), shop))
    head = Head(title=f"{title} · {shop.shell.name}", description=about, path=path, jsonld=data)
    view = ArchivePage(head=head, title=title, rows=rows)
    return {f"{path}index.html": shop.render("archive", view)}
