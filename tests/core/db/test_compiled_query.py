"""Questions that are asked again and again: one snapshot for each request, and the present after each write."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from blog.core.posts import article, summaries
from blog.core.site import context
from blog.core.site.settings import configure
from blog.extensions import db
from blog.models import Post
from tests.world import Blog


def elsewhere(statement: str) -> None:
    """Another connection changes the database."""
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def test_questions_see_one_state_of_the_database_until_the_request_ends(blog: Blog) -> None:
    blog.make_post("Before", slug="post")
    assert article.load("post", "post").title == "Before"
    elsewhere("UPDATE post SET title = 'After'")
    assert article.load("post", "post").title == "Before"
    db.session.remove()
    assert article.load("post", "post").title == "After"


def test_a_write_ends_the_old_state(blog: Blog) -> None:
    assert context.site_context().site.title != "New"
    configure("title", "New")
    assert context.site_context().site.title == "New"


def test_questions_within_a_transaction_see_what_it_wrote(blog: Blog) -> None:
    blog.make_post("One", slug="one")
    assert [post.title for post in summaries.recent(3)] == ["One"]
    for post in db.session.scalars(select(Post)):
        post.title = "Two"
    db.session.flush()
    assert [post.title for post in summaries.recent(3)] == ["Two"]
    db.session.rollback()
    assert [post.title for post in summaries.recent(3)] == ["One"]


def test_an_unchanged_site_is_the_same_object(blog: Blog) -> None:
    first = context.site_context()
    blog.make_post("A draft", published_at=None)
    assert context.site_context() is first
    configure("footer", "Words")
    assert context.site_context() is not first


def test_every_connection_goes_back_after_a_request(app: Flask, blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    db.session.remove()
    for path in ("/posts/post/", "/nothing/", "/", "/feed.xml"):
        blog.get(path)
        assert db.engine.pool.checkedout() == 0, path  # type: ignore[attr-defined]


def test_a_missing_table_is_an_error_as_sqlalchemy_has_it(blog: Blog) -> None:
    elsewhere("ALTER TABLE post RENAME TO gone")
    with pytest.raises(OperationalError, match="no such table"):
        summaries.recent(3)
