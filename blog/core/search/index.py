"""The search index: an FTS5 table beside the posts, written in the same transaction as the post.

A row has the id of its post. Drafts are indexed, too: searches for readers check the post table, so publishing and
unpublishing write nothing here. Texts are folded first (`core.search.normalize`); tags are stored by id, so that
renaming one changes nothing. No trigger watches this table: writing it does not advance the public version.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blog.core.db.batches import batches
from blog.core.db.transaction import write_transaction
from blog.core.errors import Unavailable
from blog.core.search import normalize
from blog.extensions import sqlite_driver
from blog.models import Post, post_tag

TABLE = "search"
# Titles are in it twice (see `normalize.index_title`): to search the title column of all posts with a common word took
# up to twelve milliseconds.
COLUMNS = ("title", "summary", "body", "tags", "titled")
# Without Mn and Mc, Hindi words would break at their vowel signs. Diacritics are folded before.
TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
# Prefixes of three letters, and of one character (a word in Chinese), are indexed, too. This more than doubles the
# table; but a prefix that is in most posts takes half a millisecond instead of thirty, in each of three queries.
OPTIONS = f"tokenize=\"{TOKENIZER}\", prefix='1 3'"
# From this version on SQLite can delete rows of a contentless table, which stores no second copy of the texts.
CONTENTLESS_VERSION = (3, 43)
# Posts in memory at a time.
BATCH_SIZE = 200
BROKEN_SIGNS = (f"no such table: {TABLE}", "malformed", "constructor failed", "fts5", "corrupt")
BROKEN = "The search index is missing or damaged"
UNCHANGED = f"{BROKEN}. Nothing was changed; `broadsheet doctor --fix` makes it anew."
UNSEARCHABLE = f"{BROKEN}; `broadsheet doctor --fix` makes it anew. All else works."

DELETE_ROW = f"DELETE FROM {TABLE} WHERE rowid = ?"  # noqa: S608
INSERT_ROW = f"INSERT INTO {TABLE} (rowid, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
PROBE = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH 'a' LIMIT 1"  # noqa: S608
EXISTS = f"SELECT count(*) FROM sqlite_master WHERE name = '{TABLE}'"  # noqa: S608
IDS = bindparam("ids", expanding=True, type_=Integer)
TAG_IDS = select(post_tag.c.post_id, post_tag.c.tag_id).where(post_tag.c.post_id.in_(IDS))
TEXTS = select(Post.id, Post.title, Post.summary, Post.html).where(Post.id.in_(IDS)).order_by(Post.id)
# Posts without a row, and rows without a post: read from FTS5's own list of rows, which is small.
MISSING_ROWS = f"SELECT id FROM post WHERE id NOT IN (SELECT id FROM {TABLE}_docsize) ORDER BY id"  # noqa: S608
ORPHANED_ROWS = f"SELECT id FROM {TABLE}_docsize WHERE id NOT IN (SELECT id FROM post)"  # noqa: S608

# Runs a statement on a connection, SQLAlchemy's or the driver's, and returns its cursor.
Execute = Callable[[str], Any]


class Unsearchable(Unavailable):
    """The search index is missing or damaged."""


def create_table_sql() -> str:
    version = tuple(int(part) for part in sqlite_driver().sqlite_version.split("."))
    contentless = ", content='', contentless_delete=1" if version >= CONTENTLESS_VERSION else ""
    return f"CREATE VIRTUAL TABLE {TABLE} USING fts5({', '.join(COLUMNS)}, {OPTIONS}{contentless})"


def index_posts(session: Session, ids: Iterable[int]) -> None:
    """Index posts as they are in the open transaction. Raises Unsearchable."""
    session.flush()
    connection = session.connection()
    for batch in batches(ids, BATCH_SIZE):
        with damage_errors(UNCHANGED):
            _replace_rows(connection, batch)


def _replace_rows(connection: Connection, ids: Sequence[int]) -> None:
    connection.exec_driver_sql(DELETE_ROW, [(post_id,) for post_id in ids])
    rows = list(_rows(connection, ids))
    if rows:
        connection.exec_driver_sql(INSERT_ROW, rows)


def _rows(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    tag_ids: dict[int, list[int]] = {}
    for post_id, tag_id in connection.execute(TAG_IDS, {"ids": ids}):
        tag_ids.setdefault(post_id, []).append(tag_id)
    for post_id, title, summary, html in connection.execute(TEXTS, {"ids": ids}):
        columns = map(normalize.index_text, (title, summary, normalize.html_to_text(html)))
        yield post_id, *columns, normalize.index_tags(tag_ids.get(post_id, [])), normalize.index_title(title)


def remove_posts(session: Session, ids: Iterable[int]) -> None:
    """Remove posts from the index. Raises Unsearchable."""
    with damage_errors(UNCHANGED):
        for post_id in ids:
            session.connection().exec_driver_sql(DELETE_ROW, (post_id,))


def index_missing(connection: Connection) -> None:
    """Index the posts that have no row, within the caller's transaction; create the table if there is none."""
    if not connection.exec_driver_sql(EXISTS).scalar():
        connection.exec_driver_sql(create_table_sql())
    for batch in batches(connection.exec_driver_sql(MISSING_ROWS).scalars().all(), BATCH_SIZE):
        _replace_rows(connection, batch)


def rebuild() -> int:
    """Create the index again, in one transaction; return the number of posts."""
    with write_transaction() as session:
        connection = session.connection()
        _drop_table(connection)
        index_missing(connection)
        return int(connection.exec_driver_sql("SELECT count(*) FROM post").scalar() or 0)


def _drop_table(connection: Connection) -> None:
    """Drop the table, even if it is so damaged that SQLite cannot open it."""
    try:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")
    except DBAPIError:
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql("DELETE FROM sqlite_master WHERE name = ? AND type = 'table'", (TABLE,))
        connection.exec_driver_sql("PRAGMA writable_schema=RESET")
    parts = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?"
    for part in connection.exec_driver_sql(parts, (f"{TABLE}_*",)).scalars().all():
        connection.exec_driver_sql(f"DROP TABLE {part}")


def find_problem(run: Execute) -> str:
    """Return what is wrong with the index, in a few words; empty if it is complete.

    SQLite's own integrity check finds damage inside the table (from 3.44 on), see `is_index_problem`.
    """
    if not run(EXISTS).fetchone()[0]:
        return "is missing"
    try:
        run(PROBE).fetchall()
        missing, orphaned = len(run(MISSING_ROWS).fetchall()), len(run(ORPHANED_ROWS).fetchall())
    except sqlite_driver().DatabaseError as error:
        return f"is damaged ({error})"
    if missing or orphaned:
        return f"is incomplete ({missing} of the posts are not in it, {orphaned} in it are no more)"
    return ""


def is_index_problem(problem: str) -> bool:
    """Return whether a message of SQLite's integrity check is about the index only."""
    return "fts5" in problem.lower() or f'"{TABLE}"' in problem


@contextmanager
def damage_errors(message: str) -> Iterator[None]:
    """Raise Unsearchable with this message for each database error that means a missing or damaged index."""
    try:
        yield
    except DBAPIError as error:
        if any(sign in str(error.orig) for sign in BROKEN_SIGNS):
            raise Unsearchable(message) from error
        raise
