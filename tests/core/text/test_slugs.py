"""Slugs: the last part of an address."""

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.core.errors import Invalid
from blog.core.text import slugs

STEADY = settings(deadline=None, derandomize=True)
LIKELY = st.text() | st.lists(
    st.sampled_from(["&amp;", "&#", "x1;", "99999999;", "-", "_", "Ü", "字", "दो", "☃", "\x00", " "])
).map("".join)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Diplomatic Relations", "diplomatic-relations"),
        ("  Ünter — „den“ Linden!  ", "unter-den-linden"),
        ("Россия и Индия", "rossiia-i-indiia"),
        ("两条河", "liang-tiao-he"),
        ("C++ & C#", "c-c"),
        ("It’s 50% off", "its-50-off"),
        ("!!!", "untitled"),
        ("☃", "untitled"),
        ("", "untitled"),
        ("&#99999999999999;", "99999999999999"),
    ],
)
def test_a_title_in_any_script_becomes_a_slug(title: str, slug: str) -> None:
    assert slugs.slug_of(title) == slug


def test_a_long_title_is_cut_at_a_words_end() -> None:
    slug = slugs.slug_of("neighbour " * 20)
    assert len(slug) <= 80
    assert slug.endswith("neighbour")


@STEADY
@given(LIKELY)
def test_any_text_becomes_an_address_or_the_default(text: str) -> None:
    slug = slugs.slug_of(text, "section")
    assert slugs.validate_slug(slug) == slug
    assert slugs.slug_of(slug) == slug


@STEADY
@given(st.from_regex(slugs.SLUG, fullmatch=True).filter(lambda slug: len(slug) <= slugs.SLUG_LENGTH))
def test_every_slug_of_the_pattern_is_good(slug: str) -> None:
    assert slugs.validate_slug(slug) == slug


@STEADY
@given(st.text())
def test_any_text_is_checked_or_refused(text: str) -> None:
    try:
        assert slugs.SLUG.fullmatch(slugs.validate_slug(text))
    except Invalid as refusal:
        assert refusal.field == "slug"
        assert str(refusal).replace(" ", "x").isprintable()


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "-",
        "a--b",
        "-a",
        "a-",
        "a b",
        "a/b",
        "../a",
        "a.b",
        "ü",
        "a_b",
        "a\x00",
        "a\nb",
        "x" * 121,
        "٣",
        "a%20b",
        "<b>",
    ],
)
def test_what_no_address_can_hold_is_refused(slug: str) -> None:
    with pytest.raises(Invalid, match="cannot be an address: use small letters a to z, digits and single hyphens"):
        slugs.validate_slug(slug)


def test_capitals_and_spaces_around_are_forgiven() -> None:
    assert slugs.validate_slug(" About-Us\n") == "about-us"


@pytest.mark.parametrize("slug", sorted(slugs.RESERVED))
def test_no_page_takes_an_address_of_the_blog(slug: str) -> None:
    assert slugs.validate_slug(slug) == slug
    with pytest.raises(Invalid, match=f"The address /{slug}/ belongs to the blog itself; choose another"):
        slugs.validate_slug(slug.upper(), "page")


def test_all_first_parts_of_the_blogs_addresses_are_reserved(app: Flask) -> None:
    parts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    plain = {part for part in parts if slugs.SLUG.fullmatch(part)}
    assert len(plain) > 12 and plain - slugs.RESERVED == set()
