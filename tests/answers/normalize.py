"""Rules for what is random or depends on the time: each replaces as little as it can.

Everything else is compared byte for byte. A time is replaced only if it lies within the run; an id or an address only
if the run itself made it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# How far ahead a time may lie that is counted from now, such as the next attempt of a call that failed.
AHEAD = timedelta(hours=2)


@dataclass(frozen=True)
class Rule:
    """What one rule replaces: the groups `keep` and `end` of the pattern stay, what is between them goes."""

    name: str
    pattern: re.Pattern[str]
    placeholder: str

    def apply(self, text: str) -> str:
        """Return the text with every match replaced."""
        return self.pattern.sub(lambda match: f"{match['keep']}<{self.placeholder}>{match['end']}", text)


def _rule(name: str, keep: str, random: str, end: str, placeholder: str) -> Rule:
    return Rule(name, re.compile(f"(?P<keep>{keep})(?:{random})(?P<end>{end})", re.MULTILINE), placeholder)


# What differs and need not be the same, by the place where it stands.
RULES = (
    # It depends on comments in the source, which are not sent. What is sent is compared under the name without it.
    _rule("hash in the address of a static file", r"/static/[\w/-]+\.", "[0-9a-f]{10}", r"\.\w+", "hash"),
    _rule("token of a form", r'name="csrf_token" value="', r'[^"]+', '"', "token"),
    _rule("token of a form, for scripts", r'"token": ?"', r'[^"]+', '"', "token"),
    _rule("session that can be ended", r'name="session" value="', r"[0-9a-f]{64}", '"', "session"),
    _rule("invitation that can be revoked", r'name="invitation" value="', r"[0-9a-f]{64}", '"', "invitation"),
    _rule("secret address", r"/(?:admin/setup|preview)/", r"[\w-]{20,}", "/", "token"),
    _rule("session cookie", r"^set-cookie: (?:__Host-)?session=", r"[^;\n]+", ";", "session"),
    _rule("end of a session cookie", r"^set-cookie: .*?Expires=", r"[^;\n]+", ";|$", "date"),
    _rule("seconds to wait after too many attempts", r"^retry-after: ", r"[1-9]\d{2}", "$", "seconds"),
    _rule("size of a backup, in words", r"\(", r"[\d.,]+", r" MB\), and verified", "size"),
    _rule("size of a backup, in JSON", r'"bytes": ', r"\d+", r', "made_at"', "size"),
    _rule("room on the disk", "", r"[\d.,]+", r" MB of disk are free", "size"),
    # The bytes of what is compressed depend on the times in it.
    _rule(
        "bytes and time in the access log", r"^[A-Z]+ /\S* \d{3} ", r"\d+ \d+\.\d\d", r" (?:hit|miss|-)$", "bytes, ms"
    ),
    _rule("time of an autosave", r'"saved": ?"', r"\d\d:\d\d", '"', "time"),
    _rule("folder of what a restore replaced", r"replaced-\d{8}T\d{6}Z-", "[0-9a-f]{4}", "", "random"),
)

DATES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?"
    r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})"
    r"|\d{8}T\d{6}Z"
)
# What people read of a time stands in an element that says it for machines, too.
TIME_ELEMENT = re.compile(r'(?P<start><time\b[^>]*\bdatetime="(?P<moment>[^"]+)"[^>]*>)(?P<words>[^<]*)(?=</time>)')
# Where the last change of a page, or of the whole site, is named.
LAST_CHANGE = re.compile(r"(?P<start>^last-modified: |<lastmod>)(?P<moment>[^\n<]+)", re.MULTILINE)
MINUTES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
DIGIT = re.compile(r"\d")


def parsed(text: str) -> datetime | None:
    """Return the time that a text names, without a zone if it names none; None if it is no date."""
    try:
        if text[0].isalpha():
            return parsedate_to_datetime(text)
        if "-" not in text[:8]:
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def apply_rules(text: str) -> str:
    """Return the text without what is random by its place."""
    for rule in RULES:
        text = rule.apply(text)
    return text


@dataclass
class Normalizer:
    """The rules for the answers of one checkout.

    `literals` are texts of this checkout alone (folders, ports) and what is shown for them, `known_ids` the UUIDs that
    are not random, `since` the beginning of the run, `zone` the site's time zone. `marks` names times of last changes.
    """

    literals: Mapping[str, str] = field(default_factory=dict)
    known_ids: Collection[str] = ()
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo = UTC
    marks: dict[datetime, str] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)

    def normalize(self, text: str) -> str:
        """Return the text with everything replaced that may differ."""
        for literal, placeholder in self.literals.items():
            text = text.replace(literal, placeholder)
        text = apply_rules(text)
        text = UUID.sub(self._id, text)
        text = LAST_CHANGE.sub(self._last_change, text)
        text = TIME_ELEMENT.sub(self._element, text)
        return DATES.sub(lambda match: self._date(match[0]), text)

    def mark(self, moment: datetime, name: str) -> None:
        """Show a name for this time as a last change; also for the second before it, which is it rounded down."""
        self.marks = {moment: name, moment - timedelta(seconds=1): name}

    def _id(self, match: re.Match[str]) -> str:
        """Return a random id's number in the order of first sight, so that the same id is the same number."""
        if match[0] in self.known_ids:
            return match[0]
        return f"<id {self._ids.setdefault(match[0], len(self._ids) + 1)}>"

    def _element(self, match: re.Match[str]) -> str:
        return match[0] if self._date(match["moment"]) == match["moment"] else f"{match['start']}<time>"

    def _last_change(self, match: re.Match[str]) -> str:
        moment = parsed(match["moment"])
        mark = self.marks.get(moment.replace(microsecond=0)) if moment else None
        return f"{match['start']}<{mark}>" if mark else match[0]

    def _date(self, text: str) -> str:
        """Return the text, or its shape if it names a time of this run."""
        moment = parsed(text)
        if moment is None:
            return text
        zones = (UTC, self.zone) if moment.tzinfo is None else (moment.tzinfo,)
        moments = [moment.replace(tzinfo=zone).astimezone(UTC) for zone in zones]
        # A time without seconds stands for the beginning of its minute.
        step = timedelta(minutes=1) if MINUTES.fullmatch(text) else timedelta(seconds=1)
        in_run = any(self.since - step <= each <= datetime.now(UTC) + AHEAD for each in moments)
        return DIGIT.sub("9", text) if in_run else text


def ids_in(data: bytes) -> set[str]:
    """Return all UUIDs that stand in a file."""
    return set(UUID.findall(data.decode("latin-1")))
