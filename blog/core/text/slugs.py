"""Slugs: the last part of a URL path. Pure."""

import re
from collections.abc import Callable

from slugify import slugify

from blog.core.errors import Invalid

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 120
# First path segments that Broadsheet itself uses or promises: no page may take them.
RESERVED = frozenset(
    "admin archive atom author authors card cards category feed feeds healthz index json media oembed page posts"
    " preview robots rss search share sitemap static subscribe tag tags theme webmention".split()
)


def slug_of(text: str, default: str = "untitled") -> str:
    """Return a slug for a title in any script: transliterated, and cut at the end of a word."""
    return slugify(text, max_length=80, word_boundary=True, save_order=True) or default


def unique_slug(base: str, is_taken: Callable[[str], bool]) -> str:
    """Return the first of base, base-2, base-3 ... that is not taken."""
    candidate, number = base, 1
    while is_taken(candidate):
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def validate_slug(slug: str, kind: str = "post") -> str:
    """Return the slug in lower case. Raises Invalid if an address cannot hold it."""
    value = slug.strip().lower()
    if not SLUG.fullmatch(value) or len(value) > SLUG_LENGTH:
        printable = "".join(char if char.isprintable() else "?" for char in slug[:60])
        raise Invalid(
            "slug",
            f"“{printable}” cannot be an address: use small letters a to z, digits and single hyphens"
            f" (at most {SLUG_LENGTH}), like diplomatic-relations.",
        )
    if kind == "page" and value in RESERVED:
        raise Invalid("slug", f"The address /{value}/ belongs to the blog itself; choose another.")
    return value
