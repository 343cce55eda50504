"""Titles in any script: which font, in which order, on which lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.social.cards import text_layout
from blog.social.cards.text_layout import (
    is_right_to_left,
    script_of,
    scripts_of,
    unbreakable_parts,
    visual_order,
    without_emoji,
)


def shown(text: str) -> str:
    """A line as the eye meets it from left to right; runs that are drawn from right to left are turned round."""
    runs = visual_order(text, scripts_of(text), right_to_left=is_right_to_left(text))
    return "".join(run.text[::-1] if run.right_to_left else run.text for run in runs)


@pytest.mark.parametrize(
    ("char", "known"),
    [
        ("a", "LATIN"), ("Я", "CYRILLIC"), ("π", "GREEK"), ("भ", "DEVANAGARI"), ("س", "ARABIC"), ("ש", "HEBREW"),
        ("印", "CJK"), ("イ", "CJK"), ("い", "CJK"), ("인", "HANGUL"), ("ค", "THAI"), ("7", "LATIN"),
        ("!", ""), (" ", ""), ("\u0301", ""), ("、", ""), ("\U0010ffff", ""),
    ],
)  # fmt: skip
def test_a_letter_tells_its_script(char: str, known: str) -> None:
    assert script_of(char) == known


def test_signs_are_drawn_with_the_letters_before_them() -> None:
    assert scripts_of("سلام!") == ["ARABIC"] * 5
    assert scripts_of("“印”") == ["CJK"] * 3
    assert scripts_of("a, б") == ["LATIN"] * 3 + ["CYRILLIC"]
    assert scripts_of("?!") == ["LATIN"] * 2
    assert scripts_of("") == []


# What is stored -> what the eye meets from left to right. Hebrew letters stand for all that runs from right to left.
ORDERS = {
    "left to right": ("abc def", "abc def"),
    "right to left": ("אבג דהו", "והד גבא"),
    "a word within": ("abc אבג def", "abc גבא def"),
    "a foreign word within": ("אבג def זחט", "טחז def גבא"),
    "a number keeps its order": ("אבג 2025 דהו", "והד 2025 גבא"),
    "a number at the end": ("אבג 2025", "2025 גבא"),
    "a decimal": ("אבג 1.5 דהו", "והד 1.5 גבא"),
    "several words within": ("abc אבג דהו ghi", "abc והד גבא ghi"),
    "a number in a word within": ("abc אבג 12 דהו ghi", "abc והד 12 גבא ghi"),
    "a sign between": ("אבג-דהו", "והד-גבא"),
    "a sign at the end of the paragraph": ("אבג!", "!גבא"),
    "a sign after a word within": ("abc אבג!", "abc גבא!"),
    "marks stay with their letters": ("ab\u0301c", "ab\u0301c"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", ORDERS)
def test_words_stand_in_the_order_in_which_they_are_read(case: str) -> None:
    stored, seen = ORDERS[case]
    assert shown(stored) == seen


@given(st.text(alphabet="ab אב12 (),.ش印", max_size=30))
def test_no_order_loses_a_letter(text: str) -> None:
    assert sorted(shown(text)) == sorted(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Peace 🕊️ and tea ☕", "Peace and tea"),
        ("👩‍👩‍👧‍👦 families", "families"),
        ("🇩🇪 Germany 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "Germany"),
        ("1️⃣ first, #️⃣ tag", "1 first, # tag"),
        ("👍🏽 yes", "yes"),
        ("© 2026 ™ ★ ♥", "© 2026 ™ ★ ♥"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("a \u202eb\u202c", "a b"),
        ("🎉🎉", ""),
    ],
)
def test_emoji_are_left_out_without_a_trace(text: str, rest: str) -> None:
    assert without_emoji(text) == rest


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("On slow rivers", ["On ", "slow ", "rivers"]),
        ("well-known", ["well-", "known"]),
        ("“印度”与", ["“印", "度”", "与"]),
        ("長い、物語。", ["長", "い、", "物", "語。"]),
        ("인도와 러시아", ["인도와 ", "러시아"]),
        ("ab印c", ["ab印c"]),
        ("", []),
    ],
)
def test_a_line_may_end_only_where_a_reader_expects_it(text: str, parts: list[str]) -> None:
    assert unbreakable_parts(text) == parts


def broken(text: str, most: float) -> list[str]:
    parts = unbreakable_parts(text)
    return text_layout.break_lines(parts, [float(len(part)) for part in parts], most)


def test_lines_are_about_equally_long() -> None:
    assert broken("one two three four five six seven", 28) == ["one two three four", "five six seven"]
    assert broken("on slow rivers and what they keep", 30) == ["on slow rivers", "and what they keep"]


def test_a_word_that_is_too_wide_has_its_own_line() -> None:
    assert broken("a extraordinarily b", 10) == ["a", "extraordinarily", "b"]


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1, max_size=12), st.integers(9, 40))
def test_no_line_is_too_long_and_no_word_is_lost(given_words: list[str], most: int) -> None:
    lines = broken(" ".join(given_words), most)
    assert " ".join(lines).split() == given_words
    assert all(len(line) <= most for line in lines)
