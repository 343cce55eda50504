import gzip

import pytest

from bench import edits, pages
from bench.client import Response
from bench.edits import Edit, Sample

EDITS = [Edit(1, 10.0, 0.1), Edit(2, 11.0, 0.1), Edit(3, 12.0, 0.1)]


def late(*readings: tuple[float, int]) -> list[tuple[float, int]]:
    found = edits.stale_samples([Sample(sent_at, 0.01, serial) for sent_at, serial in readings], EDITS)
    return [(each.sent_at, each.serial) for each in found]


def test_an_answer_may_show_what_is_new_before_its_author_knows() -> None:
    assert late((9.0, 0), (9.99, 1), (10.5, 1), (10.5, 2), (12.5, 3)) == []


def test_an_answer_must_show_what_was_acknowledged_before_it_was_asked_for() -> None:
    assert late((10.1, 0), (11.5, 1), (13.0, 2), (13.0, 3)) == [(10.1, 0), (11.5, 1), (13.0, 2)]


def test_an_answer_asked_for_before_is_not_stale() -> None:
    assert late((10.999, 1)) == []


def test_the_edition_is_read_from_the_whole_page() -> None:
    page = b"<title>A, edition 7</title><h1>A, edition 7</h1><p>This is edition 7.</p><a href='?t=A%2C%20edition%207'>"
    assert edits.edition_of(Response(200, gzip.compress(page), {"content-encoding": "gzip"})) == 7
    assert edits.edition_of(Response(200, b"<h1>A</h1>")) == 0
    with pytest.raises(ValueError, match="editions"):
        edits.edition_of(Response(200, page.replace(b"is edition 7", b"is edition 6")))


def test_pages_have_goals_of_known_figures() -> None:
    goals = [goal for page in (*pages.CACHED, *pages.UNCACHED) for goal in page.goals]
    assert {goal.figure for goal in [*goals, *pages.MEMORY, pages.COLD_START, pages.NO_STALE]} <= set(pages.UNITS)
