"""broadsheet search: posts by their words, whatever their state; and the doctor's care for the index."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from blog.core.editor import publish
from blog.extensions import db
from tests.world import Blog, Result

Command = Callable[..., Result]


@pytest.fixture
def river(blog: Blog) -> Blog:
    """A public post, a draft and a deleted one about rivers."""
    blog.make_post("Public river", slug="public", tags=["Water"])
    blog.make_post("Draft", slug="draft", body="The river Rhône.", published_at=None)
    publish.delete(blog.make_post("Deleted river", slug="deleted").id)
    return blog


def test_it_lists_what_it_finds(river: Blog, command: Command) -> None:
    result = command("search", "RHONE")
    assert result.status == 0
    assert result.out.splitlines() == ["draft                  draft  Draft", "           The river Rhône."]
    assert "published  2024-05-01  public" in command("search", "river").out
    assert "deleted" not in command("search", "river").out


def test_it_speaks_to_programs(river: Blog, command: Command) -> None:
    posts = command("search", "public", "river", "--json").data["posts"]
    assert [(post["slug"], post["status"], post["tags"]) for post in posts] == [("public", "published", ["Water"])]
    assert posts[0]["extract"] == "The text of Public river." and posts[0]["url"].endswith("/posts/public/")
    assert set(command("list", "--json").data["posts"][0]) | {"extract"} == set(posts[0])


def test_it_can_be_kept_to_a_status(river: Blog, command: Command) -> None:
    for status in ("draft", "deleted"):
        posts = command("search", "river", "--status", status, "--json").data["posts"]
        assert [post["slug"] for post in posts] == [status]
    assert command("search", "river", "--status", "scheduled").out == "Nothing found.\n"


def test_nothing_found_is_no_error(river: Blog, command: Command) -> None:
    for query in ("nothing", "?", '"'):
        result = command("search", query)
        assert (result.status, result.out, result.err) == (0, "Nothing found.\n", "")
    assert command("search", "nothing", "--json").data == {"posts": []}
    assert "some of them" in command("search", "river nothing").out
    assert command("search").status == 2


def test_the_doctor_finds_and_mends_the_index(river: Blog, command: Command) -> None:
    def finding() -> list[str]:
        db.session.remove()
        db.engine.dispose()
        found = command("doctor", "--json").data["findings"]
        return [each["what"] for each in found if "search index" in each["what"]]

    assert finding() == []
    for statement, says in (
        ("DELETE FROM search WHERE rowid = 1", "is incomplete (1 of the posts"),
        ("INSERT INTO search (rowid, title) VALUES (77, 'lost')", "is incomplete (0 of the posts are not in it, 1"),
        ("DELETE FROM search_data WHERE id > 10", "is damaged"),
        ("DROP TABLE search_data", "is damaged"),
        ("DROP TABLE search", "is missing"),
    ):
        river.run(text(statement))
        [what] = finding()
        assert says in what, what
        assert command("doctor", "--fix").status == 0
        assert finding() == [] and "draft" in command("search", "rhone").out


def test_what_cannot_be_searched_is_said(river: Blog, command: Command) -> None:
    river.run(text("DROP TABLE search"))
    result = command("search", "river")
    assert result.status == 1 and "`broadsheet doctor --fix` makes it anew" in result.err
    saved = command("edit", "public", "--title", "Another")
    assert saved.status == 1 and "Nothing was changed; `broadsheet doctor --fix`" in saved.err
    assert command("unpublish", "public").status == 0
