"""An import that cannot be: all that is wrong is told, and nothing is imported."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transfer.library import everything, files, text
from tests.world import Blog, Result, picture, write

Command = Callable[..., Result]
GOOD = text("Good", date="2024-05-01")


@pytest.fixture
def folder(app: object, tmp_path: Path) -> Path:
    """A folder with one good text, beside which a test puts what it is about."""
    write(tmp_path, "in/good.md", GOOD)
    return tmp_path / "in"


def refused(command: Command, folder: Path, instance: Path) -> list[str]:
    """Import a folder; nothing may come of it. The lines of standard error."""
    before = everything(instance)
    result = command("import", str(folder))
    assert everything(instance) == before
    assert result.status == 1
    assert "nothing was imported" in result.err
    return result.err.splitlines()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text(date="yesterday"), "“yesterday” is not a date"),
        (text(date="2024-13-45"), "“2024-13-45” is not a date"),
        (text(date="0001-01-01"), "The year 1 is out of range"),
        (text(date="2024-05-01", updated="soon"), "“soon” is not a date"),
        (text(slug="No Slug!"), "“No Slug!” cannot be an address"),
        (text("x" * 501), "The title has 501 characters"),
        (text(tags="x" * 81), "has 81 characters; 80 are allowed"),
        (text(lang="klingonese!"), "is not a language tag"),
        (text(canonical_url="ftp://a.example"), "is not a whole address"),
        (text(guid="seven"), "is not a UUID"),
        (text(author="x" * 121), "A name needs 1 to 120 characters"),
        (text(body="word " * 120_000), "The text has 585 kB; 512 kB are allowed"),
        (text(kind="page", slug="admin"), "belongs to the blog itself"),
        (b"---\ntitle: caf\xe9\n---\n", "not UTF-8"),
        ("", "The file is empty"),
    ],
)
def test_a_bad_value_is_told_with_its_file(
    command: Command, folder: Path, instance: Path, content: str | bytes, said: str
) -> None:
    write(folder, "bad.md", content)
    lines = [line for line in refused(command, folder, instance) if line.startswith("bad.md:")]
    assert len(lines) == 1 and said in lines[0]


@pytest.mark.parametrize(
    "head",
    [
        {"aliases": '["/a\\uD800"]'},
        {"aliases": '["/a\\0b"]'},
        {"author": '"\\uD800"'},
        {"cover": '"\\uD800.png"'},
        {"slug": '"\\uD800"'},
        {"guid": '"\\uD800"'},
    ],
)
def test_characters_that_nothing_can_carry_are_refused_or_left_out(
    command: Command, folder: Path, head: dict[str, str]
) -> None:
    write(folder, "bad.md", text("A", date="2024-05-01", **head))
    result = command("import", str(folder))
    assert result.status == 0 or "bad.md:" in result.err


def test_a_cut_off_picture_is_told_with_its_line(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "x.png", picture(200, 200)[:60])
    write(folder, "bad.md", text(body="One.\n\n![](x.png)"))
    assert (
        refused(command, folder, instance)[0] == "bad.md:7: The picture x.png cannot be used: it is damaged or cut off."
    )


def test_a_file_that_is_no_picture_is_told(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "x.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    write(folder, "bad.md", text(body="![](x.svg)"))
    assert "SVG pictures can hold scripts. Save it as PNG." in refused(command, folder, instance)[0]


def test_an_enormous_picture_is_told(command: Command, folder: Path, instance: Path) -> None:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    write(folder, "x.png", out.getvalue())
    write(folder, "bad.md", text(body="![](x.png)"))
    assert "million pixels" in refused(command, folder, instance)[0]


def test_two_files_with_one_slug_are_told_with_both_names(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "other/good.md", GOOD)
    (line, *_) = refused(command, folder, instance)
    assert line.startswith("other/good.md") and "good.md. Give one of them another slug" in line


def test_two_files_with_one_id_are_told(command: Command, folder: Path, instance: Path) -> None:
    for name in ("a", "b"):
        write(folder, f"{name}.md", text(guid="0a1b2c3d-0000-4000-8000-000000000001"))
    assert "same id" in refused(command, folder, instance)[0]


def test_one_id_written_in_two_ways_is_told(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "a.md", text(guid="0a1b2c3d-0000-4000-8000-000000000001"))
    write(folder, "b.md", text(guid="urn:uuid:0A1B2C3D-0000-4000-8000-000000000001"))
    assert "b.md" in "".join(refused(command, folder, instance))


def test_two_files_with_one_old_address_are_told(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "a.md", text(date="2024-05-01", aliases="[/old/]"))
    write(folder, "b.md", text(date="2024-05-01", aliases="[/old/]"))
    assert "/old/" in "".join(refused(command, folder, instance))


def test_a_page_and_a_post_may_share_a_slug(command: Command, folder: Path, blog: Blog) -> None:
    write(folder, "about.md", text("A post about", date="2024-05-01"))
    write(folder, "pages/about.md", text("About", date="2024-05-01"))
    result = command("import", str(folder))
    assert (result.status, result.err) == (0, "")
    assert "A post about" in blog.get("/posts/about/").text
    assert blog.get("/about/").status_code == 200
    assert command("import", str(folder)).out == "3 unchanged\n"


def test_the_address_of_a_post_written_here_is_a_problem(
    command: Command, folder: Path, instance: Path, blog: Blog
) -> None:
    blog.make_post("Mine", slug="good")
    (line, *_) = refused(command, folder, instance)
    assert line.startswith("good.md:1: The address /posts/good/ belongs to another post, “Mine”")


def test_the_old_address_of_a_post_written_here_is_a_problem_with_its_file(
    command: Command, folder: Path, instance: Path, blog: Blog
) -> None:
    blog.make_post("Mine", slug="good")
    command("edit", "good", "--slug", "better")
    assert refused(command, folder, instance)[0].startswith("good.md")


def test_an_alias_does_not_take_an_old_address_from_another_post(command: Command, folder: Path, blog: Blog) -> None:
    blog.make_post("Mine", slug="mine")
    command("edit", "mine", "--slug", "better")
    write(folder, "thief.md", text("Thief", date="2024-05-01", aliases="[/posts/mine/]"))
    command("import", str(folder))
    assert blog.get("/posts/mine/").headers["Location"] == "/posts/better/"


def test_all_that_is_wrong_is_told_at_once(command: Command, folder: Path, instance: Path, blog: Blog) -> None:
    blog.make_post("Mine", slug="taken")
    write(folder, "a.md", "---\nnever closed")
    write(folder, "b.md", text(date="yesterday"))
    write(folder, "c.md", text(body="![](gone.png)"))
    write(folder, "z.md", text(slug="good"))
    write(folder, "taken.md", text())
    names = [line.partition(":")[0] for line in refused(command, folder, instance)]
    assert set(names) >= {"a.md", "b.md", "c.md", "z.md"}
    assert "taken.md" in names


def test_all_that_is_wrong_with_one_file_is_told_at_once(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "bad.md", text(body="![](gone.png)\n\n![](lost.png)", date="yesterday"))
    said = "\n".join(refused(command, folder, instance))
    assert "yesterday" in said and "gone.png" in said and "lost.png" in said


def test_nothing_is_stored_when_nothing_is_imported(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "x.png", picture())
    write(folder, "good.md", text("Good", "![](x.png)", date="2024-05-01"))
    write(folder, "bad.md", text(date="yesterday"))
    refused(command, folder, instance)
    assert not (instance / "media").exists() or files(instance / "media") == {}


def test_the_rest_is_imported_when_asked_for(command: Command, folder: Path, blog: Blog) -> None:
    blog.make_post("Mine", slug="taken")
    write(folder, "a.md", "---\nnever closed")
    write(folder, "b.md", text(date="yesterday"))
    write(folder, "taken.md", text("Theirs"))
    result = command("import", str(folder), "--skip-bad")
    assert (result.status, result.out) == (0, "1 new: good.md\n")
    assert {line.partition(":")[0] for line in result.err.splitlines()} == {"a.md", "b.md", "taken.md"}
    assert blog.get("/posts/good/").status_code == 200
    assert "Mine" in blog.get("/posts/taken/").text


def test_an_old_address_in_use_does_not_stop_the_rest(command: Command, folder: Path, blog: Blog) -> None:
    blog.make_post("Mine", slug="old")
    command("edit", "old", "--slug", "new")
    write(folder, "old.md", text())
    result = command("import", str(folder), "--skip-bad")
    assert (result.status, result.out) == (0, "1 new: good.md\n")
    assert result.err.startswith("old.md")


def test_json_holds_the_problems(command: Command, folder: Path) -> None:
    write(folder, "bad.md", "---\ntitle: A\nsummary: a: b\n---\n")
    result = command("import", str(folder), "--json")
    assert result.status == 1
    assert (result.data["imported"], result.data["added"]) == (False, [])
    (problem,) = result.data["problems"]
    assert (problem["source"], problem["line"]) == ("bad.md", 3)


def test_a_dry_run_tells_the_problems_too(command: Command, folder: Path) -> None:
    write(folder, "bad.md", text(date="yesterday"))
    result = command("import", str(folder), "--dry-run")
    assert result.status == 1
    assert result.err.startswith("bad.md")


def test_a_folder_that_does_not_exist_is_named(command: Command, app: object, tmp_path: Path) -> None:
    result = command("import", str(tmp_path / "nowhere"))
    assert (result.status, result.err) == (1, f"There is no folder or file “{tmp_path / 'nowhere'}” to import.\n")


def test_an_empty_folder_is_told(command: Command, app: object, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert command("import", str(tmp_path / "empty")).out == "There was nothing to import.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(command: Command, folder: Path, instance: Path) -> None:
    write(folder, "bad.md", GOOD).chmod(0)
    assert refused(command, folder, instance)[0] == "bad.md: It cannot be read: Permission denied."


def test_one_text_of_many_that_cannot_be_rendered_is_named(command: Command, folder: Path, instance: Path) -> None:
    for number in range(45):
        write(folder, f"{number:02}.md", text(f"Text {number}", date="2024-05-01"))
    write(folder, "nested.md", text("Nested", body="<div>" * 300))
    assert any(
        line.startswith("nested.md:") and "nested more than" in line for line in refused(command, folder, instance)
    )
    assert command("import", str(folder), "--skip-bad").status == 0
    assert len(command("list", "--json").data["posts"]) == 46
