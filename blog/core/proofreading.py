"""What authors may want to mend before they publish. Nothing here keeps them from it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import Select, SQLColumnExpression, select

from blog.core import media, permalinks, plates
from blog.core.batches import slices
from blog.core.posts import visible
from blog.core.reading import Article
from blog.core.rendering import Rendered
from blog.extensions import db
from blog.models import Post, Redirect, Tag

HEADING = re.compile(r"<h([2-6])[ >]")
# Networks and search engines cut titles off at about this many characters.
LONG_TITLE = 70
FEW = 5


def remarks(article: Article, text: Rendered, site_url: str) -> list[str]:
    """Sentences on what may be missing or wrong."""
    return [
        *_head(article), *_pictures(article, text), *_not_here(article, text), *_foreign(text), *_headings(text),
        *_links(article, text, site_url),
    ]  # fmt: skip


def _head(article: Article) -> Iterator[str]:
    if not article.summary and article.kind == "post":
        yield "There is no summary: lists and shared links will show the opening words."
    if len(article.title) > LONG_TITLE:
        yield f"The title has {len(article.title)} characters: networks will cut it after about {LONG_TITLE}."


def _pictures(article: Article, text: Rendered) -> Iterator[str]:
    shown = text.pictures[1:] if article.cover else text.pictures
    silent = [picture["src"] for picture in shown if not picture["alt"]]
    if silent:
        yield f"Without a description (alt text), some readers miss what these pictures show: {_named(silent)}."


def _not_here(article: Article, text: Rendered) -> Iterator[str]:
    """Pictures of ours that are not here, in one question."""
    named = dict.fromkeys([*(picture["src"] for picture in text.pictures), article.cover or ""])
    ours = [address for address in named if plates.stem_of(address)]
    here = media.plates_at(map(plates.stem_of, ours))
    missing = [address for address in ours if plates.stem_of(address) not in here]
    if missing:
        yield f"Pictures that are not kept here, or are deleted: {_named(missing)}."


def _foreign(text: Rendered) -> Iterator[str]:
    """Pictures that readers are not shown, lest they be followed."""
    if text.foreign:
        named = _named(text.foreign)
        yield f"Readers see a link in the place of pictures on other sites: {named}. They can be copied here."


def _headings(text: Rendered) -> Iterator[str]:
    before = 1
    for level in map(int, HEADING.findall(text.html)):
        if level > before + 1:
            yield f"A heading of level {level} follows one of level {before}: a level is left out."
            return
        before = level


def _links(article: Article, text: Rendered, site_url: str) -> Iterator[str]:
    own = permalinks.path_of(article)
    inside = {link: path for link in text.links if (path := _path(link, site_url, own)) != own}
    open_to_all = _readable(set(inside.values()))
    broken = [link for link, path in inside.items() if path not in open_to_all]
    if broken:
        yield f"Nothing that readers can open is at {_named(broken)}."


def _path(link: str, site_url: str, own: str) -> str:
    """The path on this site that a link of a page leads to; the page's own for one that leads elsewhere."""
    try:
        parts = urlsplit(urljoin(site_url + own, link))
    except ValueError:
        return own
    return unquote(parts.path) if f"{parts.scheme}://{parts.netloc}" == site_url else own


# What may be at a path of this blog: posts and pages by kind, tags, pictures; nothing for one that is not looked up.
Place = tuple[str, str]


def _readable(paths: set[str]) -> set[str]:
    """Those of the paths where a reader finds something, with a question for each kind of thing, however many."""
    places = {path: _place(path) for path in paths}
    there = _there({place for place in places.values() if place})
    missed = {path for path, place in places.items() if place and place not in there}
    return (paths - missed) | _old(missed)


def _place(path: str) -> Place | None:
    first, _, rest = path.strip("/").partition("/")
    if first == "posts" and rest:
        return "post", rest.removesuffix(".md")
    if first == "tags" and rest:
        return "tag", rest.partition("/")[0]
    if first == "media":
        return "media", plates.stem_of(path)
    if rest or "." in first or not first or permalinks.is_reserved(first):
        return None  # other addresses of this blog are many, and rarely written
    return "page", first


def _there(places: set[Place]) -> set[Place]:
    """The places at which something is."""
    kinds: dict[str, tuple[Select[Any], SQLColumnExpression[str]]] = {
        "post": (visible().with_only_columns(Post.slug).where(Post.kind == "post"), Post.slug),
        "page": (visible().with_only_columns(Post.slug).where(Post.kind == "page"), Post.slug),
        "tag": (select(Tag.slug), Tag.slug),
    }
    found: set[Place] = {("media", stem) for stem in media.plates_at(name for of, name in places if of == "media")}
    for kind, (query, column) in kinds.items():
        for names in slices(sorted(name for of, name in places if of == kind)):
            found |= {(kind, name) for name in db.session.scalars(query.where(column.in_(names)))}
    return found


def _old(paths: set[str]) -> set[str]:
    """Those of the paths that lead to something."""
    keys = {path: permalinks.key(path) for path in paths}
    known: set[str] = set()
    for some in slices(sorted(set(keys.values()))):
        known |= set(db.session.scalars(select(Redirect.path).where(Redirect.path.in_(some))))
    return {path for path, key in keys.items() if (key in known or path.startswith(permalinks.TAGS)) and _leads(path)}


def _leads(path: str) -> bool:
    led = permalinks.leads_to(path)
    return led is not None and led.target is not None


def _named(addresses: list[str]) -> str:
    some = ", ".join(dict.fromkeys(addresses[:FEW]))
    return f"{some} and {len(addresses) - FEW} more" if len(addresses) > FEW else some
