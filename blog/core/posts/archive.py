"""The archive: how many posts each year holds in the site's zone, and the posts of one.

Tallies count months of UTC. A year of another zone begins some hours earlier or later: these few posts are counted.
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
from blog.core.posts.taxonomy import PostCount
from blog.core.text.validate import ARCHIVE_YEARS
from blog.extensions import db
from blog.models import Post, Tally, tally
from blog.models.tally import ALL_TIME

# SQLite joins at most 500 queries to one.
MAX_UNION = 200
Months = Sequence[tuple[str, int]]


def year_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A year of the site's calendar, as two instants."""
    first, last = (datetime(number, 1, 1, tzinfo=zone).astimezone(UTC) for number in (year, year + 1))
    return first, last


def years(zone: ZoneInfo) -> list[PostCount]:
    """The years with listed posts, newest first."""
    months = _months()
    near = {int(month[:4]) + step for month, _ in months for step in _steps(month)}
    spans = {year: _span(year, zone) for year in sorted(near & set(ARCHIVE_YEARS), reverse=True)}
    before = _before(months, [bound for span in spans.values() for bound in span])
    counts = {year: before[last] - before[first] for year, (first, last) in spans.items()}
    return [PostCount(str(year), str(year), posts) for year, posts in counts.items() if posts]


def _steps(month: str) -> Iterable[int]:
    """The years around a month's own to which its posts may belong in some zone."""
    return {"01": (-1, 0), "12": (0, 1)}.get(month[5:], (0,))


def posts_in_year(year: int, zone: ZoneInfo, start: int, size: int) -> PostPage:
    """`size` listed posts of a year from the `start`th, newest first. Raises Missing when the year holds none."""
    if year not in ARCHIVE_YEARS:
        raise NotFound("Nothing was published that year.")
    months, (first, last) = _months(), _span(year, zone)
    before = _before(months, [first, last])
    total = before[last] - before[first]
    if not total:
        raise NotFound("Nothing was published that year.")
    ahead = sum(posts for _, posts in months) - before[last]
    wanted = min(size, max(total - start, 0))
    return PostPage(lists.newest_posts(ALL, start, wanted, until=last, ahead=ahead), total)


def _span(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """So much of a year as has passed."""
    end = clock.now() + datetime.resolution
    first, last = year_bounds(year, zone)
    return min(first, end), min(last, end)


def _months() -> Months:
    """The tallies of all listed posts by month."""
    query = select(Tally.month, Tally.posts).where(Tally.scope == ALL.scope, Tally.month > ALL_TIME)
    return [(month, posts) for month, posts in db.session.execute(query.order_by(Tally.month)) if posts]


def _before(months: Months, bounds: Iterable[datetime]) -> dict[datetime, int]:
    """How many posts, scheduled ones too, lie before each instant: whole months, and a part of one that is counted."""
    names, sums = [name for name, _ in months], [0, *accumulate(posts for _, posts in months)]
    found: dict[datetime, int] = {}
    parts: list[Select[int, int]] = []
    places = sorted(set(bounds))
    for place, bound in enumerate(places):
        month = tally.month_of(bound)
        first, last = tally.month_bounds(month)
        late = last - bound < bound - first  # the smaller part is counted
        found[bound] = sums[(bisect_right if late else bisect_left)(names, month)]
        if bound != first and month in names:
            low, high = (bound, last) if late else (first, bound)
            part = select(literal(place), -func.count() if late else func.count())
            parts.append(part.where(*ALL.here, Post.published_at >= low, Post.published_at < high))
    for start in range(0, len(parts), MAX_UNION):
        for place, number in db.session.execute(union_all(*parts[start : start + MAX_UNION])):
            found[places[place]] += number
    return found
