"""Tallies: the number of listed posts by scope and month, so that no page counts rows.

A scope is `all`, `tag:<id>` or `author:<id>` (`author:0` for posts without an author). A month is in UTC, like
2026-03; the month '' means all time. Scheduled posts are included: a query subtracts those in the future, which an
index finds. Triggers update the tallies for every writer, and `post_tag.listed_at`: the date of the tagged post
while lists show it.
"""

from datetime import UTC, datetime, timedelta
from itertools import product

from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base

ALL_TIME = ""


class Tally(Base):
    """The number of listed posts of one scope in one month; it can be 0."""

    __tablename__ = "tally"
    __table_args__ = ({"sqlite_with_rowid": False},)

    scope: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    posts: Mapped[int]


def month_of(time: datetime) -> str:
    """Return the month of a time, like 2026-03."""
    day = time.astimezone(UTC)
    return f"{day.year:04}-{day.month:02}"


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the start of a month and the start of the next."""
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    return first, (first + timedelta(days=31)).replace(day=1)


# -- triggers and checks ------------------------------------------------------------------------------------

LISTED = "{row}.kind = 'post' AND NOT {row}.unlisted AND {row}.deleted_at IS NULL AND {row}.published_at IS NOT NULL"
LISTED_COLUMNS = "kind, unlisted, deleted_at, published_at, author_id"
# Of a counted row: its scopes, its date, and the condition that lists show it.
COUNT_POST = (("'all'", "'author:' || coalesce({row}.author_id, 0)"), "{row}.published_at", LISTED)
COUNT_TAGGING = (("'tag:' || {row}.tag_id",), "{row}.listed_at", "{row}.listed_at IS NOT NULL")
MONTH = "substr({moment}, 1, 7)"
# The right value of `listed_at`.
LISTED_DATE = f"(SELECT published_at FROM post WHERE post.id = post_tag.post_id AND {LISTED.format(row='post')})"  # noqa: S608


def create_triggers() -> dict[str, str]:
    """Return the SQL of each trigger by its name. Their order does not matter: each adds or subtracts its own row."""
    post_update, tag_update = f"UPDATE OF {LISTED_COLUMNS} ON post", "UPDATE OF tag_id, listed_at ON post_tag"
    this_row = "post_id = NEW.post_id AND tag_id = NEW.tag_id"
    bodies = {
        "tally_post_insert": _count_trigger("INSERT ON post", "NEW", 1),
        "tally_post_delete": _count_trigger("DELETE ON post", "OLD", -1),
        "tally_post_update_old": _count_trigger(post_update, "OLD", -1),
        "tally_post_update_new": _count_trigger(post_update, "NEW", 1),
        "tally_post_update_date": f"{post_update} BEGIN {set_listed_at('post_id = NEW.id')}; END",
        "tally_post_tag_insert": _count_trigger("INSERT ON post_tag", "NEW", 1),
        "tally_post_tag_delete": _count_trigger("DELETE ON post_tag", "OLD", -1),
        "tally_post_tag_update_old": _count_trigger(tag_update, "OLD", -1),
        "tally_post_tag_update_new": _count_trigger(tag_update, "NEW", 1),
        "tally_post_tag_insert_date": f"INSERT ON post_tag BEGIN {set_listed_at(this_row)}; END",
        "tally_post_tag_update_date": f"UPDATE OF post_id ON post_tag BEGIN {set_listed_at(this_row)}; END",
    }
    return {name: f"CREATE TRIGGER {name} AFTER {body}" for name, body in bodies.items()}


def _count_trigger(event: str, row: str, number: int) -> str:
    """Return a trigger body that adds `number` (1 or -1) for a row if lists show it."""
    scopes, moment, listed = COUNT_TAGGING if event.endswith("post_tag") else COUNT_POST
    months = (MONTH.format(moment=moment), f"'{ALL_TIME}'")
    rows = ", ".join(f"({scope}, {month}, {number})" for scope in scopes for month in months)
    counted = f"INSERT INTO tally (scope, month, posts) VALUES {rows}"  # noqa: S608
    added = "ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts"
    return f"{event} WHEN {listed} BEGIN {counted} {added}; END".format(row=row)


def set_listed_at(rows: str = "TRUE") -> str:
    """Return SQL that corrects `listed_at` in the rows of a condition."""
    return f"UPDATE post_tag SET listed_at = {LISTED_DATE} WHERE {rows} AND listed_at IS NOT {LISTED_DATE}"  # noqa: S608


def count_wrong_listed_at() -> str:
    return f"SELECT count(*) FROM post_tag WHERE listed_at IS NOT {LISTED_DATE}"  # noqa: S608


def recount() -> str:
    """Return SQL that counts all posts anew; its rows are like the table's."""
    parts = []
    for table, (scopes, moment, listed) in {"post": COUNT_POST, "post_tag": COUNT_TAGGING}.items():
        for scope, month in product(scopes, (MONTH.format(moment=moment), f"'{ALL_TIME}'")):
            counted = f"SELECT {scope}, {month}, count(*) FROM {table} WHERE {listed} GROUP BY 1, 2"  # noqa: S608
            parts.append(counted.format(row=table))
    return " UNION ALL ".join(parts)
