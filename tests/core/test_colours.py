"""How well colours stand out."""

import pytest

from blog.core.colours import PAPER, contrast
from tests.test_budgets import tokens


def test_contrast_is_computed_as_the_specification_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


def test_the_paper_is_that_of_the_stylesheet() -> None:
    assert tokens()[0]["paper"] == PAPER
