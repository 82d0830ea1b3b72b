"""The headers a host should send, in the words of each host."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.serve import app
from tests.site.conftest import lay, post

NAMES = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay(tmp_path_factory.mktemp("hub") / "hub", "talk/")
    folder.save(post(5))
    folder.build()
    folder.store.close()
    return folder.path / "output"


def test_every_host_is_told_the_same(output: Path) -> None:
    for name, form in (
        ("_headers", "  {}: "),
        (".htaccess", "  Header always set {} "),
        ("_nginx", "  add_header {} "),
    ):
        said = (output / name).read_text("utf-8")
        assert {one for one in NAMES if form.format(one) in said} == NAMES, name


def test_pages_are_sent_with_the_policy_they_carry_and_frames_are_the_hosts_own(output: Path) -> None:
    with TestClient(app(output, output.parent / ".hub/index", prefix="/talk/")) as client:
        answer = client.get("/talk/")
    carried = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', answer.text)
    assert carried
    policy = carried[1].replace("&#39;", "'")
    assert answer.headers["content-security-policy"] == f"{policy}; frame-ancestors 'self'"


def test_what_carries_its_digest_in_its_name_may_be_kept_for_ever(output: Path) -> None:
    (style,) = (output / "assets").glob("hub.*.css")
    with TestClient(app(output, output.parent / ".hub/index", prefix="/talk/")) as client:
        assert "immutable" in client.get(f"/talk/assets/{style.name}").headers["cache-control"]
        assert "immutable" not in client.get("/talk/").headers["cache-control"]


def test_nobody_reads_what_is_meant_for_the_host(output: Path) -> None:
    with TestClient(app(output, output.parent / ".hub/index", prefix="/talk/")) as client:
        assert {client.get(f"/talk/{name}").status_code for name in ("_headers", "_nginx", ".htaccess")} == {404}


@pytest.mark.slow
def test_nginx_takes_its_part(output: Path, tmp_path: Path) -> None:
    if not (nginx := shutil.which("nginx")):
        pytest.skip("needs nginx")
    server = f"server {{ listen 127.0.0.1:8099; root {output}; include {output}/_nginx; }}"
    conf = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off; {server} }}"
    (tmp_path / "conf").write_text(conf, "utf-8")
    done = subprocess.run([nginx, "-t", "-c", str(tmp_path / "conf")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_apache_takes_its_part(output: Path, tmp_path: Path) -> None:
    modules = Path("/usr/lib/apache2/modules")
    if not ((apache := shutil.which("apache2")) and modules.is_dir()):
        pytest.skip("needs apache2")
    parts = ("mpm_event", "authz_core", "mime", "headers")
    loads = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in parts)
    own = f'DocumentRoot "{output}"\n<Directory "{output}">\nInclude "{output}/.htaccess"\n</Directory>'
    conf = f"ServerName localhost\nListen 127.0.0.1:8098\nTypesConfig /dev/null\nErrorLog {tmp_path}/log\n{own}\n"
    (tmp_path / "conf").write_text(f"{loads}\n{conf}", "utf-8")
    done = subprocess.run([apache, "-t", "-f", str(tmp_path / "conf")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
