"""How a conversation is cut into pages (SITE.md §5.4). Pure: the same replies make the same pages, in whatever order
they came.

Up to WHOLE replies stand on the post's own page. Above that ROOTS of them stand on a page, in time order, each with
the FIRST replies of its branch; the branch itself has a page at t/<id>/, and what is too much for that one goes on at
t/ of the reply it hangs from. Numbers count the lines of Thread.replies; -1 is the post.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from hub.model import Item, Reply, Thread, Unknown
from hub.pages import digest

WHOLE = 150  # replies on one page
ROOTS = 40  # on a page of a longer conversation
FIRST = 4  # replies of each root's branch there
CHOICE = 20  # replies, from which on other orders are offered
ORDERS = ("newest", "most")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A stretch of a conversation that is one page: lines in reading order from `tops` down, as far as `shown`.

    `path` is relative to the thread's address: "" for the post's page, "replies/2/", "t/1f0c2a9b3d/", "newest/".
    `cuts`: line → (path of the page that goes on after it, how many replies are hidden, 0 where that is not told);
    `onward`: the lines those pages are of.
    """

    path: str
    tops: Sequence[int]
    shown: Collection[int]
    head: int = -1
    cuts: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    onward: Sequence[int] = ()
    earlier: str | None = None  # paths of the neighbours
    later: str | None = None

    @property
    def order(self) -> str:
        """Of ORDERS the one in which the replies stand here, "" for that of time."""
        return self.path.rstrip("/") if self.path.rstrip("/") in ORDERS else ""

    @property
    def number(self) -> int:
        """Of the pages that list the replies to one line, which one this is."""
        pages = self.path.rpartition("replies/")[2].rstrip("/")
        return int(pages) if "replies/" in self.path else 1


def name_of(reply: Reply) -> str:
    """What a line is of: the id of an item or of its place, or the name of a parent nobody has seen."""
    return reply.node.name if isinstance(reply.node, Unknown) else reply.node.id


class Talk:
    """One thread's replies as a tree: each hangs below the last line that is one step less deep."""

    def __init__(self, thread: Thread) -> None:
        self.thread, self.replies = thread, thread.replies
        self.above: list[int] = []
        self.below: dict[int, list[int]] = {-1: []}
        last = [-1]  # the newest line of each depth
        for number, reply in enumerate(self.replies):
            depth = min(reply.depth, len(last) - 1)
            self.above.append(last[depth])
            self.below.setdefault(last[depth], []).append(number)
            last[depth + 1 :] = [number]
        self.known = {reply.node.id: reply for reply in self.replies if not isinstance(reply.node, Unknown)}

    def here(self, number: int) -> bool:
        """Is it a reply one can read, and not the place of one?"""
        return isinstance(self.replies[number].node, Item)

    def sizes(self, shown: Collection[int]) -> dict[int, int]:
        """Readable replies below each line, among those shown."""
        sizes = dict.fromkeys(shown, 0)
        for number in sorted(shown, reverse=True):
            if self.above[number] in sizes:
                sizes[self.above[number]] += sizes[number] + self.here(number)
        return sizes

    @cached_property
    def all(self) -> range:
        return range(len(self.replies))

    @cached_property
    def size(self) -> Mapping[int, int]:
        """Readable replies below each line."""
        return self.sizes(self.all)

    @cached_property
    def total(self) -> int:
        return sum(map(self.here, self.all))

    def under(self, number: int) -> Iterator[int]:
        """Everything below a line, in reading order."""
        stack = list(reversed(self.below.get(number, ())))
        while stack:
            at = stack.pop()
            yield at
            stack.extend(reversed(self.below.get(at, ())))

    def base(self, number: int) -> str:
        return f"t/{digest(name_of(self.replies[number]))}/"

    # pages
    @cached_property
    def parts(self) -> dict[str, Part]:
        """Every page of the conversation by its path, the post's own first."""
        found: dict[str, Part] = {}
        if self.total <= WHOLE:
            found[""] = Part(path="", tops=self.below[-1], shown=self.all)
        else:
            waiting = deque([-1])
            while waiting:
                for part in self._pages(waiting.popleft()):
                    found.setdefault(part.path, part)
                    waiting.extend(part.onward)
        if self.total > CHOICE:
            found |= {f"{order}/": self._ordered(order) for order in ORDERS}
        return found

    @cached_property
    def places(self) -> dict[str, str]:
        """Item → path of the page it stands on; of several the first."""
        found: dict[str, str] = {}
        for part in self.parts.values():
            if not part.order:
                for number in part.shown:
                    found.setdefault(name_of(self.replies[number]), part.path)
        return found

    def up(self, part: Part) -> str | None:
        """The page on which the reply that heads this one stands among the others."""
        return None if part.head < 0 else self.places[name_of(self.replies[part.head])]

    def _pages(self, head: int) -> Iterator[Part]:
        base = "" if head < 0 else self.base(head)
        below = self.below[head]
        if head >= 0 and len(shown := list(islice(self.under(head), WHOLE))) < WHOLE:
            yield Part(path=base, head=head, tops=[head], shown=[head, *shown])
        elif head >= 0 and len(below) <= ROOTS:
            yield self._wide(head, base)
        else:
            last = (len(below) - 1) // ROOTS
            for at in range(last + 1):
                tops = below[at * ROOTS : (at + 1) * ROOTS]
                yield self._listed(head, tops, (_numbered(base, at), _near(base, at - 1), _near(base, at + 1, last)))

    def _listed(self, head: int, tops: Sequence[int], paths: tuple[str, str | None, str | None]) -> Part:
        """Some of the replies to a line, each with the first ones of its branch."""
        shown = [] if head < 0 else [head]
        cuts: dict[int, tuple[str, int]] = {}
        onward = []
        for top in tops:
            first = list(islice(self.under(top), FIRST))
            shown += [top, *first]
            hidden = self.size[top] - sum(map(self.here, first))
            if hidden:
                cuts[first[-1]] = (self.base(top), hidden if head < 0 else 0)
                onward.append(top)
        path, earlier, later = paths
        tops = tops if head < 0 else [head]
        return Part(
            path=path, head=head, tops=tops, shown=shown, cuts=cuts, onward=onward, earlier=earlier, later=later
        )

    def _wide(self, head: int, base: str) -> Part:
        """A branch level by level: of each line all direct replies stand here, or none."""
        shown, cuts, queue = [head], {}, deque([head])
        while queue:
            at = queue.popleft()
            group = self.below.get(at, [])
            if len(shown) + len(group) <= WHOLE + 1:
                shown += group
                queue.extend(group)
            else:
                cuts[at] = (self.base(at), 0)
        return Part(path=base, head=head, tops=[head], shown=sorted(shown), cuts=cuts, onward=list(cuts))

    def _ordered(self, order: str) -> Part:
        """The replies to the post in another order, as many as one page holds."""
        tops = list(self.below[-1])
        tops.sort(key=(lambda top: -top) if order == "newest" else (lambda top: (-self.size[top], top)))
        if self.total <= WHOLE:
            return Part(path=f"{order}/", tops=tops, shown=self.all)
        return self._listed(-1, tops[:ROOTS], (f"{order}/", None, None))

    # what changed
    def signs(self) -> dict[str, str]:
        """Path → which lines stand on that page, in which order and state, as a digest; the post's own page aside."""
        return {path: self._sign(part) for path, part in self.parts.items() if path}

    def showing(self, changed: Collection[str]) -> set[str]:
        """Paths of the pages that show any of these, or a reply to one: that line names whom it answers."""
        of = set(changed)
        lines = {at for at in self.all if not of.isdisjoint((name_of(self.replies[at]), self.replies[at].parent))}
        return {path for path, part in self.parts.items() if not lines.isdisjoint(part.shown)}

    @cached_property
    def _head(self) -> str:
        """What every page says of the post."""
        root = self.thread.shown
        return digest(repr((root.title or root.html, root.author, root.published, root.channel, root.language)))

    def _sign(self, part: Part) -> str:
        lines = [self.replies[number] for number in part.shown]
        told = [(name_of(line), line.parent, line.joined, getattr(line.node, "why", "")) for line in lines]
        cuts = sorted((name_of(self.replies[number]), cut) for number, cut in part.cuts.items())
        tops = [name_of(self.replies[number]) for number in part.tops]
        return digest(repr((self._head, told, tops, cuts, part.earlier, part.later)), 16)


def _numbered(base: str, at: int) -> str:
    return f"{base}replies/{at + 1}/" if at else base


def _near(base: str, at: int, last: int | None = None) -> str | None:
    return _numbered(base, at) if at >= 0 and (last is None or at <= last) else None
