"""What the interface says, gathered from templates and Python, and the catalogues that say it in other languages.

`python -m tests.site.catalogue` brings every theme/locale/*/LC_MESSAGES/hub.po up to date: new sentences come in
without a translation, those nobody says any more go.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

CHECKOUT = Path(__file__).parents[2]
LOCALES = CHECKOUT / "theme/locale"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "later": None,
    "laters": (1, 2),
    "ngettext": (1, 2),
    "word": None,
    "words": (1, 2),
}
ARABIC = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"  # of gettext
)
HEAD = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n\n'


@cache
def said() -> Catalog:
    """Every sentence of the interface, in the order of files and lines."""
    whole = Catalog(fuzzy=False)
    for folder, method in (
        (CHECKOUT / "theme/templates", "jinja2.ext:babel_extract"),
        (CHECKOUT / "hub/site", "python"),
    ):
        found = extract_from_dir(
            folder, [("**.*", method)], keywords=KEYWORDS, options_map={"**.*": {"trimmed": "true"}}
        )
        for _, _, text, _, _ in sorted(found, key=lambda row: row[:2]):
            whole.add(text)
    return whole


def languages() -> list[str]:
    return sorted(path.name for path in LOCALES.iterdir() if path.is_dir())


def spoken(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES/hub.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def forms(message: Message) -> tuple[str, ...]:
    """A translation's forms; one for a sentence without a plural."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def lacking(language: str) -> list[str]:
    """The sentences a language has no whole translation for."""
    known = spoken(language)
    found = []
    for message in said():
        have = known.get(message.id) if message.id else None
        wanted = known.num_plurals if isinstance(message.id, tuple) else 1
        if message.id and not (have and len(forms(have)) == wanted and all(forms(have))):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def write(language: str, told: dict[str, tuple[str, ...]] | None = None) -> None:
    """The catalogue of a language anew, `told` (first msgid → forms) before what it had."""
    path = LOCALES / language / "LC_MESSAGES/hub.po"
    old, told = spoken(language) if path.is_file() else None, told or {}
    made = Catalog(locale=language, fuzzy=False)
    for message in said():
        if not message.id:
            continue
        have = old.get(message.id) if old else None
        first = message.id[0] if isinstance(message.id, tuple) else message.id
        new = told.get(first) or (forms(have) if have else ("",))
        made.add(message.id, new if isinstance(message.id, tuple) else new[0])
    text = BytesIO()
    write_po(text, made, width=100, no_location=True, omit_header=True)
    head = HEAD.format(language, ARABIC if language == "ar" else made.plural_forms.rstrip(";"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + text.getvalue().decode().strip() + "\n", "utf-8")


if __name__ == "__main__":
    for name in languages():
        write(name)
        print(f"{name}: {len(lacking(name))} sentences without a translation")
