"""The content of a feed in any format: a channel, its items, and links to older ones. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from blog.core.text.validate import FORBIDDEN

GENERATOR = "Broadsheet"
# The number of posts in a feed, and in each document of older ones, unless they are very long: a feed of twenty essays
# usually has a tenth of the size that feed readers accept.
ITEMS = 20
# Some feed readers read no more than this. The rest is for the elements of the feed itself.
MAX_FEED_BYTES = 512 * 1024
MAX_ITEMS_BYTES = MAX_FEED_BYTES - 12 * 1024


@dataclass(frozen=True)
class Channel:
    """A feed without its items.

    `id` (urn:uuid:) is the same in all formats and documents of a feed, and does not depend on the host. `address` is
    the URL of this document, `link` that of its HTML page. `pages` are the other documents (RFC 5005): rel -> URL.
    `hubs` announce changes (WebSub). `changed_at` is the date of an empty feed.
    """

    id: str
    title: str
    link: str
    address: str
    description: str
    language: str
    author: str
    changed_at: datetime
    pages: Mapping[str, str] = field(default_factory=dict)
    hubs: Sequence[str] = ()

    def links(self) -> list[tuple[str, str]]:
        """Return the links to hubs and other documents, as (rel, URL)."""
        return [*(("hub", hub) for hub in self.hubs), *self.pages.items()]


class Cover(NamedTuple):
    """The cover picture of a post."""

    address: str
    type: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Item:
    """One post; all URLs in `html` are absolute."""

    guid: str
    link: str
    title: str
    summary: str
    html: str
    author: str
    tags: Sequence[str]
    published_at: datetime
    updated_at: datetime | None
    language: str | None = None
    cover: Cover | None = None

    @property
    def id(self) -> str:
        """Return the permanent id, the same in all formats."""
        return f"urn:uuid:{self.guid}"

    @property
    def changed_at(self) -> datetime:
        """Return the time of the last material change, or of publication."""
        return max(self.published_at, self.updated_at or self.published_at)

    @property
    def display_title(self) -> str:
        """Return the title; without one, the summary or the link."""
        return xml_text(self.title).strip() or xml_text(self.summary).strip() or self.link

    @property
    def labels(self) -> list[str]:
        """Return the tags, without those that have no valid character."""
        return [label for tag in self.tags if (label := xml_text(tag))]

    @property
    def size(self) -> int:
        """Return about how many bytes this item takes in the longest format, so that all formats hold the same items.

        XML escapes angle brackets, JSON escapes quotes and line ends; some texts are written twice.
        """
        texts = [self.title, self.summary, self.author, self.link, *self.tags]
        html = xml_text(self.html)
        body_size = max(len(escape(html, quote=False).encode()), len(json.dumps(html, ensure_ascii=False).encode()))
        return body_size + sum(2 * len(escape(xml_text(text)).encode()) + 60 for text in texts) + 500


def fit_items(items: Sequence[Item]) -> Sequence[Item]:
    """Return the first items that fit into MAX_ITEMS_BYTES; the first one is always included."""
    total = 0
    for number, item in enumerate(items):
        total += item.size
        if number and total > MAX_ITEMS_BYTES:
            return items[:number]
    return items


def last_change(channel: Channel, items: Sequence[Item]) -> datetime:
    """Return when anything in a feed last changed, to the second."""
    return to_seconds(max((item.changed_at for item in items), default=channel.changed_at))


def to_seconds(moment: datetime) -> datetime:
    """Return a time in UTC without fractions of a second, which feeds do not have. A naive time counts as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def xml_text(text: str) -> str:
    """Remove the characters that XML forbids: one of them would break the whole feed."""
    return FORBIDDEN.sub("", text)
