"""Check feeds as a subscriber meets them: every document, over HTTP, beside the posts of the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from flask import Flask, current_app
from lxml import etree, html
from werkzeug.exceptions import HTTPException

from blog import clock
from blog.core.errors import NotFound
from blog.core.posts import feed_items, taxonomy
from blog.core.urls import permalinks
from blog.feeds import rules
from blog.feeds.channel import ITEMS
from blog.feeds.parse import ParsedFeed, ParsedItem, Unreadable, parse_feed
from blog.feeds.rules import StoredPost
from blog.feeds.views import FORMATS, feed_links, feed_source
from blog.outbound import OutboundResponse

Fetch = Callable[[str, Mapping[str, str]], OutboundResponse]
Progress = Callable[[Iterable[ParsedFeed], int], Iterable[ParsedFeed]]
# Whoever links documents in a ring, or without end, is not followed for ever.
MAX_DOCUMENTS = 20_000
# The first document of a feed holds fewer posts than this.
MAX_FIRST_ITEMS = 100


@dataclass
class FeedReport:
    """A feed that was read from its newest document to its oldest, and what is wrong with it."""

    address: str
    format: str = ""
    documents: int = 0
    items: list[ParsedItem] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    compared: bool = False
    first: ParsedFeed | None = None


def site_feeds() -> list[list[str]]:
    """The addresses of all feeds of this site: of each, those of its formats. The first are the site's own."""
    places: list[dict[str, str]] = [{}]
    places += [{"tag": tag.slug} for tag in taxonomy.tags()]
    places += [{"author": person.slug} for person in taxonomy.authors()]
    return [[link.address for link in feed_links("", **place)] for place in places]


def app_fetcher(app: Flask) -> Fetch:
    """Asks the blog itself, without a server; as a stranger, whoever wants to know."""
    client = app.test_client(use_cookies=False)

    def fetch(address: str, headers: Mapping[str, str]) -> OutboundResponse:
        with app.app_context():  # else it would be answered in the one of the request that is being answered
            answer = client.get(address, headers=dict(headers))
        return OutboundResponse(answer.status_code, dict(answer.headers), answer.data, address)

    return fetch


def discover_feeds(address: str, fetch: Fetch) -> list[str]:
    """The feeds at an address: its own, or those that the page there names. Raises Missing."""
    answer = fetch(address, {})
    if answer.status != 200:
        raise NotFound(f"{address} answers {answer.status}.")
    if "html" not in _lower(answer.headers).get("content-type", ""):
        return [answer.address]
    try:
        page = html.document_fromstring(answer.body)
    except (etree.ParserError, ValueError) as error:
        raise NotFound(f"{address} is an empty page.") from error
    types = set(rules.TYPES.values())
    links = page.iterfind(".//link[@rel='alternate'][@href]")
    named = [urljoin(answer.address, str(link.get("href"))) for link in links if link.get("type") in types]
    if not named:
        raise NotFound(f"The page at {address} names no feed.")
    return list(dict.fromkeys(named))


def check_feed(address: str, fetch: Fetch, progress: Progress, *, whole: bool = True) -> FeedReport:
    """The feed at an address; `whole` follows it to its first post."""
    checked = FeedReport(address)
    kept = _kept(address, None if whole else MAX_FIRST_ITEMS)
    expected = -(-len(kept or ()) // ITEMS)
    try:
        for document in progress(_documents(checked, fetch, whole=whole), expected):
            checked.items += document.items
    except Unreadable as error:
        checked.faults.append(str(error))
    if checked.first is not None:
        checked.faults += rules.check_items(checked.items, checked.format, clock.now())
        _compare(checked, checked.first, kept if whole or kept is None else kept[: len(checked.items)])
    return checked


def _documents(checked: FeedReport, fetch: Fetch, *, whole: bool) -> Iterator[ParsedFeed]:
    """The documents of a feed, each judged by itself."""
    address, seen = checked.address, set[str]()
    while address and address not in seen and len(seen) < MAX_DOCUMENTS:
        seen.add(address)
        answer = fetch(address, {})
        if answer.status != 200:
            raise Unreadable(f"{address} answers {answer.status}.")
        document = parse_feed(answer.body)
        if checked.first is None:
            checked.first, checked.format = document, document.format
            checked.faults += rules.check_response(
                document.format, _lower(answer.headers), _again(address, fetch, answer)
            )
        checked.documents += 1
        checked.faults += _placed(rules.check_document(document, address, len(answer.body)), address, checked)
        yield document
        address = urljoin(address, document.next) if whole and document.next else ""
    if address:
        raise Unreadable(f"Its documents do not come to an end: {address} is linked again.")


def _placed(faults: Iterable[str], address: str, checked: FeedReport) -> Iterator[str]:
    return (fault if address == checked.address else f"{fault} ({address})" for fault in faults)


def _again(address: str, fetch: Fetch, answer: OutboundResponse) -> int:
    """The status of an answer to somebody who has read it already."""
    tag = _lower(answer.headers).get("etag")
    return fetch(address, {"If-None-Match": tag}).status if tag else 0


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _kept(address: str, most: int | None) -> list[StoredPost] | None:
    """The posts that the feed at an address should hold, newest first, so many at most where it is the newest part.

    None if no feed of ours has such an address.
    """
    try:
        endpoint, given = current_app.url_map.bind("").match(urlsplit(address).path)
        place = dict(given)
        number = place.pop("number", None)
        source = feed_source(**place) if endpoint.removeprefix("feeds.") in FORMATS else None
    except (HTTPException, NotFound):
        return None
    if source is None:
        return None
    posts = [
        StoredPost(f"urn:uuid:{post.guid}", permalinks.path_of(post), post.title, post.published_at)
        for post in feed_items.identities(source.shelf, source.of, most if number is None else None)
    ]
    return posts if number is None else posts[-number:]


def _compare(checked: FeedReport, first: ParsedFeed, kept: Sequence[StoredPost] | None) -> None:
    """Say how a feed differs from the database, if it is ours: at our address, or with our ids at another."""
    if kept is None:
        return
    ids = {post.id for post in kept}
    host = urlsplit(current_app.config["SITE_URL"]).netloc
    if urlsplit(checked.address).netloc == host or any(item.id in ids for item in checked.items):
        checked.compared = True
        checked.faults += rules.check_against_posts(checked.items, first, kept)
