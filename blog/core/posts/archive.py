"""The archive: the number of posts in each year of the site's time zone, and the posts of one year.

Tallies count the posts of each UTC month. In another zone a year begins some hours earlier or later: only the posts
between the two instants are counted by a query.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select, union_all

from blog import clock
from blog.core.errors import NotFound
from blog.core.posts import lists
from blog.core.posts.lists import ALL, PostPage
from blog.core.posts.summaries import PostSummary
from blog.core.posts.taxonomy import PostCount
from blog.core.text.validate import ARCHIVE_YEARS
from blog.extensions import db
from blog.models import Post, Tally, tally
from blog.models.tally import ALL_TIME

# SQLite joins at most 500 queries to one.
MAX_UNION = 200
MonthCounts = Sequence[tuple[str, int]]


def year_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a year in the site's zone, and the first instant of the next year."""
    first, last = (datetime(number, 1, 1, tzinfo=zone).astimezone(UTC) for number in (year, year + 1))
    return first, last


def years(zone: ZoneInfo) -> list[PostCount]:
    """Return the years that have listed posts, newest first."""
    months = _month_counts()
    # In another zone, the posts of a year's first or last month may belong to the year beside it.
    candidates = {int(month[:4]) + step for month, _ in months for step in (-1, 0, 1)}
    bounds = {year: _past_bounds(year, zone) for year in sorted(candidates & set(ARCHIVE_YEARS), reverse=True)}
    before = _count_before(months, [instant for pair in bounds.values() for instant in pair])
    counts = {year: before[last] - before[first] for year, (first, last) in bounds.items()}
    return [PostCount(str(year), str(year), posts) for year, posts in counts.items() if posts]


def posts_in_year(year: int, zone: ZoneInfo, start: int, size: int) -> PostPage[PostSummary]:
    """Return `size` listed posts of a year, newest first, without the first `start`. Raises NotFound for no posts."""
    if year not in ARCHIVE_YEARS:
        raise NotFound("Nothing was published that year.")
    months, (first, last) = _month_counts(), _past_bounds(year, zone)
    before = _count_before(months, [first, last])
    total = before[last] - before[first]
    if not total:
        raise NotFound("Nothing was published that year.")
    ahead = sum(posts for _, posts in months) - before[last]
    limit = min(size, max(total - start, 0))
    return PostPage(lists.newest_posts(ALL, start, limit, until=last, ahead=ahead), total)


def _past_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the bounds of the year, cut off at the present."""
    end = clock.now() + datetime.resolution
    first, last = year_bounds(year, zone)
    return min(first, end), min(last, end)


def _month_counts() -> MonthCounts:
    """Return the number of listed posts of each month, from the tallies."""
    query = select(Tally.month, Tally.posts).where(Tally.scope == ALL.scope, Tally.month > ALL_TIME)
    return [(month, posts) for month, posts in db.session.execute(query.order_by(Tally.month)) if posts]


def _count_before(months: MonthCounts, instants: Iterable[datetime]) -> dict[datetime, int]:
    """Return for each instant the number of posts before it, scheduled posts included.

    Whole months are added up from the tallies. In the month of the instant, posts are counted by a query.
    """
    names, sums = [name for name, _ in months], [0, *accumulate(posts for _, posts in months)]
    counts: dict[datetime, int] = {}
    queries: list[Select[int, int]] = []
    bounds = sorted(set(instants))
    for index, bound in enumerate(bounds):
        month = tally.month_of(bound)
        first, last = tally.month_bounds(month)
        late = last - bound < bound - first  # the smaller part is counted
        counts[bound] = sums[(bisect_right if late else bisect_left)(names, month)]
        if bound != first and month in names:
            low, high = (bound, last) if late else (first, bound)
            query = select(literal(index), -func.count() if late else func.count())
            queries.append(query.where(*ALL.filters, Post.published_at >= low, Post.published_at < high))
    for start in range(0, len(queries), MAX_UNION):
        for index, number in db.session.execute(union_all(*queries[start : start + MAX_UNION])):
            counts[bounds[index]] += number
    return counts
