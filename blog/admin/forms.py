"""The form of a post: strings become values, values become strings, and what is wrong is told by field."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from blog.admin.form_recovery import FormFields as Typed
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import Invalid
from blog.core.text import validate
from blog.web import templating

TEXT_FIELDS = ("title", "slug", "summary", "body", "tags", "language", "published_at", "cover", "kind", "canonical_url")
CHECKBOXES = ("unlisted", "minor")
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Form:
    """What the fields of the form hold, as they are shown."""

    texts: dict[str, str]
    marks: dict[str, bool]
    version: int = 0
    guid: str = ""
    wrong: dict[str, str] = field(default_factory=dict)


def empty_form() -> Form:
    """The form of a post that is to be. Its `guid` tells one that is sent twice from two."""
    return Form(dict.fromkeys(TEXT_FIELDS, "") | {"kind": "post"}, dict.fromkeys(CHECKBOXES, False), guid=str(uuid4()))


def form_of_post(known: EditorPost) -> Form:
    """The form of what was saved last."""
    fields = known.fields
    texts = {name: str(getattr(fields, name, None) or "") for name in TEXT_FIELDS}
    texts |= {"tags": join_tags(fields.tags or []), "published_at": format_date(known.date)}
    return Form(texts, {"unlisted": bool(fields.unlisted), "minor": False}, known.version)


def submitted_form(fields: Typed, wrong: Sequence[Invalid] = (), version: int | None = None) -> Form:
    """The form as it was sent, with every word; and what is wrong with it, by field."""
    return Form(
        {name: fields.get(name, "") for name in TEXT_FIELDS},
        {name: bool(fields.get(name)) for name in CHECKBOXES},
        parse_number(fields.get("version", "")) if version is None else version,
        fields.get("guid", ""),
        {error.field: str(error) for error in reversed(wrong)},
    )


def parse(fields: Typed, known: EditorPost | None) -> tuple[Submission, list[Invalid]]:
    """What the form says, and what is wrong before anybody judges it: the date."""
    given = Fields(
        title=fields.get("title", ""),
        slug=fields.get("slug", "").strip(),
        summary=fields.get("summary", ""),
        body=fields.get("body", ""),
        tags=split_tags(fields.get("tags", "")),
        language=fields.get("language", "").strip(),
        cover=fields.get("cover", ""),
        kind=fields.get("kind", "").strip() or "post",
        unlisted=bool(fields.get("unlisted")),
        canonical_url=fields.get("canonical_url", "").strip(),
    )
    date, wrong = _date(fields.get("published_at", "").strip(), known)
    sent = Submission(given, date, parse_number(fields.get("version", "")), bool(fields.get("minor")))
    return sent, [*validate_fields(replace(given, slug=given.slug or None))[1], *wrong] if wrong else []


def parse_guid(fields: Typed) -> str:
    """The id that a new post's form brought along, if it is one."""
    try:
        return str(UUID(fields.get("guid", "")))
    except ValueError:
        return ""


def format_date(date: datetime | None) -> str:
    """A date as its field has it: in the site's zone, to the minute."""
    return f"{date.astimezone(templating.zone()):{LOCAL_FORMAT}}" if date else ""


def _date(text: str, known: EditorPost | None) -> tuple[datetime | None, list[Invalid]]:
    if not text:
        return None, []
    if known and text == format_date(known.date):
        return known.date, []  # to the microsecond
    zone: ZoneInfo = templating.zone()
    try:
        return validate.local_time(text, zone, "published_at"), []
    except Invalid as error:
        return None, [error]


def split_tags(text: str) -> list[str]:
    """Tags between commas; one that holds a comma stands in quotation marks."""
    lines = text.replace("\r", "\n").replace("\0", "").split("\n")
    try:
        return [name for row in csv.reader(lines, skipinitialspace=True) for name in row if name.strip()]
    except csv.Error:  # a name longer than the reader takes: it is told to be too long, as others are
        return [text]


def join_tags(tags: Sequence[str]) -> str:
    """Tags as their field has them."""
    return ", ".join('"{}"'.format(tag.replace('"', '""')) if "," in tag or '"' in tag else tag for tag in tags)


def parse_number(text: str) -> int:
    """The number that a field holds; 0 for what is none, or cannot be one of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
