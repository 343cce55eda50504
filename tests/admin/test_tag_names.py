"""Names of tags that complete what somebody begins to type."""

import time
from typing import Any

import pytest
from sqlalchemy import insert

from blog.core.editor import tags
from blog.models import Tag
from tests.admin.conftest import Author, Visitor
from tests.admin.live import DATA
from tests.world import Blog

PATH = "/admin/tags/names/"


def told(author: Visitor, typed: str) -> Any:
    answer = author.open(PATH, query_string={"q": typed}, headers=DATA)
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    return answer.json["tags"]


@pytest.fixture
def known(blog: Blog) -> None:
    for names in (["Water", "Warsaw", "Élan"], ["Warsaw", "Deep water"], ["Warsaw", "New-York"], ["C++", "日本"]):
        blog.make_post(tags=names)
    blog.make_post(tags=["Wadi"], published_at=None)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("wa", ["Warsaw", "Water", "Wadi", "Deep water"]),
        ("WAT", ["Water", "Deep water"]),
        ("#wars", ["Warsaw"]),
        ("ela", ["Élan"]),
        ("Èla", ["Élan"]),
        ("york", ["New-York"]),
        ("c++", ["C++"]),
        ("日", ["日本"]),
        ("deep  w", ["Deep water"]),
        ("ater", []),
        ("", []),
        (" ", []),
        ("%", []),
        ("\0", []),
        ("x" * 3000, []),
    ],
)
def test_the_most_used_that_begin_so_come_first(author: Author, known: None, typed: str, names: list[str]) -> None:
    assert told(author, typed) == names


def test_at_most_eight_are_named(blog: Blog, author: Author) -> None:
    blog.make_post(tags=[f"Water {number}" for number in range(20)])
    assert len(told(author, "w")) == 8


def test_ten_thousand_tags_are_no_hindrance(blog: Blog) -> None:
    rows = [{"name": f"Name {number}", "key": f"name {number}", "slug": f"name-{number}"} for number in range(10_000)]
    blog.run(insert(Tag).values(rows))
    tags.suggest("n")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(tags.suggest("na")) == 8
        took.append(time.perf_counter() - began)
    assert min(took) < 1


def test_strangers_learn_no_names(visitor: Visitor, author: Author, known: None) -> None:
    answer = visitor.open(PATH, query_string={"q": "wa"}, headers=DATA)
    assert answer.status_code == 303 and "Water" not in answer.text
    assert author.open(PATH, "POST", headers=DATA, data={"csrf_token": author.token()}).status_code == 405
