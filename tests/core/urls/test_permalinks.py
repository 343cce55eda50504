"""Old addresses: where they lead. A published address never dies."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Conflict
from blog.core.urls import permalinks
from blog.core.urls.permalinks import RedirectTarget
from blog.models import Post, Redirect
from tests.world import LONG_AGO, Blog


def move(post: Post, slug: str) -> None:
    publish.edit(post.id, Fields(slug=slug))


def lead(target: str, *addresses: str) -> None:
    """Each address leads to the target."""
    for address in addresses:
        assert permalinks.find_redirect(address) == RedirectTarget(target), address


def test_an_old_address_leads_to_the_new_one(blog: Blog) -> None:
    move(blog.make_post("A", slug="one"), "two")
    lead("/posts/two/", "/posts/one/", "/posts/one", "/posts/one/index.html")
    assert blog.get("/posts/one/").status_code == 301
    assert blog.get("/posts/one/").location.endswith("/posts/two/")


def test_all_addresses_a_post_ever_had_lead_to_its_last(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    for slug in ("two", "three", "four"):
        move(post, slug)
    lead("/posts/four/", "/posts/one/", "/posts/two/", "/posts/three/")


def test_a_post_may_move_back(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    move(post, "two")
    move(post, "one")
    lead("/posts/one/", "/posts/two/")
    assert permalinks.find_redirect("/posts/one/") is None
    assert blog.get("/posts/one/").status_code == 200


def test_no_other_post_takes_an_old_address(blog: Blog) -> None:
    move(blog.make_post("Moved", slug="one"), "two")
    with pytest.raises(Conflict, match="The address “one” leads to another post, “Moved”: choose another"):
        blog.make_post("B", slug="one")
    assert blog.make_post("One").slug == "one-2"
    lead("/posts/two/", "/posts/one/")


def test_a_post_that_becomes_a_page_leads_there(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    publish.edit(post.id, Fields(kind="page"))
    lead("/one/", "/posts/one/")
    publish.edit(post.id, Fields(kind="post", slug="two"))
    lead("/posts/two/", "/posts/one/", "/one/")


@pytest.mark.parametrize("published_at", [None, datetime.fromisoformat("2999-01-01T00:00Z")])
def test_an_address_nobody_could_read_is_forgotten(blog: Blog, published_at: datetime | None) -> None:
    move(blog.make_post("A", slug="one", published_at=published_at), "two")
    assert permalinks.find_redirect("/posts/one/") is None
    assert blog.make_post("B", slug="one").slug == "one"


def test_an_address_that_a_draft_had_before_its_publication_is_forgotten(blog: Blog) -> None:
    post = blog.make_post("A", slug="one", published_at=None)
    publish.edit(post.id, Fields(slug="two"), published_at=LONG_AGO)
    assert permalinks.find_redirect("/posts/one/") is None


def test_an_address_read_before_the_post_was_taken_back_still_leads(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    publish.unpublish(post.id)
    move(post, "two")
    assert permalinks.find_redirect("/posts/one/") is None
    publish.publish(post.id)
    lead("/posts/two/", "/posts/one/")


def test_an_old_address_of_a_deleted_post_is_gone(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    move(post, "two")
    publish.delete(post.id)
    assert permalinks.find_redirect("/posts/one/") == RedirectTarget(None)
    assert [blog.get(f"/posts/{slug}/").status_code for slug in ("one", "two")] == [410, 410]
    publish.undelete(post.id)
    lead("/posts/two/", "/posts/one/")


def test_an_old_address_of_a_scheduled_post_waits(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("A", slug="one")
    move(post, "two")
    publish.publish(post.id, datetime.fromisoformat("2999-01-01T00:00Z"))
    assert permalinks.find_redirect("/posts/one/") is None
    at(datetime.fromisoformat("2999-01-02T00:00Z"))
    lead("/posts/two/", "/posts/one/")


def test_what_is_gone_says_so(app: Flask) -> None:
    with write_transaction() as session:
        permalinks.mark_gone(session, permalinks.decoded_path("https://old.example/2004/01/hello.html?p=1"))
    assert permalinks.find_redirect("/2004/01/hello.html") == RedirectTarget(None)
    assert permalinks.find_redirect("/2004/01/") is None


def test_an_address_may_lead_elsewhere(app: Flask) -> None:
    with write_transaction() as session:
        session.add(Redirect(path="/old", post_id=None, target="https://elsewhere.example/", created_at=LONG_AGO))
    assert permalinks.find_redirect("/old/") == RedirectTarget("https://elsewhere.example/")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/a/", "/a"),
        ("/a", "/a"),
        ("a", "/a"),
        ("/", "/"),
        ("", "/"),
        ("/a/index.html", "/a"),
        ("/index.html", "/"),
        ("https://x.example/a/b/?c=d#e", "/a/b"),
        ("/%D0%B0/", "/а"),
        (" /a/ ", "/a"),
        ("/a.html", "/a.html"),
    ],
)
def test_one_address_in_many_spellings_is_one(address: str, key: str) -> None:
    assert permalinks.redirect_key(permalinks.decoded_path(address)) == key
