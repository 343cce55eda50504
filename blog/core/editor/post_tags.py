"""Tags: which posts are to carry which, written for many posts at once."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from blog.core.db.batches import batches
from blog.core.text import slugs
from blog.models import Post, Tag, post_tag


class TagWrites:
    """The tags that the posts of one transaction are to carry. Tags that nobody carried before are made."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted: dict[Post, list[str]] = {}
        self._known: set[Post] = set()  # those that may carry tags already
        self._ids: dict[str, int] = {}
        self._taken: dict[str, bool] = {}  # slugs that were asked for

    def put(self, post: Post, names: list[str]) -> None:
        """Let a post carry these tags, in this order, and no other."""
        self._wanted[post] = names
        if post.id is not None:
            self._known.add(post)

    def write(self) -> None:
        """Write what posts carry, once they have ids."""
        self._find_or_make()
        carried = self._carried()
        rows, stripped = [], []
        for post, names in self._wanted.items():
            ids = [self._ids[name.casefold()] for name in names]
            if ids == carried.get(post.id, []):
                continue
            if post in self._known:
                stripped.append(post.id)
                self._session.expire(post, ["tags"])
            rows += [{"post_id": post.id, "tag_id": tag, "position": position} for position, tag in enumerate(ids)]
        for some in batches(stripped):
            self._session.execute(delete(post_tag).where(post_tag.c.post_id.in_(some)))
        if rows:
            self._session.execute(insert(post_tag), rows)
        self._wanted.clear()
        self._known.clear()

    def _carried(self) -> dict[int, list[int]]:
        """The tags that posts carry now, in order."""
        found: dict[int, list[int]] = {}
        carried = select(post_tag.c.post_id, post_tag.c.tag_id).order_by(post_tag.c.post_id, post_tag.c.position)
        for some in batches(post.id for post in self._known):
            for post_id, tag_id in self._session.execute(carried.where(post_tag.c.post_id.in_(some))):
                found.setdefault(post_id, []).append(tag_id)
        return found

    def _find_or_make(self) -> None:
        """Learn the ids of all tags wanted; the first spelling of a new one becomes its name."""
        unknown: dict[str, str] = {}
        for name in (name for names in self._wanted.values() for name in names):
            if name.casefold() not in self._ids:
                unknown.setdefault(name.casefold(), name)
        for keys in batches(unknown):
            for key, tag_id in self._session.execute(select(Tag.key, Tag.id).where(Tag.key.in_(keys))):
                self._ids[key] = tag_id
        missing = {key: name for key, name in unknown.items() if key not in self._ids}
        self._ask(slugs.slug_of(name, "tag") for name in missing.values())
        made = [Tag(key=key, name=name, slug=self._free(name)) for key, name in missing.items()]
        self._session.add_all(made)
        self._session.flush()
        self._ids |= {tag.key: tag.id for tag in made}

    def _free(self, name: str) -> str:
        slug = slugs.unique_slug(slugs.slug_of(name, "tag"), self._is_taken)
        self._taken[slug] = True
        return slug

    def _is_taken(self, slug: str) -> bool:
        if slug not in self._taken:
            self._ask([slug])
        return self._taken[slug]

    def _ask(self, wanted: Iterable[str]) -> None:
        for some in batches(wanted):
            taken = set(self._session.scalars(select(Tag.slug).where(Tag.slug.in_(some))))
            self._taken |= {slug: slug in taken for slug in some}
