"""Many posts at once: a text is written and rendered once, and copied."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select

from blog.core.db.transaction import write_transaction
from blog.models import Post, post_tag


def copies(post: Post, number: int, *, since: datetime, titles: Sequence[str] = ()) -> None:
    """Publish a post so many times more, each an hour after the one before, with its author and its tags.

    They are called Copy 1, Copy 2 ... unless other titles are given.
    """
    columns = [column for column in Post.__table__.columns if column.name != "id"]
    with write_transaction() as session:
        cells = dict(session.execute(select(*columns).where(Post.__table__.c.id == post.id)).one()._mapping)
        named = titles or [f"Copy {each}" for each in range(1, number + 1)]
        rows = [cells | _copy(title, since + timedelta(hours=each)) for each, title in enumerate(named)]
        made = session.scalars(insert(Post).returning(Post.id), rows).all() if rows else []
        tags = session.execute(
            select(post_tag.c.tag_id, post_tag.c.position).where(post_tag.c.post_id == post.id)
        ).all()
        carried = [{"post_id": to, "tag_id": tag, "position": place} for to in made for tag, place in tags]
        if carried:
            session.execute(insert(post_tag), carried)


def _copy(title: str, when: datetime) -> dict[str, Any]:
    ident = str(uuid4())
    return {"guid": ident, "slug": f"copy-{ident}", "title": title, "published_at": when}
