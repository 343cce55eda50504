"""The desk finds its lists by their indexes, whatever the database knows of their lengths."""

import pytest

from blog.core.editor import dashboard
from blog.core.urls import redirects
from blog.extensions import db
from tests.core.posts.test_query_plans import full, gather_statistics, plan, slow
from tests.recorder import recorded
from tests.world import Blog

__all__ = ["full"]

# What may be sorted or read from end to end: a part of the statement, and why.
EXCEPTIONS = {
    "pages": "pages are few",
    "changed": "working copies are few",
}


@pytest.mark.parametrize("statistics", [False, True], ids=["without statistics", "with statistics"])
def test_no_list_is_sorted_or_scanned(full: Blog, statistics: bool) -> None:
    if statistics:
        gather_statistics()
    met, wrong = set(), []
    for name in dashboard.counts():
        for after in ("", "1300000000000000-5"):
            db.session.remove()  # what is asked of a new connection is recorded
            with recorded() as asked:
                dashboard.page(name, after)
            assert asked
            for statement in (one for one in asked if "post_tag" not in one):
                steps = [step for step in plan(statement) if slow(step)]
                met |= {name} if steps else set()
                wrong += [] if name in EXCEPTIONS else [(name, step) for step in steps]
    assert not wrong
    assert met == set(EXCEPTIONS)


@pytest.mark.parametrize("statistics", [False, True], ids=["without statistics", "with statistics"])
def test_counting_and_old_addresses_read_indexes(full: Blog, statistics: bool) -> None:
    if statistics:
        gather_statistics()
    db.session.remove()
    with recorded() as asked:
        dashboard.counts()
        redirects.page()
        redirects.page("", "1300000000000000-/a")
        redirects.page("/2019/")
        redirects.page("/2019/", "1-/2019/a")
    assert len(asked) == 5
    steps = [step for statement in asked for step in plan(statement)]
    assert not [step for step in steps if "TEMP B-TREE" in step or step == "SCAN post"]
    assert not [step for step in steps if step == "SCAN redirect"]
