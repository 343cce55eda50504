"""Build JSON feeds (https://www.jsonfeed.org/version/1.1/). Pure."""

import json
from collections.abc import Sequence
from typing import Any

from blog.feeds.channel import Channel, Item, to_seconds, xml_text

JSON_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, items: Sequence[Item]) -> bytes:
    """Return the JSON document, with the items in this order."""
    fields = {
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
    document = _without_empty(fields) | {"items": [_item(item) for item in items]}
    return json.dumps(document, ensure_ascii=False).encode()


def _item(item: Item) -> dict[str, Any]:
    fields = {
        "id": item.id,
        "url": item.link,
        "title": item.display_title,
        "summary": xml_text(item.summary),
        "image": item.cover.address if item.cover else None,
        "date_published": to_seconds(item.published_at).isoformat(),
        "date_modified": to_seconds(item.changed_at).isoformat() if item.updated_at else None,
        "authors": [{"name": xml_text(item.author)}],
        "tags": item.labels,
        "language": item.language,
    }
    return _without_empty(fields) | {"content_html": xml_text(item.html)}


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
