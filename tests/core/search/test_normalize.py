"""How texts are folded, so that many ways to write a word find each other."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.core.markdown.render import render
from blog.core.search import normalize
from blog.core.search.normalize import fold, html_to_text, index_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "muller"),
        ("MU\u0308LLER", "muller"),
        ("Straße", "STRASSE"),
        ("Œuvre", "oeuvre"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("İstanbul", "ıstanbul"),
        ("naïve", "naive"),
        ("Việt Nam", "viet nam"),
        ("Ёлка", "елка"),
        ("за\u0301мок", "замок"),
        ("Αθήνα", "ΑΘΗΝΑ"),
        ("العَرَبِيَّة", "العربيه"),
        ("أحمد", "احمد"),
        ("كـــتاب", "كتاب"),
        ("مستشفى", "مستشفي"),
        ("ایران", "ايران"),
        ("שָׁלוֹם", "שלום"),
        ("צה״ל", "צהל"),
        ("हिन्दी", "हिंदी"),
        ("ज़रूर", "जरूर"),
        ("चाँद", "चांद"),
        ("ﾄｳｷｮｳ", "トウキョウ"),
        ("ｶﾞ", "ガ"),
        ("２０２６", "2026"),
        ("٢٠٢٦", "2026"),
        ("ﬁne", "fine"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_ways_to_write_a_word_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("мой", "мои"),
        ("कि", "की"),
        ("कर", "कार"),
        ("दिन", "दीन"),
        ("सुख", "सूख"),
        ("जन्म", "जंम"),
        ("北京", "東京"),
        ("が", "か"),
        ("كلب", "قلب"),
        ("resume", "resumes"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("北京大学", ["北京", "京大", "大学", "学"]),
        ("学", ["学"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"]),
        ("tower東京tower", ["tower", "東京", "京", "tower"]),
        ("학교에서", ["학교", "교에", "에서", "서"]),
        ("ไทย", ["ไท", "ทย", "ย"]),
        ("北京、上海", ["北京", "京", "、", "上海", "海"]),
        ("日本2026年", ["日本", "本", "2026", "年"]),
        ("plain words", ["plain", "words"]),
    ],
)
def test_scripts_without_spaces_are_cut_into_pieces(text: str, words: list[str]) -> None:
    assert index_text(text).split() == words


def test_html_is_read_as_its_words() -> None:
    html = (
        '<p>A <em>re</em>versed <a href="https://address.example/target" title="x > y">link</a></p><p>Next &amp; H'
        '<sub>2</sub>O</p><ul><li>one</li><li>two</li></ul><code class="hl-n">name</code>'
    )
    assert html_to_text(html).split() == ["A", "reversed", "link", "Next", "&", "H2O", "one", "two", "name"]


def test_nobody_can_write_the_word_of_a_tag() -> None:
    word = normalize.tag_token(5)
    assert word not in index_text(f"a {word} b {word}")
    assert index_text(word) == "5"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_can_be_indexed(text: str) -> None:
    assert normalize.TAG_MARK not in index_text(text)
    assert html_to_text(f"<p>{escape(text)}</p>") == f" {text} ".replace(normalize.BACK_LINK, "")


def test_the_words_of_a_title_are_told_from_those_of_texts() -> None:
    marked = normalize.index_title("Über the “slow-moving” 北京")
    assert marked.replace(normalize.TITLE_MARK, "+").split() == ["+uber", "+the", "“+slow-+moving”", "+北京", "+京"]
    assert normalize.TITLE_MARK not in index_text(marked)


def test_numbers_of_notes_are_no_words() -> None:
    text = html_to_text(render("Three years.[^a] Tushil tells.\n\n[^a]: A note.").html)
    assert text.split() == ["Three", "years.", "Tushil", "tells.", "A", "note."]
