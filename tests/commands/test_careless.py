"""What careless calls must not do: publish by accident, erase a text, end in a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.world import Blog, Result, write

Command = Callable[..., Result]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_an_empty_text_neither_publishes_nor_erases(command: Command, blog: Blog, tmp_path: Path, text: str) -> None:
    post = blog.make_post("Kept", body="Words.")
    file = str(write(tmp_path, "empty.md", text))
    for arguments in (["new", "T", "--file", file, "--publish"], ["edit", "kept", "--file", file]):
        result = command(*arguments)
        assert (result.status, "is empty" in result.err) == (1, True)
    assert blog.again(post).body == "Words."
    assert len(command("list", "--json").data["posts"]) == 1


@pytest.mark.parametrize("arguments", [["new", "T", "--publish", "--date", ""], ["publish", "draft", "--at", " "]])
def test_an_empty_date_publishes_nothing(command: Command, blog: Blog, arguments: list[str]) -> None:
    blog.make_post("Draft", published_at=None)
    result = command(*arguments)
    assert result.status == 1 and "is not a date" in result.err
    assert command("list", "--status", "published", "--json").data["posts"] == []


def test_a_file_with_front_matter_is_for_import(command: Command, tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", "---\ntitle: Other\ndraft: true\n---\nText.\n")
    result = command("new", "T", "--file", str(file), "--publish")
    assert result.status == 1 and "`broadsheet import FILE`" in result.err
    rule = write(tmp_path, "b.md", "---\n\nA rule, and then a text.\n")
    assert command("new", "Rule", "--file", str(rule)).status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "x" * 5000],
        ["import", ""],
        ["publish", "\udcff"],
        ["delete", "http://[x"],
        ["new", "T", "--file", "\0"],
        ["new", "T", "--file", ""],
    ],
    ids=["endless", "nothing", "no text", "no address", "nul", "no file"],
)
def test_nonsense_is_told_in_a_sentence(command: Command, app: object, arguments: list[str]) -> None:
    result = command(*arguments)
    assert result.status == 1
    assert len(result.err.splitlines()) == 1


def test_an_address_names_a_post_or_a_page(command: Command, blog: Blog) -> None:
    blog.make_post("A page", slug="both", kind="page")
    blog.make_post("A post", slug="both")
    result = command("delete", "both")
    assert result.status == 1 and "say /posts/both/ or /both/" in result.err
    assert command("delete", "/both/", "--json").data["title"] == "A page"
    assert command("delete", "https://essays.example/posts/both/", "--json").data["title"] == "A post"
