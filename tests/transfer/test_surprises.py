"""What other systems keep private stays private, and what they write beside Markdown is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transfer.library import text
from tests.world import Blog, Result, words, write

Command = Callable[..., Result]


@pytest.mark.parametrize("status", ["private", "Drafft", "pending"])
def test_an_unknown_status_is_a_problem(command: Command, app: object, tmp_path: Path, status: str) -> None:
    write(tmp_path, "in/a.md", text(date="2024-05-01", status=status))
    result = command("import", str(tmp_path / "in"))
    assert result.status == 1 and "should be published, draft or hidden" in result.err


def test_pelicans_skip_is_skipped(command: Command, app: object, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", "Title: A\nDate: 2024-05-01\nStatus: skip\n\nText.\n")
    result = command("import", str(tmp_path / "in"), "--json")
    assert [item["source"] for item in result.data["skipped"]] == ["a.md"]
    assert result.data["added"] == []


def test_hugos_publish_date_schedules(command: Command, app: object, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text(date="2024-05-01", publishDate="2999-01-01"))
    assert command("import", str(tmp_path / "in")).status == 0
    (post,) = command("list", "--json").data["posts"]
    assert post["status"] == "scheduled"


def test_a_second_library_does_not_overwrite_the_first(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "one/second.md", text("Second", date="2020-01-01", body="The first text."))
    write(tmp_path, "two/2019-05-07-second.md", "---\ntitle: Second J\n---\nAnother text.\n")
    assert command("import", str(tmp_path / "one")).status == 0
    result = command("import", str(tmp_path / "two"))
    assert result.status == 1 and "came of another text" in result.err
    assert words(blog.read("/posts/second/").xpath("//*[contains(@class, 'e-content')]")[0]) == "The first text."


@pytest.mark.parametrize("name", ["a.md", "z.md"])
def test_an_alias_never_takes_an_address_at_which_something_is_read(
    command: Command, app: object, tmp_path: Path, name: str
) -> None:
    write(tmp_path, "in/target.md", text("Target", date="2024-05-01"))
    write(tmp_path, f"in/{name}", text("Other", date="2024-05-01", aliases="[/posts/target/]"))
    result = command("import", str(tmp_path / "in"))
    assert result.status == 1 and "target" in result.err


def test_what_is_not_markdown_is_named_and_the_sites_address_filled_in(
    command: Command, blog: Blog, tmp_path: Path
) -> None:
    from tests.world import picture

    write(tmp_path, "in/assets/i.png", picture())
    body = "![i]({{ site.baseurl }}/assets/i.png)\n\n<img src=assets/i.png alt=i>\n\n{{< figure >}}\n\n`{% x %}`\n"
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", body=body))
    result = command("import", str(tmp_path / "in"))
    assert result.status == 0
    assert "Hugo shortcode" in result.err and "Liquid" not in result.err
    sources = blog.read("/posts/a/").xpath("//*[contains(@class, 'e-content')]//img/@src")
    assert len(sources) == 2 and all(source.startswith("/media/") for source in sources)


def test_a_cover_may_be_told_as_jekyll_tells_it(command: Command, blog: Blog, tmp_path: Path) -> None:
    from tests.world import picture

    write(tmp_path, "in/c.png", picture())
    write(tmp_path, "in/a.md", "---\ntitle: A\ndate: 2024-05-01\nimage:\n  path: c.png\n  alt: x\n---\nText.\n")
    assert command("import", str(tmp_path / "in")).status == 0
    assert blog.read("/posts/a/").xpath("//figure[@class='cover']//img/@src")
