"""What `doctor` says of the owner's own looks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.world import Result, run, write

Command = Callable[..., Result]
GOOD = '{% extends "house/layout.html" %}'


@pytest.fixture
def blog_with_posts(instance: Path) -> Path:
    """A blog with a post that carries a tag, and a page."""
    run(instance, "new", "Rivers", "--publish", "--tag", "Water")
    return instance


def findings(instance: Path, *levels: str) -> list[str]:
    result = run(instance, "doctor", "--json")
    assert result.err == ""
    found = [one["what"] for one in result.data["findings"] if one["level"] in levels]
    return [what for what in found if "custom.css" in what or ".html" in what]


def test_without_looks_of_ones_own_nothing_is_said(blog_with_posts: Path) -> None:
    assert findings(blog_with_posts, "good", "note", "bad") == []


def test_looks_that_can_be_used_are_named(blog_with_posts: Path) -> None:
    write(blog_with_posts, "custom.css", "a { color: teal }")
    write(blog_with_posts, "templates/reader/tags.html", GOOD)
    assert "The blog’s own looks can be used: custom.css, templates/reader/tags.html." in findings(
        blog_with_posts, "good"
    )
    assert not findings(blog_with_posts, "bad")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("custom.css", "a {}\nb {", "custom.css, line 2: something that begins here is never closed."),
        ("templates/reader/tags.html", "\n{% if %}", "templates/reader/tags.html, line 2: "),
        ("templates/reader/tag.html", "\n\n{{ nobody }}", "templates/reader/tag.html, line 3: UndefinedError"),
        ("templates/reader/article.html", "{{ nobody }}", "templates/reader/article.html, line 1: UndefinedError"),
        ("templates/errors/error.html", "{{ nobody }}", "templates/errors/error.html, line 1: UndefinedError"),
    ],
)
def test_each_fault_is_told_with_its_file_and_line(blog_with_posts: Path, name: str, text: str, told: str) -> None:
    write(blog_with_posts, name, text)
    [said] = findings(blog_with_posts, "bad")
    assert told in said
    assert run(blog_with_posts, "doctor").status == 1


def test_templates_of_authors_pages_are_named_as_not_used(blog_with_posts: Path) -> None:
    write(blog_with_posts, "templates/admin/dashboard.html", "")
    assert any("admin/dashboard.html is not used" in one for one in findings(blog_with_posts, "note"))


def test_it_can_be_said_where_there_is_no_database_yet(instance: Path) -> None:
    write(instance, "custom.css", "a {")
    write(instance, "templates/layout.html", GOOD)
    assert any("never closed" in one for one in findings(instance, "bad"))
