"""Put judged and rendered documents into the blog, many at a time, within one open transaction."""

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
from blog.core.markdown.render import Rendered
from blog.core.site.settings import site
from blog.core.urls import permalinks
from blog.models import Post
from blog.transfer.render_pool import render
from blog.transfer.validate import ValidDocument

# Documents adopted together: few enough to hold their texts in memory.
BATCH_SIZE = 200


class DocumentWriter:
    """Adopts documents; `samples` are the ids of posts that they may replace.

    Whatever may refuse a document is asked before anything is changed for it: a refusal leaves nothing behind.
    """

    def __init__(self, session: Session, samples: frozenset[str]) -> None:
        self.session, self.samples = session, samples
        self.ledger = PostWrites(session)
        self.site = site()
        self.by_origin: dict[str | None, Post] = {}
        self.by_guid: dict[str | None, Post] = {}
        self.bylines: dict[str, int] = {}
        self.pictures: set[str] = set()

    def adopt(self, documents: Iterable[ValidDocument]) -> Iterator[tuple[ValidDocument, str | Invalid | Conflict]]:
        """What becomes of each: the name of its list in the report, or why it cannot be. To be read to its end."""
        for batch in batches(documents, BATCH_SIZE):
            self._expect(batch)
            yield from [(item, self._outcome_or_why(item)) for item in batch]
            self.ledger.flush()

    def _expect(self, batch: Sequence[ValidDocument]) -> None:
        """Ask with few questions for all that the batch will need."""
        self.by_origin = {post.origin: post for post in self._found(Post.origin, [item.origin for item in batch])}
        self.by_guid = {post.guid: post for post in self._found(Post.guid, [item.guid for item in batch if item.guid])}
        anew = [item for item in batch if (post := self._known(item)) is None or post.origin_digest != item.digest]
        permalinks.prefetch(self.ledger.addresses, [(item.kind, item.slug, item.aliases) for item in anew])
        changing = [post.id for item in anew if (post := self._known(item)) and post.version == post.origin_version]
        self._found(Post.id, changing, whole=True)

    def _found(self, by: InstrumentedAttribute[Any], values: Iterable[object], whole: bool = False) -> list[Post]:
        posts = select(Post).options(undefer_group("text")) if whole else select(Post)
        return [post for some in batches(values) for post in self.session.scalars(posts.where(by.in_(some)))]

    def _known(self, item: ValidDocument) -> Post | None:
        """The post that came of this document before."""
        return (self.by_guid.get(item.guid) if item.guid else None) or self.by_origin.get(item.origin)

    def _outcome_or_why(self, item: ValidDocument) -> str | Invalid | Conflict:
        try:
            return self._outcome(item)
        except (Invalid, Conflict) as error:
            return error

    def _outcome(self, item: ValidDocument) -> str:
        """What becomes of a document: the name of its list in the report. Raises Conflict."""
        post = self._known(item) or self.ledger.addresses.post_at(item.kind, item.slug)
        if post is None:
            self._add(item)
            return "added"
        if self._replaceable(post, item):
            self._add(item, instead_of=post)
            return "replaced"
        if post.origin != item.origin and post.guid != item.guid:
            raise Conflict(
                f"The address {permalinks.path_of(post)} belongs to another post, “{post.title}”."
                " Give one of them another slug."
            )
        if self._another(post, item):
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

    def _replaceable(self, post: Post, item: ValidDocument) -> bool:
        untouched = post.version == post.origin_version or post.deleted_at is not None
        return post.guid in self.samples and post.guid != item.guid and untouched

    def _another(self, post: Post, item: ValidDocument) -> bool:
        """Whether a document of the same address is plainly not the one that the post came of."""
        if post.guid == item.guid or post.origin_source == item.source or post.version != post.origin_version:
            return False
        return post.title != item.fields.title and post.published_at != item.published_at

    def _add(self, item: ValidDocument, instead_of: Post | None = None) -> None:
        post = publish.add(
            self.ledger,
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
            self.ledger,
            post,
            item.fields,
            self._text(item),
            published_at=item.published_at,
            to_draft=item.published_at is None and post.published_at is not None,
            aliases=item.aliases,
        )
        post.updated_at = item.updated_at or post.updated_at
        known_as = post.origin
        self._forget(post)
        self._finish(post, item)
        if known_as != post.origin:
            self.session.flush()  # the next one may be known by that, and would be written first

    def _forget(self, post: Post) -> None:
        self.by_origin.pop(post.origin, None)
        self.by_guid.pop(post.guid, None)

    def _finish(self, post: Post, item: ValidDocument) -> None:
        """Its author and pictures, and what the next import will know it by."""
        post.author_id = self._author(item)
        for picture in item.pictures:
            if picture.hash not in self.pictures:  # one banner may head a thousand texts
                storage.save_row(self.session, picture)
                self.pictures.add(picture.hash)
        post.origin, post.origin_source = item.origin, item.source
        post.origin_digest, post.origin_version = item.digest, post.version
        self.by_origin[post.origin] = self.by_guid[post.guid] = post

    def _author(self, item: ValidDocument) -> int | None:
        """The id of the person who signs it; nobody when it is whoever signs what names nobody else."""
        if not item.author or item.author == self.site.author:
            return None
        if item.author not in self.bylines:
            self.bylines[item.author] = people.author_id(self.session, item.author)
        return self.bylines[item.author]

    def _text(self, item: ValidDocument) -> Rendered:
        """The rendered text; rendered now in the rare case that another post came of the same words."""
        outcome = item.text or render(item.job(self.site.foreign_media))
        if isinstance(outcome, Invalid):
            raise outcome
        return outcome
