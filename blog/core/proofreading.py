"""What authors may want to mend before they publish. Nothing here keeps them from it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import select

from blog.core import permalinks
from blog.core.posts import visible
from blog.core.reading import Article
from blog.core.rendering import Rendered
from blog.extensions import db
from blog.models import Media, Post, Tag

HEADING = re.compile(r"<h([2-6])[ >]")
# Networks and search engines cut titles off at about this many characters.
LONG_TITLE = 70
FEW = 5


def remarks(article: Article, text: Rendered, site_url: str) -> list[str]:
    """Sentences on what may be missing or wrong."""
    return [*_head(article), *_pictures(article, text), *_headings(text), *_links(article, text, site_url)]


def _head(article: Article) -> Iterator[str]:
    if not article.summary and article.kind == "post":
        yield "There is no summary: lists and shared links will show the opening words."
    if len(article.title) > LONG_TITLE:
        yield f"The title has {len(article.title)} characters: networks will cut it after about {LONG_TITLE}."


def _pictures(article: Article, text: Rendered) -> Iterator[str]:
    silent = [picture["src"] for picture in text.pictures if not picture["alt"] and picture["src"] != article.cover]
    if silent:
        yield f"Without a description (alt text), some readers miss what these pictures show: {_named(silent)}."


def _headings(text: Rendered) -> Iterator[str]:
    before = 1
    for level in map(int, HEADING.findall(text.html)):
        if level > before + 1:
            yield f"A heading of level {level} follows one of level {before}: a level is left out."
            return
        before = level


def _links(article: Article, text: Rendered, site_url: str) -> Iterator[str]:
    own = site_url + permalinks.path_of(article)
    broken = []
    for link in text.links:
        try:
            parts = urlsplit(urljoin(own, link))
        except ValueError:
            continue
        inside = f"{parts.scheme}://{parts.netloc}" == site_url and parts.path != permalinks.path_of(article)
        if inside and not _leads(unquote(parts.path)):
            broken.append(link)
    if broken:
        yield f"Nothing that readers can open is at {_named(broken)}."


def _leads(path: str) -> bool:
    """Whether a reader finds something at a path, as far as posts, pages, tags and pictures are concerned."""
    first, _, rest = path.strip("/").partition("/")
    if first == "posts" and rest:
        return _post("post", rest.removesuffix(".md")) or _old(path)
    if first == "tags" and rest:
        return db.session.scalar(select(Tag.id).where(Tag.slug == rest.partition("/")[0])) is not None or _old(path)
    if first == "media":
        return db.session.scalar(select(Media.id).where(Media.name == rest)) is not None
    if rest or "." in first or not first:
        return True  # other addresses of this blog are many, and rarely written
    return permalinks.is_reserved(first) or _post("page", first) or _old(path)


def _post(kind: str, slug: str) -> bool:
    return (
        db.session.scalar(visible().with_only_columns(Post.id).where(Post.kind == kind, Post.slug == slug)) is not None
    )


def _old(path: str) -> bool:
    led = permalinks.leads_to(path)
    return led is not None and led.target is not None


def _named(addresses: list[str]) -> str:
    some = ", ".join(dict.fromkeys(addresses[:FEW]))
    return f"{some} and {len(addresses) - FEW} more" if len(addresses) > FEW else some
