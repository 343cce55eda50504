"""Judge feeds as validators do: required parts, how often each stands, forms of dates and addresses."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from blog.core.text.validate import FORBIDDEN
from tests.feeds.reading import ATOM, Feed, parse

SCHEMAS = Path(__file__).resolve().parent / "schemas"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
ADDRESS = re.compile(r"https?://\S+")
# What JSON Feed 1.1 knows of a feed and of an item, and what each is.
FEED: dict[str, type] = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "next_url": str,
    "language": str, "authors": list, "hubs": list, "items": list,
}  # fmt: skip
ITEM: dict[str, type] = {
    "id": str, "url": str, "title": str, "summary": str, "content_html": str, "image": str, "date_published": str,
    "date_modified": str, "authors": list, "tags": list, "language": str,
}  # fmt: skip


@cache
def schema(form: str) -> etree.RelaxNG:
    """The schema of a format."""
    return etree.RelaxNG(etree.parse(SCHEMAS / f"{form}.rng"))


def valid(data: bytes, form: str) -> Feed:
    """What a document says; an AssertionError says what is wrong with it."""
    if form == "json":
        _check_json(json.loads(data.decode()))
    else:
        _check_xml(data, form)
    feed = parse(data, form)
    assert len({item.id for item in feed.items}) == len(feed.items), "an id stands twice"
    dates = [item.published for item in feed.items]
    assert dates == sorted(dates, reverse=True), "items are out of order"
    return feed


def _check_xml(data: bytes, form: str) -> None:
    assert re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", data)
    assert b"<!DOCTYPE" not in data and b"xml-stylesheet" not in data
    tree, rules = etree.fromstring(data, etree.XMLParser(huge_tree=True)), schema(form)
    assert rules.validate(tree), rules.error_log
    links = [link.get("rel") for link in tree.iter(f"{ATOM}link") if link.getparent().tag in ("channel", f"{ATOM}feed")]
    once = {"self", "alternate", "first", "prev", "previous", "next", "last"}
    assert all(links.count(rel) <= 1 for rel in once) and "self" in links, links


def _check_json(feed: dict[str, Any]) -> None:
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    _check_keys(feed, FEED, {"version", "title", "home_page_url", "feed_url", "language", "authors", "items"})
    assert all(hub.keys() == {"type", "url"} and ADDRESS.fullmatch(hub["url"]) for hub in feed.get("hubs", []))
    for item in feed["items"]:
        _check_keys(item, ITEM, {"id", "url", "title", "content_html", "date_published", "authors"})
        assert item["id"].startswith("urn:uuid:")
        assert all(DATE.fullmatch(item[name]) for name in ("date_published", "date_modified") if name in item)
        assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))


def _check_keys(told: dict[str, Any], known: dict[str, type], needed: set[str]) -> None:
    assert needed <= told.keys() <= known.keys(), told.keys() ^ needed
    for name, value in told.items():
        assert isinstance(value, known[name]), name
        assert value or name in ("items", "content_html"), f"{name} says nothing"
        assert not name.endswith("url") or ADDRESS.fullmatch(value), value
        assert not isinstance(value, str) or not FORBIDDEN.search(value), name
    assert all(author["name"] for author in told["authors"])
