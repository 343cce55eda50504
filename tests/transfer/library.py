"""Folders of texts as other systems keep them, and the database's rows as they are."""

from pathlib import Path
from typing import Any

from blog.extensions import sqlite_driver
from blog.transfer.document import Document, Problem, SkippedFile
from blog.transfer.readers import markdown


def text(title: str = "A text", body: str = "Some words.", **head: str) -> str:
    """A file with YAML front matter; values are written as given."""
    lines = [f"title: {title}", *(f"{name}: {value}" for name, value in head.items())]
    return "---\n" + "\n".join(lines) + f"\n---\n\n{body}\n"


def read_items(folder: Path) -> list[Document | Problem | SkippedFile]:
    """All that the reader yields for a folder."""
    return list(markdown.MarkdownLibrary(folder))


def document(folder: Path) -> Document:
    """The only thing in a folder, which is a good text."""
    (item,) = read_items(folder)
    assert isinstance(item, Document), item
    return item


def problem(folder: Path) -> Problem:
    """What is wrong with the only text in a folder."""
    item, *rest = read_items(folder)
    assert isinstance(item, Problem), item
    assert {each.source for each in rest} <= {item.source}
    return item


def rows(instance: Path, query: str) -> list[tuple[Any, ...]]:
    """What the database file holds."""
    connection = sqlite_driver().connect(str(instance / "blog.db"))
    try:
        return [tuple(row) for row in connection.execute(query)]
    finally:
        connection.close()


def everything(instance: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that an import may touch."""
    tables = ("post", "revision", "tag", "post_tag", "media", "redirect", "person", "site")
    return {table: rows(instance, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


def files(folder: Path) -> dict[str, bytes]:
    """The files under a folder, by their paths in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
