"""Validate single values: turn what people type into what the tables may store, or raise Invalid with a sentence.

Pure.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from blog.core.errors import Invalid

BODY_BYTES = 512 * 1024
TITLE_LENGTH = 500
SUMMARY_LENGTH = 1000
COVER_LENGTH = 1000
MAX_TAGS = 50
TAG_LENGTH = 80
# Characters that XML 1.0 forbids (no feed could carry them), and DEL, which is invisible. Tabs and line ends stay.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Unicode normalization stops after this many characters.
NFC_LIMIT = 10_000
# Unicode categories of invisible characters: joiners, direction marks, spaces. Nobody could see a link made of these.
INVISIBLE = ("Cf", "Zs", "Zl", "Zp")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-([A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*")
# The file name of a social card: a slug, and the hash of what the card shows.
CARD_NAME = re.compile(r"(?:(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)-)?(?P<hash>[0-9a-f]{16})\.(?:png|jpg)")
# An e-mail address that needs no escaping in a URI.
MAILTO = r"mailto:[a-z0-9][a-z0-9._+~-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
# Years of the archive, and years that a date may have: a time zone can move a date into the year before.
ARCHIVE_YEARS = range(1000, 9999)
DATE_YEARS = ARCHIVE_YEARS[1:]
# Accepted beside ISO 8601.
DATE_FORMATS = (
    "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d %H:%M:%S.%f %z",
)  # fmt: skip


def clean(text: str) -> str:
    """Remove characters that no page or feed can carry, and normalize the text to NFC.

    Only the first NFC_LIMIT characters are normalized: no field takes more, and to sort a million accents on one
    letter takes hours.
    """
    value = FORBIDDEN.sub("", text)
    return unicodedata.normalize("NFC", value[:NFC_LIMIT]) + value[NFC_LIMIT:]


def one_line(text: str) -> str:
    """Return the text cleaned, with white space collapsed; empty if all characters are invisible."""
    value = " ".join(clean(text).split())
    return value if any(unicodedata.category(char) not in INVISIBLE for char in value) else ""


def check_length(value: str, field: str, subject: str, limit: int) -> str:
    """Return the value. Raises Invalid if it is longer than `limit`; `subject` begins the message."""
    if len(value) > limit:
        raise Invalid(field, f"{subject} has {len(value)} characters; {limit} are allowed.")
    return value


def title(text: str) -> str:
    value = one_line(text)
    if not value:
        raise Invalid("title", "A post needs a title.")
    return check_length(value, "title", "The title", TITLE_LENGTH)


def summary(text: str) -> str:
    return check_length(one_line(text), "summary", "The summary", SUMMARY_LENGTH)


def cover(text: str) -> str:
    """Return the URL of a post's cover picture; may be empty."""
    return check_length(one_line(text), "cover", "The cover’s address", COVER_LENGTH)


def body(text: str) -> str:
    """Return a post's Markdown verbatim, except line ends and forbidden characters."""
    value = FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    size = len(value.encode())
    if size > BODY_BYTES:
        raise Invalid(
            "body", f"The text has {size // 1024} kB; {BODY_BYTES // 1024} kB are allowed. Split it into several posts."
        )
    return value


def tags(names: list[str]) -> list[str]:
    """Return tag names in the author's order, without repeats."""
    by_key: dict[str, str] = {}
    for name in names:
        value = one_line(name).lstrip("#").strip()
        check_length(value, "tags", f"The tag “{value[:30]}…”", TAG_LENGTH)
        if value:
            by_key.setdefault(value.casefold(), value)
    if len(by_key) > MAX_TAGS:
        raise Invalid("tags", f"A post can carry {MAX_TAGS} tags; this one has {len(by_key)}.")
    return list(by_key.values())


def language(text: str) -> str:
    """Return a language tag (BCP 47), like en or pt-BR, in its usual case."""
    value = text.strip().replace("_", "-")
    if not LANGUAGE.fullmatch(value):
        typed = one_line(text)[:40]
        raise Invalid("language", f"“{typed}” is not a language tag; it should look like en, hi or pt-BR.")
    primary, *subtags = value.split("-")
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) <= 3 else part.lower() for part in subtags]
    return "-".join([primary.lower(), *cased])


def http_url(text: str, field: str) -> str:
    value = one_line(text)
    try:
        parts = urlsplit(value)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        is_valid = is_valid and parts.port != 0 and " " not in value and not re.search(r'["<>\\^`{|}]', value)
    except ValueError:
        is_valid = False
    if not is_valid or len(value) > 2000:
        raise Invalid(field, f"“{value[:80]}” is not a whole address; it should start with https://.")
    return value


def contact_url(text: str, field: str = "security_contact") -> str:
    """Return a contact as a URI: https, or mailto: with an e-mail address. May be empty."""
    value = one_line(text)
    if not value:
        return ""
    if value.lower().startswith("https:"):
        return http_url(value, field)
    uri = value if value.lower().startswith("mailto:") else f"mailto:{value}"
    if not re.fullmatch(MAILTO, uri, re.IGNORECASE) or len(uri) > 320:
        raise Invalid(
            field, f"“{value[:80]}” is no contact; one looks like security@example.org or https://example.org/contact/."
        )
    return f"mailto:{uri[7:]}"


def parse_instant(value: object, zone: ZoneInfo, field: str = "date") -> datetime:
    """Return a time in UTC from a date, a datetime or a text (ISO 8601 and some usual forms).

    A value without a zone is in `zone`. A date without a time is midnight. An hour that daylight saving skips is read
    as the hour after it.
    """
    if isinstance(value, str):
        value = _parse_datetime(value.strip(), field)
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        raise Invalid(field, f"“{value}” is not a date; it should look like 2026-11-20 or 2026-11-20T08:00.")
    if moment.year not in DATE_YEARS:
        allowed = f"years from {DATE_YEARS[0]} to {DATE_YEARS[-1]} are allowed"
        raise Invalid(field, f"The year {moment.year} is out of range; {allowed}.")
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def local_time(text: str, zone: ZoneInfo, field: str = "date") -> datetime:
    """Return a time in UTC like `parse_instant`, but strict, for times that people type.

    Raises Invalid for an hour that daylight saving skips. Of an hour that comes twice the first is taken.
    """
    moment, typed = parse_instant(text, zone, field), _parse_datetime(text.strip(), field)
    local = moment.astimezone(zone).replace(tzinfo=None)
    if typed.tzinfo is None and local != typed:
        raise Invalid(
            field,
            f"There is no {typed:%H:%M} on that day: clocks are set forward then. {local:%H:%M} is the same moment.",
        )
    return moment


def _parse_datetime(text: str, field: str) -> datetime:
    # Hugo and Jekyll put a space before the zone (2024-01-02 10:00:00 +0100); ISO 8601 has none.
    joined = re.sub(
        r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text.removesuffix(" UTC") + ("Z" if text.endswith(" UTC") else "")
    )
    with suppress(ValueError):
        return datetime.fromisoformat(joined)
    for pattern in DATE_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, pattern)  # noqa: DTZ007  (the zone is added by the caller)
    raise Invalid(field, f"“{one_line(text)[:60]}” is not a date; it should look like 2026-11-20 or 2026-11-20T08:00.")
