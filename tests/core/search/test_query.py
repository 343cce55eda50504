"""What people type is understood: words, phrases, exclusions; everything else is literal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.core.search.query import MAX_LENGTH, MAX_TERMS, parse_query, tag_list, tags_matching

TAGS = tag_list(json.dumps({1: "Rivers", 2: "Foreign Policy", 3: "Müller", 4: "外交政策", 5: "River boats"}))


def expressions(text: str) -> list[str]:
    query = parse_query(text)
    return [term.prefix_expression() if term.open_ended() else term.exact_expression() for term in query.terms]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("slow river", ['"slow"', '"river" *']),
        ("slow ri", ['"slow"', '"ri"']),
        ('"slow river"', ['"slow river"']),
        ("„Slow River“ x", ['"slow river"', '"x"']),
        ("«slow river» boat", ['"slow river"', '"boat" *']),
        ("don't", ['"don t"']),
        ("北京大学", ['"北京 京大 大学"']),
        ("京", ['"京" *']),
        ("東京tower", ['"東京 京 tower" *']),
        ("river river", ['"river" *']),
        ("NEAR(a b) AND title:x* ^y", ['"near a"', '"b"', '"and"', '"title x"', '"y"']),
        ("{title} : river", ['"title"', '"river" *']),
        ('half "open phrase', ['"half"', '"open"', '"phrase" *']),
        ('צה"ל', ['"צהל" *']),
        ("", []),
        ('?!… -- "" “” 🙂 \0 \u202e', []),
    ],
)
def test_words_become_terms(text: str, made: list[str]) -> None:
    assert expressions(text) == made


def test_a_minus_leaves_a_word_out() -> None:
    query = parse_query('river -boat -"slow water" well-known - lone')
    assert [term.words() for term in query.terms] == [["river"], ["well", "known"], ["lone"]]
    assert [term.words() for term in query.without] == [["boat"], ["slow", "water"]]


def test_long_questions_are_cut_and_say_so() -> None:
    many = parse_query(" ".join(f"word{number}" for number in range(30)))
    assert many.shortened and len(many.terms) == MAX_TERMS
    long = parse_query("x" * 10_000)
    assert long.shortened and len(long.said) == MAX_LENGTH
    words = parse_query("lengthy " * 2_000)
    assert words.shortened and len(words.said) <= MAX_LENGTH and words.said.endswith("lengthy")
    assert not parse_query("short").shortened


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("river", [1, 5]), ("rivers", [1]), ('"river"', [5]), ("foreign", [2]), ('"foreign policy"', [2]),
        ("muller", [3]), ("外交", [4]), ("政策", [4]), ('"boats"', [5]), ("nothing", []),
    ],
)  # fmt: skip
def test_tags_are_found_by_their_words(text: str, tags: list[int]) -> None:
    [term] = parse_query(text).terms
    assert tags_matching(TAGS, term) == tags


@given(st.text(max_size=400))
def test_any_text_is_understood(text: str) -> None:
    query = parse_query(text)
    assert len(query.said) <= MAX_LENGTH and len(query.terms) <= MAX_TERMS
    for term in (*query.terms, *query.without):
        assert term.exact_expression().count('"') == 2
        tags_matching(TAGS, term)
