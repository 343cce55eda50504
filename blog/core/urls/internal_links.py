"""Links to pages of this site: which path a link leads to, and whether a reader can open it."""

from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import Select, SQLColumnExpression, select

from blog.core.db.batches import batches
from blog.core.images import storage, variants
from blog.core.posts.query import visible
from blog.core.text.slugs import RESERVED
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Post, Redirect, Tag


def internal_path(link: str, site_url: str, own: str) -> str:
    """Return the path on this site of a link in the page at `own`; for a link to another site, return `own`."""
    try:
        parts = urlsplit(urljoin(site_url + own, link))
    except ValueError:
        return own
    return unquote(parts.path) if f"{parts.scheme}://{parts.netloc}" == site_url else own


# What a path of this blog can stand for: "post", "page", "tag", "media" or "nothing", and its slug or name.
PathKey = tuple[str, str]


def existing_paths(paths: set[str]) -> set[str]:
    """Return the paths that a reader can open, with one query for each kind of page, however many paths there are."""
    keys = {path: _path_key(path) for path in paths}
    existing = _existing({key for key in keys.values() if key})
    missing = {path for path, key in keys.items() if key and key not in existing}
    return (paths - missing) | _redirected(missing)


def _path_key(path: str) -> PathKey | None:
    """Return what the path stands for; None for a path that is not looked up and counts as existing."""
    first, _, rest = path.strip("/").partition("/")
    if first == "posts" and rest:
        return "post", rest.removesuffix(".md")
    if first == "tags" and rest:
        return "tag", rest.partition("/")[0]
    if first == "media":
        return "media", variants.hash_prefix_of(path)
    if "." in first or not first or first in RESERVED:
        return None  # the blog has many other addresses, and texts rarely link to them
    return ("nothing", path) if rest else ("page", first)


def _existing(keys: set[PathKey]) -> set[PathKey]:
    queries: dict[str, tuple[Select[Any], SQLColumnExpression[str]]] = {
        "post": (visible().with_only_columns(Post.slug).where(Post.kind == "post"), Post.slug),
        "page": (visible().with_only_columns(Post.slug).where(Post.kind == "page"), Post.slug),
        "tag": (select(Tag.slug), Tag.slug),
    }
    prefixes = (name for kind, name in keys if kind == "media")
    existing: set[PathKey] = {("media", prefix) for prefix in storage.image_files_by_prefix(prefixes)}
    for kind, (query, column) in queries.items():
        for names in batches(sorted(name for key_kind, name in keys if key_kind == kind)):
            existing |= {(kind, name) for name in db.session.scalars(query.where(column.in_(names)))}
    return existing


def _redirected(paths: set[str]) -> set[str]:
    """Return the paths that redirect to something."""
    keys = {path: permalinks.redirect_key(path) for path in paths}
    stored: set[str] = set()
    for batch in batches(sorted(set(keys.values()))):
        stored |= set(db.session.scalars(select(Redirect.path).where(Redirect.path.in_(batch))))
    candidates = [path for path, key in keys.items() if key in stored or path.startswith(permalinks.TAGS_PATH)]
    return {path for path in candidates if (redirect := permalinks.find_redirect(path)) and redirect.target is not None}
