"""No document weighs more than 512 KiB, whatever its format; all formats hold the same items all the same."""

import pytest

from tests.feeds.library import copies
from tests.feeds.reading import FORMATS, address, read
from tests.feeds.validity import valid
from tests.world import LONG_AGO, Blog

MOST = 512 * 1024


def check(blog: Blog) -> int:
    """How many items the site's feed holds, the same in all formats; none is too heavy."""
    told = [read(blog, address(form)).titles for form in FORMATS]
    assert told[0] == told[1] == told[2]
    weights = {form: len(blog.get(address(form)).data) for form in FORMATS}
    assert max(weights.values()) <= MOST, weights
    return len(told[0])


# What grows when it is written down: angle brackets and ampersands in Atom, quotes and line ends in JSON.
HEAVY = {
    "long": "Water & stone. " * 3000,
    "angle brackets": "**a** " * 3500,
    "quotes": 'She said "so". ' * 3000,
    "lines": "```\n" + "\n" * 40_000 + "x\n```",
    "backslashes": "`" + "\\" * 50_000 + "`",
    "other scripts": "数学は言葉 " * 2500,
}


@pytest.mark.parametrize("text", HEAVY)
def test_long_texts_fill_it_and_no_more(blog: Blog, text: str) -> None:
    copies(blog.make_post("Heavy", body=HEAVY[text]), 19, since=LONG_AGO)
    assert 3 < check(blog) < 20


def test_heavy_titles_summaries_and_tags_count_too(blog: Blog) -> None:
    tags = [f"{'&' * 60}-{tag}" for tag in range(40)]
    heavy = blog.make_post("&" * 500, slug="heavy", body="word " * 4980, summary="&" * 999, tags=tags)
    copies(heavy, 19, since=LONG_AGO, titles=["&" * 490 + str(number) for number in range(19)])
    assert 3 < check(blog) < 20


def test_ordinary_essays_are_twenty(blog: Blog) -> None:
    essay = blog.make_post("Essay", body="Water and stone, [a link](https://x.example/) and more. " * 250)
    copies(essay, 20, since=LONG_AGO)
    assert check(blog) == 20


@pytest.mark.parametrize("form", FORMATS)
def test_one_giant_still_comes_through_whole(blog: Blog, form: str) -> None:
    blog.make_post("Giant", body="word " * 100_000)
    [item] = valid(blog.get(address(form)).data, form).items
    assert item.title == "Giant" and item.html.count("word") == 100_000
