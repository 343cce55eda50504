"""What one transaction is about to write of posts, and what must be known for it: one post, or thousands."""

from sqlalchemy.orm import Session

from blog.core.editor.post_tags import TagWrites
from blog.core.media import usage
from blog.core.search import index
from blog.core.urls.lookup import AddressBook
from blog.models import Post


class PostWrites:
    """The posts, tags, addresses and uses of pictures of an open transaction, written together by `write`.

    New posts stay out of the session until then: a flush for each costs five times as much as one for hundreds.
    So their addresses are told to `addresses`, and whoever asks it sees them as if they were written.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.addresses = AddressBook(session)
        self.tags = TagWrites(session)
        self._new: list[Post] = []
        self._changed: set[Post] = set()

    def put(self, post: Post) -> None:
        """A new post, with its address."""
        self._new.append(post)
        self.addresses.claim(post)

    def reword(self, post: Post) -> None:
        """A post says something else, or carries other tags: it will be indexed anew."""
        self._changed.add(post)

    def move(self, post: Post, kind: str, slug: str) -> None:
        """A post gets another address.

        Written at once: a later flush might write the next holder of the old address first, and fail.
        """
        self.addresses.release(post)
        post.kind, post.slug = kind, slug
        self.addresses.claim(post)
        self.session.flush()

    def remove(self, post: Post) -> None:
        """A post is no more, nor what belongs to it. Written at once, so that another may take its place."""
        index.remove(self.session, [post.id])
        self._changed.discard(post)
        self.session.delete(post)
        self.session.flush()
        self.addresses.forget_post(post)

    def write(self) -> None:
        """Write all that was put in. What was known is forgotten: whoever goes on asks anew."""
        self.session.add_all(self._new)
        self.session.flush()
        self.tags.write()
        self.addresses.flush()
        usage.save_uses(self.session, self._new, self._changed)
        index.put(self.session, [post.id for post in (*self._new, *self._changed)])
        self._new.clear()
        self._changed.clear()
