"""The command line: what it says, where it says it, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from hub import log, settings
from hub.channels import Ask
from hub.cli import BUG, CODES, Ending, app, run
from hub.commands.about import HELP
from hub.commands.cycle import minute
from hub.commands.doctor import reached
from hub.commands.opening import reading
from hub.commands.start import private
from hub.errors import Locked, OutputError, Refused, SearchError, SettingsError, StoreError
from hub.lock import locked
from hub.model import Batch, Cursor, Terms
from hub.recipes import RECIPES
from hub.run import opened
from hub.screen import Screen
from hub.settings import Brand, Settings
from hub.toml import written
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Hub = Callable[..., Said]


@dataclass(frozen=True, kw_only=True, slots=True)
class Buggy:
    """A kind with a bug."""

    name: str
    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        raise KeyError("guid")


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    """Runs a command line in a folder of its own."""

    def call(*args: str) -> Said:
        code = run(["--site", str(tmp_path / "ada"), *args], lambda: NOW)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    yield call
    log.stop()


@pytest.fixture
def ada(hub: Hub, tmp_path: Path) -> Path:
    """A new brand's folder."""
    hub("init", "--name", "Ada", "--no-input")
    return tmp_path / "ada"


def python(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=60, check=False)


def test_without_arguments_it_helps_and_shows_examples(hub: Hub) -> None:
    said = hub()
    assert said.code == 0
    assert "hub init ada --url" in said.out
    assert "75 another update" in said.out


@pytest.mark.parametrize("name", sorted(app.commands))
def test_every_command_helps_and_tells_what_it_is_for(hub: Hub, name: str) -> None:
    said = hub(name, "--help")
    assert said.code == 0
    assert app.commands[name].help


def test_a_mistyped_command_gets_the_nearest_and_exit_64(hub: Hub) -> None:
    said = hub("updaet")
    assert (said.code, said.out) == (64, "")
    assert "did you mean 'update'?" in said.err


@pytest.mark.parametrize("wrong", [("update", "--nope"), ("search",), ("--set", "x", "status"), ("completion", "tcsh")])
def test_wrong_usage_ends_with_64(hub: Hub, wrong: tuple[str, ...]) -> None:
    said = hub(*wrong)
    assert said.code == 64
    assert "fix: hub" in said.err


def test_no_settings_end_with_78_and_say_what_to_run(hub: Hub) -> None:
    said = hub("update")
    assert said.code == 78
    assert "hub init" in said.err


def test_every_wrong_setting_is_told_in_three_lines(hub: Hub, ada: Path) -> None:
    (ada / "content/hub.toml").write_text('[brand]\nname = "Ada"\nurl = 3\nlogos = "x"\n')
    said = hub("status")
    assert (said.code, said.out) == (78, "")
    assert said.err.count("error:") == said.err.count("  why: ") == said.err.count("  fix: ") == 2
    assert "content/hub.toml:4" in said.err


def test_errors_are_json_where_json_was_asked_for(hub: Hub) -> None:
    said = hub("status", "--json")
    assert json.loads(said.err)["exit"] == 78


def test_global_options_may_stand_behind_the_command(hub: Hub, ada: Path) -> None:
    assert json.loads(hub("config", "show", "--json").out) == json.loads(hub("--json", "config", "show").out)


def test_one_setting_may_be_set_for_one_run(hub: Hub, ada: Path) -> None:
    said = hub("--set", "brand.name=Eve", "--json", "config", "show", "--origin")
    assert {"key": "brand.name", "value": "Eve", "origin": "--set"} in json.loads(said.out)


def test_help_lists_its_topics_and_prints_each(hub: Hub) -> None:
    listed = [line.split()[0] for line in hub("help").out.splitlines()[1:]]
    assert {path.stem for path in HELP.glob("*.md")} == set(listed)
    assert all(len(hub("help", topic).out.splitlines()) > 3 for topic in listed)


def test_help_tells_what_to_do_about_every_exit_code(hub: Hub) -> None:
    told = {int(code) for code in re.findall(r"^ +(\d+) ", hub("help", "exit-codes").out, re.M)}
    assert {0, 1, 77, BUG, *(code for _, code in CODES)} <= told


def test_a_mistyped_topic_gets_the_nearest(hub: Hub) -> None:
    said = hub("help", "cronn")
    assert (said.code, "cron" in said.err) == (64, True)


def test_no_help_names_a_command_that_does_not_exist() -> None:
    named = {name for path in HELP.glob("*.md") for name in re.findall(r"\bhub ([a-z]+)\b", path.read_text("utf-8"))}
    assert named <= app.commands.keys()


def test_the_schema_is_printed_as_json(hub: Hub) -> None:
    assert json.loads(hub("schema").out)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(hub: Hub, shell: str) -> None:
    assert "_HUB_COMPLETE" in hub("completion", shell).out


@pytest.mark.slow
def test_the_shell_completes_channel_names(ada: Path) -> None:
    words = {"_HUB_COMPLETE": "bash_complete", "COMP_WORDS": f"hub --site {ada} pull no", "COMP_CWORD": "4"}
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli"], env=os.environ | words, capture_output=True, text=True, check=False
    )
    assert "plain,notes" in done.stdout


# init


def test_a_new_folder_has_settings_that_load(ada: Path) -> None:
    found = settings.load(ada, {})
    assert (found.brand.name, found.brand.language, list(found.channels)) == ("Ada", "en", ["notes"])


def test_every_setting_is_written_down_with_its_default(ada: Path) -> None:
    text = (ada / "content/hub.toml").read_text()
    keys = {(name, key) for name, model in settings.SECTIONS.items() for key in model.model_fields}
    bare = tomllib.loads(
        "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[" in line)
    )
    assert {(name, key) for name, key in keys if key not in bare.get(name, {})} == set()


def test_init_again_keeps_what_is_there(hub: Hub, ada: Path) -> None:
    (ada / "content/rules.toml").write_text("# mine\n")
    said = hub("init", "--name", "Other", "--json")
    assert "content/rules.toml" in json.loads(said.out)["kept"] or not json.loads(said.out)["written"]
    assert (ada / "content/rules.toml").read_text() == "# mine\n"
    assert settings.load(ada, {}).brand.name == "Ada"


def test_init_ends_with_three_next_commands(hub: Hub) -> None:
    said = hub("init", "--name", "Ada")
    assert [line.split()[-1] for line in said.out.splitlines()[-3:]] == ["update", "serve", "status"]


@pytest.mark.parametrize("name", ['"', "\\", "a\nb", "日本", "\x7f\x00", "[x]#"])
def test_any_name_survives_being_written_down(name: str) -> None:
    assert tomllib.loads(f"name = {written(name)}")["name"] == name


def test_the_demo_is_copied_whole(hub: Hub, tmp_path: Path) -> None:
    assert hub("init", "--demo").code == 0
    source = settings.shipped("demo")
    names = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    copied = tmp_path / "ada/content"
    assert {path.relative_to(copied) for path in copied.rglob("*") if path.is_file()} == names


def test_a_private_host_that_was_typed_is_trusted_with_its_port() -> None:
    assert private("http://127.0.0.1:8080/blog") == ("127.0.0.1:8080",)
    assert private("https://[::1]/") == ("[::1]:443",)
    assert private("https://192.0.2.1.nowhere.invalid/") == ()


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_recipe_is_laid_down_with_paths_filled_in(hub: Hub, tmp_path: Path, recipe: str) -> None:
    assert hub("init", "--name", "Ada", "--recipe", recipe).code == 0
    texts = [(tmp_path / "ada" / place).read_text() for place in RECIPES[recipe].values()]
    assert all(texts)
    assert not [text for text in texts if "@HUB@" in text or "@FOLDER@" in text]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "place", "schema"),
    [
        ("github", ".github/workflows/hub.yml", "vendor.github-workflows"),
        ("github", ".github/workflows/hub.yml", "custom.github-workflows-require-timeout"),
        ("gitlab", ".gitlab-ci.yml", "vendor.gitlab-ci"),
        ("docker", "compose.yaml", "vendor.compose-spec"),
    ],
)
def test_yaml_recipes_fit_their_schema(hub: Hub, tmp_path: Path, recipe: str, place: str, schema: str) -> None:
    hub("init", "--name", "Ada", "--recipe", recipe)
    done = python("-m", "check_jsonschema", "--builtin-schema", schema, str(tmp_path / "ada" / place))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("recipe", "place"), [("netlify", "netlify.toml"), ("cloudflare", "wrangler.toml")])
def test_toml_recipes_can_be_read(hub: Hub, tmp_path: Path, recipe: str, place: str) -> None:
    hub("init", "--name", "Ada", "--recipe", recipe)
    assert "output" in str(tomllib.loads((tmp_path / "ada" / place).read_text()))


def test_the_cron_line_has_five_fields_and_a_command(hub: Hub, tmp_path: Path) -> None:
    hub("init", "--name", "Ada", "--recipe", "cron")
    (line,) = [text for text in (tmp_path / "ada/deploy/brandhub.cron").read_text().splitlines() if text[0] != "#"]
    assert line.split()[:5] == ["*/5", "*", "*", "*", "*"]
    assert python("-c", "import sys").returncode == 0
    assert subprocess.run(["sh", "-n", "-c", line.split(maxsplit=5)[5]], check=False).returncode == 0


@pytest.mark.slow
def test_systemd_accepts_its_units(hub: Hub, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if not verify:
        pytest.skip("systemd-analyze is not on this machine")
    hub("init", "--name", "Ada", "--recipe", "systemd")
    units = [str(path) for path in (tmp_path / "ada/deploy").iterdir()]
    for unit in units:
        Path(unit).write_text(re.sub(r"(?<=ExecStart=)\S+", sys.executable, Path(unit).read_text()))
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
    assert "brandhub" not in done.stderr


# endings


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("brand.url", "is missing"), 78),
        (Locked("held"), 75),
        (StoreError("broken"), 74),
        (SearchError("broken"), 74),
        (OutputError("full", path="/x"), 73),
        (Refused("no", status=401), 69),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_error_has_its_exit_code(error: BaseException, code: int) -> None:
    with Ending(Screen(), lambda: NOW) as ending:
        raise error
    assert ending.code == code


def test_a_bug_ends_with_70_and_its_traceback_lies_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Ending(Screen(site=tmp_path), lambda: NOW) as ending:
        raise KeyError("oops")
    (kept,) = (tmp_path / ".hub/logs").iterdir()
    said = capsys.readouterr().err
    assert ending.code == 70
    assert "Traceback" not in said
    assert str(kept) in said
    assert "Traceback" in kept.read_text()


def test_a_second_update_leaves_at_once_with_75_and_says_who_holds_the_lock(hub: Hub, ada: Path) -> None:
    with locked(ada / ".hub", NOW):
        said = hub("update")
    assert said.code == 75
    assert f"process {os.getpid()} since 2026-11-05T12:00:00" in said.err


def test_an_export_that_cannot_be_written_ends_with_73(hub: Hub, ada: Path) -> None:
    (ada / "taken").write_text("a file where a folder should be")
    said = hub("export", "--output", str(ada / "taken/all.jsonl"))
    assert said.code == 73
    assert "taken cannot be written" in said.err


def test_an_export_leaves_one_whole_file(hub: Hub, ada: Path, tmp_path: Path) -> None:
    assert hub("export", "--output", str(tmp_path / "out/all.jsonl")).code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["all.jsonl"]


def test_a_bug_in_one_tick_does_not_end_the_daemon(ada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> datetime:
        raise ValueError("no such hour")

    minute(Screen(site=ada, clock=broken))()
    assert "error: a bug: ValueError: no such hour" in capsys.readouterr().err


def test_a_tick_tells_every_wrong_setting(ada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (ada / "content/hub.toml").write_text('[brand]\nnmae = "Ada"\nulr = "x"\n')
    minute(Screen(site=ada))()
    said = capsys.readouterr().err
    assert "brand.nmae" in said
    assert "brand.ulr" in said


def test_a_bug_in_a_kind_is_a_failed_row_of_the_doctor(tmp_path: Path) -> None:
    with opened(Settings(folder=tmp_path, brand=Brand(name="Ada", url="https://ada.example/")), {}, lambda: NOW) as one:
        row = reached(one, Buggy(name="club"))
    assert (row.state, row.detail) == ("failed", "a bug in this kind: KeyError: 'guid'")


def test_whoever_opens_the_hub_keeps_secrets_out_of_the_log(ada: Path) -> None:
    with reading(Screen(site=ada)) as one:
        one.hide("s3cret-of-the-club")
    assert log.clean("it is s3cret-of-the-club") == "it is ***"


def test_asking_leaves_an_archive_of_an_older_version_alone(hub: Hub, ada: Path) -> None:
    hub("status")
    with sqlite3.connect(ada / ".hub/archive.sqlite") as db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")
    db.close()
    said = hub("status")
    assert (said.code, "fix: hub update" in said.err) == (74, True)
    assert not (ada / ".hub/backups").exists()


def test_a_lock_whose_holder_died_is_free(ada: Path) -> None:
    script = f"from hub.lock import *; import os\nwith locked(Path({str(ada / '.hub')!r}), datetime.now()): os._exit(9)"
    assert python("-c", script).returncode == 9
    with locked(ada / ".hub", NOW):
        assert (ada / ".hub/lock").read_text() == f"{os.getpid()} 2026-11-05T12:00:00+00:00\n"


def test_no_message_moves_the_cursor_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Ending(Screen(), lambda: NOW):
        raise StoreError("evil \x1b]0;title\x07 \x1b[2J \u202e name")
    assert not set(capsys.readouterr().err) & set("\x1b\x07\u202e")


@pytest.mark.slow
def test_status_starts_without_pelican_and_whoosh(ada: Path) -> None:
    code = f"import sys; from hub.cli import run; assert run(['--site', {str(ada)!r}, 'status']) == 0; "
    done = python("-c", code + "print(sorted({name.split('.')[0] for name in sys.modules} & {'pelican', 'whoosh'}))")
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
