"""Which addresses may be spoken to, and the socket layer of `web` that speaks to no other.

A host is looked up once, every address is checked, and the connection goes to the very address that was checked: a name
server that changes its answer gains nothing. One budget of seconds and bytes bounds a whole fetch, not a single read.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore2

from hub.errors import SettingsError, Unreachable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

# IANA special-purpose registries (RFC 6890 and successors); 168.63.129.16 is a cloud's host agent on a public number.
CLOSED_V4 = [
    ipaddress.IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
# Global unicast is 2000::/3 alone, so loopback, mapped, NAT64, unique local, link-local and multicast are outside it.
OPEN_V6 = ipaddress.IPv6Network("2000::/3")
CLOSED_V6 = [ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


class Deadline(Unreachable):
    """The wall clock of a fetch ran out."""


@dataclass(slots=True)
class Budget:
    """What a fetch with its redirects and retries may still cost: seconds while it runs; for each answer, bytes."""

    seconds: float
    size: int
    received: int = 0  # bytes of the current answer with its header and framing
    _ends: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run; it stands while a fetch waits for its turn."""
        self._ends, self.received = time.monotonic() + self.seconds, 0
        try:
            yield
        finally:
            self.seconds = self._ends - time.monotonic()

    def left(self) -> float:
        """Seconds that remain; never zero, which sockets take for "do not block"."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise Deadline("no complete answer before the deadline")
        return seconds

    def spend(self, size: int) -> None:
        """Count bytes that came."""
        self.received += size
        if self.received > self.size:
            raise Unreachable("the answer is larger than allowed")


BUDGET: ContextVar[Budget] = ContextVar("budget")


@dataclass(frozen=True, slots=True)
class Allow:
    """What `[network] allow` exempts: names as written and networks connected to, each with one port or with any."""

    names: frozenset[tuple[str, int | None]]
    networks: tuple[tuple[Network, int | None], ...]

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Allow:
        """Entries are "host", "host:port" or CIDR; IPv6 with a port stands in brackets."""
        names, networks = set(), []
        for entry in entries:
            host, port = _split(entry)
            try:
                networks.append((ipaddress.ip_network(host, strict=False), port))
            except ValueError:
                names.add((host, port))
        return cls(frozenset(names), tuple(networks))

    def name(self, host: str, port: int) -> bool:
        host = host.lower().rstrip(".")
        return (host, port) in self.names or (host, None) in self.names

    def address(self, address: Address, port: int) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network and wanted in (port, None) for network, wanted in self.networks)


def _split(entry: str) -> tuple[str, int | None]:
    """Host and port of an entry; a bare IPv6 address has many colons and no port."""
    text = entry.strip().lower()
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host and not host.endswith("]")):
        host, port = text, ""
    if not host or (port and not port.isdecimal()) or any(sign in host for sign in " @?#"):
        why = f"{entry!r} is no host, host:port or CIDR"
        raise SettingsError("network.allow", why, fix='write it like "blog.internal:8080" or "10.1.0.0/16"')
    return host.strip("[]").rstrip("."), int(port) if port else None


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in CLOSED_V4)
    return address in OPEN_V6 and not any(address in network for network in CLOSED_V6)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name in the system's order; odd spellings (decimal, hex, octal) come out as what they mean."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guarded(httpcore2.NetworkBackend):
    """Connects to checked addresses only. The signatures are the library's; the budget decides about time."""

    def __init__(self, allow: Allow, resolve: Resolve) -> None:
        self._allow, self._resolve, self._plain = allow, resolve, httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        budget = BUDGET.get()
        *others, last = self.checked(host, port)
        for address in others:
            # An address that does not answer must leave time for the next one.
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return self._connect(address, port, budget.left() / 2, socket_options)
        return self._connect(last, port, budget.left(), socket_options)

    def _connect(
        self, address: str, port: int, seconds: float, options: Iterable[Any] | None
    ) -> httpcore2.NetworkStream:
        return Bounded(self._plain.connect_tcp(address, port, seconds, None, options))

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        raise Unreachable("sockets of this machine are no web addresses")

    def checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to; Unreachable when there is none."""
        try:
            found = _in_time(lambda: self._resolve(host, port))
            good = [text for text in found if self._passes(host, text, port)]
        except (OSError, ValueError) as why:
            fix = "check the spelling of the address"
            raise Unreachable(f"the host {host} cannot be found ({why})", fix=fix) from why
        if not good:
            written = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            fix = f'if this host is yours, add "{written}" to [network] allow'
            raise Unreachable(f"the host {host} has no public address, so it is not contacted", fix=fix)
        return good

    def _passes(self, host: str, text: str, port: int) -> bool:
        address = ipaddress.ip_address(text)
        return is_public(address) or self._allow.address(address, port) or self._allow.name(host, port)


def _in_time(look_up: Callable[[], Sequence[str]]) -> Sequence[str]:
    """A look-up within the budget. The system's resolver cannot be interrupted, so its thread is left behind."""
    future: Future[Sequence[str]] = Future()

    def work() -> None:
        try:
            future.set_result(look_up())
        except (OSError, ValueError) as why:
            future.set_exception(why)

    threading.Thread(target=work, daemon=True).start()
    try:
        return future.result(BUDGET.get().left())
    except TimeoutError as why:
        raise Deadline("the name server does not answer") from why


class Bounded(httpcore2.NetworkStream):
    """A stream each of whose steps is bounded by what the current fetch has left."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        budget = BUDGET.get()
        data = self._inner.read(max_bytes, budget.left())
        budget.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, BUDGET.get().left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return Bounded(self._inner.start_tls(ssl_context, server_hostname, BUDGET.get().left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def is_certificate(why: BaseException | None) -> bool:
    """Whether a failure goes back to a certificate: trying again will not mend that."""
    while why is not None:
        if isinstance(why, ssl.SSLCertVerificationError):
            return True
        why = why.__cause__ or why.__context__
    return False
