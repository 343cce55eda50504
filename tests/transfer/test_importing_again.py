"""Importing a folder for the second time, after it or the blog changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transfer.library import everything, files, rows, text
from tests.world import Blog, Result, picture, texts, words, write

Command = Callable[..., Result]


@pytest.fixture
def folder(app: object, command: Command, tmp_path: Path) -> Path:
    """A folder with one text, imported once."""
    write(tmp_path, "in/rivers.md", text("Rivers", "Two rivers.", date="2024-05-01", tags="Volga"))
    assert command("import", str(tmp_path / "in")).status == 0
    return tmp_path / "in"


def test_importing_again_changes_nothing(command: Command, app: object, instance: Path, tmp_path: Path) -> None:
    head = {
        "date": "2024-05-01",
        "updated": "2024-06-01",
        "aliases": "[/old/]",
        "author": "Ana",
        "tags": "[Volga, volga, C, C++]",
        "cover": "x.png",
    }
    write(tmp_path, "in/a.md", text("A", "![](x.png)\n\n![](y.png)", **head))
    write(tmp_path, "in/b.md", text("B", draft="true"))
    write(tmp_path, "in/pages/about.md", text("About", date="2024-05-01"))
    for name in ("x.png", "y.png"):
        write(tmp_path, f"in/{name}", picture(colour="teal" if name == "x.png" else "red"))
    assert command("import", str(tmp_path / "in")).status == 0
    before, media = everything(instance), files(instance / "media")
    result = command("import", str(tmp_path / "in"))
    assert (result.status, result.out) == (0, "3 unchanged\n")
    assert everything(instance) == before
    assert files(instance / "media") == media


def test_a_folder_that_was_moved_is_the_same_folder(command: Command, folder: Path, instance: Path) -> None:
    before = everything(instance)
    assert command("import", str(folder.rename(folder.with_name("elsewhere")))).out == "1 unchanged\n"
    assert everything(instance) == before


def test_a_changed_file_updates_its_post_and_keeps_what_it_said(
    command: Command, blog: Blog, folder: Path, instance: Path
) -> None:
    write(folder, "rivers.md", text("Three rivers", "Three rivers.", date="2024-05-02", tags="Ganges"))
    assert command("import", str(folder), "--json").data["updated"] == ["rivers.md"]
    page = blog.read("/posts/rivers/")
    assert texts(page, "//h1") == ["Three rivers"]
    assert "Three rivers." in words(page)
    assert rows(instance, "SELECT title, body FROM revision") == [("Rivers", "Two rivers.\n")]
    (post,) = command("list", "--json").data["posts"]
    assert (post["tags"], post["published_at"][:10]) == (["Ganges"], "2024-05-02")


def test_a_file_may_change_twice(command: Command, blog: Blog, folder: Path) -> None:
    for number in ("One", "Two"):
        write(folder, "rivers.md", text(number, date="2024-05-01"))
        assert command("import", str(folder), "--json").data["updated"] == ["rivers.md"]
        assert texts(blog.read("/posts/rivers/"), "//h1") == [number]


def test_a_picture_added_later_comes_along(command: Command, blog: Blog, folder: Path) -> None:
    write(folder, "x.png", picture(50, 40))
    write(folder, "rivers.md", text("Rivers", "![A lake](x.png)", date="2024-05-01"))
    assert command("import", str(folder)).status == 0
    (image,) = blog.read("/posts/rivers/").xpath("//*[contains(@class, 'e-content')]//img")
    assert (image.get("width"), image.get("height")) == ("50", "40")


def test_a_value_taken_out_of_the_file_goes_here_too(
    command: Command, blog: Blog, tmp_path: Path, app: object, instance: Path
) -> None:
    write(tmp_path, "x.png", picture())
    head = {
        "summary": "Short.",
        "lang": "hi",
        "author": "Ana",
        "cover": "x.png",
        "canonical_url": "https://a.example/",
        "unlisted": "true",
    }
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", **head))
    (tmp_path / "x.png").rename(tmp_path / "in" / "x.png")
    assert command("import", str(tmp_path / "in")).status == 0
    write(tmp_path, "in/a.md", text("A", date="2024-05-01"))
    assert command("import", str(tmp_path / "in")).status == 0
    query = "SELECT summary, language, author_id, cover, canonical_url, unlisted FROM post"
    assert rows(instance, query) == [("", None, None, None, None, 0)]


def test_a_text_that_became_a_draft_is_taken_back(command: Command, blog: Blog, folder: Path) -> None:
    write(folder, "rivers.md", text("Rivers", "Two rivers.", date="2024-05-01", draft="true"))
    assert command("import", str(folder)).status == 0
    blog.read("/posts/rivers/", 404)


def test_a_post_edited_here_since_is_kept_and_named(command: Command, blog: Blog, folder: Path) -> None:
    command("edit", "rivers", "--title", "Edited here")
    write(folder, "rivers.md", text("Changed there", date="2024-05-01"))
    result = command("import", str(folder))
    assert (result.status, result.out) == (0, "1 edited here since; kept as it is here: rivers.md\n")
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Edited here"]


def test_a_post_edited_here_is_kept_when_its_file_stayed_the_same(
    command: Command, folder: Path, instance: Path
) -> None:
    command("edit", "rivers", "--title", "Edited here")
    before = everything(instance)
    assert command("import", str(folder)).status == 0
    assert everything(instance) == before


def test_a_post_unpublished_here_stays_a_draft(command: Command, blog: Blog, folder: Path) -> None:
    command("unpublish", "rivers")
    command("import", str(folder))
    blog.read("/posts/rivers/", 404)


def test_a_post_deleted_here_stays_deleted_and_is_named(command: Command, blog: Blog, folder: Path) -> None:
    command("delete", "rivers")
    write(folder, "rivers.md", text("Changed there", date="2024-05-01"))
    result = command("import", str(folder))
    assert (result.status, result.out) == (0, "1 deleted here; stays deleted: rivers.md\n")
    blog.read("/posts/rivers/", 410)


def test_a_post_whose_slug_changed_here_is_still_known(command: Command, blog: Blog, folder: Path) -> None:
    command("edit", "rivers", "--slug", "two-rivers")
    write(folder, "rivers.md", text("Changed there", date="2024-05-01"))
    assert command("import", str(folder), "--json").data["kept"] == ["rivers.md"]
    assert blog.get("/posts/rivers/").headers["Location"] == "/posts/two-rivers/"


def test_a_file_with_an_id_may_change_its_slug(command: Command, blog: Blog, app: object, tmp_path: Path) -> None:
    guid = "0a1b2c3d-0000-4000-8000-000000000001"
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", guid=guid))
    command("import", str(tmp_path / "in"))
    (tmp_path / "in" / "a.md").unlink()
    write(tmp_path, "in/b.md", text("A", date="2024-05-01", guid=guid))
    assert command("import", str(tmp_path / "in"), "--json").data["updated"] == ["b.md"]
    assert (blog.get("/posts/a/").status_code, blog.get("/posts/a/").headers["Location"]) == (301, "/posts/b/")


def test_a_new_file_beside_known_ones_is_added(command: Command, folder: Path) -> None:
    write(folder, "lakes.md", text("Lakes", date="2024-05-01"))
    data = command("import", str(folder), "--json").data
    assert (data["added"], data["unchanged"]) == (["lakes.md"], ["rivers.md"])


def test_a_file_taken_away_leaves_its_post_here(command: Command, blog: Blog, folder: Path) -> None:
    (folder / "rivers.md").unlink()
    assert command("import", str(folder)).out == "There was nothing to import.\n"
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Rivers"]


def test_two_files_may_exchange_their_texts(command: Command, blog: Blog, folder: Path) -> None:
    write(folder, "lakes.md", text("Lakes", date="2024-05-01"))
    command("import", str(folder))
    write(folder, "lakes.md", text("Rivers", "Two rivers.", date="2024-05-01", tags="Volga"))
    write(folder, "rivers.md", text("Lakes", date="2024-05-01"))
    assert command("import", str(folder), "--json").data["updated"] == ["lakes.md", "rivers.md"]
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Lakes"]
    assert texts(blog.read("/posts/lakes/"), "//h1") == ["Rivers"]
