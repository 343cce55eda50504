"""The addresses that posts have and had: looked up for many posts at once, then cached and updated."""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.batches import batches
from blog.models import Post, Redirect


class AddressBook:
    """The present and old addresses of posts in one transaction.

    An address that was not prefetched is looked up when it is needed. Posts claim their addresses here before they are
    written, so that two new posts never get the same one. `core.urls.permalinks` holds the rules.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._posts: dict[tuple[str, str], Post | None] = {}  # by kind and slug
        self._redirects: dict[str, Post | None] = {}  # the post that each old address leads to
        self._stored: set[str] = set()  # old addresses that have a row in the database
        self._new_redirects: dict[str, Post] = {}  # rows to be written
        self._removed: set[str] = set()  # rows to be deleted

    def prefetch(self, slugs: Iterable[tuple[str, str]], old: Iterable[str]) -> None:
        """Look up many addresses with few queries: pairs of kind and slug, and keys of old addresses."""
        unknown = sorted({pair for pair in slugs if pair not in self._posts})
        for kind, pairs in groupby(unknown, key=lambda pair: pair[0]):
            for batch in batches(slug for _, slug in pairs):
                posts = self._session.scalars(select(Post).where(Post.kind == kind, Post.slug.in_(batch)))
                by_slug = {post.slug: post for post in posts}
                self._posts |= {(kind, slug): by_slug.get(slug) for slug in batch}
        query = select(Redirect.path, Post).outerjoin(Post, Redirect.post_id == Post.id)
        for keys in batches(sorted({key for key in old if key not in self._redirects})):
            rows = dict(self._session.execute(query.where(Redirect.path.in_(keys))).all())
            self._stored |= rows.keys()
            self._redirects |= {key: rows.get(key) for key in keys}

    def post_at(self, kind: str, slug: str) -> Post | None:
        """Return the post that has this address, whatever its status."""
        if (kind, slug) not in self._posts:
            self.prefetch([(kind, slug)], [])
        return self._posts[kind, slug]

    def redirect_target(self, key: str) -> Post | None:
        """Return the post that this old address leads to."""
        if key not in self._redirects:
            self.prefetch([], [key])
        return self._redirects[key]

    def claim(self, post: Post) -> None:
        """Record that a post has its address from now on."""
        self._posts[post.kind, post.slug] = post

    def release(self, post: Post) -> None:
        self._posts[post.kind, post.slug] = None

    def redirect(self, key: str, post: Post) -> None:
        """Let an old address lead to a post, wherever it led before."""
        self.redirect_target(key)
        self._redirects[key] = self._new_redirects[key] = post
        self._removed.discard(key)

    def remove_redirect(self, key: str) -> None:
        self.redirect_target(key)
        self._redirects[key] = None
        self._new_redirects.pop(key, None)
        self._removed.add(key)

    def forget_post(self, post: Post) -> None:
        """Record that a post was deleted from the database, which deletes the redirects to it as well."""
        self.release(post)
        for key in [key for key, target in self._redirects.items() if target is post]:
            self._redirects[key] = None
            self._new_redirects.pop(key, None)
            self._stored.discard(key)

    def flush(self) -> None:
        """Write the redirects, once the posts have ids; then forget everything."""
        for keys in batches(sorted(self._stored & (self._removed | self._new_redirects.keys()))):
            self._session.execute(delete(Redirect).where(Redirect.path.in_(keys)))
        columns = {"target": None, "created_at": clock.now()}
        rows = [{"path": key, "post_id": post.id, **columns} for key, post in self._new_redirects.items()]
        if rows:
            self._session.execute(insert(Redirect), rows)
        for cache in (self._posts, self._redirects, self._stored, self._new_redirects, self._removed):
            cache.clear()
