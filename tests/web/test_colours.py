"""How well colours stand out, and what is made of the owner's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from blog.models.site import DEFAULTS
from blog.web.theme.colours import DARK_WASH, MIN_CONTRAST, PAPER, WASH, contrast, link_colours
from tests.test_budgets import tokens

COLOURS = some.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_contrast_is_computed_as_the_specification_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    light, dark = tokens()
    assert (light["paper"], light["wash"], dark["wash"]) == (PAPER, WASH, DARK_WASH)


def test_the_stylesheet_has_the_colours_of_its_accent() -> None:
    light, dark = tokens()
    made = link_colours(DEFAULTS["accent"])
    assert (light["accent"], light["link"], light["visited"]) == (DEFAULTS["accent"], made.link, made.visited)
    assert (dark["link"], dark["visited"]) == (made.dark_link, made.dark_visited)


@given(COLOURS)
def test_links_of_any_accent_can_be_read_on_both_papers(accent: str) -> None:
    made = link_colours(accent)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in vars(made).values())
    assert min(contrast(made.link, WASH), contrast(made.visited, WASH)) > MIN_CONTRAST
    assert min(contrast(made.dark_link, DARK_WASH), contrast(made.dark_visited, DARK_WASH)) > MIN_CONTRAST


@given(COLOURS.filter(lambda colour: contrast(colour, WASH) >= 5))
def test_an_accent_that_can_be_read_stays_as_it_is(accent: str) -> None:
    assert link_colours(accent).link == accent


def test_hues_are_kept() -> None:
    """Blue stays blue and red stays red, by night as well."""
    blue, red = link_colours("#1f4f73").dark_link, link_colours("#9b2d1f").dark_link
    assert int(blue[5:], 16) > int(blue[1:3], 16) and int(red[1:3], 16) > int(red[5:], 16)
