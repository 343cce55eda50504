"""The world of the tests: make posts with what a test is about, and read pages as a reader would."""

import contextlib
import io
import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from lxml import etree, html

from blog import cli
from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.images import storage
from blog.core.images.storage import StoredImage
from blog.core.posts import query
from blog.extensions import db
from blog.models import Post

SITE_URL = "https://essays.example"
ESSAY = Path(__file__).resolve().parent.parent / "blog" / "samples" / "diplomatic-relations.md"
LONG_AGO = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)


class Blog:
    """A blog under test. `make_post` publishes unless told otherwise; `read` answers parsed HTML."""

    def __init__(self, app: Flask, instance: Path) -> None:
        self.app, self.instance = app, instance
        self.client = app.test_client()
        self.made = 0

    def make_post(self, title: str = "", *, published_at: datetime | str | None = "now", **fields: Any) -> Post:
        """A published post; `published_at=None` makes a draft. All but what the test is about is filled in."""
        self.made += 1
        title = title or f"Post {self.made}"
        when = LONG_AGO.replace(minute=self.made % 60) if published_at == "now" else published_at
        fields.setdefault("body", f"The text of {title}.")
        return publish.create(Fields(title=title, **fields), published_at=when)

    def author(self, name: str) -> int:
        """The id of a person who only signs posts."""
        with write_transaction() as session:
            return people.author_id(session, name)

    def store(self, data: bytes) -> StoredImage:
        """A picture in the library."""
        with write_transaction() as session:
            stored = storage.store(data, self.instance / "media")
            storage.save_row(session, stored)
        return stored

    def get(self, path: str, **headers: str) -> Any:
        """The answer at an address; header names are written with underscores."""
        with self.app.app_context():
            return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def read(self, path: str, status: int = 200) -> html.HtmlElement:
        """The page at an address, parsed; the status is checked."""
        response = self.get(path)
        assert response.status_code == status, (path, response.status_code)
        return html.document_fromstring(response.get_data(as_text=True))

    def feed(self, path: str = "/feed.xml") -> etree._Element:
        """The feed at an address, parsed as XML."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return etree.fromstring(response.data)

    def again(self, post: Post) -> Post:
        """The post as the database has it now, with its text."""
        db.session.rollback()  # what was read before belongs to the moment of the first question
        db.session.expire_all()
        return query.find(post.slug, whole=True)

    def run(self, *statements: object) -> None:
        """Run statements in one transaction, as the core does."""
        with write_transaction() as session:
            for statement in statements:
                session.execute(statement)  # type: ignore[call-overload]


def words(element: html.HtmlElement) -> str:
    """The text of an element, white space collapsed."""
    return " ".join(element.text_content().split())


def texts(page: html.HtmlElement, selector: str) -> list[str]:
    """The texts of all elements that a class, tag or XPath selects."""
    return [words(element) for element in page.xpath(selector)]


@dataclass
class Result:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its JSON."""
        return json.loads(self.out)


def run(instance: Path | None, *arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None) -> Result:
    """Run the command line in this process, as its own entry point does."""
    out, err = io.StringIO(), io.StringIO()
    data = stdin.encode() if isinstance(stdin, str) else stdin
    source = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    before = ["--instance", str(instance)] if instance else []
    environ = {"BLOG_SITE_URL": SITE_URL, **(env or {})}
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", source),
        mock.patch.dict(os.environ, environ),
    ):
        try:
            cli.main([*before, *arguments])
            status = 0
        except SystemExit as done:
            status = int(done.code or 0)
    return Result(status, out.getvalue(), err.getvalue())


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """A file in a folder that is made for it."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def picture(width: int = 40, height: int = 30, kind: str = "PNG", colour: str = "teal", **options: Any) -> bytes:
    """The bytes of a small picture."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind, **options)
    return out.getvalue()


def squeezed(text: str) -> str:
    """The text, white space collapsed."""
    return re.sub(r"\s+", " ", text).strip()
