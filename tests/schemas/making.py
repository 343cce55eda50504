"""Make the blog with whatever code `blog` is: by commands and forms, whose names are kept for ever.

Time and chance are set, so that the same code makes the same blog again.
"""

import contextlib
import io
import json
import os
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from lxml import html

from blog import cli, clock, config, create_app
from blog.migrations import HEAD
from tests.schemas import dumping, library, seen

SITE_URL = "https://essays.example"
MADE = datetime(2026, 3, 1, 9, tzinfo=UTC)
# When readers look. One post is scheduled for later.
LOOKED = datetime(2026, 4, 1, tzinfo=UTC)
EMAIL, PASSWORD = "ana@example.org", "seven quiet rivers"
SETTINGS = {
    "title": "Rivers & Bridges",
    "tagline": "Essays, mostly “wet”",
    "timezone": "Europe/Berlin",
    "author": "Ana Ríos",
    "accent": "#0a7d4f",
    "footer": "Written at the *waterside*.",
    "follow": "Mastodon https://mastodon.social/@ana; E-mail mailto:ana@example.org",
}
# What later schemas can keep besides.
LATER = {
    "hubs": ("0003", "https://hub.example/"),
    "fediverse": ("0004", "@ana@mastodon.social"),
    "typeface": ("0010", "sans"),
    "header_links": ("0010", "Essays /archive/; Mail mailto:ana@example.org"),
}
SINCE_DESK = "0008"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.moment = MADE

    def now(self) -> datetime:
        return self.moment


@contextlib.contextmanager
def set_clock(moment: datetime) -> Iterator[Clock]:
    """Set the clock meanwhile."""
    ours = Clock()
    ours.moment = moment
    with mock.patch.object(clock, "now", ours.now):
        yield ours


@contextlib.contextmanager
def _loaded_dice() -> Iterator[None]:
    dice = random.Random(1)
    with mock.patch("os.urandom", dice.randbytes), mock.patch("random._urandom", dice.randbytes):
        yield


def make(folder: Path, texts: Path, schema: str = HEAD) -> None:
    """Make the blog in an empty folder, from a library that is written into another one.

    It holds no more than a blog of the given schema could.
    """
    library.write(texts)
    with _loaded_dice(), set_clock(MADE) as time, mock.patch.dict(os.environ, {"BLOG_SITE_URL": SITE_URL}):
        _write(folder, texts, schema)
        time.moment += timedelta(hours=1)
        _change(folder)
        if schema >= SINCE_DESK:
            _sit_at_the_desk(folder)


def _write(folder: Path, texts: Path, schema: str) -> None:
    for name, address in (("Ana Ríos", EMAIL), ("Bo Lind", "bo@example.org")):
        _run(folder, "user", "add", address, "--name", name, "--password-stdin", stdin=f"{PASSWORD}\n")
    for name, value in SETTINGS.items():
        _run(folder, "config", name, value)
    for name, (since, value) in LATER.items():
        if since <= schema:
            _run(folder, "config", name, value)
    _run(folder, "import", str(texts))


def _change(folder: Path) -> None:
    _run(folder, "edit", "renamed", "--slug", "renamed-since")
    _run(folder, "edit", "edited", "--file", "-", "--summary", "Said anew.", stdin="As it is *now*.\n")
    _run(folder, "edit", "edited", "--title", "Edited, twice")
    _run(folder, "delete", "deleted")


def _run(folder: Path, *arguments: str, stdin: str = "") -> None:
    source = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with mock.patch.object(sys, "stdin", source), contextlib.redirect_stdout(io.StringIO()):
        try:
            cli.main(["--instance", str(folder), *arguments])
        except SystemExit as done:
            assert not done.code, (arguments, done.code)


def _sit_at_the_desk(folder: Path) -> None:
    """Leave what only forms leave: a session, attempts, an invitation, a working copy, a secret link."""
    client = create_app(config.load(folder)).test_client()

    def send(path: str, /, **changed: str) -> int:
        forms = html.document_fromstring(client.get(path).text).forms
        form = [one for one in forms if one.method == "POST"][-1]
        texts = {field.get("name"): (field.text or "").removeprefix("\n") for field in form.xpath(".//textarea")}
        return client.post(path, data=dict(form.form_values()) | texts | changed).status_code

    assert send("/admin/sign-in/", email="bo@example.org", password="wrong") == 422
    assert send("/admin/sign-in/", email=EMAIL, password=PASSWORD) == 303
    assert send("/admin/people/", action="invite", email="cy@example.org", name="Cy") in (200, 303)
    number = next(
        link.rstrip("/").rpartition("/")[2]
        for link in html.document_fromstring(client.get("/admin/").text).xpath("//a[text() = 'Copied']/@href")
        if "/admin/posts/" in link
    )
    unseen = {"title": "Copied, and not shown", "body": "What readers do *not* see."}
    assert send(f"/admin/posts/{number}/", action="link", **unseen) == 303
    assert send("/admin/redirects/", action="add", source="/elsewhere", target="https://elsewhere.example/") == 303


def look(folder: Path) -> dict[str, Any]:
    """What readers see of the blog at the moment LOOKED."""
    with set_clock(LOOKED):
        app = create_app(config.load(folder, environ={}, site_url=SITE_URL))
        return seen.by_readers(app.test_client())


def main(fixture: Path, folder: Path) -> None:
    """Make the blog below a folder; write its database to FIXTURE.sql, and what readers see of it to FIXTURE.json.

    Most schemas change nothing that readers see: only what differs from the schema before is kept.
    """
    instance, texts = folder / "instance", folder / "texts"
    for one in (instance, texts):
        one.mkdir()
    make(instance, texts)
    facts = look(instance)
    fixture.with_suffix(".sql").write_text(dumping.dump(instance / "blog.db"), "utf-8")
    before = [file for file in sorted(fixture.parent.glob("*.json")) if file.stem < fixture.name]
    if not before or json.loads(before[-1].read_text("utf-8")) != facts:
        told = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
        fixture.with_suffix(".json").write_text(f"{told}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
