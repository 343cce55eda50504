"""Queries that are compiled once and run many times.

SQLAlchemy takes some milliseconds to build and compile the query of an article's neighbours, and some hundred
microseconds to load a post as an object that tracks its changes; SQLite takes twenty to answer. So the queries of
public pages are compiled once, with named parameters. Their SQL goes straight to the driver, and their results are
plain rows. Plain SQLAlchemy statements, even made once and found in its cache, take a fifth longer for a whole article.

Values that decide the query plan (a kind, a number of rows) should be written into the SQL: if they are parameters,
SQLite looks at their values and plans the query anew each time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Select, bindparam
from sqlalchemy.exc import DBAPIError, OperationalError

from blog import clock
from blog.extensions import db, read_cursor, sqlite_driver
from blog.models.types import Instant

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]
Converts = Sequence[tuple[Any, Callable[[Any], Any]]]
DRIVER = sqlite_driver()
NOW = "now"


def now_parameter() -> BindParameter[Any]:
    """Return a parameter that is the time at which the query runs, not the time at which it was built."""
    return bindparam(NOW, type_=Instant, callable_=lambda: clock.now())  # noqa: PLW0108 (tests replace it)


class Statement(NamedTuple):
    """The SQL of a query with its constants, and what converts some parameters (by name) and columns (by position)."""

    sql: str
    constants: Mapping[str, Any]
    parameters: Converts
    columns: Converts


class CompiledQuery(Generic[T]):
    """A query, and the function that makes an object of each row.

    `build` is called once, when the query first runs; `make_row` gets the columns of each row, in the query's order.
    """

    def __init__(self, build: Callable[[], AnySelect], make_row: Callable[..., T]) -> None:
        self._build, self._make_row = build, make_row

    def all(self, **values: Any) -> list[T]:
        """Run the query with these parameters and return an object for each row. Raises SQLAlchemy's errors."""
        return self.convert_rows(self.raw_rows(**values))

    def first(self, **values: Any) -> T | None:
        return next(iter(self.all(**values)), None)

    def raw_rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query and return the driver's rows; they can be compared, to see whether the result changed."""
        sql, constants, parameters, _ = self._statement
        arguments = {NOW: clock.now(), **constants, **values}
        for name, convert in parameters:
            arguments[name] = convert(arguments[name])
        try:
            return read_cursor().execute(sql, arguments).fetchall()  # type: ignore[no-any-return]
        except DRIVER.OperationalError as error:
            raise OperationalError(sql, None, error) from error
        except DRIVER.Error as error:
            raise DBAPIError(sql, None, error) from error

    def convert_rows(self, rows: Iterable[tuple[Any, ...]]) -> list[T]:
        """Make an object of each row that `raw_rows` returned."""
        columns = self._statement.columns
        return [self._make_row(*_convert_row(row, columns)) for row in rows]

    @cached_property
    def _statement(self) -> Statement:
        query, dialect = self._build(), db.engine.dialect
        compiled = query.compile(dialect=dialect)
        binds, columns = compiled.binds, enumerate(query.selected_columns)
        converts = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        constants = {name: bind.value for name, bind in binds.items() if not bind.required and name != NOW}
        return Statement(
            compiled.string,
            {name: convert(value) if (convert := converts[name]) else value for name, value in constants.items()},
            [(name, convert) for name, convert in converts.items() if convert and name not in constants],
            [
                (position, convert)
                for position, column in columns
                if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
            ],
        )


def _convert_row(row: tuple[Any, ...], columns: Converts) -> Sequence[Any]:
    if not columns:
        return row
    cells = list(row)
    for position, convert in columns:
        cells[position] = convert(cells[position])
    return cells
