"""Build RSS and Atom feeds as bytes. Pure; the only module that imports feedgen.

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
    """Return the RSS 2.0 document, with the items in this order."""
    feed = _feed(channel, items, RSS_TYPE)
    feed.load_extension("dc")
    feed.load_extension("media")
    feed.description(xml_text(channel.description) or xml_text(channel.title))
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.register_extension("links", _ChannelLinks, atom=False)
    feed.links.links = channel.links()
    for item in items:
        _add_to_rss(feed, item)
    return feed.rss_str(pretty=False, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]


def atom(channel: Channel, items: Sequence[Item]) -> bytes:
    """Return the Atom document, with the items in this order."""
    feed = _feed(channel, items, ATOM_TYPE)
    feed.load_extension("media")
    feed.subtitle(xml_text(channel.description) or None)
    feed.author({"name": xml_text(channel.author)})
    for rel, address in channel.links():
        feed.link(href=address, rel=rel)
    for item in items:
        _add_to_atom(feed, item)
    return feed.atom_str(pretty=False, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]


def _feed(channel: Channel, items: Sequence[Item], media_type: str) -> FeedGenerator:
    """Create a feed with the elements that both formats have."""
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(xml_text(channel.title))
    # feedgen uses the last link for the RSS channel: so the page comes after the feed itself.
    feed.link(href=channel.address, rel="self", type=media_type)
    feed.link(href=channel.link, rel="alternate", type="text/html")
    feed.language(channel.language)
    feed.generator(GENERATOR)
    # Without a date, feedgen would write the current time.
    feed.updated(last_change(channel, items))
    return feed


def _entry(feed: FeedGenerator, item: Item) -> FeedEntry:
    """Add an entry with the elements that both formats have."""
    entry: FeedEntry = feed.add_entry(order="append")
    entry.guid(item.id, permalink=False)
    entry.link(href=item.link)
    entry.published(to_seconds(item.published_at))
    for label in item.labels:
        entry.category(term=label, label=label)
    if item.cover:
        sizes = {"width": item.cover.width, "height": item.cover.height}
        attributes = {name: str(pixels) for name, pixels in sizes.items() if pixels}
        entry.media.content(url=item.cover.address, medium="image", type=item.cover.type, group=None, **attributes)
    return entry


def _add_to_rss(feed: FeedGenerator, item: Item) -> None:
    entry = _entry(feed, item)
    entry.title(item.display_title)
    entry.description(_html(item.summary) or _html(item.display_title))
    # An attribute in the HTML may hold "]]>", which would end the CDATA section.
    entry.content(xml_text(item.html).replace("]]>", "]]&gt;"), type="CDATA")
    entry.dc.dc_creator(xml_text(item.author))
    if item.updated_at:
        entry.register_extension("changed", _UpdatedElement, atom=False)
        entry.changed.date = to_seconds(item.updated_at).isoformat()


def _add_to_atom(feed: FeedGenerator, item: Item) -> None:
    entry = _entry(feed, item)
    entry.title(item.display_title)
    entry.updated(to_seconds(item.changed_at))
    entry.author({"name": xml_text(item.author)})
    entry.content(xml_text(item.html), type="html")
    if summary := _html(item.summary):
        entry.summary(summary, type="html")
    entry.register_extension("wording", _EntryLanguage, rss=False)
    entry.wording.language = item.language


class _ChannelLinks(BaseExtension):  # type: ignore[misc]
    """Adds the links to hubs and other documents to RSS: feedgen writes these in Atom only."""

    links: Iterable[tuple[str, str]] = ()

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        self_link = feed.find(f"channel/{{{ATOM}}}link")
        for rel, address in reversed(list(self.links)):
            self_link.addnext(etree.Element(f"{{{ATOM}}}link", href=address, rel=rel))
        return feed


class _UpdatedElement(BaseEntryExtension):  # type: ignore[misc]
    """Adds atom:updated to an RSS item: the time of the last material change."""

    date = ""

    def extend_rss(self, element: etree._Element) -> etree._Element:
        etree.SubElement(element, f"{{{ATOM}}}updated").text = self.date
        return element


class _EntryLanguage(BaseEntryExtension):  # type: ignore[misc]
    """Adds the language of an Atom entry, and rel and type of its link: feedgen drops these."""

    language: str | None = None

    def extend_atom(self, element: etree._Element) -> etree._Element:
        for link in element.iter("link"):
            link.attrib.update({"rel": "alternate", "type": "text/html"})
        if self.language:
            element.attrib["{http://www.w3.org/XML/1998/namespace}lang"] = self.language
        return element


def _html(text: str) -> str:
    """Return plain text escaped as HTML: both formats read it as HTML."""
    return escape(xml_text(text), quote=False)
