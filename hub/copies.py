"""Which of the brand's own posts are the same piece, cross-posted, and what says so. Pure.

Two posts are tied by the strongest of: a person's rule; one names the other as its copy (u-syndication, canonical, an
alias), or both have one address; one links to the other; both link to the same page with much the same words; both say
the same words at about the same time.
Of each channel a post is tied to its best counterpart only, and only if that one thinks so too; a group holds at most
one post of a channel. So what is said again next week, a digest, a second teaser stay threads of their own.
A post in several parts counts as one that says and links to all of them (hub.store.stitches).
The result follows from the posts and the rules alone, whatever came first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rapidfuzz.distance import Indel, LCSseq

from hub import tidy
from hub.model import Item
from hub.pieces import Piece

HOUR = 3600.0
# How far apart in time, and how much alike in words. Chosen on one half of tests/copies, judged on the other.
SHARED_NAME, LINKED, ANNOUNCED, SAME_PAGE, SAME_WORDS, ARTICLES = (hours * HOUR for hours in (720, 168, 3, 48, 12, 72))
SHARED = 0.6  # of an announcement's words that stand in the article, where it came later than ANNOUNCED
ALIKE = 0.6  # of all words of two posts that link to the same page
WORDS = 4  # fewer must be the same to the letter
BEGINNING = 8  # words, from which on a beginning counts for the whole
PART = 0.6  # of the longer post's words that must stand in the shorter one
FIRM = 4  # ties from here on hold within a channel's limit too: somebody named them

SAME = "same"  # what ties a message to the one that it is, brought by another channel (hub.store.twins)
VERSION = 4  # of what is told to be the same: another one makes all groups anew


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people decided: names of posts that are one piece, and of such that are not (one alone is nobody's copy)."""

    merges: tuple[frozenset[str], ...] = ()
    splits: tuple[frozenset[str], ...] = ()

    def together(self, a: Piece, b: Piece) -> bool:
        return any(one & a.names and one & b.names for one in self.merges)

    def apart(self, a: Piece, b: Piece) -> bool:
        both = a.names | b.names
        return any(_parts(one, a.names, b.names) if len(one) > 1 else one & both for one in self.splits)

    def beside(self, piece: Piece) -> frozenset[str]:
        """Names of the posts that are joined to this one by hand."""
        return frozenset().union(*(one for one in self.merges if one & piece.names))


FREE = Rulings()  # nothing was decided


def _parts(split: frozenset[str], one: frozenset[str], other: frozenset[str]) -> bool:
    return any(name in one and other & (split - {name} - one) for name in split)


@dataclass(frozen=True, slots=True)
class Tie:
    """That a post is the same as `other`, and why: rule, named, links, linked, page, words. More `weight` counts first.

    "links": it links to the other; "linked": the other links to it.
    """

    other: Piece
    why: str
    weight: int
    gap: float

    @property
    def order(self) -> tuple[int, float, tuple[bool, str, str]]:
        return -self.weight, self.gap, self.other.rank


@dataclass(frozen=True, slots=True)
class Copy:
    """A post's place in its group: the id of the earliest ("" for that one itself, or alone), and what ties it."""

    of: str = ""
    why: str = ""


def fullest(versions: Sequence[Item]) -> Item:
    """Of a post and its copies the one that is shown: whole before cut or withheld, titled before not, the longest."""
    return max(versions, key=_fullness)


def _fullness(one: Item) -> tuple[bool, bool, bool, int, str]:
    return not one.withheld, not one.excerpt, bool(one.title), len(tidy.text(one.html)), one.id


# two posts


def tie(a: Piece, b: Piece, rulings: Rulings = FREE) -> Tie | None:
    """What says that `a` is the same piece as `b`; None when nothing does."""
    if a.id == b.id or a.parent in b.names or b.parent in a.names or rulings.apart(a, b):
        return None
    gap = abs((a.when - b.when).total_seconds()) if a.when and b.when else 0.0
    if rulings.together(a, b):
        return Tie(b, "rule", 5, gap)
    if a.channel == b.channel or bool(a.parent) != bool(b.parent):
        return None
    if _named(a, b, gap):
        return Tie(b, "named", FIRM, gap)
    if not (a.when and b.when):
        return None
    if _links(a, b, gap):
        return Tie(b, "links", 3, gap)
    if _links(b, a, gap):
        return Tie(b, "linked", 3, gap)
    if a.known & b.names or b.known & a.names:
        return Tie(b, "words", 3, gap)
    if a.parent:  # the brand often says the same in answer to many
        return None
    if _same_page(a, b, gap):
        return Tie(b, "page", 2, gap)
    return Tie(b, "words", 1, gap) if _same_words(a, b, gap) else None


def _named(a: Piece, b: Piece, gap: float) -> bool:
    """One names the other as itself, which holds for ever; or both have one name, which holds for a time. Two posts
    about one page elsewhere may share that page's address: then their titles must not differ."""
    if _names(a, b) or _names(b, a):
        return True
    both, given = a.names & b.names, (a.explicit | a.syndicated) & (b.explicit | b.syndicated)
    same = both and (a.title == b.title or not (a.title and b.title) or _said(a, b))
    return gap <= SHARED_NAME and bool(given or both & (a.explicit | b.explicit) or same)


def _names(a: Piece, b: Piece) -> bool:
    """Does one say that it is the other, by an address that it does not stand at itself?"""
    return bool(a.syndicated & b.names or (a.explicit - a.own) & b.own)


def _links(linker: Piece, linked: Piece, gap: float) -> bool:
    """Does one announce the other? A digest links to several pages there; later news say something else."""
    there = [page for page in linker.pages if _host(page) == linked.host]
    if gap > LINKED or len(there) > 1 or not linker.pages & linked.names:
        return False
    if linker.title:
        return gap <= ARTICLES and (_within(linked.title, linker.title) or _begins(linker.words, linked.words))
    return gap <= ANNOUNCED or _share(linker, linked) >= SHARED


def _same_page(a: Piece, b: Piece, gap: float) -> bool:
    """Do two notes point at the same page, in much the same words?"""
    if gap > SAME_PAGE or (a.title and b.title):
        return False
    hosts = {_host(page) for page in a.pages & b.pages}
    alone = [host for host in hosts if all(sum(_host(page) == host for page in one.pages) == 1 for one in (a, b))]
    return bool(alone) and (_said(a, b) or Indel.normalized_similarity(a.words, b.words) >= ALIKE)


def _same_words(a: Piece, b: Piece, gap: float) -> bool:
    """Do both say the same? What leads to different pages of one place does not, whatever the words."""
    elsewhere = {_host(page) for page in a.pages} & {_host(page) for page in b.pages}
    if elsewhere and not a.pages & b.pages:
        return False
    if a.title and b.title:
        return gap <= ARTICLES and a.title == b.title and _said(a, b)
    return gap <= SAME_WORDS and _said(a, b)


def _said(a: Piece, b: Piece) -> bool:
    """Is the shorter text the longer one with words left out? Other words in the same place make it another message."""
    short, long = sorted((a.words, b.words), key=len)
    if len(short) < WORDS:
        return bool(short) and short == long
    if _begins(short, long):
        return True
    left = len(short) - LCSseq.similarity(short, long)
    return len(short) >= PART * len(long) and left <= sum(_slight(word) for word in short) and _covered(short, long)


def _begins(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(short) >= BEGINNING and long[: len(short)] == short


def _covered(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Do all words of the shorter text that matter stand in the longer one in this order?"""
    gone = [short[op.src_pos] for op in LCSseq.editops(short, long) if op.tag == "delete"]
    return all(map(_slight, gone))


def _slight(word: str) -> bool:
    return len(word) < 3 and word.isascii() and word.isalpha()


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return bool(part) and any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _share(note: Piece, article: Piece) -> float:
    """How much of what a note says stands in the article."""
    return len(note.content & article.content) / len(note.content) if note.content else 0.0


def _host(page: str) -> str:
    return (urlsplit(page).hostname or "").removeprefix("www.")


# groups


Look = Callable[[Collection[Piece]], Mapping[str, Collection[Tie]]]
"""All ties of some posts."""


@dataclass(slots=True)
class _Web:
    """The ties that count, as far as they reach from where one began."""

    look: Look
    ties: dict[str, dict[str, Tie]] = field(default_factory=dict)
    best: dict[str, set[str]] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)

    def see(self, pieces: Iterable[Piece]) -> None:
        fresh = {one.id: one for one in pieces if one.id not in self.ties}
        found = self.look(fresh.values()) if fresh else {}
        for id, one in fresh.items():
            self.pieces[id] = one
            self.ties[id] = {tie.other.id: tie for tie in found.get(id, ())}
            self.best[id] = _best(self.ties[id].values())

    def beyond(self, pieces: Iterable[Piece]) -> list[Piece]:
        """The counterparts of some posts, each of which must think so too."""
        self.see(pieces)
        chosen = [(id, self.ties[id][other].other) for id in (one.id for one in pieces) for other in self.best[id]]
        self.see(other for _, other in chosen)
        return [other for id, other in chosen if id in self.best[other.id]]


def _best(ties: Iterable[Tie]) -> set[str]:
    """Of each channel the best counterpart; every one that somebody named."""
    found: dict[str, Tie] = {}
    for one in sorted(ties, key=lambda tie: tie.order):
        found.setdefault(one.other.id if one.weight >= FIRM else one.other.channel, one)
    return {one.other.id for one in found.values()}


def grouped(start: Collection[Piece], look: Look, rulings: Rulings = FREE) -> dict[str, Copy]:
    """The place of these posts, and of all that is tied to them, in their groups."""
    web, reached = _Web(look), {one.id: one for one in start}
    todo = list(reached.values())
    pairs: set[tuple[str, str]] = set()
    while todo:
        web.see(todo)
        chosen = {one.id: web.beyond([one]) for one in todo}
        pairs |= {(min(id, other.id), max(id, other.id)) for id, others in chosen.items() for other in others}
        todo = [other for others in chosen.values() for other in others if other.id not in reached]
        todo = list({one.id: one for one in todo}.values())
        reached |= {one.id: one for one in todo}
    return _settled(web, reached, pairs, rulings)


def _settled(
    web: _Web, reached: Mapping[str, Piece], pairs: Iterable[tuple[str, str]], rulings: Rulings
) -> dict[str, Copy]:
    """Join along the strongest ties first, as long as a group holds one post of a channel and no split."""
    group: dict[str, set[str]] = {id: {id} for id in reached}
    for one, two in sorted(pairs, key=lambda pair: (web.ties[pair[0]][pair[1]].order[:2], pair)):
        if group[one] is not group[two] and _joins(web, group[one], group[two], web.ties[one][two].weight, rulings):
            group[one] |= group[two]
            for id in group[two]:
                group[id] = group[one]
    return {id: _copy(web, id, group[id]) for id in reached}


def _joins(web: _Web, one: set[str], two: set[str], weight: int, rulings: Rulings) -> bool:
    ours, theirs = [web.pieces[id] for id in one], [web.pieces[id] for id in two]
    if any(rulings.apart(a, b) for a in ours for b in theirs):
        return False
    return weight > FIRM or not {a.channel for a in ours} & {b.channel for b in theirs}


def _copy(web: _Web, id: str, group: set[str]) -> Copy:
    root = min(group, key=lambda one: web.pieces[one].rank)
    if id == root:
        return Copy()
    ties = [tie for other, tie in web.ties[id].items() if other in group]
    return Copy(root, min(ties, key=lambda tie: tie.order).why)
