"""What others began stands under Mentions, not in the stream; what links to a post, on that post's page."""

from tests.site.conftest import post, reply


def lists(folder) -> dict[str, bool]:
    """On which lists stands the question?"""
    files = folder.files()
    names = ("mentions/index.html", "channel/blog/index.html", "feeds/mentions.atom", "feeds/all.atom")
    return {name: b"Words of reply 1" in files[name] for name in names}


def test_a_question_that_the_brand_answered_is_listed_under_mentions_alone(folder):
    folder.store.welcome("answered")
    folder.save(post(1), reply(1, ""), reply(2, reply(1, "").id, ours=True))
    folder.build()
    assert [name for name, there in lists(folder).items() if there] == ["mentions/index.html", "feeds/mentions.atom"]
    assert "Words of reply 2" in folder.page(reply(1, "").id)


def test_without_mentions_the_page_is_there_and_says_so(folder):
    folder.save(post(1))
    folder.build()
    assert b"Nothing has been said here yet" in folder.files()["mentions/index.html"]


def test_an_answer_moves_the_question_onto_its_page_and_only_that_changes(folder):
    folder.store.welcome("answered")
    folder.save(*(post(n) for n in range(60)), reply(1, ""))
    folder.build()
    folder.save(reply(2, reply(1, "").id, ours=True))
    written = folder.build().written
    assert lists(folder)["mentions/index.html"]
    assert not [name for name in written if name.startswith(("page/", "channel/"))]


def test_what_links_to_a_post_hangs_below_it_as_a_mention(folder):
    folder.save(post(1), reply(1, "", links=(post(1).url,)))
    folder.build()
    assert "mentions this post" in folder.page(post(1).id)
