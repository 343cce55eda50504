"""The site as readers find it now: its settings, its navigation, and when any of it last changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, literal_column, select, true
from sqlalchemy.exc import NoResultFound

from blog.core.db.prepared import Prepared, Query
from blog.core.posts.query import pages, visible
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.models import Post, Site

MAX_PAGES = 8


@dataclass(frozen=True)
class SiteContext:
    """The site as it is now, the pages that its navigation names (About), and when readers last saw anything change.

    That was a write, or a scheduled post coming due.
    """

    site: Site
    pages: Sequence[PostSummary]
    changed_at: datetime


SITE_COLUMNS = Site.__table__.columns


def site_context() -> SiteContext:
    """The present edition, in one query."""
    return _made(tuple(CONTEXT_QUERY.raw()))


@lru_cache(maxsize=2)
def _made(found: tuple[tuple[Any, ...], ...]) -> SiteContext:
    """What the rows say; as long as they say the same, it is the same object."""
    if not found:
        raise NoResultFound("The site has no row.")
    rows = CONTEXT_QUERY.made(found)
    newest, *cells = rows[0]
    site = Site(**dict(zip(SITE_COLUMNS.keys(), cells, strict=False)))
    named = [PostSummary(*row[-len(SUMMARY_COLUMNS) :]) for row in rows if row[-len(SUMMARY_COLUMNS)] is not None]
    return SiteContext(
        site, sorted(named, key=lambda page: page.title), max(site.changed_at, newest) if newest else site.changed_at
    )


def _edition() -> Query:
    due = visible().with_only_columns(func.max(Post.published_at)).scalar_subquery()
    page = pages().limit(literal_column(str(MAX_PAGES))).with_only_columns(*SUMMARY_COLUMNS).subquery()
    return select(due, *SITE_COLUMNS, *page.c).select_from(Site).outerjoin(page, true())


CONTEXT_QUERY: Prepared[tuple[Any, ...]] = Prepared(_edition, lambda *cells: cells)
