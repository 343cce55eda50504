"""A request sees one state of the database, whatever others commit meanwhile."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from blog.core.accounts import people
from blog.core.posts import article
from blog.core.site.settings import configure
from blog.extensions import db, sqlite_driver
from blog.models import Site
from tests.recorder import recorded
from tests.web.ask import put
from tests.world import Blog

PATHS = [
    "/", "/posts/post/", "/posts/post.md", "/about-us/", "/tags/", "/tags/guide/", "/archive/", "/archive/2024/",
    "/authors/ana/", "/search/?q=river", "/feed.xml", "/atom.xml", "/feed.json", "/tags/guide/feed.xml",
    "/authors/ana/atom.xml", "/feed/1.xml", "/sitemap.xml", "/subscribe/", "/share/mastodon/?post=post", "/nothing/",
    "/oembed?url=https://essays.example/posts/post/",
]  # fmt: skip
COLUMNS = {
    "post": ("title", "summary", "extract", "body", "html", "feed_html", "slug"),
    "tag": ("name", "slug"),
    "person": ("name", "slug"),
    "site": ("title", "tagline"),
}


@pytest.fixture
def rename(blog: Blog) -> Callable[[str, str], None]:
    """Rename everything, by another connection: from Alpha to Omega, or back. Slugs named here stay."""
    configure("title", "Alpha times")
    for name in ("Ana", "Bo"):
        people.add(f"{name}@example.org", f"Alpha {name}", "a long enough password")
    for number, slug in enumerate(("post", "alpha-1", "alpha-2", "alpha-3")):
        fields = {
            "tags": ["Alpha guide", f"Alpha {number}"],
            "body": "Alpha [river](/posts/alpha-1/).",
            "summary": "Alpha",
        }
        post = blog.make_post(f"Alpha {number}", slug=slug, **fields)
        put(
            "UPDATE post SET author_id = (SELECT id FROM person ORDER BY id LIMIT 1 OFFSET :n) WHERE id = :id",
            n=number % 2,
            id=post.id,
        )
    blog.make_post("Alpha page", slug="about-us", kind="page")
    put("UPDATE tag SET slug = 'guide' WHERE name = 'Alpha guide'")
    put("UPDATE person SET slug = 'ana' WHERE name = 'Alpha Ana'")
    db.session.remove()

    def rename(old: str, new: str) -> None:
        connection = sqlite_driver().connect(blog.instance / "blog.db", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        for table, columns in COLUMNS.items():
            for a, b in ((old, new), (old.lower(), new.lower())):
                values = ", ".join(f"{column} = replace({column}, '{a}', '{b}')" for column in columns)
                connection.execute(f"UPDATE {table} SET {values}")
        connection.execute("COMMIT")
        connection.close()

    return rename


def test_each_page_is_of_one_state_whenever_another_commits(blog: Blog, rename: Callable[[str, str], None]) -> None:
    mixed = []
    for path in PATHS:
        statements, number = ["the first"], 0
        while number < len(statements):

            def commit(current: int, number: int = number) -> None:
                if current == number:
                    rename("Alpha", "Omega")

            with recorded(commit) as statements:
                page = blog.get(path).text.lower()
            assert statements and ("alpha" in page or "omega" in page), path
            if "alpha" in page and "omega" in page:
                mixed.append(f"{path}: a commit before {statements[number]}")
            rename("Omega", "Alpha")
            number += 1
    assert not mixed


def test_the_session_joins_what_compiled_queries_began(blog: Blog) -> None:
    blog.make_post("Before", slug="post")
    db.session.remove()
    assert article.load("post", "post").title == "Before"
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE post SET title = 'After'"))
        connection.execute(text("UPDATE site SET title = 'After'"))
    assert db.session.scalars(select(Site)).one().title != "After"
    assert article.load("post", "post").title == "Before"
    db.session.rollback()
    assert article.load("post", "post").title == "After"
    assert db.session.scalars(select(Site)).one().title == "After"
    db.session.remove()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
