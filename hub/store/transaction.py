"""One write: what a channel brings or changed rules decide, and all that follows from it, as far as it reaches.

Every row is remembered as it was before it was touched; hub.store.outcome compares at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from hub.copies import Rulings
from hub.model import Changes, Complete, Item
from hub.store import (
    Forgot,
    Judge,
    authors,
    codec,
    database,
    facts,
    gate,
    kin,
    lists,
    mentions,
    names,
    oblivion,
    outcome,
    persons,
    reading,
    stitches,
    twins,
    versions,
    weave,
)
from hub.store.database import chunks, each
from hub.store.schema import items
from hub.store.schema import names as names_table
from hub.terms import bare
from hub.threads import UNDATED, Place
from hub.tidy.urls import name

LONGEST = 2000  # bytes of an id: tidy lets none be longer, and no index of PostgreSQL takes much more


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an item's versions make of it; the other columns of its row say where it hangs."""

    id: str
    text: int | None = None
    digest: str = ""
    channel: str = ""
    channels: str = ""
    published: str = UNDATED
    ours: bool = False
    gone: bool = True
    bare: bool = True
    hidden: str = ""
    held: str = ""
    parent_name: str = ""
    root_name: str = ""


class Transaction:
    """The changes of one channel. Nothing is journalled before `finish`."""

    def __init__(self, c: Connection, channel: str, judge: Judge) -> None:
        self.c, self.channel, self.judge = c, channel, judge
        self.team = set(facts.get(c, facts.TEAM).split())
        self.kin = kin.Kin(c, kin.rulings(c))
        self.mentions = mentions.policy(c)
        self.circle = persons.Circle(c)
        self.before: dict[str, Row[Any] | None] = {}
        self.turned: set[str] = set()  # what hangs elsewhere since mentions were last looked at, and its threads before

    def bring(self, brought: Sequence[Item]) -> None:
        """Keep these versions; one that means the same as before is no change."""
        last = {item.id: item for item in brought}
        bodies = versions.new(self.c, self.channel, last)
        if not bodies:
            return
        fresh = {id: last[id] for id in bodies}
        self.circle.meet(item.author for item in fresh.values())

        def write() -> None:
            versions.write(self.c, self.channel, fresh, bodies)
            names.write(self.c, self.channel, fresh)

        self._alter(list(fresh), {name for item in fresh.values() for name in codec.names(item)}, write)

    def fade(self, ids: Sequence[str]) -> None:
        """Terms let what this channel brought be kept no longer: that it was said stays, where it stands."""
        said = versions.said(self.c, self.channel, ids)
        rows = reading.rows(self.c, said)
        self.bring([replace(bare(item, self._beside(rows[id])), ours=rows[id].ours) for id, item in said.items()])
        versions.renew(self.c, self.channel, ids, "")

    def _beside(self, row: Row[Any]) -> tuple[str, ...]:
        """What an item is a copy of, or has as copies; else the post that it mentions."""
        if tie := row.copy_of or row.mention:
            return (tie,)
        return tuple(self.c.scalars(select(items.c.id).where(items.c.copy_of == row.id).order_by(items.c.id)))

    def lose(self, said: Iterable[str]) -> None:
        """The channel says that what answers to these names is gone. A name never seen is kept as gone, too."""
        uris = {codec.key(uri): name(uri) for uri in said if 0 < len(name(uri).encode()) <= LONGEST}
        known = {row.name for row in each(self.c, select(names_table.c.name), names_table.c.name, uris)}
        never = {key: uri for key, uri in uris.items() if key not in known}
        rows = [{"name": key, "item": uri, "channel": "", "own": True} for key, uri in never.items()]
        if rows:
            self._alter(sorted(never.values()), set(never), lambda: self.c.execute(insert(names_table), rows))
        self._wipe({id for id, _ in names.holders(self.c, uris, self.channel).values()})

    def claim(self, complete: Complete) -> None:
        """Of a list that was read whole, what is not on it is gone."""
        self._wipe(lists.lacking(self.c, self.channel, complete))

    def recruit(self, team: Iterable[str]) -> None:
        """From now on these accounts, given by their ids, speak for the brand, and no others than its channels say."""
        now = {codec.key(id) for id in team}
        turned, self.team = now ^ self.team, now
        facts.put(self.c, facts.TEAM, "\n".join(sorted(now)))
        self._alter(authors.said(self.c, turned), set(), lambda: None)
        if turned and self.mentions == mentions.ALL:
            self._crown(mentions.adrift(self.c))

    def welcome(self, said: str, let: Iterable[str]) -> None:
        """From now on these mentions head conversations of their own: answered, all or none, and such as answer to one
        of the names (digests) that were let through."""
        now = set(let)
        named = names.holders(self.c, mentions.let(self.c) ^ now).values()
        facts.put(self.c, facts.LET, "\n".join(sorted(now)))
        turned = {id for id, _ in named}
        if said != self.mentions:
            facts.put(self.c, facts.MENTIONS, said)
            self.mentions = said
            turned = set(self.c.scalars(select(items.c.id).where(items.c.above == "", ~items.c.ours, ~items.c.gone)))
            self._remember(gate.held(self.c))
        self._crown(turned)

    def forget(self, ids: Sequence[str]) -> Forgot:
        """Erase items whatever channel brought them. Their ids go last: see hub.store.oblivion."""
        erased: list[Forgot] = []
        self._alter(ids, set(), lambda: erased.append(oblivion.erase(self.c, ids)))
        return erased[0]

    def judge_anew(self, rows: Mapping[str, Row[Any]]) -> None:
        """Ask the rules about texts that are kept."""
        said = {id: self._judged(item, rows[id]) for id, item in reading.bodies(self.c, rows.values()).items()}
        self.hide({id: rule for id, rule in said.items() if gate.rule(rows[id]) != rule})

    def _judged(self, item: Item, was: Row[Any] | None) -> str:
        """The rule that hides an item. What was hidden for its words stays so when they are no longer kept."""
        return self.judge(item) or (gate.rule(was) if item.withheld and was is not None else "")

    def _ruled(self, row: _Shown, item: Item, was: Row[Any] | None) -> _Shown:
        hidden, held = gate.verdict(self._judged(item, was))
        return replace(row, hidden=hidden, held=held)

    def hide(self, hidden: Mapping[str, str]) -> None:
        """Items are hidden by a rule ("": no longer)."""
        self._remember(hidden)
        gate.write(
            self.c,
            [
                {"one": id, **dict(zip(("hidden", "held"), gate.verdict(rule), strict=True))}
                for id, rule in hidden.items()
            ],
        )
        for ids in chunks(hidden):
            ours = {id for id, row in reading.rows(self.c, ids).items() if row.ours}
            self._regroup(sorted(ours | stitches.heads(self.c, ours)))

    def rule(self, rulings: Rulings) -> None:
        """From now on people decide this of copies."""
        made = kin.settled(self.c)
        turned = sorted(kin.rule(self.c, rulings))
        self.kin = kin.Kin(self.c, rulings)
        for ids in chunks(turned):
            self.kin.write(ids)
        for ids in chunks(turned):
            self._regroup(ids)
        for ids in chunks(() if made else twins.known(self.c)):
            was = self._pair(ids, ())
            self._hang(list(was), was)
            self._crown({*was, *self.turned})

    def finish(self, counted: Iterable[str] = (), faced: Iterable[str] = ()) -> Changes:
        """Decide what is shown, journal what a reader could tell apart (and items with other figures or faces)."""
        self.circle.settle()
        self._stitch()
        lifted = gate.turned(self.c, self.before)
        self._remember(lifted)
        gate.write(self.c, [{"one": id, "hidden": hidden} for id, hidden in lifted.items()])
        return outcome.settle(self.c, self.before, counted, faced, self.judge)

    def _stitch(self) -> None:
        """Which of the brand's answers to itself go on with a post, in the threads where the brand said something."""
        now = reading.rows(self.c, self.before)
        rows = [row for row in (*self.before.values(), *now.values()) if row is not None]
        voices = {row.id for row in rows if row.ours}
        parts = stitches.altered(self.c, {row.thread for row in rows if row.id in voices} - {""}) if voices else {}
        parts |= {id: False for id in voices & now.keys() if now[id].part and not now[id].thread}
        self._remember(parts)
        database.sign(self.c, items.c.part, parts)

    def _wipe(self, ids: Iterable[str]) -> None:
        """Erase what this channel brought of the items."""
        live = versions.live(self.c, self.channel, ids)
        if live:
            self._alter(live, set(), lambda: versions.wipe(self.c, self.channel, live))

    def _alter(self, touched: Sequence[str], named: set[str], write: Callable[[], object]) -> None:
        """Write, then bring up to date what the items are now, who answers to which name, and what hangs where."""
        self._remember(touched)
        self.circle.leave(touched)
        was: dict[str, Row[Any]] = reading.rows(self.c, touched)
        every = named | names.of(self.c, touched)
        held = names.holders(self.c, every)
        voices = {id for id, row in was.items() if row.ours}
        posts = voices | stitches.heads(self.c, voices)
        near = self.kin.near(posts)
        write()
        voices |= self._refresh(touched, was)
        now = names.holders(self.c, every)
        passed = {one for one in every if held.get(one) != now.get(one)}
        linking = mentions.linking(self.c, passed | names.of(self.c, voices))
        tied = [*touched, *sorted((names.naming(self.c, passed) | linking) - set(touched))]
        self._remember(tied)
        was |= reading.rows(self.c, tied[len(touched) :])
        led = stitches.heads(self.c, tied) - posts  # whose parts these were till now
        near |= self.kin.near(led)
        weave.tie(self.c, weave.resolve(self.c, tied))
        posts |= voices | led | stitches.heads(self.c, tied)
        grouped = self._group(sorted(posts), near) | self._pair(tied, every)
        others = {id: row for id, row in grouped.items() if id not in tied}
        self._hang([*tied, *others], was | others)
        named = mentions.adrift(self.c) if mentions.hear(self.c, voices) and self.mentions == mentions.ALL else set()
        self._crown({*touched, *self.turned, *named})

    def _regroup(self, ids: Sequence[str]) -> None:
        """Make the groups of these posts anew, and hang what is a copy of another now."""
        was = self._group(ids, self.kin.near(ids))
        self._hang(list(was), was)
        self._crown({*ids, *self.turned})

    def _crown(self, ids: Collection[str]) -> None:
        """Let mentions head conversations, or no longer: those among the items, above them, or above them before."""
        self.turned.clear()
        rows = reading.rows(self.c, ids)
        placed = reading.rows(self.c, {row.thread for row in rows.values()} - {*rows, ""}) | rows
        adrift = [id for id, row in rows.items() if not (row.thread and placed[row.thread].above == "")]
        known = [id for id, row in placed.items() if row.above == ""]
        tops = reading.rows(self.c, {*known, *mentions.tops(self.c, adrift)})
        said = {id: mentions.heads(self.c, row, self.mentions) for id, row in tops.items() if not row.ours}
        said |= {id: False for id, row in rows.items() if row.crowned and (row.above or row.ours)}
        every = tops | rows
        other = {id: heads for id, heads in said.items() if every[id].crowned != heads}
        if other:
            self._remember(other)
            database.sign(self.c, items.c.crowned, other)
            self._hang_below({id: every[id] for id in other})

    def _group(self, voices: Sequence[str], near: Collection[str]) -> dict[str, Row[Any]]:
        """Which of the brand's posts are copies of which; the rows, as they were, of those whose group is another."""
        if not voices:
            return {}
        self.kin.write(voices)
        found = self.kin.groups(voices, near)
        rows = reading.rows(self.c, found)
        self._remember(found)
        return {id: rows[id] for id in kin.note(self.c, found, rows)}

    def _pair(self, tied: Collection[str], called: Collection[str]) -> dict[str, Row[Any]]:
        """Which of these, and of what goes by one of the names, another channel brings under another name; the rows, as
        they were, of those of which that is not as before."""
        found = twins.found(self.c, twins.near(self.c, tied, called))
        rows = reading.rows(self.c, found)
        self._remember(found)
        return {id: rows[id] for id in kin.note(self.c, found, rows)}

    def _refresh(self, touched: Sequence[str], was: Mapping[str, Row[Any]]) -> set[str]:
        """Choose anew which version of each item is shown, and whether a rule hides it; those that are the brand's."""
        brought = versions.of(self.c, touched)
        rows = [_shown(id, brought.get(id, []), self.team) for id in touched]
        texts = reading.bodies(self.c, rows)
        rows = [self._ruled(row, texts[row.id], was.get(row.id)) if row.id in texts else row for row in rows]
        free = [row.id for row in rows if row.id in texts and not (row.ours or row.parent_name or row.root_name)]
        mentions.write(self.c, touched, {id: texts[id] for id in free})
        new = [asdict(row) for row in rows if row.id not in was]
        old = [{"one": row.id, **asdict(row)} for row in rows if row.id in was]
        if new:
            self.c.execute(insert(items), new)
        if old:
            columns: dict[str, Any] = {column: bindparam(column) for column in old[0] if column != "one"}
            self.c.execute(update(items).where(items.c.id == bindparam("one")).values(columns), old)
        return {row.id for row in rows if row.ours}

    def _hang(self, tied: Sequence[str], was: Mapping[str, Row[Any]]) -> None:
        """Hang what is tied differently now, and what hangs below it."""
        rows = reading.rows(self.c, tied)
        changed = {id: was.get(id) for id, row in rows.items() if _ties(was.get(id)) != _ties(row)}
        if changed:
            self._hang_below(changed)

    def _hang_below(self, turned: Mapping[str, Row[Any] | None]) -> None:
        """Hang anew what is tied otherwise, or may head a conversation now or may no longer, and all below."""
        found = weave.places(self.c, turned)
        down = weave.below(self.c, self._place(found), found)
        kept = reading.rows(self.c, down)
        self._place({id: Place(to, kept[id].above, kept[id].joined) for id, to in down.items()})

    def _place(self, found: Mapping[str, Place]) -> dict[str, Place]:
        """Write down places that differ from those before; the ones whose thread moved."""
        rows = reading.rows(self.c, found)
        other = {id: at for id, at in found.items() if Place(rows[id].thread, rows[id].above, rows[id].joined) != at}
        self._remember(other)
        self.turned |= {*other, *(rows[id].thread for id in other)} - {""}
        weave.hang(self.c, other)
        return {id: at for id, at in other.items() if at.thread != rows[id].thread}

    def _remember(self, ids: Iterable[str]) -> None:
        """Keep rows as they are before they are touched for the first time."""
        unknown = [id for id in ids if id not in self.before]
        rows = reading.rows(self.c, unknown)
        self.before.update((id, rows.get(id)) for id in unknown)


def _shown(id: str, brought: Sequence[Row[Any]], team: Collection[str]) -> _Shown:
    """What the versions of an item make of it: the best of those still here, or the shape of what is gone."""
    if not brought:
        return _Shown(id)
    here = [row for row in brought if row.text is not None]
    best = versions.best(brought)
    return _Shown(
        id=id,
        text=best.text,
        digest=best.digest,
        channel=best.channel if here else "",
        channels="\n".join(sorted(row.channel for row in here)),
        published=best.published,
        ours=any(row.ours or row.author in team for row in here or brought),
        gone=not here,
        bare=False,
        parent_name=best.parent_name,
        root_name=best.root_name,
    )


def _ties(row: Row[Any] | None) -> tuple[object, ...] | None:
    """What decides where an item hangs."""
    return row and (row.published, row.ours, row.parent, row.root, row.copy_of, row.mention, row.bare)
