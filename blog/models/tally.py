"""Tallies: how many posts lists show, by month, so that no page has to count them.

A scope is `all`, `tag:<id>` or `author:<id>` (`author:0` for posts that nobody signs). A month is UTC's, like
2026-03; the month '' stands for all time. Scheduled posts are included: whoever asks takes away those whose time has
not come, which an index finds. Triggers keep the tallies, whoever writes. They also keep `post_tag.listed_at`: the
date of the tagged post while lists show it.
"""

from datetime import UTC, datetime, timedelta
from itertools import product

from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base

EVER = ""


class Tally(Base):
    """The number of listed posts of one scope in one month; it may come down to 0."""

    __tablename__ = "tally"
    __table_args__ = ({"sqlite_with_rowid": False},)

    scope: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    posts: Mapped[int]


def month_of(moment: datetime) -> str:
    """The month of an instant."""
    day = moment.astimezone(UTC)
    return f"{day.year:04}-{day.month:02}"


def bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month, and that of the next."""
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    return first, (first + timedelta(days=31)).replace(day=1)


# -- how SQLite keeps them ----------------------------------------------------------------------------------

LISTED = "{row}.kind = 'post' AND NOT {row}.unlisted AND {row}.deleted_at IS NULL AND {row}.published_at IS NOT NULL"
DECIDING = "kind, unlisted, deleted_at, published_at, author_id"
# What is counted: the scopes of a row, its moment, and whether lists show it.
OF_POST = (("'all'", "'author:' || coalesce({row}.author_id, 0)"), "{row}.published_at", LISTED)
OF_TAGGING = (("'tag:' || {row}.tag_id",), "{row}.listed_at", "{row}.listed_at IS NOT NULL")
MONTH = "substr({moment}, 1, 7)"
# What a tagging should say: the date of its post while that is listed.
DATE = f"(SELECT published_at FROM post WHERE post.id = post_tag.post_id AND {LISTED.format(row='post')})"  # noqa: S608


def statements() -> dict[str, str]:
    """Trigger name -> the SQL that makes it. Their order does not matter: each adds or takes away its own."""
    deciding, tagged = f"UPDATE OF {DECIDING} ON post", "UPDATE OF tag_id, listed_at ON post_tag"
    of_this = "post_id = NEW.post_id AND tag_id = NEW.tag_id"
    bodies = {
        "tally_post_insert": _count("INSERT ON post", "NEW", 1),
        "tally_post_delete": _count("DELETE ON post", "OLD", -1),
        "tally_post_update_old": _count(deciding, "OLD", -1),
        "tally_post_update_new": _count(deciding, "NEW", 1),
        "tally_post_update_date": f"{deciding} BEGIN {redate('post_id = NEW.id')}; END",
        "tally_post_tag_insert": _count("INSERT ON post_tag", "NEW", 1),
        "tally_post_tag_delete": _count("DELETE ON post_tag", "OLD", -1),
        "tally_post_tag_update_old": _count(tagged, "OLD", -1),
        "tally_post_tag_update_new": _count(tagged, "NEW", 1),
        "tally_post_tag_insert_date": f"INSERT ON post_tag BEGIN {redate(of_this)}; END",
        "tally_post_tag_update_date": f"UPDATE OF post_id ON post_tag BEGIN {redate(of_this)}; END",
    }
    return {name: f"CREATE TRIGGER {name} AFTER {body}" for name, body in bodies.items()}


def _count(event: str, row: str, number: int) -> str:
    """A trigger's body that counts a row in (1) or out (-1) if lists show it."""
    scopes, moment, listed = OF_TAGGING if event.endswith("post_tag") else OF_POST
    months = (MONTH.format(moment=moment), f"'{EVER}'")
    rows = ", ".join(f"({scope}, {month}, {number})" for scope in scopes for month in months)
    counted = f"INSERT INTO tally (scope, month, posts) VALUES {rows}"  # noqa: S608
    added = "ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts"
    return f"{event} WHEN {listed} BEGIN {counted} {added}; END".format(row=row)


def redate(which: str = "TRUE") -> str:
    """SQL that lets taggings say the date of their post while lists show it."""
    return f"UPDATE post_tag SET listed_at = {DATE} WHERE {which} AND listed_at IS NOT {DATE}"  # noqa: S608


def misdated() -> str:
    """SQL that counts the taggings that `redate` would change."""
    return f"SELECT count(*) FROM post_tag WHERE listed_at IS NOT {DATE}"  # noqa: S608


def recount() -> str:
    """SQL that counts everything anew: rows like the table's own."""
    parts = []
    for table, (scopes, moment, listed) in {"post": OF_POST, "post_tag": OF_TAGGING}.items():
        for scope, month in product(scopes, (MONTH.format(moment=moment), f"'{EVER}'")):
            counted = f"SELECT {scope}, {month}, count(*) FROM {table} WHERE {listed} GROUP BY 1, 2"  # noqa: S608
            parts.append(counted.format(row=table))
    return " UNION ALL ".join(parts)
