"""The editor's form: parse its fields, show values in them, and report errors by field."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from blog.admin.form_recovery import FormFields
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import Invalid, messages_by_field
from blog.core.text import validate
from blog.web import templating

TEXT_FIELDS = ("title", "slug", "summary", "body", "tags", "language", "published_at", "cover", "kind", "canonical_url")
CHECKBOXES = ("unlisted", "minor")
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Form:
    """The fields of the form as they are shown: texts and checkboxes by name, and messages about errors by field.

    `version` is the version of the post that the form was filled from, `guid` the id of a new post.
    """

    texts: dict[str, str]
    checkboxes: dict[str, bool]
    version: int = 0
    guid: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def empty_form() -> Form:
    """Return the form of a new post. Its `guid` shows whether a form was sent twice or there are two posts."""
    return Form(dict.fromkeys(TEXT_FIELDS, "") | {"kind": "post"}, dict.fromkeys(CHECKBOXES, False), guid=str(uuid4()))


def form_of_post(post: EditorPost) -> Form:
    """Return the form of a post as it was saved last."""
    fields = post.fields
    texts = {name: str(getattr(fields, name, None) or "") for name in TEXT_FIELDS}
    texts |= {"tags": join_tags(fields.tags or []), "published_at": format_date(post.date)}
    return Form(texts, {"unlisted": bool(fields.unlisted), "minor": False}, post.version)


def submitted_form(fields: FormFields, errors: Sequence[Invalid] = (), version: int | None = None) -> Form:
    """Return the form as it was sent, with every word, and its errors by field."""
    return Form(
        {name: fields.get(name, "") for name in TEXT_FIELDS},
        {name: bool(fields.get(name)) for name in CHECKBOXES},
        parse_number(fields.get("version", "")) if version is None else version,
        fields.get("guid", ""),
        messages_by_field(reversed(errors)),
    )


def parse(fields: FormFields, post: EditorPost | None) -> tuple[Submission, list[Invalid]]:
    """Return what the form sent; and if its date cannot be parsed, all errors of the form."""
    post_fields = Fields(
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
    version, minor = parse_number(fields.get("version", "")), bool(fields.get("minor"))
    try:
        date = _parse_date(fields.get("published_at", "").strip(), post)
    except Invalid as error:
        errors = validate_fields(replace(post_fields, slug=post_fields.slug or None))[1]
        return Submission(post_fields, None, version, minor), [*errors, error]
    return Submission(post_fields, date, version, minor), []


def parse_guid(fields: FormFields) -> str:
    """Return the id that the form of a new post carries, or "" if it is no UUID."""
    try:
        return str(UUID(fields.get("guid", "")))
    except ValueError:
        return ""


def format_date(date: datetime | None) -> str:
    """Return a date as its field shows it: in the site's time zone, to the minute."""
    return f"{date.astimezone(templating.zone()):{LOCAL_FORMAT}}" if date else ""


def _parse_date(text: str, post: EditorPost | None) -> datetime | None:
    if not text:
        return None
    if post and text == format_date(post.date):
        return post.date  # to the microsecond
    return validate.local_time(text, templating.zone(), "published_at")


def split_tags(text: str) -> list[str]:
    """Split names at commas; a name that contains one stands in quotation marks."""
    lines = text.replace("\r", "\n").replace("\0", "").split("\n")
    try:
        return [name for row in csv.reader(lines, skipinitialspace=True) for name in row if name.strip()]
    except csv.Error:  # a name longer than the reader accepts: the validation refuses it like other long ones
        return [text]


def join_tags(tags: Sequence[str]) -> str:
    """Return tags as their field shows them."""
    return ", ".join('"{}"'.format(tag.replace('"', '""')) if "," in tag or '"' in tag else tag for tag in tags)


def parse_number(text: str) -> int:
    """Return the number in a field; 0 if there is none, or if it is larger than any of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
