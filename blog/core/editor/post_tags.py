"""Write the tags of many posts at once."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from blog.core.db.batches import batches
from blog.core.text import slugs
from blog.models import Post, Tag, post_tag


class TagWrites:
    """The tags that posts get in one transaction. New tags are created."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[Post, list[str]] = {}
        self._stored_posts: set[Post] = set()  # posts that may have tags already
        self._tag_ids: dict[str, int] = {}  # by key
        self._slug_taken: dict[str, bool] = {}

    def set_tags(self, post: Post, names: list[str]) -> None:
        """Give a post these tags, in this order, and no others."""
        self._names[post] = names
        if post.id is not None:
            self._stored_posts.add(post)

    def flush(self) -> None:
        """Write the tags, once the posts have ids."""
        self._load_or_create_tags()
        stored = self._stored_tag_ids()
        rows, changed = [], []
        for post, names in self._names.items():
            ids = [self._tag_ids[name.casefold()] for name in names]
            if ids == stored.get(post.id, []):
                continue
            if post in self._stored_posts:
                changed.append(post.id)
                self._session.expire(post, ["tags"])
            rows += [{"post_id": post.id, "tag_id": tag, "position": position} for position, tag in enumerate(ids)]
        for batch in batches(changed):
            self._session.execute(delete(post_tag).where(post_tag.c.post_id.in_(batch)))
        if rows:
            self._session.execute(insert(post_tag), rows)
        self._names.clear()
        self._stored_posts.clear()

    def _stored_tag_ids(self) -> dict[int, list[int]]:
        """Return the tag ids of each post as the database has them, in order."""
        tag_ids: dict[int, list[int]] = {}
        query = select(post_tag.c.post_id, post_tag.c.tag_id).order_by(post_tag.c.post_id, post_tag.c.position)
        for batch in batches(post.id for post in self._stored_posts):
            for post_id, tag_id in self._session.execute(query.where(post_tag.c.post_id.in_(batch))):
                tag_ids.setdefault(post_id, []).append(tag_id)
        return tag_ids

    def _load_or_create_tags(self) -> None:
        """Get the id of each tag; the first spelling of a new tag becomes its name."""
        unknown: dict[str, str] = {}
        for name in (name for names in self._names.values() for name in names):
            if name.casefold() not in self._tag_ids:
                unknown.setdefault(name.casefold(), name)
        for keys in batches(unknown):
            for key, tag_id in self._session.execute(select(Tag.key, Tag.id).where(Tag.key.in_(keys))):
                self._tag_ids[key] = tag_id
        missing = {key: name for key, name in unknown.items() if key not in self._tag_ids}
        self._look_up_slugs(slugs.slug_of(name, "tag") for name in missing.values())
        new_tags = [Tag(key=key, name=name, slug=self._free_slug(name)) for key, name in missing.items()]
        self._session.add_all(new_tags)
        self._session.flush()
        self._tag_ids |= {tag.key: tag.id for tag in new_tags}

    def _free_slug(self, name: str) -> str:
        slug = slugs.unique_slug(slugs.slug_of(name, "tag"), self._is_taken)
        self._slug_taken[slug] = True
        return slug

    def _is_taken(self, slug: str) -> bool:
        if slug not in self._slug_taken:
            self._look_up_slugs([slug])
        return self._slug_taken[slug]

    def _look_up_slugs(self, names: Iterable[str]) -> None:
        for batch in batches(names):
            taken = set(self._session.scalars(select(Tag.slug).where(Tag.slug.in_(batch))))
            self._slug_taken |= {slug: slug in taken for slug in batch}
