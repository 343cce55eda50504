"""The feeds of the site, of each tag and of each author, in three formats."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from mimetypes import guess_type
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from flask import Response, current_app, url_for
from werkzeug.urls import iri_to_uri

from blog.core.errors import NotFound
from blog.core.images import html
from blog.core.images.variants import FEED_WIDTH
from blog.core.markdown.sanitize import PAGE_MARK, SITE_MARK
from blog.core.posts import feed_items, lists, taxonomy
from blog.core.posts.feed_items import FeedPost
from blog.core.posts.lists import PostList
from blog.core.site.context import SiteContext
from blog.core.text.words import shorten
from blog.core.urls import permalinks
from blog.feeds import build, json_feed, paging
from blog.feeds.blueprint import bp, feed_response
from blog.feeds.channel import ITEMS, Channel, Cover, Item, fit_items
from blog.web import templating


class FeedFormat(NamedTuple):
    """A format: its name for people, its media type, its paths (of older documents: `older_path`), its builder."""

    name: str
    type: str
    path: str
    older_path: str
    build: Callable[[Channel, Sequence[Item]], bytes]


# By endpoint.
FORMATS = {
    "rss": FeedFormat("RSS", build.RSS_TYPE, "feed.xml", "feed/<page:number>.xml", build.rss),
    "atom": FeedFormat("Atom", build.ATOM_TYPE, "atom.xml", "atom/<page:number>.xml", build.atom),
    "json": FeedFormat("JSON Feed", json_feed.JSON_TYPE, "feed.json", "feed/<page:number>.json", json_feed.json_feed),
}
# JSON is always UTF-8, and its media types know no charset.
CHARSET = {"rss": "; charset=utf-8", "atom": "; charset=utf-8", "json": ""}


class FeedSource(NamedTuple):
    """The source of a feed: the list of its posts, its title, and the path of the same list as an HTML page.

    `values` of the feed's URL are empty, or hold the `tag` or `author`.
    """

    post_list: PostList
    list_id: int
    title: str
    page_path: str
    values: dict[str, Any]

    def id(self, site: str) -> str:
        """Return the feed's permanent id, which does not depend on the host name; `site` is the site's guid."""
        name = "/".join(word for pair in self.values.items() for word in pair)
        return f"urn:uuid:{uuid5(UUID(site), name) if name else site}"


class FeedLink(NamedTuple):
    """A link to a feed, for templates."""

    format: str
    title: str
    type: str
    address: str


@bp.app_template_global()
def feed_links(title: str, **values: Any) -> list[FeedLink]:
    """Return the feeds of the site (or of the `tag` or `author` with this slug) in all formats; titles differ."""
    return [
        FeedLink(
            feed_format.name,
            title if endpoint == "rss" else f"{title} ({feed_format.name})",
            feed_format.type,
            templating.absolute_url(feed_path(endpoint, values)),
        )
        for endpoint, feed_format in FORMATS.items()
    ]


def feed(endpoint: str, number: int | None = None, **values: Any) -> Response:
    """Return a feed with the newest posts; with a number, one of the documents that hold the older ones."""
    context, source, feed_format = templating.site_context(), feed_source(**values), FORMATS[endpoint]

    def address(number: int | None) -> str:
        return templating.absolute_url(feed_path(endpoint, source.values, number))

    document = _newest(source) if number is None else _older(source, number)
    items = document.items
    pages = paging.page_links(address, total=document.total, shown=len(items), number=number, newer=document.newer)
    channel = _channel(context, source, address(number), pages)
    response = feed_response(feed_format.build(channel, items), feed_format.type + CHARSET[endpoint])
    links = [("self", channel.address), *channel.links()]
    # The URL of a hub may have characters of any script; a header may not.
    response.headers["Link"] = ", ".join(f'<{iri_to_uri(target)}>; rel="{rel}"' for rel, target in links)
    return response


for endpoint, feed_format in FORMATS.items():
    view = partial(feed, endpoint)
    for prefix in ("", "/tags/<tag>", "/authors/<author>"):
        for path in (feed_format.path, feed_format.older_path):
            bp.add_url_rule(f"{prefix}/{path}", endpoint, view)


def feed_path(endpoint: str, values: Mapping[str, Any], number: int | None = None) -> str:
    """Return the path of a feed, or of one of its older documents; `values` are those of `FeedSource`."""
    return url_for(f"feeds.{endpoint}", number=number, **values)


def feed_source(tag: str | None = None, author: str | None = None) -> FeedSource:
    """Return the source of a feed. Raise NotFound if there is no such tag or author."""
    title = templating.site().title
    if tag is not None:
        row = taxonomy.tag(tag)
        page_path = url_for("reader.tag", slug=tag)
        return FeedSource(lists.WITH_TAG, row.id, f"{row.name} – {title}", page_path, {"tag": tag})
    if author is not None:
        person = taxonomy.author(author)
        page_path = url_for("reader.author", slug=author)
        return FeedSource(lists.BY_AUTHOR, person.id, f"{person.name} – {title}", page_path, {"author": author})
    return FeedSource(lists.ALL, 0, title, url_for("reader.home"), {})


class FeedDocument(NamedTuple):
    """The items of a document, the number of all posts, and how many of the newer posts fit into one."""

    items: Sequence[Item]
    total: int
    newer: int = 0


def _newest(source: FeedSource) -> FeedDocument:
    newest = feed_items.newest_page(source.post_list, ITEMS, source.list_id)
    return FeedDocument(fit_items([_item(post) for post in newest.posts]), newest.total)


def _older(source: FeedSource, number: int) -> FeedDocument:
    """Return one of the older documents. Raise NotFound past the last of them."""
    page = feed_items.older_page(source.post_list, number + ITEMS, 2 * ITEMS, source.list_id)
    if number > page.total:
        raise NotFound("There are not that many posts.")
    items = [_item(post) for post in page.posts]
    newer, own = items[: -min(number, ITEMS)], items[-min(number, ITEMS) :]
    return FeedDocument(fit_items(own), page.total, len(fit_items(newer[::-1])))


def _channel(context: SiteContext, source: FeedSource, address: str, pages: dict[str, str]) -> Channel:
    site = context.site
    return Channel(
        id=source.id(site.guid),
        title=source.title,
        link=templating.absolute_url(source.page_path),
        address=address,
        description=site.tagline,
        language=site.language,
        author=site.author,
        changed_at=context.changed_at,
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
        html=post.feed_html.replace(PAGE_MARK, link).replace(SITE_MARK, str(current_app.config["SITE_URL"])),
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
    media_type = guess_type(picture["src"])[0] or "image/jpeg"
    width, height = picture["width"], picture["height"]
    image = html.image_file_of(picture)
    if image and FEED_WIDTH in image.widths:
        return Cover(templating.absolute_url(image.variant_url(FEED_WIDTH)), media_type, *image.size(FEED_WIDTH))
    return Cover(templating.absolute_url(picture["src"]), media_type, width, height)
