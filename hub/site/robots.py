"""robots.txt (RFC 9309): who may read the site by program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.pages import Page

if TYPE_CHECKING:
    from hub.site.make import Workshop

AI = (
    "AI2Bot",
    "Ai2Bot-Dolma",
    "Amazonbot",
    "anthropic-ai",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ChatGLM-Spider",
    "Claude-SearchBot",
    "Claude-Web",
    "ClaudeBot",
    "cohere-ai",
    "cohere-training-data-crawler",
    "DeepSeekBot",
    "Diffbot",
    "DuckAssistBot",
    "FacebookBot",
    "Google-CloudVertexBot",
    "Google-Extended",
    "GPTBot",
    "ICC-Crawler",
    "ImagesiftBot",
    "img2dataset",
    "Kangaroo Bot",
    "LAIONDownloader",
    "meta-externalagent",
    "OAI-SearchBot",
    "omgili",
    "PanguBot",
    "PerplexityBot",
    "SBIntuitionsBot",
    "Timpibot",
    "Webzio-Extended",
    "YouBot",
)
"""Programs that gather pages of their own accord to train models or for answers made from them, as
github.com/ai-robots-txt/ai.robots.txt lists them. Not those that fetch the one page a person asked about, and none that
fetches a preview or finds pages for a plain search."""


def files(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    barred = [*(f"User-agent: {name}" for name in AI), "Disallow: /", ""]
    closed = shop.texts.settings.crawlers == "no-ai"
    lines = ["User-agent: *", "Allow: /", "", *(barred if closed else ())]
    return {"robots.txt": "\n".join([*lines, f"Sitemap: {shop.at.absolute('sitemap.xml')}", ""]).encode()}
