"""A large library: few questions, texts that pass in parts, and refusals that leave nothing behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from blog.extensions import db
from blog.transfer import samples, save
from blog.transfer.importer import Import, ImportReport
from blog.transfer.readers import markdown
from tests.transfer.library import everything, rows, text
from tests.world import Blog, Result, picture, write

Command = Callable[..., Result]
# Statements that 60 texts more may need beyond one INSERT each.
MORE = 6
SAMPLE = "6f0e6c1a-5b43-4c7e-9d0a-1f1b5f2a7c01"


@contextmanager
def recorded() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def library(folder: Path, count: int, word: str = "words") -> Path:
    """Texts with three tags, three old addresses and an author each."""
    for number in range(count):
        head = {
            "date": "2024-05-01",
            "tags": f"[Water, Tag {number % 9}, Letter {number % 5}]",
            "aliases": f"[/old/{number}.html, /posts/former-{number}/, /p/{number}/]",
            "author": "Ana" if number % 2 else "Bert",
        }
        write(folder, f"text-{number:03}.md", text(f"Text {number}", f"Some {word}.", **head))
    return folder


def taken_in(instance: Path, folder: Path) -> ImportReport:
    report = Import(instance / "media", samples=samples.GUIDS).run(markdown.MarkdownLibrary(folder))
    assert report.done, report.problems
    return report


def asked(instance: Path, folder: Path) -> int:
    with recorded() as statements:
        taken_in(instance, folder)
    return len(statements)


def test_each_new_text_costs_one_statement(app: Flask, instance: Path, tmp_path: Path) -> None:
    few = asked(instance, library(tmp_path / "few", 30))
    db.session.remove()
    for table in ("post", "tag", "person", "redirect"):
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert asked(instance, library(tmp_path / "many", 90)) <= few + 60 + MORE
    assert rows(instance, "SELECT count(*) FROM post_tag") == [(270,)]
    assert rows(instance, "SELECT count(*) FROM redirect") == [(270,)]


def test_texts_that_stayed_the_same_cost_none(app: Flask, instance: Path, tmp_path: Path) -> None:
    folder = library(tmp_path / "in", 30)
    taken_in(instance, folder)
    few = asked(instance, folder)
    taken_in(instance, library(folder, 90))
    assert asked(instance, folder) <= few + MORE


def test_parts_of_any_size_give_the_same_blog(
    command: Command, blog: Blog, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = library(tmp_path / "in", 20)
    monkeypatch.setattr(save, "BATCH_SIZE", 3)
    assert len(taken_in(instance, folder).added) == 20
    assert blog.get("/p/13/").headers["Location"] == "/posts/text-013/"
    tags = {post["slug"]: post["tags"] for post in command("list", "--json").data["posts"]}
    assert tags["text-013"] == ["Water", "Tag 4", "Letter 3"]
    before = everything(instance)
    monkeypatch.setattr(save, "BATCH_SIZE", 500)
    assert len(taken_in(instance, folder).unchanged) == 20
    assert everything(instance) == before
    monkeypatch.setattr(save, "BATCH_SIZE", 7)
    assert len(taken_in(instance, library(folder, 20, "new words")).updated) == 20
    assert rows(instance, "SELECT count(*), count(DISTINCT post_id) FROM revision") == [(20, 20)]
    assert {table: before[table] for table in ("tag", "post_tag", "person")} == {
        table: everything(instance)[table] for table in ("tag", "post_tag", "person")
    }


@pytest.mark.parametrize("together", [1, 100])
def test_two_texts_of_different_parts_cannot_have_one_old_address(
    command: Command, app: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(save, "BATCH_SIZE", together)
    for name in "abc":
        write(tmp_path, f"in/{name}.md", text(name, date="2024-05-01", aliases="[/old/]"))
    result = command("import", str(tmp_path / "in"), "--skip-bad")
    assert result.out == "1 new: a.md\n"
    assert result.err.splitlines() == [
        f"{name}.md:1: The old address /old/ leads to “a” already. Name it in one text only." for name in "bc"
    ]


def test_a_refused_text_leaves_nothing_behind(command: Command, blog: Blog, instance: Path, tmp_path: Path) -> None:
    blog.make_post("Mine", slug="mine")
    write(tmp_path, "in/x.png", picture())
    head = {"date": "2024-05-01", "tags": "New", "author": "Ana", "aliases": "[/first/, /posts/mine/]"}
    write(tmp_path, "in/thief.md", text("Thief", "![](x.png)", **head))
    before = everything(instance)
    result = command("import", str(tmp_path / "in"), "--skip-bad")
    assert result.err == "thief.md:1: The old address /posts/mine/ is where “Mine” is read.\n"
    assert everything(instance) == before
    write(tmp_path, "in/z.md", text("Z", date="2024-05-01", aliases="[/first/]"))
    assert command("import", str(tmp_path / "in"), "--skip-bad").out == "1 new: z.md\n"


def test_a_refused_change_leaves_the_post_as_it_was(
    command: Command, blog: Blog, instance: Path, tmp_path: Path
) -> None:
    blog.make_post("Mine", slug="mine")
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", tags="Old"))
    command("import", str(tmp_path / "in"))
    before = everything(instance)
    write(tmp_path, "in/a.md", text("B", draft="true", tags="New", aliases="[/first/, /posts/mine/]"))
    assert command("import", str(tmp_path / "in"), "--skip-bad").err.startswith("a.md:1: The old address /posts/mine/")
    assert everything(instance) == before


def test_a_refused_text_does_not_drive_out_a_sample(
    command: Command, blog: Blog, instance: Path, tmp_path: Path
) -> None:
    samples.load(instance / "media")
    before = everything(instance)
    head = {"date": "2024-05-01", "slug": "diplomatic-relations", "aliases": "[/about/]"}
    write(tmp_path, "in/a.md", text("My own essay", **head))
    result = command("import", str(tmp_path / "in"), "--skip-bad")
    assert result.err == "a.md:1: The old address /about/ is where “About” is read.\n"
    assert everything(instance) == before


def test_the_place_and_the_id_of_a_sample_may_go_to_two_texts(
    command: Command, blog: Blog, instance: Path, tmp_path: Path
) -> None:
    samples.load(instance / "media")
    (slug,) = [post["slug"] for post in command("list", "--json").data["posts"] if post["guid"] == SAMPLE]
    write(tmp_path, "in/a.md", text("My own essay", date="2024-05-01", slug=slug))
    write(tmp_path, "in/b.md", text("The sample, kept", date="2024-05-01", guid=SAMPLE))
    data = command("import", str(tmp_path / "in"), "--json").data
    assert (data["replaced"], data["added"]) == (["a.md"], ["b.md"])
    assert "My own essay" in blog.get(f"/posts/{slug}/").text
    assert rows(instance, f"SELECT slug FROM post WHERE guid = '{SAMPLE}'") == [("b",)]


def test_an_address_may_pass_from_draft_to_draft(command: Command, app: object, instance: Path, tmp_path: Path) -> None:
    ids = [f"0a1b2c3d-0000-4000-8000-00000000000{number}" for number in range(3)]
    for name, guid in zip(("c", "b", "a"), ids, strict=True):
        write(tmp_path, f"one/{name}.md", text(name, guid=guid))
    command("import", str(tmp_path / "one"))
    # Each goes where the one before it was; the posts' order in the database is the other way round.
    for file, slug, guid in (("1", "d", ids[0]), ("2", "c", ids[1]), ("3", "b", ids[2])):
        write(tmp_path, f"two/{file}.md", text(file, guid=guid, slug=slug))
    write(tmp_path, "two/4.md", text("4", slug="a"))
    data = command("import", str(tmp_path / "two"), "--json").data
    assert (data["updated"], data["added"], data["problems"]) == (["1.md", "2.md", "3.md"], ["4.md"], [])
    assert rows(instance, "SELECT slug, title FROM post ORDER BY slug") == [
        ("a", "4"), ("b", "3"), ("c", "2"), ("d", "1"),
    ]  # fmt: skip
