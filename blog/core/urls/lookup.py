"""Which addresses are taken, and by whom: asked for many at once, remembered, and kept up to date."""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.batches import batches
from blog.models import Post, Redirect


class AddressBook:
    """The addresses that the posts of one transaction have and had.

    What was not asked for before is looked up. Posts are told here before they are written, so that two of them
    never get one address; `core.urls.permalinks` holds the rules.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[tuple[str, str], Post | None] = {}
        self._led: dict[str, Post | None] = {}
        self._stored: set[str] = set()  # of the old addresses asked for, those that have a row
        self._leads: dict[str, Post] = {}  # rows to be written
        self._over: set[str] = set()  # rows to be deleted

    def clear(self) -> None:
        """Forget all that was asked for."""
        for known in (self._read, self._led, self._stored, self._leads, self._over):
            known.clear()

    def expect(self, read: Iterable[tuple[str, str]], old: Iterable[str]) -> None:
        """Look up many addresses with few questions: kinds with slugs, and keys of old addresses."""
        unasked = sorted({place for place in read if place not in self._read})
        for kind, places in groupby(unasked, key=lambda place: place[0]):
            for slugs in batches(slug for _, slug in places):
                posts = self._session.scalars(select(Post).where(Post.kind == kind, Post.slug.in_(slugs)))
                found = {post.slug: post for post in posts}
                self._read |= {(kind, slug): found.get(slug) for slug in slugs}
        leads = select(Redirect.path, Post).outerjoin(Post, Redirect.post_id == Post.id)
        for keys in batches(sorted({key for key in old if key not in self._led})):
            rows = dict(self._session.execute(leads.where(Redirect.path.in_(keys))).all())
            self._stored |= rows.keys()
            self._led |= {key: rows.get(key) for key in keys}

    def at(self, kind: str, slug: str) -> Post | None:
        """The post that is read (or will be, or was) at this address."""
        if (kind, slug) not in self._read:
            self.expect([(kind, slug)], [])
        return self._read[kind, slug]

    def led(self, key: str) -> Post | None:
        """The post that this old address leads to."""
        if key not in self._led:
            self.expect([], [key])
        return self._led[key]

    def take(self, post: Post) -> None:
        """A post has its address from now on."""
        self._read[post.kind, post.slug] = post

    def leave(self, post: Post) -> None:
        """A post leaves its address."""
        self._read[post.kind, post.slug] = None

    def lead(self, key: str, post: Post) -> None:
        """Let an old address lead to a post, wherever it led before."""
        self.led(key)
        self._led[key] = self._leads[key] = post
        self._over.discard(key)

    def forget(self, key: str) -> None:
        """An old address leads nowhere any more."""
        self.led(key)
        self._led[key] = None
        self._leads.pop(key, None)
        self._over.add(key)

    def removed(self, post: Post) -> None:
        """A post is no more; the database took with it what led there."""
        self.leave(post)
        for key in [key for key, leads_to in self._led.items() if leads_to is post]:
            self._led[key] = None
            self._leads.pop(key, None)
            self._stored.discard(key)

    def write(self) -> None:
        """Write where old addresses lead, once the posts have ids; what was asked for is forgotten."""
        for keys in batches(sorted(self._stored & (self._over | self._leads.keys()))):
            self._session.execute(delete(Redirect).where(Redirect.path.in_(keys)))
        now = clock.now()
        rows = [
            {"path": key, "post_id": post.id, "target": None, "created_at": now} for key, post in self._leads.items()
        ]
        if rows:
            self._session.execute(insert(Redirect), rows)
        self.clear()
