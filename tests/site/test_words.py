"""The language of the interface: catalogues, plural forms, numbers and dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sample_views as sample
from jinja2 import DictLoader, Environment

from hub.errors import SettingsError
from hub.site.words import Words, install, locale_of, speech
from tests.site import catalogue as catalogues
from tests.site.conftest import SETTINGS, lay, post

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural};\\n"\n'
POLISH = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
POSTS = 'msgid "%(num)s post"\nmsgid_plural "%(num)s posts"\n'
PL = (
    HEAD.format(plural=POLISH)
    + f'{POSTS}msgstr[0] "%(num)s wpis"\nmsgstr[1] "%(num)s wpisy"\nmsgstr[2] "%(num)s wpisów"\n'
)
EN = HEAD.format(plural="nplurals=2; plural=(n != 1)") + 'msgid "Archive"\nmsgstr "{word}"\n'
WHEN = datetime(2026, 11, 5, 14, 5, tzinfo=UTC)


def catalogue(folder: Path, language: str, text: str) -> Path:
    path = folder / language / "LC_MESSAGES/hub.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 wpis"), (3, "3 wpisy"), (5, "5 wpisów"), (22, "22 wpisy"), (1204, "1204 wpisy")]
)
def test_a_plural_has_the_form_its_number_wants(tmp_path: Path, number: int, said: str) -> None:
    words = speech("pl", [catalogue(tmp_path, "pl", PL)])
    assert words.words("%(num)s post", "%(num)s posts", number).replace("\xa0", "") == said


def test_a_template_counts_as_python_does(tmp_path: Path) -> None:
    env = Environment(loader=DictLoader({"a": '{{ ngettext("%(num)s post", "%(num)s posts", 12040) }}'}))
    env.add_extension("jinja2.ext.i18n")
    install(env, speech("pl", [catalogue(tmp_path, "pl", PL)]))
    assert env.get_template("a").render() == "12\xa0040 wpisów"


def test_the_brands_catalogue_speaks_before_the_built_in_one(tmp_path: Path) -> None:
    shipped = catalogue(tmp_path / "shipped", "de", EN.format(word="Archiv") + 'msgid "Home"\nmsgstr "Anfang"\n')
    own = catalogue(tmp_path / "own", "de", EN.format(word="Ablage"))
    words = speech("de", [shipped, own])
    assert (words.word("Archive"), words.word("Home"), words.word("Feeds")) == ("Ablage", "Anfang", "Feeds")


@pytest.mark.parametrize("folder", ["pt_BR", "pt-BR", "pt"])
def test_a_variety_of_a_language_finds_its_own_words_or_its_languages(tmp_path: Path, folder: str) -> None:
    words = speech("pt-BR", [catalogue(tmp_path, folder, EN.format(word="Arquivo"))])
    assert words.word("Archive") == "Arquivo"


@pytest.mark.parametrize(
    ("tag", "locale"), [("de-AT", "de_AT"), ("de-x-swabian", "de"), ("tlh", "en"), ("zh-Hant-TW", "zh_Hant_TW")]
)
def test_the_nearest_locale_there_is_serves(tag: str, locale: str) -> None:
    assert str(locale_of(tag)) == locale


def test_a_catalogue_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = catalogue(tmp_path, "de", 'msgid "Archive"\nmsgstr "Archiv\nnonsense here\n')
    with pytest.raises(SettingsError, match=r"hub\.po"):
        speech("de", [folder])


@pytest.mark.parametrize(
    ("language", "moment"),
    [("en", "November 5, 2026, 14:05"), ("de", "5. November 2026, 14:05"), ("ar", "5 نوفمبر 2026، 14:05")],
)
def test_day_and_clock_stand_as_the_language_writes_them(language: str, moment: str) -> None:
    assert Words(locale_of(language)).moment(WHEN).replace("\u200f", "") == moment


@pytest.mark.parametrize(("language", "said"), [("de", "in Sky."), ("ar", "in \u2068Sky\u2069.")])
def test_a_name_in_a_sentence_from_the_right_keeps_its_own_direction(language: str, said: str) -> None:
    assert Words(locale_of(language)).word("in %(place)s.", place="Sky") == said


@pytest.mark.parametrize(
    ("language", "more", "less"),
    [("en", "+12%", "-50%"), ("de", "+12\xa0%", "-50\xa0%"), ("ar", "\u2066+12%\u2069", "\u2066-50%\u2069")],
)
def test_a_change_is_told_in_percent_of_what_was(language: str, more: str, less: str) -> None:
    words = Words(locale_of(language))
    said = [words.change(112, 100), words.change(7, 14), words.change(5, 0)]
    assert [one.replace("\u200e", "") for one in said] == [more, less, ""]


def test_a_site_speaks_the_language_of_its_settings(tmp_path: Path) -> None:
    folder = lay(tmp_path / "hub")
    settings = SETTINGS.format(prefix="").replace('name = "', 'language = "de"\nname = "', 1)
    (folder.path / "content/hub.toml").write_text(settings, "utf-8")
    catalogue(folder.path / "theme/locale", "de", EN.format(word="Ablage"))
    folder.save(post(5))
    folder.build()
    assert ">Ablage</a>" in folder.page("https://blog.example/?p=5")
    assert "Januar 2026" in folder.files()["archive/2026/01/index.html"].decode()


def test_a_page_in_a_language_from_the_right_is_mirrored(tmp_path: Path) -> None:
    page = sample.render("list.html", sample.HOME, sample.arabic())
    assert '<html lang="ar" dir="rtl">' in page


# the built-in catalogues

LANGUAGES = ["ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt"]  # and English, in which the templates are written


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\}", text))


def test_there_are_ten_languages_one_of_them_from_the_right() -> None:
    assert catalogues.languages() == LANGUAGES
    assert locale_of("ar").text_direction == "rtl"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_everything_the_interface_says(language: str) -> None:
    assert catalogues.lacking(language) == [], "make words, then translate these"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_nothing_else(language: str) -> None:
    known = catalogues.spoken(language)
    said = catalogues.said()
    assert [one.id for one in known if one.id and said.get(one.id) is None] == []
    assert not known.obsolete, "make words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in catalogues.spoken(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    for message in catalogues.spoken(language):
        wanted = message.id if isinstance(message.id, str) else message.id[1]
        forms = [form for form in catalogues.forms(message) if form and message.id]
        assert [form for form in forms if places(form) != places(wanted)] == []


@pytest.mark.parametrize(("language", "script"), [("ar", r"[\u0621-\u064a]"), ("ja", r"[\u3041-\u30ff\u4e00-\u9fff]")])
def test_a_translation_is_written_in_the_script_of_its_language(language: str, script: str) -> None:
    forms = [form for message in catalogues.spoken(language) if message.id for form in catalogues.forms(message)]
    assert [form for form in forms if not re.search(script, form)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_a_form(language: str) -> None:
    words = speech(language, [sample.THEME / "locale"])
    said = {words.words("%(num)s reply", "%(num)s replies", number) for number in range(200)}
    assert len(said) == 200
    assert not [one for one in said if "repl" in one]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", sorted(sample.PAGES))
def test_every_page_can_be_said_in_every_language(language: str, path: str) -> None:
    page = sample.render(*sample.PAGES[path], replace(sample.SHELL, language=language))
    assert f'lang="{language}"' in page
    assert ">Skip to content<" not in page


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (120, "2 hours"), (47 * 60, "47 hours"), (48 * 60, "2 days")],
)
def test_how_long_something_took_is_told_in_the_largest_unit_that_says_enough(minutes: int, said: str) -> None:
    assert Words().span(timedelta(minutes=minutes)) == said
