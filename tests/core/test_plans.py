"""The database finds posts by indexes: nothing that a reader asks for scans the table or sorts it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select

from blog.core import posts
from blog.extensions import db
from tests.world import Blog

QUERIES: dict[str, Callable[[], Select[Any]]] = {
    "recent posts": lambda: posts.listed().limit(10),
    "an article": lambda: posts.visible().where(posts.Post.kind == "post", posts.Post.slug == "a"),
    "the newest change": lambda: posts.visible().with_only_columns(posts.func.max(posts.Post.published_at)),
}


def plan(query: Select[Any]) -> str:
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    return "; ".join(row[3] for row in rows)


@pytest.mark.parametrize("name", QUERIES)
def test_a_reader_never_waits_for_a_scan_or_a_sort(app: Flask, blog: Blog, name: str) -> None:
    blog.make_post("A")
    said = plan(QUERIES[name]())
    assert "USING" in said and "INDEX" in said, said
    assert "SCAN" not in said and "TEMP B-TREE" not in said, said
