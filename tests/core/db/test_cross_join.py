"""Joins whose order and index the database does not choose."""

from sqlalchemy import column, select, table
from sqlalchemy.dialects import postgresql, sqlite

from blog.core.db.cross_join import CrossJoin

A, B = table("a", column("id")), table("b", column("id"))


class ByIndex(CrossJoin):
    inherit_cache = True
    index = "b_by_id"


def test_sqlite_is_told_the_order_and_the_index() -> None:
    for join, words in (CrossJoin, "CROSS JOIN b"), (ByIndex, "CROSS JOIN b INDEXED BY b_by_id"):
        query = select(A.c.id).select_from(join(join(A, B, A.c.id == B.c.id), B.alias("c"), A.c.id > 1))
        sql = " ".join(str(query.compile(dialect=sqlite.dialect(paramstyle="named"))).split())
        rest = words.replace(" b", " b AS c", 1)
        assert sql == f"SELECT a.id FROM a {words} ON a.id = b.id {rest} ON a.id > :id_1"


def test_other_databases_choose_themselves() -> None:
    query = select(A.c.id).select_from(ByIndex(A, B, A.c.id == B.c.id))
    assert "a JOIN b ON" in str(query.compile(dialect=postgresql.dialect()))
