"""Queries that are made once and asked many times.

SQLAlchemy takes some milliseconds to make the query of an article's neighbours, some hundred microseconds to load a
post as an object that notices its changes, and SQLite twenty to answer. What readers ask for is therefore made once,
with names in the place of values, given to the driver as it is, and answered as plain rows.

What decides the plan (a kind, a number of rows) is better written out than given as a value: SQLite looks at such
values, and plans the query anew each time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Dialect, Select, bindparam
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.sql.type_api import TypeEngine

from blog import clock
from blog.extensions import db, reading_cursor, sqlite_driver
from blog.models.types import Instant

T = TypeVar("T")
Query = Select[*tuple[Any, ...]]
Convert = Callable[[Any], Any]
DRIVER = sqlite_driver()
NOW = "now"
NONE: Mapping[str, str] = MappingProxyType({})


def now() -> BindParameter[Any]:
    """The instant at which a query is asked, not the one at which it was made."""
    return bindparam(NOW, type_=Instant, callable_=lambda: clock.now())  # noqa: PLW0108 (tests replace it)


class Ready(NamedTuple):
    """A query as the driver takes it.

    Its text; for each value its name (None for one that is always the same), the value, and how one is written; which
    columns are read how.
    """

    sql: str
    values: Sequence[tuple[str | None, Any, Convert]]
    reads: Sequence[tuple[int, Convert]]


class Prepared(Generic[T]):
    """A query, and what is made of each row that it answers.

    `make` is called once, by the first question; `row` with the values of each row, in the query's order. `hints` are
    parts of the statement to be written otherwise: SQLAlchemy cannot name an index to SQLite.
    """

    def __init__(self, make: Callable[[], Query], row: Callable[..., T], *, hints: Mapping[str, str] = NONE) -> None:
        self._make, self._row, self._hints = make, row, hints
        self._ready: Ready | None = None

    def all(self, **named: Any) -> list[T]:
        """What every row says; the values are those of the query's names. Raises what SQLAlchemy does."""
        return self.made(self.raw(**named))

    def raw(self, **named: Any) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them, which are alike as long as the answer is."""
        sql, values, _reads = self._ready or self._prepare()
        named.setdefault(NOW, clock.now())
        given = [value if name is None else write(named[name]) for name, value, write in values]
        try:
            return reading_cursor().execute(sql, given).fetchall()  # type: ignore[no-any-return]
        except DRIVER.OperationalError as error:
            raise OperationalError(sql, None, error) from error
        except DRIVER.Error as error:
            raise DBAPIError(sql, None, error) from error

    def made(self, rows: Iterable[tuple[Any, ...]]) -> list[T]:
        """What rows of this query say."""
        _sql, _values, reads = self._ready or self._prepare()
        return [self._row(*_read(cells, reads)) for cells in rows]

    def first(self, **named: Any) -> T | None:
        """What the first row says; None without one."""
        return next(iter(self.all(**named)), None)

    def _prepare(self) -> Ready:
        query, dialect = self._make(), db.engine.dialect
        compiled = query.compile(dialect=dialect)
        values: list[tuple[str | None, Any, Convert]] = []
        for parameter in (compiled.binds[name] for name in compiled.positiontup or ()):
            write = _own(parameter.type, dialect).bind_processor(dialect) or _same
            named = parameter.required or parameter.key == NOW
            values.append((parameter.key, None, write) if named else (None, write(parameter.value), write))
        columns = [_own(column.type, dialect).result_processor(dialect, None) for column in query.selected_columns]
        reads = [(place, reader) for place, reader in enumerate(columns) if reader]
        sql = reduce(lambda text, part: text.replace(part, self._hints[part]), self._hints, compiled.string)
        self._ready = Ready(sql, values, reads)
        return self._ready


def _read(cells: tuple[Any, ...], reads: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    if not reads:
        return cells
    row = list(cells)
    for place, reader in reads:
        row[place] = reader(row[place])
    return row


def _own(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """A column's type as this database has it."""
    return kind.dialect_impl(dialect)


def _same(value: Any) -> Any:
    return value
