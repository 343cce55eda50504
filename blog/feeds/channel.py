"""What a feed says, whatever its format: a channel, its items, and where the older ones are. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from blog.core.text.validate import FORBIDDEN

GENERATOR = "Broadsheet"
# The newest posts of a feed, and as many again on each page of older ones, unless they are giants: a feed of twenty
# essays is usually a tenth of what readers' programs take.
ITEMS = 20
# Some programs read no more. What is said of the feed itself takes what the items leave.
MAX_FEED_BYTES = 512 * 1024
MAX_ITEMS_BYTES = MAX_FEED_BYTES - 12 * 1024


@dataclass(frozen=True)
class Channel:
    """A feed as a whole.

    `id` (urn:uuid:) is the same for all formats and pages of a feed, whatever its host is called. `address` is this
    document's own, `link` that of the page it belongs to. `pages` are its neighbours (RFC 5005): rel -> address.
    `hubs` tell of changes (WebSub). `changed_at` dates an empty feed.
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
        """Every other document that this one names, as (rel, address): hubs, and its neighbours."""
        return [*(("hub", hub) for hub in self.hubs), *self.pages.items()]


@dataclass(frozen=True)
class Cover:
    """The picture above a post."""

    address: str
    type: str
    width: int | None
    height: int | None


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
    language: str | None = None
    cover: Cover | None = None

    @property
    def id(self) -> str:
        """Its permanent id, the same in all formats."""
        return f"urn:uuid:{self.guid}"

    @property
    def changed_at(self) -> datetime:
        """When it was last changed materially; its publication, if it never was."""
        return max(self.published_at, self.updated_at or self.published_at)

    @property
    def name(self) -> str:
        """Its title; without one, what else it can be told by."""
        return xml_text(self.title).strip() or xml_text(self.summary).strip() or self.link

    @property
    def labels(self) -> list[str]:
        """Its tags, but for those of which nothing is left to tell."""
        return [label for tag in self.tags if (label := xml_text(tag))]

    @property
    def size(self) -> int:
        """About how many bytes it takes in the format that takes most, so that all formats hold the same items.

        XML escapes angle brackets, JSON quotes and line ends; some words stand there twice.
        """
        told = [self.title, self.summary, self.author, self.link, *self.tags]
        html = xml_text(self.html)
        whole = max(len(escape(html, quote=False).encode()), len(json.dumps(html, ensure_ascii=False).encode()))
        return whole + sum(2 * len(escape(xml_text(text)).encode()) + 60 for text in told) + 500


def fit_items(items: Sequence[Item]) -> Sequence[Item]:
    """The first items that fit into a polite feed; the first one always does."""
    total = 0
    for number, item in enumerate(items):
        total += item.size
        if number and total > MAX_ITEMS_BYTES:
            return items[:number]
    return items


def last_change(channel: Channel, items: Sequence[Item]) -> datetime:
    """When anything in a feed last changed, to the second."""
    return to_seconds(max((item.changed_at for item in items), default=channel.changed_at))


def to_seconds(moment: datetime) -> datetime:
    """The moment in UTC without parts of a second, which no feed tells; one without a zone is UTC's."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def xml_text(text: str) -> str:
    """The text without what XML cannot carry: one such character would take a whole feed down."""
    return FORBIDDEN.sub("", text)
