"""Check feeds as subscribers get them: every document, over HTTP, compared with the posts in the database."""

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
# The limit for a feed whose documents link to each other without end.
MAX_DOCUMENTS = 20_000
# More than the posts in the first document of a feed.
MAX_FIRST_ITEMS = 100


@dataclass
class FeedReport:
    """The result of a check.

    `documents` counts the documents that were read, `first` is the first one. `compared` says whether the items were
    compared with the database.
    """

    address: str
    format: str = ""
    documents: int = 0
    items: list[ParsedItem] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    compared: bool = False
    first: ParsedFeed | None = None


def site_feeds() -> list[list[str]]:
    """Return the URLs of all feeds, a list of its formats for each. The first one is the feed of the whole site."""
    feeds: list[dict[str, str]] = [{}]
    feeds += [{"tag": tag.slug} for tag in taxonomy.tags()]
    feeds += [{"author": person.slug} for person in taxonomy.authors()]
    return [[link.address for link in feed_links("", **values)] for values in feeds]


def app_fetcher(app: Flask) -> Fetch:
    """Return a function that requests a URL from the app itself, as a stranger, without a server."""
    client = app.test_client(use_cookies=False)

    def fetch(address: str, headers: Mapping[str, str]) -> OutboundResponse:
        with app.app_context():  # else it would use the context of the current request
            response = client.get(address, headers=dict(headers))
        return OutboundResponse(response.status_code, dict(response.headers), response.data, address)

    return fetch


def discover_feeds(address: str, fetch: Fetch) -> list[str]:
    """Return the URLs of feeds: `address` itself, or those that its HTML page names. Raise NotFound."""
    response = fetch(address, {})
    if response.status != 200:
        raise NotFound(f"{address} answers {response.status}.")
    if "html" not in _lower_names(response.headers).get("content-type", ""):
        return [response.address]
    try:
        page = html.document_fromstring(response.body)
    except (etree.ParserError, ValueError) as error:
        raise NotFound(f"{address} is an empty page.") from error
    types = set(rules.TYPES.values())
    links = page.iterfind(".//link[@rel='alternate'][@href]")
    feeds = [urljoin(response.address, str(link.get("href"))) for link in links if link.get("type") in types]
    if not feeds:
        raise NotFound(f"The page at {address} names no feed.")
    return list(dict.fromkeys(feeds))


def check_formats(addresses: Iterable[str], fetch: Fetch, progress: Progress, *, whole: bool) -> list[FeedReport]:
    """Check the formats of one feed, and whether they differ; `whole` follows their links to the oldest post."""
    reports = [_check_feed(address, fetch, progress, whole=whole) for address in addresses]
    first = reports[0]
    for other in reports[1:]:
        if first.first and other.first and first.first.title == other.first.title:
            other.faults += rules.compare_formats(first.first, first.items, other.first, other.items)
    return reports


def _check_feed(address: str, fetch: Fetch, progress: Progress, *, whole: bool) -> FeedReport:
    report = FeedReport(address)
    posts = _stored_posts(address, None if whole else MAX_FIRST_ITEMS)
    expected = -(-len(posts or ()) // ITEMS)
    try:
        for document in progress(_documents(report, fetch, whole=whole), expected):
            report.items += document.items
    except Unreadable as error:
        report.faults.append(str(error))
    if report.first is not None:
        report.faults += rules.check_items(report.items, report.format, clock.now())
        _compare(report, report.first, posts if whole or posts is None else posts[: len(report.items)])
    return report


def _documents(report: FeedReport, fetch: Fetch, *, whole: bool) -> Iterator[ParsedFeed]:
    """Yield the documents of a feed; check each of them."""
    address, seen = report.address, set[str]()
    while address and address not in seen and len(seen) < MAX_DOCUMENTS:
        seen.add(address)
        response = fetch(address, {})
        if response.status != 200:
            raise Unreadable(f"{address} answers {response.status}.")
        document = parse_feed(response.body)
        if report.first is None:
            report.first, report.format = document, document.format
            headers = _lower_names(response.headers)
            etag = headers.get("etag")
            again = fetch(address, {"If-None-Match": etag}).status if etag else 0
            report.faults += rules.check_response(document.format, headers, again)
        report.documents += 1
        faults = rules.check_document(document, address, len(response.body))
        report.faults += faults if address == report.address else [f"{fault} ({address})" for fault in faults]
        yield document
        address = urljoin(address, document.next) if whole and document.next else ""
    if address:
        raise Unreadable(f"Its documents do not come to an end: {address} is linked again.")


def _lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _stored_posts(address: str, limit: int | None) -> list[StoredPost] | None:
    """Return the posts that the feed at an address should hold, newest first; None if it is not the path of our feeds.

    `limit` applies to the newest document, not to the numbered ones.
    """
    try:
        endpoint, arguments = current_app.url_map.bind("").match(urlsplit(address).path)
        values = dict(arguments)
        number = values.pop("number", None)
        source = feed_source(**values) if endpoint.removeprefix("feeds.") in FORMATS else None
    except (HTTPException, NotFound):
        return None
    if source is None:
        return None
    posts = [
        StoredPost(f"urn:uuid:{post.guid}", permalinks.path_of(post), post.title, post.published_at)
        for post in feed_items.identities(source.post_list, source.list_id, limit if number is None else None)
    ]
    return posts if number is None else posts[-number:]


def _compare(report: FeedReport, first: ParsedFeed, posts: Sequence[StoredPost] | None) -> None:
    """Compare a feed with the database if it is ours: at our host, or with our ids at another."""
    if posts is None:
        return
    ids = {post.id for post in posts}
    host = urlsplit(current_app.config["SITE_URL"]).netloc
    if urlsplit(report.address).netloc == host or any(item.id in ids for item in report.items):
        report.compared = True
        report.faults += rules.check_against_posts(report.items, first, posts)
