"""Collect all changes to posts in one transaction, and write them together: one post, or thousands."""

from sqlalchemy.orm import Session

from blog.core.editor.post_tags import TagWrites
from blog.core.media import usage
from blog.core.search import index
from blog.core.urls.lookup import AddressBook
from blog.models import Post


class PostWrites:
    """The posts, tags, addresses and image uses that a transaction changes; `flush` writes them together.

    New posts stay out of the session until then: one flush for each post takes five times as long as one for hundreds.
    Until they are written, `addresses` knows their addresses.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.addresses = AddressBook(session)
        self.tags = TagWrites(session)
        self._new: list[Post] = []
        self._changed: set[Post] = set()

    def add(self, post: Post) -> None:
        """Add a new post, and claim its address."""
        self._new.append(post)
        self.addresses.claim(post)

    def mark_changed(self, post: Post) -> None:
        """Index a post again in `flush`: its text or its tags changed."""
        self._changed.add(post)

    def move(self, post: Post, kind: str, slug: str) -> None:
        """Give a post another address.

        Writes at once: a later flush might write the next post with the old address first, and fail.
        """
        self.addresses.release(post)
        post.kind, post.slug = kind, slug
        self.addresses.claim(post)
        self.session.flush()

    def delete(self, post: Post) -> None:
        """Delete a post from the database. Writes at once, so that another post may have its address."""
        index.remove_posts(self.session, [post.id])
        self._changed.discard(post)
        self.session.delete(post)
        self.session.flush()
        self.addresses.forget_post(post)

    def flush(self) -> None:
        """Write everything. Afterwards the address book is empty, and looks addresses up again."""
        self.session.add_all(self._new)
        self.session.flush()
        self.tags.flush()
        self.addresses.flush()
        usage.save_uses(self.session, self._new, self._changed)
        index.index_posts(self.session, [post.id for post in (*self._new, *self._changed)])
        self._new.clear()
        self._changed.clear()
