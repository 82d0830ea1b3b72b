"""The language of the interface: gettext catalogues of the theme, read as they are written, with nothing to compile.

A catalogue is theme/locale/<language>/LC_MESSAGES/hub.po; a brand's own theme may bring one that adds or replaces.
What no catalogue has stands in English, the language of the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations
from babel.units import format_unit
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from hub.errors import SettingsError
from hub.site.lengths import described, titled

CATALOGUE = "LC_MESSAGES/hub.po"


def locale_of(language: str) -> Locale:
    """The nearest locale Babel knows; English when there is none."""
    for tag in _nearer(language):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _nearer(language: str) -> Iterator[str]:
    """pt_BR, then pt: a language tag and what it is a variety of (RFC 4647 §3.4)."""
    parts = language.replace("-", "_").split("_")
    yield from ("_".join(parts[:end]) for end in range(len(parts), 0, -1))


def later(text: str) -> str:
    """Marks words for the catalogues that are translated where they are shown."""
    return text


def laters(one: str, many: str) -> tuple[str, str]:
    """The same for a sentence about a number of things."""
    return one, many


@dataclass(frozen=True)
class Words:
    """Everything the interface says, in one language. `word` and `words` are gettext and ngettext."""

    locale: Locale = field(default_factory=lambda: Locale("en"))
    catalogue: NullTranslations = field(default_factory=NullTranslations)

    def word(self, text: str, /, **values: object) -> str:
        """A sentence, with what stands at its %(places)s."""
        said = self.catalogue.gettext(text)
        return said % self._apart(values) if values else said

    def words(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A sentence about a number of things; %(num)s is that number as people here write it."""
        return self.catalogue.ngettext(one, many, number) % {"num": self.number(number), **self._apart(values)}

    def _apart(self, values: Mapping[str, object]) -> dict[str, object]:
        """Names keep their own direction: in a sentence from the right a Latin one would carry off what follows it."""
        if self.locale.text_direction == "ltr":
            return dict(values)
        return {key: f"\u2068{value}\u2069" if type(value) is str else value for key, value in values.items()}

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def change(self, now: float, before: float) -> str:
        """By how much of itself a figure grew or shrank, in whole percent: +12 %. "" where there was nothing before."""
        if not before:
            return ""
        pattern = str(self.locale.percent_formats[None].pattern)
        told = format_percent(now / before - 1, format=f"+{pattern};-{pattern}", locale=self.locale)
        return told if self.direction == "ltr" else f"\u2066{told}\u2069"  # or the sign would stand behind

    def day(self, when: datetime) -> str:
        return _day(when.date(), self.locale)

    def clock(self, when: datetime) -> str:
        """Of 24 hours, as every language reads it and a column can be narrow."""
        return _clock(when.time().replace(second=0, microsecond=0), self.locale)

    def moment(self, when: datetime) -> str:
        """Day and clock, joined as the language joins them."""
        return self._joined.replace("{1}", self.day(when)).replace("{0}", self.clock(when))

    @cached_property
    def _joined(self) -> str:
        return str(get_datetime_format("medium", self.locale)).replace("'", "")

    def span(self, time: timedelta, *, rough: bool = False) -> str:
        """How long something took: minutes below an hour, hours below two days, then days and what is longer;
        `rough`: in the largest unit it fills."""
        if rough:
            return format_timedelta(time, granularity="minute", threshold=1, locale=self.locale)
        minutes = max(round(time.total_seconds() / 60), 1)
        if minutes < 60:
            return str(format_unit(minutes, "duration-minute", locale=self.locale))
        if (hours := round(minutes / 60)) < 48:
            return str(format_unit(hours, "duration-hour", locale=self.locale))
        return format_timedelta(time, granularity="day", threshold=2, locale=self.locale)

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)


@lru_cache(maxsize=4096)  # many messages are of one day
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "long", locale)


@lru_cache(maxsize=1440)
def _clock(clock: time, locale: Locale) -> str:
    return format_time(clock, "HH:mm", locale=locale)


def speech(language: str, folders: Iterable[Path]) -> Words:
    """The words of a language from locale/ folders, later ones before earlier ones. Raises SettingsError."""
    whole: NullTranslations = NullTranslations()
    for path in _catalogues(language, folders):
        nearer = _read(path, language)
        nearer.add_fallback(whole)
        whole = nearer
    return Words(locale_of(language), whole)


def _catalogues(language: str, folders: Iterable[Path]) -> Iterator[Path]:
    """Those that speak, the one that is asked last first."""
    tags = list(_nearer(language))[::-1]
    names = dict.fromkeys(name for tag in tags for name in (tag, tag.replace("_", "-")))
    paths = (folder / name / CATALOGUE for folder in folders for name in names)
    return (path for path in paths if path.is_file())


def _read(path: Path, language: str) -> Translations:
    compiled = BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=locale_of(language), abort_invalid=True))
        compiled.seek(0)
        return Translations(compiled)
    except (PoFileError, ValueError, LookupError) as why:
        raise SettingsError(
            "", f"this catalogue cannot be read: {why}", where=str(path), fix="msgfmt -c names it"
        ) from why


def install(env: Environment, words: Words) -> None:
    """Give templates `_` and `ngettext`; numbers stand in them as the language writes them."""
    env.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]
    plain: Callable[..., str | Markup] = env.globals["ngettext"]  # type: ignore[assignment]

    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int, **values: Any) -> str | Markup:
        return plain(context, one, many, number, **{"num": words.number(number), **values})

    env.globals["ngettext"] = ngettext
    env.filters["number"] = words.number
    env.filters["change"] = words.change
    env.filters["titled"] = titled
    env.filters["described"] = described
