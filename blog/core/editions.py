"""The site as readers find it now: its settings, its navigation, and when any of it last changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased

from blog.core.posts import pages, visible
from blog.extensions import db
from blog.models import Post, Site

NAVIGATION = 8


@dataclass(frozen=True)
class Edition:
    """The site as it is now, the pages that its navigation names (About), and when readers last saw anything change.

    That was a write, or a scheduled post coming due.
    """

    site: Site
    pages: Sequence[Post]
    changed_at: datetime


def edition() -> Edition:
    """The present edition, in one query."""
    due = visible().with_only_columns(func.max(Post.published_at)).scalar_subquery()
    page = aliased(Post, pages().limit(NAVIGATION).subquery())
    rows = db.session.execute(select(Site, due.label("due"), page).select_from(Site).outerjoin(page, true())).all()
    if not rows:
        raise NoResultFound("The site has no row.")
    site, newest, _ = rows[0]
    named = sorted((row[2] for row in rows if row[2]), key=lambda each: each.title)
    return Edition(site, named, max(site.changed_at, newest) if newest else site.changed_at)
