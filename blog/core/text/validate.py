"""Judge single values on their way in: what people typed becomes what the tables may hold, or a sentence."""

import re
import unicodedata
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
# What XML 1.0 cannot carry (no feed could hold it), and DEL, which shows nothing. Tabs and line ends stay.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# So many characters are composed.
NFC_LIMIT = 10_000
# Categories of what shows nothing by itself: joiners, marks of direction, spaces. A link of these cannot be found.
INVISIBLE = ("Cf", "Zs", "Zl", "Zp")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-([A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*")
# The names of drawn cards: a slug, and the hash of what the card shows.
CARD_NAME = re.compile(r"(?:(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)-)?(?P<hash>[0-9a-f]{16})\.(?:png|jpg)")
# An e-mail address that needs no escaping in a URI.
MAILTO = r"mailto:[a-z0-9][a-z0-9._+~-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
# Years of the archive, and those that a date may have: a time zone may lead it into the year before.
ARCHIVE_YEARS = range(1000, 9999)
DATE_YEARS = ARCHIVE_YEARS[1:]


def clean(text: str) -> str:
    """The text without characters that no page or feed can carry, in Unicode's composed form.

    Of a very long one only the beginning is composed: no field takes so much, and to sort a million accents on one
    letter takes hours.
    """
    value = FORBIDDEN.sub("", text)
    return unicodedata.normalize("NFC", value[:NFC_LIMIT]) + value[NFC_LIMIT:]


def one_line(text: str) -> str:
    """One line: cleaned, white space collapsed; empty when nobody could see it."""
    value = " ".join(clean(text).split())
    return value if any(unicodedata.category(char) not in INVISIBLE for char in value) else ""


def title(text: str) -> str:
    """A post's title."""
    value = one_line(text)
    if not value:
        raise Invalid("title", "A post needs a title.")
    if len(value) > TITLE_LENGTH:
        raise Invalid("title", f"The title has {len(value)} characters; {TITLE_LENGTH} are allowed.")
    return value


def summary(text: str) -> str:
    """A post's summary; may be empty."""
    value = one_line(text)
    if len(value) > SUMMARY_LENGTH:
        raise Invalid("summary", f"The summary has {len(value)} characters; {SUMMARY_LENGTH} are allowed.")
    return value


def cover(text: str) -> str:
    """The address of a post's picture; may be empty."""
    value = one_line(text)
    if len(value) > COVER_LENGTH:
        raise Invalid("cover", f"The cover’s address has {len(value)} characters; {COVER_LENGTH} are allowed.")
    return value


def body(text: str) -> str:
    """A post's Markdown: verbatim but for line ends and characters that nothing can carry."""
    value = FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    size = len(value.encode())
    if size > BODY_BYTES:
        raise Invalid(
            "body", f"The text has {size // 1024} kB; {BODY_BYTES // 1024} kB are allowed. Split it into several posts."
        )
    return value


def tags(names: list[str]) -> list[str]:
    """Tag names in the author's order, each once."""
    found: dict[str, str] = {}
    for name in names:
        value = one_line(name).lstrip("#").strip()
        if len(value) > TAG_LENGTH:
            raise Invalid("tags", f"The tag “{value[:30]}…” has {len(value)} characters; {TAG_LENGTH} are allowed.")
        if value:
            found.setdefault(value.casefold(), value)
    if len(found) > MAX_TAGS:
        raise Invalid("tags", f"A post can carry {MAX_TAGS} tags; this one has {len(found)}.")
    return list(found.values())


def language(text: str) -> str:
    """A language tag (BCP 47), like en or pt-BR, in its usual case."""
    value = text.strip().replace("_", "-")
    if not LANGUAGE.fullmatch(value):
        raise Invalid(
            "language", f"“{one_line(text)[:40]}” is not a language tag; it should look like en, hi or pt-BR."
        )
    first, *rest = value.split("-")
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) <= 3 else part.lower() for part in rest]
    return "-".join([first.lower(), *cased])


def http_url(text: str, field: str) -> str:
    """A whole http or https address."""
    value = one_line(text)
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        good = good and parts.port != 0 and " " not in value and not re.search(r'["<>\\^`{|}]', value)
    except ValueError:
        good = False
    if not good or len(value) > 2000:
        raise Invalid(field, f"“{value[:80]}” is not a whole address; it should start with https://.")
    return value


def contact_url(text: str, field: str = "security_contact") -> str:
    """Where somebody can be written to, as a URI: an https address, or mailto: and an e-mail address; may be empty."""
    value = one_line(text)
    written = value if value.lower().startswith(("https:", "mailto:")) or not value else f"mailto:{value}"
    if not written:
        return ""
    if written.lower().startswith("https:"):
        return http_url(written, field)
    if not re.fullmatch(MAILTO, written, re.IGNORECASE) or len(written) > 320:
        raise Invalid(
            field, f"“{value[:80]}” is no contact; one looks like security@example.org or https://example.org/contact/."
        )
    return f"mailto:{written[7:]}"


def parse_instant(value: object, zone: ZoneInfo, field: str = "date") -> datetime:
    """A moment in UTC, from a date, a time or their text (ISO 8601); without a zone it is `zone`'s.

    A date without a time is its midnight. An hour that daylight saving skips is read as the hour after it.
    """
    if isinstance(value, str):
        value = _parsed(value.strip(), field)
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        raise Invalid(field, f"“{value}” is not a date; it should look like 2026-11-20 or 2026-11-20T08:00.")
    if moment.year not in DATE_YEARS:
        raise Invalid(
            field,
            f"The year {moment.year} is out of range; years from {DATE_YEARS[0]} to {DATE_YEARS[-1]} are allowed.",
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def local_time(text: str, zone: ZoneInfo, field: str = "date") -> datetime:
    """A moment in UTC as `parse_instant` reads it, for people who will not look twice.

    An hour that daylight saving skips is no time at all; of one that comes twice the first is meant.
    """
    moment, typed = parse_instant(text, zone, field), _parsed(text.strip(), field)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    if typed.tzinfo is None and shown != typed:
        raise Invalid(
            field,
            f"There is no {typed:%H:%M} on that day: clocks are set forward then. {shown:%H:%M} is the same moment.",
        )
    return moment


def _parsed(text: str, field: str) -> datetime:
    # Hugo and Jekyll put a space before the zone (2024-01-02 10:00:00 +0100); ISO 8601 has none.
    joined = re.sub(
        r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text.removesuffix(" UTC") + ("Z" if text.endswith(" UTC") else "")
    )
    try:
        return datetime.fromisoformat(joined)
    except ValueError:
        pass
    for pattern in (
        "%Y/%m/%d",
        "%Y/%m/%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%d %B %Y",
        "%B %d, %Y",
        "%Y-%m-%d %H:%M:%S.%f %z",
    ):
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  (the zone is added by the caller)
        except ValueError:
            continue
    raise Invalid(field, f"“{one_line(text)[:60]}” is not a date; it should look like 2026-11-20 or 2026-11-20T08:00.")
