"""What is shown of a found text: at most two fragments, 200 characters together, with what matched as offsets. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from hub.index import Snippet, words

TOTAL, FRAGMENTS = 200, 2
LEAD = 24  # characters shown before a match


def snippets(text: str, language: str, marks: frozenset[str]) -> tuple[Snippet, ...]:
    """The pieces of a text that hold most of the marks, in reading order; how it begins when it holds none."""
    spans = [
        (token.start, token.end, next(term for term in token.terms if term in marks))
        for token in words.tokens(text, language, marks)
    ]
    if not spans:
        return (_cut(text, 0, TOTAL, ()),) if text.strip() else ()
    size = TOTAL if len(text) <= TOTAL else TOTAL // FRAGMENTS
    chosen: list[int] = []
    for start in _starts(spans, size):
        if len(chosen) < (1 if size == TOTAL else FRAGMENTS) and all(abs(start - other) >= size for other in chosen):
            chosen.append(start)
    size = TOTAL // len(chosen)
    return tuple(_cut(text, start, size, [(a, b) for a, b, _ in spans]) for start in sorted(chosen))


def _starts(spans: list[tuple[int, int, str]], size: int) -> list[int]:
    """Where fragments could begin: those with the most different marks first, then the earliest."""
    ranked = []
    for at, (start, _, _) in enumerate(spans[:500]):
        begin = max(start - LEAD, 0)
        inside = [term for _, end, term in spans[at : at + 40] if end <= begin + size]
        ranked.append((-len(set(inside)), -len(inside), begin))
    return [begin for _, _, begin in sorted(ranked)]


def _cut(text: str, begin: int, size: int, spans: Iterable[tuple[int, int]]) -> Snippet:
    """A piece of at most `size` characters that begins and ends between words where it can."""
    end = min(begin + size - 2, len(text))  # two for the dots
    if end < len(text) and (space := text.rfind(" ", begin + size // 2, end + 1)) > 0:
        end = space
    if begin and (space := text.find(" ", begin, begin + LEAD)) > 0:
        begin = space + 1
    head, tail = "…" if begin else "", "…" if end < len(text) else ""
    shift = len(head) - begin
    shown = "".join(" " if sign.isspace() else sign for sign in text[begin:end])
    inside = ((a + shift, b + shift) for a, b in spans if begin <= a and b <= end)
    return Snippet(text=head + shown + tail, marks=_joined(inside))


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Overlapping spans made one: pairs of characters overlap."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] and (start < found[-1][1] or start == found[-1][0]):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
