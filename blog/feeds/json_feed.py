"""Build JSON feeds (https://www.jsonfeed.org/version/1.1/). Pure."""

import json
from collections.abc import Sequence
from typing import Any

from blog.feeds.channel import Channel, Item, to_seconds, xml_text

JSON_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, items: Sequence[Item]) -> bytes:
    """The JSON document, items in the given order."""
    told = {
        "version": VERSION,
        "title": xml_text(channel.title),
        "home_page_url": channel.link,
        "feed_url": channel.address,
        "description": xml_text(channel.description),
        "next_url": channel.pages.get("next"),
        "language": channel.language,
        "authors": [{"name": xml_text(channel.author)}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in channel.hubs],
    }
    whole = _without_gaps(told) | {"items": [_item(item) for item in items]}
    return json.dumps(whole, ensure_ascii=False).encode()


def _item(item: Item) -> dict[str, Any]:
    told = {
        "id": item.id,
        "url": item.link,
        "title": item.name,
        "summary": xml_text(item.summary),
        "image": item.cover.address if item.cover else None,
        "date_published": to_seconds(item.published_at).isoformat(),
        "date_modified": to_seconds(item.changed_at).isoformat() if item.updated_at else None,
        "authors": [{"name": xml_text(item.author)}],
        "tags": item.labels,
        "language": item.language,
    }
    return _without_gaps(told) | {"content_html": xml_text(item.html)}


def _without_gaps(told: dict[str, Any]) -> dict[str, Any]:
    """What there is something to say about."""
    return {name: value for name, value in told.items() if value}
