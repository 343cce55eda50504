"""Programs that people read feeds with list what the database holds: newsboat, and sfeed."""

import contextlib
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from blog.extensions import sqlite_driver
from tests.feeds.conftest import Served
from tests.feeds.reading import PLACES, address
from tests.world import run

FEEDS = pytest.mark.parametrize(("form", "place"), [(form, place) for form in ("rss", "atom") for place in PLACES])
# Titles, links and dates.
Told = list[tuple[str, str, int]]


def stored(served: Served, place: str) -> Told:
    """What a feed should hold, as the database tells it, newest first."""
    listed = run(served.instance, "list", "--json", env={"BLOG_SITE_URL": served.address}).data["posts"]
    held = [post for post in listed if place == "site" or post["tags"] == ["Rivers"]]
    dates = [datetime.fromisoformat(post["published_at"]) for post in held]
    told = [(post["title"], post["url"], int(date.timestamp())) for post, date in zip(held, dates, strict=True)]
    return sorted(told, key=lambda each: each[2], reverse=True)


def started(home: Path, name: str, *arguments: str | Path, body: bytes = b"") -> bytes:
    """What a program writes; it runs in a folder of its own and finds nothing of ours."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt install {name}")
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run([found, *arguments], input=body, env=env, check=True, capture_output=True, timeout=60)
    return done.stdout


def newsboat(home: Path, feed: str) -> Told:
    """What newsboat keeps of a feed. It tells items of all feeds apart by their ids alone: each feed gets a cache."""
    urls, cache, settings = (home / name for name in ("urls", "cache.db", "config"))
    urls.write_text(f"{feed}\n")
    settings.write_text("")
    started(home, "newsboat", "-u", urls, "-c", cache, "-C", settings, "-x", "reload")
    with contextlib.closing(sqlite_driver().connect(str(cache))) as connection:
        query = "SELECT title, url, pubDate FROM rss_item WHERE feedurl = ? ORDER BY pubDate DESC"
        return [tuple(row) for row in connection.execute(query, [feed])]


def sfeed(home: Path, base: str, body: bytes) -> list[list[str]]:
    """The lines that sfeed makes of a feed, cut at their tabs."""
    return [line.split("\t") for line in started(home, "sfeed", base, body=body).decode().splitlines()]


@FEEDS
def test_newsboat_lists_what_the_database_holds(served: Served, tmp_path: Path, form: str, place: str) -> None:
    assert newsboat(tmp_path, served.address + address(form, place)) == stored(served, place)


@FEEDS
def test_sfeed_lists_what_the_database_holds(served: Served, tmp_path: Path, form: str, place: str) -> None:
    lines = sfeed(tmp_path, served.address, served.ask(address(form, place))[2])
    assert [(title, link, int(date)) for date, title, link, *_ in lines] == stored(served, place)
    assert all(ident.startswith("urn:uuid:") for _, _, _, _, _, ident, *_ in lines)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_sfeed_reads_authors_and_tags(served: Served, tmp_path: Path, form: str) -> None:
    lines = sfeed(tmp_path, served.address, served.ask(address(form))[2])
    assert [(author, tags) for *_, author, _, tags in lines] == [("Ana", "Rivers")] * 3 + [("Editor", "")]
