"""Queries that are compiled once and run many times.

SQLAlchemy takes some milliseconds to build and compile the query of an article's neighbours, and some hundred
microseconds to load a post as an object that tracks its changes; SQLite takes twenty to answer. So the queries of
public pages are compiled once, with named parameters. Their SQL goes straight to the driver, and their results are
plain rows.

Values that decide the query plan (a kind, a number of rows) should be written into the SQL: if they are parameters,
SQLite looks at their values and plans the query anew each time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Dialect, Select, bindparam
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.sql.type_api import TypeEngine

from blog import clock
from blog.extensions import db, read_cursor, sqlite_driver
from blog.models.types import Instant

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]
Convert = Callable[[Any], Any]
DRIVER = sqlite_driver()
NOW = "now"
NO_HINTS: Mapping[str, str] = MappingProxyType({})


def now_parameter() -> BindParameter[Any]:
    """Return a parameter that is the time at which the query runs, not the time at which it was built."""
    return bindparam(NOW, type_=Instant, callable_=lambda: clock.now())  # noqa: PLW0108 (tests replace it)


class Statement(NamedTuple):
    """The SQL of a query, and how to convert its parameters and results.

    `parameters` hold the name (None for a constant), the value of a constant, and the conversion to the driver's type;
    `result_columns` hold the position of a column and the conversion from the driver's type.
    """

    sql: str
    parameters: Sequence[tuple[str | None, Any, Convert]]
    result_columns: Sequence[tuple[int, Convert]]


class CompiledQuery(Generic[T]):
    """A query, and the function that makes an object of each row.

    `build` is called once, when the query first runs; `make_row` gets the columns of each row, in the query's order.
    `hints` replace parts of the SQL: SQLAlchemy cannot tell SQLite which index to use.
    """

    def __init__(
        self, build: Callable[[], AnySelect], make_row: Callable[..., T], *, hints: Mapping[str, str] = NO_HINTS
    ) -> None:
        self._build, self._make_row, self._hints = build, make_row, hints
        self._statement: Statement | None = None

    def all(self, **values: Any) -> list[T]:
        """Run the query with these parameters and return an object for each row. Raises SQLAlchemy's errors."""
        return self.convert_rows(self.raw_rows(**values))

    def first(self, **values: Any) -> T | None:
        return next(iter(self.all(**values)), None)

    def raw_rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query and return the driver's rows; they can be compared, to see whether the result changed."""
        sql, parameters, _ = self._statement or self._compile()
        values.setdefault(NOW, clock.now())
        arguments = [constant if name is None else convert(values[name]) for name, constant, convert in parameters]
        try:
            return read_cursor().execute(sql, arguments).fetchall()  # type: ignore[no-any-return]
        except DRIVER.OperationalError as error:
            raise OperationalError(sql, None, error) from error
        except DRIVER.Error as error:
            raise DBAPIError(sql, None, error) from error

    def convert_rows(self, rows: Iterable[tuple[Any, ...]]) -> list[T]:
        """Make an object of each row that `raw_rows` returned."""
        _, _, result_columns = self._statement or self._compile()
        return [self._make_row(*_convert_row(row, result_columns)) for row in rows]

    def _compile(self) -> Statement:
        query, dialect = self._build(), db.engine.dialect
        compiled = query.compile(dialect=dialect)
        parameters: list[tuple[str | None, Any, Convert]] = []
        for bind in (compiled.binds[name] for name in compiled.positiontup or ()):
            convert = _dialect_type(bind.type, dialect).bind_processor(dialect) or _unchanged
            is_variable = bind.required or bind.key == NOW
            parameters.append((bind.key, None, convert) if is_variable else (None, convert(bind.value), convert))
        converts = [
            _dialect_type(column.type, dialect).result_processor(dialect, None) for column in query.selected_columns
        ]
        result_columns = [(position, convert) for position, convert in enumerate(converts) if convert]
        sql = reduce(lambda text, part: text.replace(part, self._hints[part]), self._hints, compiled.string)
        self._statement = Statement(sql, parameters, result_columns)
        return self._statement


def _convert_row(row: tuple[Any, ...], result_columns: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    if not result_columns:
        return row
    cells = list(row)
    for position, convert in result_columns:
        cells[position] = convert(cells[position])
    return cells


def _dialect_type(column_type: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return column_type.dialect_impl(dialect)


def _unchanged(value: Any) -> Any:
    return value
