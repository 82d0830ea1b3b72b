"""Letters: folders of a mail server (IMAP, RFC 3501), mbox files and Maildirs. The only door to imaplib and mailbox.

A server is held to what the web is held to: its address is looked up once and checked, TLS is verified, a visit has one
deadline by the clock, a letter has a largest size, and letters are read without leaving a mark on them (BODY.PEEK).
"""

from __future__ import annotations

import imaplib
import ipaddress
import mailbox
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hub.errors import Malformed, Missing, Refused, Unreachable
from hub.guard import BUDGET, Allow, Budget, Guarded, Resolve, is_public

LARGEST = 15 * 2**20  # bytes of a letter
DEADLINE = 60.0  # seconds of a visit
LETTERS = 20_000  # of a folder, the newest
PORTS = {"imap": 143, "imaps": 993}
ASKABLE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e ]+")  # printable ASCII without quote and backslash


def opener(content: Path, allow: Sequence[str], resolve: Resolve) -> Callable[[str, str, str], Any]:
    """Opens folders: those of servers through the guard, files and Maildirs by a path that begins in content/."""

    def opened(place: str, user: str, password: str) -> Any:
        if urlsplit(place).scheme in PORTS:
            return _server(place, user, password, Guarded(Allow.parse(allow), resolve))
        return files(content / place)

    return opened


# files


@dataclass(slots=True)
class Files:
    """An mbox file or a Maildir. A letter's number is its key in a Maildir; in an mbox what stands for its bytes."""

    box: mailbox.mbox | mailbox.Maildir
    stamp: str
    era: str = "file"
    keys: dict[str, str] = field(default_factory=dict)

    def numbers(self, sender: str, list_id: str) -> Sequence[str]:  # noqa: ARG002  the letters themselves are asked
        """Every letter: reading one costs nothing but time."""
        for key in list(self.box.keys())[-LETTERS:]:
            number = key if isinstance(self.box, mailbox.Maildir) else _stands_for(self.letter_at(key))
            self.keys.setdefault(number, key)
        return sorted(self.keys) if isinstance(self.box, mailbox.Maildir) else list(self.keys)

    def letter(self, number: str) -> bytes:
        return self.letter_at(self.keys[number])

    def letter_at(self, key: str) -> bytes:
        """A letter; one that left meanwhile is an empty one."""
        try:
            with self.box.get_file(key) as file:
                return bytes(file.read(LARGEST))
        except (KeyError, OSError):
            return b""


@contextmanager
def files(path: Path) -> Iterator[Files]:
    """A file or folder, left as it is."""
    try:
        if path.is_dir():
            parts = [path / "cur", path / "new"]
            if not all(part.is_dir() for part in parts):
                raise Malformed(f"{path} is no Maildir", fix="path is an mbox file, or a folder with cur and new")
            box: mailbox.mbox | mailbox.Maildir = mailbox.Maildir(path, create=False)
            stamp = " ".join(f"{part.stat().st_mtime_ns}" for part in parts)
        else:
            facts = path.stat()
            _must_be_mbox(path, facts.st_size)
            stamp, box = f"{facts.st_size} {facts.st_mtime_ns}", mailbox.mbox(path, create=False)
    except OSError as why:
        raise Missing(f"{path} cannot be read: {why.strerror}", fix="check path in the channel's settings") from None
    try:
        yield Files(box, stamp)
    finally:
        box.close()


def _must_be_mbox(path: Path, size: int) -> None:
    with path.open("rb") as file:
        if size and file.read(5) != b"From ":
            raise Malformed(f"{path} is no mbox file: it does not begin with From", fix="export the folder as mbox")


def _stands_for(letter: bytes) -> str:
    from hashlib import blake2b

    return blake2b(letter, digest_size=10).hexdigest()


# servers


class _Client(imaplib.IMAP4):
    """The library's client on a socket that the guard has chosen; `tls` says that it begins with TLS."""

    def __init__(self, host: str, port: int, guard: Guarded, *, tls: bool) -> None:
        self._guard, self._tls = guard, tls
        super().__init__(host, port, timeout=DEADLINE)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        budget = Budget(seconds=DEADLINE, size=LARGEST)
        token = BUDGET.set(budget)
        try:
            with budget.running():
                address = self._guard.checked(self.host, self.port)[0]
                plain = socket.create_connection((address, self.port), timeout)
        finally:
            BUDGET.reset(token)
        self.private = not is_public(ipaddress.ip_address(address))
        if not self._tls:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    def read(self, size: int) -> bytes:
        if size > LARGEST + 4096:
            raise self.abort("a letter is larger than allowed")
        return super().read(size)


@dataclass(slots=True)
class Served:
    """A folder of a server, opened for reading."""

    client: imaplib.IMAP4
    era: str
    stamp: str = ""

    def numbers(self, sender: str, list_id: str) -> Sequence[str]:
        """The letters from an address, of a list where one is given."""
        asked = [f'FROM "{_askable(sender)}"', *([f'HEADER List-Id "{_askable(list_id)}"'] if list_id else [])]
        told = _good(self.client.uid("SEARCH", " ".join(asked)))
        found = b" ".join(part for part in told if isinstance(part, bytes)).split()
        if not all(part.isdigit() for part in found):
            raise Malformed("the mail server answered a search with something that is no list of numbers")
        return [str(number) for number in sorted(map(int, found))[-LETTERS:]]

    def letter(self, number: str) -> bytes:
        told = _good(self.client.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)"))
        return next((part[1] for part in told if isinstance(part, tuple) and len(part) > 1), b"")


@contextmanager
def _server(place: str, user: str, password: str, guard: Guarded) -> Iterator[Served]:
    """Log in, open the folder for reading, and leave; within one deadline."""
    parts = urlsplit(place)
    host, port, tls = parts.hostname or "", parts.port or PORTS[parts.scheme], parts.scheme == "imaps"
    where = f"{parts.scheme}://{host}:{port}"
    timer = None
    try:
        client = _Client(host, port, guard, tls=tls)
        timer = threading.Timer(DEADLINE, partial(_cut, client.sock))
        timer.daemon = True
        timer.start()
        _encrypted(client, where, tls=tls)
        _login(client, user or unquote(parts.username or ""), password, where)
        yield Served(client, _selected(client, unquote(parts.path.strip("/")) or "INBOX", where))
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()
    except ssl.SSLCertVerificationError as why:
        raise Unreachable(
            f"{where}: {why}", fix="the server's certificate must be mended; it is never ignored"
        ) from None
    except (OSError, imaplib.IMAP4.abort) as why:
        raise Unreachable(f"{where} cannot be reached, or broke off: {why}") from None
    except imaplib.IMAP4.error as why:
        raise Malformed(f"{where} speaks no IMAP that can be read: {why}") from None
    finally:
        if timer:
            timer.cancel()


def _encrypted(client: _Client, where: str, *, tls: bool) -> None:
    """A password travels inside TLS, or inside one's own network."""
    if tls:
        return
    if "STARTTLS" in client.capabilities:
        client.starttls(ssl.create_default_context())
    elif not client.private:
        raise Unreachable(f"{where} offers no TLS, so no password is sent to it", fix="use imaps://")


def _login(client: imaplib.IMAP4, user: str, password: str, where: str) -> None:
    if not (user and password):
        raise Refused(f"{where} needs a user and a password", status=401, fix='set user, and password = "env:NAME"')
    try:
        client.login(user, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise Refused(f"{where} refused the login of {user}", status=401, fix="check user and password") from None


def _selected(client: imaplib.IMAP4, folder: str, where: str) -> str:
    """Open a folder for reading; its UIDVALIDITY."""
    if not ASKABLE.fullmatch(folder):
        raise Malformed(f"{folder!r} is no name of a folder that can be asked for", fix="name it in plain ASCII")
    answer, _ = client.select(f'"{folder}"', readonly=True)
    if answer != "OK":
        raise Missing(f"{where} has no folder {folder}", fix="check the path behind the host in mailbox")
    told = client.response("UIDVALIDITY")[1]
    return str(told[0].decode("ascii", "replace")) if told and isinstance(told[0], bytes) else ""


def _good(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise Malformed("the mail server refused a question", where=str(answer[1])[:80])
    return answer[1]


def _askable(text: str) -> str:
    if not ASKABLE.fullmatch(text.strip("<> ")):
        raise Malformed(f"{text!r} cannot be searched for", fix="sender and list_id are plain ASCII")
    return text.strip("<> ")


def _cut(sock: socket.socket) -> None:
    """End a visit whose time is over: whatever waits on the socket fails."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
