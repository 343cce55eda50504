"""What people typed becomes what the tables may hold, or a sentence."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.core.errors import Invalid
from blog.core.text import validate

BERLIN = ZoneInfo("Europe/Berlin")
STEADY = settings(deadline=None, derandomize=True)


# -- title, summary, body -----------------------------------------------------------------------------------


def test_white_space_in_a_title_is_collapsed() -> None:
    assert validate.title("  Two \n\t states ") == "Two states"


def test_what_no_feed_can_carry_is_left_out_of_a_title() -> None:
    assert validate.title("A\x00B\x0cC\x1f\ufffe\ud800") == "ABC"


def test_a_title_is_kept_in_composed_form() -> None:
    assert validate.title("Cafe\u0301") == "Café"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x1f", "\u00a0", "\u200b", "\u202e \u2060\ufeff"])
def test_a_title_without_words_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"^A post needs a title\.$") as refusal:
        validate.title(text)
    assert refusal.value.field == "title"


def test_a_million_accents_on_one_letter_are_refused_at_once() -> None:
    with pytest.raises(Invalid, match="characters; 500 are allowed"):
        validate.title("a" + "\u0301\u0316" * 500_000)


@pytest.mark.parametrize("text", ["x\u200b", "👩\u200d👩\u200d👦", "נ\u200f", "\U0001faea", "—"])
def test_signs_that_show_nothing_may_stand_beside_others(text: str) -> None:
    assert validate.title(text) == text


def test_a_title_may_have_five_hundred_characters() -> None:
    assert validate.title("é" * 500) == "é" * 500
    with pytest.raises(Invalid, match=r"^The title has 501 characters; 500 are allowed\.$"):
        validate.title("é" * 501)


def test_a_summary_may_be_empty_and_has_a_limit() -> None:
    assert validate.summary(" \n ") == ""
    with pytest.raises(Invalid, match="The summary has 1001 characters; 1000 are allowed"):
        validate.summary("x" * 1001)


def test_a_body_is_kept_verbatim_but_for_line_ends() -> None:
    assert validate.body("  a\r\n\tb\rc\x00\x07 \n\n") == "  a\n\tb\nc \n\n"


def test_a_body_is_measured_in_bytes() -> None:
    assert len(validate.body("é" * (256 * 1024)).encode()) == 512 * 1024
    with pytest.raises(Invalid, match=r"The text has 600 kB; 512 kB are allowed. Split it") as refusal:
        validate.body("x" * 600 * 1024)
    assert refusal.value.field == "body"


@STEADY
@given(st.text())
def test_any_cleaned_line_can_stand_in_xml(text: str) -> None:
    line = validate.one_line(text)
    assert not validate.FORBIDDEN.search(line)
    assert line == validate.one_line(line) == line.strip()
    line.encode()


# -- tags ---------------------------------------------------------------------------------------------------


def test_tags_keep_their_order_each_once_whatever_the_case() -> None:
    assert validate.tags(["Rivers", " #Russia ", "rivers", "", "##", "RIVERS", "India"]) == [
        "Rivers",
        "Russia",
        "India",
    ]


def test_tags_have_limits() -> None:
    assert len(validate.tags([f"t{number}" for number in range(50)])) == 50
    with pytest.raises(Invalid, match="A post can carry 50 tags; this one has 51"):
        validate.tags([f"t{number}" for number in range(51)])
    with pytest.raises(Invalid, match=r"The tag “x{30}…” has 81 characters; 80 are allowed"):
        validate.tags(["x" * 81])


# -- language -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("EN", "en"),
        (" de ", "de"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("SR-LATN", "sr-Latn"),
        ("ast", "ast"),
        ("sl-rozaj", "sl-rozaj"),
    ],
)
def test_a_language_is_written_in_its_usual_case(text: str, tag: str) -> None:
    assert validate.language(text) == tag


@pytest.mark.parametrize(
    "text", ["", "e", "english", "en-", "-en", "en--US", "en US", "12", "en-USA", "<b>", "en\x00", "हि"]
)
def test_no_language_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not a language tag; it should look like en, hi or pt-BR") as refusal:
        validate.language(text)
    assert refusal.value.field == "language"


# -- address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org",
        "http://example.org/a?b=1&c=2#d",
        "https://example.org:8443/",
        "https://[2001:db8::1]/",
        "https://münchen.example/straße",
        "https://mastodon.example/@me",
    ],
)
def test_a_whole_address_is_taken(text: str) -> None:
    assert validate.http_url(f" {text} ", "canonical_url") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "/posts/x/",
        "//example.org/",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        'https://example.org/"onclick="',
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://[::1/",
        "https://example.org/<b>",
        "https://example.org\\@far.example/",
        "https://example.org/" + "x" * 2000,
        "mailto:ana@example.org",
    ],
)
def test_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not a whole address; it should start with https://") as refusal:
        validate.http_url(text, "canonical_url")
    assert refusal.value.field == "canonical_url"


# -- instants -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-11-20", "2026-11-19T23:00Z"),  # midnight in Berlin's winter
        ("2026-07-20", "2026-07-19T22:00Z"),  # and summer
        (date(2026, 11, 20), "2026-11-19T23:00Z"),
        ("2026-11-20T08:00", "2026-11-20T07:00Z"),
        ("2026-11-20 08:00", "2026-11-20T07:00Z"),
        ("2026-11-20T08:00:30.5", "2026-11-20T07:00:30.500Z"),
        ("2026-11-20T08:00Z", "2026-11-20T08:00Z"),
        ("2026-11-20T08:00+05:30", "2026-11-20T02:30Z"),
        ("2024-01-02 10:00:00 +0100", "2024-01-02T09:00Z"),
        ("2024-01-02 10:00:00 -0700", "2024-01-02T17:00Z"),
        ("2024-01-02 10:00:00 UTC", "2024-01-02T10:00Z"),
        ("2024-01-02 10:00:00 Z", "2024-01-02T10:00Z"),
        (" 2024-01-02\n", "2024-01-01T23:00Z"),
        ("2024/01/02", "2024-01-01T23:00Z"),
        ("2024/01/02 10:00", "2024-01-02T09:00Z"),
        ("2 January 2024", "2024-01-01T23:00Z"),
        ("January 2, 2024", "2024-01-01T23:00Z"),
        (datetime(2024, 1, 2, 10), "2024-01-02T09:00Z"),  # noqa: DTZ001
        (datetime(2024, 1, 2, 10, tzinfo=timezone(timedelta(hours=-3))), "2024-01-02T13:00Z"),
        ("2026-03-29T01:59", "2026-03-29T00:59Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30Z"),  # skipped: read as 03:30 of summer
        ("2026-03-29T03:00", "2026-03-29T01:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30Z"),  # comes twice: the first
        ("1001-01-01T12:00Z", "1001-01-01T12:00Z"),
        ("9998-12-31T23:59Z", "9998-12-31T23:59Z"),
    ],
)
def test_a_moment_is_read_in_the_sites_zone(value: object, instant: str) -> None:
    read = validate.parse_instant(value, BERLIN)
    assert read == datetime.fromisoformat(instant)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "20 Brumaire",
        "2026-11-20T25:00",
        "2026-11-20T08:00+25:00",
        "11/20/2026",
        "1e9",
        "2026-11-20\x00",
        "２０２６-１１-２０x",
        "2026-11-20T08:00 Berlin",
        None,
        20261120,
        3.5,
        True,
        [],
        {},
    ],
)
def test_nonsense_is_no_date(value: object) -> None:
    with pytest.raises(Invalid, match="is not a date; it should look like 2026-11-20 or 2026-11-20T08:00") as refusal:
        validate.parse_instant(value, BERLIN, "updated")
    assert refusal.value.field == "updated"


@pytest.mark.parametrize(
    "value",
    ["0001-01-01", "0999-12-31", "1000-12-31", "9999-12-31", date.min, date.max, datetime.min, datetime.max],  # noqa: DTZ901
)
def test_a_year_out_of_range_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="is out of range; years from 1001 to 9998 are allowed"):
        validate.parse_instant(value, BERLIN)


@STEADY
@given(st.datetimes(min_value=datetime(1001, 1, 2), max_value=datetime(9998, 12, 30)), st.timezones())  # noqa: DTZ001
def test_any_moment_in_any_zone_reads_the_same_as_text(moment: datetime, zone: ZoneInfo) -> None:
    read = validate.parse_instant(moment.isoformat(), zone)
    assert read == validate.parse_instant(moment, zone)
    assert validate.parse_instant(read.isoformat(), BERLIN) == read


@STEADY
@given(st.text(alphabet="0123456789-/:TZ+ .JanuryUTC", max_size=30))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    try:
        assert validate.parse_instant(text, BERLIN).tzinfo is UTC
    except Invalid as refusal:
        assert str(refusal).endswith(("2026-11-20T08:00.", "are allowed."))
