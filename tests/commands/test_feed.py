"""feed check: this blog's feeds, with and without a server."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.extensions import sqlite_driver
from tests.live_server import Start
from tests.transfer.library import everything
from tests.world import Blog, Result, run

Command = Callable[..., Result]


def test_all_feeds_of_a_good_blog_are_good(command: Command, blog: Blog) -> None:
    for number in range(25):
        blog.make_post(f"Post {number}", tags=["Rivers", f"Tag {number % 2}"])
    result = command("feed", "check", "--json")
    assert (result.status, result.data["well"]) == (0, True)
    site = result.data["feeds"][:3]
    assert [each["address"].removeprefix("https://essays.example") for each in site] == [
        "/feed.xml", "/atom.xml", "/feed.json",
    ]  # fmt: skip
    assert {(each["posts"], each["documents"], each["compared"]) for each in site} == {(25, 2, True)}
    assert len(result.data["feeds"]) == 3 * 4
    said = command("feed", "check").out
    assert "RSS, 25 posts in 2 documents, the newest of 2024-05-01." in said
    assert "9 feeds of tags and authors" in said
    assert said.endswith("There is nothing that a subscriber would miss or meet twice.\n")


def test_an_empty_blog_has_good_feeds(command: Command, blog: Blog) -> None:
    assert command("feed", "check").status == 0


def test_it_writes_nothing(command: Command, blog: Blog, instance: Path) -> None:
    blog.make_post()
    before = everything(instance)
    command("feed", "check")
    assert everything(instance) == before


def test_a_served_feed_is_compared_with_the_database(command: Command, blog: Blog, start: Start) -> None:
    blog.make_post("Water", slug="water")
    server = start(workers=1)
    for path in ("/", "/posts/water/", "/feed.xml", "/rss.xml"):
        result = command("feed", "check", f"http://127.0.0.1:{server.port}{path}", "--json")
        assert (result.status, result.data["well"]) == (0, True), (path, result)
        assert all(each["compared"] and each["posts"] == 1 for each in result.data["feeds"])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:{port}/robots.txt", "first bytes are not <?xml"),
        ("http://127.0.0.1:{port}/feed/99.xml", "answers 404"),
        ("http://127.0.0.1:{port}/nothing/", "answers 404"),
    ],
)
def test_what_is_no_feed_is_said(command: Command, blog: Blog, start: Start, url: str, said: str) -> None:
    result = command("feed", "check", url.format(port=start(workers=1).port))
    assert result.status == 1 and said in result.out + result.err


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://127.0.0.1/feed.xml", "http://127.0.0.1:1/feed.xml", "file:///etc/hosts"]
)
def test_an_address_that_cannot_be_asked_is_one_sentence(command: Command, blog: Blog, url: str) -> None:
    result = command("feed", "check", url)
    assert (result.status, result.out) == (1, "") and result.err.count("\n") == 1


def test_a_copy_that_lags_behind_is_told_by_what_a_subscriber_would_notice(
    command: Command, blog: Blog, start: Start, instance: Path, tmp_path: Path
) -> None:
    blog.make_post("Stone", slug="stone")
    post = blog.make_post("Water", slug="water")
    server = start(workers=1)
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(sqlite_driver().connect(str(instance / "blog.db"))) as connection:
        connection.execute("VACUUM INTO ?", (str(copy / "blog.db"),))
        connection.execute("UPDATE post SET guid = '00000000-0000-4000-8000-000000000000' WHERE slug = 'stone'")
        connection.commit()
    publish.edit(post.id, Fields(title="Rain"))
    blog.make_post("Iron")
    result = run(copy, "feed", "check", f"http://127.0.0.1:{server.port}/feed.xml")
    assert result.status == 1
    assert "Another id than in the database, so that programs show it as new: “Stone”." in result.out
    assert "Another title than in the database: “Rain”." in result.out
    assert "Not in the database: “Iron”." in result.out
    assert result.out.endswith("3 faults.\n")
