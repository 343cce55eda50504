"""Save valid, rendered documents as posts, in batches within one open transaction."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer_group

from blog.core.accounts import people
from blog.core.db.batches import batches
from blog.core.editor import publish
from blog.core.editor.unit_of_work import PostWrites
from blog.core.errors import Conflict, Invalid
from blog.core.images import storage
from blog.core.markdown.render import RenderedText
from blog.core.site.settings import site
from blog.core.urls import permalinks
from blog.models import Post
from blog.transfer.render_pool import render
from blog.transfer.validate import ValidDocument

# Documents saved together: few enough to hold their texts in memory.
BATCH_SIZE = 200


class DocumentWriter:
    """Saves documents as posts; `samples` are the guids of posts that they may replace.

    A document is checked completely before anything changes for it: a refused document leaves nothing behind.
    """

    def __init__(self, session: Session, samples: frozenset[str]) -> None:
        self.session, self.samples = session, samples
        self.writes = PostWrites(session)
        self.site = site()
        self.by_origin: dict[str | None, Post] = {}
        self.by_guid: dict[str | None, Post] = {}
        self.author_ids: dict[str, int] = {}
        self.image_hashes: set[str] = set()

    def save(self, documents: Iterable[ValidDocument]) -> Iterator[tuple[ValidDocument, str | Invalid | Conflict]]:
        """Yield each document with the name of its list in the report, or the error that refuses it.

        Read the iterator to its end: each batch is written after its last document.
        """
        for batch in batches(documents, BATCH_SIZE):
            self._prefetch(batch)
            yield from [(document, self._save_or_refuse(document)) for document in batch]
            self.writes.flush()

    def _prefetch(self, batch: Sequence[ValidDocument]) -> None:
        """Load with few queries all posts and addresses that the batch will need."""
        self.by_origin = {post.origin: post for post in self._load(Post.origin, [item.origin for item in batch])}
        self.by_guid = {post.guid: post for post in self._load(Post.guid, [item.guid for item in batch if item.guid])}
        posts = [(item, self._imported_post(item)) for item in batch]
        new = [(item, post) for item, post in posts if post is None or post.origin_digest != item.digest]
        permalinks.prefetch(self.writes.addresses, [(item.kind, item.slug, item.aliases) for item, _ in new])
        unedited = [post.id for _, post in new if post and post.version == post.origin_version]
        self._load(Post.id, unedited, text=True)

    def _load(self, column: InstrumentedAttribute[Any], values: Iterable[object], text: bool = False) -> list[Post]:
        posts = select(Post).options(undefer_group("text")) if text else select(Post)
        return [post for batch in batches(values) for post in self.session.scalars(posts.where(column.in_(batch)))]

    def _imported_post(self, item: ValidDocument) -> Post | None:
        """Return the post that an earlier import made of this document."""
        return (self.by_guid.get(item.guid) if item.guid else None) or self.by_origin.get(item.origin)

    def _save_or_refuse(self, item: ValidDocument) -> str | Invalid | Conflict:
        try:
            return self._save(item)
        except (Invalid, Conflict) as error:
            return error

    def _save(self, item: ValidDocument) -> str:
        """Save a document; return the name of its list in the report. Raises Conflict."""
        post = self._imported_post(item) or self.writes.addresses.post_at(item.kind, item.slug)
        if post is None:
            self._add(item)
            return "added"
        if self._is_replaceable(post, item):
            self._add(item, instead_of=post)
            return "replaced"
        if post.origin != item.origin and post.guid != item.guid:
            raise Conflict(
                f"The address {permalinks.path_of(post)} belongs to another post, “{post.title}”."
                " Give one of them another slug."
            )
        if self._is_other_text(post, item):
            raise Conflict(
                f"{permalinks.path_of(post)} came of another text, “{post.title}”: file, title and date all differ."
                " Give one of them another slug, or both the same guid."
            )
        if post.deleted_at:
            return "deleted"
        if post.origin_digest == item.digest:
            return "unchanged"
        if post.version != post.origin_version:
            return "kept"
        self._update(post, item)
        return "updated"

    def _is_replaceable(self, post: Post, item: ValidDocument) -> bool:
        unedited = post.version == post.origin_version or post.deleted_at is not None
        return post.guid in self.samples and post.guid != item.guid and unedited

    def _is_other_text(self, post: Post, item: ValidDocument) -> bool:
        """Return whether a document of the same address is clearly not the one that the post was imported from."""
        if post.guid == item.guid or post.origin_source == item.source or post.version != post.origin_version:
            return False
        return post.title != item.fields.title and post.published_at != item.published_at

    def _add(self, item: ValidDocument, instead_of: Post | None = None) -> None:
        post = publish.add(
            self.writes,
            item.fields,
            self._text(item),
            published_at=item.published_at,
            guid=item.guid,
            aliases=item.aliases,
            replaces=instead_of,
        )
        if instead_of is not None:
            self._forget(instead_of)
        post.updated_at = item.updated_at
        self._finish(post, item)

    def _update(self, post: Post, item: ValidDocument) -> None:
        publish.change(
            self.writes,
            post,
            item.fields,
            self._text(item),
            published_at=item.published_at,
            to_draft=item.published_at is None and post.published_at is not None,
            aliases=item.aliases,
        )
        post.updated_at = item.updated_at or post.updated_at
        old_origin = post.origin
        self._forget(post)
        self._finish(post, item)
        if old_origin != post.origin:
            self.session.flush()  # a later document may take the old origin, and would be written first

    def _forget(self, post: Post) -> None:
        self.by_origin.pop(post.origin, None)
        self.by_guid.pop(post.guid, None)

    def _finish(self, post: Post, item: ValidDocument) -> None:
        """Set the author, the images, and the fields by which the next import recognises the post."""
        post.author_id = self._author_id(item)
        for image in item.images:
            if image.hash not in self.image_hashes:  # a thousand texts may have the same banner
                storage.save_row(self.session, image)
                self.image_hashes.add(image.hash)
        post.origin, post.origin_source = item.origin, item.source
        post.origin_digest, post.origin_version = item.digest, post.version
        self.by_origin[post.origin] = self.by_guid[post.guid] = post

    def _author_id(self, item: ValidDocument) -> int | None:
        """Return the id of the document's author; None for the site's author, who signs all other posts."""
        if not item.author or item.author == self.site.author:
            return None
        if item.author not in self.author_ids:
            self.author_ids[item.author] = people.author_id(self.session, item.author)
        return self.author_ids[item.author]

    def _text(self, item: ValidDocument) -> RenderedText:
        """Return the rendered text; render it now in the rare case that another post has the same digest."""
        result = item.text or render(item.job(self.site.foreign_media))
        if isinstance(result, Invalid):
            raise result
        return result
