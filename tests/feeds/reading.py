"""Read a feed as a program would, whatever its format: what it says as plain values."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree, html

from tests.world import SITE_URL, Blog

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
MEDIA = "{http://search.yahoo.com/mrss/}content"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FORMATS = ("rss", "atom", "json")
FILES = {"rss": "feed.xml", "atom": "atom.xml", "json": "feed.json"}
OLDER = {"rss": "feed/{}.xml", "atom": "atom/{}.xml", "json": "feed/{}.json"}
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
PLACES = {"site": "", "tag": "/tags/rivers", "author": "/authors/ana"}


def address(form: str, place: str = "site", number: int | None = None) -> str:
    """The path of a feed (of the site, or of the tag and author of tests), or of one of its older documents."""
    return f"{PLACES[place]}/{FILES[form] if number is None else OLDER[form].format(number)}"


@dataclass
class Read:
    """An item as a feed told it. `summary` and `title` are plain text, `html` is the whole text."""

    id: str
    link: str
    title: str
    summary: str
    html: str
    author: str
    tags: list[str]
    published: datetime
    updated: datetime | None
    image: str | None = None
    language: str | None = None

    @property
    def body(self) -> html.HtmlElement:
        """Its text, parsed."""
        return html.fragment_fromstring(self.html, create_parent="div")


@dataclass
class Feed:
    """A feed as it was told; `links` are the other documents that it names: rel -> addresses."""

    title: str
    link: str
    own: str
    description: str
    language: str
    items: list[Read]
    id: str = ""
    updated: datetime | None = None
    links: dict[str, list[str]] = field(default_factory=dict)

    @property
    def titles(self) -> list[str]:
        """Of its items, in their order."""
        return [item.title for item in self.items]

    @property
    def next(self) -> str | None:
        """Where the older items are."""
        return next(iter(self.links.get("next", [])), None)


def read(blog: Blog, path: str) -> Feed:
    """The feed at an address of a blog (or a whole address of it), read by its media type."""
    answer = blog.get(path.removeprefix(SITE_URL))
    assert answer.status_code == 200, (path, answer.status_code)
    kind = answer.headers["Content-Type"].partition(";")[0]
    return parse(answer.data, {of: form for form, of in TYPES.items()}[kind])


def parse(data: bytes, form: str) -> Feed:
    """What a document says."""
    return {"rss": _rss, "atom": _atom, "json": _json}[form](data)


def _rss(data: bytes) -> Feed:
    channel = etree.fromstring(data).find("channel")
    links = _links(channel.findall(f"{ATOM}link"))
    [own] = links.pop("self")
    return Feed(
        title=channel.findtext("title"), link=channel.findtext("link"), own=own, links=links,
        description=channel.findtext("description"), language=channel.findtext("language"),
        updated=parsedate_to_datetime(channel.findtext("lastBuildDate")),
        items=[_rss_item(item) for item in channel.findall("item")],
    )  # fmt: skip


def _rss_item(item: etree._Element) -> Read:
    changed = item.findtext(f"{ATOM}updated")
    picture = item.find(MEDIA)
    return Read(
        id=item.findtext("guid"), link=item.findtext("link"), title=item.findtext("title"),
        summary=text_of(item.findtext("description")), html=item.findtext(CONTENT), author=item.findtext(CREATOR),
        tags=[each.text for each in item.findall("category")],
        published=parsedate_to_datetime(item.findtext("pubDate")),
        updated=datetime.fromisoformat(changed) if changed else None,
        image=None if picture is None else picture.get("url"),
    )  # fmt: skip


def _atom(data: bytes) -> Feed:
    feed = etree.fromstring(data)
    links = _links(feed.findall(f"{ATOM}link"))
    [own], [alternate] = links.pop("self"), links.pop("alternate")
    return Feed(
        title=feed.findtext(f"{ATOM}title"), link=alternate, own=own, links=links, id=feed.findtext(f"{ATOM}id"),
        description=feed.findtext(f"{ATOM}subtitle") or "", language=feed.get(LANG),
        updated=datetime.fromisoformat(feed.findtext(f"{ATOM}updated")),
        items=[_atom_entry(entry) for entry in feed.findall(f"{ATOM}entry")],
    )  # fmt: skip


def _atom_entry(entry: etree._Element) -> Read:
    published, updated = (datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated"))
    picture = entry.find(MEDIA)
    [link] = entry.findall(f"{ATOM}link")
    return Read(
        id=entry.findtext(f"{ATOM}id"), link=link.get("href"), title=entry.findtext(f"{ATOM}title"),
        summary=text_of(entry.findtext(f"{ATOM}summary") or ""), html=entry.findtext(f"{ATOM}content"),
        author=entry.findtext(f"{ATOM}author/{ATOM}name"),
        tags=[each.get("term") for each in entry.findall(f"{ATOM}category")], published=published,
        updated=updated if updated != published else None, image=None if picture is None else picture.get("url"),
        language=entry.get(LANG),
    )  # fmt: skip


def _json(data: bytes) -> Feed:
    feed = json.loads(data)
    links = {
        "hub": [hub["url"] for hub in feed.get("hubs", [])],
        "next": [feed["next_url"]] if "next_url" in feed else [],
    }
    return Feed(
        title=feed["title"], link=feed["home_page_url"], own=feed["feed_url"], language=feed["language"],
        description=feed.get("description", ""), items=[_json_item(item) for item in feed["items"]],
        links={rel: told for rel, told in links.items() if told},
    )  # fmt: skip


def _json_item(item: dict[str, Any]) -> Read:
    changed = item.get("date_modified")
    return Read(
        id=item["id"], link=item["url"], title=item["title"], summary=item.get("summary", ""),
        html=item["content_html"], author=item["authors"][0]["name"], tags=item.get("tags", []),
        published=datetime.fromisoformat(item["date_published"]),
        updated=datetime.fromisoformat(changed) if changed else None, image=item.get("image"),
        language=item.get("language"),
    )  # fmt: skip


def _links(elements: list[etree._Element]) -> dict[str, list[str]]:
    links: dict[str, list[str]] = {}
    for element in elements:
        links.setdefault(element.get("rel"), []).append(element.get("href"))
    return links


def text_of(markup: str) -> str:
    """What a person reads of HTML."""
    return str(html.fragment_fromstring(markup, create_parent="div").text_content()) if markup else ""
