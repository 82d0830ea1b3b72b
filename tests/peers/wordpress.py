"""A real WordPress: the one ../shared/peers starts, emptied and filled anew, moderated through its own functions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

CHECKOUT = Path(__file__).parents[2]
SCRIPTS = Path(os.environ.get("HUB_PEERS", CHECKOUT.parent / "shared" / "peers"))
STATE = Path(os.environ.get("PEERS", Path(tempfile.gettempdir()) / "peers"))
CHROOT = Path(os.environ.get("CHROOT", STATE / "bookworm"))
PORT = os.environ.get("WP_PORT", "8080")
PLUGINS = CHROOT / "var/lib/wordpress/wp-content/mu-plugins"
LOAD = f"$_SERVER['HTTP_HOST'] = 'localhost:{PORT}'; require '/usr/share/wordpress/wp-load.php';"
CALL = "echo json_encode(call_user_func_array($argv[1], wp_slash(json_decode($argv[2], true))));"
REST_OFF = """<?php
add_filter('rest_authentication_errors', fn() => new WP_Error('rest_disabled', 'Not here.', ['status' => 401]));
"""
TALK = """
SELECT CONCAT(p.guid, '#comment-', c.comment_ID), p.guid, c.comment_content,
  IF(a.comment_approved = '1', CONCAT(p.guid, '#comment-', a.comment_ID), p.guid)
FROM wp_comments c JOIN wp_posts p ON p.ID = c.comment_post_ID
  LEFT JOIN wp_comments a ON a.comment_ID = c.comment_parent
WHERE c.comment_approved = '1' AND p.post_status = 'publish' AND p.post_password = '' AND p.post_type = 'post'
"""
TAG = re.compile(r"<[^>]*>")
POSTS = "SELECT guid FROM wp_posts WHERE post_type = 'post' AND post_status = 'publish' AND post_password = ''"


class Comment(NamedTuple):
    """An approved comment. `to` is what it stands under: its post, where the comment it answers is not public."""

    id: str
    post: str
    text: str
    to: str


@dataclass(frozen=True)
class Wordpress:
    """The blog. Posts and comments go by their numbers."""

    site: str = f"http://localhost:{PORT}/"

    # what it holds, read from the database past all of WordPress

    def talk(self) -> list[Comment]:
        return [Comment(id, post, TAG.sub("", text), to) for id, post, text, to in _rows(TALK)]

    def posts(self) -> set[str]:
        return {row[0] for row in _rows(POSTS)}

    def guid(self, post: int) -> str:
        return _rows(f"SELECT guid FROM wp_posts WHERE ID = {post}")[0][0]

    # what people do there

    def call(self, function: str, *args: object) -> Any:
        """One of WordPress' own functions; it may not say that it failed."""
        said = _inside("php", "-r", LOAD + CALL, "--", function, json.dumps(args))
        done = json.loads(said or "null")
        assert done, f"{function}{args}: {said}"
        return done

    def write(self, title: str, text: str, **more: object) -> int:
        fields = {"post_title": title, "post_content": f"<p>{text}</p>", "post_status": "publish", "post_author": 1}
        return int(self.call("wp_insert_post", fields | more))

    def say(self, post: int, text: str, to: int = 0, **more: object) -> int:
        fields = {"comment_post_ID": post, "comment_parent": to, "comment_content": text, "comment_author": "Jo"}
        return int(self.call("wp_insert_comment", fields | {"comment_approved": 1} | more))

    def approve(self, comment: int) -> None:
        self.call("wp_set_comment_status", comment, "approve")

    def hold(self, comment: int) -> None:
        self.call("wp_set_comment_status", comment, "hold")

    def edit(self, comment: int, text: str) -> None:
        self.call("wp_update_comment", {"comment_ID": comment, "comment_content": text})

    def spam(self, comment: int) -> None:
        self.call("wp_spam_comment", comment)

    def unspam(self, comment: int) -> None:
        self.call("wp_unspam_comment", comment)

    def trash(self, comment: int) -> None:
        self.call("wp_trash_comment", comment)

    def untrash(self, comment: int) -> None:
        self.call("wp_untrash_comment", comment)

    def delete(self, comment: int) -> None:
        self.call("wp_delete_comment", comment, True)

    def trash_post(self, post: int) -> None:
        self.call("wp_trash_post", post)

    def untrash_post(self, post: int) -> None:
        self.call("wp_untrash_post", post)  # as a draft, since 5.6
        self.call("wp_update_post", {"ID": post, "post_status": "publish"})

    @contextmanager
    def without_rest(self) -> Iterator[None]:
        """As blogs are that keep their API shut."""
        plugin = PLUGINS / "rest-off.php"
        plugin.parent.mkdir(exist_ok=True)
        plugin.write_text(REST_OFF, "utf-8")
        try:
            yield
        finally:
            plugin.unlink()


@contextmanager
def started(posts: int) -> Iterator[Wordpress]:
    """A new blog with so many posts; what lay in the peer's database before is dropped."""
    if not (SCRIPTS / "wordpress.sh").exists():
        pytest.skip(f"the scripts that start real servers are not in {SCRIPTS} (or set HUB_PEERS)")
    if os.geteuid():
        pytest.skip("the real WordPress lives in a chroot: only root may start it")
    if not ((CHROOT / "usr/sbin/nginx").exists() and os.path.ismount(CHROOT / "proc")):
        _script("chroot.sh")
    _script("wordpress.sh", "start", "0")
    try:
        _mysql("-e", "DROP DATABASE wordpress")
        (PLUGINS / "rest-off.php").unlink(missing_ok=True)
        _script("wordpress.sh", "start", str(posts))
        yield Wordpress()
    finally:
        _script("wordpress.sh", "stop")
        _over(CHROOT / "run/mysqld/wp.pid")


def _over(pid: Path) -> None:
    """Wait until a server that was told to stop has: the next one finds its files free."""
    until = time.monotonic() + 30
    while pid.exists() and time.monotonic() < until:
        time.sleep(0.1)


def _rows(query: str) -> list[list[str]]:
    table = ElementTree.fromstring(_mysql("--xml", "-e", query, "wordpress"))
    return [[field.text or "" for field in row] for row in table]


def _mysql(*args: str) -> str:
    return _inside("mariadb", "--socket=/run/mysqld/wp.sock", *args)


def _inside(*command: str) -> str:
    return _ran("chroot", str(CHROOT), *command)


def _script(name: str, *args: str) -> None:
    _ran("bash", str(SCRIPTS / name), *args)


def _ran(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{' '.join(command[:4])}: {done.stderr[-2000:]}"
    return done.stdout
