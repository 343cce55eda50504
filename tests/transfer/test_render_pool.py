"""Rendering many texts: in order, some at a time, and no riddle when a worker is ended."""

import multiprocessing
from collections.abc import Iterator

import pytest

from blog.core.errors import Invalid, Unavailable
from blog.core.markdown.render import RenderedText
from blog.transfer.render_pool import POOL_THRESHOLD, RenderJob, render_all


def job(body: str) -> RenderJob:
    return RenderJob(body, "post", "", {}, False)


def test_few_texts_are_rendered_here() -> None:
    outcomes = dict(render_all([("good", job("*Good*")), ("same", None), ("bad", job("<div>" * 300))]))
    assert isinstance(outcomes["good"], RenderedText) and "<em>Good</em>" in outcomes["good"].html
    assert outcomes["same"] is None
    assert isinstance(outcomes["bad"], Invalid)


def test_many_texts_come_back_in_order_and_only_some_are_taken_ahead() -> None:
    taken = 0
    total = POOL_THRESHOLD + 400

    def texts() -> Iterator[tuple[int, RenderJob | None]]:
        nonlocal taken
        for number in range(total):
            taken = number
            yield number, job(f"Text {number}") if number % 3 else None

    seen = []
    for number, outcome in render_all(texts()):
        assert taken - number < total / 2
        assert (outcome is None) == (number % 3 == 0)
        assert outcome is None or (isinstance(outcome, RenderedText) and f"Text {number}<" in outcome.html)
        seen.append(number)
    assert seen == list(range(total))
    assert not multiprocessing.active_children()


def test_nothing_to_render_starts_no_process() -> None:
    for _ in render_all((number, None) for number in range(500)):
        assert not multiprocessing.active_children()


def test_a_worker_that_is_ended_from_outside_is_told() -> None:
    def texts() -> Iterator[tuple[int, RenderJob]]:
        for number in range(2000):
            for child in multiprocessing.active_children() if number > 300 else []:
                child.kill()
            yield number, job("Text")

    with pytest.raises(Unavailable, match=r"was ended from outside\. Nothing was imported"):
        list(render_all(texts()))
    assert not multiprocessing.active_children()
