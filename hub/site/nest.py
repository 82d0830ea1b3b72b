"""The replies of one page of a conversation, nested for the template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.pages import address
from hub.site.compose import Composer
from hub.site.talk import Part, Talk
from hub.site.views import Line

NESTING = 6  # lists inside lists in HTML, SITE.md §5.4


class Nest:
    """The lines of one page of a conversation, being nested: a new list only where the talk branches, NESTING deep at
    most; deeper ones follow in the same list."""

    def __init__(self, composer: Composer, talk: Talk, part: Part) -> None:
        self.composer, self.talk, self.part = composer, talk, part
        self.shown = frozenset(part.shown)
        self.sizes = talk.sizes(self.shown)
        self.address = address(talk.thread.root)

    def lines(self) -> tuple[Line, ...]:
        return self._level(self.part.tops, 1)

    def _below(self, number: int) -> list[int]:
        return [below for below in self.talk.below.get(number, ()) if below in self.shown]

    def _level(self, numbers: Iterable[int], depth: int) -> tuple[Line, ...]:
        """Lines of one list. An only child follows its parent in the same list, marked flat."""
        out: list[Line] = []
        for first in numbers:
            chain = self._chain(first)
            out += [self._line(number, flat=number != first) for number in chain]
            branches = self._below(chain[-1])
            if branches and depth < NESTING:
                out[-1] = replace(out[-1], below=self._level(branches, depth + 1))
            else:
                out += [self._line(number, flat=True) for number in self._all(branches)]
        return tuple(out)

    def _line(self, number: int, flat: bool) -> Line:
        reply = self.talk.replies[number]
        line = self.composer.line(reply, self.talk.known, self.talk.thread.root)
        above = self.talk.above[number]
        away = line.parent_anchor and above not in self.shown
        parent_page = self.address + self.talk.places.get(reply.parent, "") if away else ""
        path, many = self.part.cuts.get(number, ("", 0))
        more = (self.address + path, many) if path else ("", 0)
        return replace(line, flat=flat, size=self.sizes[number], parent_page=parent_page, more=more)

    def _chain(self, number: int) -> list[int]:
        """A reply and its only child, its only child's only child, and so on."""
        chain = [number]
        while len(below := self._below(chain[-1])) == 1:
            chain.append(below[0])
        return chain

    def _all(self, numbers: Iterable[int]) -> list[int]:
        """Everything from here down, in reading order."""
        out, stack = [], list(reversed(list(numbers)))
        while stack:
            out.append(stack.pop())
            stack.extend(reversed(self._below(out[-1])))
        return out
