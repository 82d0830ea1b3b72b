"""Everything that can go wrong, drawn as the tree it is:

HubError
├── SettingsError(key, why)          shown with the file, the key and how to mend it
├── ChannelError(channel)            caught once, in run.py, stored with the channel
│   ├── Unreachable                  no answer: DNS, refused connection, TLS, deadline, size cap
│   ├── RateLimited(until)           the network said "later"
│   ├── Refused(status)              401, 403: credentials or permission; never retried blindly
│   ├── Missing                      404, 410: the channel or thread is not there any more
│   └── Malformed(where)             an answer that cannot be read
├── StoreError                       the update stops: nothing downstream can be right
├── SearchError                      likewise
│   └── DamagedError                 the index is not as it was written, and made anew
├── OutputError(path)                the site's folder cannot be written
├── InputError                       a file that was handed in cannot be opened
├── DataError                        a file that was handed in is not what it should be
├── Locked(pid, since)               another update holds the lock
└── PageError(page)                  that page keeps its last good file; the rest is built

An error carries facts; its message says what happened, where, and how to mend it.
"""

from __future__ import annotations

from datetime import datetime


class HubError(Exception):
    """Anything this program says is wrong. `fix` is one sentence or command that mends it."""

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(what)
        self.what, self.fix = what, fix

    def __str__(self) -> str:
        return f"{self.what}\n  fix: {self.fix}" if self.fix else self.what


class SettingsError(HubError):
    """A person's file is wrong: `where` is "file:line", `key` the dotted name of the setting, `also` more of them."""

    also: tuple[SettingsError, ...] = ()

    def __init__(self, key: str, why: str, *, where: str = "", fix: str = "") -> None:
        self.key, self.why, self.where = key, why, where
        super().__init__(": ".join(part for part in (where, key, why) if part), fix=fix)


class ChannelError(HubError):
    """One channel failed; the others go on. `channel` is filled in at the channel boundary in run.py.

    `told` is the JSON that came with a refusal: networks put their own error codes there.
    """

    channel: str = ""
    told: object = None


class Unreachable(ChannelError):
    """No usable answer from the address."""


class RateLimited(ChannelError):
    """The network asks to wait until `until` (UTC)."""

    def __init__(self, what: str, *, until: datetime | None = None, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.until = until


class Refused(ChannelError):
    """Credentials or permission were refused (401, 403)."""

    def __init__(self, what: str, *, status: int, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.status = status


class Missing(ChannelError):
    """The address is not there: 404, or 410 when `forever`."""

    def __init__(self, what: str, *, forever: bool = False, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.forever = forever


class Malformed(ChannelError):
    """The answer cannot be read; `where` names the place in it (line and column, JSON path)."""

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(f"{what} ({where})" if where else what, fix=fix)
        self.where = where


class StoreError(HubError):
    """The archive cannot be read or written."""


class SearchError(HubError):
    """The index cannot be read or written."""


class DamagedError(SearchError):
    """The index is not as it was written: it is made again from the archive."""


class OutputError(HubError):
    """The output folder cannot be written."""

    def __init__(self, what: str, *, path: str, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.path = path


class InputError(HubError):
    """A file that somebody handed in is not there or cannot be opened."""


class DataError(HubError):
    """A file that somebody handed in is damaged, or of another sort than it should be."""


class Locked(HubError):
    """Another update holds the lock."""


class PageError(HubError):
    """One page could not be rendered; its last good file stays."""

    def __init__(self, page: str, why: str) -> None:
        super().__init__(f"{page}: {why}")
        self.page = page
