"""The database finds what readers ask for by its indexes: every query of every page is asked for its plan."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from blog.core.db.transaction import write_transaction
from blog.core.posts import feed_items, lists
from blog.core.search import index
from blog.core.site.settings import configure
from blog.extensions import WRITE_OPTION, db
from blog.feeds import sitemap
from blog.models import Person, Post, Tag, post_tag
from tests.recorder import Statements, recorded
from tests.world import Blog

POSTS, TAGS, AUTHORS, PAGES = 700, 40, 5, 20
FIRST = datetime(2004, 1, 1, tzinfo=UTC)
PATHS = [
    "/", "/page/2/", "/page/70/", "/page/71/", "/posts/post-350/", "/posts/post-350.md", "/posts/nothing/",
    "/page-1/", "/nothing/", "/tags/", "/tags/tag-1/", "/tags/tag-1/page/50/", "/tags/tag-40/", "/tags/nothing/",
    "/authors/person-1/", "/authors/person-1/page/9/", "/authors/nobody/", "/archive/", "/archive/2010/",
    "/archive/2010/page/2/", "/archive/2011/", "/feed.xml", "/atom.xml", "/feed.json",
    "/feed/1.xml", "/atom/350.xml", "/feed/690.json", "/feed/695.xml", "/tags/tag-1/feed.xml", "/tags/tag-1/atom.xml",
    "/tags/tag-1/feed/650.json", "/tags/tag-40/feed/3.xml", "/authors/person-1/feed.xml", "/authors/person-1/atom.xml",
    "/authors/person-1/feed/90.json", "/feed/700.xml", "/tags/nothing/feed.xml", "/authors/nobody/feed/1.xml",
    "/feed/", "/tag/tag-1/rss/", "/author/person-1/feed/", "/sitemap.xml", "/sitemap-1.xml", "/sitemap-3.xml",
    "/search/", "/search/?q=title+700", "/search/?q=title", "/search/?q=title&page=2", "/search/?q=350+nothing",
    "/search/?q=350+-nothing", "/search/?q=%22title+350%22",
    "/subscribe/", "/share/mastodon/?post=post-350", "/robots.txt", "/healthz",
]  # fmt: skip
TABLES = ("post", "post_tag", "tally", "tag", "person", "redirect")
# What may be read from end to end or sorted: a step, a part of the statement, and why.
EXCEPTIONS = {
    ("SCAN person USING INDEX", "ORDER BY person.slug"): "a list of authors reads all of them: they are few",
    ("SCAN tag USING INDEX", 'ORDER BY tag."key"'): "a list of tags reads all of them, by name",
    ("SCAN tag", "SELECT json_group_object(tag.id"): "a search looks for its words in the names of all tags",
    (
        "USE TEMP B-TREE FOR ORDER BY",
        "ORDER BY best.worth",
    ): "some hundred posts are put in order by what they are worth",
    ("USE TEMP B-TREE FOR", "others AS"): "what is related is chosen among the 20 newest posts of each of its tags",
    ("USE TEMP B-TREE FOR ORDER BY", "ORDER BY post_tag.position"): "a post has 50 tags at most, a feed 40 posts",
}


@pytest.fixture
def full(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> Blog:
    """A blog of several hundred posts in many lists, some of them scheduled; deep pages and several sitemaps."""
    monkeypatch.setattr(lists, "MAX_SKIP", 20)
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 300)
    configure("timezone", "America/New_York")
    with write_transaction() as session:
        session.execute(insert(Person), [_person(number) for number in range(1, AUTHORS + 1)])
        session.execute(insert(Tag), [_tag(number) for number in range(1, TAGS + 1)])
        session.execute(insert(Post), [_post(number) for number in range(1, POSTS + 1)])
        session.execute(insert(Post), [_page(number) for number in range(1, PAGES + 1)])
        session.execute(
            insert(post_tag),
            [
                {"post_id": number, "tag_id": tag_id, "position": place}
                for number in range(1, POSTS + 1)
                for place, tag_id in enumerate({1, 2 + number % (TAGS - 1)})
            ],
        )
        index.index_missing(session.connection())
    return blog


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"Person {number}", "slug": f"person-{number}", "created_at": FIRST}


def _tag(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"Tag {number}", "key": f"tag {number}", "slug": f"tag-{number}"}


def _post(number: int) -> dict[str, Any]:
    # Half of them in one year; the last five are scheduled.
    when = FIRST + timedelta(days=number * 10)
    if number % 2:
        when = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=number * 12)
    if number > POSTS - 5:
        when = datetime(2999, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return _row(number, "post", when) | {"author_id": number % (AUTHORS + 1) or None}


def _page(number: int) -> dict[str, Any]:
    return _row(number, "page", FIRST) | {"id": POSTS + number, "guid": f"page-{number}", "author_id": None}


def _row(number: int, kind: str, when: datetime) -> dict[str, Any]:
    return {
        "id": number, "guid": str(number), "kind": kind, "slug": f"{kind}-{number}", "title": f"Title {number}",
        "published_at": when, "created_at": FIRST, "renderer": 1,
    }  # fmt: skip


def asked(blog: Blog) -> Iterator[tuple[str, Statements]]:
    """Each address with what it asks the database."""
    for path in PATHS:
        with recorded() as statements:
            blog.get(path)
        yield path, statements


def plan(statement: str) -> list[str]:
    """How the database would answer a statement, step by step."""
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
    return [row[3] for row in rows]


def slow(step: str) -> bool:
    """Whether a step reads a whole table or index of ours, or sorts."""
    scanned = re.match(r"SCAN (\w+)", step)
    return "TEMP B-TREE" in step or bool(scanned and scanned[1] in TABLES)


def exception(step: str, statement: str) -> tuple[str, str] | None:
    """The exception that a step is, if it is one."""
    return next((known for known in EXCEPTIONS if step.startswith(known[0]) and known[1] in statement), None)


@pytest.mark.parametrize("statistics", [False, True], ids=["without statistics", "with statistics"])
def test_a_reader_never_waits_for_a_scan_or_a_sort(full: Blog, statistics: bool) -> None:
    if statistics:
        gather_statistics()
    met, wrong = set(), []
    for path, statements in asked(full):
        for statement in statements:
            for step in filter(slow, plan(statement)):
                met.add(exception(step, statement))
                wrong += [] if exception(step, statement) else [f"{path}: {step}\n    {statement}"]
    assert not wrong, "\n".join(wrong)
    assert met >= set(EXCEPTIONS), f"no longer needed: {set(EXCEPTIONS) - met}"


@pytest.mark.parametrize("statistics", [False, True], ids=["without statistics", "with statistics"])
def test_what_is_related_is_found_without_reading_through_a_tag(full: Blog, statistics: bool) -> None:
    if statistics:
        gather_statistics()
    with recorded() as statements:
        full.get("/posts/post-350/")
    steps = [step for statement in statements if "others AS" in statement for step in plan(statement)]
    through = [step for step in steps if "post_tag_listed (" in step]
    assert through and all("listed_at<" in step for step in through), steps


def test_all_posts_of_a_list_are_identified_without_going_through_it_for_each(full: Blog) -> None:
    for post_list, list_id in ((lists.ALL, 0), (lists.WITH_TAG, 1), (lists.BY_AUTHOR, 1)):
        with recorded() as statements:
            posts = feed_items.identities(post_list, list_id)
        assert len(posts) > 100 and feed_items.identities(post_list, list_id, 7) == posts[:7]
        steps = [step for statement in statements for step in plan(statement)]
        assert not [step for step in steps if "CO-ROUTINE" in step], steps


def gather_statistics() -> None:
    """What `PRAGMA optimize` would leave in the database, for every connection from now on."""
    with db.engine.connect().execution_options(**{WRITE_OPTION: True}) as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
    db.session.remove()
    db.engine.dispose()


def test_the_pages_are_there(full: Blog) -> None:
    statuses = {path: full.get(path).status_code for path, _ in asked(full)}
    assert {path for path, status in statuses.items() if status == 404} == {
        "/page/71/", "/posts/nothing/", "/nothing/", "/tags/nothing/", "/authors/nobody/", "/feed/700.xml",
        "/tags/nothing/feed.xml", "/authors/nobody/feed/1.xml",
    }  # fmt: skip
    assert set(statuses.values()) == {200, 301, 404}


def test_the_plans_are_read(app: Flask) -> None:
    assert slow("SCAN post") and slow("SCAN post_tag USING INDEX x") and slow("USE TEMP B-TREE FOR ORDER BY")
    assert not slow("SCAN (subquery-1)") and not slow("SEARCH post USING INDEX post_listed (kind=?)")
    assert any(map(slow, plan("SELECT * FROM post ORDER BY words")))
