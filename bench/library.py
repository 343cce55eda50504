"""Create blogs of 100 to 100,000 posts, with the same rows on every machine.

A post depends on its distance to the newest one only. So the newest posts, and with them the first pages and the
feed, are the same in a blog of any size: blogs differ in size alone. The measured article is in the middle.
"""

import hashlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench import texts
from bench.words import ADJECTIVES, NOUNS
from blog import config, paths
from blog.commands import open_app
from blog.commands.serve import checkpoint
from blog.config import Settings
from blog.core.db.transaction import write_transaction
from blog.core.markdown import render
from blog.core.markdown.render import RenderedText
from blog.core.search import index
from blog.core.text import slugs
from blog.core.urls import permalinks
from blog.models import Post, Tag, post_tag
from blog.models.json_types import RENDERER_VERSION

SEED = "broadsheet"
NEWEST = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
SPAN = timedelta(days=20 * 365)
BODIES = 300
TAGS = 200
TAGS_OF_A_POST = 3
COMMON_TAG = "Everything"
PAGES = ("About", "Colophon", "Contact")
MEASURED_TITLE = "The measured article in the middle of the archive"
MEASURED_SLUG = "the-measured-article"
SITE_URL = "https://essays.example"
CHUNK = 2000

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """A body and its rendered form."""

    body: str
    rendered: RenderedText

    def columns(self) -> dict[str, Any]:
        """Return the columns of a post that the text fills."""
        rendered = self.rendered
        return {
            "body": self.body, "html": rendered.html, "feed_html": rendered.feed_html, "contents": rendered.contents,
            "links": rendered.links, "pictures": rendered.pictures, "words": rendered.words,
            "extract": rendered.extract, "renderer": RENDERER_VERSION,
        }  # fmt: skip


@cache
def rendered_text(name: str, words: int | None = None, kind: str = "post") -> Text:
    """Return the text of this name, with `words` words or a random number of them."""
    dice = _random("text", name)
    body = texts.body(dice, words or texts.length(dice))
    return Text(body, render.render(body, base=permalinks.path(kind, "-")))


def tag_rows() -> list[dict[str, Any]]:
    """Return all tags; the first is on every post."""
    names = [COMMON_TAG]
    names += [f"{ADJECTIVES[n % len(ADJECTIVES)]} {NOUNS[n % len(NOUNS)]}".capitalize() for n in range(TAGS - 1)]
    return [
        {"id": number, "name": name, "key": name.casefold(), "slug": slugs.slug_of(name, "tag")}
        for number, name in enumerate(names, 1)
    ]


def post_rows(size: int) -> Rows:
    """Yield all posts, the oldest first, and then the pages."""
    choice = [rendered_text(str(number)).columns() for number in range(BODIES)]
    measured = rendered_text("measured", texts.LONGEST).columns()
    for back in range(size - 1, -1, -1):
        row = _post(back, size, choice)
        if back == size // 2:
            row |= measured | {"title": MEASURED_TITLE, "slug": MEASURED_SLUG, "updated_at": None}
        yield row
    for number, title in enumerate(PAGES, 1):
        row = _post(size + number, size, [rendered_text(title, 250, "page").columns()])
        yield row | {"id": size + number, "kind": "page", "title": title, "slug": title.lower(), "updated_at": None}


def _post(back: int, size: int, choice: list[dict[str, Any]]) -> dict[str, Any]:
    """The post that comes `back` places after the newest."""
    dice = _random("post", back)
    title = texts.title(dice)
    when = NEWEST - SPAN * (back / size)
    updated = when + timedelta(days=30) if dice.random() < 0.1 and when < NEWEST - timedelta(days=60) else None
    return {
        "id": size - back, "guid": str(UUID(int=dice.getrandbits(128), version=4)), "kind": "post", "version": 1,
        "slug": _slug(back, title), "title": title, "unlisted": False,
        "summary": texts.sentence(dice) if dice.random() < 0.8 else "",
        "created_at": when, "published_at": when, "updated_at": updated, **dice.choice(choice),
    }  # fmt: skip


def _slug(back: int, title: str) -> str:
    return f"{slugs.slug_of(title)}-{back}"


def _random(what: str, which: object) -> random.Random:
    return random.Random(f"{SEED} {what} {which}")


def article_paths(size: int, count: int) -> list[str]:
    """Return the paths of about `count` articles, spread over the whole archive."""
    backs = range(0, size, max(1, size // count))
    return [
        permalinks.path("post", _slug(back, texts.title(_random("post", back)))) for back in backs if back != size // 2
    ]


def tagging_rows(size: int) -> Rows:
    """Yield the tags of each post; those of the measured article are the same in every size."""
    for back in range(size - 1, -1, -1):
        dice = _random("tags", "measured" if back == size // 2 else back)
        others = dice.sample(range(2, TAGS + 1), TAGS_OF_A_POST - 1)
        for position, tag_id in enumerate([1, *others]):
            yield {"post_id": size - back, "tag_id": tag_id, "position": position}


def fill(size: int) -> None:
    """Write the library and its search index into the blog of the open application context, in one transaction."""
    with write_transaction() as session:
        session.execute(insert(Tag), tag_rows())
        for chunk in chunks(post_rows(size)):
            session.execute(insert(Post), chunk)
        for chunk in chunks(tagging_rows(size)):
            session.execute(insert(post_tag), chunk)
        index.index_missing(session.connection())


def chunks(rows: Rows, size: int = CHUNK) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def create(instance: Path, size: int, write: Callable[[int], None] = fill) -> Settings:
    """Create a blog with `size` posts in a new folder."""
    instance.mkdir(parents=True)
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    with open_app(settings):
        write(size)
    checkpoint(settings)
    return settings


def create_or_copy(
    instance: Path, size: int, keep: Path | None, progress: Callable[[str], None], write: Callable[[int], None] = fill
) -> None:
    """Create a blog with `size` posts; with `keep`, copy the one in that folder, which the first run creates."""
    began = time.monotonic()
    if keep is None:
        create(instance, size, write)
    else:
        source = keep / f"{'' if write is fill else 'varied-'}{size}-{fingerprint()}"
        if not (source / "complete").exists():
            shutil.rmtree(source, ignore_errors=True)
            create(source, size, write)
            (source / "complete").touch()
        _copy(source, instance)
    megabytes = (instance / "blog.db").stat().st_size / 1e6
    progress(f"{size:,} posts ({megabytes:,.0f} MB) in {time.monotonic() - began:.1f} s")


def _copy(source: Path, instance: Path) -> None:
    instance.mkdir(parents=True)
    for name in ("blog.db", "secret_key"):
        shutil.copy2(source / name, instance / name)


def fingerprint() -> str:
    """Return a hash of the code that shapes the rows, so that no outdated library is measured."""
    folder = Path(__file__).parent
    files = [folder / name for name in ("library.py", "texts.py", "variety.py", "words.py")]
    for package in ("core", "models", "migrations"):
        files += sorted((paths.PACKAGE / package).rglob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]
