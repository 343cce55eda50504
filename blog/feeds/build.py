"""Build feeds: what is said about a site and its posts becomes bytes. Pure; the only door to feedgen.

RSS 2.0 (https://www.rssboard.org/rss-profile) with content:encoded, dc:creator and atom:link. Dates come from
the data, never from the clock: the same posts give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedEntry, FeedGenerator
from lxml import etree

from blog.core.values import FORBIDDEN

ATOM = "http://www.w3.org/2005/Atom"
# feedgen formats dates by switching the process's locale, which is not safe among threads.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


@dataclass(frozen=True)
class Channel:
    """A feed as a whole. `address` is the feed's own; `changed_at` dates an empty one."""

    title: str
    link: str
    address: str
    description: str
    language: str
    changed_at: datetime


@dataclass(frozen=True)
class Item:
    """One post; `html` holds whole addresses only."""

    guid: str
    link: str
    title: str
    summary: str
    html: str
    author: str
    tags: Sequence[str]
    published_at: datetime
    updated_at: datetime | None


def rss(channel: Channel, items: Sequence[Item]) -> bytes:
    """The RSS 2.0 document, items in the given order."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.title(_plain(channel.title))
    feed.description(_plain(channel.description) or _plain(channel.title))
    # The last link of any kind becomes the channel's own: the page comes after the feed itself.
    feed.link(href=channel.address, rel="self", type="application/rss+xml")
    feed.link(href=channel.link, rel="alternate")
    feed.language(channel.language)
    feed.generator("Broadsheet")
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.lastBuildDate(_second(max((_changed(item) for item in items), default=channel.changed_at)))
    for item in items:
        _add(feed, item)
    return feed.rss_str(pretty=False, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]


def _add(feed: FeedGenerator, item: Item) -> None:
    entry: FeedEntry = feed.add_entry(order="append")
    entry.guid(f"urn:uuid:{item.guid}", permalink=False)
    entry.link(href=item.link)
    entry.title(_plain(item.title))
    entry.description(_plain(item.summary) or _plain(item.title) or item.link)
    # An attribute may hold "]]>" as it is, which would end the CDATA section.
    entry.content(_plain(item.html).replace("]]>", "]]&gt;"), type="CDATA")
    entry.dc.dc_creator(_plain(item.author))
    for tag in item.tags:
        entry.category(term=_plain(tag), label=_plain(tag))
    entry.published(_second(item.published_at))
    if item.updated_at:
        entry.register_extension("changed", _Changed, atom=False)
        entry.changed.moment = _second(item.updated_at)


class _Changed(BaseEntryExtension):  # type: ignore[misc]
    """Tells, as atom:updated, when a text last changed materially."""

    moment: datetime

    def extend_rss(self, element: etree._Element) -> etree._Element:
        etree.SubElement(element, f"{{{ATOM}}}updated").text = self.moment.isoformat()
        return element


def _changed(item: Item) -> datetime:
    return max(item.published_at, item.updated_at or item.published_at)


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """The text without what XML cannot carry: one such character would take the whole feed down."""
    return FORBIDDEN.sub("", text)
