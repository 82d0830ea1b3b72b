"""A small YouTube Data API on loopback: as much of it as there is to get wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.channels import loopback
from tests.channels.loopback import Answer, Query

Row = dict[str, Any]
US = "UCus00000000000000000000"


def refused(status: int, reason: str) -> Answer:
    """An error as the API tells it."""
    return status, {"error": {"code": status, "message": "No.", "errors": [{"reason": reason, "domain": "youtube"}]}}


@dataclass
class Tube:
    """What YouTube holds: videos by id, comments by id; `page` is the size of every page."""

    site: str = ""
    videos: dict[str, str] = field(default_factory=dict)  # id → when
    comments: dict[str, Row] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)  # videos without comments
    page: int = 100
    followers: int = 0  # 0: it keeps that to itself
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], Answer | None] = lambda _: None

    def say(self, id: str, video: str, when: str, parent: str = "") -> str:
        """Write a comment. Gives its name."""
        said = {"textDisplay": id, "publishedAt": when, "updatedAt": when, "authorDisplayName": "@jo"}
        said |= {"parentId": parent} if parent else {}
        self.comments[id] = {"id": id, "video": video, "snippet": said}
        return f"https://www.youtube.com/watch?v={video}&lc={id}"

    def answer(self, path: str, ask: Query) -> Answer:
        method = path.rpartition("/")[2]
        self.asked.append(method)
        return self.before(method) or getattr(self, f"_{method.lower()}")(ask)

    def _paged(self, found: list[Row], ask: Query) -> Answer:
        start, size = int(ask.get("pageToken", ["0"])[0]), min(self.page, int(ask["maxResults"][0]))
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return 200, {"items": found[start : start + size], **more}

    def _playlistitems(self, ask: Query) -> Answer:
        newest = sorted(self.videos, key=self.videos.__getitem__, reverse=True)
        rows = [{"contentDetails": {"videoId": id, "videoPublishedAt": self.videos[id]}} for id in newest]
        return self._paged(rows, ask)

    def _channels(self, ask: Query) -> Answer:
        hidden = {"hiddenSubscriberCount": True} if not self.followers else {"subscriberCount": str(self.followers)}
        return 200, {"items": [{"id": ask["id"][0], "statistics": {"viewCount": "7", **hidden}}]}

    def _videos(self, ask: Query) -> Answer:
        ids = [id for id in ask["id"][0].split(",") if id in self.videos]
        return 200, {"items": [self._video(id) for id in ids]}

    def _video(self, id: str) -> Row:
        count = sum(row["video"] == id for row in self.comments.values())
        figures = {} if id in self.off else {"commentCount": str(count)}
        return {"id": id, "snippet": {"publishedAt": self.videos[id], "title": id}, "statistics": figures}

    def _commentthreads(self, ask: Query) -> Answer:
        video = ask["videoId"][0]
        if video in self.off:
            return refused(403, "commentsDisabled")
        tops = [row for row in self.comments.values() if row["video"] == video and "parentId" not in row["snippet"]]
        tops.sort(key=lambda row: str(row["snippet"]["publishedAt"]), reverse=True)
        return self._paged([self._thread(row) for row in tops], ask)

    def _thread(self, top: Row) -> Row:
        answers = self._below(top["id"])
        inline = {"replies": {"comments": answers[:5]}} if answers else {}
        return {"id": top["id"], "snippet": {"topLevelComment": top, "totalReplyCount": len(answers)}, **inline}

    def _below(self, id: str) -> list[Row]:
        return [row for row in self.comments.values() if row["snippet"].get("parentId") == id]

    def _comments(self, ask: Query) -> Answer:
        return self._paged(self._below(ask["parentId"][0]), ask)


@contextmanager
def served() -> Iterator[Tube]:
    """The API at a free port of loopback."""
    tube = Tube()
    with loopback.served(tube.answer) as tube.site:
        yield tube
