"""What changed between two texts, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.core.text.diff import ADDED, CONTEXT_LINES, REMOVED, SAME, Hunk, compare

TEXTS = st.text(alphabet="ab \n", max_size=60)


def told(stretches: list[Hunk], without: str) -> str:
    """One of the two texts, put together again; lines that are left out are the same, and told as dots."""
    parts = []
    for stretch in stretches:
        if stretch.left_out:
            parts.append("\n".join(["…"] * stretch.left_out))
        else:
            parts.append("".join(piece.text for piece in stretch.pieces if piece.kind != without))
    return "\n".join(parts)


def test_texts_that_are_the_same_have_no_differences() -> None:
    assert compare("Rivers\nkeep.", "Rivers\nkeep.") == []


def test_words_are_told_apart_within_a_line() -> None:
    [stretch] = compare("The long river, again.", "The slow river again!")
    assert [(piece.kind, piece.text) for piece in stretch.pieces] == [
        (SAME, "The "), (REMOVED, "long"), (ADDED, "slow"), (SAME, " river"), (REMOVED, ","), (SAME, " again"),
        (REMOVED, "."), (ADDED, "!"),
    ]  # fmt: skip


def test_what_stays_the_same_is_left_out_but_for_the_lines_around() -> None:
    lines = [f"Line {number}" for number in range(40)]
    changed = [*lines[:20], "Another", *lines[21:]]
    before, head, middle, tail, after = compare("\n".join(lines), "\n".join(changed))
    assert (before.left_out, after.left_out) == (20 - CONTEXT_LINES, 19 - CONTEXT_LINES)
    assert head.pieces[0].text == "Line 18\nLine 19" and tail.pieces[0].text == "Line 21\nLine 22"
    assert "".join(piece.text for piece in middle.pieces if piece.kind != ADDED) == "Line 20"
    assert "".join(piece.text for piece in middle.pieces if piece.kind != REMOVED) == "Another"


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    stretches = compare(before, after)
    if before != after and not any(stretch.left_out for stretch in stretches):
        kept = [part.removesuffix("\n") for part in (told(stretches, ADDED), told(stretches, REMOVED))]
        # A line that is there on one side only leaves an empty part on the other.
        assert [text.replace("\n", "") for text in kept] == [text.replace("\n", "") for text in (before, after)]


NUMBERS = [str(number) for number in range(60_000)]
OTHERS = [f"{number}{'x' * (number % 2)}" for number in range(60_000)]
HARD = {
    "every second line": ("\n".join(NUMBERS), "\n".join(OTHERS)),
    "every second word": (" ".join(NUMBERS), " ".join(OTHERS)),
    "few letters": ("a b " * 100_000, "b a c " * 60_000),
    "few lines": ("a\n" * 200_000, "a\nb\n" * 100_000),
    "few lines, fewer": ("a\n" * 1990, "a\nb\n" * 900),
    "from one end to the other": ("\n".join(NUMBERS), "\n".join(reversed(NUMBERS))),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_texts_take_no_minutes(name: str) -> None:
    began = time.process_time()
    assert compare(*HARD[name])
    assert time.process_time() - began < 10  # some took 87 and 115 seconds
