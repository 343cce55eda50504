"""The search index: an FTS5 table beside the posts, written in the transaction that writes them.

The row of a post has its id. Drafts are indexed as well: what readers find is asked of the post table, so that
publishing and taking back write nothing here. Texts are folded before (`core.search.normalize`); a tag stands as its
id, so that another name for it changes nothing. No trigger watches this table: its writes move no public version.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blog.core.db.batches import batches
from blog.core.db.transaction import write_transaction
from blog.core.errors import Unavailable
from blog.core.search import normalize
from blog.extensions import sqlite_driver
from blog.models import Post, post_tag

NAME = "search"
# Titles stand in it twice: to look through those of all posts that hold a common word took up to twelve milliseconds.
COLUMNS = ("title", "summary", "body", "tags", "titled")
# Without Mn and Mc, words of Hindi would break at their vowel signs. Diacritics were folded before.
TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
# Beginnings of three letters, and single characters, which are words in Chinese, are indexed, too. The table is more
# than twice as large for it; a beginning that is in most posts costs half a millisecond instead of thirty, three times.
OPTIONS = f"tokenize=\"{TOKENIZER}\", prefix='1 3'"
# From this version on SQLite can delete from a table that keeps no second copy of the texts.
CONTENTLESS = (3, 43)
# So many texts are held at a time.
BATCH = 200
SIGNS = (f"no such table: {NAME}", "malformed", "constructor failed", "fts5", "corrupt")
BROKEN = "The search index is missing or damaged. Nothing was changed; `broadsheet doctor --fix` makes it anew."

REMOVE = f"DELETE FROM {NAME} WHERE rowid = ?"  # noqa: S608
INSERT = f"INSERT INTO {NAME} (rowid, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
PROBE = f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH 'a' LIMIT 1"  # noqa: S608
EXISTS = f"SELECT count(*) FROM sqlite_master WHERE name = '{NAME}'"  # noqa: S608
# Posts without a row, and rows without a post. The table's own list of its rows is read, which is small.
LACKING = f"SELECT id FROM post WHERE id NOT IN (SELECT id FROM {NAME}_docsize) ORDER BY id"  # noqa: S608
LEFT_OVER = f"SELECT id FROM {NAME}_docsize WHERE id NOT IN (SELECT id FROM post)"  # noqa: S608

# Runs a statement on a connection, SQLAlchemy's or the driver's, and returns its rows.
Run = Callable[[str], Any]


def creation() -> str:
    """The SQL that makes the table."""
    version = tuple(int(part) for part in sqlite_driver().sqlite_version.split("."))
    contentless = ", content='', contentless_delete=1" if version >= CONTENTLESS else ""
    return f"CREATE VIRTUAL TABLE {NAME} USING fts5({', '.join(COLUMNS)}, {OPTIONS}{contentless})"


def put(session: Session, ids: Iterable[int]) -> None:
    """Index posts as they are in the open transaction. Raises Unavailable when the index is missing or damaged."""
    session.flush()
    connection = session.connection()
    for some in batches(ids, BATCH):
        with _telling():
            _put(connection, some)


def _put(connection: Connection, ids: Sequence[int]) -> None:
    connection.exec_driver_sql(REMOVE, [(number,) for number in ids])
    rows = list(_rows(connection, ids))
    if rows:
        connection.exec_driver_sql(INSERT, rows)


def _rows(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    carried: dict[int, list[int]] = {}
    for post_id, tag_id in connection.execute(
        select(post_tag.c.post_id, post_tag.c.tag_id).where(post_tag.c.post_id.in_(ids))
    ):
        carried.setdefault(post_id, []).append(tag_id)
    texts = select(Post.id, Post.title, Post.summary, Post.html).where(Post.id.in_(ids)).order_by(Post.id)
    for number, title, summary, html in connection.execute(texts):
        words = map(normalize.indexed, (title, summary, normalize.plain(html)))
        yield number, *words, normalize.indexed_tags(carried.get(number, [])), normalize.indexed_title(title)


def remove(session: Session, ids: Iterable[int]) -> None:
    """Take posts out of the index. Raises Unavailable when it is missing or damaged."""
    with _telling():
        for number in ids:
            session.connection().exec_driver_sql(REMOVE, (number,))


def complete(connection: Connection) -> None:
    """Let every post be indexed, within the caller's transaction; the table is made where there is none."""
    if not connection.exec_driver_sql(EXISTS).scalar():
        connection.exec_driver_sql(creation())
    for some in batches(connection.exec_driver_sql(LACKING).scalars().all(), BATCH):
        _put(connection, some)


def rebuild() -> int:
    """Make the index anew, in one transaction; returns how many posts it holds."""
    with write_transaction() as session:
        connection = session.connection()
        _drop(connection)
        complete(connection)
        return int(connection.exec_driver_sql("SELECT count(*) FROM post").scalar() or 0)


def _drop(connection: Connection) -> None:
    """Remove the table, also one so damaged that it cannot be opened."""
    try:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {NAME}")
    except DBAPIError:
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql("DELETE FROM sqlite_master WHERE name = ? AND type = 'table'", (NAME,))
        connection.exec_driver_sql("PRAGMA writable_schema=RESET")
    parts = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?"
    for part in connection.exec_driver_sql(parts, (f"{NAME}_*",)).scalars().all():
        connection.exec_driver_sql(f"DROP TABLE {part}")


def wrong(run: Run) -> str:
    """What is wrong with the index, in a few words; nothing when it is whole.

    Whether what it holds is damaged, SQLite's own check of the database says (from 3.44 on): see `of_index`.
    """
    if not run(EXISTS).fetchone()[0]:
        return "is missing"
    try:
        run(PROBE).fetchall()
        lacking, left_over = len(run(LACKING).fetchall()), len(run(LEFT_OVER).fetchall())
    except sqlite_driver().DatabaseError as error:
        return f"is damaged ({error})"
    if lacking or left_over:
        return f"is incomplete ({lacking} of the posts are not in it, {left_over} in it are no more)"
    return ""


def of_index(problem: str) -> bool:
    """Whether a problem that SQLite's check of a database found is the index's alone."""
    return "fts5" in problem.lower() or f'"{NAME}"' in problem


@contextmanager
def _telling() -> Iterator[None]:
    """Say in a sentence what to do about a missing or damaged index."""
    try:
        yield
    except DBAPIError as error:
        if is_broken(error):
            raise Unavailable(BROKEN) from error
        raise


def is_broken(error: Exception) -> bool:
    """Whether an error of the database tells of a missing or damaged index."""
    said = str(getattr(error, "orig", None) or error)
    return any(sign in said for sign in SIGNS)
