"""The site as every public page needs it: settings, navigation, date of the last change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, literal_column, select, true
from sqlalchemy.exc import NoResultFound

from blog.core.db.compiled_query import AnySelect, CompiledQuery
from blog.core.posts.query import pages, visible
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.models import Post, Site

MAX_PAGES = 8
SITE_COLUMNS = Site.__table__.columns


@dataclass(frozen=True)
class SiteContext:
    """The site's row, the pages that the navigation names (About), and when readers last saw anything change.

    The last change is a write, or a scheduled post that became public.
    """

    site: Site
    pages: Sequence[PostSummary]
    changed_at: datetime


def site_context() -> SiteContext:
    """Load the site as it is now, in one query."""
    return _context(tuple(CONTEXT_QUERY.raw_rows()))


@lru_cache(maxsize=2)
def _context(raw_rows: tuple[tuple[Any, ...], ...]) -> SiteContext:
    """Return the context that the rows hold. Equal rows give the same object."""
    if not raw_rows:
        raise NoResultFound("The site has no row.")
    rows = CONTEXT_QUERY.convert_rows(raw_rows)
    newest, *cells = rows[0]
    site = Site(**dict(zip(SITE_COLUMNS.keys(), cells, strict=False)))
    page_cells = [row[-len(SUMMARY_COLUMNS) :] for row in rows]
    pages = sorted((PostSummary(*cells) for cells in page_cells if cells[0] is not None), key=lambda page: page.title)
    return SiteContext(site, pages, max(site.changed_at, newest) if newest else site.changed_at)


def _context_query() -> AnySelect:
    newest = visible().with_only_columns(func.max(Post.published_at)).scalar_subquery()
    page = pages().limit(literal_column(str(MAX_PAGES))).with_only_columns(*SUMMARY_COLUMNS).subquery()
    return select(newest, *SITE_COLUMNS, *page.c).select_from(Site).outerjoin(page, true())


CONTEXT_QUERY: CompiledQuery[tuple[Any, ...]] = CompiledQuery(_context_query, lambda *cells: cells)
