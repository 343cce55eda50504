"""What was searched for is marked in the text as it is written, and the passage shown is the one that holds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.core.search.highlight import LENGTH, Span, mark_terms, snippet
from blog.core.search.query import parse_query


def shown(pieces: list[Span]) -> str:
    return "".join(f"<{piece.text}>" if piece.marked else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("query", "text", "result"),
    [
        ("muller", "Frau Müller und Müllerin, xmüller", "Frau <Müller> und <Müllerin>, xmüller"),
        ("muller", "MU\u0308LLER", "<MU\u0308LLER>"),
        ("strasse", "Die Straße, STRASSE", "Die <Straße>, <STRASSE>"),
        ("aether", "Æther", "<Æther>"),
        ('"der fluss"', "Der  Fluß: der Fluss", "<Der  Fluß>: <der Fluss>"),
        ("don't", "I don’t", "I <don’t>"),
        ("北京", "我在北京大学", "我在<北京>大学"),
        ("北京 大学", "我在北京大学", "我在<北京><大学>"),
        ("大学", "大きな学校と大学", "大きな学校と<大学>"),
        ("tower", "東京tower", "東京<tower>"),
        ("العربية", "اللغة الْعَرَبِيَّة", "اللغة <الْعَرَبِيَّة>"),
        ("हिंदी", "यह हिन्दी है", "यह <हिन्दी> है"),
        ("कि", "किताब कि", "किताब <कि>"),
        ("елка", "Ёлка", "<Ёлка>"),
        ("шалом שלום", "שָׁלוֹם", "<שָׁלוֹם>"),
        ("학교", "학교에서", "<학교>에서"),
        ("ถนน", "บนถนนสาย", "บน<ถนน>สาย"),
        ("riv", "A river", "A <river>"),
        ("ri", "A river", "A river"),
        ("softhyphen", "soft\u00adhyphen ", "<soft\u00adhyphen> "),
    ],
)
def test_words_are_marked_as_they_are_written(query: str, text: str, result: str) -> None:
    assert shown(mark_terms(text, parse_query(query).terms)) == result


def test_what_looks_like_an_element_is_text() -> None:
    pieces = [Span("a <"), Span("b", marked=True), Span("> c")]
    assert mark_terms("a <b> c", parse_query("<b>").terms) == pieces


def test_a_passage_is_cut_between_words_around_the_densest_place() -> None:
    filler = "many other words stand here " * 60
    text = f"{filler}a river alone {filler}the slow river and its boat {filler}"
    found = snippet(text, parse_query("river boat").terms)
    assert "slow <river> and its <boat>" in shown(found)
    plain = "".join(piece.text for piece in found)
    assert plain.startswith("…") and plain.endswith("…") and len(plain) <= LENGTH + 2
    assert plain.strip("…") in text and set(plain.strip("…").split()) <= set(text.split())


def test_a_short_text_is_shown_whole() -> None:
    assert shown(snippet("A river.", parse_query("river").terms)) == "A <river>."


def test_a_text_without_the_words_has_no_passage() -> None:
    assert snippet("A boat.", parse_query("river").terms) == []


def test_a_passage_in_chinese_is_cut_anywhere() -> None:
    text = "一二三四五六七八九十" * 60 + "北京大学" + "一二三四五六七八九十" * 60
    found = "".join(piece.text for piece in snippet(text, parse_query("北京").terms))
    assert "北京大学" in found and len(found) <= LENGTH + 2


@given(st.text(), st.text(max_size=20))
def test_marking_loses_nothing(text: str, query: str) -> None:
    terms = parse_query(f"{query} {text[:10]}").terms
    assert "".join(piece.text for piece in mark_terms(text, terms)) == text
    snippet(text, terms)
