"""What is written of a post, and whether it may be stored."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from blog.core.errors import Invalid
from blog.core.text import slugs, validate


@dataclass(frozen=True)
class Fields:
    """What is to be written; None leaves a field as it is, `author_id` 0 takes the byline away."""

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

    def given(self) -> dict[str, object]:
        """The fields that are to change."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}


def validate_fields(given: Fields) -> tuple[Fields, list[Invalid]]:
    """The same fields as they may be stored, and all that is wrong with them."""
    kind = given.kind or "post"
    wrong: list[Invalid] = []
    if kind not in ("post", "page"):
        wrong.append(
            Invalid("kind", f"“{validate.one_line(kind)[:40]}” is not a kind of post; it should be post or page.")
        )
    rules: dict[str, Callable[[str], str]] = {
        "title": validate.title,
        "summary": validate.summary,
        "body": validate.body,
        "slug": lambda slug: slugs.validate_slug(slug, kind),
        "language": lambda text: validate.language(text) if text else "",
        "canonical_url": lambda text: validate.http_url(text, "canonical_url") if text else "",
        "cover": validate.cover,
    }
    made: dict[str, object] = {}
    for name, rule in rules.items():
        try:
            if getattr(given, name) is not None:
                made[name] = rule(str(getattr(given, name)))
        except Invalid as error:
            wrong.append(error)
    try:
        if given.tags is not None:
            made["tags"] = validate.tags(given.tags)
    except Invalid as error:
        wrong.append(error)
    return replace(given, **made), wrong  # type: ignore[arg-type]


def require_valid(given: Fields) -> Fields:
    """The same fields as they may be stored. Raises Invalid, naming the first field that cannot be."""
    fields, wrong = validate_fields(given)
    if wrong:
        raise wrong[0]
    return fields
