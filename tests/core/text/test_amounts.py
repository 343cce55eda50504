"""Numbers with their nouns, and sizes."""

import pytest

from blog.core.text.amounts import count_of, megabytes, noun


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 posts are"), (1, "1 post is"), (2, "2 posts are"), (1_234_567, "1,234,567 posts are")]
)
def test_the_words_depend_on_the_number(number: int, said: str) -> None:
    assert count_of(number, "post is", "posts are") == said


def test_a_plural_that_is_not_given_has_an_s() -> None:
    assert (noun(1, "word"), noun(0, "word"), noun(2, "word")) == ("word", "words", "words")


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0.0 MB"), (1, "0.1 MB"), (1_250_000, "1.2 MB"), (12_345_678, "12 MB"), (5_000_000_000, "5,000 MB")],
)
def test_sizes(size: int, said: str) -> None:
    assert megabytes(size) == said
