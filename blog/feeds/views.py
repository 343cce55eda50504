"""The feeds, in three formats: of the site, of each tag, of each author; and the page that explains them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from mimetypes import guess_type
from typing import Any
from uuid import UUID, uuid5

from flask import Response, current_app, render_template, url_for
from werkzeug.urls import iri_to_uri

from blog.core.errors import NotFound
from blog.core.images import html
from blog.core.images.variants import FEED_WIDTH
from blog.core.markdown.sanitize import PAGE, SITE
from blog.core.posts import feed_items, lists, taxonomy
from blog.core.posts.feed_items import FeedPost
from blog.core.posts.lists import PostList
from blog.core.site.context import SiteContext
from blog.core.text.words import shorten
from blog.core.urls import permalinks
from blog.feeds import build, json_feed, paging, reader_apps
from blog.feeds.blueprint import bp, feed_response
from blog.feeds.channel import ITEMS, Channel, Cover, Item, fit_items
from blog.web import templating

# Tags that the page for subscribers names, the most used first.
MAX_TAGS = 30


@dataclass(frozen=True)
class FeedFormat:
    """One of the formats: how people call it, its media type, its addresses, what builds it."""

    name: str
    type: str
    file: str
    folder: str
    build: Callable[[Channel, Sequence[Item]], bytes]


# By endpoint.
FORMATS = {
    "rss": FeedFormat("RSS", build.RSS_TYPE, "feed.xml", "feed/<page:number>.xml", build.rss),
    "atom": FeedFormat("Atom", build.ATOM_TYPE, "atom.xml", "atom/<page:number>.xml", build.atom),
    "json": FeedFormat("JSON Feed", json_feed.JSON_TYPE, "feed.json", "feed/<page:number>.json", json_feed.json_feed),
}
# JSON is always UTF-8, and its media types know no charset.
CHARSET = {"rss": "; charset=utf-8", "atom": "; charset=utf-8", "json": ""}


@dataclass(frozen=True)
class FeedSource:
    """What a feed is made of: a shelf, the page that shows it to people, and what tells its address and its id.

    `place` holds the values of the feed's address beside its number: none, a tag or an author.
    """

    shelf: PostList
    of: int
    title: str
    page: str
    place: dict[str, Any]

    def id(self, site: str) -> str:
        """The feed's permanent id, which depends on no host name."""
        name = "/".join(word for pair in self.place.items() for word in pair)
        return f"urn:uuid:{uuid5(UUID(site), name) if name else site}"


@dataclass(frozen=True)
class FeedLink:
    """A feed as pages name it."""

    format: str
    title: str
    type: str
    address: str


@bp.app_template_global()
def feed_links(title: str, **place: Any) -> list[FeedLink]:
    """The feeds of the site (or of the `tag` or `author` with this slug) in all formats; titles tell them apart."""
    return [
        FeedLink(
            form.name,
            title if endpoint == "rss" else f"{title} ({form.name})",
            form.type,
            templating.absolute_url(feed_path(endpoint, place)),
        )
        for endpoint, form in FORMATS.items()
    ]


def feed(endpoint: str, number: int | None = None, **place: Any) -> Response:
    """A feed, its newest posts whole; with a number, one of the documents that hold the older ones."""
    edition, source, form = templating.site_context(), feed_source(**place), FORMATS[endpoint]

    def address(of: int | None) -> str:
        return templating.absolute_url(feed_path(endpoint, source.place, of))

    held = _newest(source) if number is None else _older(source, number)
    items = held.items
    pages = paging.page_links(address, total=held.total, shown=len(items), number=number, newer=held.newer)
    channel = _channel(edition, source, address(number), pages)
    response = feed_response(form.build(channel, items), form.type + CHARSET[endpoint])
    links = [("self", channel.address), *channel.links()]
    # A hub's address may be written in any script; a header may not.
    response.headers["Link"] = ", ".join(f'<{iri_to_uri(target)}>; rel="{rel}"' for rel, target in links)
    return response


for name, each in FORMATS.items():
    view = partial(feed, name)
    for part in ("", "/tags/<tag>", "/authors/<author>"):
        for file in (each.file, each.folder):
            bp.add_url_rule(f"{part}/{file}", name, view)


def feed_path(endpoint: str, place: Mapping[str, Any], number: int | None = None) -> str:
    """Where a feed is, or one of its older documents; `place` holds a tag, an author, or nothing."""
    return url_for(f"feeds.{endpoint}", number=number, **place)


@bp.get("/subscribe/")
def subscribe() -> Response:
    """What a feed is, and how to follow this site with one."""
    templating.site_context()
    tags = sorted(taxonomy.tags(), key=lambda tag: -tag.posts)
    facts = {"tags": tags[:MAX_TAGS], "more_tags": len(tags) > MAX_TAGS, "authors": taxonomy.authors()}
    page = render_template("feeds/subscribe.html", **facts, add_links=reader_apps.add_links)
    return Response(page, mimetype="text/html")


def feed_source(tag: str | None = None, author: str | None = None) -> FeedSource:
    """What the feed at this place is made of. Raises Missing where there is no such tag or author."""
    title = templating.site().title
    if tag is not None:
        found = taxonomy.tag(tag)
        page = url_for("reader.tag", slug=tag)
        return FeedSource(lists.WITH_TAG, found.id, f"{found.name} – {title}", page, {"tag": tag})
    if author is not None:
        person = taxonomy.author(author)
        page = url_for("reader.author", slug=author)
        return FeedSource(lists.BY_AUTHOR, person.id, f"{person.name} – {title}", page, {"author": author})
    return FeedSource(lists.ALL, 0, title, url_for("reader.home"), {})


@dataclass(frozen=True)
class FeedDocument:
    """What a document holds, how many posts there are in all, and how many of those that follow fit into one."""

    items: Sequence[Item]
    total: int
    newer: int = 0


def _newest(source: FeedSource) -> FeedDocument:
    newest = feed_items.newest_page(source.shelf, ITEMS, source.of)
    return FeedDocument(fit_items([_item(entry) for entry in newest.posts]), newest.total)


def _older(source: FeedSource, number: int) -> FeedDocument:
    """What one of the older documents holds. Raises Missing past the last of them."""
    around = feed_items.older_page(source.shelf, number + ITEMS, 2 * ITEMS, source.of)
    if number > around.total:
        raise NotFound("There are not that many posts.")
    items = [_item(entry) for entry in around.posts]
    newer, own = items[: -min(number, ITEMS)], items[-min(number, ITEMS) :]
    return FeedDocument(fit_items(own), around.total, len(fit_items(newer[::-1])))


def _channel(edition: SiteContext, source: FeedSource, address: str, pages: dict[str, str]) -> Channel:
    site = edition.site
    return Channel(
        id=source.id(site.guid),
        title=source.title,
        link=templating.absolute_url(source.page),
        address=address,
        description=site.tagline,
        language=site.language,
        author=site.author,
        changed_at=edition.changed_at,
        pages=pages,
        hubs=site.hubs,
    )


def _item(post: FeedPost) -> Item:
    link = templating.absolute_url(permalinks.path_of(post))
    return Item(
        guid=post.guid,
        link=link,
        title=post.title,
        summary=shorten(post.standfirst, 500),
        html=post.feed_html.replace(PAGE, link).replace(SITE, str(current_app.config["SITE_URL"])),
        author=post.author or templating.site().author,
        tags=post.tags,
        published_at=post.published_at,
        updated_at=post.revised_at,
        language=post.language,
        cover=_cover(post),
    )


def _cover(post: FeedPost) -> Cover | None:
    picture = post.cover_picture
    if picture is None:
        return None
    kind = guess_type(picture["src"])[0] or "image/jpeg"
    width, height = picture["width"], picture["height"]
    plate = html.image_file_of(picture)
    if plate and FEED_WIDTH in plate.widths:
        return Cover(templating.absolute_url(plate.variant_url(FEED_WIDTH)), kind, *plate.size(FEED_WIDTH))
    return Cover(templating.absolute_url(picture["src"]), kind, width, height)
