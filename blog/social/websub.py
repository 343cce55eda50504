"""WebSub: notify hubs of changed feeds, so that subscribers get a post at once (https://www.w3.org/TR/websub/).

WebSub does not define the message from a publisher to a hub. This is the one of PubSubHubbub, which every hub
understands: one POST a feed with `hub.mode=publish` and `hub.url`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from flask import current_app

from blog import clock
from blog.core.outbox import Handler, HandlerError
from blog.core.posts import taxonomy
from blog.core.text import validate
from blog.core.text.words import shorten
from blog.web import templating

FEED_ENDPOINTS = ("feeds.rss", "feeds.atom", "feeds.json")
# Too many requests, or service unavailable: Retry-After says when to try again.
RETRY_LATER = (429, 503)


def feed_urls(scope: str) -> list[str]:
    """Return the feed addresses of a scope ("all", "tag:7", "author:2"); none if the tag or author has no page."""
    kind, _, number = scope.partition(":")
    values = {} if kind == "all" else {kind: taxonomy.slug_by_id(kind, int(number))}
    if None in values.values():
        return []
    urls = current_app.url_map.bind("")
    return [templating.absolute_url(urls.build(endpoint, values)) for endpoint in FEED_ENDPOINTS]


def notify_hub(hub: str, topic: str) -> None:
    """Tell a hub that the feed at `topic` changed. Raises HandlerError."""
    from blog import outbound  # only processes that make calls load the HTTP client; servers do not

    settings = templating.machine_settings()
    form = {"hub.mode": "publish", "hub.url": topic}
    try:
        response = outbound.post(hub, form, site=settings.site_url, allow=settings.outbound_allow)
    except outbound.Unreachable as error:
        raise HandlerError(str(error), target_down=True) from error
    if not 200 <= response.status < 300:
        busy = response.status in RETRY_LATER
        wait = _retry_after(response.headers) if busy else timedelta()
        raise HandlerError(_error_message(response.status, response.body), retry_after=wait, target_down=busy)


def _error_message(status: int, body: bytes) -> str:
    text = validate.one_line(re.sub(r"<[^>]*>", " ", body[:4000].decode("utf-8", "replace")))
    text = "".join(character for character in text if character.isprintable())
    return f"It answered {status}" + (f": {shorten(text, 100).rstrip('.')}." if text else ".")


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """Return the wait of a Retry-After header, which has seconds or a date (RFC 9110, 10.2.3); zero if it has none."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return timedelta()
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - clock.now()


HANDLER = Handler(feed_urls, notify_hub)
