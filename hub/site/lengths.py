"""Titles and descriptions of pages, as long as tabs and the results of search engines have room for."""

from __future__ import annotations

TITLE, DESCRIPTION, ENOUGH = 70, 160, 50  # characters


def titled(text: str) -> str:
    """The title of a page as results and tabs have room for it: cut before the name of the brand, which ends it."""
    first, dot, brand = text.rpartition(" · ")
    return text if len(text) <= TITLE else f"{cut(first, max(TITLE - len(dot + brand), TITLE // 2))}{dot}{brand}"


def described(text: str, more: str) -> str:
    """The description of a page, neither longer nor shorter than a result shows; `more` fills up a short one."""
    whole = text if len(text) >= ENOUGH or more in text else f"{text.rstrip('. ')}. {more}"
    return cut(" ".join(whole.split()), DESCRIPTION)


def cut(text: str, most: int) -> str:
    """At most so many characters, cut between words where that can be."""
    if len(text) <= most:
        return text
    head, _, _ = text[:most].rpartition(" ")
    return f"{(head if len(head) > most // 2 else text[: most - 1]).rstrip(' ,;:.…')}…"
