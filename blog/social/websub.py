"""WebSub: tell hubs which feeds changed, so that subscribers hear of a post at once (https://www.w3.org/TR/websub/).

What publishers say to hubs is not in that text; it is what PubSubHubbub said and every hub understands: one POST a
feed with `hub.mode=publish` and `hub.url`.
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
# Too busy, or under repair: it says when to come again.
RETRY_LATER = (429, 503)


def feed_urls(scope: str) -> list[str]:
    """The addresses of the feeds of a scope, as tallies name it; none if it has no feeds any more."""
    kind, _, number = scope.partition(":")
    place = {} if kind == "all" else {kind: taxonomy.slug_by_id(kind, int(number))}
    if None in place.values():
        return []
    paths = current_app.url_map.bind("")
    return [templating.absolute_url(paths.build(endpoint, place)) for endpoint in FEED_ENDPOINTS]


def notify_hub(hub: str, topic: str) -> None:
    """Tell a hub that a feed changed. Raises Failed."""
    from blog import outbound  # servers never load it: only who makes calls does

    settings = current_app.extensions["settings"]
    form = {"hub.mode": "publish", "hub.url": topic}
    try:
        answer = outbound.post(hub, form, site=settings.site_url, allow=settings.outbound_allow)
    except outbound.Unreachable as error:
        raise HandlerError(str(error), target_down=True) from error
    if not 200 <= answer.status < 300:
        later = answer.status in RETRY_LATER
        wait = _retry_after(answer.headers) if later else timedelta()
        raise HandlerError(_error_message(answer.status, answer.body), retry_after=wait, target_down=later)


def _error_message(status: int, body: bytes) -> str:
    text = validate.one_line(re.sub(r"<[^>]*>", " ", body[:4000].decode("utf-8", "replace")))
    text = "".join(character for character in text if character.isprintable())
    return f"It answered {status}" + (f": {shorten(text, 100).rstrip('.')}." if text else ".")


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """How long a server wants to be left alone: seconds, or until a date (RFC 9110, 10.2.3)."""
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", said, re.ASCII):
        return timedelta(seconds=int(said))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return timedelta()
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - clock.now()


HANDLER = Handler(feed_urls, notify_hub)
