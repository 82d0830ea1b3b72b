"""Exports in XML, element by element: as large as they like, as broken as they come. The door to the XML parser here.

No entity is resolved, no DTD is loaded, nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from hub.errors import DataError, InputError

STRAY = re.compile(rb"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
LONGEST_ENTITY = 34


class Node(NamedTuple):
    """An element: its name without prefix, its namespace, its attributes without prefixes, its text, its children."""

    name: str
    space: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[Node, ...]

    def all(self, name: str, space: str = "") -> Iterator[Node]:
        """The children of a name, in namespaces that hold `space`."""
        return (child for child in self.children if child.name == name and space in child.space)

    def child(self, name: str, space: str = "") -> Node:
        """The first of them; an empty one when there is none."""
        return next(self.all(name, space), NOTHING)

    def said(self, name: str, space: str = "") -> str:
        """The text of the first of them."""
        return self.child(name, space).text


NOTHING = Node("", "", {}, "", ())


def nodes(path: Path, names: Collection[str]) -> Iterator[Node]:
    """The outermost elements of these names, in the order of the file. InputError, or DataError when it is no XML."""
    try:
        with path.open("rb") as file:
            yield from _outermost(file, names)
    except OSError as why:
        raise InputError(f"{path} cannot be opened: {why.strerror}", fix="check its name") from None
    except etree.XMLSyntaxError as why:
        raise DataError(f"{path} is no XML: {why.msg}", fix="give the file as it was exported") from None


def _outermost(file: BinaryIO, names: Collection[str]) -> Iterator[Node]:
    """Each is let go of once it was read. What breaks off after its first element was whole until there."""
    events = _events(file, "end")
    found = next(events, None)
    while found:
        element = found[1]
        if _local(element.tag) in names and not _inside(element, names):
            yield _node(element)
            element.clear()
        try:
            found = next(events, None)
        except etree.XMLSyntaxError:
            return


def root(path: Path) -> str:
    """The name of the outermost element; "" where a file is no XML."""
    try:
        with path.open("rb") as file:
            return next((_local(element.tag) for _, element in _events(file, "start")), "")
    except (OSError, etree.XMLSyntaxError):
        return ""


class _Mended:
    """A file whose stray ampersands are written as they should be, and that begins with its first tag.

    People put "Beauty & more" into attributes, and parsers that go on after an error lose the attribute.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.rest = file, b""
        start = file.read(1024)
        self.plain = b"\0" not in start  # UTF-16 has its ampersands elsewhere
        self.rest = start[start.find(b"<") :] if self.plain and b"<" in start else start

    def read(self, size: int = 65536) -> bytes:
        more = self.file.read(max(size, 1024))
        block, self.rest = self.rest + more, b""
        if not self.plain:
            return block
        cut = block.rfind(b"&", len(block) - LONGEST_ENTITY) if more else -1
        if cut >= 0:
            block, self.rest = block[:cut], block[cut:]
        return STRAY.sub(b"&amp;", block) or (self.read(size) if more else b"")


def _events(file: BinaryIO, which: str) -> Iterator[tuple[str, Any]]:
    """What a parser sees that goes on after errors, opens nothing and resolves nothing."""
    mended: BinaryIO = _Mended(file)  # type: ignore[assignment]
    return iter(
        etree.iterparse(mended, events=(which,), recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    )


def _inside(element: Any, names: Collection[str]) -> bool:
    return any(_local(above.tag) in names for above in element.iterancestors())


def _node(element: Any) -> Node:
    """An element as plain data; comments and instructions inside it say nothing."""
    tag = etree.QName(element)
    text = "".join([element.text or "", *(child.tail or "" for child in element)]) if len(element) else element.text
    children = tuple(_node(child) for child in element if isinstance(child.tag, str))
    attributes = {_local(name): value for name, value in element.attrib.items()}
    return Node(tag.localname, tag.namespace or "", attributes, (text or "").strip(), children)


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
