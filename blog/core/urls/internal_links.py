"""Links that lead to something on this site: where to, and whether a reader finds anything there."""

from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import Select, SQLColumnExpression, select

from blog.core.db.batches import batches
from blog.core.images import storage, variants
from blog.core.posts.query import visible
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Post, Redirect, Tag


def internal_path(link: str, site_url: str, own: str) -> str:
    """The path on this site that a link of a page (at `own`) leads to; the page's own for one that leads elsewhere."""
    try:
        parts = urlsplit(urljoin(site_url + own, link))
    except ValueError:
        return own
    return unquote(parts.path) if f"{parts.scheme}://{parts.netloc}" == site_url else own


# What may be at a path of this blog: posts and pages by kind, tags, pictures; None for one that is not looked up.
Place = tuple[str, str]


def existing_paths(paths: set[str]) -> set[str]:
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
        return "media", variants.hash_prefix_of(path)
    if "." in first or not first or permalinks.is_reserved(first):
        return None  # other addresses of this blog are many, and rarely written
    return ("nothing", path) if rest else ("page", first)


def _there(places: set[Place]) -> set[Place]:
    """The places at which something is."""
    kinds: dict[str, tuple[Select[Any], SQLColumnExpression[str]]] = {
        "post": (visible().with_only_columns(Post.slug).where(Post.kind == "post"), Post.slug),
        "page": (visible().with_only_columns(Post.slug).where(Post.kind == "page"), Post.slug),
        "tag": (select(Tag.slug), Tag.slug),
    }
    found: set[Place] = {
        ("media", stem) for stem in storage.image_files_by_prefix(name for of, name in places if of == "media")
    }
    for kind, (query, column) in kinds.items():
        for names in batches(sorted(name for of, name in places if of == kind)):
            found |= {(kind, name) for name in db.session.scalars(query.where(column.in_(names)))}
    return found


def _old(paths: set[str]) -> set[str]:
    """Those of the paths that lead to something."""
    keys = {path: permalinks.redirect_key(path) for path in paths}
    known: set[str] = set()
    for some in batches(sorted(set(keys.values()))):
        known |= set(db.session.scalars(select(Redirect.path).where(Redirect.path.in_(some))))
    return {
        path for path, key in keys.items() if (key in known or path.startswith(permalinks.TAGS_PATH)) and _leads(path)
    }


def _leads(path: str) -> bool:
    led = permalinks.find_redirect(path)
    return led is not None and led.target is not None
