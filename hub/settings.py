"""content/hub.toml and the environment → typed settings, with every mistake told at once.

Precedence: flags (`--set KEY=VALUE`) > environment (HUB_BRAND_URL) > content/hub.toml > default. A channel's fields are
those of its kind's dataclass. Secrets are written as "env:NAME" or "file:PATH" and stay so until a pull needs them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

import hub.channels
from hub import toml
from hub.errors import SettingsError
from hub.guard import Allow
from hub.inbox import Inbox
from hub.layers import FILE, Layers, table_of, told, tuples
from hub.model import Terms
from hub.sections import (
    SECRET,
    SECTIONS,
    TOP,
    Brand,
    Collection,
    File,
    Gate,
    IndexSettings,
    MediaSettings,
    Network,
    PublishSettings,
    Secret,
    Section,
    ServeSettings,
    StoreSettings,
    WallSettings,
    Web,
)

__all__ = ["FILE", "Brand", "MediaSettings", "Network", "Settings", "load", "origins", "schema", "shipped"]

GATE = "publish"  # the setting that every channel has, whatever its kind
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything people decided, typed. `folder` is the brand's; `theme` the one that replaces built-in files."""

    folder: Path
    brand: Brand
    channels: Mapping[str, hub.channels.Channel] = field(default_factory=dict)
    gates: Mapping[str, str] = field(default_factory=dict)  # channel → auto, hold or known
    network: Network = field(default_factory=Network)
    media: MediaSettings = field(default_factory=MediaSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    serve: ServeSettings = field(default_factory=ServeSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
    wall: WallSettings = field(default_factory=WallSettings)
    collections: Mapping[str, Collection] = field(default_factory=dict)
    mentions: str = "answered"
    people: str = "all"
    crawlers: str = "all"
    theme: Path = Path("theme")

    def terms(self, channel: str) -> Terms:
        """What the network of a channel allows; of a channel that is no longer named nothing more is known."""
        found = self.channels.get(channel)
        return found.terms if found else Terms()

    @property
    def bare(self) -> frozenset[str]:
        """Channels whose texts may stand on pages alone, in no data and in no search."""
        terms = {name: channel.terms for name, channel in self.channels.items()}
        return frozenset(name for name, one in terms.items() if "no" in (one.json, one.search))

    @property
    def content(self) -> Path:
        """The folder of what people decide."""
        return self.folder / "content"

    @property
    def output(self) -> Path:
        """The site's folder."""
        return self.folder / "output"

    @property
    def memory(self) -> Path:
        """The program's own folder."""
        return self.folder / ".hub"

    @property
    def inbox(self) -> Inbox:
        """Where `hub serve` puts webmentions to pages of the brand."""
        named = (urlsplit(address).hostname or address for address in (self.brand.url, *self.brand.hosts))
        return Inbox(self.memory / "inbox", tuple(named))

    @property
    def replay(self) -> Path | None:
        """The folder of recordings that stands for the network; None for the real one."""
        return self.content / self.network.replay if self.network.replay else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One setting and where it came from: "--set", "env HUB_…", "content/hub.toml:12" or "default"."""

    key: str
    value: object
    origin: str


def load(folder: Path, env: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Settings:
    """The settings of a brand's folder. The SettingsError is the first mistake; `also` holds the others."""
    layers = Layers(folder, env, flags or {})
    tables = layers.channels()
    channels = {name: _channel(layers, name, table) for name, table in tables.items()}
    main = layers.validated((), File, {key: value for key, value in layers.tree.items() if key != "channels"})
    if isinstance(main, File):
        _allowed(layers, main.network.allow)
    if layers.wrong or not isinstance(main, File):
        first, *rest = layers.wrong
        first.also = tuple(rest)
        raise first
    parts = {name: getattr(main, name) for name in SECTIONS}
    opened = MappingProxyType({name: channel for name, channel in channels.items() if channel})
    parts["gates"] = MappingProxyType({name: _gate(channel, tables[name]) for name, channel in opened.items()})
    return Settings(
        folder=folder,
        channels=opened,
        collections=MappingProxyType(main.collections),
        mentions=main.mentions,
        people=main.people,
        crawlers=main.crawlers,
        theme=folder / main.theme,
        **parts,
    )


def origins(folder: Path, env: Mapping[str, str], flags: Mapping[str, str] | None = None) -> list[Value]:
    """Every setting with its value and where it came from, as `hub config show --origin` prints them."""
    settings, layers = load(folder, env, flags), Layers(folder, env, flags or {})
    shown = [(name, getattr(settings, name) if name != "theme" else settings.theme.name) for name in TOP]
    for section in SECTIONS:
        shown += [(f"{section}.{key}", value) for key, value in getattr(settings, section)]
    for name, collection in settings.collections.items():
        shown += [(f"collections.{name}.{key}", value) for key, value in collection]
    for name, channel in settings.channels.items():
        table: dict[str, object] = {"kind": table_of(layers.tree["channels"])[name]["kind"], **values(channel)}
        table[GATE] = settings.gates[name]
        shown += [(f"channels.{name}.{key}", value) for key, value in table.items()]
    return [Value(key=key, value=redacted(value), origin=layers.origin(tuple(key.split(".")))) for key, value in shown]


def redacted(value: object) -> object:
    """A value fit for a screen: an address loses its password."""
    return re.sub(r"(://[^/@:\s]*):[^/@\s]+@", r"\1:***@", value) if isinstance(value, str) else value


def values(channel: hub.channels.Channel) -> dict[str, object]:
    """A channel's settings by name; secrets stand as they were written."""
    return {name: getattr(channel, name) for name in fields(type(channel)).model_fields if name != GATE}


def revealed(
    channel: hub.channels.Channel, folder: Path, env: Mapping[str, str]
) -> tuple[hub.channels.Channel, list[str]]:
    """The channel with its secrets read from environment and files, and those secrets, to keep them out of logs."""
    asked = {
        key: text for key, text in values(channel).items() if isinstance(text, str) and text and SECRET.search(key)
    }
    at = f"channels.{channel.name}"
    known = {key: reveal(text, folder, env, key=f"{at}.{key}") for key, text in asked.items()}
    return dataclasses.replace(channel, **known), list(known.values())  # type: ignore[type-var]


def reveal(text: str, folder: Path, env: Mapping[str, str], *, key: str) -> str:
    """What "env:NAME" or "file:PATH" stands for; any other text is itself."""
    source, _, name = text.partition(":")
    if source == "env":
        if not env.get(name):
            raise SettingsError(key, f"the environment has no {name}", where=FILE, fix=f"export {name}=…")
        return env[name]
    if source == "file":
        try:
            return (folder / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as why:
            raise SettingsError(key, f"cannot read {name}", where=FILE, fix=f"put the secret into {name}") from why
    return text


def fields(kind: type[hub.channels.Channel]) -> type[Section]:
    """The model of a kind's settings, made from its dataclass. A field no file can hold (a reader) is no setting."""
    hints = get_type_hints(kind, include_extras=True)
    wanted: dict[str, Any] = {}
    for one in dataclasses.fields(kind):  # type: ignore[arg-type]
        if one.name == "name" or not _settable(hints[one.name]):
            continue
        default = one.default if one.default is not dataclasses.MISSING else ...
        if one.default_factory is not dataclasses.MISSING:
            default = one.default_factory()
        wanted[one.name] = (_hint(one.name, hints[one.name]), default)
    wanted[GATE] = (Gate, getattr(kind, GATE, "auto"))
    return create_model(kind.__name__, __base__=Section, __doc__=kind.__doc__, **wanted)


def _settable(hint: Any) -> bool:
    try:
        TypeAdapter(hint).json_schema()
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
        return False
    return True


def _hint(name: str, hint: Any) -> Any:
    if hint is str and SECRET.search(name):
        return Secret
    return Web if hint is str and name == "url" else hint


def kinds() -> list[str]:
    """The names of the kinds that come with the program."""
    found = sorted(path.stem for path in Path(hub.channels.__file__).parent.glob("*.py"))
    return [name for name in found if name != "__init__" and _kind(name)]


def _kind(path: str) -> type[hub.channels.Channel] | None:
    try:
        found = hub.channels.kind(path)
    except SettingsError:
        return None
    return found if dataclasses.is_dataclass(found) and hasattr(found, "pull") else None


def _channel(layers: Layers, name: str, table: Mapping[str, object]) -> hub.channels.Channel | None:
    at = ("channels", name)
    path = table.get("kind")
    kind = _kind(path) if isinstance(path, str) else None
    if not _NAME.fullmatch(name):
        layers.report(at, "a channel's name is lower-case letters, digits and hyphens", "rename it")
    if not kind:
        why = f"there is no kind {path!r}" if path else "is missing"
        for key in () if "kind" in table else get_close_matches("kind", table):
            layers.report((*at, key), "unknown key", "did you mean 'kind'?")
        layers.report((*at, "kind"), why, toml.nearest(str(path or ""), kinds()))
        return None
    given = layers.validated(at, fields(kind), {key: value for key, value in table.items() if key != "kind"})
    own = {key: value for key, value in given or () if key != GATE}
    return kind(name=name, **own) if given else None  # type: ignore[call-arg]


def _gate(channel: hub.channels.Channel, table: Mapping[str, object]) -> str:
    """Whether what a channel brings is shown at once; its kind says so where the settings do not."""
    return str(table.get(GATE, getattr(type(channel), GATE, "auto")))


def alone(path: str, table: Mapping[str, object]) -> hub.channels.Channel:
    """A channel of a kind by itself, without a brand's folder; its name is that of the kind."""
    kind = _kind(path)
    if not kind:
        raise SettingsError("kind", f"there is no kind {path!r}", fix=toml.nearest(path, kinds()))
    try:
        given = fields(kind).model_validate({key: tuples(value) for key, value in table.items()})
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        key = ("channels", path, *(str(part) for part in first["loc"]))
        raise SettingsError(key[-1], *told(first["type"], first["msg"], key, fields(kind))[:1]) from None
    return kind(name="ours", **{key: value for key, value in given if key != GATE})  # type: ignore[call-arg]


def _allowed(layers: Layers, entries: tuple[str, ...]) -> None:
    for entry in entries:
        try:
            Allow.parse([entry])
        except SettingsError as why:
            layers.report(("network", "allow"), why.why, why.fix)


def schema() -> dict[str, object]:
    """JSON Schema 2020-12 of content/hub.toml, the fields of every shipped kind included."""
    main = File.model_json_schema()
    choices = []
    for name in kinds():
        one = fields(hub.channels.kind(name)).model_json_schema()
        one["properties"] = {"kind": {"const": name}, **one["properties"]}
        one["required"] = ["kind", *one.get("required", [])]
        choices.append(one)
    own = {"type": "object", "properties": {"kind": {"type": "string", "pattern": ":"}}, "required": ["kind"]}
    main["properties"]["channels"] = {"type": "object", "additionalProperties": {"anyOf": [*choices, own]}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FILE, **main}


def shipped(name: str, package: Path = Path(__file__).parent) -> Path:
    """The built-in "theme" or "demo": inside the installed package, or beside it in a checkout."""
    inside = package / f"_{name}"
    return inside if inside.is_dir() else package.parent / {"demo": "content"}.get(name, name)
