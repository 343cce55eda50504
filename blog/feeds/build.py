"""Build RSS and Atom feeds: what is said about a site and its posts becomes bytes. Pure; the only door to feedgen.

RSS 2.0 (https://www.rssboard.org/rss-profile) with content:encoded, dc:creator, media:content and atom:link; Atom
(RFC 4287); in both, links to older items (RFC 5005) and hubs (WebSub). Dates come from the data, never from the clock:
the same posts give the same bytes.
"""

from collections.abc import Iterable, Sequence
from email.utils import format_datetime
from html import escape

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedEntry, FeedGenerator
from lxml import etree

from blog.feeds.channel import GENERATOR, Channel, Item, last_change, to_seconds, xml_text

ATOM = "http://www.w3.org/2005/Atom"
RSS_TYPE, ATOM_TYPE = "application/rss+xml", "application/atom+xml"
# feedgen formats dates by switching the process's locale, which is not safe among threads.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


def rss(channel: Channel, items: Sequence[Item]) -> bytes:
    """The RSS 2.0 document, items in the given order."""
    feed = _feed(channel, items, RSS_TYPE)
    feed.load_extension("dc")
    feed.load_extension("media")
    feed.description(xml_text(channel.description) or xml_text(channel.title))
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.register_extension("links", _Links, atom=False)
    feed.links.told = channel.links()
    for item in items:
        _add_to_rss(feed, item)
    return feed.rss_str(pretty=False, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]


def atom(channel: Channel, items: Sequence[Item]) -> bytes:
    """The Atom document, items in the given order."""
    feed = _feed(channel, items, ATOM_TYPE)
    feed.load_extension("media")
    feed.subtitle(xml_text(channel.description) or None)
    feed.author({"name": xml_text(channel.author)})
    for rel, address in channel.links():
        feed.link(href=address, rel=rel)
    for item in items:
        _add_to_atom(feed, item)
    return feed.atom_str(pretty=False, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]


def _feed(channel: Channel, items: Sequence[Item], kind: str) -> FeedGenerator:
    """What both formats say of a feed."""
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(xml_text(channel.title))
    # The last link of any kind becomes the RSS channel's own: the page comes after the feed itself.
    feed.link(href=channel.address, rel="self", type=kind)
    feed.link(href=channel.link, rel="alternate", type="text/html")
    feed.language(channel.language)
    feed.generator(GENERATOR)
    # Else both would say when the feed was built.
    feed.updated(last_change(channel, items))
    return feed


def _entry(feed: FeedGenerator, item: Item) -> FeedEntry:
    """What both formats say of an item."""
    entry: FeedEntry = feed.add_entry(order="append")
    entry.guid(item.id, permalink=False)
    entry.link(href=item.link)
    entry.published(to_seconds(item.published_at))
    for label in item.labels:
        entry.category(term=label, label=label)
    if item.cover:
        sizes = {"width": item.cover.width, "height": item.cover.height}
        told = {name: str(pixels) for name, pixels in sizes.items() if pixels}
        entry.media.content(url=item.cover.address, medium="image", type=item.cover.type, group=None, **told)
    return entry


def _add_to_rss(feed: FeedGenerator, item: Item) -> None:
    entry = _entry(feed, item)
    entry.title(item.name)
    entry.description(_html(item.summary) or _html(item.name))
    # An attribute may hold "]]>" as it is, which would end the CDATA section.
    entry.content(xml_text(item.html).replace("]]>", "]]&gt;"), type="CDATA")
    entry.dc.dc_creator(xml_text(item.author))
    if item.updated_at:
        entry.register_extension("changed", _Changed, atom=False)
        entry.changed.moment = to_seconds(item.updated_at).isoformat()


def _add_to_atom(feed: FeedGenerator, item: Item) -> None:
    entry = _entry(feed, item)
    entry.title(item.name)
    entry.updated(to_seconds(item.changed_at))
    entry.author({"name": xml_text(item.author)})
    entry.content(xml_text(item.html), type="html")
    if summary := _html(item.summary):
        entry.summary(summary, type="html")
    entry.register_extension("wording", _Wording, rss=False)
    entry.wording.language = item.language


class _Links(BaseExtension):  # type: ignore[misc]
    """Tells, in RSS, the hubs and neighbours of a feed: feedgen passes these on in Atom only."""

    told: Iterable[tuple[str, str]] = ()

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        own = feed.find(f"channel/{{{ATOM}}}link")
        for rel, address in reversed(list(self.told)):
            own.addnext(etree.Element(f"{{{ATOM}}}link", href=address, rel=rel))
        return feed


class _Changed(BaseEntryExtension):  # type: ignore[misc]
    """Tells, as atom:updated, when a text last changed materially."""

    moment = ""

    def extend_rss(self, element: etree._Element) -> etree._Element:
        etree.SubElement(element, f"{{{ATOM}}}updated").text = self.moment
        return element


class _Wording(BaseEntryExtension):  # type: ignore[misc]
    """Tells, in Atom, the language of an entry, and what its link is: feedgen loses both."""

    language: str | None = None

    def extend_atom(self, element: etree._Element) -> etree._Element:
        for link in element.iter("link"):
            link.attrib.update({"rel": "alternate", "type": "text/html"})
        if self.language:
            element.attrib["{http://www.w3.org/XML/1998/namespace}lang"] = self.language
        return element


def _html(text: str) -> str:
    """Plain text as HTML: both formats would read it as that."""
    return escape(xml_text(text), quote=False)
