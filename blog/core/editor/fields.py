"""The fields of a post that authors write, and the rules for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from blog.core.errors import Invalid
from blog.core.text import slugs, validate


@dataclass(frozen=True)
class Fields:
    """Values to write. None leaves a field as it is; `author_id` 0 removes the byline."""

    title: str | None = None
    slug: str | None = None
    summary: str | None = None
    body: str | None = None
    tags: list[str] | None = None
    language: str | None = None
    author_id: int | None = None
    cover: str | None = None
    kind: str | None = None
    unlisted: bool | None = None
    canonical_url: str | None = None

    def changes(self) -> dict[str, object]:
        """Return the fields that are not None, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def validate_fields(fields: Fields) -> tuple[Fields, list[Invalid]]:
    """Return the fields as they may be stored, and all errors in them."""
    kind = fields.kind or "post"
    errors: list[Invalid] = []
    if kind not in ("post", "page"):
        message = f"“{validate.one_line(kind)[:40]}” is not a kind of post; it should be post or page."
        errors.append(Invalid("kind", message))
    rules: dict[str, Callable[[Any], object]] = {
        "title": validate.title,
        "summary": validate.summary,
        "body": validate.body,
        "slug": lambda slug: slugs.validate_slug(slug, kind),
        "language": lambda text: validate.language(text) if text else "",
        "canonical_url": lambda text: validate.http_url(text, "canonical_url") if text else "",
        "cover": validate.cover,
        "tags": validate.tags,
    }
    valid: dict[str, object] = {}
    for name, rule in rules.items():
        try:
            if getattr(fields, name) is not None:
                valid[name] = rule(getattr(fields, name))
        except Invalid as error:
            errors.append(error)
    return replace(fields, **valid), errors  # type: ignore[arg-type]


def require_valid(fields: Fields) -> Fields:
    """Return the fields as they may be stored. Raises Invalid for the first field with an error."""
    valid, errors = validate_fields(fields)
    if errors:
        raise errors[0]
    return valid
