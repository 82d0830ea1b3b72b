"""A mail server on loopback: as much of IMAP (RFC 3501) as reading a folder takes, inside TLS or with STARTTLS."""

from __future__ import annotations

import re
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread


@dataclass
class Office:
    """What lies in the only folder there is. `heard` is all that was said to it, passwords too."""

    pem: Path
    scheme: str = "imaps"
    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/INBOX"

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context

    def answer(self, said: str) -> list[bytes]:
        """The lines that stand before OK."""
        if said.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1" + (b"" if self.scheme == "imaps" else b" STARTTLS")]
        if said.startswith("EXAMINE"):
            return [b"* %d EXISTS" % len(self.letters), b"* OK [UIDVALIDITY 7]"]
        if said.startswith("UID SEARCH"):
            return [b"* SEARCH " + b" ".join(b"%d" % (at + 1) for at in range(len(self.letters)))]
        if found := re.match(r"UID FETCH (\d+)", said):
            letter = self.letters[int(found[1]) - 1]
            return [
                b"* %b FETCH (UID %b BODY[]<0> {%d}" % (found[1].encode(), found[1].encode(), len(letter))
                + b"\r\n"
                + letter
                + b")"
            ]
        return [b"* BYE"] if said == "LOGOUT" else []


class Clerk(socketserver.StreamRequestHandler):
    """Serves one client."""

    office: Office

    def handle(self) -> None:
        if self.office.scheme == "imaps":
            self.encrypt()
        self.wfile.write(b"* OK here\r\n")
        while line := self.rfile.readline().decode().strip():
            tag, _, said = line.partition(" ")
            self.office.heard.append(said)
            lines = [*self.office.answer(said), tag.encode() + b" OK done"]
            self.wfile.write(b"".join(part + b"\r\n" for part in lines))
            if said == "STARTTLS":
                self.encrypt()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def encrypt(self) -> None:
        self.connection = self.office.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)  # type: ignore[assignment]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up is gone."""


@contextmanager
def opened(office: Office) -> Iterator[Office]:
    """The server at a free port of loopback."""
    server = _Server(("127.0.0.1", 0), type("Here", (Clerk,), {"office": office}))
    office.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
