"""Joins in a fixed order: SQLite reads the left side of a CROSS JOIN first, then finds each row's match on the right.

SQLAlchemy has no way to write this, so the module extends its compiler
(https://docs.sqlalchemy.org/en/21/core/compiler.html, https://sqlite.org/optoverview.html#crossjoin).
"""

from typing import Any

from sqlalchemy import ColumnElement, Join
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class CrossJoin(Join):
    """A join that SQLite reads from left to right. A subclass may name the `index` of the table on the right."""

    inherit_cache = True  # the class is part of the cache key
    index: str | None = None
    onclause: ColumnElement[bool]


@compiles(CrossJoin, "sqlite")
def _compile(join: CrossJoin, compiler: SQLCompiler, **options: Any) -> str:
    options |= {"asfrom": False, "from_linter": None}
    condition = compiler.process(join.onclause, **options)
    left, right = (compiler.process(side, **options | {"asfrom": True}) for side in (join.left, join.right))
    return f"{left} CROSS JOIN {right}{f' INDEXED BY {join.index}' if join.index else ''} ON {condition}"
