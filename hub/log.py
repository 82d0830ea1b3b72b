"""What happened, one line per event: for people on stderr, or JSON; a rotating file in .hub/logs keeps the rest.

Secrets and escape characters never reach a line, whoever logs them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from hub.lock import writable

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_QUERY = re.compile(r"(?i)([?&;][\w-]*(?:token|key|secret|password|signature|auth|code)[\w-]*=)[^&\s\"']+")
_LOGIN = re.compile(r"(://[^/@:\s]*):[^/@\s]+@")
_hidden: set[str] = set()
_running: list[logging.Handler] = []


def hide(secret: str) -> None:
    """Never let this text stand in a log."""
    if len(secret) > 3:
        _hidden.add(secret)


def clean(text: str) -> str:
    """One line without secrets and without anything that moves a terminal's cursor."""
    for secret in tuple(_hidden):  # threads add to it
        text = text.replace(secret, "***")
    return _LOGIN.sub(r"\1:***@", _QUERY.sub(r"\1***", _CONTROL.sub(" ", text)))


class _Event(dict[str, Any]):
    """An event that can stand in a set: Pelican's loggers look every message up in one."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def _cleaned(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return _Event({key: _deep(value) if not key.startswith("_") else value for key, value in event.items()})


def _deep(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [_deep(one) for one in value]
    return value if isinstance(value, (int, float, bool, type(None))) else clean(str(value))


def start(*, level: int, json: bool = False, colour: bool = False, folder: Path | None = None) -> None:
    """Send what `level` lets through to stderr, and everything from INFO on to a file in `folder`."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        _cleaned,
    ]
    machine = structlog.processors.JSONRenderer()
    human = structlog.dev.ConsoleRenderer(colors=colour, timestamp_key="ts")
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(level)
    screen.setFormatter(_formatter(machine if json else human, before))
    stop()
    _running.append(screen)
    if folder:
        _running.append(_file(folder, _formatter(machine, before)))
    for handler in _running:
        logging.root.addHandler(handler)
    logging.root.setLevel(min(level, logging.INFO))
    for chatty in ("httpx2", "httpcore2", "httpcore", "schedule", "alembic", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def stop() -> None:
    """Take back what `start` set up."""
    while _running:
        handler = _running.pop()
        logging.root.removeHandler(handler)
        handler.close()


def _file(folder: Path, form: logging.Formatter) -> logging.Handler:
    with writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = RotatingFileHandler(folder / "hub.log", maxBytes=2**20, backupCount=5, encoding="utf-8", delay=True)
    kept.setLevel(logging.INFO)
    kept.setFormatter(form)
    return kept


def _formatter(renderer: Any, before: list[Any]) -> logging.Formatter:
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[meta, renderer])
