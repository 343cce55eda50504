"""Cards: every script drawn, nothing clipped, nothing lost; their names, their files, who may see them."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageDraw

from blog.social.cards import fonts
from blog.social.cards import image as card_image
from blog.social.cards.image import Card

CARD = Card("Diplomatic Relations", "Essays", "Ana · 20 November 2025", "#9a2c1f", "en")
TITLES = {
    "Latin": ("Diplomatic Relations", "en", "LATIN"),
    "Cyrillic": ("Дипломатические отношения", "ru", "CYRILLIC"),
    "Greek": ("Διπλωματικές σχέσεις", "el", "GREEK"),
    "Devanagari": ("राजनयिक संबंध", "hi", "DEVANAGARI"),
    "Arabic": ("العلاقات الدبلوماسية", "ar", "ARABIC"),
    "Hebrew": ("יחסים דיפלומטיים", "he", "HEBREW"),
    "Chinese": ("印度与俄罗斯的外交关系", "zh", "CJK"),
    "Japanese": ("インドとロシアの外交関係", "ja", "CJK"),
    "Korean": ("인도와 러시아의 외교", "ko", "HANGUL"),
    "Thai": ("ความสัมพันธ์ทางการทูต", "th", "THAI"),
    "mixed": ("BRICS و“平和” и мир 2025", "en", "LATIN"),
}
HOSTILE = {
    "long": ("A title of many words that go on and on " * 12)[:300],
    "longest": "x" * 500,
    "one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "quotes": "\"double\" 'single' “curly” <b> & ]]> </script>",
    "lines": "One\nTwo\r\nThree\tFour",
    "emoji": "👩‍👩‍👧‍👦 🇩🇪 🎉",
    "marks": "Z̸̡̢͓̹a̷̧͙l̵͔̈́g̶̢̈́o̷͉͝",
    "nothing": "",
    "no letters": "!?",
    "unknown letters": "\U0001e900\U0001fa90 \ue000 \U0003134b",
    "right to left": "שלום (עולם) 2025: BRICS, SCO",
}


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def needs(script: str) -> None:
    if fonts.find_font(script, bold=True) is None:
        pytest.skip(f"no font for {script} is installed: apt install fonts-noto-core fonts-noto-cjk")


def words(card: Card) -> tuple[int, int, int, int]:
    """The box around all that is written on a card's label, above and below which nothing else stands."""
    image = opened(card_image.draw(card)).convert("RGB")
    empty = opened(card_image.draw(replace(card, title="\u2003", site="", line=""))).convert("RGB")
    box = ImageChops.difference(image, empty).getbbox()
    assert box
    return box


@pytest.mark.parametrize("script", TITLES)
def test_each_script_is_drawn_whole_and_light(script: str) -> None:
    title, language, font = TITLES[script]
    needs(font)
    data = card_image.draw(replace(CARD, title=title, language=language))
    image = opened(data)
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(data) < 60 * 1024
    left, top, right, bottom = words(replace(CARD, title=title, language=language))
    assert left >= 290 and right <= 910, "a square cut from the middle holds all words"
    assert top >= 50 and bottom <= 580


@pytest.mark.parametrize("script", [name for name in TITLES if name != "mixed"])
def test_no_letter_is_a_box_that_says_it_is_missing(script: str) -> None:
    title, language, font = TITLES[script]
    needs(font)
    assert card_image.drawable_text(title, language, bold=True) == title
    assert card_image.undrawable_letters(title, language) == ""
    loaded = card_image.load_font(font, language, 40, bold=True)
    box = bytes(loaded.getmask("\U0010fffe"))
    assert all(bytes(loaded.getmask(char)) != box for char in title if char.isalpha())


def test_a_title_in_several_scripts_has_a_font_for_each() -> None:
    needs("CJK")
    title, language, _ = TITLES["mixed"]
    assert card_image.drawable_text(title, language, bold=True) == title


def test_arabic_letters_are_joined() -> None:
    needs("ARABIC")
    font = card_image.load_font("ARABIC", "ar", 60, bold=True)
    joined, single = (font.getlength(text, direction="rtl", language="ar") for text in ("سلام", "س‌ل‌ا‌م"))
    assert joined < single


@pytest.mark.parametrize("case", HOSTILE)
def test_any_title_makes_a_card_and_stays_on_its_label(case: str) -> None:
    card = replace(CARD, title=HOSTILE[case], site="A site with a name that is much too long for one line " * 3)
    data = card_image.draw(card)
    assert opened(data).size == (1200, 630) and len(data) < 300 * 1024
    left, top, right, bottom = words(card)
    assert left >= 285 and right <= 915 and top >= 50 and bottom <= 580


def test_long_titles_are_smaller_and_the_longest_is_cut() -> None:
    sizes = [card_image.fit_title("On slow rivers " * times, "en")[0] for times in (1, 3, 6, 12)]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == len(sizes)
    size, lines = card_image.fit_title("On slow rivers " * 33, "en")
    assert size == card_image.SIZES[-1] and lines[-1].endswith("…")


def test_what_no_font_draws_is_left_out_and_named() -> None:
    assert card_image.drawable_text("a \ue000 b", "en", bold=True) == "a b"
    assert card_image.undrawable_letters("a \ue000 🎉", "en") == "\ue000"


def test_without_any_font_latin_still_looks_designed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_files", dict)
    for remembered in (card_image.load_font, card_image.has_glyph, card_image._run_width):
        remembered.cache_clear()
    try:
        left, _, right, _ = words(replace(CARD, title="Diplomatic Relations – часть"))
        assert left >= 285 and right <= 915 and right - left > 300
        assert fonts.missing_packages() == ["fonts-noto-core", "fonts-noto-cjk"]
    finally:
        for remembered in (card_image.load_font, card_image.has_glyph, card_image._run_width):
            remembered.cache_clear()


def test_the_same_card_has_the_same_bytes_and_name() -> None:
    assert card_image.draw(CARD) == card_image.draw(replace(CARD))
    assert CARD.hash == replace(CARD).hash


@pytest.mark.parametrize("field", ["title", "site", "line", "accent", "language", "cover"])
def test_whatever_a_card_shows_is_in_its_name(field: str) -> None:
    assert replace(CARD, **{field: "#000000"}).hash != CARD.hash


@pytest.mark.parametrize("accent", ["#000000", "#ffffff", "#9a2c1f", "#ffee00"])
def test_the_site_colour_is_the_ground(accent: str) -> None:
    image = opened(card_image.draw(replace(CARD, accent=accent))).convert("RGB")
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((5, 300))) == accent
    frame = image.getpixel((600, 23))
    assert frame != image.getpixel((5, 300))


def test_even_the_busiest_picture_makes_a_light_card(tmp_path) -> None:  # type: ignore[no-untyped-def]
    Image.effect_noise((1400, 900), 120).convert("RGB").save(tmp_path / "a.png")
    assert len(card_image.draw(replace(CARD, cover="a.png"), tmp_path)) < 300 * 1024


def test_a_cover_picture_lies_behind_the_label(tmp_path) -> None:  # type: ignore[no-untyped-def]
    picture = Image.new("RGB", (900, 900), "teal")
    ImageDraw.Draw(picture).rectangle((0, 0, 900, 450), fill="navy")
    picture.save(tmp_path / "a.webp")
    card = replace(CARD, cover="a.webp")
    image = opened(card_image.draw(card, tmp_path))
    assert image.format == "JPEG" and card.extension == "jpg"
    red, green, blue = image.getpixel((60, 60))
    assert blue > 90 and red < 40 and green < 40
    assert opened(card_image.draw(replace(card, cover="gone.webp"), tmp_path)).size == (1200, 630)
