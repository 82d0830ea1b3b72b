"""What has nothing to show, what goes, and what comes side by side with something older."""

from hub.pages import Page
from hub.site.manifest import Manifest
from hub.site.writer import Made, QuietWriter
from tests.site.conftest import START, lay, post


def test_channel_without_posts_has_its_page_and_its_feeds(tmp_path):
    folder = lay(tmp_path / "hub")
    folder.save(post(1))
    folder.build()
    folder.store.close()
    assert {"channel/news/index.html", "feeds/channel/news.atom", "feeds/channel/news.json"} <= folder.files().keys()


def test_pages_that_went_are_written_again_when_they_return(tmp_path):
    page, manifest = Page(kind="post", name="a"), Manifest(tmp_path / "site.sqlite")
    writer = QuietWriter(tmp_path / "output", manifest, START)
    writer.stamp()
    for files in ({"404.html": b"no", "a.html": b"a", "b.html": b"b"}, {"404.html": b"no"}, {"a.html": b"a"}):
        writer.offer(Made(page=page, files=files))
        writer.remove()
    manifest.close()
    assert (tmp_path / "output/a.html").read_bytes() == b"a"
    assert not (tmp_path / "output/b.html").exists()


def test_newest_post_is_in_the_feed_though_an_old_one_came_with_it(tmp_path):
    folder = lay(tmp_path / "hub")
    folder.save(*map(post, range(100, 170)))
    folder.build()
    folder.save(post(1), post(200))
    folder.build()
    folder.store.close()
    files = folder.files()
    assert b"Body of post 200" in files["feeds/channel/blog.atom"]
    assert post(200).published.date().isoformat().encode() in files["about/index.html"]
