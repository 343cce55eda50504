"""What to read after a post: others that carry its tags."""

from dataclasses import replace

from sqlalchemy import CTE, and_, bindparam, func, literal_column, select, true

from blog.core.db.prepared import Prepared, Query
from blog.core.db.prepared import now as at_asking
from blog.core.posts import article, lists
from blog.core.posts.article import Around, Article
from blog.core.posts.query import SHOWN, public
from blog.core.posts.summaries import TEASER, Teaser
from blog.models import Post, Tally, post_tag
from blog.models.tally import EVER

RELATED = 3
# So many of the newest posts of each tag are looked at: a tag may stand on every post there is.
LOOKED_AT = 20
NEIGHBOURS = 2


def around(post: Article, limit: int) -> Around:
    """The neighbours of a post, up to three others that are related to it, and `limit` of the newest others.

    What is related is none of the neighbours, and what is newest, nothing that is related.
    """
    found = article.around(post, limit + RELATED)
    named = {other.id for other in (found.older, found.newer) if other}
    near = [other for other in related(post) if other.id not in named][:RELATED]
    rest = [other for other in found.recent if other not in near]
    return replace(found, related=near, recent=rest[:limit])


def related(post: Article) -> list[Teaser]:
    """The listed posts that share most tags with a post: its neighbours may be among them.

    Among equals come first those that share its rarest tag, then the newest.
    """
    return [other for shown, other in NEAR.all(post=post.id) if shown] if post.tags else []


def _own() -> CTE:
    """The tags of the post, with the number of posts that carry each."""
    scope = lists.of_tag(post_tag.c.tag_id).scope
    posts = select(Tally.posts).where(Tally.scope == scope, Tally.month == EVER).scalar_subquery()
    tags = select(post_tag.c.tag_id, posts.label("posts")).where(post_tag.c.post_id == bindparam("post"))
    return tags.cte("own").prefix_with("MATERIALIZED")  # counted once, not for each post that is found


def _others(own: CTE) -> CTE:
    """The newest other posts of each of these tags."""
    newest, found = post_tag.alias("newest"), post_tag.alias("found")
    looked_at = select(newest.c.post_id).where(newest.c.tag_id == own.c.tag_id, newest.c.listed_at <= at_asking())
    looked_at = looked_at.order_by(newest.c.listed_at.desc(), newest.c.post_id.desc())
    looked_at = looked_at.limit(literal_column(str(LOOKED_AT))).correlate(own)
    # Found by the post alone: by the tag, too, SQLite would go through all that carry it.
    others = select(found.c.post_id.label("id")).join_from(own, found, found.c.post_id.in_(looked_at))
    return others.where(found.c.post_id != bindparam("post")).distinct().cte("others")


def _near() -> Query:
    own, carried = _own(), post_tag.alias("carried")
    others = _others(own)
    shared, rarest, date = func.count(), func.min(own.c.posts), func.max(carried.c.listed_at)
    # All tags are compared: a post that one tag finds may be too old for the newest of another.
    alike = (
        select(others.c.id, shared.label("shared"), rarest.label("rarest"))
        .join_from(others, own, true())
        .join(carried, and_(carried.c.post_id == others.c.id, carried.c.tag_id == own.c.tag_id))
        .group_by(others.c.id)
        .order_by(shared.desc(), rarest, date.desc(), others.c.id.desc())
        .limit(literal_column(str(RELATED + NEIGHBOURS)))
        .subquery("alike")
    )
    order = alike.c.shared.desc(), alike.c.rarest, Post.published_at.desc(), Post.id.desc()
    return select(and_(public(), *SHOWN), *TEASER).join_from(alike, Post, Post.id == alike.c.id).order_by(*order)


def near() -> Prepared[tuple[bool, Teaser]]:
    """The query of what is related.

    Tables are read in the order in which they are named: each row of one finds a few of the next by an index.
    """
    return Prepared(_near, lambda shown, *cells: (shown, Teaser(*cells)), hints={" JOIN ": " CROSS JOIN "})


NEAR = near()
